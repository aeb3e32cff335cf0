{#
  How the first payment of new customers went, by the month they were first invoiced in and by acceptance level: paid in
  time, late, or not within the days of grace. `*` is the sum of the levels.
#}
with

policy as (

    select * from {{ ref('int_policy') }}

),

customers as (

    select
        {{ month_end('first_invoiced_on') }} as first_invoiced_month_on,
        coalesce(cast(acceptance_level as varchar), 'not given') as acceptance_level,
        stage,
        first_due_state,
        first_late_days
    from {{ ref('rpt_onboarding') }}
    where stage <> 'prospect'

),

levels as (

    select * from customers
    union all
    select
        first_invoiced_month_on,
        '*' as acceptance_level,
        stage,
        first_due_state,
        first_late_days
    from customers

),

counted as (

    select
        levels.first_invoiced_month_on,
        levels.acceptance_level,
        count(*) as customers_count,
        count(case when levels.first_due_state in ('kept', 'late', 'unpaid') then 1 end) as decided_count,
        count(case when levels.first_due_state = 'kept' then 1 end) as paid_in_time_count,
        count(
            case
                when
                    levels.first_due_state in ('late', 'unpaid')
                    and levels.first_late_days <= policy.grace_days
                    then 1
            end
        ) as late_count,
        count(case when levels.first_late_days > policy.grace_days then 1 end) as defaulted_count,
        count(case when levels.stage = 'watched' then 1 end) as watched_count,
        count(case when levels.stage = 'frozen' then 1 end) as frozen_count,
        count(case when levels.stage = 'graduated' then 1 end) as graduated_count
    from levels
    cross join policy
    group by
        levels.first_invoiced_month_on,
        levels.acceptance_level

),

final as (

    select
        first_invoiced_month_on,
        acceptance_level,
        customers_count,
        decided_count,
        paid_in_time_count,
        late_count,
        defaulted_count,
        {{ ratio('late_count + defaulted_count', 'decided_count') }} as first_payment_late_rate,
        {{ ratio('defaulted_count', 'decided_count') }} as first_payment_default_rate,
        watched_count,
        frozen_count,
        graduated_count
    from counted

)

select * from final
{{ sorted_by('first_invoiced_month_on', 'acceptance_level') }}
