{#
  The lines that open a year whose earlier years are loaded: those years' own lines stand for them, so they are not
  counted again. A line that names one document of an earlier year carries it forward: what it is lettered with settles that.
#}
with

lines as (

    select * from {{ ref('int_ledger_lines') }}

),

first_slices as (

    select
        entity_id,
        min(opened_slice) as first_slice
    from lines
    group by entity_id

),

replaced as (

    select lines.*
    from lines
    inner join first_slices
        on
            lines.entity_id = first_slices.entity_id
            and lines.opened_slice > first_slices.first_slice
    where lines.is_opening_line

),

items as (

    select
        lines.entity_id,
        lines.opened_slice,
        lines.account,
        lines.customer_id,
        lines.currency,
        lines.document_number,
        lines.item_kind || ':' || lines.line_id as document_id,
        lines.item_kind,
        lines.amount
    from lines
    left join replaced
        on
            lines.entity_id = replaced.entity_id
            and lines.line_id = replaced.line_id
    where replaced.line_id is null

),

-- Numbers are no keys of the books: a month, a bank's word or zeros may stand on many lines.
named_once as (

    select
        entity_id,
        opened_slice,
        account,
        customer_id,
        currency,
        document_number,
        sign(amount) as side,
        min(line_id) as line_id
    from replaced
    group by
        entity_id,
        opened_slice,
        account,
        customer_id,
        currency,
        document_number,
        sign(amount)
    having count(*) = 1

),

carried as (

    select
        openings.entity_id,
        openings.line_id,
        min(items.document_id) as carried_document_id,
        min(items.item_kind) as carried_item_kind,
        min(items.amount) as carried_amount
    from named_once as openings
    inner join items
        on
            openings.opened_slice > items.opened_slice
            and {{ same_customer_account('openings', 'items') }}
            and openings.document_number = items.document_number
            and openings.side = sign(items.amount)
    group by
        openings.entity_id,
        openings.line_id
    having count(*) = 1

),

final as (

    select
        replaced.entity_id,
        replaced.line_id,
        replaced.opened_slice,
        replaced.account,
        replaced.customer_id,
        replaced.posted_on,
        replaced.currency,
        replaced.amount,
        replaced.base_amount,
        replaced.is_brought_forward,
        -- No more can be carried forward than there was.
        case when abs(replaced.amount) <= abs(carried.carried_amount) then carried.carried_document_id end
            as carried_document_id,
        case when abs(replaced.amount) <= abs(carried.carried_amount) then carried.carried_item_kind end
            as carried_item_kind,
        case when abs(replaced.amount) <= abs(carried.carried_amount) then carried.carried_amount end as carried_amount
    from replaced
    left join carried
        on
            replaced.entity_id = carried.entity_id
            and replaced.line_id = carried.line_id

)

select * from final
