{#
  The rows that weekly and monthly figures speak of, from the first posting to the as-of day: weeks end on
  Sunday, months by the calendar; the last of each speaks of the as-of day.
#}
with

as_of as (

    select * from {{ ref('int_build') }}

),

span as (

    select
        min(items.posted_on) as first_on,
        max(as_of.as_of_on) as last_on,
        {{ week_ending('min(items.posted_on)') }} as first_week_ending_on,
        {{ week_ending('max(as_of.as_of_on)') }} as last_week_ending_on
    from {{ ref('int_receivable_items') }} as items
    cross join as_of
    having min(items.posted_on) is not null

),

weeks as (

    {{ day_series('span', 'first_week_ending_on', 'last_week_ending_on', 7) }}

),

months as (

    {{ month_series('span', 'first_on', 'last_on') }}

),

period_ends as (

    select
        'week' as period_kind,
        day as period_ending_on
    from weeks
    union all
    select
        'month' as period_kind,
        {{ month_end('day') }} as period_ending_on
    from months

),

rows_as_of as (

    select
        period_ends.period_kind,
        period_ends.period_ending_on,
        least(period_ends.period_ending_on, as_of.as_of_on) as as_of_on,
        period_ends.period_ending_on <= as_of.as_of_on as is_complete
    from period_ends
    cross join as_of

),

windows as (

    -- The first day of each window; it ends on the row's as-of day, inclusive.
    select
        *,
        case
            when period_kind = 'week' then {{ add_days('as_of_on', -90) }}
            else {{ add_months(month_start('period_ending_on'), -2) }}
        end as window_from_on,
        case
            when period_kind = 'week' then {{ add_days('as_of_on', -363) }}
            else {{ add_months(month_start('period_ending_on'), -11) }}
        end as window_12m_from_on,
        case
            when period_kind = 'week' then {{ add_days('as_of_on', -27) }}
            else {{ month_start('period_ending_on') }}
        end as effectiveness_from_on
    from rows_as_of

),

final as (

    select
        *,
        {{ days_between('window_from_on', 'as_of_on') }} + 1 as window_days,
        {{ days_between('window_12m_from_on', 'as_of_on') }} + 1 as window_12m_days
    from windows

)

select * from final
