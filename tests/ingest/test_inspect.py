"""What `encours inspect` says of a file."""

from __future__ import annotations

from pathlib import Path

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
