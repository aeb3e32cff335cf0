"""The built-in mappings on real files: their facts, read from the raw tables."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from ingest.loader import load
from ingest.recognise import recognise
from ingest.report import LoadReport
from tests.ingest.extracts import counts

Loaded = tuple[duckdb.DuckDBPyConnection, dict[str, LoadReport]]


@pytest.fixture(scope="module")
def loaded(shared_dir: Path) -> Loaded:
    """All three sources in one warehouse."""
    connection = duckdb.connect()
    data = shared_dir / "data"
    return connection, {
        "ibm": load(connection, [data / "ibm_late_payments"], as_of=date(2014, 1, 31)),
        "xero": load(connection, [data / "xero"]),
        "ecb": load(connection, [data / "ecb"]),
    }


@pytest.mark.parametrize(
    ("file", "source", "tables"),
    [
        ("ibm_late_payments/WA_Fn-UseC_-Accounts-Receivable.csv", "ibm_late_payments", ["invoices", "customers"]),
        ("xero/xero_invoice_data.csv", "xero", ["invoices"]),
        ("xero/xero_contact_data.csv", "xero", ["customers"]),
        ("ecb/eurofxref-hist.csv", "ecb_rates", ["fx_rates"]),
    ],
)
def test_recognised_by_header_alone(
    shared_dir: Path, tmp_path: Path, file: str, source: str, tables: list[str]
) -> None:
    path = shared_dir / "data" / file
    found = recognise(path)
    assert (found.source, [table.table for table in found.tables]) == (source, tables)
    # Another name: the header tells it all the same.
    renamed = tmp_path / "export.csv"
    renamed.write_bytes(path.read_bytes())
    found = recognise(renamed)
    assert (found.source, [table.table for table in found.tables]) == (source, tables)


def test_ibm(loaded: Loaded) -> None:
    connection, reports = loaded
    invoices, customers = reports["ibm"].files
    assert counts(invoices) == (2466, 2466, 0, 0, 0, 0)
    assert counts(customers) == (100, 100, 0, 0, 0, 0)
    assert customers.rows_filtered == 2366
    facts = connection.execute(
        """
        select count(*) filter (settled_on > due_on), count(*) filter (settled_on > date '2012-12-31'
            and posted_on <= date '2012-12-31'), count(*) filter (settled_on > date '2013-06-30'
            and posted_on <= date '2013-06-30'), sum(amount) filter (settled_on > date '2012-12-31'
            and posted_on <= date '2012-12-31'), sum(amount) filter (settled_on > date '2013-06-30'
            and posted_on <= date '2013-06-30'), count(distinct customer_id)
        from raw.invoices where _source = 'ibm_late_payments'
        """
    ).fetchall()
    assert facts == [(877, 99, 84, Decimal("5725.06"), Decimal("5119.85"), 100)]
    late_by_dispute = connection.execute(
        "select is_disputed, round(100 * avg((settled_on > due_on)::integer)) from raw.invoices "
        "where _source = 'ibm_late_payments' group by 1 order by 1"
    ).fetchall()
    assert late_by_dispute == [(False, 26), (True, 68)]
    assert connection.execute(
        "select count(distinct country_code) from raw.customers where _slice = '*' and _source = 'ibm_late_payments'"
    ).fetchall() == [(5,)]


def test_xero(loaded: Loaded) -> None:
    connection, reports = loaded
    contacts, invoices = reports["xero"].files
    assert counts(invoices) == (116, 116, 0, 0, 0, 0)
    assert invoices.rows_filtered == 601 - 116
    assert counts(contacts) == (152, 152, 0, 0, 0, 0)
    assert invoices.as_of_on == contacts.as_of_on == date(2021, 3, 22)
    assert connection.execute(
        """
        select currency, count(*) filter (settled_on is null), sum(open_amount),
            count(*) filter (settled_on is not null)
        from raw.invoices where _source = 'xero' group by 1 order by 1
        """
    ).fetchall() == [("GBP", 6, Decimal("12735.00"), 24), ("USD", 7, Decimal("30106.00"), 79)]
    # What a Canadian dollar costs in the document's currency: 2250.00 GBP at 0.563704 are 3991.46 CAD.
    assert connection.execute(
        "select amount, base_amount from raw.invoices where reference = 'INV-0109' and _source = 'xero'"
    ).fetchall() == [(Decimal("2250.00"), Decimal("3991.46"))]
    assert reports["xero"].warnings == [
        "xero_credit_note_data.csv: left out, no mapping knows its header",
        "xero_organization_data.csv: left out, no mapping knows its header",
        "entity 'XERO' derived from xero_invoice_data.csv, base currency CAD",
    ]


def test_ecb(loaded: Loaded, shared_dir: Path) -> None:
    connection, reports = loaded
    (rates,) = reports["ecb"].files
    lines = (shared_dir / "data" / "ecb" / "eurofxref-hist.csv").read_text(encoding="utf-8").splitlines()
    cells = [cell for line in lines[1:] for cell in line.split(",")[1:-1]]
    assert (rates.rows_read, rates.rows_filtered) == (len(cells) - cells.count("N/A"), cells.count("N/A"))
    assert rates.rows_new == rates.rows_read
    assert rates.as_of_on == date(2026, 4, 13)
    assert connection.execute(
        "select rate_on, rate from raw.fx_rates where to_currency = 'USD' and from_currency = 'EUR' "
        "and rate_on in (date '1999-01-04', date '2026-04-13') order by 1"
    ).fetchall() == [(date(1999, 1, 4), Decimal("1.1789")), (date(2026, 4, 13), Decimal("1.1684"))]


def test_nothing_is_rejected(loaded: Loaded) -> None:
    connection, _ = loaded
    assert connection.execute("select * from raw.rejects").fetchall() == []
