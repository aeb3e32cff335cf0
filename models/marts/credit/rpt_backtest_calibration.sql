{#
  Whether a score means what it meant: the late rate that a band of scores had in the quarters before, as it was known
  by then, against what came of the band's invoices in the 13 weeks after.
#}
with

made_up as (

    -- Invented customers prove nothing: each row says so.
    select coalesce(max(case when is_made_up then 1 else 0 end), 0) = 1 as is_made_up
    from {{ ref('int_entities') }}

),

scored as (

    select
        quarter,
        scored_on,
        next_scored_on,
        cast(least(floor(risk_score / 10), 9) as integer) * 10 as score_from,
        matured_count,
        late_count,
        learnt_count,
        learnt_late_count
    from {{ ref('int_backtest_customers') }}
    where
        horizon_weeks = 13
        and risk_score is not null

),

bands as (

    select
        quarter,
        scored_on,
        score_from,
        sum(matured_count) as invoices_count,
        sum(late_count) as late_count,
        sum(learnt_count) as learnt_count,
        sum(learnt_late_count) as learnt_late_count
    from scored
    group by
        quarter,
        scored_on,
        score_from

),

expected as (

    -- Quarters times quarters times ten bands: a hundred years are a million rows, ten are ten thousand.
    select
        bands.quarter,
        bands.scored_on,
        bands.score_from,
        bands.invoices_count,
        bands.late_count,
        coalesce(sum(before.learnt_count), 0) as learnt_count,
        coalesce(sum(before.learnt_late_count), 0) as learnt_late_count
    from bands
    left join bands as before
        on
            bands.score_from = before.score_from
            and bands.scored_on > before.scored_on
    group by
        bands.quarter,
        bands.scored_on,
        bands.score_from,
        bands.invoices_count,
        bands.late_count

),

rates as (

    select
        *,
        {{ ratio('learnt_late_count', 'learnt_count') }} as expected_late_rate
    from expected
    where invoices_count > 0

),

shown as (

    select
        quarter,
        scored_on,
        score_from,
        invoices_count,
        late_count,
        learnt_count,
        expected_late_rate
    from rates
    union all
    -- Of all quarters that could expect anything, each as it expected it, by its number of invoices.
    select
        'all' as quarter,
        cast(null as date) as scored_on,
        score_from,
        sum(invoices_count) as invoices_count,
        sum(late_count) as late_count,
        sum(learnt_count) as learnt_count,
        round(sum(expected_late_rate * invoices_count) / sum(invoices_count), 12) as expected_late_rate
    from rates
    where expected_late_rate is not null
    group by score_from

),

final as (

    select
        shown.quarter,
        shown.scored_on,
        shown.score_from,
        shown.score_from + case when shown.score_from = 90 then 10 else 9 end as score_to,
        cast(shown.learnt_count as bigint) as earlier_invoices_count,
        shown.expected_late_rate,
        cast(shown.invoices_count as bigint) as invoices_count,
        cast(shown.late_count as bigint) as late_count,
        {{ ratio('shown.late_count', 'shown.invoices_count') }} as late_rate,
        made_up.is_made_up
    from shown
    cross join made_up

)

select * from final
{{ sorted_by('quarter', 'score_from') }}
