"""The worked example of docs/mappings.md does what the page says, and the page names every key."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb

from ingest.loader import load
from ingest.mapping import FileFormat, Mapping, TableMapping


def _blocks(project_root: Path, language: str) -> list[str]:
    page = (project_root / "docs" / "mappings.md").read_text(encoding="utf-8")
    return [text for found, text in re.findall(r"```(\w*)\n(.*?)```", page, flags=re.S) if found == language]


def test_the_worked_example_loads_as_the_page_says(project_root: Path, tmp_path: Path) -> None:
    extract = tmp_path / "debiteurs_FR_2026-03.txt"
    extract.write_text(_blocks(project_root, "")[0], encoding="windows-1252")
    mapping = tmp_path / "my_erp.yml"
    mapping.write_text(_blocks(project_root, "yaml")[0], encoding="utf-8")
    connection = duckdb.connect()
    report = load(connection, [extract], source=mapping, as_of=date(2026, 3, 31))
    assert report.load_id == 1
    assert connection.execute(
        "select invoice_id, document_type, amount, due_on, status, entity_id from raw.invoices order by invoice_id"
    ).fetchall() == [
        ("A1002", "credit_note", Decimal("-200.00"), None, "posted", "FR"),
        ("F1001", "invoice", Decimal("1200.50"), date(2026, 4, 4), "posted", "FR"),
        ("F1003", "invoice", Decimal("80.00"), date(2026, 4, 19), "draft", "FR"),
    ]


def test_the_example_of_fixed_width_loads_as_the_page_says(project_root: Path, tmp_path: Path) -> None:
    page = (project_root / "docs" / "mappings.md").read_text(encoding="utf-8")
    part = page[page.index("## Files without column names") :]
    example = re.search(r"```\n(.*?)```\n\n```yaml\n(.*?)```", part, flags=re.S)
    assert example is not None, "the page has no example of lines and their mapping"
    lines, file = example.groups()
    extract = tmp_path / "list.txt"
    extract.write_text(lines, encoding="windows-1252")
    mapping = tmp_path / "own.yml"
    columns = "{invoice_id: Pièce, customer_id: Compte, posted_on: Date, amount: Montant}"
    mapping.write_text(
        f"name: own\ndescription: Own.\nbase_currency: EUR\n{file}"
        f"tables:\n  - table: invoices\n    columns: {columns}\n",
        encoding="utf-8",
    )
    connection = duckdb.connect()
    (result,) = load(connection, [extract], source=mapping, as_of=date(2026, 3, 31)).files
    assert (result.rows_read, result.rows_new, result.rows_filtered) == (1, 1, 2)
    assert connection.execute("select invoice_id, customer_id, posted_on, amount from raw.invoices").fetchall() == [
        ("FA00017", "4110007", date(2026, 1, 5), Decimal("120.50"))
    ]


def test_the_page_names_every_key(project_root: Path) -> None:
    page = (project_root / "docs" / "mappings.md").read_text(encoding="utf-8")
    keys = {*Mapping.model_fields, *TableMapping.model_fields, *FileFormat.model_fields}
    assert {key for key in keys if f"`{key}`" not in page} == set()


def test_the_page_names_every_built_in_mapping(project_root: Path) -> None:
    page = (project_root / "docs" / "mappings.md").read_text(encoding="utf-8")
    for path in (project_root / "ingest" / "sources").glob("*.yml"):
        assert f"`{path.stem}`" in page
