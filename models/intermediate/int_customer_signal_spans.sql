{#
  What was heard of a customer, as spans of days in which it counts: from the day it was observed to the next word on the
  same signal, at most as long as the policy lets it count. A flag with the value 0 was lifted. Of several words on one
  day, the last id speaks.
#}
with

as_of as (

    select
        as_of_on,
        {{ add_days('as_of_on', 1) }} as after_on
    from {{ ref('int_build') }}

),

kinds as (

    select * from {{ ref('credit_signals') }}

),

observed as (

    select
        signals.signal_id,
        signals.customer_id,
        signals.signal,
        kinds.signal_kind,
        signals.observed_on,
        kinds.stale_days,
        kinds.counts_days,
        case when kinds.signal_kind = 'flag' then coalesce(signals.value, 1) else signals.value end as value,
        row_number() over (
            partition by signals.customer_id, signals.signal, signals.observed_on order by signals.signal_id desc
        ) as day_rank
    from {{ ref('stg_raw__credit_signals') }} as signals
    inner join kinds
        on signals.signal = kinds.signal
    cross join as_of
    where
        signals.observed_on <= as_of.as_of_on
        -- A score without its value says nothing.
        and (kinds.signal_kind = 'flag' or signals.value is not null)

),

newest_of_day as (

    select
        *,
        lead(observed_on) over (partition by customer_id, signal order by observed_on) as next_observed_on
    from observed
    where day_rank = 1

),

final as (

    select
        newest.signal_id,
        newest.customer_id,
        newest.signal,
        newest.signal_kind,
        cast(newest.value as decimal(12, 3)) as value,
        newest.observed_on as starts_on,
        {{ add_days('newest.observed_on', 'newest.stale_days') }} as stale_from_on,
        least(
            coalesce(newest.next_observed_on, as_of.after_on),
            {{ add_days('newest.observed_on', 'newest.counts_days') }},
            as_of.after_on
        ) as ends_on
    from newest_of_day as newest
    cross join as_of
    where newest.signal_kind = 'score' or newest.value <> 0

)

select * from final
