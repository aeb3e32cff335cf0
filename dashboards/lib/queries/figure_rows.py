"""The rows a figure is made of: documents of the period, entity, scope and currency in view, with their share.

Each family is one query with the same columns; ``value`` is what a row adds, an exact decimal. Nothing is left out:
the sum over all rows is the figure's part in ``fct_kpis``.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from dashboards.lib.db import Row, Warehouse
from dashboards.lib.figures import COUNTBACK, Family, Part, Sum, Window
from dashboards.lib.queries import cuts
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

COLUMNS = """
        items.entity_id,
        items.document_id,
        items.document_number,
        items.instalment_no,
        items.item_kind,
        items.customer_id,
        customers.customer_name,
        items.currency,
        items.invoiced_on,
        items.posted_on,
        items.due_on"""


def counted(dimension: str) -> str:
    """The items' customers: intragroup ones are in no figure, and where one member is in view only its own."""
    return f"""
    inner join marts.dim_customers as customers
        on customers.customer_id = items.customer_id
        and customers.customer_kind <> 'intragroup'
        and {cuts.of_items(dimension) if dimension else "true"}"""


def _minor(amount: str) -> str:
    return f"cast(cast(abs({amount}) as decimal(38, 2)) * 100 as hugeint)"


def _share(amount: str, part: str, whole: str) -> str:
    """The part of a converted document, rounded half away from zero: the ``share_money`` of the models."""
    return f"""case when {part} = {whole} then {amount} else cast(
            sign({amount}) * sign({part}) * sign({whole}) * cast(
                (2 * {_minor(amount)} * {_minor(part)} + {_minor(whole)}) // nullif(2 * {_minor(whole)}, 0)
                as decimal(36, 0)
            ) * 0.01 as decimal(18, 2)) end"""


def converted(items: str, *, also: str = "true", name: str = "converted") -> str:
    """The items' amounts where the books are kept in another currency than the one in view."""
    return f"""
    left join marts.fct_reporting_items as {name}
        on {name}.reporting_currency = $currency
        and {name}.entity_id = {items}.entity_id
        and {name}.document_id = {items}.document_id
        and {name}.instalment_no = {items}.instalment_no
        and {items}.base_currency <> $currency
        and {also}"""


def of_interval(base: str, main: str, part: str, *, items: str = "items", name: str = "converted") -> str:
    """An interval's amount in the currency in view: base, main reporting, or a share of the converted item."""
    return f"""case
            when {items}.base_currency = $currency then {items}.{base}
            when {items}.reporting_currency = $currency then {items}.{main}
            else {_share(f"{name}.reporting_amount", f"{items}.{part}", f"{items}.amount")} end"""


def _on(day: str, items: str = "items") -> str:
    return f"{items}.valid_from_on <= {day} and ({items}.valid_to_on is null or {items}.valid_to_on > {day})"


_BALANCE_WHERE = {
    "receivable_amount": "items.open_amount <> 0",
    "not_due_amount": "items.open_amount > 0 and items.due_on >= $day",
    "overdue_amount": "items.open_amount > 0 and items.due_on < $day",
    "over_90_amount": "items.open_amount > 0 and $day - items.due_on > 90",
    "unapplied_amount": "items.open_amount < 0",
    "disputed_amount": "items.disputed_amount <> 0",
    "overdue_amount_days": "items.open_amount > 0 and items.due_on < $day",
    "unapplied_cash_amount": "items.open_amount < 0 and items.item_kind in ('payment', 'deposit')",
    "unapplied_cash_amount_days": "items.open_amount < 0 and items.item_kind in ('payment', 'deposit')",
}


def _balance(part: Part, dimension: str) -> str:
    open_amount = of_interval("base_open_amount", "reporting_open_amount", "open_amount")
    disputed = of_interval("base_disputed_amount", "reporting_disputed_amount", "disputed_amount")
    amount = disputed if part.column == "disputed_amount" else f"({open_amount}) - $clean * ({disputed})"
    days = f"$day - items.{'posted_on' if part.column.startswith('unapplied_cash') else 'due_on'}"
    value = f"cast(({amount}) * ({days}) as decimal(28, 2))" if part.adds is Sum.MONEY_DAYS else amount
    return f"""
    select {COLUMNS},
        {days} as days,
        items.open_amount as own_amount,
        {amount} as weighed_amount,
        {value} as value
    from marts.fct_item_intervals as items
    {counted(dimension)}
    {converted("items", also="items.reporting_currency <> $currency")}
    where {_on("$day")}
        and {_BALANCE_WHERE[part.column]}
        and ($entity = '*' or items.entity_id = $entity)"""


def _opening(part: Part, dimension: str) -> str:
    # What is disputed on the row's day comes off, up to what was open before the window.
    open_amount = of_interval("base_open_amount", "reporting_open_amount", "open_amount")
    disputed = of_interval(
        "base_disputed_amount", "reporting_disputed_amount", "disputed_amount", items="later", name="converted"
    )
    return f"""
    select {COLUMNS},
        $opening - items.due_on as days,
        items.open_amount as own_amount,
        ({open_amount}) - $clean * least(
            coalesce(case when later.document_id is not null then {disputed} end, 0), greatest({open_amount}, 0)
        ) as value
    from marts.fct_item_intervals as items
    {counted(dimension)}
    {converted("items", also="items.reporting_currency <> $currency")}
    left join marts.fct_item_intervals as later
        on later.customer_id = items.customer_id
        and later.entity_id = items.entity_id
        and later.document_id = items.document_id
        and later.instalment_no = items.instalment_no
        and {_on("$day", "later")}
        and later.disputed_amount <> 0
    where {_on("$opening")}
        and items.open_amount <> 0
        and ($entity = '*' or items.entity_id = $entity)"""


# Of what lowers the balance, an amount that reads as one; all other flows are credit sales.
_FLOW_KINDS = {
    "collected_amount": "'payment', 'deposit'",
    "period_collected_amount": "'payment', 'deposit'",
    "written_off_amount": "'write_off'",
}


def _flow(part: Part, dimension: str) -> str:
    kinds = _FLOW_KINDS.get(part.column)
    sign = 1 if kinds is None else -1
    disputed = of_interval(
        "base_disputed_amount", "reporting_disputed_amount", "disputed_amount", items="later", name="converted"
    )
    taken_off = f"$clean * coalesce(case when later.document_id is not null then {disputed} end, 0)"
    amount = "case when items.base_currency = $currency then items.base_amount else converted.reporting_amount end"
    return f"""
    select {COLUMNS},
        cast(null as bigint) as days,
        items.amount as own_amount,
        {sign} * ({amount}){f" - {taken_off}" if kinds is None else ""} as value
    from marts.fct_receivable_items as items
    {counted(dimension)}
    {converted("items")}
    left join marts.fct_item_intervals as later
        on $clean = 1
        and items.item_kind in ('invoice', 'debit_note')
        and later.customer_id = items.customer_id
        and later.entity_id = items.entity_id
        and later.document_id = items.document_id
        and later.instalment_no = items.instalment_no
        and {_on("$day", "later")}
        and later.disputed_amount <> 0
    where items.posted_on between $from and $day
        and items.item_kind in ({kinds or "'invoice', 'debit_note', 'credit_note'"})
        and ($entity = '*' or items.entity_id = $entity)"""


def _matured(part: Part, dimension: str) -> str:
    kind = "serious" if part.column.startswith("seriously") else "late"
    only_late = part.column in ("late_amount", "late_items_count", "seriously_late_amount")
    amount = "case when matured.base_currency = $currency then matured.base_amount else converted.reporting_amount end"
    value = f"({amount})"
    if part.adds is Sum.COUNT:
        value = "cast(1 as bigint)"
    elif only_late:
        value = _share(f"({amount})", "matured.late_amount", "matured.amount")
    return f"""
    select {COLUMNS},
        cast(null as bigint) as days,
        {"matured.late_amount" if only_late else "matured.amount"} as own_amount,
        {value} as value
    from marts.fct_item_maturities as matured
    inner join marts.fct_receivable_items as items
        on items.customer_id = matured.customer_id
        and items.entity_id = matured.entity_id
        and items.document_id = matured.document_id
        and items.instalment_no = matured.instalment_no
    {counted(dimension)}
    {converted("items")}
    where {_on("$day", "matured")}
        and matured.maturity_kind = '{kind}'
        and matured.lapses_on >= $from
        and ($entity = '*' or matured.entity_id = $entity)
        {"and matured.is_late" if only_late else ""}
        and not exists (
            select 1 from marts.fct_item_intervals as disputed
            where $clean = 1
                and disputed.customer_id = matured.customer_id
                and disputed.entity_id = matured.entity_id
                and disputed.document_id = matured.document_id
                and disputed.instalment_no = matured.instalment_no
                and {_on("$day", "disputed")}
                and disputed.disputed_amount > 0
        )"""


def _cash(part: Part, dimension: str) -> str:
    # A row is cash set against an invoice; the cash itself is converted at its own day's rate.
    amount = "case when cash.base_currency = $currency then cash.base_amount else converted.reporting_amount end"
    # As in the marts: the difference of two running shares, so that parts of one allocation add up to its share.
    through = _share(f"({amount})", "applied.credit_through_amount", "cash.amount")
    before = _share(f"({amount})", "(applied.credit_through_amount - applied.credit_amount)", "cash.amount")
    paid = f"({through} - {before})"
    days = {
        "paid_amount_days_to_pay": "applied.days_to_pay",
        "paid_amount_days_late": "greatest(applied.days_beyond_terms, 0)",
    }.get(part.column, "applied.days_beyond_terms")
    times = f" * {days}" if part.adds is Sum.MONEY_DAYS else ""
    return f"""
    select {COLUMNS},
        {days} as days,
        applied.debit_amount as own_amount,
        applied.received_on,
        cash.document_number as payment_number,
        {paid} as weighed_amount,
        cast(({paid}){times} as decimal(28, 2)) as value
    from marts.fct_allocations as applied
    inner join marts.fct_receivable_items as items
        on items.customer_id = applied.customer_id
        and items.entity_id = applied.entity_id
        and items.document_id = applied.debit_document_id
        and items.instalment_no = applied.instalment_no
    {counted(dimension)}
    inner join marts.fct_receivable_items as cash
        on cash.entity_id = applied.entity_id
        and cash.document_id = applied.credit_document_id
    {converted("cash")}
    where applied.effective_on <= $day
        and (applied.reversed_on is null or applied.reversed_on > $day)
        and applied.days_to_pay is not null
        and applied.received_on between $from and $day
        {"and applied.days_beyond_terms > 0" if part.column == "paid_late_amount" else ""}
        and ($entity = '*' or applied.entity_id = $entity)"""


def _cohort(part: Part, dimension: str) -> str:
    # What was billed in the month, and what of it was open on the day it is looked at: 90 days after the month's end.
    open_amount = of_interval("base_open_amount", "reporting_open_amount", "open_amount", items="later")
    disputed = of_interval("base_disputed_amount", "reporting_disputed_amount", "disputed_amount", items="later")
    amount = "case when items.base_currency = $currency then items.base_amount else converted.reporting_amount end"
    at_risk = part.column == "at_risk_amount"
    counts = f"({open_amount})" if at_risk else f"({amount})"
    taken_off = f"$clean * coalesce(case when later.document_id is not null then {disputed} end, 0)"
    return f"""
    select {COLUMNS},
        $looked_at - items.due_on as days,
        {"later.open_amount" if at_risk else "items.amount"} as own_amount,
        {counts} - {taken_off} as value
    from marts.fct_receivable_items as items
    {counted(dimension)}
    {converted("items")}
    {"inner" if at_risk else "left"} join marts.fct_item_intervals as later
        on later.customer_id = items.customer_id
        and later.entity_id = items.entity_id
        and later.document_id = items.document_id
        and later.instalment_no = items.instalment_no
        and {_on("$looked_at", "later")}
        and later.open_amount > 0
    where items.posted_on between $from and $day
        and items.item_kind in ('invoice', 'debit_note')
        and ($entity = '*' or items.entity_id = $entity)"""


_FAMILIES = {
    Family.BALANCE: _balance,
    Family.OPENING: _opening,
    Family.FLOW: _flow,
    Family.MATURED: _matured,
    Family.CASH: _cash,
    Family.COHORT: _cohort,
}


def _narrowed(part: Part, kpi: Row, *, one_document: bool = False) -> str:
    rows = _FAMILIES[part.family](part, kpi.get("dimension") or "")
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
