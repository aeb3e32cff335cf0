{#
  The oldest overdue day of each customer comes from a running maximum over spans; on the build's day it must be the
  oldest due day of what is open and overdue. A row is a customer for whom the two differ.
#}
with

as_of as (

    select * from {{ ref('int_build') }}

),

inputs as (

    select
        inputs.customer_id,
        inputs.oldest_days_past_due
    from {{ ref('int_customer_risk_inputs') }} as inputs
    inner join as_of
        on inputs.as_of_on = as_of.as_of_on
    where inputs.oldest_days_past_due > 0

),

items as (

    select
        items.customer_id,
        max(items.days_past_due) as oldest_days_past_due
    from {{ ref('fct_receivable_items') }} as items
    inner join {{ ref('dim_customers') }} as customers
        on
            items.customer_id = customers.customer_id
            and customers.customer_kind <> 'intragroup'
    where items.is_overdue and items.open_amount > 0
    group by items.customer_id

)

select
    coalesce(inputs.customer_id, items.customer_id) as customer_id,
    inputs.oldest_days_past_due,
    items.oldest_days_past_due as oldest_days_past_due_of_items
from inputs
full outer join items
    on inputs.customer_id = items.customer_id
where
    inputs.customer_id is null
    or items.customer_id is null
    or inputs.oldest_days_past_due <> items.oldest_days_past_due
