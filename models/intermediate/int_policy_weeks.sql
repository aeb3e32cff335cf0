{#
  The version of the risk policy that scores each week: the one in effect on the week's as-of day. A version appended later
  scores no week before its first day.
#}
with

versions as (

    select
        policy_version,
        from_on,
        solvency_weight,
        lead(from_on) over (order by from_on, policy_version) as next_from_on
    from {{ ref('risk_policies') }}

),

weeks as (

    select
        period_ending_on as week_ending_on,
        as_of_on
    from {{ ref('int_period_rows') }}
    where period_kind = 'week'

),

final as (

    select
        weeks.week_ending_on,
        weeks.as_of_on,
        versions.policy_version,
        versions.solvency_weight
    from weeks
    inner join versions
        on
            weeks.as_of_on >= versions.from_on
            and (versions.next_from_on is null or weeks.as_of_on < versions.next_from_on)

)

select * from final
