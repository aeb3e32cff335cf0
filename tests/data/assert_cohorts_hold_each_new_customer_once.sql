{#
  What: each new customer of `rpt_onboarding` that was billed is in one cohort of `rpt_first_payment_cohorts`; the levels add
  up to `*`; what is decided is in time, late or defaulted.
  Why it happens: a stage, a level or a state of a due day that the cohorts do not know.
  Window: all months. A row is a month whose cohorts do not add up.
#}
with

members as (

    select
        {{ month_end('first_invoiced_on') }} as first_invoiced_month_on,
        count(*) as customers_count
    from {{ ref('rpt_onboarding') }}
    where stage <> 'prospect'
    group by {{ month_end('first_invoiced_on') }}

),

cohorts as (

    select
        first_invoiced_month_on,
        sum(case when acceptance_level = '*' then customers_count else 0 end) as total_count,
        sum(case when acceptance_level = '*' then 0 else customers_count end) as levels_count,
        sum(case when acceptance_level = '*' then defaulted_count else -defaulted_count end) as defaulted_difference,
        sum(decided_count - paid_in_time_count - late_count - defaulted_count) as undecided_count
    from {{ ref('rpt_first_payment_cohorts') }}
    group by first_invoiced_month_on

)

select
    coalesce(members.first_invoiced_month_on, cohorts.first_invoiced_month_on) as first_invoiced_month_on,
    members.customers_count,
    cohorts.total_count,
    cohorts.levels_count,
    cohorts.defaulted_difference,
    cohorts.undecided_count
from members
full outer join cohorts
    on members.first_invoiced_month_on = cohorts.first_invoiced_month_on
where
    coalesce(members.customers_count, 0) <> coalesce(cohorts.total_count, 0)
    or cohorts.total_count <> cohorts.levels_count
    or cohorts.defaulted_difference <> 0
    or cohorts.undecided_count <> 0
