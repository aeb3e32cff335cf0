{#
  What moved into a tier is what is in it: the customers and exposure of the cells by tier after are those of
  rpt_risk_tiers in that week, and by tier before those of the week compared with. A row is a tier that differs.
#}
with

migrations as (

    select
        week_ending_on,
        to_tier as risk_tier,
        step_weeks,
        sum(customers_count) as customers_count,
        sum(exposure_amount) as exposure_amount
    from {{ ref('rpt_tier_migrations') }}
    where to_tier <> 'gone'
    group by
        week_ending_on,
        to_tier,
        step_weeks
    union all
    select
        compared_week_on as week_ending_on,
        from_tier as risk_tier,
        -step_weeks as step_weeks,
        sum(customers_count) as customers_count,
        sum(from_exposure_amount) as exposure_amount
    from {{ ref('rpt_tier_migrations') }}
    where from_tier <> 'new'
    group by
        compared_week_on,
        from_tier,
        step_weeks

),

tiers as (

    select * from {{ ref('rpt_risk_tiers') }}

)

select
    migrations.*,
    tiers.customers_count as tier_customers_count,
    tiers.exposure_amount as tier_exposure_amount
from migrations
left join tiers
    on
        migrations.week_ending_on = tiers.week_ending_on
        and migrations.risk_tier = tiers.risk_tier
where
    tiers.customers_count is null
    or migrations.customers_count <> tiers.customers_count
    or migrations.exposure_amount <> tiers.exposure_amount
