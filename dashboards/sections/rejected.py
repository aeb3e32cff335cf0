"""Rows that were rejected or questioned on loading, and columns that are not what they were: what to do about each."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboards.lib import export, filters, glossary, page, tables
from dashboards.lib.context import Context
from dashboards.lib.db import Row
from dashboards.lib.queries import health
from dashboards.lib.tables import Column, Kind

STATE, GROUP = "rejects", "reject"


def group_of(row: Row) -> str:
    """The group a rejected row is counted in, as the address has it."""
    return f"{row['source']} {row['table_name']}: {row['reason']}"


def draw_rejects(here: Context) -> None:
    """What is open by source, table and reason, and the rows of one state, or of one group of them."""
    groups = [{**row, "group": group_of(row)} for row in health.rejects_summary(here.warehouse)]
    known = {row["group"]: row for row in groups}
    chosen = filters.given(GROUP)
    chosen = chosen if chosen in known else ""
    _summary(groups, here)
    state = filters.select(
        STATE,
        "Rows",
        list(glossary.REJECT_STATES),
        "open",
        lambda code: glossary.REJECT_STATES[code][0],
        help_="What became of them",
        width=208,
        clears=GROUP,
    )
    only = known[chosen] if state == "open" and chosen else None
    if only is not None:
        st.button(
            f"Only {chosen}. Show all",
            icon=":material/filter_alt_off:",
            type="tertiary",
            on_click=filters.put,
            args=(GROUP, None, None),
            key="all-rejects",
        )
    _rows(health.rejects(here.warehouse, state, only), state, chosen if only is not None else "", here)


def _summary(groups: Sequence[Row], here: Context) -> None:
    if not groups:
        page.note("No rejected row is open: every row of the files is in the books, dismissed, or past.")
        return
    columns = (
        Column("reason", "Reason", width=296, pinned=True),
        Column("column_name", "Column", width=112),
        Column("source", "Source", width=112),
        Column("table_name", "Table", width=112),
        Column("rows_count", "Rows", Kind.COUNT, 72),
        Column("amount", "Amount", Kind.MONEY, 128, help="Of the rows whose amount can be read, with their signs"),
        Column("row_currency", "Currency", width=80, help="*: the row does not tell"),
        Column("unknown_count", "Amount unknown", Kind.COUNT, 112, help="Rows whose amount cannot be read"),
        Column("load_id", "Newest load", Kind.COUNT, 88),
    )

    def only(row: Row) -> None:
        filters.put(STATE, "open", "open")
        filters.put(GROUP, row["group"], None)

    count = sum(row["rows_count"] for row in groups)
    are = "row is" if count == 1 else "rows are"
    note = (
        "Mend them in the system and load its file again; or encours rejects --out rejects.csv, mend, and "
        "encours rejects --reload rejects.csv; or dismiss what need not be in the books. A row shows its own below"
    )
    with page.headed(f"{here.fmt.number(count)} rejected {are} not in the books", note):
        facts = export.about(here, "Open rejected rows by reason", currency="as stated")
        export.buttons(groups, columns, "rejects-by-reason", facts, key="rejects-by-reason")
    tables.show(
        groups, columns, here.fmt, key="rejects-by-reason-table", alt="Open rejected rows", on_open=only, most_rows=8
    )


def _rows(rows: Sequence[Row], state: str, of: str, here: Context) -> None:
    name, meaning = glossary.REJECT_STATES[state]
    if not rows:
        page.note(f"{name}: no row.")
        return
    decided = (
        Column("decided_by_person", "Dismissed by", width=112),
        Column("decided_at", "On (UTC)", Kind.MOMENT, 152),
        Column("decision_reason", "Why", width=240),
    )
    columns = (
        Column("reason", "What is wrong", width=240, pinned=True),
        *(decided if state == "dismissed" else ()),
        *((Column("mended_in_load_id", "Mended in load", Kind.COUNT, 112),) if state == "mended" else ()),
        Column("column_name", "Column", width=112),
        Column("value", "Value", width=128),
        Column("row_amount", "Amount", Kind.MONEY, 112),
        Column("row_currency", "Currency", width=80),
        Column("file", "File", width=144),
        Column("line", "Line", Kind.COUNT, 72),
        Column("raw_line", "The row as it came", width=440),
        Column("source", "Source", width=112),
        Column("table_name", "Table", width=112),
        Column("load_id", "Load", Kind.COUNT, 64),
    )
    title = f"{name}: {of}" if of else name
    with page.headed(title, meaning):
        facts = export.about(here, "Rejected rows", currency="as stated", chosen=[("Rows", title)])
        export.buttons(rows, columns, "rejects", facts, key="rejects")
    tables.show(rows, columns, here.fmt, key="rejects-table", alt=title, most_rows=12)


def draw_drifts(here: Context) -> None:
    """What of the columns of files was otherwise than before, in plain words, and what to do."""
    rows = [
        {
            **row,
            "what": glossary.DRIFTS[row["drift"]][0],
            "to_do": glossary.DRIFTS[row["drift"]][1],
            "outcome": "Let in on purpose" if row["drift_outcome"] == "accepted" else "Loaded, and told",
        }
        for row in health.drifts(here.warehouse)
    ]
    if not rows:
        page.note("No column of a loaded file was otherwise than in the loads before.")
        return
    columns = (
        Column("column_name", "Column", width=144, pinned=True),
        Column("what", "What is otherwise", width=216),
        Column("drift_words", "In figures", width=336),
        Column("to_do", "What to do", width=440),
        Column("outcome", "What became of the load", width=152),
        Column("source", "Source", width=112),
        Column("table_name", "Table", width=112),
        Column("file", "File", width=144),
        Column("load_id", "Load", Kind.COUNT, 64),
        Column("loaded_at", "Loaded (UTC)", Kind.MOMENT, 152),
    )
    note = (
        "Columns that are not what they were in the loads before. Where figures cannot do without one, the file is "
        "refused and nothing of it is here, unless it was let in by --accept-drift"
    )
    with page.headed(here.fmt.count(len(rows), "change") + " of columns", note):
        facts = export.about(here, "Changes of columns", currency="as stated")
        export.buttons(rows, columns, "drifts", facts, key="drifts")
    tables.show(rows, columns, here.fmt, key="drifts-table", alt="Changes of columns", most_rows=16)
