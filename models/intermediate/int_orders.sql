{#
  What customers ordered by the as-of day, with the days on which it counts: an order is exposure from the horizon before its
  delivery on (from its own day where no delivery is known), then as delivered and not billed, until it is billed.
#}
with

orders as (

    select * from {{ ref('stg_raw__orders') }}

),

policy as (

    select * from {{ ref('int_policy') }}

),

as_of as (

    select as_of_on from {{ ref('int_build') }}

),

main_currency as (

    select reporting_currency from {{ ref('int_reporting_currencies') }}
    where is_main

),

final as (

    select
        orders.order_id,
        orders.entity_id,
        orders.customer_id,
        orders.ordered_on,
        orders.delivered_on,
        orders.billed_on,
        case
            when orders.delivered_on is null then orders.ordered_on
            else greatest(orders.ordered_on, {{ add_days('orders.delivered_on', '-policy.order_horizon_days') }})
        end as counts_from_on,
        -- What is billed before it is delivered is a receivable at once.
        least(orders.delivered_on, orders.billed_on) as ordered_to_on,
        coalesce(orders.currency, entities.base_currency, main_currency.reporting_currency) as currency,
        orders.amount,
        orders.deposit_amount,
        orders.deposit_received_amount,
        orders.has_signed_document
    from orders
    cross join policy
    cross join as_of
    cross join main_currency
    left join {{ ref('int_entities') }} as entities
        on orders.entity_id = entities.entity_id
    where orders.ordered_on <= as_of.as_of_on

)

select * from final
