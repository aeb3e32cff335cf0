{#
  Cash set against what was billed, as spans of days in which a figure knows it: from the day it was applied (or was
  received, where the books were earlier) to the day it was taken back (a bounce), with how long it took and how late it
  was.
#}
with

allocations as (

    select * from {{ ref('int_allocations') }}

),

items as (

    select * from {{ ref('int_receivable_items') }}
    where is_cash

),

final as (

    select
        allocations.allocation_id,
        allocations.entity_id,
        allocations.credit_document_id,
        allocations.debit_document_id,
        allocations.instalment_no,
        allocations.customer_id,
        allocations.debit_currency as currency,
        items.base_currency,
        allocations.received_on,
        greatest(allocations.effective_on, allocations.received_on) as valid_from_on,
        allocations.reversed_on as valid_to_on,
        allocations.credit_amount,
        allocations.credit_through_amount,
        items.amount,
        items.base_amount,
        {{ days_between('allocations.invoiced_on', 'allocations.received_on') }} as days_to_pay,
        {{ days_between('allocations.due_on', 'allocations.received_on') }} as days_beyond_terms
    from allocations
    inner join items
        on
            allocations.entity_id = items.entity_id
            and allocations.credit_document_id = items.document_id
    inner join {{ ref('dim_customers') }} as customers
        on
            allocations.customer_id = customers.customer_id
            and customers.customer_kind <> 'intragroup'
    where allocations.debit_kind in ('invoice', 'debit_note', 'opening')

)

select * from final
