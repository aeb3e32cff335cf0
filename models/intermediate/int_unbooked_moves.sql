{#
  What moves the accounts of companies whose books are loaded and stands in no line of these books: documents that only another source
  tells of, such as payments the bank has and the books have not yet, and what is set off between accounts or customers. By
  them, what is owed differs from what the books' accounts hold.
#}
with

companies as (

    select distinct entity_id
    from {{ ref('int_ledger_items') }}

),

booked as (

    select
        entity_id,
        item_kind || ':' || line_id as document_id
    from {{ ref('int_ledger_items') }}

),

final as (

    select
        events.entity_id,
        events.account,
        events.customer_id,
        events.currency,
        events.event_on as moved_on,
        events.amount
    from {{ ref('fct_receivable_events') }} as events
    inner join companies
        on events.entity_id = companies.entity_id
    left join booked
        on
            events.entity_id = booked.entity_id
            and events.document_id = booked.document_id
    where
        events.event_kind <> 'applied'
        -- Lines are lettered within one customer's account: what goes beyond it, no letter did.
        and (booked.document_id is null or events.event_kind in ('transfer', 'exchange'))

)

select * from final
