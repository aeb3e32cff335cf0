{#
  One row a document, whatever table it came from, signed: positive = the customer owes more. Also documents
  posted after the as-of day: an allocation that names one must find it.
#}
with

as_of as (

    select * from {{ ref('int_build') }}

),

entities as (

    select * from {{ ref('int_entities') }}

),

customers as (

    select * from {{ ref('stg_raw__customers') }}

),

terms as (

    select * from {{ ref('payment_terms') }}

),

loads as (

    select
        load_id,
        max(as_of_on) as as_of_on
    from {{ source('raw', 'loads') }}
    group by load_id

),

listed as (

    select * from {{ ref('int_listed_documents') }}

),

invoices as (

    select
        invoices.entity_id,
        invoices.document_type,
        invoices.invoice_id,
        invoices.customer_id,
        invoices.account,
        invoices.due_on,
        invoices.is_disputed,
        invoices.settled_on,
        invoices.paid_amount,
        invoices.open_amount,
        invoices.loaded_in,
        listed.invoice_id is not null as is_listed,
        coalesce(listed.amount, invoices.amount) as amount,
        case
            when listed.amount <> invoices.amount
                then {{ share_money('invoices.base_amount', 'listed.amount', 'invoices.amount') }}
            else invoices.base_amount
        end as base_amount,
        coalesce(listed.posted_on, invoices.posted_on) as posted_on,
        coalesce(invoices.invoiced_on, invoices.posted_on) as document_on,
        coalesce(invoices.currency, entities.base_currency) as document_currency,
        entities.base_currency,
        coalesce(invoices.payment_terms, customers.payment_terms) as terms_code
    from {{ ref('stg_raw__invoices') }} as invoices
    inner join entities
        on invoices.entity_id = entities.entity_id
    left join listed
        on
            invoices.entity_id = listed.entity_id
            and invoices.document_type = listed.document_type
            and invoices.invoice_id = listed.invoice_id
    left join customers
        on invoices.customer_id = customers.customer_id

),

invoice_terms as (

    select
        invoices.*,
        {{ due_day('invoices.document_on', 'terms') }} as terms_due_on
    from invoices
    left join terms
        on
            invoices.terms_code = terms.payment_terms
            and invoices.due_on is null

),

invoice_documents as (

    select
        entity_id,
        document_type || ':' || invoice_id as document_id,
        invoice_id as document_number,
        document_type as item_kind,
        customer_id,
        account,
        document_on as invoiced_on,
        posted_on,
        posted_on as received_on,
        coalesce(due_on, terms_due_on, document_on) as due_on,
        due_on is null as is_due_on_derived,
        due_on is null and terms_due_on is null as is_due_on_assumed,
        document_currency as currency,
        base_currency,
        amount,
        base_amount as given_base_amount,
        coalesce(is_disputed, false) as is_flagged_disputed,
        cast(null as varchar) as original_payment_id,
        cast(null as varchar) as settles_document_id,
        false as is_settlement_day_inferred,
        cast(null as date) as settled_until_on,
        false as is_cash
    from invoice_terms

),

payments as (

    select
        payments.*,
        entities.base_currency,
        coalesce(payments.currency, entities.base_currency) as document_currency,
        -- A bill is money on the day it matures, not on the day the paper came in.
        greatest(
            coalesce(payments.posted_on, payments.received_on),
            coalesce(payments.matures_on, payments.posted_on, payments.received_on)
        ) as counted_on,
        case
            when payments.matures_on is not null
                then greatest(coalesce(payments.posted_on, payments.received_on), payments.matures_on)
            else payments.received_on
        end as cash_on
    from {{ ref('int_payments') }} as payments
    inner join entities
        on payments.entity_id = entities.entity_id
    where payments.repeats_number is null

),

payment_documents as (

    select
        entity_id,
        payment_type || ':' || payment_id as document_id,
        payment_id as document_number,
        payment_type as item_kind,
        customer_id,
        account,
        received_on as invoiced_on,
        counted_on as posted_on,
        cash_on as received_on,
        counted_on as due_on,
        false as is_due_on_derived,
        false as is_due_on_assumed,
        document_currency as currency,
        base_currency,
        case when payment_type in ('refund', 'bounce') then amount else -amount end as amount,
        case when payment_type in ('refund', 'bounce') then base_amount else -base_amount end as given_base_amount,
        false as is_flagged_disputed,
        original_payment_id,
        cast(null as varchar) as settles_document_id,
        false as is_settlement_day_inferred,
        cast(null as date) as settled_until_on,
        payment_type in ('payment', 'deposit') as is_cash
    from payments

),

allocations as (

    -- What a statement names with a payment that the books hold themselves goes with that payment.
    select allocations.*
    from {{ ref('stg_raw__allocations') }} as allocations
    left join {{ ref('int_payments') }} as payments
        on
            allocations.entity_id = payments.entity_id
            and allocations.credit_id = payments.payment_id
            and allocations.credit_kind = payments.payment_type
            and payments.repeats_number is not null
    where
        allocations.reversed_on is null
        and payments.payment_id is null

),

named_sides as (

    select
        entity_id,
        debit_id as invoice_id,
        debit_kind as document_type,
        amount
    from allocations
    union all
    select
        entity_id,
        credit_id as invoice_id,
        credit_kind as document_type,
        -coalesce(credit_amount, amount) as amount
    from allocations

),

one_row_invoices as (

    -- What a file with one row an invoice says of its payment, where it says anything.
    select
        entity_id,
        document_type,
        invoice_id,
        {{ settled_of_row('amount', 'paid_amount', 'open_amount') }} as settled_amount
    from invoices
    where
        not is_listed
        and (settled_on is not null or paid_amount is not null or open_amount is not null)

),

named_settlements as (

    -- What allocations name of it: that is told with its payment and its day, and not told twice.
    select
        one_row_invoices.entity_id,
        one_row_invoices.document_type,
        one_row_invoices.invoice_id,
        sum(named_sides.amount) as named_amount
    from one_row_invoices
    inner join named_sides
        on
            one_row_invoices.entity_id = named_sides.entity_id
            and one_row_invoices.invoice_id = named_sides.invoice_id
            and one_row_invoices.document_type = coalesce(named_sides.document_type, one_row_invoices.document_type)
            and sign(one_row_invoices.settled_amount) = sign(named_sides.amount)
    group by
        one_row_invoices.entity_id,
        one_row_invoices.document_type,
        one_row_invoices.invoice_id

),

settlements as (

    select
        invoices.*,
        case
            when one_row_invoices.settled_amount > 0
                then greatest(one_row_invoices.settled_amount - coalesce(named_settlements.named_amount, 0), 0)
            else least(one_row_invoices.settled_amount - coalesce(named_settlements.named_amount, 0), 0)
        end as settled_amount,
        coalesce(invoices.settled_on, loads.as_of_on) as paid_on
    from invoices
    inner join one_row_invoices
        on
            invoices.entity_id = one_row_invoices.entity_id
            and invoices.document_type = one_row_invoices.document_type
            and invoices.invoice_id = one_row_invoices.invoice_id
    left join named_settlements
        on
            invoices.entity_id = named_settlements.entity_id
            and invoices.document_type = named_settlements.document_type
            and invoices.invoice_id = named_settlements.invoice_id
    left join loads
        on invoices.loaded_in = loads.load_id

),

settlement_documents as (

    select
        entity_id,
        case when settled_amount > 0 then 'payment:' else 'refund:' end || document_type || ':' || invoice_id
            as document_id,
        document_type || ':' || invoice_id as document_number,
        case when settled_amount > 0 then 'payment' else 'refund' end as item_kind,
        customer_id,
        account,
        paid_on as invoiced_on,
        paid_on as posted_on,
        paid_on as received_on,
        paid_on as due_on,
        false as is_due_on_derived,
        false as is_due_on_assumed,
        document_currency as currency,
        base_currency,
        -settled_amount as amount,
        -- At the invoice's own rate: the file gives no rate for the payment, and one is not made up.
        case
            when base_amount is not null then -({{ share_money('base_amount', 'settled_amount', 'amount') }})
        end as given_base_amount,
        false as is_flagged_disputed,
        cast(null as varchar) as original_payment_id,
        document_type || ':' || invoice_id as settles_document_id,
        settled_on is null as is_settlement_day_inferred,
        cast(null as date) as settled_until_on,
        settled_amount > 0 as is_cash
    from settlements
    where settled_amount <> 0

),

offsets as (

    -- What was set off of a document on a list's day was neither paid nor paid back.
    select
        entity_id,
        credit_document_id as document_id,
        settled_on,
        sum(amount) as amount
    from {{ ref('int_listed_offsets') }}
    group by
        entity_id,
        credit_document_id,
        settled_on
    union all
    select
        entity_id,
        debit_document_id as document_id,
        settled_on,
        sum(amount) as amount
    from {{ ref('int_listed_offsets') }}
    group by
        entity_id,
        debit_document_id,
        settled_on

),

listed_settlements as (

    select
        invoices.*,
        settlements.settled_on as paid_on,
        settlements.open_again_on,
        settlements.amount as part_amount,
        invoices.document_type || ':' || invoices.invoice_id as settles_document_id,
        invoices.document_type || ':' || invoices.invoice_id || '@' || cast(settlements.settled_on as varchar)
        || coalesce('/' || cast(settlements.open_again_on as varchar), '') as settlement_number,
        case
            when invoices.amount > 0 then settlements.amount - coalesce(offsets.amount, 0)
            else settlements.amount + coalesce(offsets.amount, 0)
        end as settled_amount,
        sum(settlements.amount) over (
            partition by
                invoices.entity_id,
                invoices.document_type,
                invoices.invoice_id,
                (case when settlements.open_again_on is null then 0 else 1 end)
            order by settlements.settled_on, settlements.open_again_on
            rows between unbounded preceding and current row
        ) as amount_through
    from {{ ref('int_listed_settlements') }} as settlements
    inner join invoices
        on
            settlements.entity_id = invoices.entity_id
            and settlements.document_type = invoices.document_type
            and settlements.invoice_id = invoices.invoice_id
    left join offsets
        on
            settlements.entity_id = offsets.entity_id
            and settlements.document_type || ':' || settlements.invoice_id = offsets.document_id
            and settlements.settled_on = offsets.settled_on
            and settlements.open_again_on is null

),

listed_settlements_valued as (

    -- By running shares, so that the parts of an invoice add up to it in the base currency too.
    select
        *,
        {{ share_money('base_amount', 'amount_through', 'amount') }}
        - {{ share_money('base_amount', '(amount_through - part_amount)', 'amount') }} as part_base_amount
    from listed_settlements
    where settled_amount <> 0

),

listed_settlement_documents as (

    select
        entity_id,
        case when settled_amount > 0 then 'payment:' else 'refund:' end || settlement_number as document_id,
        settlement_number as document_number,
        case when settled_amount > 0 then 'payment' else 'refund' end as item_kind,
        customer_id,
        account,
        paid_on as invoiced_on,
        paid_on as posted_on,
        paid_on as received_on,
        paid_on as due_on,
        false as is_due_on_derived,
        false as is_due_on_assumed,
        document_currency as currency,
        base_currency,
        -settled_amount as amount,
        case
            when base_amount is not null
                then -({{ share_money('part_base_amount', 'settled_amount', 'part_amount') }})
        end as given_base_amount,
        false as is_flagged_disputed,
        cast(null as varchar) as original_payment_id,
        settles_document_id,
        true as is_settlement_day_inferred,
        -- A bounce takes its payment back by itself.
        case when settled_amount < 0 then open_again_on end as settled_until_on,
        settled_amount > 0 as is_cash
    from listed_settlements_valued
    union all
    -- What is open again was not settled after all: the payment bounced, or the refund came back.
    select
        entity_id,
        case when settled_amount > 0 then 'bounce:' else 'adjustment:' end || settlement_number as document_id,
        settlement_number as document_number,
        case when settled_amount > 0 then 'bounce' else 'adjustment' end as item_kind,
        customer_id,
        account,
        open_again_on as invoiced_on,
        open_again_on as posted_on,
        open_again_on as received_on,
        open_again_on as due_on,
        false as is_due_on_derived,
        false as is_due_on_assumed,
        document_currency as currency,
        base_currency,
        settled_amount as amount,
        case
            when base_amount is not null
                then {{ share_money('part_base_amount', 'settled_amount', 'part_amount') }}
        end as given_base_amount,
        false as is_flagged_disputed,
        case when settled_amount > 0 then settlement_number end as original_payment_id,
        case when settled_amount < 0 then 'refund:' || settlement_number end as settles_document_id,
        true as is_settlement_day_inferred,
        cast(null as date) as settled_until_on,
        false as is_cash
    from listed_settlements_valued
    where open_again_on is not null

),

ledger_lines as (

    select
        lines.*,
        coalesce(lines.currency, entities.base_currency) as document_currency,
        entities.base_currency,
        customers.payment_terms
    from {{ ref('int_ledger_items') }} as lines
    inner join entities
        on lines.entity_id = entities.entity_id
    left join customers
        on lines.customer_id = customers.customer_id

),

ledger_terms as (

    select
        lines.*,
        {{ due_day('lines.invoiced_on', 'terms') }} as terms_due_on,
        {{ due_day('lines.invoiced_on', 'default_terms') }} as default_due_on
    from ledger_lines as lines
    left join terms
        on
            lines.payment_terms = terms.payment_terms
            and lines.due_on is null
            and lines.item_kind in ('invoice', 'debit_note', 'opening')
    left join terms as default_terms
        on
            lines.default_payment_terms = default_terms.payment_terms
            and lines.due_on is null
            and lines.item_kind in ('invoice', 'debit_note', 'opening')

),

ledger_documents as (

    select
        entity_id,
        item_kind || ':' || line_id as document_id,
        document_number,
        item_kind,
        customer_id,
        account,
        invoiced_on,
        posted_on,
        posted_on as received_on,
        coalesce(due_on, terms_due_on, default_due_on, invoiced_on) as due_on,
        due_on is null and item_kind in ('invoice', 'debit_note', 'opening') as is_due_on_derived,
        due_on is null and terms_due_on is null and item_kind in ('invoice', 'debit_note', 'opening')
            as is_due_on_assumed,
        document_currency as currency,
        base_currency,
        amount,
        base_amount as given_base_amount,
        false as is_flagged_disputed,
        cast(null as varchar) as original_payment_id,
        cast(null as varchar) as settles_document_id,
        false as is_settlement_day_inferred,
        cast(null as date) as settled_until_on,
        item_kind in ('payment', 'deposit') as is_cash
    from ledger_terms

),

documents as (

    select * from invoice_documents
    union all
    select * from payment_documents
    union all
    select * from settlement_documents
    union all
    select * from listed_settlement_documents
    union all
    select * from ledger_documents

),

final as (

    select
        documents.*,
        documents.posted_on <= as_of.as_of_on as is_posted
    from documents
    cross join as_of

)

select * from final
