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

known as (

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

),

-- What a customer usually orders: the mean of its orders of the year before, of an entity and a currency.
usual as (

    select
        {% for measure, name in [('count(*)', 'usual_orders_count'), ('sum(amount)', 'usual_orders_amount')] %}
            {{ measure }} over (
                partition by customer_id, entity_id, currency
                order by {{ days_between("date '2000-01-01'", 'ordered_on') }}
                range between 365 preceding and 1 preceding
            ) as {{ name }},
        {% endfor %}
        *
    from known

),

final as (

    select
        order_id,
        entity_id,
        customer_id,
        ordered_on,
        delivered_on,
        billed_on,
        counts_from_on,
        ordered_to_on,
        currency,
        amount,
        deposit_amount,
        deposit_received_amount,
        has_signed_document,
        -- Too few orders are no habit.
        case
            when usual_orders_count >= 3 and amount > 0
                then {{ ratio('amount * usual_orders_count', 'usual_orders_amount') }}
        end as usual_order_multiple
    from usual

)

select * from final
