{#
  The oldest overdue day of each customer, of all it owes and of what it does not dispute in full, comes from a running maximum
  over spans; on the build's day it must be the oldest due day of what is open and overdue. A row is a customer for whom the
  two differ.
#}
{%- set readings = ['oldest_days_past_due', 'oldest_undisputed_days_past_due'] -%}
with

as_of as (

    select * from {{ ref('int_build') }}

),

states as (

    select
        inputs.customer_id,
        inputs.oldest_days_past_due,
        states.oldest_undisputed_days_past_due,
        states.customer_id is not null as is_owed
    from {{ ref('int_customer_risk_inputs') }} as inputs
    inner join as_of
        on inputs.as_of_on = as_of.as_of_on
    left join {{ ref('int_watch_states') }} as states
        on
            inputs.customer_id = states.customer_id
            and inputs.week_ending_on = states.week_ending_on
    where inputs.oldest_days_past_due > 0

),

items as (

    select
        items.customer_id,
        max(items.days_past_due) as oldest_days_past_due,
        max(case when items.open_amount > items.disputed_amount then items.days_past_due end)
            as oldest_undisputed_days_past_due
    from {{ ref('fct_receivable_items') }} as items
    inner join {{ ref('dim_customers') }} as customers
        on
            items.customer_id = customers.customer_id
            and customers.customer_kind <> 'intragroup'
    where items.is_overdue and items.open_amount > 0
    group by items.customer_id

)

select
    {% for reading in readings %}
        states.{{ reading }},
        items.{{ reading }} as {{ reading }}_of_items,
    {% endfor %}
    coalesce(states.customer_id, items.customer_id) as customer_id
from states
full outer join items
    on states.customer_id = items.customer_id
where
    states.customer_id is null
    or items.customer_id is null
    or states.oldest_days_past_due <> items.oldest_days_past_due
    -- Who is owed nothing in all has no state to watch.
    or (
        states.is_owed
        and coalesce(states.oldest_undisputed_days_past_due, 0) <> coalesce(items.oldest_undisputed_days_past_due, 0)
    )
