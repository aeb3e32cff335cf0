"""The rows a figure is made of: documents of the period, entity, scope and currency in view, with their share.

Each family is one query with the same columns; ``value`` is what a row adds, an exact decimal. Nothing is left out:
the sum over all rows is the figure's part in ``fct_kpis``.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from dashboards.lib.db import Row, Warehouse
from dashboards.lib.figures import COUNTBACK, Part, Window
from dashboards.lib.queries import cuts
from dashboards.lib.queries.families import FAMILIES
from dashboards.lib.view import Cut, View

EFFECTIVENESS_DAYS = 28
COUNTED_FROM = "counted_from_on"
CLEAN = "clean"

AT_RISK_AFTER_DAYS = 90


def _kpi_row(cut: Cut | None) -> str:
    # The policy's yearly rate is in the cost itself: what is asked for is how it reads, not another sum.
    return f"""
    select
        *,
        cost_of_overdue_amount * 365.0 / nullif(overdue_amount * window_days, 0) as funding_rate
    from {cuts.rows_of(cut)}
    where period_kind = $kind
        and period_ending_on = $ending
        and entity_id = $entity
        and scope = $scope
        and reporting_currency = $currency
    """


_MONTHS = """
    select distinct
        period_ending_on,
        as_of_on,
        is_complete
    from marts.fct_kpis
    where period_kind = 'month'
    order by period_ending_on desc
"""

_TARGETS = """
    select
        kpis.entity_id,
        coalesce(entities.entity_name, kpis.entity_id) as entity_name,
        kpis.period_collected_amount,
        kpis.collected_target_amount,
        kpis.collected_target_rate
    from marts.fct_kpis as kpis
    left join marts.dim_entities as entities
        on entities.entity_id = kpis.entity_id
    where kpis.period_kind = 'month'
        and kpis.period_ending_on = $ending
        and kpis.scope = $scope
        and kpis.reporting_currency = $currency
        and kpis.entity_id <> '*'
        and kpis.collected_target_amount is not null
    order by kpis.collected_target_amount desc, kpis.entity_id
"""


def _narrowed(part: Part, kpi: Row, *, one_document: bool = False) -> str:
    rows = FAMILIES[part.family](part, kpi.get("dimension") or "")
    if not one_document:
        return rows
    # By its customer too: what is sorted by customer need not be read whole.
    return f"select * from ({rows}) as made where customer_id = $customer and document_id = $document"


def kpi_row(warehouse: Warehouse, view: View, scope: str, month: date | None = None) -> Row | None:
    """The row in view, of the week or of the month ending on ``month``: every figure and every part of it, or None."""
    return warehouse.row(
        _kpi_row(view.cut),
        {
            "kind": "week" if month is None else "month",
            "ending": view.week.ending_on if month is None else month,
            "entity": view.entity_id,
            "scope": scope,
            "currency": view.currency,
            **cuts.parameters_of(view.cut),
        },
    )


def months(warehouse: Warehouse) -> list[Row]:
    """All months with figures, the newest first: ``period_ending_on``, ``as_of_on``, ``is_complete``."""
    return warehouse.rows(_MONTHS)


def newest_month_with(warehouse: Warehouse, view: View, column: str) -> date | None:
    """The newest complete month whose ``column`` is known, of what is in view; None where no month's is."""
    sql = f"""
        select max(period_ending_on) as period_ending_on
        from {cuts.rows_of(view.cut)}
        where period_kind = 'month'
            and is_complete
            and entity_id = $entity
            and scope = 'all'
            and reporting_currency = $currency
            and {column} is not null
    """
    row = warehouse.row(sql, {"entity": view.entity_id, "currency": view.currency, **cuts.parameters_of(view.cut)})
    return row["period_ending_on"] if row else None


def targets(warehouse: Warehouse, kpi: Row) -> list[Row]:
    """The targets that a month's target of all entities adds up, with what each entity collected."""
    return warehouse.rows(
        _TARGETS,
        {"ending": kpi["period_ending_on"], "scope": kpi["scope"], "currency": kpi["reporting_currency"]},
    )


def window(part: Part, kpi: Row) -> tuple[date, date]:
    """The first and the last day a part's rows are of."""
    last: date = kpi["as_of_on"]
    ending: date = kpi["period_ending_on"]
    is_month = kpi["period_kind"] == "month"
    if part.window is Window.DAY:
        return last, last
    if part.window is Window.COUNTBACK:
        return kpi[COUNTED_FROM], last
    if part.window is Window.COHORT or (is_month and part.window in (Window.EFFECTIVENESS, Window.PERIOD)):
        return ending.replace(day=1), last
    if part.window is Window.PERIOD:
        return ending - timedelta(days=6), last
    days = {Window.ROW: kpi["window_days"], Window.YEAR: kpi["window_12m_days"]}.get(part.window, EFFECTIVENESS_DAYS)
    return last - timedelta(days=int(days) - 1), last


def countback(warehouse: Warehouse, kpi: Row) -> list[Row]:
    """The months that countback goes through, newest first: their sales, what they take off the balance, their days.

    ``days_counted`` add up to the figure; empty where there is none.
    """
    if kpi["dso_countback_days"] is None:
        return []
    # The count cannot go back further than its own days and the month they end in.
    back = kpi["as_of_on"] - timedelta(days=int(kpi["dso_countback_days"]) + 62)
    counted = {**kpi, COUNTED_FROM: back.replace(day=1)}
    sql = f"""
        with sales as (
            select
                cast(date_trunc('month', posted_on) as date) as month_on,
                sum(value) as sales_amount,
                count(*) as rows_count
            from ({_narrowed(COUNTBACK, kpi)}) as found
            group by all
        ),
        months as (
            select cast(unnest(range($from, $day + 1, interval 1 month)) as date) as month_on
        ),
        running as (
            select
                months.month_on,
                least(last_day(months.month_on), $day) - months.month_on + 1 as days,
                coalesce(sales.sales_amount, 0) as sales_amount,
                coalesce(sales.rows_count, 0) as rows_count,
                $receivable - coalesce(sum(greatest(coalesce(sales.sales_amount, 0), 0)) over (
                    order by months.month_on desc rows between unbounded preceding and 1 preceding
                ), 0) as left_amount
            from months
            left join sales
                on sales.month_on = months.month_on
        )
        select
            month_on,
            least(last_day(month_on), $day) as to_on,
            days,
            sales_amount,
            rows_count,
            left_amount,
            least(greatest(sales_amount, 0), left_amount) as taken_amount,
            case
                when sales_amount > left_amount then days * cast(left_amount as double) / cast(sales_amount as double)
                else days
            end as days_counted
        from running
        where left_amount > 0
        order by month_on desc
    """
    parameters = {**_parameters(sql, COUNTBACK, counted), "receivable": kpi["receivable_amount"]}
    return warehouse.rows(sql, parameters)


def total(warehouse: Warehouse, part: Part, kpi: Row, *, of: Row | None = None) -> Row:
    """The sum over all rows: ``value``, with ``rows_count``, ``documents_count`` and ``customers_count``.

    ``of`` one document (``entity_id``, ``customer_id``, ``document_id``): the rows that are it.
    """
    sql = f"""
        select
            sum(value) as value,
            count(*) as rows_count,
            count(distinct entity_id || ' ' || document_id) as documents_count,
            count(distinct customer_id) as customers_count
        from ({_narrowed(part, kpi, one_document=of is not None)}) as found"""
    return warehouse.row(sql, _parameters(sql, part, kpi, of)) or {}


def documents(warehouse: Warehouse, part: Part, kpi: Row, *, limit: int | None = None) -> list[Row]:
    """The rows, those that weigh most first; all of them without ``limit``."""
    most = "" if limit is None else f"limit {int(limit)}"
    sql = f"""
        select * from ({_narrowed(part, kpi)}) as found
        order by abs(value) desc, entity_id, document_id, instalment_no {most}"""
    return warehouse.rows(sql, _parameters(sql, part, kpi))


def customers(warehouse: Warehouse, part: Part, kpi: Row, *, limit: int | None = None) -> list[Row]:
    """The same rows by customer: ``value``, ``rows_count`` and the share of all that each makes up."""
    most = "" if limit is None else f"limit {int(limit)}"
    sql = f"""
        select
            customer_id,
            any_value(customer_name) as customer_name,
            count(*) as rows_count,
            sum(value) as value,
            sum(value) / nullif(sum(sum(value)) over (), 0) as share
        from ({_narrowed(part, kpi)}) as found
        group by customer_id
        order by abs(sum(value)) desc, customer_id {most}"""
    return warehouse.rows(sql, _parameters(sql, part, kpi))


def _parameters(sql: str, part: Part, kpi: Row, of: Row | None = None) -> dict[str, object]:
    """What the query asks for, no more: one it does not name would be refused."""
    first, last = window(part, kpi)
    known = {
        "day": last,
        "from": first,
        "opening": first - timedelta(days=1),
        "looked_at": kpi["period_ending_on"] + timedelta(days=AT_RISK_AFTER_DAYS),
        "member": kpi.get("member"),
        "entity": kpi["entity_id"] if of is None else of["entity_id"],
        "currency": kpi["reporting_currency"],
        "clean": int(kpi["scope"] == CLEAN),
        "document": None if of is None else of["document_id"],
        "customer": None if of is None else of["customer_id"],
    }
    return {name: value for name, value in known.items() if re.search(rf"\${name}\b", sql)}
