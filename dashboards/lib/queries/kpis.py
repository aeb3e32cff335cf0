"""The weekly figures, beside the same week one, four and 52 weeks ago."""

from __future__ import annotations

from dashboards.lib.db import Row, Warehouse
from dashboards.lib.measures import MEASURES, MONTH_FIGURES
from dashboards.lib.queries import cuts
from dashboards.lib.view import Cut, View

LAST_WEEK, FOUR_WEEKS, A_YEAR = 7, 28, 364

_THIS_ROW = """
    period_kind = 'week'
    and entity_id = $entity
    and scope = $scope
    and reporting_currency = $currency
"""


def _compared(column: str) -> str:
    return f"""
        this.{column},
        this.{column} - was.{column} as {column}_change,
        case when was.{column} <> 0 then (this.{column} - was.{column}) / abs(was.{column}) end
            as {column}_change_rate"""


def _comparison(cut: Cut | None) -> str:
    return f"""
    with weeks as (
        select * from {cuts.rows_of(cut)}
        where {_THIS_ROW}
            and period_ending_on in ($week, $week - 7, $week - 28, $week - 364)
    ),
    spans as (
        select unnest([{LAST_WEEK}, {FOUR_WEEKS}, {A_YEAR}]) as days_before
    )
    select
        spans.days_before,
        was.period_ending_on is not null as has_comparison,
        this.window_days,
        {",".join(_compared(column) for column in MEASURES)}
    from weeks as this
    cross join spans
    left join weeks as was
        on was.period_ending_on = this.period_ending_on - spans.days_before
    where this.period_ending_on = $week
    order by spans.days_before
"""


def _history(cut: Cut | None) -> str:
    return f"""
    select
        period_ending_on,
        {", ".join(MEASURES)},
        dso_days - lag(dso_days) over (order by period_ending_on) as dso_days_change
    from {cuts.rows_of(cut)}
    where {_THIS_ROW}
        and period_ending_on between $week - $span_days and $week
    order by period_ending_on
    """


def _months(cut: Cut | None) -> str:
    return f"""
    select
        period_ending_on,
        as_of_on,
        is_complete,
        {", ".join(MONTH_FIGURES)},
        collected_target_amount,
        cohort_billed_amount
    from {cuts.rows_of(cut)}
    where period_kind = 'month'
        and entity_id = $entity
        and scope = $scope
        and reporting_currency = $currency
        and as_of_on <= $day
    order by period_ending_on desc
    limit $count
    """


_AGEING_HISTORY = """
    select
        ageing.period_ending_on,
        ageing.bucket_order,
        ageing.aging_bucket,
        buckets.from_days,
        buckets.to_days,
        ageing.open_amount,
        ageing.items_count,
        sum(ageing.open_amount) over (partition by ageing.period_ending_on) as total_amount
    from marts.fct_aging_kpis as ageing
    inner join marts.dim_aging_buckets as buckets
        on buckets.bucket_order = ageing.bucket_order
    where ageing.period_kind = 'week'
        and ageing.entity_id = $entity
        and ageing.reporting_currency = $currency
        and ageing.segment = $segment
        and ageing.period_ending_on between $week - $span_days and $week
    order by ageing.period_ending_on, ageing.bucket_order
"""


def _by_entity(cut: Cut | None) -> str:
    return f"""
    with weeks as (
        select * from {cuts.rows_of(cut)}
        where period_kind = 'week'
            and scope = $scope
            and reporting_currency = $currency
            and period_ending_on between $week - 364 and $week
    ),
    trend as (
        select
            entity_id,
            list(dso_days order by period_ending_on) as dso_trend
        from weeks
        group by entity_id
    )
    select
        this.entity_id,
        coalesce(entities.entity_name, this.entity_id) as entity_name,
        this.receivable_amount,
        this.overdue_amount,
        this.overdue_amount - was.overdue_amount as overdue_amount_change,
        this.dso_days,
        this.dso_days - was.dso_days as dso_days_change,
        this.late_payment_rate_by_value,
        trend.dso_trend
    from weeks as this
    inner join trend
        on trend.entity_id = this.entity_id
    left join weeks as was
        on was.entity_id = this.entity_id and was.period_ending_on = $week - 7
    left join marts.dim_entities as entities
        on entities.entity_id = this.entity_id
    where this.period_ending_on = $week
    order by this.entity_id = '*', this.receivable_amount desc
"""


_BUCKETS = """
    select
        bucket_order,
        aging_bucket,
        from_days,
        to_days
    from marts.dim_aging_buckets
    order by bucket_order
"""


def comparison(warehouse: Warehouse, view: View, scope: str) -> dict[int, Row]:
    """The week's figures and their changes, by days before: keys 7, 28 and 364.

    Each row has, for every measure, its value, ``_change`` (absolute) and ``_change_rate`` (share of the value
    before); changes are None where the earlier week does not exist.
    """
    found = warehouse.rows(_comparison(view.cut), {**_base(view, scope), "week": view.week.ending_on})
    return {row["days_before"]: row for row in found}


def history(warehouse: Warehouse, view: View, scope: str, weeks: int) -> list[Row]:
    """All measures week by week, oldest first, up to the week in view."""
    return warehouse.rows(
        _history(view.cut), {**_base(view, scope), "week": view.week.ending_on, "span_days": weeks * 7}
    )


def months(warehouse: Warehouse, view: View, scope: str, count: int) -> list[Row]:
    """The months up to the day in view, the newest first: their figures, their target, and what their cohort billed."""
    return warehouse.rows(_months(view.cut), {**_base(view, scope), "day": view.week.as_of_on, "count": count})


def ageing_history(warehouse: Warehouse, view: View, weeks: int) -> list[Row]:
    """Open amounts by week and bucket, oldest week first, in reporting currency; of all, or of a segment in view."""
    return warehouse.rows(
        _AGEING_HISTORY,
        {
            "entity": view.entity_id,
            "currency": view.currency,
            "segment": "*" if view.cut is None else view.cut.member,
            "week": view.week.ending_on,
            "span_days": weeks * 7,
        },
    )


def by_entity(warehouse: Warehouse, view: View, scope: str) -> list[Row]:
    """One row an entity, the largest first, all together last; ``dso_trend`` holds a year of weeks."""
    return warehouse.rows(
        _by_entity(view.cut),
        {
            "scope": scope,
            "currency": view.currency,
            "week": view.week.ending_on,
            **cuts.parameters_of(view.cut),
        },
    )


def buckets(warehouse: Warehouse) -> list[Row]:
    """The ageing slabs in their order."""
    return warehouse.rows(_BUCKETS)


def _base(view: View, scope: str) -> dict[str, object]:
    return {"entity": view.entity_id, "currency": view.currency, "scope": scope, **cuts.parameters_of(view.cut)}
