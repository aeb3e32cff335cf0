{#
  What: on the build's day, a customer's exposure is what it owes by the open items, what is financed, delivered and ordered,
  less deposits received; what is insured is no more than what is insurable, own risk is the rest and never below zero; the week
  rows of its entities add up to its own; orders to decide on, and those delivered and not billed, are the orders that
  exposure counts.
  Why it happens: a span that the running sums lost or counted twice; a cover that counts an item twice.
  Window: all customers but those of the group. A row names the customer, what differs and by how much.
#}
with

as_of as (

    select as_of_on from {{ ref('int_build') }}

),

exposures as (

    select * from {{ ref('rpt_credit_exposures') }}

),

open_items as (

    select
        intervals.customer_id,
        sum(intervals.reporting_open_amount) as open_amount
    from {{ ref('fct_item_intervals') }} as intervals
    cross join as_of
    where
        intervals.valid_from_on <= as_of.as_of_on
        and (intervals.valid_to_on is null or intervals.valid_to_on > as_of.as_of_on)
    group by intervals.customer_id

),

orders as (

    select
        orders.customer_id,
        sum(
            case
                when
                    orders.counts_from_on <= as_of.as_of_on
                    and (orders.ordered_to_on is null or orders.ordered_to_on > as_of.as_of_on)
                    then orders.reporting_amount
                else 0
            end
        ) as ordered_amount
    from {{ ref('int_orders_valued') }} as orders
    cross join as_of
    where orders.reporting_amount is not null
    group by orders.customer_id

),

unbilled as (

    select
        customer_id,
        sum(reporting_amount) as delivered_amount
    from {{ ref('rpt_unbilled_deliveries') }}
    group by customer_id

),

decided as (

    select
        customer_id,
        sum(reporting_amount) as decided_amount
    from {{ ref('rpt_order_decisions') }}
    group by customer_id

),

entities as (

    select
        weeks.customer_id,
        sum(case when weeks.entity_id = '*' then 0 else weeks.insured_amount end) as insured_of_entities,
        sum(case when weeks.entity_id = '*' then weeks.insured_amount else 0 end) as insured_of_all
    from {{ ref('fct_customer_weekly') }} as weeks
    inner join as_of
        on weeks.as_of_on = as_of.as_of_on
    group by weeks.customer_id

),

checks as (

    select
        exposures.customer_id,
        'receivable' as part,
        exposures.receivable_amount - coalesce(open_items.open_amount, 0) as difference
    from exposures
    left join open_items
        on exposures.customer_id = open_items.customer_id
    union all
    select
        exposures.customer_id,
        'ordered' as part,
        coalesce(exposures.ordered_amount, 0) - coalesce(orders.ordered_amount, 0) as difference
    from exposures
    left join orders
        on exposures.customer_id = orders.customer_id
    union all
    select
        exposures.customer_id,
        'delivered' as part,
        coalesce(exposures.delivered_not_billed_amount, 0) - coalesce(unbilled.delivered_amount, 0) as difference
    from exposures
    left join unbilled
        on exposures.customer_id = unbilled.customer_id
    union all
    select
        exposures.customer_id,
        'decided orders' as part,
        coalesce(exposures.ordered_amount, 0) - coalesce(decided.decided_amount, 0) as difference
    from exposures
    left join decided
        on exposures.customer_id = decided.customer_id
    union all
    select
        customer_id,
        'exposure' as part,
        exposure_amount - (
            receivable_amount + financed_amount + coalesce(ordered_amount, 0)
            + coalesce(delivered_not_billed_amount, 0) - coalesce(deposits_received_amount, 0)
        ) as difference
    from exposures
    union all
    select
        customer_id,
        'own risk' as part,
        own_risk_amount - greatest(exposure_amount - coalesce(insured_amount, 0), 0) as difference
    from exposures
    union all
    select
        customer_id,
        'insured beyond what is insurable' as part,
        greatest(insured_amount - eligible_amount, 0) as difference
    from exposures
    union all
    select
        customer_id,
        'insured by entity' as part,
        insured_of_entities - insured_of_all as difference
    from entities

)

select * from checks
where difference <> 0
