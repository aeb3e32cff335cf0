{#
  What: the effects of each bridge add up to closing less opening: of what is overdue to the cent, of DSO to a
  billionth of a day and the precision of its largest effect; opening and closing are the figures of `fct_kpis`; a row
  with a figure on both sides has its bridge. The parts of DSO by document currency add up to `fct_kpis` too.
  Why it happens: an allocation that is no effect; a part of the balance that two effects hold, or none.
  Window: all rows, beside the row before, four weeks and one year ago. A row is a bridge that does not add up.
#}
with

kpis as (

    select * from {{ ref('fct_kpis') }}
    where scope = 'all'

),

measures as (

    select
        period_kind,
        period_ending_on,
        entity_id,
        reporting_currency,
        'dso' as measure,
        cast(dso_days as decimal(28, 12)) as figure
    from kpis
    union all
    select
        period_kind,
        period_ending_on,
        entity_id,
        reporting_currency,
        'overdue' as measure,
        cast(overdue_amount as decimal(28, 12)) as figure
    from kpis

),

pairs as (

    select
        'previous' as comparison,
        measures.*,
        lag(measures.period_ending_on) over (
            partition by measures.period_kind, measures.entity_id, measures.reporting_currency, measures.measure
            order by measures.period_ending_on
        ) as compared_on
    from measures
    union all
    select
        'four_weeks' as comparison,
        measures.*,
        {{ add_days('measures.period_ending_on', -28) }} as compared_on
    from measures
    where measures.period_kind = 'week'
    union all
    select
        'year' as comparison,
        measures.*,
        case
            when measures.period_kind = 'week' then {{ add_days('measures.period_ending_on', -364) }}
            else {{ month_end(add_months(month_start('measures.period_ending_on'), -12)) }}
        end as compared_on
    from measures

),

expected as (

    select
        pairs.*,
        opening.figure as opening_figure
    from pairs
    inner join measures as opening
        on
            pairs.period_kind = opening.period_kind
            and pairs.compared_on = opening.period_ending_on
            and pairs.entity_id = opening.entity_id
            and pairs.reporting_currency = opening.reporting_currency
            and pairs.measure = opening.measure
    where pairs.figure is not null and opening.figure is not null

),

bridges as (

    select
        'previous' as comparison,
        bridges.*
    from {{ ref('rpt_kpi_bridge') }} as bridges
    union all
    select * from {{ ref('rpt_kpi_bridge_comparisons') }}

),

added as (

    select
        comparison,
        period_kind,
        period_ending_on,
        compared_on,
        entity_id,
        reporting_currency,
        measure,
        min(opening_value) as opening_value,
        max(closing_value) as closing_value,
        sum(value) as added_value,
        max(abs(value)) as largest_value
    from bridges
    group by
        comparison,
        period_kind,
        period_ending_on,
        compared_on,
        entity_id,
        reporting_currency,
        measure

),

parts as (

    select
        period_kind,
        period_ending_on,
        entity_id,
        reporting_currency,
        sum(reporting_not_due_amount) as not_due_amount,
        sum(reporting_overdue_amount) as overdue_amount,
        sum(reporting_disputed_overdue_amount) as disputed_overdue_amount,
        sum(reporting_unapplied_amount) as unapplied_amount,
        sum(reporting_sales_amount) as sales_amount
    from {{ ref('int_component_balances') }}
    group by
        period_kind,
        period_ending_on,
        entity_id,
        reporting_currency

)

select
    coalesce(expected.comparison, added.comparison) as comparison,
    coalesce(expected.measure, added.measure) as measure,
    coalesce(expected.period_kind, added.period_kind) as period_kind,
    coalesce(expected.period_ending_on, added.period_ending_on) as period_ending_on,
    coalesce(expected.entity_id, added.entity_id) as entity_id,
    coalesce(expected.reporting_currency, added.reporting_currency) as reporting_currency,
    expected.figure - expected.opening_figure as moved_value,
    added.added_value
from expected
full outer join added
    on
        expected.comparison = added.comparison
        and expected.period_kind = added.period_kind
        and expected.period_ending_on = added.period_ending_on
        and expected.compared_on = added.compared_on
        and expected.entity_id = added.entity_id
        and expected.reporting_currency = added.reporting_currency
        and expected.measure = added.measure
where
    expected.measure is null
    or added.measure is null
    or added.opening_value <> expected.opening_figure
    or added.closing_value <> expected.figure
    or abs(added.added_value - (expected.figure - expected.opening_figure))
    -- Days are doubles: where effects of millions of days cancel out, so do their last digits.
    > case when expected.measure = 'dso' then 1e-9 + 1e-14 * cast(added.largest_value as double) else 0 end
union all
select
    'parts' as comparison,
    'dso' as measure,
    kpis.period_kind,
    kpis.period_ending_on,
    kpis.entity_id,
    kpis.reporting_currency,
    kpis.sales_amount as moved_value,
    parts.sales_amount as added_value
from kpis
left join parts
    on
        kpis.period_kind = parts.period_kind
        and kpis.period_ending_on = parts.period_ending_on
        and kpis.entity_id = parts.entity_id
        and kpis.reporting_currency = parts.reporting_currency
where
    kpis.not_due_amount <> coalesce(parts.not_due_amount, 0)
    or kpis.overdue_amount <> coalesce(parts.overdue_amount, 0)
    or kpis.disputed_overdue_amount <> coalesce(parts.disputed_overdue_amount, 0)
    or kpis.unapplied_amount <> coalesce(parts.unapplied_amount, 0)
    or kpis.sales_amount <> coalesce(parts.sales_amount, 0)
