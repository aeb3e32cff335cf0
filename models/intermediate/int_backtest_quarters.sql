{#
  The quarters of the back-test: each is scored at the last week's end before its first day, and what was learnt of
  its invoices by the next quarter's week is what could be learnt from then.
#}
with

as_of as (

    select * from {{ ref('int_build') }}

),

weeks as (

    select period_ending_on as week_ending_on
    from {{ ref('int_period_rows') }}
    where
        period_kind = 'week'
        and is_complete

),

span as (

    select
        min(weeks.week_ending_on) as first_on,
        max(as_of.as_of_on) as last_on
    from weeks
    cross join as_of
    having min(weeks.week_ending_on) is not null

),

months as (

    {{ month_series('span', 'first_on', 'last_on') }}

),

quarters as (

    select
        day as quarter_starts_on,
        {{ add_days(week_ending('day'), -7) }} as scored_on,
        {{ add_days(week_ending(add_months('day', 3)), -7) }} as next_scored_on
    from months
    where extract(month from day) in (1, 4, 7, 10)

),

final as (

    select
        quarters.quarter_starts_on,
        cast(extract(year from quarters.quarter_starts_on) as varchar)
        || '-Q' || cast(extract(quarter from quarters.quarter_starts_on) as varchar) as quarter,
        quarters.scored_on,
        quarters.next_scored_on
    from quarters
    inner join weeks
        on quarters.scored_on = weeks.week_ending_on

)

select * from final
