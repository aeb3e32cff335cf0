{#
  For each item, the spans of days with one open amount that is not zero. An item that is settled once gives one
  row: the allocation that closes it only ends its span.
#}
with

items as (

    select * from {{ ref('int_receivable_items') }}
    where amount <> 0

),

changes as (

    select * from {{ ref('int_open_amount_changes') }}

),

changes_by_item as (

    select
        entity_id,
        document_id,
        instalment_no,
        count(*) as changes_count,
        min(changed_on) as first_changed_on,
        sum(amount) as total_amount
    from changes
    group by
        entity_id,
        document_id,
        instalment_no

),

states as (

    select
        items.entity_id,
        items.document_id,
        items.instalment_no,
        items.posted_on,
        items.amount,
        changes_by_item.changes_count,
        changes_by_item.first_changed_on,
        changes_by_item.total_amount
    from items
    left join changes_by_item
        on
            items.entity_id = changes_by_item.entity_id
            and items.document_id = changes_by_item.document_id
            and items.instalment_no = changes_by_item.instalment_no

),

several_changes as (

    select
        states.entity_id,
        states.document_id,
        states.instalment_no,
        changes.changed_on as valid_from_on,
        lead(changes.changed_on) over (
            partition by states.entity_id, states.document_id, states.instalment_no
            order by changes.changed_on
        ) as valid_to_on,
        states.amount + sum(changes.amount) over (
            partition by states.entity_id, states.document_id, states.instalment_no
            order by changes.changed_on
            rows between unbounded preceding and current row
        ) as open_amount
    from states
    inner join changes
        on
            states.entity_id = changes.entity_id
            and states.document_id = changes.document_id
            and states.instalment_no = changes.instalment_no
    where states.changes_count > 1

),

spans as (

    -- From the posting to the first change …
    select
        entity_id,
        document_id,
        instalment_no,
        posted_on as valid_from_on,
        first_changed_on as valid_to_on,
        amount as open_amount
    from states
    where first_changed_on is null or first_changed_on > posted_on
    union all
    -- … after the only change, where something stays open …
    select
        entity_id,
        document_id,
        instalment_no,
        first_changed_on as valid_from_on,
        cast(null as date) as valid_to_on,
        amount + total_amount as open_amount
    from states
    where changes_count = 1
    union all
    -- … and after each of several.
    select
        entity_id,
        document_id,
        instalment_no,
        valid_from_on,
        valid_to_on,
        open_amount
    from several_changes

),

final as (

    select
        entity_id,
        document_id,
        instalment_no,
        valid_from_on,
        valid_to_on,
        {{ money('open_amount') }} as open_amount
    from spans
    where open_amount <> 0

)

select * from final
