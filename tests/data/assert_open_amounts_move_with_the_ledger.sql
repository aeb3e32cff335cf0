{#
  What: open amounts change by exactly what the ledger's events say, per entity, account, customer and currency,
  in document and base currency, on every day: so their balances are equal on every day.
  Why it happens: a posting or allocation that reaches the events but not the intervals, or the reverse.
  Window: all days. A row is a day on which the two differ.
#}
with

event_changes as (

    select
        entity_id,
        account,
        customer_id,
        currency,
        event_on as changed_on,
        sum(amount) as amount,
        sum(base_amount) as base_amount
    from {{ ref('fct_receivable_events') }}
    group by
        entity_id,
        account,
        customer_id,
        currency,
        event_on

),

interval_changes as (

    select
        entity_id,
        account,
        customer_id,
        currency,
        valid_from_on as changed_on,
        open_amount as amount,
        base_open_amount as base_amount
    from {{ ref('fct_item_intervals') }}
    union all
    select
        entity_id,
        account,
        customer_id,
        currency,
        valid_to_on as changed_on,
        -open_amount as amount,
        -base_open_amount as base_amount
    from {{ ref('fct_item_intervals') }}
    where valid_to_on is not null

),

together as (

    select * from event_changes
    union all
    select
        entity_id,
        account,
        customer_id,
        currency,
        changed_on,
        -amount as amount,
        -base_amount as base_amount
    from interval_changes

)

select
    entity_id,
    account,
    customer_id,
    currency,
    changed_on,
    sum(amount) as difference_amount,
    sum(base_amount) as base_difference_amount
from together
group by
    entity_id,
    account,
    customer_id,
    currency,
    changed_on
having sum(amount) <> 0 or sum(base_amount) <> 0
