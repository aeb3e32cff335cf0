{#
  What was known of a customer at a quarter's week, beside what came of the invoices posted in the 13 (and 26) weeks
  after it. The late rate by count, which no weekly figure holds, is a running sum over the quarters' weeks: an item
  counts from the first that knows it to the first whose 52 weeks have left it behind.
#}
with

as_of as (

    select * from {{ ref('int_build') }}

),

quarters as (

    select * from {{ ref('int_backtest_quarters') }}

),

outcomes as (

    select * from {{ ref('int_backtest_outcomes') }}

),

horizons as (

    {% for weeks in [13, 26] %}
        select {{ weeks }} as horizon_weeks
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

posting_weeks as (

    -- A week belongs to the 13 weeks of one quarter at most, to the 26 of two.
    select
        horizons.horizon_weeks,
        quarters.scored_on,
        weeks.period_ending_on as week_ending_on
    from quarters
    cross join horizons
    inner join {{ ref('int_period_rows') }} as weeks
        on
            quarters.scored_on < weeks.period_ending_on
            and {{ add_days('quarters.scored_on', '7 * horizons.horizon_weeks') }} >= weeks.period_ending_on
            and weeks.period_kind = 'week'

),

came as (

    select
        posting_weeks.horizon_weeks,
        posting_weeks.scored_on,
        outcomes.customer_id,
        sum(outcomes.posted_count) as posted_count,
        sum(outcomes.matured_count) as matured_count,
        sum(outcomes.late_count) as late_count,
        sum(outcomes.matured_amount) as matured_amount,
        sum(outcomes.late_amount) as late_amount,
        sum(outcomes.seriously_matured_count) as seriously_matured_count,
        sum(outcomes.seriously_late_count) as seriously_late_count,
        sum(outcomes.learnt_count) as learnt_count,
        sum(outcomes.learnt_late_count) as learnt_late_count
    from outcomes
    inner join posting_weeks
        on outcomes.week_ending_on = posting_weeks.week_ending_on
    group by
        posting_weeks.horizon_weeks,
        posting_weeks.scored_on,
        outcomes.customer_id

),

counting_weeks as (

    -- The first quarter's week that sees what begins (or no longer what ends) in a week.
    select
        weeks.period_ending_on as week_ending_on,
        min(quarters.scored_on) as scored_on
    from {{ ref('int_period_rows') }} as weeks
    inner join quarters
        on weeks.period_ending_on <= quarters.scored_on
    where weeks.period_kind = 'week'
    group by weeks.period_ending_on

),

spans as (

    select
        segments.customer_id,
        case when segments.is_late then 1 else 0 end as late_count,
        {{ week_ending('segments.valid_from_on') }} as starts_in_week_ending_on,
        {{ week_ending(
            'least(coalesce(segments.valid_to_on, ' ~ add_days('as_of.as_of_on', 1) ~ '), '
            ~ add_days('segments.lapses_on', 364) ~ ')'
        ) }} as ends_in_week_ending_on
    from {{ ref('int_maturity_segments') }} as segments
    cross join as_of
    where segments.maturity_kind = 'late'

),

changes as (

    select
        spans.customer_id,
        counting_weeks.scored_on,
        1 as matured_count,
        spans.late_count
    from spans
    inner join counting_weeks
        on spans.starts_in_week_ending_on = counting_weeks.week_ending_on
    where spans.starts_in_week_ending_on < spans.ends_in_week_ending_on
    union all
    select
        spans.customer_id,
        counting_weeks.scored_on,
        -1 as matured_count,
        -spans.late_count as late_count
    from spans
    inner join counting_weeks
        on spans.ends_in_week_ending_on = counting_weeks.week_ending_on
    where spans.starts_in_week_ending_on < spans.ends_in_week_ending_on
    union all
    select
        customer_id,
        scored_on,
        0 as matured_count,
        0 as late_count
    from came
    where horizon_weeks = 26

),

changes_by_quarter as (

    select
        customer_id,
        scored_on,
        sum(matured_count) as matured_count,
        sum(late_count) as late_count
    from changes
    group by
        customer_id,
        scored_on

),

past as (

    select
        customer_id,
        scored_on,
        sum(matured_count) over (
            partition by customer_id order by scored_on
            rows between unbounded preceding and current row
        ) as matured_count,
        sum(late_count) over (
            partition by customer_id order by scored_on
            rows between unbounded preceding and current row
        ) as late_count
    from changes_by_quarter

),

known as (

    select
        came.*,
        quarters.quarter_starts_on,
        quarters.quarter,
        quarters.next_scored_on,
        risk.scored_tier as risk_tier,
        risk.risk_score,
        risk.behaviour_score,
        {{ ratio('past.late_count', 'past.matured_count') }} as past_late_rate,
        weeks.late_payment_rate_by_value as past_late_rate_by_value,
        weeks.days_beyond_terms
    from came
    inner join quarters
        on came.scored_on = quarters.scored_on
    left join {{ ref('fct_customer_risk_weekly') }} as risk
        on
            came.customer_id = risk.customer_id
            and came.scored_on = risk.week_ending_on
            and risk.risk_score is not null
    left join {{ ref('fct_customer_weekly') }} as weeks
        on
            came.customer_id = weeks.customer_id
            and came.scored_on = weeks.week_ending_on
            and weeks.entity_id = '*'
    left join past
        on
            came.customer_id = past.customer_id
            and came.scored_on = past.scored_on

),

final as (

    select
        horizon_weeks,
        quarter_starts_on,
        quarter,
        scored_on,
        next_scored_on,
        customer_id,
        coalesce(risk_tier, 'unscored') as risk_tier,
        risk_score,
        behaviour_score,
        past_late_rate,
        past_late_rate_by_value,
        days_beyond_terms,
        -- Every scorer is asked of the same invoices: those of customers of whom all of them can say something.
        risk_score is not null
        and behaviour_score is not null
        and past_late_rate is not null
        and past_late_rate_by_value is not null
        and days_beyond_terms is not null as is_compared,
        cast(posted_count as bigint) as posted_count,
        cast(matured_count as bigint) as matured_count,
        cast(late_count as bigint) as late_count,
        {{ money('matured_amount') }} as matured_amount,
        {{ money('late_amount') }} as late_amount,
        cast(seriously_matured_count as bigint) as seriously_matured_count,
        cast(seriously_late_count as bigint) as seriously_late_count,
        cast(learnt_count as bigint) as learnt_count,
        cast(learnt_late_count as bigint) as learnt_late_count
    from known

)

select * from final
