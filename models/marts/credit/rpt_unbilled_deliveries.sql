{#
  Orders delivered by the as-of day and not billed by it: what `delivered_not_billed_amount` of a customer's exposure is made
  of, with the days since it was delivered. Nobody reminds a customer of what it was never billed.
#}
with

as_of as (

    select as_of_on from {{ ref('int_build') }}

),

orders as (

    select * from {{ ref('int_orders_valued') }}

),

final as (

    select
        orders.entity_id,
        orders.order_id,
        orders.customer_id,
        customers.customer_name,
        customers.sales_owner,
        customers.collector,
        risk.risk_tier,
        orders.ordered_on,
        orders.delivered_on,
        {{ days_between('orders.delivered_on', 'as_of.as_of_on') }} as days_unbilled,
        orders.currency,
        {{ money('orders.amount') }} as amount,
        orders.reporting_currency,
        {{ money('orders.reporting_amount') }} as reporting_amount,
        orders.has_signed_document
    from orders
    cross join as_of
    inner join {{ ref('dim_customers') }} as customers
        on
            orders.customer_id = customers.customer_id
            and customers.customer_kind <> 'intragroup'
    left join {{ ref('fct_customer_risk_weekly') }} as risk
        on
            orders.customer_id = risk.customer_id
            and as_of.as_of_on = risk.as_of_on
    where
        orders.delivered_on <= as_of.as_of_on
        and (orders.billed_on is null or orders.billed_on > as_of.as_of_on)

)

select * from final
{{ sorted_by('customer_id', 'delivered_on', 'order_id') }}
