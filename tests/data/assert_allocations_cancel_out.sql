{#
  What: `applied` events add up to zero per entity, account, customer and currency on every day, in document and
  base currency: an allocation moves open amounts and never changes a balance. Transfers and exchanges add up to
  zero in base.
  Why it happens: one side of an allocation lost in a join.
  Window: all days. A row is a day on which something is left.
#}
select
    entity_id,
    event_on,
    event_kind,
    case when event_kind = 'applied' then account end as account,
    case when event_kind = 'applied' then customer_id end as customer_id,
    case when event_kind = 'applied' then currency end as currency,
    sum(case when event_kind = 'applied' then amount else 0 end) as amount,
    sum(base_amount) as base_amount
from {{ ref('fct_receivable_events') }}
where event_kind in ('applied', 'transfer', 'exchange')
group by
    entity_id,
    event_on,
    event_kind,
    case when event_kind = 'applied' then account end,
    case when event_kind = 'applied' then customer_id end,
    case when event_kind = 'applied' then currency end
having
    sum(case when event_kind = 'applied' then amount else 0 end) <> 0
    or sum(base_amount) <> 0
