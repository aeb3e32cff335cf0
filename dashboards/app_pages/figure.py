"""Figure: what it means, what it is made of, and the documents that add up to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from html import escape

import streamlit as st

from dashboards.lib import export, filters, html, narrow, navigate, page, sentence, tables, tiles
from dashboards.lib.context import Context, context
from dashboards.lib.db import Row
from dashboards.lib.figures import COUNTBACK, FIGURES, PARTS, Family, Part, Sum, Window
from dashboards.lib.measures import MEASURES, Measure, Unit
from dashboards.lib.queries import figure_rows
from dashboards.lib.tables import Column, Kind
from dashboards.lib.view import ALL_ENTITIES

MOST_ROWS = 1_000
_BY = {"document": "By document", "customer": "By customer"}


def _choice(everybody: Context) -> tuple[str, str, date | None, Context]:
    """Which figure, which invoices count, the month if it is one's, and the context narrowed to the member in view."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="figure-filters"):
        figure = filters.select(
            navigate.FIGURE,
            "Figure",
            list(FIGURES),
            "dso_days",
            lambda column: MEASURES[column].long,
            width=280,
            quiet=True,
        )
        scope = filters.segmented(
            navigate.SCOPE, "Invoices counted", filters.SCOPES, "all", help_=filters.SCOPES_HELP, quiet=True
        )
        month = _month(MEASURES[figure], everybody)
        here = narrow.narrowed(everybody, filters.given(navigate.CUT), filters.given(navigate.MEMBER))
        narrow.chip(here)
    return figure, scope, month, here


def _month(measure: Measure, here: Context) -> date | None:
    """The month in view, or None for the week; what is known by month only has months to choose from only."""
    months = {row["period_ending_on"].isoformat(): row for row in figure_rows.months(here.warehouse)}
    words = {
        code: here.fmt.month(row["period_ending_on"]) + ("" if row["is_complete"] else " · in progress")
        for code, row in months.items()
    }
    offered = list(words)
    if not measure.monthly:
        words[""] = f"Week to {here.fmt.day(here.view.week.ending_on)}"
        offered = ["", *offered]
    known = figure_rows.newest_month_with(here.warehouse, here.view, measure.column) if measure.monthly else None
    default = known.isoformat() if known else offered[0]
    code = filters.select(
        navigate.MONTH, "Week or month", offered, default, lambda code: words[code], width=240, quiet=True
    )
    return date.fromisoformat(code) if code else None


def _exact(part: Part, value: Decimal | int | None, here: Context) -> str:
    """A sum to its last digit."""
    return here.fmt.number(value) if part.adds is Sum.COUNT else here.fmt.amount(value)


def _made_of(measure: Measure, kpi: Row, here: Context) -> None:
    with page.card("definition"):
        tiles.definition(measure)
        pairs = [
            (PARTS[column].label, escape(_exact(PARTS[column], kpi[column], here)))
            for column in FIGURES[measure.column]
            if kpi[column] is not None
        ]
        if measure.unit is Unit.DAYS and "sales" in "".join(FIGURES[measure.column]):
            days = kpi["window_12m_days"] if "12m" in measure.column else kpi["window_days"]
            pairs.append(("Days of the window", here.fmt.number(days)))
        if measure.column == "cost_of_overdue_amount":
            pairs.append(("Days of the window", here.fmt.number(kpi["window_days"])))
            pairs.append(("Yearly funding rate", here.fmt.rate(kpi["funding_rate"], 2)))
        if measure.column == "collected_target_rate":
            pairs.append(("Target", escape(here.fmt.amount(kpi["collected_target_amount"]))))
        result = html.figure(kpi[measure.column], measure.unit, here.view.currency, here.fmt)
        st.html(html.facts([*pairs, (measure.label, f"<b>{escape(result)}</b>")]))


def _check(part: Part, total: Row, kpi: Row, here: Context) -> None:
    """Do the rows add up to the figure, to the cent?"""
    found = total["value"] or Decimal(0)
    expected = kpi[part.column]
    rows = here.fmt.count(total["rows_count"], "row")
    page.check(rows, found, expected, lambda value: _exact(part, value, here))


def _countback(months: list[Row], kpi: Row, here: Context) -> None:
    """The months the count goes back through; their days are the figure."""
    found, expected = sum(row["days_counted"] for row in months), kpi["dso_countback_days"]
    with page.card("countback"):
        note = "Each month's credit sales come off what is left of the balance; the last month counts pro rata"
        if kpi["is_countback_exhausted"]:
            note += "; the history ends before the balance does"
        st.html(html.title(f"Counted back through {here.fmt.count(len(months), 'month')}", note))
        if abs(found - expected) < 1e-6:
            st.html(
                f'<p class="enc-check-line enc-better">Their days add up to <b>{here.fmt.days(found)}</b> '
                '<span class="enc-state enc-fresh"><i></i>exactly the figure</span></p>'
            )
        else:
            page.banner(f"The days add up to {here.fmt.days(found, 6)}, not to {here.fmt.days(expected, 6)}.")
        currency = here.view.currency
        tables.show(
            months,
            (
                Column("month_on", "Month from", Kind.DATE, 112, pinned=True),
                Column("to_on", "To", Kind.DATE, 104),
                Column("left_amount", f"Left before, {currency}", Kind.MONEY, 152),
                Column("sales_amount", f"Credit sales, {currency}", Kind.MONEY, 152),
                Column("taken_amount", f"Taken off, {currency}", Kind.MONEY, 152),
                Column("days", "Days of the month", Kind.COUNT, 128),
                Column("days_counted", "Days counted", Kind.PRECISE, 112),
            ),
            here.fmt,
            key="countback-table",
            alt="Months of the countback",
            most_rows=12,
        )


def _targets(kpi: Row, here: Context) -> None:
    """The targets that the target of all entities adds up."""
    rows = figure_rows.targets(here.warehouse, kpi)
    found = sum((row["collected_target_amount"] for row in rows), Decimal(0))
    with page.card("targets", "The target of all is the sum of the entities' own", "As loaded, by entity and month"):
        count = here.fmt.count(len(rows), "target")
        page.check(count, found, kpi["collected_target_amount"], here.fmt.amount, "target")
        tables.show(
            rows,
            (
                Column("entity_name", "Entity", width=240, pinned=True),
                Column("period_collected_amount", f"Collected, {here.view.currency}", Kind.MONEY, 152),
                Column("collected_target_amount", f"Target, {here.view.currency}", Kind.MONEY, 152),
                Column("collected_target_rate", "Of target", Kind.RATE, 104),
            ),
            here.fmt,
            key="targets-table",
            alt="Targets by entity",
        )


def _heading(part: Part, here: Context) -> str:
    return {
        Sum.COUNT: "Counts",
        Sum.MONEY_DAYS: f"Adds, {here.view.currency} × days",
        Sum.MONEY: f"Adds, {here.view.currency}",
    }[part.adds]


def _columns(part: Part, here: Context) -> tuple[Column, ...]:
    adds = Column("value", _heading(part, here), Kind.COUNT if part.adds is Sum.COUNT else Kind.MONEY, 152)
    own = {
        Family.BALANCE: "Open, own currency",
        Family.OPENING: "Open then, own currency",
        Family.FLOW: "Amount, own currency",
        Family.MATURED: "Late part, own currency" if "late" in part.column else "Amount, own currency",
        Family.CASH: "Applied, own currency",
        Family.COHORT: "Open, own currency" if part.column == "at_risk_amount" else "Amount, own currency",
    }[part.family]
    dates: tuple[Column, ...] = (Column("due_on", "Due", Kind.DATE, 104),)
    weighed: tuple[Column, ...] = ()
    if part.adds is Sum.MONEY_DAYS:
        what = "Cash" if part.family is Family.CASH else "Open"
        weighed = (Column("weighed_amount", f"{what}, {here.view.currency}", Kind.MONEY, 120),)
    if part.column.startswith("unapplied_cash"):
        dates = (Column("posted_on", "Posted", Kind.DATE, 104), *weighed)
        dates = (*dates, Column("days", "Days since posting", Kind.COUNT, 128))
    elif part.family in (Family.BALANCE, Family.OPENING):
        dates = (*dates, *weighed, Column("days", "Days past due", Kind.COUNT, 112, help="Negative: days to go"))
    elif part.family in (Family.COHORT, Family.FLOW):
        dates = (Column("posted_on", "Posted", Kind.DATE, 104), *dates)
    elif part.family is Family.CASH:
        dates = (
            Column("invoiced_on", "Invoiced", Kind.DATE, 104),
            *dates,
            Column("received_on", "Cash received", Kind.DATE, 112),
            Column("payment_number", "Payment", width=120),
        )
        if part.adds is Sum.MONEY_DAYS:
            dates = (*dates, *weighed, Column("days", "Days", Kind.COUNT, 72))
    return (
        Column("document_number", "Document", width=128, pinned=True),
        Column("kind_words", "Kind", width=96),
        *((Column("entity_id", "Entity", width=72),) if here.view.entity_id == ALL_ENTITIES else ()),
        Column("customer_name", "Customer", width=176),
        *dates,
        *(
            ()
            if part.adds is Sum.MONEY_DAYS
            else (Column("own_amount", own, Kind.MONEY, 152), Column("currency", "Currency", width=80))
        ),
        adds,
    )


def _rows(part: Part, kpi: Row, measure: Measure, here: Context) -> None:
    total = figure_rows.total(here.warehouse, part, kpi)
    first, last = figure_rows.window(part, kpi)
    span = f"on {here.fmt.day(last)}" if part.window is Window.DAY else f"{here.fmt.day(first)} to {here.fmt.day(last)}"
    with page.card("rows"):
        title, tools = st.columns([3, 2], vertical_alignment="top")
        with title:
            st.html(html.title(f"{part.label}, {span}", part.explained))
            _check(part, total, kpi, here)
        by = filters.segmented("rows", "Rows", _BY, "document", quiet=True)
        everything: Callable[[], list[Row]]
        if by == "customer":
            shown = figure_rows.customers(here.warehouse, part, kpi, limit=MOST_ROWS)
            columns: tuple[Column, ...] = (
                Column("customer_name", "Customer", width=240, pinned=True),
                Column("rows_count", "Rows", Kind.COUNT, 88),
                Column("value", _heading(part, here), Kind.COUNT if part.adds is Sum.COUNT else Kind.MONEY, 168),
                Column("share", "Share of all", Kind.RATE, 104),
            )
            everything, count = (
                lambda: figure_rows.customers(here.warehouse, part, kpi),
                total["customers_count"],
            )
            opens = navigate.open_customer
        else:
            shown = tables.worded(figure_rows.documents(here.warehouse, part, kpi, limit=MOST_ROWS))
            columns = _columns(part, here)
            everything, count = (
                lambda: tables.worded(figure_rows.documents(here.warehouse, part, kpi)),
                total["rows_count"],
            )
            opens = navigate.open_document
        with tools, st.container(horizontal=True, horizontal_alignment="right"):
            facts = export.about(
                here,
                f"{measure.label}: {part.label}",
                currency=here.view.currency,
                chosen=[
                    ("Figure", f"{measure.column} = {kpi[measure.column]}"),
                    ("Part", f"{part.column} = {kpi[part.column]}"),
                    ("Rows add up to", str(total["value"] or 0)),
                    ("Scope", filters.SCOPES[kpi["scope"]]),
                    (kpi["period_kind"].capitalize(), f"to {kpi['as_of_on']}"),
                    ("Days", f"{first} to {last}"),
                ],
            )
            export.buttons(everything, columns, f"{part.column}-{last}", facts, key="figure-rows")
        if not shown:
            page.note("No row: the figure is zero.")
            return
        if len(shown) < count:
            page.note(
                f"The {here.fmt.number(len(shown))} rows that weigh most of {here.fmt.number(count)}; "
                "the files hold all of them."
            )
        what = "customer" if by == "customer" else "document"
        tables.show(shown, columns, here.fmt, key="figure-table", alt=f"Rows of {part.label} by {what}", on_open=opens)
        page.note(f"A row opens the {what}.")


def _of(month: date | None, here: Context) -> str:
    """Of what a figure is, where it is not of the week and of all."""
    told = [] if month is None else [here.fmt.month(month)]
    told += [] if here.view.cut is None else [here.view.cut.words]
    return f" ({', '.join(told)})" if told else ""


def main() -> None:
    """Draw the page."""
    everybody = context()
    head = st.container()
    figure, scope, month, here = _choice(everybody)
    measure = MEASURES[figure]
    kpi = figure_rows.kpi_row(here.warehouse, here.view, scope, month)
    with head:
        day = kpi["as_of_on"] if kpi is not None else None
        page.head(here, "Figure", sentence.figure(measure, kpi, here.view, here.fmt), day=day)
    if kpi is None:
        return
    _made_of(measure, kpi, here)
    # A cohort is known 90 days after its month, and a target where one is given.
    parts = [PARTS[column] for column in FIGURES[figure] if kpi[column] is not None]
    if not parts:
        return
    if figure == "collected_target_rate" and here.view.entity_id == ALL_ENTITIES and here.view.cut is None:
        _targets(kpi, here)
    if figure == "dso_countback_days":
        months = figure_rows.countback(here.warehouse, kpi)
        if months:
            _countback(months, kpi, here)
            kpi = {
                **kpi,
                figure_rows.COUNTED_FROM: months[-1]["month_on"],
                COUNTBACK.column: sum(row["sales_amount"] for row in months),
            }
            parts.append(COUNTBACK)
    navigate.remember_figure(f"{measure.label}{_of(month, here)}", figure, scope, month, here.view.cut)
    words = {part.column: part.label for part in parts}
    chosen = parts[0].column
    if len(parts) > 1:
        chosen = filters.segmented(navigate.PART, "Part of the figure", words, chosen, quiet=True)
    _rows(next(part for part in parts if part.column == chosen), kpi, measure, here)


main()
