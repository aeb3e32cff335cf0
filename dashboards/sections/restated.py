"""Restated and as reported."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboards.lib import export, filters, html, listing, page, tables
from dashboards.lib.context import Context
from dashboards.lib.db import Row
from dashboards.lib.figures import FIGURES
from dashboards.lib.measures import MEASURES, Measure, Unit
from dashboards.lib.queries import ledger
from dashboards.lib.tables import Column, Kind

_PERIODS = {"week": "Weeks", "month": "Months"}


def draw(here: Context) -> None:
    """Each figure that is another now than it was reported; a row lists the documents behind its difference."""
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
        with st.container(horizontal=True, vertical_alignment="center", key="restated-filters"):
            column = filters.select(
                "measure",
                "Figure",
                list(FIGURES),
                "overdue_amount",
                lambda name: MEASURES[name].long,
                width=280,
                quiet=True,
            )
            period = filters.segmented("periods", "Periods", _PERIODS, "week", quiet=True)
        measure = MEASURES[column]
        told = column in ledger.EXPLAINED and here.view.currency == here.view.main_currency
        rows = ledger.restated(here.warehouse, here.view, column, period)
        kind = {Unit.MONEY: Kind.MONEY, Unit.RATE: Kind.RATE, Unit.DAYS: Kind.PRECISE, Unit.TIMES: Kind.PRECISE}[
            measure.unit
        ]
        if rows:
            columns = (
                Column("period_ending_on", f"{period.capitalize()} to", Kind.DATE, 112, pinned=True),
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
            tables.show(
                rows,
                columns,
                here.fmt,
                key="restated-table",
                alt="Restated and as reported",
                on_open=_open_restated,
                most_rows=8,
            )
            opened = filters.given("restated")
            row = next((row for row in rows if _restated_code(row) == opened), None)
            if told and row is not None:
                _behind(measure, row, here)
                return
            if told:
                page.note("A row lists the documents behind its difference.")
        elif count:
            page.note(f"{measure.label}: no {period} of {here.view.entity_name} is another than it was reported.")
        _documents(here)


def _restated_code(row: Row) -> str:
    return f"{row['publication_number']}/{row['period_ending_on']}"


def _open_restated(row: Row) -> None:
    filters.put("restated", _restated_code(row), None)


def _behind(measure: Measure, row: Row, here: Context) -> None:
    """The documents that add up to one difference."""

    currency = here.view.currency
    columns = (
        Column("document_number", "Document", width=136, pinned=True),
        Column("kind_words", "Kind", width=96),
        Column("entity_id", "Entity", width=64),
        Column("customer_name", "Customer", width=192),
        Column("reason_words", "Why", width=144),
        Column("before_value", f"Before, {currency}", Kind.MONEY, 120),
        Column("after_value", f"After, {currency}", Kind.MONEY, 120),
        Column("value", f"Difference, {currency}", Kind.MONEY, 136, signed=True),
        Column("publication_number", "Publication", Kind.COUNT, 96),
    )

    def check(items: Sequence[Row]) -> None:
        if ledger.were_compared(here.warehouse, row):
            count = here.fmt.count(items[0]["rows_count"], "row") if items else "No row"
            page.check(count, items[0]["total_value"] if items else 0, row["difference"], here.fmt.amount, "difference")
        else:
            page.note("The rules changed in between: a difference is not of documents alone, and none were compared.")

    listing.documents(
        lambda limit: ledger.behind(here.warehouse, here.view, measure.column, row, limit=limit),
        columns,
        here,
        title=f"{measure.label} on {here.fmt.day(row['as_of_on'])}, since publication {row['publication_number']}",
        note="The documents behind the difference; a row opens one",
        currency=currency,
        most=ledger.MOST_ROWS,
        file=f"restated-{row['period_ending_on']}",
        key="behind",
        check=check,
    )


def _documents(here: Context) -> None:
    rows = ledger.restatements(here.warehouse, here.view)
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
    listing.documents(
        lambda _: rows,
        columns,
        here,
        title="The documents behind it",
        note="What each publication changed of the past; a row opens it",
        currency=currency,
        most=len(rows),
        file="restatements",
        key="restatements",
        said="Documents behind restatements",
    )
