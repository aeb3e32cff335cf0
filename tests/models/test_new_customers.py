"""The planted stories of new customers come out of the build as planted."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest


@pytest.fixture(scope="module")
def told(sample_home: Path) -> Iterator[dict[str, dict[str, Any]]]:
    """What `rpt_onboarding` says of the customer of each story, by column."""
    with (sample_home / "extracts" / "planted.csv").open(encoding="utf-8", newline="") as file:
        customers = {row["story"]: row["customer_id"] for row in csv.DictReader(file)}
    connection = duckdb.connect()
    connection.execute(f"attach '{sample_home / 'build' / 'encours.duckdb'}' as tried (read_only)")
    found = connection.execute("select * from tried.marts.rpt_onboarding")
    names = [column[0] for column in found.description or ()]
    rows = {row[names.index("customer_id")]: dict(zip(names, row, strict=True)) for row in found.fetchall()}
    yield {story: rows[customer] for story, customer in customers.items() if customer in rows}
    connection.close()


def test_the_new_and_good_customer_graduated_and_has_its_whole_limit(told: dict[str, dict[str, Any]]) -> None:
    row = told["new_and_good"]
    assert row["stage"] == "graduated"
    assert [row[f"{word}_due_state"] for word in ("first", "second", "third")] == ["kept"] * 3
    assert row["first_due_on"] == date(2025, 12, 24)
    assert row["graduated_on"] == date(2026, 1, 22)
    assert row["stepped_limit_amount"] == row["approved_limit_amount"]
    assert row["incident"] is None


def test_the_customer_that_never_paid_is_frozen_and_its_limit_gone(told: dict[str, dict[str, Any]]) -> None:
    row = told["first_payment_never_made"]
    assert row["stage"] == "frozen"
    assert (row["first_due_on"], row["first_due_state"], row["first_late_days"]) == (date(2025, 11, 19), "unpaid", 130)
    # Level 2: frozen once the first due day is missed by more than 15 days.
    assert (row["incident"], row["frozen_on"]) == ("due_day_missed", date(2025, 12, 5))
    assert row["stepped_limit_amount"] == 0
    assert row["breach_amount"] == 0


def test_the_customer_that_came_back_is_frozen_for_its_earlier_default(told: dict[str, dict[str, Any]]) -> None:
    row = told["returning_after_write_off"]
    assert row["stage"] == "frozen"
    assert row["incident"] == "prior_default"
    assert "Earlier default under its registration number" in row["missing"]
    # Its first order was in hand when it asked for credit; what is open beyond it was delivered against the freeze.
    assert row["frozen_exposure_amount"] == 5960
    assert row["breach_amount"] == row["exposure_amount"] - row["frozen_exposure_amount"] > 0


def test_old_customers_are_not_new(told: dict[str, dict[str, Any]]) -> None:
    assert {"slowing_payer", "stretched_terms", "written_off", "limit_used_up"}.isdisjoint(told)
