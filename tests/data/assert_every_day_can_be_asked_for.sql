{#
  What: every day that a figure or an event speaks of has its row in dim_days, and the days have no gap.
  Why it happens: MetricFlow finds the time of a metric there; a day that is missing would be a figure that is missing.
  Window: all days. A row is a day that is missing, or all days where they are not as many as their ends say.
#}
with

asked as (

    select period_ending_on as day_on from {{ ref('fct_kpis') }}
    union
    select event_on as day_on from {{ ref('fct_receivable_events') }}

),

days as (

    select
        min(day_on) as first_on,
        max(day_on) as last_on,
        count(*) as days_count
    from {{ ref('dim_days') }}

),

final as (

    select
        'missing' as problem,
        asked.day_on
    from asked
    left join {{ ref('dim_days') }} as known
        on asked.day_on = known.day_on
    where known.day_on is null
    union all
    select
        'gap' as problem,
        first_on as day_on
    from days
    where days_count <> {{ days_between('first_on', 'last_on') }} + 1

)

select * from final
