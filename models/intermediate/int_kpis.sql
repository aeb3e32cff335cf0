{#
  The figures of collection speed of every period row, for the total and each member of each dimension, in both scopes:
  exact sums first, each ratio one division of two of them. The marts take their rows from here.
#}
with

period_rows as (

    select * from {{ ref('int_period_rows') }}

),

balances as (

    select * from {{ ref('int_period_balances') }}

),

flows as (

    select * from {{ ref('int_period_flows') }}

),

disputed as (

    select
        period_rows.period_kind,
        period_rows.period_ending_on,
        disputed.entity_id,
        disputed.cut_id,
        disputed.reporting_currency,
        sum(disputed.opening_disputed_amount) as opening_disputed_amount,
        sum(disputed.opening_12m_disputed_amount) as opening_12m_disputed_amount,
        sum(case when disputed.posted_on >= period_rows.window_from_on then disputed.disputed_sales_amount else 0 end)
            as disputed_sales_amount,
        sum(
            case
                when disputed.posted_on >= period_rows.window_12m_from_on then disputed.disputed_sales_amount
                else 0
            end
        ) as disputed_sales_12m_amount,
        sum(
            case
                when disputed.posted_on >= period_rows.effectiveness_from_on then disputed.disputed_sales_amount
                else 0
            end
        ) as disputed_effectiveness_sales_amount
    from {{ ref('int_period_disputed') }} as disputed
    inner join period_rows
        on
            disputed.period_kind = period_rows.period_kind
            and disputed.period_ending_on = period_rows.period_ending_on
    group by
        period_rows.period_kind,
        period_rows.period_ending_on,
        disputed.entity_id,
        disputed.cut_id,
        disputed.reporting_currency

),

countback as (

    select * from {{ ref('int_period_countback') }}

),

lateness as (

    select * from {{ ref('int_period_lateness') }}

),

payments as (

    select * from {{ ref('int_period_payments') }}

),

at_risk as (

    select * from {{ ref('int_period_at_risk') }}

),

at_risk_rows as (

    select
        period_rows.period_kind,
        period_rows.period_ending_on,
        period_rows.period_kind = 'month'
        and {{ add_days('period_rows.period_ending_on', 90) }} <= as_of.as_of_on as is_cohort_known
    from period_rows
    cross join {{ ref('int_build') }} as as_of

),

targets as (

    select * from {{ ref('int_period_targets') }}

),

cuts as (

    select distinct
        cut_id,
        dimension,
        member
    from {{ ref('int_kpi_cuts') }}

),

scopes as (

    select
        'all' as scope,
        0 as is_clean
    union all
    select
        'clean' as scope,
        1 as is_clean

),

amounts as (

    -- What is disputed on the row's day comes off every figure of `clean`, and off nothing of `all`.
    select
        cuts.dimension,
        cuts.member,
        balances.period_kind,
        balances.period_ending_on,
        period_rows.as_of_on,
        period_rows.is_complete,
        balances.entity_id,
        scopes.scope,
        balances.reporting_currency,
        period_rows.window_days,
        period_rows.window_12m_days,
        policy.funding_rate,
        {{ money('balances.receivable_amount - scopes.is_clean * balances.disputed_amount') }} as receivable_amount,
        {{ money(
            'balances.not_due_amount - scopes.is_clean * (balances.disputed_amount - balances.disputed_overdue_amount)'
        ) }} as not_due_amount,
        {{ money('balances.overdue_amount - scopes.is_clean * balances.disputed_overdue_amount') }} as overdue_amount,
        {{ money('balances.over_90_amount - scopes.is_clean * balances.disputed_over_90_amount') }} as over_90_amount,
        balances.disputed_amount,
        balances.disputed_overdue_amount,
        balances.unapplied_amount,
        balances.unapplied_cash_amount,
        balances.unapplied_cash_amount_days,
        cast(
            balances.overdue_amount_days - scopes.is_clean * balances.disputed_overdue_amount_days as decimal(28, 2)
        ) as overdue_amount_days,
        {{ money(
            'balances.opening_12m_receivable_amount - scopes.is_clean * coalesce(disputed.opening_12m_disputed_amount, 0)'
        ) }} as opening_12m_receivable_amount,
        {{ money(
            'balances.opening_receivable_amount - scopes.is_clean * coalesce(disputed.opening_disputed_amount, 0)'
        ) }} as opening_receivable_amount,
        {{ money('coalesce(flows.sales_amount, 0) - scopes.is_clean * coalesce(disputed.disputed_sales_amount, 0)') }}
            as sales_amount,
        {{ money(
            'coalesce(flows.sales_12m_amount, 0) - scopes.is_clean * coalesce(disputed.disputed_sales_12m_amount, 0)'
        ) }} as sales_12m_amount,
        {{ money(
            'coalesce(flows.effectiveness_sales_amount, 0)'
            ~ ' - scopes.is_clean * coalesce(disputed.disputed_effectiveness_sales_amount, 0)'
        ) }} as effectiveness_sales_amount,
        {{ money('coalesce(flows.collected_amount, 0)') }} as collected_amount,
        {{ money('coalesce(flows.period_collected_amount, 0)') }} as period_collected_amount,
        {{ money('coalesce(flows.written_off_amount, 0)') }} as written_off_amount,
        targets.collected_target_amount,
        -- A cohort is known 90 days after its month; a month without billing that is that old has one of nothing.
        case
            when at_risk_rows.is_cohort_known
                then {{ money(
                    'coalesce(at_risk.cohort_billed_amount, 0)'
                    ~ ' - scopes.is_clean * coalesce(at_risk.cohort_disputed_amount, 0)'
                ) }}
        end as cohort_billed_amount,
        case
            when at_risk_rows.is_cohort_known
                then {{ money(
                    'coalesce(at_risk.at_risk_amount, 0)'
                    ~ ' - scopes.is_clean * coalesce(at_risk.cohort_disputed_amount, 0)'
                ) }}
        end as at_risk_amount,
        countback.dso_countback_days,
        coalesce(countback.is_countback_exhausted, false) as is_countback_exhausted,
        coalesce(lateness.matured_items_count, 0) as matured_items_count,
        coalesce(lateness.late_items_count, 0) as late_items_count,
        {{ money('coalesce(lateness.matured_amount, 0)') }} as matured_amount,
        {{ money('coalesce(lateness.late_amount, 0)') }} as late_amount,
        {{ money('coalesce(lateness.seriously_matured_amount, 0)') }} as seriously_matured_amount,
        {{ money('coalesce(lateness.seriously_late_amount, 0)') }} as seriously_late_amount,
        {{ money('coalesce(payments.paid_amount, 0)') }} as paid_amount,
        {{ money('coalesce(payments.paid_late_amount, 0)') }} as paid_late_amount,
        cast(coalesce(payments.paid_amount_days_to_pay, 0) as decimal(28, 2)) as paid_amount_days_to_pay,
        cast(coalesce(payments.paid_amount_days_beyond_terms, 0) as decimal(28, 2)) as paid_amount_days_beyond_terms,
        cast(coalesce(payments.paid_amount_days_late, 0) as decimal(28, 2)) as paid_amount_days_late
    from balances
    inner join period_rows
        on
            balances.period_kind = period_rows.period_kind
            and balances.period_ending_on = period_rows.period_ending_on
    inner join cuts
        on balances.cut_id = cuts.cut_id
    inner join at_risk_rows
        on
            balances.period_kind = at_risk_rows.period_kind
            and balances.period_ending_on = at_risk_rows.period_ending_on
    cross join scopes
    cross join {{ ref('int_policy') }} as policy
    left join flows
        on
            balances.period_kind = flows.period_kind
            and balances.period_ending_on = flows.period_ending_on
            and balances.entity_id = flows.entity_id
            and balances.cut_id = flows.cut_id
            and balances.reporting_currency = flows.reporting_currency
    left join disputed
        on
            balances.period_kind = disputed.period_kind
            and balances.period_ending_on = disputed.period_ending_on
            and balances.entity_id = disputed.entity_id
            and balances.cut_id = disputed.cut_id
            and balances.reporting_currency = disputed.reporting_currency
    left join countback
        on
            balances.period_kind = countback.period_kind
            and balances.period_ending_on = countback.period_ending_on
            and balances.entity_id = countback.entity_id
            and balances.cut_id = countback.cut_id
            and balances.reporting_currency = countback.reporting_currency
            and scopes.scope = countback.scope
    left join lateness
        on
            balances.period_kind = lateness.period_kind
            and balances.period_ending_on = lateness.period_ending_on
            and balances.entity_id = lateness.entity_id
            and balances.cut_id = lateness.cut_id
            and balances.reporting_currency = lateness.reporting_currency
            and scopes.scope = lateness.scope
    left join payments
        on
            balances.period_kind = payments.period_kind
            and balances.period_ending_on = payments.period_ending_on
            and balances.entity_id = payments.entity_id
            and balances.cut_id = payments.cut_id
            and balances.reporting_currency = payments.reporting_currency
    left join at_risk
        on
            balances.period_kind = 'month'
            and balances.period_ending_on = at_risk.period_ending_on
            and balances.entity_id = at_risk.entity_id
            and balances.cut_id = at_risk.cut_id
            and balances.reporting_currency = at_risk.reporting_currency
    left join targets
        on
            balances.period_kind = 'month'
            and balances.cut_id = 0
            and balances.period_ending_on = targets.period_ending_on
            and balances.entity_id = targets.entity_id
            and balances.reporting_currency = targets.reporting_currency

),

final as (

    select
        dimension,
        member,
        period_kind,
        period_ending_on,
        as_of_on,
        is_complete,
        entity_id,
        scope,
        reporting_currency,
        window_days,
        window_12m_days,
        receivable_amount,
        not_due_amount,
        overdue_amount,
        over_90_amount,
        disputed_amount,
        disputed_overdue_amount,
        unapplied_amount,
        unapplied_cash_amount,
        unapplied_cash_amount_days,
        overdue_amount_days,
        opening_receivable_amount,
        opening_12m_receivable_amount,
        sales_amount,
        sales_12m_amount,
        effectiveness_sales_amount,
        collected_amount,
        period_collected_amount,
        collected_target_amount,
        written_off_amount,
        cohort_billed_amount,
        at_risk_amount,
        matured_items_count,
        late_items_count,
        matured_amount,
        late_amount,
        seriously_matured_amount,
        seriously_late_amount,
        paid_amount,
        paid_late_amount,
        paid_amount_days_to_pay,
        paid_amount_days_beyond_terms,
        paid_amount_days_late,
        case when receivable_amount >= 0 then {{ ratio('receivable_amount * window_days', 'sales_amount') }} end
            as dso_days,
        case when receivable_amount >= 0 then {{ ratio('receivable_amount * window_12m_days', 'sales_12m_amount') }} end
            as dso_12m_days,
        dso_countback_days,
        is_countback_exhausted,
        case when receivable_amount >= 0 then {{ ratio('not_due_amount * window_days', 'sales_amount') }} end
            as best_possible_dso_days,
        case when receivable_amount >= 0 then {{ ratio('overdue_amount * window_days', 'sales_amount') }} end
            as average_days_delinquent,
        case when receivable_amount >= 0 then {{ ratio('unapplied_amount * window_days', 'sales_amount') }} end
            as unapplied_days,
        case
            when receivable_amount >= 0
                then {{ ratio(
                    '(opening_receivable_amount + effectiveness_sales_amount - receivable_amount)',
                    '(opening_receivable_amount + effectiveness_sales_amount - not_due_amount)'
                ) }}
        end as collection_effectiveness_rate,
        case
            when receivable_amount >= 0
                then {{ ratio('2 * sales_12m_amount', '(opening_12m_receivable_amount + receivable_amount)') }}
        end as receivable_turnover_12m_ratio,
        {{ ratio('late_items_count', 'matured_items_count') }} as late_payment_rate_by_count,
        {{ ratio('late_amount', 'matured_amount') }} as late_payment_rate_by_value,
        {{ ratio('seriously_late_amount', 'seriously_matured_amount') }} as seriously_late_rate_by_value,
        {{ ratio('paid_amount_days_to_pay', 'paid_amount') }} as weighted_days_to_pay,
        {{ ratio('paid_amount_days_beyond_terms', 'paid_amount') }} as days_beyond_terms,
        {{ ratio('paid_amount_days_late', 'paid_amount') }} as days_beyond_terms_floored,
        {{ ratio('paid_amount_days_late', 'paid_late_amount') }} as days_beyond_terms_late_only,
        {{ ratio('not_due_amount', '(not_due_amount + overdue_amount)') }} as current_rate,
        {{ ratio('over_90_amount', '(not_due_amount + overdue_amount)') }} as over_90_rate,
        {{ ratio('overdue_amount_days', 'overdue_amount') }} as average_overdue_age_days,
        {{ ratio('(-unapplied_cash_amount_days)', '(-unapplied_cash_amount)') }} as average_unapplied_cash_age_days,
        {{ ratio('at_risk_amount', 'cohort_billed_amount') }} as at_risk_rate,
        {{ ratio('written_off_amount', 'sales_amount') }} as write_off_rate,
        {{ funding_cost('overdue_amount', 'funding_rate', 'window_days') }} as cost_of_overdue_amount,
        {{ ratio('period_collected_amount', 'collected_target_amount') }} as collected_target_rate
    from amounts

)

select * from final
