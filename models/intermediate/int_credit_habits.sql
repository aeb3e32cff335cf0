{#
  What a customer's limit can be measured by: the terms it was billed at and what it paid, over the 52 weeks to the as-of
  day.
#}
with

as_of as (

    select as_of_on from {{ ref('int_build') }}

),

final as (

    select
        items.customer_id,
        {{ ratio(
            'sum(items.base_amount * ' ~ days_between('items.invoiced_on', 'items.due_on') ~ ')',
            'sum(items.base_amount)'
        ) }} as agreed_days
    from {{ ref('int_receivable_items') }} as items
    cross join as_of
    where
        items.item_kind in ('invoice', 'debit_note')
        and items.amount > 0
        and items.posted_on > {{ add_days('as_of.as_of_on', -364) }}
    group by items.customer_id

)

select * from final
