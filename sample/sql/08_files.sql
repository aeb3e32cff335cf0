-- One view a file: columns named after the input contract, in the order of the file.
create or replace view file_entities as
select entity_id, entity_name, base_currency, country_code, 'stated' as allocation_policy, true as is_made_up
from entities;

create or replace table named_customers as
with

parts as (

    select
        (select list(text order by place) from name_parts where kind = 'head') as heads,
        (select list(text order by place) from name_parts where kind = 'tail') as tails,
        (select list(text order by place) from name_parts where kind = 'trade') as trades,
        (select list(text order by place) from name_parts where kind = 'person') as people,
        (select list(text order by place) from name_parts where kind = 'collector') as collectors,
        (select list(text order by place) from name_parts where kind = 'sector') as sectors

),

located as (

    select
        customers.* exclude (customer_name, registration_id, country_code),
        row_number() over (order by customers.created_on, customers.customer_no) as number,
        coalesce(
            customers.country_code,
            case customers.home_entity_id
                when 'FR' then case
                    when draw('country', customers.customer_no) < 0.80 then 'FR'
                    when draw('country', customers.customer_no) < 0.88 then 'BE'
                    when draw('country', customers.customer_no) < 0.94 then 'DE'
                    else 'ES'
                end
                when 'UK' then case when draw('country', customers.customer_no) < 0.90 then 'GB' else 'IE' end
                else case when draw('country', customers.customer_no) < 0.88 then 'PL' else 'CZ' end
            end
        ) as country_code,
        customers.customer_name,
        customers.registration_id,
        -- Steps of a prime: no two customers are called the same before every name was used once.
        (customers.customer_no * 7919 + getvariable('seed') * 104729)
        % (len(parts.heads) * len(parts.tails) * len(parts.trades)) as name_number,
        parts.*
    from customers
    cross join parts

),

spelt as (

    select
        located.* exclude (customer_name),
        coalesce(
            located.customer_name,
            heads[name_number % len(heads) + 1]
            || tails[name_number // len(heads) % len(tails) + 1]
            || ' '
            || trades[name_number // (len(heads) * len(tails)) % len(trades) + 1]
            || case located.country_code
                when 'FR' then list_extract([' SAS', ' SARL', ' SA'], draw_integer('form', customer_no, 3) + 1)
                when 'GB' then list_extract([' Ltd', ' Plc'], draw_integer('form', customer_no, 2) + 1)
                when 'IE' then ' Ltd'
                when 'PL' then list_extract([' Sp. z o.o.', ' S.A.'], draw_integer('form', customer_no, 2) + 1)
                when 'CZ' then ' s.r.o.'
                when 'DE' then ' GmbH'
                when 'ES' then ' SL'
                else ' NV'
            end
        ) as customer_name,
        sectors[draw_integer('sector', customer_no, len(sectors)) + 1] as sector,
        people[draw_integer('sales owner ' || home_entity_id, customer_no, len(people)) + 1] as sales_owner,
        collectors[
            case home_entity_id when 'FR' then 1 + draw_integer('collector', customer_no, 3) when 'UK' then 4 else 5 end
        ] as collector,
        'C' || lpad(cast(number as varchar), getvariable('id_digits'), '0') as customer_id
    from located

)

select
    * exclude (heads, tails, trades, people, collectors, sectors),
    'billing@' || trim(regexp_replace(lower(strip_accents(customer_name)), '[^a-z0-9]+', '-', 'g'), '-') || '.example'
        as email
from spelt;

create or replace view file_customers as
select
    named.customer_id,
    named.customer_name,
    parents.customer_id as parent_customer_id,
    case when named.segment = 'Public sector' then 'public' else 'private' end as customer_kind,
    named.country_code,
    named.segment,
    named.sector,
    coalesce(
        named.registration_id, named.country_code || '-R' || lpad(cast(named.number as varchar), 8, '0')
    ) as registration_id,
    named.country_code || 'X' || lpad(cast(named.number as varchar), 9, '0') as tax_id,
    named.created_on,
    named.payment_terms,
    named.sales_owner,
    named.collector,
    named.email,
    named.insolvency_on
from named_customers as named
left join named_customers as parents on named.parent_customer_no = parents.customer_no;

create or replace view file_invoices as
select
    documents.invoice_id,
    named.customer_id,
    documents.posted_on,
    money(documents.cents) as amount,
    documents.entity_id,
    'AR' as account,
    documents.document_type,
    documents.invoiced_on,
    case when documents.document_type in ('invoice', 'debit_note') and documents.status <> 'draft'
        then documents.posted_on + cast(draw_integer('sent', documents.about_document_no, 3) as integer)
    end as sent_on,
    documents.due_on,
    documents.original_due_on,
    documents.payment_terms,
    documents.currency,
    money(scaled(documents.cents, documents.tax_rate_e4, 10000 + documents.tax_rate_e4)) as tax_amount,
    money(documents.base_cents) as base_amount,
    case when documents.document_no is null then about.invoice_id end as original_invoice_id,
    case when documents.document_type in ('invoice', 'opening')
        then 'PO-' || lpad(cast(draw_integer('order', documents.about_document_no, 1000000) as varchar), 6, '0')
    end as reference,
    documents.status,
    documents.is_flagged_disputed as is_disputed,
    case when documents.document_type = 'invoice' and documents.status = 'posted'
        then documents.invoiced_on - cast(draw_integer('delivered', documents.about_document_no, 4) as integer)
    end as delivered_on,
    case when documents.document_type = 'invoice' and documents.status = 'posted'
        then draw('proof', documents.about_document_no) < 0.93
    end as has_delivery_proof
from ledger_documents as documents
inner join named_customers as named on documents.customer_no = named.customer_no
left join ledger_documents as about
    on documents.document_no is null and documents.about_document_no = about.document_no;

create or replace view file_instalments as
select
    documents.entity_id,
    documents.invoice_id,
    instalments.instalment_no,
    instalments.due_on,
    money(instalments.cents) as amount
from instalments
inner join ledger_documents as documents on instalments.document_no = documents.document_no
where documents.document_type = 'invoice';

create or replace macro payments_file(is_late) as table
select
    payments.payment_id,
    named.customer_id,
    payments.received_on,
    money(payments.cents) as amount,
    payments.entity_id,
    payments.received_on as posted_on,
    'AR' as account,
    payments.currency,
    money(payments.base_cents) as base_amount,
    payments.payment_type,
    originals.payment_id as original_payment_id,
    case
        when payments.is_bill then 'bill'
        when draw('method', payments.customer_no) < 0.78 then 'transfer'
        when draw('method', payments.customer_no) < 0.87 then 'direct debit'
        when draw('method', payments.customer_no) < 0.95 and payments.entity_id = 'FR' then 'cheque'
        else 'transfer'
    end as method,
    payments.matures_on,
    case when payments.is_bill and draw('discounted', payments.payment_key) < 0.15 then 'discounted' else 'none' end
        as financing,
    payments.reference,
    'posted' as status
from ledger_payments as payments
inner join named_customers as named on payments.customer_no = named.customer_no
left join ledger_payments as originals
    on payments.original_payment_key = originals.payment_key
where payments.arrives_late = is_late;

create or replace table numbered_allocations as
select
    allocations.*,
    coalesce(payments.payment_id, credits.invoice_id) as credit_id,
    coalesce(payments.payment_type, credits.document_type) as credit_kind,
    coalesce(refunds.payment_id, debits.invoice_id) as debit_id,
    coalesce(refunds.payment_type, debits.document_type) as debit_kind,
    coalesce(payments.entity_id, credits.entity_id) as entity_id,
    row_number() over (
        partition by coalesce(payments.entity_id, credits.entity_id)
        order by
            allocations.arrives_late,
            allocations.applied_on,
            coalesce(allocations.payment_key, 4 * allocations.correcting_document_no),
            allocations.document_no,
            allocations.part_no,
            allocations.correcting_type
    ) as number
from ledger_allocations as allocations
left join ledger_payments as payments on allocations.payment_key = payments.payment_key
left join ledger_payments as refunds on allocations.refund_key = refunds.payment_key
left join ledger_documents as debits on allocations.document_no = debits.document_no
left join ledger_documents as credits
    on allocations.correcting_document_no = credits.about_document_no
    and allocations.correcting_type = credits.document_type
    and allocations.correcting_on = credits.posted_on
    and credits.document_no is null;

create or replace macro allocations_file(is_late) as table
select
    entity_id || '-ALC-' || lpad(cast(number as varchar), getvariable('id_digits') + 1, '0') as allocation_id,
    credit_id,
    debit_id,
    money(cents) as amount,
    entity_id,
    credit_kind,
    debit_kind,
    instalment_no,
    applied_on
from numbered_allocations
where arrives_late = is_late;

create or replace view file_fx_rates as
select
    rate_on,
    'EUR' as from_currency,
    currency as to_currency,
    cast(cast(rate_e5 as decimal(10, 0)) * cast(0.00001 as decimal(5, 5)) as decimal(18, 8)) as rate
from rates;

create or replace macro gl_balances_file(balances_table) as table
select
    balances.entity_id,
    'AR' as account,
    entities.base_currency as currency,
    balances.balance_on,
    money(balances.cents) as amount
from query_table(balances_table) as balances
inner join entities on balances.entity_id = entities.entity_id;

create or replace view file_gl_reconciling_items as
select
    'RI-' || lpad(cast(row_number() over (order by from_on, journals.entity_id) as varchar), 3, '0') as item_id,
    journals.entity_id,
    'AR' as account,
    entities.base_currency as currency,
    journals.from_on,
    cast(null as date) as to_on,
    money(journals.cents) as amount,
    journals.explanation,
    journals.approved_by
from manual_journals as journals
inner join entities on journals.entity_id = entities.entity_id;

create or replace view file_targets as
select
    entity_id,
    'collected_amount' as measure,
    period_on,
    money(cents) as amount
from collection_targets;

create or replace view file_disputes as
select
    documents.entity_id || '-DSP-'
    || lpad(
        cast(
            row_number() over (
                partition by documents.entity_id order by disputes.opened_on, disputes.document_no
            ) as varchar
        ),
        getvariable('id_digits'),
        '0'
    ) as dispute_id,
    documents.invoice_id,
    documents.entity_id,
    disputes.opened_on,
    case when disputes.closed_on <= getvariable('as_of_on') then disputes.closed_on end as closed_on,
    case when not disputes.is_whole then money(disputes.cents) end as amount,
    disputes.reason,
    case
        when disputes.closed_on > getvariable('as_of_on') then null
        when disputes.is_credited then 'Credit note'
        else 'Upheld, to be paid'
    end as outcome
from disputes
inner join ledger_documents as documents on disputes.document_no = documents.document_no
where disputes.opened_on <= getvariable('as_of_on');

create or replace view file_planted as
select
    named.customer_id,
    planted.story,
    planted.week_ending_on,
    planted.what_must_be_seen
from planted
left join named_customers as named on planted.customer_no = named.customer_no;
