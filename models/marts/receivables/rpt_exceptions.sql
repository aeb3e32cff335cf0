with

as_of as (

    select * from {{ ref('int_build') }}

),

requests as (

    select * from {{ ref('int_allocation_requests') }}

),

accepted as (

    select * from {{ ref('int_allocations_accepted') }}

),

refused_requests as (

    select
        case
            when left_out_because like 'no posted%' then 'orphan allocation'
            when left_out_because like '%names several documents%' then 'ambiguous allocation'
            when left_out_because like '%fifo%' then 'unused allocation'
            else 'unusable allocation'
        end as exception_kind,
        'allocations' as table_name,
        entity_id,
        allocation_id as exception_key,
        debit_amount as amount,
        'Left out: ' || left_out_because || '. Credit ' || credit_id || ', debit ' || debit_id || '.' as explanation
    from requests
    where left_out_because is not null

),

over_allocated as (

    select
        'over-allocated' as exception_kind,
        'allocations' as table_name,
        entity_id,
        allocation_id as exception_key,
        debit_amount as amount,
        'Left out whole: ' || credit_document_id || ' had less than this free on '
        || cast(effective_on as varchar) || '.' as explanation
    from accepted
    where outcome = 'left_out'

),

asked_reversals as (

    select
        requests.entity_id,
        requests.credit_document_id,
        requests.debit_document_id,
        sum(case when requests.debit_amount < 0 then -requests.debit_amount else 0 end) as asked_amount,
        sum(case when requests.debit_amount > 0 then requests.debit_amount else 0 end) as allocated_amount
    from requests
    cross join as_of
    where
        requests.left_out_because is null
        and requests.effective_on <= as_of.as_of_on
        and (requests.reversed_on is null or requests.reversed_on > requests.effective_on)
    group by
        requests.entity_id,
        requests.credit_document_id,
        requests.debit_document_id
    having sum(case when requests.debit_amount < 0 then 1 else 0 end) > 0

),

found_reversals as (

    -- Of what was allocated: what a reversal took back, and what never took effect because one came the same day.
    select
        entity_id,
        credit_document_id,
        debit_document_id,
        sum(case when outcome = 'reversed' then debit_amount else 0 end) as reversed_amount,
        sum(debit_amount) as accounted_amount
    from accepted
    group by
        entity_id,
        credit_document_id,
        debit_document_id

),

reversals_without_object as (

    select
        'reversal beyond' as exception_kind,
        'allocations' as table_name,
        asked.entity_id,
        asked.credit_document_id || ' / ' || asked.debit_document_id as exception_key,
        asked.asked_amount
        - coalesce(found.reversed_amount, 0)
        - (asked.allocated_amount - coalesce(found.accounted_amount, 0)) as amount,
        'More was taken back than was set between these two documents.' as explanation
    from asked_reversals as asked
    left join found_reversals as found
        on
            asked.entity_id = found.entity_id
            and asked.credit_document_id = found.credit_document_id
            and asked.debit_document_id = found.debit_document_id
    where
        asked.asked_amount
        - coalesce(found.reversed_amount, 0)
        - (asked.allocated_amount - coalesce(found.accounted_amount, 0)) > 0

),

items as (

    select * from {{ ref('fct_receivable_items') }}

),

overpaid as (

    select
        'overpaid debit' as exception_kind,
        'invoices' as table_name,
        entity_id,
        document_id || ' / ' || cast(instalment_no as varchar) as exception_key,
        -open_amount as amount,
        'Paid beyond its amount: the excess is shown as unapplied.' as explanation
    from items
    where amount > 0 and open_amount < 0

),

documents as (

    select * from {{ ref('int_receivable_documents') }}
    where is_posted

),

scheduled_documents as (

    select distinct
        entity_id,
        document_id
    from {{ ref('int_instalments') }}
    where is_valid

),

derived_due_days as (

    -- A schedule gives the due days itself.
    select
        'derived due day' as exception_kind,
        'invoices' as table_name,
        documents.entity_id,
        documents.document_id as exception_key,
        documents.amount,
        case
            when documents.is_due_on_assumed
                then 'No due day and no known terms: taken as due on ' || cast(documents.due_on as varchar) || '.'
            else 'No due day: derived from the payment terms as ' || cast(documents.due_on as varchar) || '.'
        end as explanation
    from documents
    left join scheduled_documents
        on
            documents.entity_id = scheduled_documents.entity_id
            and documents.document_id = scheduled_documents.document_id
    where
        documents.is_due_on_derived
        and documents.amount > 0
        and scheduled_documents.document_id is null

),

inferred_settlements as (

    select
        'inferred settlement day' as exception_kind,
        'invoices' as table_name,
        entity_id,
        settles_document_id as exception_key,
        abs(amount) as amount,
        'Paid, but no day is given: taken as the as-of day of the load, ' || cast(posted_on as varchar) || '.'
            as explanation
    from documents
    where is_settlement_day_inferred and item_kind in ('payment', 'refund')

),

inferred_postings as (

    select
        'inferred posting day' as exception_kind,
        'invoices' as table_name,
        listed.entity_id,
        listed.document_type || ':' || listed.invoice_id as exception_key,
        listed.amount,
        'Posted on ' || cast(listed.given_posted_on as varchar) || ' by its own row, first listed as open on '
        || cast(listed.first_listed_on as varchar) || ': taken as posted on ' || cast(listed.posted_on as varchar)
        || ', as the lists have it.' as explanation
    from {{ ref('int_listed_documents') }} as listed
    cross join as_of
    where
        listed.posted_on <> listed.given_posted_on
        and listed.posted_on <= as_of.as_of_on

),

unknown_bounces as (

    select
        'bounce of an unknown payment' as exception_kind,
        'payments' as table_name,
        bounces.entity_id,
        bounces.document_id as exception_key,
        bounces.amount,
        'Kept as a plain debit: no posted payment in ' || bounces.currency || ' has the id '
        || coalesce(bounces.original_payment_id, '(none given)') || '.' as explanation
    from documents as bounces
    left join documents as payments
        on
            bounces.entity_id = payments.entity_id
            and bounces.original_payment_id = payments.document_number
            and bounces.currency = payments.currency
            and payments.is_cash
    where bounces.item_kind = 'bounce' and payments.document_id is null

),

repeated_payments as (

    select
        'bank payment that the books hold' as exception_kind,
        'payments' as table_name,
        payments.entity_id,
        payments.payment_type || ':' || payments.payment_id as exception_key,
        payments.amount,
        'Counted once: the books have it as ' || payments.repeats_number || ', of the same amount in those days.'
            as explanation
    from {{ ref('int_payments') }} as payments
    cross join as_of
    where
        payments.repeats_number is not null
        and coalesce(payments.posted_on, payments.received_on) <= as_of.as_of_on

),

bad_schedules as (

    select distinct
        'schedule that does not add up' as exception_kind,
        'instalments' as table_name,
        entity_id,
        invoice_id as exception_key,
        document_amount as amount,
        case
            when document_id is null then 'Ignored: no posted invoice has this id.'
            else 'Ignored: its parts do not add up to the invoice, or one is below zero; the invoice ages whole.'
        end as explanation
    from {{ ref('int_instalments') }}
    where not is_valid

),

missing_rates as (

    select
        'missing rate' as exception_kind,
        'fx_rates' as table_name,
        cast(null as varchar) as entity_id,
        from_currency || ' to ' || to_currency || ' on ' || cast(rate_on as varchar) as exception_key,
        cast(null as decimal(18, 2)) as amount,
        'No rate on this day or in the days before it: add one to fx_rates, or base_amount to the documents.'
            as explanation
    from {{ ref('int_fx_rates') }}
    where numerator is null and is_required

),

missing_revaluation_rates as (

    select distinct
        'missing rate' as exception_kind,
        'fx_rates' as table_name,
        cast(null as varchar) as entity_id,
        rates.from_currency || ' to ' || rates.to_currency || ' on ' || cast(rates.rate_on as varchar)
            as exception_key,
        cast(null as decimal(18, 2)) as amount,
        'No rate on this day or in the days before it: what is open in ' || rates.from_currency
        || ' is not revalued.' as explanation
    from {{ ref('int_fx_rates') }} as rates
    inner join items
        on
            rates.from_currency = items.currency
            and rates.to_currency = items.base_currency
            and items.is_open
    where rates.numerator is null and not rates.is_required

),

unknown_disputes as (

    select
        'dispute of an unknown invoice' as exception_kind,
        'disputes' as table_name,
        disputes.entity_id,
        disputes.dispute_id as exception_key,
        disputes.amount,
        'Ignored: no posted invoice has the id ' || disputes.invoice_id || '.' as explanation
    from {{ ref('stg_raw__disputes') }} as disputes
    cross join as_of
    left join documents
        on
            disputes.entity_id = documents.entity_id
            and disputes.invoice_id = documents.document_number
            and documents.amount > 0
    where documents.document_id is null and disputes.opened_on <= as_of.as_of_on

),

derived_customers as (

    select
        'customer not given' as exception_kind,
        'customers' as table_name,
        cast(null as varchar) as entity_id,
        customer_id as exception_key,
        cast(null as decimal(18, 2)) as amount,
        'No customers row: known from its documents only, as a private customer of no segment.' as explanation
    from {{ ref('dim_customers') }}
    where is_derived

),

derived_entities as (

    select
        'entity not given' as exception_kind,
        'entities' as table_name,
        entity_id,
        entity_id as exception_key,
        cast(null as decimal(18, 2)) as amount,
        'No entities row: its base currency, ' || base_currency || ', is the mapping''s.' as explanation
    from {{ ref('int_entities') }}
    where is_derived

),

opening_differences as (

    select
        'opening differs' as exception_kind,
        'ledger_lines' as table_name,
        items.entity_id,
        items.line_id as exception_key,
        items.amount,
        'The year opens with another balance than the years before leave: the difference is kept as an item, so that '
        || 'the account''s balance is met.' as explanation
    from {{ ref('int_ledger_items') }} as items
    cross join as_of
    where items.is_opening_difference and items.posted_on <= as_of.as_of_on

),

together as (

    select * from refused_requests
    union all
    select * from over_allocated
    union all
    select * from reversals_without_object
    union all
    select * from overpaid
    union all
    select * from derived_due_days
    union all
    select * from inferred_settlements
    union all
    select * from inferred_postings
    union all
    select * from unknown_bounces
    union all
    select * from repeated_payments
    union all
    select * from bad_schedules
    union all
    select * from missing_rates
    union all
    select * from missing_revaluation_rates
    union all
    select * from unknown_disputes
    union all
    select * from derived_customers
    union all
    select * from derived_entities
    union all
    select * from opening_differences
    union all
    select * from {{ ref('int_credit_exceptions') }}

),

final as (

    select
        exception_kind,
        table_name,
        entity_id,
        exception_key as key,
        {{ money('amount') }} as amount,
        explanation
    from together

)

select * from final
{{ sorted_by('exception_kind', 'entity_id', 'key') }}
