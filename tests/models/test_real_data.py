"""Real extracts, loaded as they are: IBM's late payments, Xero's invoices, the European Central Bank's rates."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from tests.models import late_payments
from tests.models.books import Books
from tests.models.late_payments import PaidInvoice

Encours = Callable[..., str]

IBM, XERO = "MAIN", "XERO"
LATE_PAYMENTS = "ibm_late_payments/WA_Fn-UseC_-Accounts-Receivable.csv"
LAST_DAY = date(2014, 1, 31)

OPEN_AT = {
    "2012-12-31": (99, {"not_due": Decimal("4936.32"), "1-30": Decimal("788.74")}),
    "2013-06-30": (84, {"not_due": Decimal("4284.29"), "1-30": Decimal("835.56")}),
    "2013-12-31": (13, {"not_due": Decimal("206.25"), "1-30": Decimal("555.65")}),
}
"""What the file's facts say is open on a day: number of invoices, and amounts by bucket."""


@pytest.fixture(scope="module")
def real_home(tmp_path_factory: pytest.TempPathFactory, shared_dir: Path, encours: Encours) -> Path:
    """An ENCOURS_HOME with the three sources, each loaded once, built as of Xero's last day."""
    home = tmp_path_factory.mktemp("real")
    encours(home, "load", shared_dir / "data" / LATE_PAYMENTS, "--as-of", LAST_DAY)
    encours(home, "load", shared_dir / "data" / "ecb" / "eurofxref-hist.csv")
    encours(home, "load", shared_dir / "data" / "xero")
    encours(home, "build", tests="data")
    return home


@pytest.fixture(scope="module")
def books(real_home: Path) -> Books:
    """The marts of the one whole build."""
    return Books(real_home / "build" / "encours.duckdb")


@pytest.fixture(scope="module")
def invoices(shared_dir: Path) -> list[PaidInvoice]:
    """IBM's invoices, read from the file by the oracle."""
    return late_payments.read(shared_dir / "data" / LATE_PAYMENTS)


@pytest.mark.parametrize("day", OPEN_AT)
def test_late_payments_open_on_a_past_day_from_one_build(books: Books, day: str) -> None:
    count, buckets = OPEN_AT[day]
    on = date.fromisoformat(day)
    assert len(books.open_items_on(IBM, on)) == count
    assert books.aging_on(IBM, on) == buckets
    row = books.kpis(IBM, "month", on)
    assert row is not None
    assert (row["not_due_amount"], row["overdue_amount"]) == (buckets["not_due"], buckets["1-30"])
    assert row["receivable_amount"] == sum(buckets.values())


@pytest.mark.parametrize("day", ["2013-06-30", pytest.param("2012-12-31", marks=pytest.mark.long)])
def test_late_payments_built_and_published_for_a_past_day(
    real_home: Path, tmp_path: Path, encours: Encours, day: str
) -> None:
    count, buckets = OPEN_AT[day]
    # A home of its own: publishing writes what was said into the build file, which other tests hold open.
    home = tmp_path / "home"
    shutil.copytree(real_home, home)
    encours(home, "build", "--as-of", day)
    encours(home, "publish", "--allow-past")
    pointer = json.loads((home / "published" / "current.json").read_text())
    assert pointer["as_of_on"] == day
    published = Books(home / "published" / pointer["file"])
    open_items = [item for item in published.items(IBM).values() if item["is_open"]]
    assert len(open_items) == count
    assert sum(Decimal(str(item["open_amount"])) for item in open_items) == sum(buckets.values())
    assert published.aged_balance(IBM, "due") == buckets
    overdue = [item["open_amount"] for item in open_items if item["is_overdue"]]
    assert sum(Decimal(str(amount)) for amount in overdue) == buckets["1-30"]
    # Nothing of later days is in it.
    assert published.rows("select 1 from marts.fct_receivable_events where event_on > ?", [day]) == []


def test_late_payments_late_by_count_and_by_value(books: Books) -> None:
    ((count, late_count, amount, late_amount),) = books.rows(
        """
        select count(*), count(*) filter (days_late > 0), sum(amount), sum(amount) filter (days_late > 0)
        from marts.fct_receivable_items where entity_id = ? and item_kind = 'invoice'
        """,
        [IBM],
    )
    assert (count, late_count) == (2466, 877)
    assert isinstance(amount, Decimal)
    assert isinstance(late_amount, Decimal)
    assert (late_amount / amount).quantize(Decimal("0.001"), ROUND_HALF_UP) == Decimal("0.365")


def test_late_payments_disputed_ones_are_late_more_often(books: Books) -> None:
    late_rates = books.rows(
        """
        select disputed.document_id is not null, round(100 * avg(cast(items.days_late > 0 as integer)))
        from marts.fct_receivable_items as items
        left join (
            select distinct entity_id, document_id from marts.fct_item_intervals where disputed_amount > 0
        ) as disputed using (entity_id, document_id)
        where items.entity_id = ? and items.item_kind = 'invoice' group by all order by all
        """,
        [IBM],
    )
    assert late_rates == [(False, 26), (True, 68)]


@pytest.mark.parametrize("period_kind", ["month", "week"])
def test_late_payments_figures_are_those_of_a_naive_reading(
    books: Books, invoices: list[PaidInvoice], period_kind: str
) -> None:
    """Every complete week and month of the file's two years, against the oracle: exact, ratios to the double."""
    window_of = late_payments.month if period_kind == "month" else late_payments.week
    rows = books.records(
        """
        select * from marts.fct_kpis
        where entity_id = ? and period_kind = ? and scope = 'all' and reporting_currency = 'USD' and as_of_on <= ?
        order by period_ending_on
        """,
        [IBM, period_kind, LAST_DAY],
    )
    assert len(rows) == (25 if period_kind == "month" else 108)
    for row in rows:
        day = row["period_ending_on"]
        assert isinstance(day, date)
        wanted = late_payments.figures(invoices, window_of(day))
        as_doubles = {name: float(value) if isinstance(value, Fraction) else value for name, value in wanted.items()}
        assert {name: row[name] for name in wanted} == as_doubles, day
        countback = late_payments.countback_days(invoices, day)
        if countback is None:
            assert row["is_countback_exhausted"], day
        else:
            assert row["dso_countback_days"] == pytest.approx(float(countback), rel=1e-12), day


def test_xero_invoices_without_what_was_deleted(books: Books) -> None:
    items = [item for item in books.items(XERO).values() if item["item_kind"] == "invoice"]
    assert len(items) == 116
    assert sum(1 for item in items if item["is_open"]) == 13
    assert sum(1 for item in items if not item["is_open"]) == 103
    by_currency = {
        currency: (
            sum(1 for item in items if item["is_open"] and item["currency"] == currency),
            sum(Decimal(str(item["open_amount"])) for item in items if item["currency"] == currency),
        )
        for currency in ("GBP", "USD")
    }
    assert by_currency == {"GBP": (6, Decimal("12735.00")), "USD": (7, Decimal("30106.00"))}


def test_xero_open_on_a_past_day(books: Books) -> None:
    day = date(2021, 2, 28)
    counts = books.rows(
        "select currency, count(*) from marts.fct_item_intervals where entity_id = $entity "
        "and valid_from_on <= $day and (valid_to_on is null or valid_to_on > $day) group by all order by all",
        {"entity": XERO, "day": day},
    )
    assert counts == [("GBP", 7), ("USD", 11)]
    assert books.aging_on(XERO, day, currency="GBP") == {
        "not_due": Decimal("8307.50"),
        "1-30": Decimal("2250.00"),
        "31-60": Decimal("2250.00"),
        "61-90": Decimal("2250.00"),
    }
    usd = books.aging_on(XERO, day, currency="USD")
    assert usd["not_due"] == Decimal("52656.00")
    assert sum(usd.values()) == Decimal("53406.00")


def test_xero_entity_is_derived_and_said_so(books: Books) -> None:
    derived = books.rows(
        "select exceptions.key, entities.base_currency from marts.rpt_exceptions as exceptions "
        "inner join marts.dim_entities as entities on exceptions.key = entities.entity_id "
        "where exception_kind = 'entity not given' order by all"
    )
    assert derived == [(IBM, "USD"), (XERO, "CAD")]


def test_central_bank_rates_convert_each_invoice_on_its_day(
    books: Books, invoices: list[PaidInvoice], shared_dir: Path
) -> None:
    """IBM's dollars in Canadian dollars through the euro, by the last rates before each day, exact to the cent."""
    rates: dict[date, dict[str, str]] = {}
    with (shared_dir / "data" / "ecb" / "eurofxref-hist.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            rates[date.fromisoformat(row["Date"])] = row

    def in_canadian_dollars(invoice: PaidInvoice) -> Decimal:
        day = max(day for day in rates if day <= invoice.invoiced_on)
        assert (invoice.invoiced_on - day).days <= 7
        cents = Fraction(invoice.amount) * 100 * Fraction(rates[day]["CAD"]) / Fraction(rates[day]["USD"])
        return Decimal(int(cents + Fraction(1, 2))) / 100

    reported = books.rows(
        "select document_number, any_value(reporting_amount) from marts.fct_item_intervals "
        "where entity_id = ? and reporting_currency = 'CAD' and item_kind = 'invoice' group by all order by all",
        [IBM],
    )
    # Those paid on the day they were billed were never open and have no interval.
    ever_open = [invoice for invoice in invoices if invoice.settled_on > invoice.invoiced_on]
    assert reported == sorted((invoice.number, in_canadian_dollars(invoice)) for invoice in ever_open)
