{#
  What counts as a default of a customer: a write-off of at least what the policy says, in its own currency, from the day
  it was posted, and insolvency proceedings from the day they opened. A rounding difference written off is none.
#}
with

as_of as (

    select
        int_build.as_of_on,
        int_policy.default_write_off_amount
    from {{ ref('int_build') }} as int_build
    cross join {{ ref('int_policy') }} as int_policy

),

final as (

    select
        items.customer_id,
        items.posted_on as default_on,
        false as is_insolvency
    from {{ ref('int_receivable_items') }} as items
    cross join as_of
    where
        items.item_kind = 'write_off'
        and -items.amount >= as_of.default_write_off_amount
    union all
    select
        customers.customer_id,
        customers.insolvency_on as default_on,
        true as is_insolvency
    from {{ ref('dim_customers') }} as customers
    cross join as_of
    where customers.insolvency_on <= as_of.as_of_on

)

select * from final
