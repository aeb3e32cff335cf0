"""Cells of files that people take away: harmless text in CSV, typed cells in Excel.

Excel holds numbers as doubles and the file gives them 16 digits: an amount below 2^53 hundredths (some 90 trillion)
comes back to the cent. A larger one is written as text rather than changed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from ingest.formulas import harmless, harmless_within

LONGEST_TEXT = 32_767
"""Characters that a cell of Excel holds; of a longer text nothing at all would be written."""
_EXACT_UNITS = 2**53
WORKBOOK_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
"""For xlsxwriter: text stays text, whatever it looks like."""


def plain(value: Any) -> str:
    """A value as text for CSV: ISO days, decimal points, and no text that a spreadsheet takes for a formula."""
    if value is None:
        return ""
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return harmless(value) if isinstance(value, str) else str(value)


def exact(value: Any) -> str:
    """A fact's value as text: ISO days, decimal points, shares 0..1, nothing for what is unknown."""
    if value is None:
        return ""
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def said_above(facts: Iterable[tuple[str, Any]]) -> str:
    """What a CSV file says of itself above its headings: a line a fact, after ``#``.

    Readers of CSV skip such lines as comments, so the table below stays as machines want it. Spreadsheets split them:
    a name with a comma in it must not become a cell that runs.
    """
    lines = (f"# {name}: {' '.join(exact(value).split())}" for name, value in facts)
    return "".join(harmless_within(line) + "\r\n" for line in lines)


def is_exact(value: Decimal) -> bool:
    """Whether a double in a workbook gives ``value``, an amount of hundredths, back to the cent."""
    return abs(value) * 100 < _EXACT_UNITS


def write_cell(page: Any, line: int, place: int, value: Any, style: Any = None) -> None:
    """Write one typed cell of an xlsxwriter worksheet."""
    if value is None:
        page.write_blank(line, place, None, style)
    elif isinstance(value, bool):
        page.write_boolean(line, place, value)
    elif isinstance(value, Decimal) and not is_exact(value):
        page.write_string(line, place, str(value), style)
    elif isinstance(value, (int, float, Decimal)):
        page.write_number(line, place, float(value), style)
    elif isinstance(value, datetime):
        # Excel knows no time zones: a moment is written as UTC.
        page.write_datetime(line, place, value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value, style)
    elif isinstance(value, date):
        page.write_datetime(line, place, value, style)
    else:
        words = str(value)
        page.write_string(line, place, words if len(words) <= LONGEST_TEXT else f"{words[: LONGEST_TEXT - 1]}…")
