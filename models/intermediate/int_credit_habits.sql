{#
  What a customer's limit can be measured by: the terms it was billed at and what it paid, over the 52 weeks to the as-of
  day.
#}
with

as_of as (

    select as_of_on from {{ ref('int_build') }}

),

main_currency as (

    select reporting_currency from {{ ref('int_reporting_currencies') }}
    where is_main

),

items as (

    -- In one currency, or a customer of two entities would be weighed by the size of their units.
    select
        items.customer_id,
        items.item_kind,
        items.posted_on,
        items.invoiced_on,
        items.due_on,
        {{ in_main_currency('items') }} as amount
    from {{ ref('int_receivable_items') }} as items
    cross join main_currency
    left join {{ ref('int_reporting_items') }} as converted
        on
            items.entity_id = converted.entity_id
            and items.document_id = converted.document_id
            and items.instalment_no = converted.instalment_no
            and converted.is_main

),

final as (

    select
        items.customer_id,
        {{ ratio(
            'sum(items.amount * ' ~ days_between('items.invoiced_on', 'items.due_on') ~ ')', 'sum(items.amount)'
        ) }} as agreed_days
    from items
    cross join as_of
    where
        items.item_kind in ('invoice', 'debit_note')
        and items.amount > 0
        and items.posted_on > {{ add_days('as_of.as_of_on', -364) }}
    group by items.customer_id

)

select * from final
