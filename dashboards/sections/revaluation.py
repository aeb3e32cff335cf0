"""What is open in foreign currency, at the rates of the day."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboards.lib import export, filters, html, listing, page, sentence, tables
from dashboards.lib.context import Context
from dashboards.lib.db import Row
from dashboards.lib.queries import ledger
from dashboards.lib.tables import Column, Kind


def draw(here: Context) -> None:
    """Open balances in foreign currency at the day's rate; a row lists its documents."""
    rows = ledger.revaluation(here.warehouse, here.view)
    columns = (
        Column("entity_name", "Entity", width=168, pinned=True),
        Column("currency", "Currency", width=72),
        Column("open_amount", "Open", Kind.MONEY, 128),
        Column("base_currency", "Base", width=64),
        Column("base_open_amount", "At own rates, base", Kind.MONEY, 144),
        Column("rate", "Rate of the day", Kind.RAW, 120, help="A dash: no rate for the day"),
        Column("revalued_base_amount", "Revalued, base", Kind.MONEY, 136),
        Column("difference", "Difference, base", Kind.MONEY, 128, signed=True),
        Column("items_count", "Items", Kind.COUNT, 72),
    )
    with page.card("revaluation"):
        title, tools = st.columns([3, 2], vertical_alignment="top")
        day = here.fmt.day(rows[0]["as_of_on"]) if rows else ""
        with title:
            message = sentence.revaluation(rows, here.fmt)
            note = (
                f"Open in foreign currency at the rate of {day}: a figure apart, items keep their own rate everywhere"
            )
            st.html(html.title(message, f"{note}. A row lists its documents." if rows else ""))
        if not rows:
            return
        with tools, st.container(horizontal=True, horizontal_alignment="right"):
            facts = export.about(here, "Revaluation of open foreign currency", currency="as stated")
            export.buttons(rows, columns, f"revaluation-{rows[0]['as_of_on']}", facts, key="revaluation")
        tables.show(
            rows, columns, here.fmt, key="revaluation-table", alt="Revaluation", on_open=_open_revalued, most_rows=10
        )
        opened = filters.given("revalued")
        row = next((row for row in rows if _revalued_code(row) == opened), None)
        if row is not None:
            _revalued_items(row, here)


def _revalued_code(row: Row) -> str:
    return f"{row['entity_id']}/{row['currency']}"


def _open_revalued(row: Row) -> None:
    filters.put("revalued", _revalued_code(row), None)


def _revalued_items(row: Row, here: Context) -> None:
    columns = (
        Column("document_number", "Document", width=136, pinned=True),
        Column("kind_words", "Kind", width=104),
        Column("customer_name", "Customer", width=200),
        Column("posted_on", "Posted", Kind.DATE, 104),
        Column("due_on", "Due", Kind.DATE, 104),
        Column("open_amount", f"Open, {row['currency']}", Kind.MONEY, 136),
        Column("base_open_amount", f"At its own rate, {row['base_currency']}", Kind.MONEY, 168),
    )

    def check(items: Sequence[Row]) -> None:
        count = here.fmt.count(items[0]["rows_count"], "row") if items else "No row"
        page.check(count, items[0]["open_total"] if items else 0, row["open_amount"], here.fmt.amount)

    listing.documents(
        lambda limit: ledger.revalued_items(here.warehouse, row, limit=limit),
        columns,
        here,
        title=f"Open in {row['currency']} of {row['entity_name']}",
        note="A row opens the document",
        currency=row["currency"],
        most=ledger.MOST_ROWS,
        file=f"open-{row['entity_id']}-{row['currency']}",
        key="revalued-items",
        check=check,
    )
