with

risk as (

    select * from {{ ref('fct_customer_risk_weekly') }}

),

tiers as (

    select * from {{ ref('risk_tiers') }}

),

span as (

    select
        min(week_ending_on) as first_week_on,
        max(week_ending_on) as last_week_on
    from risk

),

steps as (

    select 4 as step_weeks
    union all
    select 13 as step_weeks

),

weeks as (

    select distinct week_ending_on from risk

),

-- Whole steps back from the newest week, so that where one step ends the next begins.
ends as (

    select
        weeks.week_ending_on,
        steps.step_weeks,
        {{ add_days('weeks.week_ending_on', '-7 * steps.step_weeks') }} as compared_week_on
    from weeks
    cross join steps
    cross join span
    where
        {{ days_between('weeks.week_ending_on', 'span.last_week_on') }} % (7 * steps.step_weeks) = 0
        and {{ add_days('weeks.week_ending_on', '-7 * steps.step_weeks') }} >= span.first_week_on

),

sides as (

    select
        ends.week_ending_on,
        ends.compared_week_on,
        ends.step_weeks,
        risk.customer_id,
        cast(null as varchar) as from_tier,
        risk.risk_tier as to_tier,
        cast(0 as decimal(18, 2)) as from_exposure_amount,
        risk.exposure_amount
    from risk
    inner join ends
        on risk.week_ending_on = ends.week_ending_on
    union all
    select
        ends.week_ending_on,
        ends.compared_week_on,
        ends.step_weeks,
        risk.customer_id,
        risk.risk_tier as from_tier,
        cast(null as varchar) as to_tier,
        risk.exposure_amount as from_exposure_amount,
        cast(0 as decimal(18, 2)) as exposure_amount
    from risk
    inner join ends
        on risk.week_ending_on = ends.compared_week_on

),

moves as (

    select
        week_ending_on,
        compared_week_on,
        step_weeks,
        customer_id,
        coalesce(max(from_tier), 'new') as from_tier,
        coalesce(max(to_tier), 'gone') as to_tier,
        sum(from_exposure_amount) as from_exposure_amount,
        sum(exposure_amount) as exposure_amount
    from sides
    group by
        week_ending_on,
        compared_week_on,
        step_weeks,
        customer_id

),

final as (

    select
        moves.week_ending_on,
        moves.compared_week_on,
        moves.step_weeks,
        moves.from_tier,
        moves.to_tier,
        case
            when moves.from_tier = 'new' then 'new'
            when moves.to_tier = 'gone' then 'gone'
            when to_tiers.tier_order > from_tiers.tier_order then 'worse'
            when to_tiers.tier_order < from_tiers.tier_order then 'better'
            else 'same'
        end as movement,
        count(*) as customers_count,
        {{ money('sum(moves.from_exposure_amount)') }} as from_exposure_amount,
        {{ money('sum(moves.exposure_amount)') }} as exposure_amount
    from moves
    left join tiers as from_tiers
        on moves.from_tier = from_tiers.risk_tier
    left join tiers as to_tiers
        on moves.to_tier = to_tiers.risk_tier
    group by
        moves.week_ending_on,
        moves.compared_week_on,
        moves.step_weeks,
        moves.from_tier,
        moves.to_tier,
        from_tiers.tier_order,
        to_tiers.tier_order

)

select * from final
{{ sorted_by('step_weeks', 'week_ending_on', 'from_tier', 'to_tier') }}
