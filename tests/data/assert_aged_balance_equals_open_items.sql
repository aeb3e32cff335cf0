{#
  What: the aged balance of the as-of day, on both bases, adds up to the open items and to the ledger's events,
  per entity, customer and currency, in document and base currency.
  Why it happens: an item whose age falls in no slab, or in two.
  Window: the as-of day. A row is a customer whose balance differs.
#}
with

aged as (

    select
        entity_id,
        customer_id,
        currency,
        sum(case when aging_basis = 'due' then open_amount else 0 end) as due_amount,
        sum(case when aging_basis = 'invoice' then open_amount else 0 end) as invoice_amount,
        sum(case when aging_basis = 'due' then base_open_amount else 0 end) as base_due_amount,
        sum(case when aging_basis = 'invoice' then base_open_amount else 0 end) as base_invoice_amount
    from {{ ref('rpt_aging') }}
    group by
        entity_id,
        customer_id,
        currency

),

items as (

    select
        entity_id,
        customer_id,
        currency,
        sum(open_amount) as open_amount,
        sum(base_open_amount) as base_open_amount
    from {{ ref('fct_receivable_items') }}
    group by
        entity_id,
        customer_id,
        currency

),

events as (

    select
        entity_id,
        customer_id,
        currency,
        sum(amount) as receivable_amount,
        sum(base_amount) as base_receivable_amount
    from {{ ref('fct_receivable_events') }}
    group by
        entity_id,
        customer_id,
        currency

)

select
    events.entity_id,
    events.customer_id,
    events.currency,
    events.receivable_amount,
    items.open_amount,
    aged.due_amount,
    aged.invoice_amount
from events
left join items
    on
        events.entity_id = items.entity_id
        and events.customer_id = items.customer_id
        and events.currency = items.currency
left join aged
    on
        events.entity_id = aged.entity_id
        and events.customer_id = aged.customer_id
        and events.currency = aged.currency
where
    events.receivable_amount <> coalesce(items.open_amount, 0)
    or events.base_receivable_amount <> coalesce(items.base_open_amount, 0)
    or events.receivable_amount <> coalesce(aged.due_amount, 0)
    or events.receivable_amount <> coalesce(aged.invoice_amount, 0)
    or events.base_receivable_amount <> coalesce(aged.base_due_amount, 0)
    or events.base_receivable_amount <> coalesce(aged.base_invoice_amount, 0)
