"""Rows of named columns as CSV and as worksheets: amounts exact, days typed, text harmless."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

from audit.marts import Row
from encours.errors import EncoursError
from encours.sheets import WORKBOOK_OPTIONS, plain, said_above, write_cell

_MOST_LINES = 2**20

Fact = tuple[str, object]
"""Something a reader of a file must know: its name and its value."""


def to_csv(rows: Sequence[Row], columns: Sequence[str], about: Sequence[Fact]) -> bytes:
    """UTF-8 with a byte order mark, commas, decimal points, ISO days: exact, for machines.

    What it is and the passport stand above the headings, a line each, after ``#``, as in the dashboard's files.
    """
    out = io.StringIO(newline="")
    out.write(said_above(about))
    writer = csv.writer(out)
    writer.writerow([plain(name) for name in columns])
    writer.writerows([plain(row.get(name)) for name in columns] for row in rows)
    return out.getvalue().encode("utf-8-sig")


class Workbook:
    """A workbook made sheet by sheet; :meth:`bytes` closes it."""

    def __init__(self) -> None:
        self._out = io.BytesIO()
        self._book = xlsxwriter.Workbook(self._out, WORKBOOK_OPTIONS)
        # The same figures give the same bytes.
        self._book.set_properties({"created": datetime(2000, 1, 1, tzinfo=UTC)})
        self._bold = self._book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        self._heading = self._book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        self._right = self._book.add_format({"align": "right"})
        self._styles = {
            kind: self._book.add_format({"num_format": pattern})
            for kind, pattern in {
                "money": "#,##0.00",
                "count": "#,##0",
                "number": "0.000000",
                "rate": "0.00%",
                "day": "yyyy-mm-dd",
                "moment": "yyyy-mm-dd hh:mm",
            }.items()
        }

    def sheet(self, name: str, rows: Sequence[Row], columns: Mapping[str, str], notes: Sequence[str] = ()) -> None:
        """A filterable sheet; ``columns`` maps names to headings, ``notes`` stand above the table.

        Raises:
            EncoursError: there are more rows than a worksheet holds.
        """
        top = len(notes) + 1 if notes else 0
        if top + 1 + len(rows) > _MOST_LINES:
            raise EncoursError(
                f"{name} has {len(rows):,} rows, a worksheet holds {_MOST_LINES:,}: nothing was written. "
                "Ask fewer days or an earlier day, or a .csv file where the verb writes one."
            )
        page = self._book.add_worksheet(name[:31])
        for line, note in enumerate(notes):
            page.write_string(line, 0, note)
        for place, (column, heading) in enumerate(columns.items()):
            page.write_string(top, place, heading, self._heading)
            longest = max((len(plain(row.get(column))) for row in rows[:200]), default=0)
            page.set_column(place, place, min(max(longest, len(heading) // 2, 8) + 2, 60))
            for line, row in enumerate(rows, start=top + 1):
                value = row.get(column)
                write_cell(page, line, place, value, self._style(column, value))
        page.freeze_panes(top + 1, 1)
        if rows:
            page.autofilter(top, 0, top + len(rows), len(columns) - 1)

    def facts(self, name: str, facts: Sequence[Fact]) -> None:
        """A sheet of names and values; a name without a value is a headline."""
        page = self._book.add_worksheet(name[:31])
        page.set_column(0, 0, 44)
        page.set_column(1, 1, 80)
        for line, (what, value) in enumerate(facts):
            page.write_string(line, 0, what, self._bold)
            write_cell(page, line, 1, value, self._style(what, value))

    def grid(self, name: str, lines: Sequence[Sequence[object]]) -> None:
        """A sheet laid out as given, to be pasted; the first cell of a line is its words."""
        page = self._book.add_worksheet(name[:31])
        page.set_column(0, 0, 70)
        page.set_column(1, 8, 18)
        for line, cells in enumerate(lines):
            for place, value in enumerate(cells):
                if isinstance(value, str) and place:
                    page.write_string(line, place, value, self._right)
                elif isinstance(value, float):
                    write_cell(page, line, place, value, self._styles["rate"])
                else:
                    write_cell(page, line, place, value, self._style("", value))

    def bytes(self) -> bytes:
        """The finished file."""
        self._book.close()
        return self._out.getvalue()

    def _style(self, column: str, value: object) -> Any:
        match value:
            case bool() | None | str():
                return None
            case Decimal():
                return self._styles["money"]
            case int():
                return self._styles["count"]
            case float():
                return self._styles["rate" if "share" in column.lower() or column.endswith("_rate") else "number"]
            case datetime():
                return self._styles["moment"]
            case date():
                return self._styles["day"]
        return None


def save(path: Path, data: bytes) -> None:
    """Write a whole file or none: beside its place first, then moved there.

    Raises:
        EncoursError: it cannot be written.
    """
    beside = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(data)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise EncoursError(f"{path} cannot be written: {error}.") from None
