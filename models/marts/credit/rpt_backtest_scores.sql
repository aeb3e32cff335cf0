{#
  How well each scorer tells the invoices that came late from the others: the area under the curve, exact by ranks
  (a tie is half), with DeLong's interval, where the invoices of one customer count as one (Obuchowski 1997). All
  invoices of a customer have one score in a quarter, so customers are ranked, and counted as often as they were billed.
#}
{%- set scorers = [
    ('scorecard', 'risk_score', 1),
    ('behaviour', 'behaviour_score', 2),
    ('past_late_rate', 'past_late_rate', 3),
    ('past_late_rate_by_value', 'past_late_rate_by_value', 4),
    ('days_beyond_terms', 'days_beyond_terms', 5),
] -%}
with

made_up as (

    -- Invented customers prove nothing: each row says so.
    select coalesce(max(case when is_made_up then 1 else 0 end), 0) = 1 as is_made_up
    from {{ ref('int_entities') }}

),

customers as (

    select * from {{ ref('int_backtest_customers') }}
    where
        is_compared
        and matured_count > 0

),

{% if var('logistic_yardstick') %}

    logistic as (

        select * from {{ ref('int_backtest_logistic') }}

    ),

{% endif %}

rows as (

    -- Each customer once in its quarter and once in all of them together.
    select
        *,
        quarter as shown_quarter,
        scored_on as shown_scored_on
    from customers
    union all
    select
        *,
        'all' as shown_quarter,
        cast(null as date) as shown_scored_on
    from customers

),

scored as (

    {% for scorer, column, scorer_order in scorers %}
        select
            horizon_weeks,
            shown_quarter as quarter,
            shown_scored_on as scored_on,
            '{{ scorer }}' as scorer,
            {{ scorer_order }} as scorer_order,
            customer_id,
            cast({{ column }} as double) as score,
            late_count,
            matured_count - late_count as in_time_count
        from rows
        {% if not loop.last or var('logistic_yardstick') %}union all{% endif %}
    {% endfor %}
    {% if var('logistic_yardstick') %}
        -- The first quarters have nothing to train on: the scorecard is measured on the others' rows as well.
        {% for scorer, score in [('logistic', 'logistic.late_probability'), ('beside', 'rows.risk_score')] %}
            select
                rows.horizon_weeks,
                rows.shown_quarter as quarter,
                rows.shown_scored_on as scored_on,
                '{{ scorer }}' as scorer,
                {{ scorers | length + 1 }} as scorer_order,
                rows.customer_id,
                cast({{ score }} as double) as score,
                rows.late_count,
                rows.matured_count - rows.late_count as in_time_count
            from rows
            inner join logistic
                on
                    rows.scored_on = logistic.scored_on
                    and rows.customer_id = logistic.customer_id
            {% if not loop.last %}union all{% endif %}
        {% endfor %}
    {% endif %}

),

by_score as (

    select
        horizon_weeks,
        quarter,
        scorer,
        score,
        sum(late_count) as late_count,
        sum(in_time_count) as in_time_count
    from scored
    group by
        horizon_weeks,
        quarter,
        scorer,
        score

),

running as (

    select
        *,
        sum(late_count) over (partition by horizon_weeks, quarter, scorer) as all_late_count,
        sum(in_time_count) over (partition by horizon_weeks, quarter, scorer) as all_in_time_count,
        sum(late_count) over (
            partition by horizon_weeks, quarter, scorer order by score
            rows between unbounded preceding and current row
        ) as late_through_count,
        sum(in_time_count) over (
            partition by horizon_weeks, quarter, scorer order by score
            rows between unbounded preceding and current row
        ) as in_time_through_count
    from by_score

),

ranked as (

    -- In halves, so that they stay whole numbers: invoices in time below a late one, late ones above one in time.
    select
        *,
        cast(2 * in_time_through_count - in_time_count as bigint) as half_in_time_below,
        cast(2 * (all_late_count - late_through_count) + late_count as bigint) as half_late_above
    from running

),

areas as (

    select
        horizon_weeks,
        quarter,
        scorer,
        cast(max(all_late_count) as bigint) as late_count,
        cast(max(all_in_time_count) as bigint) as in_time_count,
        {{ ratio('sum(late_count * half_in_time_below)', 'max(2 * all_late_count * all_in_time_count)') }} as auc
    from ranked
    group by
        horizon_weeks,
        quarter,
        scorer

),

by_customer as (

    -- What a customer's invoices add to the area, as late ones and as ones in time, less their share of it.
    select
        scored.horizon_weeks,
        scored.quarter,
        scored.scorer,
        scored.customer_id,
        sum(scored.late_count) as late_count,
        sum(scored.in_time_count) as in_time_count,
        sum(
            scored.late_count
            * (cast(ranked.half_in_time_below as double) / (2 * cast(areas.in_time_count as double)) - areas.auc)
        ) as late_part,
        sum(
            scored.in_time_count
            * (cast(ranked.half_late_above as double) / (2 * cast(areas.late_count as double)) - areas.auc)
        ) as in_time_part
    from scored
    inner join areas
        on
            scored.horizon_weeks = areas.horizon_weeks
            and scored.quarter = areas.quarter
            and scored.scorer = areas.scorer
            and areas.auc is not null
    inner join ranked
        on
            scored.horizon_weeks = ranked.horizon_weeks
            and scored.quarter = ranked.quarter
            and scored.scorer = ranked.scorer
            and scored.score = ranked.score
    group by
        scored.horizon_weeks,
        scored.quarter,
        scored.scorer,
        scored.customer_id

),

sums as (

    select
        horizon_weeks,
        quarter,
        scorer,
        cast(count(*) as double) as customers_count,
        cast(sum(case when late_count > 0 then 1 else 0 end) as double) as late_customers_count,
        cast(sum(case when in_time_count > 0 then 1 else 0 end) as double) as in_time_customers_count,
        cast(sum(late_count) as double) as late_count,
        cast(sum(in_time_count) as double) as in_time_count,
        sum(late_part * late_part) as late_squares,
        sum(in_time_part * in_time_part) as in_time_squares,
        sum(late_part * in_time_part) as products
    from by_customer
    group by
        horizon_weeks,
        quarter,
        scorer

),

errors as (

    select
        horizon_weeks,
        quarter,
        scorer,
        case
            when late_customers_count > 1 and in_time_customers_count > 1
                then
                    sqrt(
                        greatest(
                            late_customers_count / (late_customers_count - 1)
                            * late_squares / (late_count * late_count)
                            + in_time_customers_count / (in_time_customers_count - 1)
                            * in_time_squares / (in_time_count * in_time_count)
                            + 2 * customers_count / (customers_count - 1)
                            * products / (late_count * in_time_count),
                            0
                        )
                    )
        end as standard_error
    from sums

),

counted as (

    select
        horizon_weeks,
        quarter,
        scored_on,
        scorer,
        scorer_order,
        cast(count(distinct customer_id) as bigint) as customers_count,
        cast(sum(late_count + in_time_count) as bigint) as invoices_count,
        cast(sum(late_count) as bigint) as late_count
    from scored
    where scorer <> 'beside'
    group by
        horizon_weeks,
        quarter,
        scored_on,
        scorer,
        scorer_order

),

final as (

    select
        counted.horizon_weeks,
        counted.quarter,
        counted.scored_on,
        counted.scorer,
        counted.scorer_order,
        counted.customers_count,
        counted.invoices_count,
        counted.late_count,
        areas.auc,
        -- Six places: sums of doubles depend on their order beyond them.
        case
            when errors.standard_error is not null
                then round(greatest(areas.auc - 1.959964 * errors.standard_error, 0), 6)
        end as auc_low,
        case
            when errors.standard_error is not null
                then round(least(areas.auc + 1.959964 * errors.standard_error, 1), 6)
        end as auc_high,
        beside.auc as scorecard_auc,
        made_up.is_made_up
    from counted
    inner join areas
        on
            counted.horizon_weeks = areas.horizon_weeks
            and counted.quarter = areas.quarter
            and counted.scorer = areas.scorer
    left join areas as beside
        on
            counted.horizon_weeks = beside.horizon_weeks
            and counted.quarter = beside.quarter
            and case when counted.scorer = 'logistic' then 'beside' else 'scorecard' end = beside.scorer
    left join errors
        on
            counted.horizon_weeks = errors.horizon_weeks
            and counted.quarter = errors.quarter
            and counted.scorer = errors.scorer
    cross join made_up

)

select * from final
{{ sorted_by('horizon_weeks', 'quarter', 'scorer_order') }}
