-- What the ledger knows on the last day: documents, payments and what was set against what.
create or replace table known_settlements as
select
    settlements.document_no,
    settlements.part_no,
    settlements.instalment_no,
    settlements.settlement_kind,
    settlements.cents,
    settlements.settle_on,
    settlements.arrives_late,
    documents.customer_no,
    documents.entity_id,
    documents.base_currency,
    documents.currency,
    greatest(documents.posted_on, getvariable('start_on')) as document_posted_on,
    documents.posted_on <= getvariable('as_of_on') as is_document_known,
    documents.is_story,
    settlements.settlement_kind = 'cash' and customers.pays_by_bill as is_bill
from settlements
inner join documents on settlements.document_no = documents.document_no
inner join customers on documents.customer_no = customers.customer_no
where settlements.settle_on >= getvariable('start_on')
    and settlements.cents > 0
    and documents.status = 'posted'
    and (documents.posted_on <= getvariable('as_of_on') or settlements.settlement_kind = 'deposit')
    and settlements.settle_on <= getvariable('as_of_on') + 60;

-- What was still open when the books were opened came over as opening balances.
create or replace table ledger_documents as
with

settled_before as (

    select document_no, sum(cents)::bigint as cents
    from settlements
    where settle_on < getvariable('start_on') and document_no <= 0
    group by document_no

),

correcting as (

    select
        document_no,
        settlement_kind as document_type,
        settle_on as posted_on,
        sum(cents)::bigint as cents
    from known_settlements
    where settlement_kind in ('credit_note', 'write_off') and settle_on <= getvariable('as_of_on')
    group by document_no, settlement_kind, settle_on

),

together as (

    select
        documents.document_no,
        documents.document_no as about_document_no,
        case when documents.document_no > 0 then documents.document_type else 'opening' end as document_type,
        documents.customer_no,
        documents.entity_id,
        documents.base_currency,
        documents.currency,
        documents.invoiced_on,
        greatest(documents.posted_on, getvariable('start_on')) as posted_on,
        case when documents.has_due_on then documents.due_on end as due_on,
        documents.original_due_on,
        documents.payment_terms,
        documents.cents - coalesce(settled_before.cents, 0) as cents,
        documents.tax_rate_e4,
        documents.status,
        documents.fate,
        documents.is_flagged_disputed
    from documents
    left join settled_before on documents.document_no = settled_before.document_no
    where documents.posted_on <= getvariable('as_of_on')
    union all
    select
        null,
        correcting.document_no,
        correcting.document_type,
        documents.customer_no,
        documents.entity_id,
        documents.base_currency,
        documents.currency,
        correcting.posted_on,
        correcting.posted_on,
        correcting.posted_on,
        null,
        null,
        -correcting.cents,
        case when correcting.document_type = 'credit_note' then documents.tax_rate_e4 else 0 end,
        'posted',
        documents.fate,
        false
    from correcting
    inner join documents on correcting.document_no = documents.document_no

),

numbered as (

    select
        together.*,
        row_number() over (
            partition by entity_id, document_type order by posted_on, about_document_no
        ) as number
    from together
    where cents <> 0

)

select
    numbered.* exclude (number),
    numbered.entity_id
    || case numbered.document_type
        when 'invoice' then '-INV-' when 'debit_note' then '-DBN-' when 'credit_note' then '-CRN-'
        when 'write_off' then '-WOF-' else '-OPN-'
    end
    || lpad(cast(numbered.number as varchar), getvariable('id_digits'), '0') as invoice_id,
    -- Through the euro, at the posting day's rates.
    case
        when numbered.currency <> numbered.base_currency
            then scaled(numbered.cents, base_rates.rate_e5, own_rates.rate_e5)
    end as base_cents
from numbered
inner join daily_rates as own_rates on numbered.posted_on = own_rates.day and numbered.currency = own_rates.currency
inner join daily_rates as base_rates
    on numbered.posted_on = base_rates.day and numbered.base_currency = base_rates.currency;

-- A customer pays what it pays on a day in one go.
create or replace table receipts as
with

grouped as (

    select
        min(document_no * 4 + part_no) * 4 as payment_key,
        customer_no,
        entity_id,
        base_currency,
        currency,
        settlement_kind,
        settle_on,
        is_bill,
        is_story,
        arrives_late,
        sum(cents)::bigint as cents,
        max(document_posted_on) as last_posted_on,
        case when settlement_kind = 'deposit' then document_no end as deposit_document_no
    from known_settlements
    where settlement_kind in ('cash', 'deposit')
    group by all

),

dated as (

    select
        grouped.*,
        case
            when grouped.is_bill
                then least(grouped.settle_on, days.working_day_after)
            else grouped.settle_on
        end as received_on
    from grouped
    inner join days
        on greatest(
            grouped.last_posted_on,
            grouped.settle_on - 21 - cast(draw_integer('bill', grouped.payment_key, 20) as integer),
            getvariable('start_on')
        ) = days.day
    where grouped.settlement_kind = 'cash'
    union all
    select *, settle_on as received_on
    from grouped
    where settlement_kind = 'deposit'

)

select
    dated.*,
    dated.settlement_kind = 'cash'
    and not dated.is_bill
    and not dated.is_story
    and bounce_days.working_day_after <= getvariable('as_of_on')
    and draw('bounce', dated.payment_key) < 0.0053 as is_bounced,
    bounce_days.working_day_after as bounce_on,
    repay_days.working_day_after as repay_on,
    -- Some pay more than they owe and get it back a while later.
    case
        when dated.settlement_kind = 'cash'
            and not dated.is_story
            and not dated.is_bill
            and draw('bounce', dated.payment_key) > 0.5
            and draw('overpaid', dated.payment_key) < 0.01
            then cast(round(dated.cents * (0.2 + 0.8 * draw('overpaid part', dated.payment_key))) as bigint)
        else 0
    end as overpaid_cents,
    refund_days.working_day_after as refund_on,
    -- Where nobody knows at first what it is for.
    case
        when dated.settlement_kind = 'cash'
            and not dated.is_story
            and draw('bounce', dated.payment_key) > 0.5
            and draw('unknown', dated.payment_key) < 0.08
            then lag_days.working_day_after
        else dated.received_on
    end as applied_on
from dated
inner join days as bounce_days on dated.received_on + 4 = bounce_days.day
inner join days as repay_days
    on dated.received_on + 14 + cast(draw_integer('repaid', dated.payment_key, 15) as integer) = repay_days.day
inner join days as refund_days
    on dated.received_on + 20 + cast(draw_integer('refund', dated.payment_key, 70) as integer) = refund_days.day
inner join days as lag_days
    on dated.received_on + 2 + cast(draw_integer('lag', dated.payment_key, 16) as integer) = lag_days.day
where dated.received_on <= getvariable('as_of_on');

create or replace table ledger_payments as
with

together as (

    select
        payment_key,
        case settlement_kind when 'deposit' then 'deposit' else 'payment' end as payment_type,
        customer_no, entity_id, base_currency, currency,
        received_on,
        case when is_bill then settle_on end as matures_on,
        cents + overpaid_cents as cents,
        cast(null as bigint) as original_payment_key,
        is_bill,
        arrives_late,
        cast(null as varchar) as reference
    from receipts
    union all
    select
        payment_key + 1, 'payment', customer_no, entity_id, base_currency, currency,
        repay_on, null, cents, null, false, false, 'Paid again after return'
    from receipts
    where is_bounced and repay_on <= getvariable('as_of_on')
    union all
    select
        payment_key + 2, 'bounce', customer_no, entity_id, base_currency, currency,
        bounce_on, null, cents, payment_key, false, false, 'Returned by the bank'
    from receipts
    where is_bounced
    union all
    select
        payment_key + 3, 'refund', customer_no, entity_id, base_currency, currency,
        refund_on, null, overpaid_cents, payment_key, false, false, 'Overpayment given back'
    from receipts
    where overpaid_cents > 0 and refund_on <= getvariable('as_of_on')
    union all
    select
        payment_key, 'payment', customer_no, entity_id, base_currency, currency,
        received_on, null, cents, null, false, false, reference
    from extra_payments

),

numbered as (

    select
        *,
        row_number() over (
            partition by entity_id, payment_type order by arrives_late, received_on, payment_key
        ) as number
    from together

)

select
    numbered.* exclude (number),
    numbered.entity_id
    || case numbered.payment_type
        when 'payment' then '-PAY-' when 'deposit' then '-DEP-' when 'refund' then '-REF-' else '-BNC-'
    end
    || lpad(cast(numbered.number as varchar), getvariable('id_digits'), '0') as payment_id,
    case
        when numbered.currency <> numbered.base_currency
            then scaled(numbered.cents, base_rates.rate_e5, own_rates.rate_e5)
    end as base_cents,
    greatest(numbered.received_on, coalesce(numbered.matures_on, numbered.received_on)) as counts_on
from numbered
inner join daily_rates as own_rates on numbered.received_on = own_rates.day and numbered.currency = own_rates.currency
inner join daily_rates as base_rates
    on numbered.received_on = base_rates.day and numbered.base_currency = base_rates.currency;

create or replace table ledger_allocations as
with

cash as (

    select
        known_settlements.document_no,
        known_settlements.part_no,
        known_settlements.instalment_no,
        known_settlements.cents,
        receipts.payment_key,
        receipts.applied_on,
        receipts.is_bounced,
        receipts.bounce_on,
        receipts.repay_on,
        known_settlements.arrives_late
    from known_settlements
    inner join receipts
        on known_settlements.customer_no = receipts.customer_no
        and known_settlements.entity_id = receipts.entity_id
        and known_settlements.currency = receipts.currency
        and known_settlements.settle_on = receipts.settle_on
        and known_settlements.arrives_late = receipts.arrives_late
    where known_settlements.settlement_kind = 'cash' and receipts.settlement_kind = 'cash'

)

select
    payment_key,
    cast(null as bigint) as correcting_document_no,
    cast(null as varchar) as correcting_type,
    cast(null as date) as correcting_on,
    document_no,
    cast(null as bigint) as refund_key,
    part_no,
    instalment_no,
    cents,
    applied_on,
    case when is_bounced then bounce_on end as ends_on,
    arrives_late
from cash
where applied_on <= getvariable('as_of_on')
union all
select payment_key + 1, null, null, null, document_no, null, part_no, instalment_no, cents, repay_on, null, false
from cash
where is_bounced and repay_on <= getvariable('as_of_on')
union all
select
    receipts.payment_key, null, null, null, settled.document_no, null, settled.part_no, null, settled.cents,
    greatest(settled.document_posted_on, receipts.received_on), null, false
from receipts
inner join known_settlements as settled
    on receipts.deposit_document_no = settled.document_no and settled.settlement_kind = 'deposit'
where settled.is_document_known
union all
select payment_key, null, null, null, null, payment_key + 3, 0, null, overpaid_cents, refund_on, null, false
from receipts
where overpaid_cents > 0 and refund_on <= getvariable('as_of_on')
union all
select
    null, document_no, settlement_kind, settle_on, document_no, null, part_no, instalment_no, cents, settle_on, null,
    false
from known_settlements
where settlement_kind in ('credit_note', 'write_off') and settle_on <= getvariable('as_of_on');
