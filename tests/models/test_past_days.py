"""The history of one build, cut at a past day, equals a build of that day; and past knowledge is what was known."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tests.models import history
from tests.models.books import Books
from tests.models.documents import T

Encours = Callable[..., str]

SAMPLE_AS_OF = "2026-03-29"
PAST_DAY = date(2025, 10, 15)
"""A Wednesday within a month, five months before the sample ends."""


@dataclass(frozen=True)
class TwoBuilds:
    """A build of the last day, and one of ``day``, which may know less than what was loaded later."""

    later: Books
    own: Books
    day: date


@pytest.fixture(scope="module")
def sample_builds(tmp_path_factory: pytest.TempPathFactory, encours: Encours) -> TwoBuilds:
    """The small sample company: built after its first load; then a second load, which changes the past, and then
    the past day once more as it was known after the first load.
    """
    home = tmp_path_factory.mktemp("sample")
    extracts, late = home / "extracts", home / "extracts" / "late_arrivals"
    encours(home, "sample", "--invoices", 800, "--seed", 7, "--out", extracts)
    # One of the three entities goes by policy, so that its allocations too are held to their past.
    entities = extracts / "entities.csv"
    stated = entities.read_text(encoding="utf-8")
    entities.write_text(stated.replace("PL,stated", "PL,fifo"), encoding="utf-8")
    assert entities.read_text(encoding="utf-8") != stated
    encours(home, "load", extracts, "--as-of", SAMPLE_AS_OF)
    encours(home, "build")
    first = Path(shutil.copyfile(home / "build" / "encours.duckdb", home / "after_load_1.duckdb"))
    _add_back_dated_receipt(late, Books(first))
    encours(home, "load", late, "--source", late / "late_arrivals.yml", "--as-of", SAMPLE_AS_OF)
    encours(home, "build", "--as-of", PAST_DAY, "--known-at", 1)
    (own,) = (home / "build" / "past").glob("*.duckdb")
    return TwoBuilds(later=Books(first), own=Books(own), day=PAST_DAY)


def _add_back_dated_receipt(folder: Path, books: Books) -> None:
    """Add to the late arrivals a receipt that settles, weeks before ``PAST_DAY``, an invoice open on that day."""
    ((invoice_id, customer_id, currency, amount),) = books.rows(
        """
        select document_number, customer_id, currency, open_amount from marts.fct_item_intervals
        where entity_id = 'FR' and item_kind = 'invoice' and amount = open_amount and instalment_no = 1
            and valid_from_on < $day - 40 and (valid_to_on is null or valid_to_on > $day)
        order by open_amount desc, document_number limit 1
        """,
        {"day": PAST_DAY},
    )
    assert isinstance(amount, Decimal)
    for table, values in {
        "payments": {
            "payment_id": "BACK-DATED",
            "customer_id": customer_id,
            "received_on": "2025-09-10",
            "amount": amount,
            "entity_id": "FR",
            "posted_on": "2025-09-10",
            "account": "AR",
            "currency": currency,
        },
        "allocations": {
            "allocation_id": "BACK-DATED",
            "credit_id": "BACK-DATED",
            "debit_id": invoice_id,
            "amount": amount,
            "entity_id": "FR",
        },
    }.items():
        path = folder / f"{table}.csv"
        header = path.read_text(encoding="utf-8").splitlines()[0].split(",")
        with path.open("a", encoding="utf-8", newline="") as file:
            csv.DictWriter(file, header, restval="").writerow(values)


@pytest.fixture(scope="module")
def builds(request: pytest.FixtureRequest) -> TwoBuilds:
    """The pair of builds a test is parametrised with."""
    if request.param == "the sample company":
        found = request.getfixturevalue("sample_builds")
        assert isinstance(found, TwoBuilds)
        return found
    return TwoBuilds(request.getfixturevalue("books"), request.getfixturevalue("books_at_t"), T)


both_companies = pytest.mark.parametrize(
    "builds", ["all cases", pytest.param("the sample company", marks=pytest.mark.long)], indirect=True
)


@both_companies
@pytest.mark.parametrize("mart", history.UP_TO)
def test_history_equals_a_build_of_the_day(mart: str, builds: TwoBuilds) -> None:
    assert history.differences(mart, builds.later, builds.own, builds.day) == {}


@both_companies
def test_open_items_and_aged_balance_of_the_day_can_be_read_from_history(builds: TwoBuilds) -> None:
    cut = f"valid_from_on <= date '{builds.day}' and (valid_to_on is null or valid_to_on > date '{builds.day}')"
    open_items = "entity_id, document_id, instalment_no, open_amount, base_open_amount, disputed_amount"
    assert _sorted(builds.own.rows(f"select {open_items} from marts.fct_receivable_items where is_open")) == _sorted(
        builds.later.rows(f"select {open_items} from marts.fct_item_intervals where {cut}")
    )
    for basis, day_column in (("due", "due_on"), ("invoice", "invoiced_on")):
        aged = builds.later.rows(
            f"""
            select entity_id, customer_id, currency, aging_bucket, sum(open_amount), sum(base_open_amount), count(*)
            from marts.fct_item_intervals as intervals
            inner join marts.dim_aging_buckets as buckets
                on case
                    when open_amount < 0 then buckets.is_unapplied
                    else not buckets.is_unapplied and date '{builds.day}' - {day_column}
                    between coalesce(buckets.from_days, -100000) and coalesce(buckets.to_days, 100000)
                end
            where {cut} group by all
            """
        )
        reported = builds.own.rows(
            "select entity_id, customer_id, currency, aging_bucket, open_amount, base_open_amount, items_count "
            "from marts.rpt_aging where aging_basis = ?",
            [basis],
        )
        assert _sorted(reported) == _sorted(aged)


@both_companies
def test_the_past_day_does_not_know_what_came_later(builds: TwoBuilds) -> None:
    """The comparisons above would find it: a second load changed, back-dated, what was open on the day."""
    known = builds.own.rows("select known_at_load_id, as_of_on from marts.rpt_passport")
    assert known == [(1, builds.day)]
    assert builds.own.rows("select 1 from marts.rpt_loads where load_id > 1") == []
    raw = Books(builds.own.path.parent.parent / "encours.duckdb")
    back_dated = raw.rows(
        "select payment_id from raw.payments where _loaded_in = 2 and received_on <= ? order by all", [builds.day]
    )
    assert back_dated in ([("LATE",), ("P",)], [("BACK-DATED",)])


def _sorted(rows: Sequence[tuple[object, ...]]) -> list[tuple[object, ...]]:
    return sorted(rows, key=str)
