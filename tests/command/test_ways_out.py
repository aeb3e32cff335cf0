"""Every way out of the warehouse into a spreadsheet: none lets a formula through, and none is forgotten here."""

from __future__ import annotations

import ast
import csv
import io
import re
import tomllib
import zipfile
from collections.abc import Callable
from contextlib import nullcontext
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from audit import passport, statutory, statutory_file
from audit.statutory import Language
from audit.tables import Workbook, to_csv
from dashboards.lib import export
from dashboards.lib.tables import Column
from encours import console, diff
from encours.settings import Settings
from ingest import exchange, formulas
from ingest.mapping import FileFormat
from ingest.mended import Place

EVIL = (
    "=cmd|' /C calc'!A0",
    "+SUM(1)",
    "-1+2",
    "@x",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "\u00a0=1+1",
    "\x0b=1+1",
    "\ufeff=1+1",
    "'=1+1",
    "\uff1d1",
    "Acme;=1+1",
    "Acme\n=1+1",
)
WAYS = {
    "audit/tables.py": "encours ageing, audit, committee, statutory --out",
    "audit/statutory_file.py": "encours statutory --out FILE.csv",
    "dashboards/lib/export.py": "the buttons CSV and Excel of every page",
    "encours/diff.py": "encours diff --out",
    "ingest/exchange.py": "encours rejects --out",
}
"""The modules that write delimited text or workbooks for people, and what for."""
FOR_THE_LOADER = {"ingest/readers/xlsx_file.py", "ingest/archives.py"}
"""Copies that only the loader reads."""


def test_every_way_out_is_known(project_root: Path) -> None:
    writers = set[str]()
    for package in ("audit", "dashboards", "encours", "ingest"):
        for path in sorted((project_root / package).rglob("*.py")):
            called = {ast.unparse(n.func) for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Call)}
            if called & {"csv.writer", "csv.DictWriter", "xlsxwriter.Workbook"} or any(
                name.endswith((".to_csv", ".to_excel")) and name.split(".")[0] not in {"export", "tables"}
                for name in called
            ):
                writers.add(path.relative_to(project_root).as_posix())
    assert writers - FOR_THE_LOADER == set(WAYS)


def test_tables_have_no_way_out_of_streamlits_own(project_root: Path) -> None:
    """Its toolbar writes cells as they are."""
    config = tomllib.loads((project_root / "dashboards" / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert config["client"]["disableDataExport"] is True


def _audit(words: str) -> bytes:
    return to_csv([{"customer_name": words}], ["customer_name"], [("Entity", words)])


def _dashboard(words: str) -> bytes:
    about = export.About([("Entity", words)], [("Build", words)])
    return export.to_csv([{"customer_name": words}], [Column("customer_name", "Customer")], about)


def _rejects(words: str, tmp_path: Path) -> bytes:
    path = tmp_path / "rejects.csv"
    form = exchange.Form(("invoice_id", words), FileFormat(), "")
    text = io.StringIO()
    csv.writer(text).writerow(["I-1", words])
    place = Place(1, "own", "invoices", words, words, 2, 1)
    line = exchange.Line(place, "open", None, None, words, words, words, text.getvalue(), None, date(2026, 1, 31))
    exchange._write(path, form, [line])
    return path.read_bytes()


def _diff(words: str, tmp_path: Path) -> bytes:
    path = tmp_path / "diff.csv"
    moved = diff.Moved(words, words, words, words, words, Decimal("-1.00"))
    diff._write(path, [], diff.Figures(date(2026, 1, 31), "EUR", [], [moved]))
    return path.read_bytes()


def _statutory(words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: Language) -> bytes:
    path = tmp_path / "tables.csv"
    with monkeypatch.context() as patch:
        # A publication is not needed to see how its words are written.
        patch.setattr(statutory_file, "published_file", lambda _: None)
        patch.setattr(statutory_file, "opened", lambda _: nullcontext(SimpleNamespace(as_of_on=date(2026, 1, 31))))
        patch.setattr(passport, "facts", lambda _: [("Entity", words)])
        patch.setattr(statutory, "lines", lambda *_, **__: [[words, Decimal("-12.50"), 3]])
        statutory_file.tell(cast(Settings, None), year_ending_on=None, language=language, out=path)
    return path.read_bytes()


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_no_cell_of_the_statutory_tables_runs(
    language: Language, separator: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for words in EVIL:
        text = _statutory(words, tmp_path, monkeypatch, language).decode("utf-8-sig")
        assert_nothing_runs(text, separator)
    # Numbers are written as the language has them, a minus among them.
    assert re.search(r"[,;]-12[.,]50[,;]", text)


CSV_WAYS: dict[str, Callable[[str, Path], bytes]] = {
    "audit": lambda words, _: _audit(words),
    "dashboard": lambda words, _: _dashboard(words),
    "rejects": _rejects,
    "diff": _diff,
}
RUNS = re.compile(r"[\s\ufeff\"]*[=+\-@\uff1d]|[\t\r\n]")


@pytest.mark.parametrize("way", CSV_WAYS)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_no_cell_of_a_csv_file_runs(way: str, separator: str, tmp_path: Path) -> None:
    """Whichever separator the spreadsheet splits it by, and whether it minds quotes or not."""
    for words in EVIL:
        text = CSV_WAYS[way](words, tmp_path).decode("utf-8-sig")
        assert words.strip()[-2:] in text
        assert_nothing_runs(text, separator)


def assert_nothing_runs(text: str, separator: str) -> None:
    """No cell is a formula, as the file is meant and as a program of another separator takes it, line by line."""
    found = [cell for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator) for cell in row]
    lines = re.split(r"\r\n|\r|\n", text)
    found += [cell for line in lines for cell in next(csv.reader([line], delimiter=separator), [])]
    runs = [cell for cell in found if RUNS.match(cell) and not re.fullmatch(r"-?[0-9., ]+", cell)]
    assert not runs, runs


def test_no_cell_of_a_workbook_is_a_formula() -> None:
    for words in EVIL:
        book = Workbook()
        book.sheet("Rows", [{"name": words}], {"name": words}, notes=[words])
        book.facts("About", [(words, words)])
        book.grid("Grid", [[words, words]])
        about = export.About([("Entity", words)], [("Build", words)])
        other = export.to_excel([{"name": words}], [Column("name", words)], "x", about)
        for made in (book.bytes(), other):
            with zipfile.ZipFile(io.BytesIO(made)) as archive:
                sheets = [archive.read(name) for name in archive.namelist() if "worksheets/" in name]
            assert sheets
            assert not any(b"<f>" in sheet or b"<hyperlink" in sheet for sheet in sheets)


def test_numbers_stay_numbers(tmp_path: Path) -> None:
    """A minus is no formula where it stands before a number."""
    rows = [{"open_amount": Decimal("-12.50"), "late_rate": -0.25}]
    assert to_csv(rows, ["open_amount", "late_rate"], []).decode("utf-8-sig").splitlines()[1] == "-12.50,-0.25"
    columns = [Column("open_amount", "Open"), Column("late_rate", "Rate")]
    assert export.to_csv(rows, columns, export.About([])).decode("utf-8-sig").splitlines()[1] == "-12.50,-0.25"
    assert b"-1.00" in _diff("x", tmp_path)
    assert formulas.harmless("-12,50") == "-12,50"


@given(st.text(alphabet="'=+-@;,%\t\r\n\x0b\u00a0\ufeff| \"1.5a\uff1d", max_size=8))
@settings(derandomize=True, database=None, deadline=None)
def test_a_rejected_value_comes_back_as_it_was(value: str) -> None:
    assert formulas.as_it_was(formulas.harmless(value)) == value


def test_nothing_a_file_holds_commands_the_terminal() -> None:
    """Neither by its own signs, nor as the markup of the library that prints."""
    for words in ("\x1b]0;title\x07", "\x1b[2J", "\x9b2J", "\\[/x]", "[/]", "[red]", "a\\", "x\rover"):
        shown = Console(file=io.StringIO(), width=200)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(console, "out", shown)
            patch.setattr(console, "err", shown)
            console.say(words)
            console.fail(words)
            console.table(("value",), [(words,)])
        told = cast(io.StringIO, shown.file).getvalue()
        assert not set(told) & {"\x1b", "\x9b", "\x07", "\r"}
        assert told.count(console.harmless(words).rstrip()) == 3
