{#
  The days that metrics are asked by: whole weeks and months from the first posting, to the end of the week and the
  month that hold the as-of day. Data, like everything: no clock.
#}
with

as_of as (

    select * from {{ ref('int_build') }}

),

span as (

    select
        least(
            {{ add_days(week_ending('min(items.posted_on)'), -6) }},
            {{ month_start('min(items.posted_on)') }}
        ) as first_on,
        greatest(
            {{ week_ending('max(as_of.as_of_on)') }},
            {{ month_end('max(as_of.as_of_on)') }}
        ) as last_on
    from {{ ref('int_receivable_items') }} as items
    cross join as_of
    having min(items.posted_on) is not null

),

days as (

    {{ day_series('span', 'first_on', 'last_on') }}

),

final as (

    select
        day as day_on,
        {{ week_ending('day') }} as week_ending_on,
        {{ month_end('day') }} as month_ending_on
    from days

)

select * from final
{{ sorted_by('day_on') }}
