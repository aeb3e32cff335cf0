"""The scorecard tried on IBM's late payments, out of time, against a naive reading of the file."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from methodology import backtest
from tests.models import area, late_payments
from tests.models.area import Outcome
from tests.models.books import Books
from tests.models.late_payments import PaidInvoice

Encours = Callable[..., str]

LATE_PAYMENTS = "ibm_late_payments/WA_Fn-UseC_-Accounts-Receivable.csv"
MAPPING = "docs/backtest/ibm_without_disputes.yml"
SCORED_ON, LAST_DAY = date(2013, 6, 30), date(2014, 1, 31)
YEAR = timedelta(days=363)
LEAK = 0.92
"""An area that no honest score reaches here: what came is known to it."""


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory, shared_dir: Path, project_root: Path, encours: Encours) -> Books:
    """The marts of IBM's file without its disputed flag, built as the documentation says."""
    home = tmp_path_factory.mktemp("backtest")
    mapping = project_root / MAPPING
    encours(home, "load", shared_dir / "data" / LATE_PAYMENTS, "--source", mapping, "--as-of", LAST_DAY)
    encours(home, "build", tests="data")
    return Books(home / "build" / "encours.duckdb")


@pytest.fixture(scope="module")
def invoices(shared_dir: Path) -> list[PaidInvoice]:
    """The file, read by the oracle."""
    return late_payments.read(shared_dir / "data" / LATE_PAYMENTS)


def _is_late(invoice: PaidInvoice) -> bool:
    return invoice.settled_on > invoice.due_on and invoice.amount > max(Decimal(5), invoice.amount / 200)


def _past_late_rates(invoices: list[PaidInvoice], day: date) -> dict[str, Fraction]:
    """By customer: of what was due in the 52 weeks before ``day``, the share that was late."""
    matured: dict[str, list[bool]] = {}
    for invoice in invoices:
        if day - YEAR <= invoice.due_on < day and invoice.invoiced_on <= day:
            matured.setdefault(invoice.customer_id, []).append(_is_late(invoice))
    return {customer: Fraction(sum(late), len(late)) for customer, late in matured.items()}


def _scores(books: Books, column: str, day: date) -> dict[str, Fraction]:
    return {
        str(customer): Fraction(str(score))
        for customer, score in books.rows(
            f"select customer_id, {column} from marts.fct_customer_risk_weekly where week_ending_on = ?", [day]
        )
        if score is not None
    }


def _outcomes(invoices: list[PaidInvoice], scores: dict[str, Fraction], day: date, weeks: int) -> list[Outcome]:
    """The invoices posted in the weeks after ``day``, each with its customer's score by then."""
    return [
        Outcome(invoice.customer_id, scores[invoice.customer_id], _is_late(invoice))
        for invoice in invoices
        if day < invoice.invoiced_on <= day + timedelta(weeks=weeks) and invoice.customer_id in scores
    ]


def _row(books: Books, scorer: str, quarter: str = "2013-Q3", weeks: int = 26) -> dict[str, Any]:
    (row,) = books.records(
        "select * from marts.rpt_backtest_scores where scorer = ? and quarter = ? and horizon_weeks = ?",
        [scorer, quarter, weeks],
    )
    return dict(row)


@pytest.mark.parametrize("scorer", ["scorecard", "past_late_rate"])
@pytest.mark.parametrize(("quarter", "day"), [("2013-Q3", SCORED_ON), ("2013-Q1", date(2012, 12, 30))])
@pytest.mark.parametrize("weeks", [13, 26])
def test_areas_and_intervals_are_those_of_a_naive_reading(
    books: Books, invoices: list[PaidInvoice], scorer: str, quarter: str, day: date, weeks: int
) -> None:
    """Pair by pair from the file; the score alone comes from the marts."""
    rates = _past_late_rates(invoices, day)
    scores = _scores(books, "risk_score", day) if scorer == "scorecard" else rates
    compared = {customer: score for customer, score in scores.items() if customer in rates}
    outcomes = _outcomes(invoices, compared, day, weeks)
    row = _row(books, scorer, quarter, weeks)
    assert row["scored_on"] == day
    assert (row["invoices_count"], row["late_count"]) == (len(outcomes), sum(one.is_late for one in outcomes))
    wanted, between = area.auc(outcomes), area.interval(outcomes)
    assert wanted is not None
    assert between is not None
    assert row["auc"] == float(wanted)
    assert (row["auc_low"], row["auc_high"]) == pytest.approx(between, abs=1e-6)


def test_out_of_time_the_scorecard_is_not_behind_the_past_late_rate(books: Books) -> None:
    """Scored before 2013-07-01, invoices from then on: at least the past late rate less 0.01, and no leak."""
    card, past, by_value = (_row(books, name) for name in ("scorecard", "past_late_rate", "past_late_rate_by_value"))
    assert (card["invoices_count"], card["late_count"]) == (536, 151)
    assert card["auc"] >= past["auc"] - 0.01
    assert card["auc"] >= by_value["auc"] - 0.01
    # What it aims at, and reaches.
    assert card["auc"] > max(past["auc"], by_value["auc"])
    assert card["auc"] <= LEAK


def test_nothing_in_any_quarter_looks_like_a_leak(books: Books) -> None:
    assert books.rows(f"select * from marts.rpt_backtest_scores where auc > {LEAK}") == []


def test_late_rates_rise_from_tier_to_tier_in_every_quarter(books: Books) -> None:
    rows = books.records(
        "select * from marts.rpt_backtest_tiers where has_enough and risk_tier <> 'unscored' "
        "order by quarter, tier_order"
    )
    quarters: dict[object, list[float]] = {}
    for row in rows:
        assert isinstance(row["invoices_count"], int)
        assert row["invoices_count"] >= 30
        quarters.setdefault(row["quarter"], []).append(float(str(row["late_rate"])))
    assert len(quarters) == 8
    for quarter, rates in quarters.items():
        assert len(rates) >= 3, quarter
        assert all(one <= other for one, other in pairwise(rates)), (quarter, rates)
    assert books.rows("select count(*) from marts.rpt_backtest_tiers where not rises") == [(0,)]


def test_the_score_knows_nothing_of_what_came_later(
    books: Books, tmp_path: Path, shared_dir: Path, project_root: Path, encours: Encours
) -> None:
    """A build as of the scoring day gives every customer the score that the later build back-tests."""
    home = tmp_path / "then"
    mapping = project_root / MAPPING
    encours(home, "load", shared_dir / "data" / LATE_PAYMENTS, "--source", mapping, "--as-of", LAST_DAY)
    encours(home, "build", "--as-of", SCORED_ON)
    (past,) = (home / "build" / "past").glob("*.duckdb")
    query = (
        "select customer_id, risk_score, scored_tier from marts.fct_customer_risk_weekly "
        "where week_ending_on = ? order by all"
    )
    then = Books(past).rows(query, [SCORED_ON])
    assert len(then) > 90
    assert books.rows(query, [SCORED_ON]) == then


def test_the_yardstick_is_trained_on_the_quarters_before(books: Books) -> None:
    """None in the first quarter, which has nothing before it; later it stands beside the scorecard on its own rows."""
    rows = books.records("select * from marts.rpt_backtest_scores where scorer = 'logistic' order by quarter")
    assert {row["quarter"] for row in rows} == {f"2012-Q{n}" for n in (3, 4)} | {f"2013-Q{n}" for n in (1, 2, 3, 4)} | {
        "all"
    }
    for row in rows:
        assert isinstance(row["auc"], float)
        assert 0.7 < row["auc"] < LEAK
        assert row["scorecard_auc"] is not None


def test_what_is_promised_is_near_what_came(books: Books) -> None:
    """Over all bands with thirty invoices, each against the quarters before it."""
    rows = books.rows(
        "select abs(expected_late_rate - late_rate) < 0.15, * from marts.rpt_backtest_calibration "
        "where quarter = 'all' and invoices_count >= 30"
    )
    assert len(rows) >= 6
    assert all(is_near for is_near, *_ in rows), rows


def test_real_invoices_are_not_made_up(books: Books) -> None:
    assert books.rows("select is_made_up from marts.rpt_passport") == [(False,)]


def test_the_documentation_holds_the_tables(books: Books, project_root: Path) -> None:
    """As the command prints them."""
    page = (project_root / "docs" / "backtest.md").read_text(encoding="utf-8")
    printed = re.split(r"\n\n", backtest.tables(books.path))
    assert len(printed) == 3
    for table in printed:
        assert table in page
