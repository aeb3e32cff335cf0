"""Files to take away: exact in CSV, typed in Excel, and harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from dashboards.lib.export import About, to_csv, to_excel
from dashboards.lib.tables import Column, Kind

COLUMNS = (
    Column("customer_name", "Customer"),
    Column("own_risk_amount", "Own risk, EUR", Kind.MONEY),
    Column("oldest_days_past_due", "Oldest, days", Kind.COUNT),
    Column("late_rate", "Late rate", Kind.RATE),
    Column("last_paid_on", "Last paid", Kind.DATE),
    Column("loaded_at", "Loaded", Kind.MOMENT),
)
NOTHING_ELSE = About([])
ABOUT = About([("As of", "2026-03-29")], [("Build", "20260330T061200Z"), ("Rejected amount", "0.00")])
ROWS: list[dict[str, Any]] = [
    {
        "customer_name": "Aubépine & Fils",
        "own_risk_amount": Decimal("12345678901234.56"),
        "oldest_days_past_due": 74,
        "late_rate": 0.365,
        "last_paid_on": date(2026, 3, 12),
        "loaded_at": datetime(2026, 3, 30, 6, 12, tzinfo=UTC),
        "not_shown": "x",
    },
    {"customer_name": None, "own_risk_amount": Decimal("-0.10"), "oldest_days_past_due": None},
]


def _read(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_csv_is_exact_and_machine_readable() -> None:
    heads, first, second = _read(to_csv(ROWS, COLUMNS, NOTHING_ELSE))
    assert heads == [column.name for column in COLUMNS]
    assert first == ["Aubépine & Fils", "12345678901234.56", "74", "0.365", "2026-03-12", "2026-03-30T06:12:00+00:00"]
    assert second == ["", "-0.10", "", "", "", ""]


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd", "-2+3", "@sum", "\tx", '=HYPERLINK("x")', "\r1", "\n1", " =1+1", '"=1+1"', "\uff1d1+1"]
)
def test_csv_text_is_never_a_formula(text: str) -> None:
    assert _read(to_csv([{"customer_name": text}], COLUMNS[:1], NOTHING_ELSE))[1] == ["'" + text]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Acme;=cmd|' /C calc'!A0", "Acme;'=cmd|' /C calc'!A0"),
        ("Acme\n@sum", "Acme\n'@sum"),
        ("Acme; -5,00", "Acme; -5,00"),
        ("Acme;-5+cmd", "Acme;'-5+cmd"),
        ("Smith & Co; a-b", "Smith & Co; a-b"),
    ],
)
def test_csv_text_is_no_formula_where_the_separator_is_another(text: str, written: str) -> None:
    assert _read(to_csv([{"customer_name": text}], COLUMNS[:1], NOTHING_ELSE))[1] == [written]


def test_what_stands_above_the_headings_is_no_formula_either() -> None:
    """It is split by the same commas, and names of entities and customers stand in it."""
    evil = About([("Entity", "Acme,=cmd|' /C calc'!A0"), ("Only", 'x,"=1+1"'), ("Rejected", "0.00, -5.00")])
    lines = to_csv([], COLUMNS[:1], evil).decode("utf-8-sig").splitlines()
    assert lines[:3] == ["# Entity: Acme,'=cmd|' /C calc'!A0", '# Only: x,\'"=1+1"', "# Rejected: 0.00, -5.00"]
    assert not any(cell.lstrip().startswith(("=", "@")) for line in lines for cell in next(csv.reader([line])))


@pytest.mark.parametrize("name", ["factors-C/1*[x]?", "'x'", "C:\\1", "a" * 40, "[]"])
def test_a_customer_s_code_may_hold_what_the_name_of_a_sheet_may_not(name: str) -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(to_excel(ROWS, COLUMNS, name, ABOUT)))
    assert len(book.get_sheet_by_index(0).to_python()) == len(ROWS) + 1


def test_a_text_longer_than_a_cell_of_excel_is_not_lost() -> None:
    data = to_excel([{"customer_name": "x" * 40_000}], COLUMNS[:1], "x", About([("Only", "y" * 40_000)]))
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    assert book.get_sheet_by_index(0).to_python()[1] == ["x" * 32_766 + "…"]
    assert book.get_sheet_by_index(1).to_python() == [["Only", "y" * 32_766 + "…"]]


def test_csv_keeps_separators_and_lines_inside_a_cell() -> None:
    assert _read(to_csv([{"customer_name": 'a,"b"\nc'}], COLUMNS[:1], NOTHING_ELSE))[1] == ['a,"b"\nc']


def test_excel_has_typed_cells_headings_and_says_what_it_is() -> None:
    data = to_excel(ROWS, COLUMNS, "watch-list-2026-03-29-much-too-long-a-name", ABOUT)
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    assert book.sheet_names == ["watch-list-2026-03-29-much-too-", "About", "Passport"]
    heads, first, second = book.get_sheet_by_index(0).to_python()
    assert heads == [column.heading for column in COLUMNS]
    assert first[0] == "Aubépine & Fils"
    assert first[1:4] == [pytest.approx(12345678901234.56), 74, 0.365]
    assert first[4] == date(2026, 3, 12)
    assert first[5] == datetime(2026, 3, 30, 6, 12, tzinfo=UTC).replace(tzinfo=None)
    assert second[0] == ""
    assert second[1] == -0.1
    assert book.get_sheet_by_index(1).to_python() == [["As of", "2026-03-29"]]
    assert book.get_sheet_by_index(2).to_python() == [["Build", "20260330T061200Z"], ["Rejected amount", "0.00"]]


def test_csv_says_what_it_is_and_carries_the_passport_above_the_headings() -> None:
    lines = to_csv(ROWS, COLUMNS, ABOUT).decode("utf-8-sig").split("\r\n")
    assert lines[:3] == ["# As of: 2026-03-29", "# Build: 20260330T061200Z", "# Rejected amount: 0.00"]
    assert lines[3].startswith("customer_name,")


def test_excel_text_is_never_a_formula() -> None:
    data = to_excel([{"customer_name": "=1+1"}], COLUMNS[:1], "x", NOTHING_ELSE)
    assert CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()[1] == ["=1+1"]


def test_an_empty_table_is_a_file_with_headings() -> None:
    assert len(_read(to_csv([], COLUMNS, NOTHING_ELSE))) == 1
    book = CalamineWorkbook.from_filelike(io.BytesIO(to_excel([], COLUMNS, "x", NOTHING_ELSE)))
    assert book.get_sheet_by_index(0).to_python() == [[column.heading for column in COLUMNS]]
