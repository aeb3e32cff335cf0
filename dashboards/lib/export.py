"""What is shown, as a file: CSV for machines, Excel for people. Amounts stay exact in CSV; Excel holds doubles.

Every file says what it is and carries the passport of its build: Excel on sheets of their own, CSV in lines that start
with ``#`` above the headings.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import streamlit as st
import xlsxwriter

from dashboards.lib import passport
from dashboards.lib.context import Context
from dashboards.lib.db import Row
from dashboards.lib.tables import Column, Kind
from encours.sheets import WORKBOOK_OPTIONS, plain, said_above, write_cell

CSV_TYPE = "text/csv"
EXCEL_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMATS = {
    Kind.MONEY: "#,##0.00",
    Kind.WHOLE_MONEY: "#,##0.00",
    Kind.COUNT: "#,##0",
    Kind.DAYS: "0.0",
    Kind.PRECISE: "0.000",
    Kind.POINTS: "0",
    Kind.RATE: "0.0%",
    Kind.RAW: "0.000000",
    Kind.DATE: "yyyy-mm-dd",
    Kind.MOMENT: "yyyy-mm-dd hh:mm",
}


@dataclass(frozen=True)
class About:
    """What a reader of a file must know, as names and values: what it is, and the passport of its build."""

    what: Sequence[tuple[str, str]]
    passport: Sequence[tuple[str, str]] = ()


def to_csv(rows: Sequence[Row], columns: Sequence[Column], about: About) -> bytes:
    """UTF-8 with a byte order mark (so that Excel reads accents), commas, decimal points, ISO dates.

    What it is and the passport stand above, a line each, after ``#``: readers of CSV skip such lines as comments.
    Headings are column names, for machines. Text that a spreadsheet would take for a formula is quoted.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    out.write(said_above((*about.what, *about.passport)))
    writer.writerow([column.name for column in columns])
    writer.writerows([plain(row.get(column.name)) for column in columns] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def to_excel(rows: Sequence[Row], columns: Sequence[Column], sheet: str, about: About) -> bytes:
    """A workbook: the rows as a filterable sheet with typed cells, a sheet saying what they are, and the passport."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, WORKBOOK_OPTIONS) as book:
        page = book.add_worksheet(_sheet_name(sheet))
        heading = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        formats = {kind: book.add_format({"num_format": pattern}) for kind, pattern in _FORMATS.items()}
        for place, column in enumerate(columns):
            page.write_string(0, place, column.heading, heading)
            page.set_column(place, place, _width(column, rows), formats.get(column.kind))
            for line, row in enumerate(rows, start=1):
                write_cell(page, line, place, row.get(column.name), formats.get(column.kind))
        page.freeze_panes(1, 1)
        if rows:
            page.autofilter(0, 0, len(rows), len(columns) - 1)
        for title, pairs in (("About", about.what), ("Passport", about.passport)):
            facts = book.add_worksheet(title)
            facts.set_column(0, 0, 24)
            facts.set_column(1, 1, 64)
            for line, (name, value) in enumerate(pairs):
                facts.write_string(line, 0, name, heading)
                write_cell(facts, line, 1, value)
    return out.getvalue()


def _sheet_name(words: str) -> str:
    """``words``, which may hold a customer's code, as Excel allows the name of a sheet to be."""
    return re.sub(r"[\[\]:*?/\\\x00-\x1f]", "-", words)[:31].strip("'") or "Rows"


def _width(column: Column, rows: Sequence[Row]) -> int:
    longest = max((len(plain(row.get(column.name))) for row in rows[:200]), default=0)
    return min(max(longest, len(column.heading) // 2, 8) + 2, 60)


def about(
    context: Context, what: str, *, currency: str, chosen: Sequence[tuple[str, str]] = (), day: date | None = None
) -> About:
    """What a reader of the file must know: what it is, as of when, of which entity and currency; and the passport.

    ``day`` where it speaks of another day than the week in view.
    """
    view, publication = context.view, context.warehouse.publication
    return About(
        [
            ("What", what),
            ("As of", (day or view.week.as_of_on).isoformat()),
            ("Entity", view.entity_name),
            ("Currency", currency),
            *([] if view.cut is None else [("Only", view.cut.words)]),
            *chosen,
            ("File", publication.name),
        ],
        passport.for_files(context.warehouse) or [("Build", publication.build_id)],
    )


def buttons(
    rows: Sequence[Row] | Callable[[], Sequence[Row]],
    columns: Sequence[Column],
    name: str,
    facts: About,
    *,
    key: str,
) -> None:
    """Two download buttons for what is shown; files are made when asked for.

    ``rows`` may be a function that finds them then: all rows, where the page shows the largest only.
    """

    def found() -> Sequence[Row]:
        return rows() if callable(rows) else rows

    nothing = not callable(rows) and not rows
    st.download_button(
        "CSV",
        data=lambda: to_csv(found(), columns, facts),
        file_name=f"{name}.csv",
        mime=CSV_TYPE,
        icon=":material/download:",
        on_click="ignore",
        disabled=nothing,
        key=f"{key}-csv",
        help="Exact amounts, ISO dates, column names as headings; lines starting with # say what it is.",
    )
    st.download_button(
        "Excel",
        data=lambda: to_excel(found(), columns, name, facts),
        file_name=f"{name}.xlsx",
        mime=EXCEL_TYPE,
        icon=":material/download:",
        on_click="ignore",
        disabled=nothing,
        key=f"{key}-excel",
        help="Typed cells, filters, a sheet that says what it shows, and the passport of the build.",
    )
