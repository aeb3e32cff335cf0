{#
  What a tier was worth, known on each week: of what its customers of a year before had falling due since, the share that
  stayed unpaid beyond the days of grace. It never falls from one tier to a worse: a tier takes the worst rate of the better
  ones where its own is lower, or unknown; one better than all that is measured takes the best. Where nothing is measured
  yet it is 1: the list is then in order of own risk alone.
#}
with

risk as (

    select
        customer_id,
        risk_tier,
        {{ add_days('week_ending_on', 364) }} as later_week_on
    from {{ ref('fct_customer_risk_weekly') }}

),

customer_weeks as (

    select
        customer_id,
        week_ending_on,
        seriously_matured_amount,
        seriously_late_amount
    from {{ ref('fct_customer_weekly') }}
    where
        entity_id = '*'
        and seriously_matured_amount > 0

),

by_tier as (

    select
        risk.later_week_on as week_ending_on,
        risk.risk_tier,
        sum(customer_weeks.seriously_matured_amount) as matured_amount,
        sum(customer_weeks.seriously_late_amount) as late_amount
    from risk
    inner join customer_weeks
        on
            risk.customer_id = customer_weeks.customer_id
            and risk.later_week_on = customer_weeks.week_ending_on
    group by
        risk.later_week_on,
        risk.risk_tier

),

weeks as (

    select distinct week_ending_on from {{ ref('fct_customer_risk_weekly') }}

),

measured as (

    select
        weeks.week_ending_on,
        tiers.risk_tier,
        tiers.tier_order,
        {{ ratio('by_tier.late_amount', 'by_tier.matured_amount') }} as measured_rate
    from weeks
    cross join {{ ref('risk_tiers') }} as tiers
    left join by_tier
        on
            weeks.week_ending_on = by_tier.week_ending_on
            and tiers.risk_tier = by_tier.risk_tier

),

counted as (

    -- What few customers owe can make a better tier look worse than the one below it, or leave a tier without any: no
    -- tier counts as better than one above it.
    select
        week_ending_on,
        risk_tier,
        measured_rate,
        coalesce(
            max(measured_rate) over (
                partition by week_ending_on order by tier_order rows between unbounded preceding and current row
            ),
            min(measured_rate) over (partition by week_ending_on),
            1
        ) as tier_seriously_late_rate
    from measured

),

final as (

    select
        week_ending_on,
        risk_tier,
        measured_rate,
        coalesce(measured_rate = tier_seriously_late_rate, false) as is_measured,
        tier_seriously_late_rate
    from counted

)

select * from final
