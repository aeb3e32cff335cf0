"""How the balance of a month came from the one before."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboards.lib import export, filters, html, listing, page, tables
from dashboards.lib.context import Context
from dashboards.lib.db import Row
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
_MOVE_WIDTHS = {"billed_amount": 104, "credited_amount": 88, "collected_amount": 104, "written_off_amount": 88}


def draw(here: Context) -> list[Row]:
    """The roll-forward, whose rows list the documents of a move; gives its rows."""
    with page.card("roll-forward"):
        head, tools = st.columns([3, 2], vertical_alignment="top")
        basis = filters.segmented("books", "Amounts", _BASES, "base", quiet=True)
        rows = ledger.roll_forward(here.warehouse, here.view, basis)
        broken = sum(1 for row in rows if not row["adds_up"])
        columns = (
            Column("month_ending_on", "Month to", Kind.DATE, 96, pinned=True),
            Column("entity_id", "Entity", width=56),
            Column("currency", "Currency", width=64),
            Column("opening_amount", "Opening", Kind.MONEY, 104),
            *(Column(name, words, Kind.MONEY, _MOVE_WIDTHS.get(name, 80)) for name, words in _MOVES.items()),
            Column("closing_amount", "Closing", Kind.MONEY, 104),
            Column("gl_amount", "Ledger", Kind.MONEY, 104, help="The control accounts, where they give a balance"),
            Column("explained_amount", "Explained", Kind.MONEY, 88),
            Column("unexplained_amount", "Unexplained", Kind.MONEY, 96),
        )
        # The files hold all columns; the page leaves out moves that nowhere happened.
        shown = [column for column in columns if column.name not in _MOVES or any(row[column.name] for row in rows)]
        with head:
            st.html(
                html.title(
                    "Opening + billed − credited − collected … = closing",
                    "By month, entity and currency, signed so that each row adds up; intragroup customers included. "
                    "A row lists its documents.",
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
            tables.show(
                rows,
                shown,
                here.fmt,
                key="roll-forward-table",
                alt="Roll-forward by month",
                on_open=_open_moves,
                most_rows=13,
            )
            opened = filters.given("moves")
            row = next((row for row in rows if _moves_code(row) == opened), None)
            if row is not None:
                _moves(row, here)
        else:
            page.note("No month is on record.")
    return rows


def _moves_code(row: Row) -> str:
    return f"{row['month_ending_on']}/{row['entity_id']}/{row['currency']}"


def _open_moves(row: Row) -> None:
    filters.put("moves", _moves_code(row), None)


def _moves(row: Row, here: Context) -> None:
    """The documents behind one move of a month."""
    known = {name: words for name, words in _MOVES.items() if row[name]}
    month = here.fmt.month(row["month_ending_on"])
    where = f"{month}, {row['entity_id']}, {row['currency']}"
    if not known:
        page.note(f"Nothing moved in {where}.")
        return
    move = filters.segmented("move", "Move", known, next(iter(known)), quiet=True)
    flow = move.removesuffix("_amount")

    columns = (
        Column("document_number", "Document", width=144, pinned=True),
        Column("kind_words", "Kind", width=104),
        Column("customer_name", "Customer", width=216),
        Column("event_on", "Day", Kind.DATE, 104, help="The last one, where several moves of the month are its own"),
        Column("amount", f"Moved, {row['currency']}", Kind.MONEY, 144),
    )

    def check(documents: Sequence[Row]) -> None:
        count = here.fmt.count(documents[0]["rows_count"], "document") if documents else "No document"
        page.check(count, documents[0]["total_amount"] if documents else 0, row[move], here.fmt.amount)

    listing.documents(
        lambda limit: ledger.moved_documents(here.warehouse, row, flow, limit=limit),
        columns,
        here,
        title=f"{_MOVES[move]} in {where}",
        note="The documents behind it; a row opens one",
        currency=row["currency"],
        most=ledger.MOST_ROWS,
        file=f"{flow}-{row['month_ending_on']}",
        key="moves",
        check=check,
    )
