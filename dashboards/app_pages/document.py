"""Document: from an invoice to what paid it, what it moved, and the figures it counts in."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from dashboards.lib import export, filters, html, navigate, page, sentence, tables
from dashboards.lib.context import Context, context
from dashboards.lib.db import Row
from dashboards.lib.figures import FIGURES, PARTS, Sum
from dashboards.lib.queries import documents, figure_rows
from dashboards.lib.tables import Column, Kind

_SOURCES = {
    "stated": "Stated by the source",
    "lettered": "Matching code",
    "matched": "Matched to the bank statement",
    "fifo": "Oldest first",
    "inferred": "Inferred",
}


def _pick(here: Context) -> tuple[str, str] | None:
    """The document in the address, else the one seen last, else the largest overdue one; and a box to find another."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="document-filters"):
        asked = filters.given(navigate.DOCUMENT) or st.session_state.get(navigate.LAST_DOCUMENT) or ""
        search = st.text_input(
            "Find a document",
            key="find-document",
            placeholder="Document number",
            width=280,
            label_visibility="collapsed",
        )
        navigate.back_to_figure()
    if search:
        _found(search, here)
    if "/" not in asked:
        start = documents.largest_overdue(here.warehouse)
        if start is None:
            return None
        asked = navigate.document_code(start)
    st.session_state[navigate.LAST_DOCUMENT] = asked
    entity_id, document_id = asked.split("/", 1)
    return entity_id, document_id


def _found(search: str, here: Context) -> None:
    rows = tables.worded(documents.found(here.warehouse, search))
    with page.card("found"):
        if not rows:
            page.note(f"No document number holds “{search}”.")
            return
        tables.show(
            rows,
            (
                Column("document_number", "Document", width=144, pinned=True),
                Column("kind_words", "Kind", width=104),
                Column("entity_id", "Entity", width=72),
                Column("customer_name", "Customer", width=200),
                Column("posted_on", "Posted", Kind.DATE, 104),
                Column("amount", "Amount", Kind.MONEY, 128),
                Column("currency", "Currency", width=80),
            ),
            here.fmt,
            key="found-table",
            alt="Documents found",
            on_open=navigate.open_document,
            most_rows=8,
        )


def _facts(items: Sequence[Row], here: Context) -> None:
    first, fmt = items[0], here.fmt
    unknown = fmt.number(None)
    pairs = [
        ("Document", escape(first["document_number"])),
        ("Kind", escape(tables.words(first["item_kind"]))),
        ("Entity", escape(first["entity_name"] or first["entity_id"])),
        ("Account", escape(first["account"] or unknown)),
        ("Invoiced", fmt.day(first["invoiced_on"])),
        ("Posted", fmt.day(first["posted_on"])),
        ("Due", _due(items, here)),
        ("Amount", escape(fmt.money(sum(row["amount"] for row in items), first["currency"]))),
        *(
            ()
            if first["currency"] == first["base_currency"]
            else (
                (
                    f"Amount, {first['base_currency']}",
                    escape(fmt.money(sum(row["base_amount"] for row in items), first["base_currency"])),
                ),
            )
        ),
        ("Open", escape(fmt.money(sum(row["open_amount"] for row in items), first["currency"]))),
        ("Disputed", escape(fmt.money(sum(row["disputed_amount"] for row in items), first["currency"]))),
        ("Settled", fmt.day(first["settled_on"]) if len(items) == 1 else _instalments(items, here)),
        ("Days to pay", fmt.number(first["days_to_pay"])),
        ("Days late", fmt.number(first["days_late"])),
    ]
    with page.card("document"):
        st.html(html.facts(pairs))
        st.button(
            f"Customer: {first['customer_name'] or first['customer_id']}",
            icon=":material/person_search:",
            type="tertiary",
            on_click=navigate.open_customer,
            args=(first,),
            key="open-customer",
        )


def _due(items: Sequence[Row], here: Context) -> str:
    derived = " <small>derived from the terms</small>" if any(row["is_due_on_derived"] for row in items) else ""
    first, last = min(row["due_on"] for row in items), max(row["due_on"] for row in items)
    days = here.fmt.day(first) if first == last else f"{here.fmt.day(first)} to {here.fmt.day(last)}"
    return f"{days}{derived}"


def _instalments(items: Sequence[Row], here: Context) -> str:
    settled = sum(1 for row in items if not row["is_open"])
    return f"{here.fmt.number(settled)} of {here.fmt.count(len(items), 'instalment')}"


def _counts_in(items: Sequence[Row], here: Context) -> None:
    """The figures of the week in view this document counts in, and how much: the way back."""
    first = items[0]
    kpi = figure_rows.kpi_row(here.warehouse, here.view, "all")
    lines = []
    if kpi is not None and here.view.entity_id in ("*", first["entity_id"]):
        for part in PARTS.values():
            if kpi[part.column] is None:
                continue
            found = figure_rows.total(here.warehouse, part, kpi, of=first)
            if not found.get("rows_count"):
                continue
            figure = next(column for column, parts in FIGURES.items() if part.column in parts)
            figure = part.column if part.column in FIGURES else figure
            address = navigate.figure_address(here.view, figure, "all", part=part.column)
            write = here.fmt.number if part.adds is Sum.COUNT else here.fmt.amount
            lines.append(
                f'<tr><td><a href="{escape(address)}" target="_self">{escape(part.label)}</a></td>'
                f"<td>{write(found['value'])}</td><td>{write(kpi[part.column])}</td>"
                f'<td class="text quiet defined">{escape(part.explained)}</td></tr>'
            )
    week = here.fmt.day(here.view.week.as_of_on, weekday=True)
    message = (
        f"Counts in {here.fmt.count(len(lines), 'sum')} of the week" if lines else "Counts in no figure of the week"
    )
    with page.card("counts-in", message, f"Week to {week}, {here.view.entity_name}, {here.view.currency}"):
        if lines:
            st.html(
                '<div class="enc-scroll"><table class="enc-table"><thead><tr><th>Sum</th><th>This document</th>'
                f'<th>All rows</th><th class="text defined">What counts</th></tr></thead><tbody>{"".join(lines)}'
                "</tbody></table></div>"
            )


def _intervals(items: Sequence[Row], here: Context) -> None:
    rows = documents.intervals(here.warehouse, items[0], here.view.week.as_of_on)
    columns = (
        Column("valid_from_on", "From", Kind.DATE, 96, pinned=True),
        Column("valid_to_on", "Until before", Kind.DATE, 96, help="A dash: still"),
        *((Column("instalment_no", "Instalment", Kind.COUNT, 88),) if len(items) > 1 else ()),
        Column("open_amount", f"Open, {items[0]['currency']}", Kind.MONEY, 112),
        Column("disputed_amount", "Disputed", Kind.MONEY, 88, blank_zero=True),
        Column("base_open_amount", f"Base, {items[0]['base_currency']}", Kind.MONEY, 112),
    )
    with page.card("intervals", "How the open amount went", "Bold: the day in view", fill=True):
        if rows:
            tables.show(
                rows,
                columns,
                here.fmt,
                key="intervals-table",
                alt="Open amount by span of days",
                most_rows=8,
                bold=lambda row: bool(row["is_in_view"]),
            )
        else:
            page.note("It was never open.")


def _events(items: Sequence[Row], here: Context) -> None:
    rows = [
        {**row, "kind_words": tables.words(row["event_kind"])} for row in documents.events(here.warehouse, items[0])
    ]
    columns = (
        Column("event_on", "Day", Kind.DATE, 112, pinned=True),
        Column("kind_words", "Event", width=120),
        *((Column("instalment_no", "Instalment", Kind.COUNT, 88),) if len(items) > 1 else ()),
        Column("amount", f"Amount, {items[0]['currency']}", Kind.MONEY, 136, signed=True),
        Column("base_amount", f"Amount, {items[0]['base_currency']} (base)", Kind.MONEY, 152, signed=True),
    )
    note = "The posting, what was applied (its other half stands at the other document), exchange differences"
    with page.card("events", "What it moved in the ledger", note, fill=True):
        tables.show(rows, columns, here.fmt, key="events-table", alt="Ledger events", most_rows=8)


def _allocations(items: Sequence[Row], here: Context) -> None:
    rows = [
        {
            **row,
            "kind_words": tables.words(row["item_kind"]),
            "source_words": _SOURCES.get(row["allocation_source"], row["allocation_source"]),
        }
        for row in documents.allocations(here.warehouse, items[0])
    ]
    columns = (
        Column("document_number", "Set against", width=136, pinned=True),
        Column("kind_words", "Kind", width=104),
        Column("effective_on", "In effect from", Kind.DATE, 112),
        Column("received_on", "Received", Kind.DATE, 104),
        Column("reversed_on", "Taken back", Kind.DATE, 104),
        *((Column("instalment_no", "Instalment", Kind.COUNT, 88),) if len(items) > 1 else ()),
        Column("amount", f"Amount, {items[0]['currency']}", Kind.MONEY, 128),
        Column("days_to_pay", "Days to pay", Kind.COUNT, 96),
        Column("days_beyond_terms", "Days after due", Kind.COUNT, 112, help="Negative is early"),
        Column("source_words", "How it is known", width=160),
    )
    with page.card("allocations"):
        message = here.fmt.count(len(rows), "allocation") if rows else "Nothing is set against it"
        with page.headed(message, "Which credit pays which debit; a row opens the other document"):
            number = items[0]["document_number"]
            facts = export.about(here, f"Allocations of {number}", currency=items[0]["currency"])
            export.buttons(rows, columns, "allocations", facts, key="allocations")
        if rows:
            tables.show(
                rows,
                columns,
                here.fmt,
                key="allocations-table",
                alt="Allocations of the document",
                on_open=navigate.open_document,
                most_rows=8,
            )


def main() -> None:
    """Draw the page."""
    here = context()
    head = st.container()
    chosen = _pick(here)
    items = documents.items(here.warehouse, *chosen) if chosen else []
    if not items:
        with head:
            known = f"There is no document {chosen[1]} in {chosen[0]}." if chosen else "No document is on record."
            page.head(here, "Document", known, as_of_build=True)
        return
    with head:
        page.head(here, "Document", sentence.document(items, here.fmt), as_of_build=True)
    _facts(items, here)
    _counts_in(items, here)
    _allocations(items, here)
    left, right = page.halves()
    with left:
        _intervals(items, here)
    with right:
        _events(items, here)


main()
