{#
  Each customer's exposure on the as-of day beside its limit and its cover, and the limit that its payments recommend.
  Recommended: what it paid in 52 weeks ÷ 364 × (the days it is billed at + the days it pays late) × the tier's factor,
  rounded down to whole steps.
#}
with

as_of as (

    select as_of_on from {{ ref('int_build') }}

),

policy as (

    select * from {{ ref('int_policy') }}

),

customers as (

    select * from {{ ref('dim_customers') }}
    where customer_kind <> 'intragroup'

),

weeks as (

    select weeks.*
    from {{ ref('fct_customer_weekly') }} as weeks
    inner join as_of
        on weeks.as_of_on = as_of.as_of_on
    where weeks.entity_id = '*'

),

risk as (

    select risk.*
    from {{ ref('fct_customer_risk_weekly') }} as risk
    inner join as_of
        on risk.as_of_on = as_of.as_of_on

),

tiers as (

    select
        tiers.*,
        factors.limit_factor
    from {{ ref('risk_tiers') }} as tiers
    left join {{ ref('limit_factors') }} as factors
        on tiers.risk_tier = factors.risk_tier

),

limits as (

    select * from {{ ref('int_limit_headroom') }}

),

ended_limits as (

    select
        limits.customer_id,
        max(limits.valid_to) as ended_on
    from {{ ref('stg_raw__credit_limits') }} as limits
    inner join as_of
        on limits.valid_to < as_of.as_of_on
    where
        limits.limit_kind = 'own'
        and limits.valid_from <= limits.valid_to
    group by limits.customer_id

),

covers as (

    select covers.*
    from {{ ref('int_cover_spans') }} as covers
    inner join as_of
        on
            covers.starts_on <= as_of.as_of_on
            and (covers.ends_on is null or covers.ends_on > as_of.as_of_on)

),

cover_rates as (

    select rates.*
    from {{ ref('int_credit_rates') }} as rates
    inner join as_of
        on rates.rate_on = as_of.as_of_on
    inner join {{ ref('int_reporting_currencies') }} as currencies
        on
            rates.to_currency = currencies.reporting_currency
            and currencies.is_main

),

deposits as (

    select
        orders.customer_id,
        sum(orders.reporting_deposit_amount) as deposits_asked_amount
    from {{ ref('int_orders_valued') }} as orders
    cross join as_of
    where orders.billed_on is null or orders.billed_on > as_of.as_of_on
    group by orders.customer_id

),

given as (

    select
        max(case when table_name = 'credit_limits' then 1 else 0 end) as has_limits,
        max(case when table_name = 'credit_covers' then 1 else 0 end) as has_covers,
        max(case when table_name = 'orders' then 1 else 0 end) as has_orders
    from {{ ref('int_given_tables') }}

),

-- The longest days that the terms of a contract can give: to the end of a month, and to a day of the next.
contracts as (

    select
        payment_terms,
        days
        + case when end_of_month <> 'none' then 30 else 0 end
        + coalesce(day_of_month, 0) as longest_days
    from {{ ref('payment_terms') }}

),

concerned as (

    select customer_id from weeks
    union
    -- Whose only order has no rate has no exposure that is known, and still an order to decide on.
    select orders.customer_id
    from {{ ref('int_orders_valued') }} as orders
    cross join as_of
    where
        orders.counts_from_on <= as_of.as_of_on
        and (orders.billed_on is null or orders.billed_on > as_of.as_of_on)
    union
    select customer_id from limits
    union
    select customer_id from covers

),

measured as (

    select
        customers.*,
        weeks.receivable_amount,
        weeks.not_due_amount,
        weeks.overdue_amount,
        weeks.unapplied_amount,
        weeks.disputed_amount,
        weeks.financed_amount,
        weeks.ordered_amount,
        weeks.delivered_not_billed_amount,
        weeks.deposits_received_amount,
        weeks.exposure_amount,
        weeks.eligible_amount,
        weeks.insured_amount,
        weeks.own_risk_amount,
        weeks.paid_amount,
        deposits.deposits_asked_amount,
        risk.risk_tier,
        risk.risk_score,
        tiers.limit_factor,
        tiers.max_terms_days,
        tiers.deposit_rate,
        tiers.review_days,
        tiers.credit_action,
        limits.limit_currency,
        limits.own_limit_amount,
        limits.temporary_limit_amount,
        limits.uplift_limit_amount,
        limits.granted_amount,
        limits.used_amount,
        limits.utilisation_rate,
        limits.limit_amount,
        limits.reporting_used_amount,
        limits.reporting_excess_amount,
        ended_limits.ended_on,
        limits.own_valid_to_on,
        limits.temporary_valid_to_on,
        limits.approved_by,
        limits.reviewed_on,
        covers.insurer,
        covers.status as cover_status,
        covers.cover_rate,
        covers.cover_valid_to_on,
        {{ convert_money('covers.limit_amount', 'cover_rates.numerator', 'cover_rates.denominator') }}
            as insurer_limit_amount,
        habits.agreed_days,
        contracts.longest_days as contract_days,
        cast(round(habits.agreed_days, 0) as integer) as terms_days,
        cast(round(greatest(coalesce(weeks.days_beyond_terms, 0), 0), 0) as integer) as counted_late_days,
        given.has_limits,
        given.has_covers,
        given.has_orders
    from concerned
    inner join customers
        on concerned.customer_id = customers.customer_id
    cross join given
    left join weeks
        on concerned.customer_id = weeks.customer_id
    left join deposits
        on concerned.customer_id = deposits.customer_id
    left join risk
        on concerned.customer_id = risk.customer_id
    left join tiers
        on risk.risk_tier = tiers.risk_tier
    left join limits
        on concerned.customer_id = limits.customer_id
    left join ended_limits
        on concerned.customer_id = ended_limits.customer_id
    left join covers
        on concerned.customer_id = covers.customer_id
    left join cover_rates
        on covers.currency = cover_rates.from_currency
    left join {{ ref('int_credit_habits') }} as habits
        on concerned.customer_id = habits.customer_id
    left join contracts
        on customers.payment_terms = contracts.payment_terms

),

recommended as (

    select
        measured.*,
        policy.limit_step_amount,
        case
            when coalesce(measured.paid_amount, 0) > 0 and measured.terms_days is not null
                then {{ convert_money(
                    'measured.paid_amount',
                    '((measured.terms_days + measured.counted_late_days) * ' ~ scaled_rate('measured.limit_factor') ~ ')',
                    scaled_rate('364')
                ) }}
        end as recommended_exact_amount
    from measured
    cross join policy

),

judged as (

    select
        recommended.*,
        coalesce(recommended.insolvency_on <= as_of.as_of_on, false) as is_insolvent
    from recommended
    cross join as_of

),

final as (

    select
        recommended.customer_id,
        recommended.customer_name,
        recommended.group_customer_id,
        recommended.segment,
        recommended.country_code,
        recommended.sales_owner,
        recommended.collector,
        recommended.risk_tier,
        recommended.risk_score,
        recommended.credit_action,
        as_of.as_of_on,
        recommended.is_insolvent,
        {{ money('coalesce(recommended.receivable_amount, 0)') }} as receivable_amount,
        {{ money('coalesce(recommended.overdue_amount, 0)') }} as overdue_amount,
        {{ money('coalesce(recommended.unapplied_amount, 0)') }} as unapplied_amount,
        {{ money('coalesce(recommended.disputed_amount, 0)') }} as disputed_amount,
        {{ money('coalesce(recommended.financed_amount, 0)') }} as financed_amount,
        {{ money(
            'case when recommended.has_orders = 1 then coalesce(recommended.delivered_not_billed_amount, 0) end'
        ) }} as delivered_not_billed_amount,
        {{ money('case when recommended.has_orders = 1 then coalesce(recommended.ordered_amount, 0) end') }}
            as ordered_amount,
        {{ money('case when recommended.has_orders = 1 then coalesce(recommended.deposits_asked_amount, 0) end') }}
            as deposits_asked_amount,
        {{ money('case when recommended.has_orders = 1 then coalesce(recommended.deposits_received_amount, 0) end') }}
            as deposits_received_amount,
        {{ money('coalesce(recommended.exposure_amount, 0)') }} as exposure_amount,
        recommended.limit_currency,
        recommended.own_limit_amount,
        recommended.temporary_limit_amount,
        recommended.uplift_limit_amount,
        recommended.granted_amount,
        recommended.used_amount,
        recommended.utilisation_rate,
        -- Without a limit, or a rate to hold it against what is used, both are unknown, not zero.
        {{ money(
            'case when recommended.granted_amount is not null and recommended.used_amount is not null'
            ~ ' then greatest(recommended.used_amount - recommended.granted_amount, 0) end'
        ) }} as excess_amount,
        {{ money(
            'case when recommended.granted_amount is not null and recommended.used_amount is not null'
            ~ ' then greatest(recommended.granted_amount - recommended.used_amount, 0) end'
        ) }} as headroom_amount,
        recommended.limit_amount,
        recommended.reporting_used_amount,
        recommended.reporting_excess_amount,
        coalesce(
            recommended.own_valid_to_on, case when recommended.limit_currency is null then recommended.ended_on end
        ) as limit_valid_to_on,
        recommended.temporary_valid_to_on,
        recommended.approved_by as limit_approved_by,
        recommended.reviewed_on as limit_reviewed_on,
        {{ add_days('recommended.reviewed_on', 'recommended.review_days') }} as limit_review_due_on,
        recommended.insurer,
        recommended.cover_status,
        recommended.cover_rate,
        recommended.insurer_limit_amount,
        recommended.cover_valid_to_on,
        {{ money('case when recommended.has_covers = 1 then coalesce(recommended.eligible_amount, 0) end') }}
            as eligible_amount,
        {{ money('case when recommended.has_covers = 1 then coalesce(recommended.insured_amount, 0) end') }}
            as insured_amount,
        {{ money('coalesce(recommended.own_risk_amount, 0)') }} as own_risk_amount,
        {{ money(
            'case when recommended.is_insolvent then 0 else '
            ~ whole_steps('recommended.recommended_exact_amount', 'recommended.limit_step_amount') ~ ' end'
        ) }} as recommended_limit_amount,
        least(recommended.terms_days, recommended.max_terms_days) as recommended_terms_days,
        recommended.deposit_rate as recommended_deposit_rate,
        recommended.payment_terms,
        recommended.contract_days,
        recommended.terms_days,
        recommended.terms_days > recommended.contract_days as is_beyond_contract_terms,
        recommended.counted_late_days,
        {{ money('coalesce(recommended.paid_amount, 0)') }} as paid_amount,
        recommended.limit_factor,
        case
            when recommended.is_insolvent then 'Insolvency proceedings are open: nothing on credit'
            when recommended.recommended_exact_amount is null then 'Nothing paid in 52 weeks to measure a limit by'
            else 'Paid in 52 weeks ' || cast(recommended.paid_amount as varchar) || ' ÷ 364 × ('
                || cast(recommended.terms_days as varchar) || ' days agreed + '
                || cast(recommended.counted_late_days as varchar) || ' late) × '
                || cast(cast(recommended.limit_factor as decimal(9, 2)) as varchar) || ' (tier '
                || recommended.risk_tier || '), in steps of '
                || cast(cast(recommended.limit_step_amount as decimal(18, 0)) as varchar)
        end as recommended_formula,
        case
            when recommended.has_limits = 0 then 'not provided'
            when recommended.limit_currency is null and recommended.ended_on is not null then 'expired'
            when recommended.limit_currency is null then 'none'
            else 'given'
        end as limit_state,
        case
            when recommended.has_covers = 0 then 'not provided'
            when recommended.cover_status is null then 'none'
            else recommended.cover_status
        end as cover_state
    from judged as recommended
    cross join as_of

)

select * from final
{{ sorted_by('customer_id') }}
