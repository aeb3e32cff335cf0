"""Ledger: how the balance rolled forward, what falls due, and what was reported before."""

from __future__ import annotations

import streamlit as st

from dashboards.lib import charts, export, filters, html, navigate, page, sentence, tables
from dashboards.lib.context import Context, context
from dashboards.lib.db import Row
from dashboards.lib.figures import FIGURES
from dashboards.lib.measures import MEASURES, Unit
from dashboards.lib.queries import ledger
from dashboards.lib.tables import Column, Kind

_BASES = {"base": "Base currency", "document": "Document currency"}
_MOVES = {
    "billed_amount": "Billed",
    "credited_amount": "Credited",
    "collected_amount": "Collected",
    "refunded_amount": "Refunded",
    "bounced_amount": "Bounced",
    "written_off_amount": "Written off",
    "adjusted_amount": "Adjusted",
    "fx_amount": "FX",
}


def _roll_forward(here: Context) -> list[Row]:
    with page.card("roll-forward"):
        head, tools = st.columns([3, 2], vertical_alignment="top")
        basis = filters.segmented("books", "Amounts", _BASES, "base", quiet=True)
        rows = ledger.roll_forward(here.warehouse, here.view, basis)
        broken = sum(1 for row in rows if not row["adds_up"])
        columns = (
            Column("month_ending_on", "Month to", Kind.DATE, 104, pinned=True),
            Column("entity_id", "Entity", width=64),
            Column("currency", "Currency", width=72),
            Column("opening_amount", "Opening", Kind.MONEY, 120),
            *(
                Column(name, words, Kind.MONEY, 112 if name in ("billed_amount", "collected_amount") else 96)
                for name, words in _MOVES.items()
            ),
            Column("closing_amount", "Closing", Kind.MONEY, 120),
            Column("gl_amount", "Ledger", Kind.MONEY, 120, help="The control accounts, where they give a balance"),
            Column("explained_amount", "Explained", Kind.MONEY, 96),
            Column("unexplained_amount", "Unexplained", Kind.MONEY, 104),
        )
        with head:
            st.html(
                html.title(
                    "Opening + billed − credited − collected … = closing",
                    "By month, entity and currency, signed so that each row adds up; intragroup customers included",
                )
            )
            if rows and not broken:
                st.html(
                    f'<p class="enc-check-line enc-better">{here.fmt.count(len(rows), "row")} '
                    '<span class="enc-state enc-fresh"><i></i>each adds up exactly</span></p>'
                )
        with tools, st.container(horizontal=True, horizontal_alignment="right"):
            facts = export.about(here, "Roll-forward", currency=_BASES[basis].lower())
            export.buttons(rows, columns, f"roll-forward-{here.view.week.as_of_on}", facts, key="roll-forward")
        if broken:
            page.banner(f"{here.fmt.count(broken, 'row')} do not add up.")
        if rows:
            tables.show(rows, columns, here.fmt, key="roll-forward-table", alt="Roll-forward by month", most_rows=13)
        else:
            page.note("No month is on record.")
    return rows


def _due_calendar(here: Context) -> None:
    rows = ledger.due_calendar(here.warehouse, here.view)
    if not rows:
        return
    currency, day = here.view.currency, rows[0]["as_of_on"]
    agreed = next(row for row in rows if row["calendar_basis"] == "agreed")
    total = here.fmt.money(agreed["total_amount"], currency)
    message = f"{here.fmt.short_money(agreed['weeks_amount'], currency)} falls due in the next 13 weeks"
    note = (
        f"As of {here.fmt.day(day)}, {currency}: as agreed, and as shifted by each customer's days beyond terms; "
        f"with what is overdue and what comes later each adds up to {total}"
    )
    with page.card("due-calendar", message, note):
        charts.show(charts.due_weeks(rows, currency, here.fmt), "due-calendar-chart", "What falls due by week")


def _restated(here: Context) -> None:
    state = ledger.restated_state(here.warehouse)
    count = state.get("publications_count") or 0
    with page.card("restated"):
        message = "Every figure stands as it was reported"
        if not count:
            message = "Nothing was reported before this build"
        elif state.get("differing_count"):
            message = f"{here.fmt.number(state['values_count'])} reported values are others now"
        note = f"{here.fmt.count(count, 'publication')} on record: what each said, beside what is known now"
        st.html(html.title(message, note))
        column = filters.select(
            "measure",
            "Figure",
            list(FIGURES),
            "overdue_amount",
            lambda name: MEASURES[name].long,
            width=280,
            quiet=True,
        )
        measure = MEASURES[column]
        rows = ledger.restated(here.warehouse, here.view, column)
        kind = {Unit.MONEY: Kind.MONEY, Unit.RATE: Kind.RATE, Unit.DAYS: Kind.PRECISE}[measure.unit]
        if rows:
            columns = (
                Column("period_ending_on", "Week to", Kind.DATE, 112, pinned=True),
                Column("reported_value", "As reported", kind, 136),
                Column("restated", "Restated", kind, 136),
                Column("difference", "Difference", kind, 120, signed=True),
                Column("publication_number", "Publication", Kind.COUNT, 96),
                Column("published_at", "Published (UTC)", Kind.MOMENT, 152),
                Column("build_id", "Build", width=200),
            )
            facts = export.about(here, f"{measure.label}, restated and as reported", currency=here.view.currency)
            with st.container(horizontal=True, horizontal_alignment="right"):
                export.buttons(rows, columns, "restated", facts, key="restated")
            tables.show(rows, columns, here.fmt, key="restated-table", alt="Restated and as reported", most_rows=8)
        elif count:
            page.note(f"{measure.label}: no week of {here.view.entity_name} is another than it was reported.")
        _documents(here)


def _documents(here: Context) -> None:
    rows = [
        {**row, "kind_words": tables.words(row["item_kind"]), "reason_words": tables.words(row["reason"])}
        for row in ledger.restatements(here.warehouse, here.view)
    ]
    if not rows:
        return
    currency = rows[0]["reporting_currency"]
    columns = (
        Column("document_number", "Document", width=136, pinned=True),
        Column("kind_words", "Kind", width=96),
        Column("entity_id", "Entity", width=64),
        Column("customer_name", "Customer", width=176),
        Column("reason_words", "Why", width=144),
        Column("valid_from_on", "From", Kind.DATE, 104),
        Column("valid_to_on", "Until before", Kind.DATE, 104),
        Column("before_reporting_amount", f"Before, {currency}", Kind.MONEY, 120),
        Column("after_reporting_amount", f"After, {currency}", Kind.MONEY, 120),
        Column("reporting_difference_amount", "Difference", Kind.MONEY, 112, signed=True),
        Column("publication_number", "Publication", Kind.COUNT, 96),
    )
    title, tools = st.columns([3, 2], vertical_alignment="top")
    with title:
        st.html(html.title("The documents behind it", "What each publication changed of the past; a row opens it"))
    with tools, st.container(horizontal=True, horizontal_alignment="right"):
        facts = export.about(here, "Documents behind restatements", currency=currency)
        export.buttons(rows, columns, "restatements", facts, key="restatements")
    tables.show(
        rows,
        columns,
        here.fmt,
        key="restatements-table",
        alt="Documents behind restatements",
        on_open=navigate.open_document,
        most_rows=8,
    )


def main() -> None:
    """Draw the page."""
    here = context()
    head = st.container()
    rows = _roll_forward(here)
    with head:
        page.head(here, "Ledger", sentence.ledger(rows, here.view, here.fmt))
    _due_calendar(here)
    _restated(here)


main()
