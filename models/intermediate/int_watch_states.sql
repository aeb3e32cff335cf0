{#
  What the rules of the watch list can speak of, for each customer and week in which it is owed anything: one column a
  measure. Known by that week.
#}
with

weeks as (

    select * from {{ ref('fct_customer_weekly') }}
    where
        entity_id = '*'
        and exposure_amount > 0

),

risk as (

    select
        risk.*,
        tiers.tier_order
    from {{ ref('fct_customer_risk_weekly') }} as risk
    inner join {{ ref('risk_tiers') }} as tiers
        on risk.risk_tier = tiers.risk_tier

),

inputs as (

    select * from {{ ref('int_customer_risk_inputs') }}

),

known as (

    select * from {{ ref('int_customer_risk_weekly') }}

),

first_receipts as (

    select
        customer_id,
        min(greatest(posted_on, received_on)) as first_paid_on
    from {{ ref('int_receivable_items') }}
    where is_cash
    group by customer_id

),

main_currency as (

    select reporting_currency from {{ ref('int_reporting_currencies') }}
    where is_main

),

policy as (

    select insurance_uplift_rate from {{ ref('int_policy') }}

),

granted as (

    select
        customer_id,
        starts_on,
        ends_on,
        currency,
        own_amount + temporary_amount as amount,
        1 as is_limit
    from {{ ref('int_limit_spans') }}
    union all
    select
        covers.customer_id,
        covers.starts_on,
        covers.ends_on,
        covers.currency,
        {{ convert_money('covers.limit_amount', scaled_rate('policy.insurance_uplift_rate'), scaled_rate('1')) }}
            as amount,
        0 as is_limit
    from {{ ref('int_cover_spans') }} as covers
    cross join policy
    where
        covers.is_covering
        and policy.insurance_uplift_rate > 0

),

limits as (

    -- The limit of each week in the main reporting currency, at that week's rate; unknown where a part has none.
    select
        period_rows.period_ending_on as week_ending_on,
        granted.customer_id,
        case
            when count(*) = count(rates.numerator)
                then sum({{ convert_money('granted.amount', 'rates.numerator', 'rates.denominator') }})
        end as limit_amount
    from granted
    cross join main_currency
    inner join {{ ref('int_period_rows') }} as period_rows
        on
            period_rows.period_kind = 'week'
            and granted.starts_on <= period_rows.as_of_on
            and (granted.ends_on is null or granted.ends_on > period_rows.as_of_on)
    left join {{ ref('int_credit_rates') }} as rates
        on
            granted.currency = rates.from_currency
            and main_currency.reporting_currency = rates.to_currency
            and period_rows.as_of_on = rates.rate_on
    group by
        period_rows.period_ending_on,
        granted.customer_id
    having max(granted.is_limit) = 1

),

final as (

    select
        weeks.week_ending_on,
        weeks.as_of_on,
        weeks.customer_id,
        weeks.exposure_amount,
        weeks.insured_amount,
        weeks.own_risk_amount,
        {{ money('limits.limit_amount') }} as limit_amount,
        risk.risk_tier,
        risk.risk_score,
        earlier.risk_tier as previous_risk_tier,
        risk.tier_order,
        risk.tier_order - earlier.tier_order as tier_fall,
        inputs.insolvency,
        inputs.prior_default,
        inputs.oldest_days_past_due,
        inputs.oldest_undisputed_days_past_due,
        case
            when first_receipts.first_paid_on is null or first_receipts.first_paid_on > weeks.as_of_on
                then inputs.oldest_undisputed_days_past_due
        end as first_payment_overdue_days,
        weeks.days_beyond_terms_13w - weeks.days_beyond_terms as days_beyond_terms_rise,
        weeks.overdue_amount,
        weeks.overdue_amount - weeks.disputed_overdue_amount as undisputed_overdue_amount,
        inputs.disputed_rate,
        inputs.broken_promises,
        inputs.orders_out_of_pattern,
        known.recent_bounces,
        known.recent_broken_promises,
        known.recent_signals,
        known.recent_cover_cuts,
        known.missed_notifications,
        {{ ratio('weeks.exposure_amount', 'limits.limit_amount') }} as utilisation_rate,
        -- Of a limit of nothing no share can be used.
        case when limits.limit_amount = 0 and weeks.receivable_amount > 0 then 1 end as owes_without_credit
    from weeks
    left join risk
        on
            weeks.customer_id = risk.customer_id
            and weeks.week_ending_on = risk.week_ending_on
    left join risk as earlier
        on
            weeks.customer_id = earlier.customer_id
            and {{ add_days('weeks.week_ending_on', -28) }} = earlier.week_ending_on
    left join inputs
        on
            weeks.customer_id = inputs.customer_id
            and weeks.week_ending_on = inputs.week_ending_on
    left join known
        on
            weeks.customer_id = known.customer_id
            and weeks.week_ending_on = known.week_ending_on
    left join first_receipts
        on weeks.customer_id = first_receipts.customer_id
    left join limits
        on
            weeks.customer_id = limits.customer_id
            and weeks.week_ending_on = limits.week_ending_on

)

select * from final
