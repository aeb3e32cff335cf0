"""What `encours inspect` says of a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.errors import FileError
from ingest.inspect import inspect

CANONICAL = "invoice_id,customer_id,posted_on,amount,due_on,colour\nA1,C1,2024-03-01,100.00,2024-03-31,red\n"


def test_a_canonical_file_shows_what_feeds_what(tmp_path: Path) -> None:
    path = tmp_path / "invoices.csv"
    path.write_text(CANONICAL, encoding="utf-8")
    found = inspect(path)
    assert found.source == "canonical"
    (table,) = found.tables
    assert table.table == "invoices"
    assert table.columns["due_on"] == "due_on"
    assert table.unmapped == ("colour",)
    assert "comma-separated text, UTF-8" in str(found)
    assert "not read: colour" in str(found)
    assert found.first_records == (("A1", "C1", "2024-03-01", "100.00", "2024-03-31", "red"),)


def test_a_file_no_mapping_knows_is_described_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "kunden.csv"
    path.write_bytes("Nr;Name;Betrag\n1;Müller;10,00\n".encode("windows-1252"))
    found = inspect(path)
    assert found.source is None
    assert found.form.startswith("semicolon-separated text, not UTF-8, probably Windows-1252: ")
    assert found.header == ("Nr", "Name", "Betrag")
    assert found.first_records == (("1", "Müller", "10,00"),)
    assert "docs/mappings.md" in found.why


def test_ibm_fills_two_tables(shared_dir: Path) -> None:
    (path,) = (shared_dir / "data" / "ibm_late_payments").glob("*.csv")
    found = inspect(path)
    assert found.source == "ibm_late_payments"
    assert {table.table for table in found.tables} == {"invoices", "customers"}


def test_ecb_rates_are_turned_into_rows(shared_dir: Path) -> None:
    found = inspect(shared_dir / "data" / "ecb" / "eurofxref-hist.csv")
    assert found.source == "ecb_rates"
    assert found.tables[0].columns["from_currency"] == "the constant EUR"
    assert found.tables[0].unmapped == ()


def test_xero_shows_the_converted_amount(shared_dir: Path) -> None:
    found = inspect(shared_dir / "data" / "xero" / "xero_invoice_data.csv")
    assert found.source == "xero"
    assert found.tables[0].columns["base_amount"] == "total and currency_rate"


OTHER_XML = """<?xml version="1.0" encoding="ISO-8859-1"?>
<b:Book xmlns:b="urn:example:book"><b:Made>2026-02-01</b:Made>
<b:Doc><b:Day>2026-01-05</b:Day><b:Amt Ccy="EUR">5.00</b:Amt><b:Who><b:Name>Jó</b:Name></b:Who></b:Doc>
<b:Doc><b:Day>2026-01-20T10:00:00</b:Day><b:Amt Ccy="NOK">7.00</b:Amt><b:Who><b:Name>A</b:Name></b:Who></b:Doc>
</b:Book>"""


def test_xml_is_told_by_its_root_elements_days_and_currencies(tmp_path: Path) -> None:
    path = tmp_path / "book.xml"
    path.write_text(OTHER_XML, encoding="iso-8859-1")
    found = inspect(path)
    assert found.source is None
    assert found.facts == {
        "root": "<Book> of 'urn:example:book'",
        "encoding": "ISO-8859-1",
        "elements": "Book/Doc/Who (2), Book/Doc (2)",
        "days": "Made 2026-02-01, Day 2026-01-05 to 2026-01-20",
        "currencies": "EUR, NOK",
        "looked at": "all of it",
    }


@pytest.mark.parametrize(
    ("name", "tables"),
    [
        ("camt053", ["payments", "payments", "allocations"]),
        ("saft_pt", ["entities", "customers", "invoices", "payments", "allocations"]),
        ("saft_no", ["entities", "customers", "ledger_lines", "ledger_lines", "gl_balances"]),
    ],
)
def test_xml_that_a_source_reads(project_root: Path, name: str, tables: list[str]) -> None:
    """Each table with the paths of its own columns, none of which is missing."""
    found = inspect(project_root / "docs" / "sources" / "samples" / f"{name}.xml")
    assert found.source == name
    assert [table.table for table in found.tables] == tables
    assert all(table.columns and not table.missing for table in found.tables)
    assert "namespace" in found.why or name in found.why


def test_only_the_beginning_of_large_xml_is_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "large.xml"
    row = "<Row><Day>2026-01-05</Day><Text>" + "x" * 1000 + "</Text></Row>"
    path.write_text(f"<Rows>{row * 20_000}</Rows>", encoding="utf-8")
    found = inspect(path)
    assert found.facts["looked at"] == "the first 16 MiB"
    assert found.facts["elements"].startswith("Rows/Row (1")


def test_xml_that_could_harm_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xml"
    path.write_text('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', encoding="utf-8")
    with pytest.raises(FileError, match="declares a document type"):
        inspect(path)


def test_names_with_commas_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "names.csv"
    path.write_text("Name, first;Name, last;Saldo\nA;C;10.00\nD;F;11.00\n", encoding="utf-8")
    said = str(inspect(path))
    assert "columns: Name, first · Name, last · Saldo" in said
    assert "record: A · C · 10.00" in said
