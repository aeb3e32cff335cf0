{#
  Orders with their amounts in the main reporting currency, at the rate of the order's day. Without a rate they are unknown,
  which `rpt_exceptions` says.
#}
with

orders as (

    select * from {{ ref('int_orders') }}

),

rates as (

    select * from {{ ref('int_credit_rates') }}

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
        orders.counts_from_on,
        orders.ordered_to_on,
        orders.currency,
        orders.amount,
        orders.deposit_amount,
        orders.deposit_received_amount,
        orders.has_signed_document,
        orders.usual_order_multiple,
        {% for amount in ['amount', 'deposit_amount', 'deposit_received_amount'] %}
            case
                when orders.currency = main_currency.reporting_currency then orders.{{ amount }}
                else {{ convert_money('orders.' ~ amount, 'rates.numerator', 'rates.denominator') }}
            end as reporting_{{ amount }},
        {% endfor %}
        main_currency.reporting_currency
    from orders
    cross join main_currency
    left join rates
        on
            orders.currency = rates.from_currency
            and main_currency.reporting_currency = rates.to_currency
            and orders.ordered_on = rates.rate_on

)

select * from final
