{#
  Groups: what all customers under one parent are exposed for together, beside the sum of their limits and covers.
#}
with

exposures as (

    select * from {{ ref('rpt_credit_exposures') }}

),

customers as (

    select * from {{ ref('dim_customers') }}

),

tiers as (

    select * from {{ ref('risk_tiers') }}

),

grouped as (

    select
        exposures.group_customer_id,
        count(*) as members_count,
        sum(exposures.exposure_amount) as exposure_amount,
        sum(exposures.overdue_amount) as overdue_amount,
        sum(exposures.limit_amount) as limit_amount,
        sum(exposures.insured_amount) as insured_amount,
        sum(exposures.own_risk_amount) as own_risk_amount,
        max(tiers.tier_order) as worst_tier_order
    from exposures
    left join tiers
        on exposures.risk_tier = tiers.risk_tier
    group by exposures.group_customer_id
    having count(*) > 1

),

final as (

    select
        grouped.group_customer_id,
        customers.customer_name as group_name,
        cast(grouped.members_count as integer) as members_count,
        {{ money('grouped.exposure_amount') }} as exposure_amount,
        {{ money('grouped.overdue_amount') }} as overdue_amount,
        {{ money('grouped.limit_amount') }} as limit_amount,
        {{ money('grouped.insured_amount') }} as insured_amount,
        {{ money('grouped.own_risk_amount') }} as own_risk_amount,
        worst.risk_tier as worst_risk_tier
    from grouped
    left join customers
        on grouped.group_customer_id = customers.customer_id
    left join tiers as worst
        on grouped.worst_tier_order = worst.tier_order

)

select * from final
{{ sorted_by('group_customer_id') }}
