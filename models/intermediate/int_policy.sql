with

policy as (

    select * from {{ ref('policy') }}

),

final as (

    select
        {{ money("max(case when policy = 'late_tolerance_amount' then value end)") }} as late_tolerance_amount,
        cast(max(case when policy = 'late_tolerance_rate' then value end) as decimal(9, 6)) as late_tolerance_rate,
        cast(max(case when policy = 'bank_days' then value end) as integer) as bank_days,
        cast(max(case when policy = 'grace_days' then value end) as integer) as grace_days,
        {{ money("max(case when policy = 'gl_tolerance_amount' then value end)") }} as gl_tolerance_amount,
        cast(max(case when policy = 'fx_carry_days' then value end) as integer) as fx_carry_days,
        cast(max(case when policy = 'new_customer_days' then value end) as integer) as new_customer_days,
        cast(max(case when policy = 'first_history_days' then value end) as integer) as first_history_days,
        cast(max(case when policy = 'funding_rate' then value end) as decimal(9, 6)) as funding_rate,
        cast(max(case when policy = 'order_horizon_days' then value end) as integer) as order_horizon_days,
        cast(max(case when policy = 'insurance_uplift_rate' then value end) as decimal(9, 6)) as insurance_uplift_rate,
        {{ money("max(case when policy = 'limit_step_amount' then value end)") }} as limit_step_amount,
        cast(max(case when policy = 'promise_grace_days' then value end) as integer) as promise_grace_days,
        {{ money("max(case when policy = 'default_write_off_amount' then value end)") }} as default_write_off_amount,
        cast(max(case when policy = 'order_pattern_multiple' then value end) as decimal(9, 6))
            as order_pattern_multiple,
        cast(max(case when policy = 'most_assumed_due_days_rate' then value end) as decimal(9, 6))
            as most_assumed_due_days_rate,
        cast(max(case when policy = 'backtest_least_invoices' then value end) as integer) as backtest_least_invoices,
        case
            when max(case when policy = 'headline_dso_is_countback' then value end) = 1 then 'dso_countback_days'
            else 'dso_days'
        end as headline_dso
    from policy

)

select * from final
