{#
  What: on no week does the share that a tier is expected to leave seriously late fall from one tier to a worse one, and
  every tier has one between 0 and 1.
  Why it happens: a rate of few customers that the tiers above it do not hold up; a tier that the weeks do not meet.
  Window: all weeks. A row names the week and the tier.
#}
with

rates as (

    select
        week_ending_on,
        risk_tier,
        tier_seriously_late_rate,
        lag(tier_seriously_late_rate) over (partition by week_ending_on order by tier_order) as better_rate
    from {{ ref('rpt_risk_tiers') }}

)

select * from rates
where
    tier_seriously_late_rate is null
    or tier_seriously_late_rate < 0
    or tier_seriously_late_rate > 1
    or tier_seriously_late_rate < better_rate
