with

risk as (

    select * from {{ ref('fct_customer_risk_weekly') }}

),

tiers as (

    select * from {{ ref('risk_tiers') }}

),

customer_weeks as (

    select
        customer_id,
        week_ending_on,
        matured_amount,
        late_amount
    from {{ ref('fct_customer_weekly') }}
    where entity_id = '*'

),

-- What the tiers were worth: of what matured in the 52 weeks ending a year later, the share that was late.
later as (

    select
        risk.week_ending_on,
        risk.risk_tier,
        sum(customer_weeks.matured_amount) as later_matured_amount,
        sum(customer_weeks.late_amount) as later_late_amount
    from risk
    inner join customer_weeks
        on
            risk.customer_id = customer_weeks.customer_id
            and {{ add_days('risk.week_ending_on', 364) }} = customer_weeks.week_ending_on
    group by
        risk.week_ending_on,
        risk.risk_tier

),

by_tier as (

    select
        risk.week_ending_on,
        risk.risk_tier,
        count(*) as customers_count,
        sum(risk.exposure_amount) as exposure_amount,
        sum(risk.overdue_amount) as overdue_amount,
        sum(risk.own_risk_amount) as own_risk_amount
    from risk
    group by
        risk.week_ending_on,
        risk.risk_tier

),

weeks as (

    select distinct week_ending_on from risk

),

final as (

    select
        weeks.week_ending_on,
        tiers.risk_tier,
        tiers.tier_order,
        tiers.tier_label,
        tiers.review_days,
        tiers.max_terms_days,
        tiers.deposit_rate,
        tiers.dunning_pace,
        tiers.credit_action,
        coalesce(by_tier.customers_count, 0) as customers_count,
        {{ money('coalesce(by_tier.exposure_amount, 0)') }} as exposure_amount,
        {{ money('coalesce(by_tier.overdue_amount, 0)') }} as overdue_amount,
        {{ money('coalesce(by_tier.own_risk_amount, 0)') }} as own_risk_amount,
        rates.tier_seriously_late_rate,
        rates.is_measured as is_rate_measured,
        {{ ratio('later.later_late_amount', 'later.later_matured_amount') }} as later_late_rate
    from weeks
    cross join tiers
    left join by_tier
        on
            weeks.week_ending_on = by_tier.week_ending_on
            and tiers.risk_tier = by_tier.risk_tier
    inner join {{ ref('int_tier_loss_rates') }} as rates
        on
            weeks.week_ending_on = rates.week_ending_on
            and tiers.risk_tier = rates.risk_tier
    left join later
        on
            weeks.week_ending_on = later.week_ending_on
            and tiers.risk_tier = later.risk_tier

)

select * from final
{{ sorted_by('week_ending_on', 'tier_order') }}
