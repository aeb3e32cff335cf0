"""What was planted in the sample company comes out in its customers' scores, tiers and reasons, as planted."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from tests.models.books import Books

Factor = dict[str, object]


@pytest.fixture(scope="module")
def sample(sample_home: Path) -> Books:
    """The marts of the sample company."""
    return Books(sample_home / "build" / "encours.duckdb")


@pytest.fixture(scope="module")
def customer_of(sample_home: Path) -> dict[str, str]:
    """The customer of each story."""
    with (sample_home / "extracts" / "planted.csv").open(encoding="utf-8", newline="") as file:
        return {row["story"]: row["customer_id"] for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def factor(sample: Books, customer_of: dict[str, str]) -> Callable[[str, str], Factor]:
    """``factor(story, name)``: value, points, words, and whether it is missing or stale, on the last day."""

    def read(story: str, name: str) -> Factor:
        ((value, points, explanation, is_missing, is_stale),) = sample.rows(
            "select value, points, explanation, is_missing, is_stale from marts.fct_risk_factors "
            "where customer_id = $customer and factor = $factor",
            {"customer": customer_of[story], "factor": name},
        )
        return {
            "value": value,
            "points": points,
            "explanation": explanation,
            "is_missing": is_missing,
            "is_stale": is_stale,
        }

    return read


@pytest.fixture(scope="module")
def weeks(sample: Books, customer_of: dict[str, str]) -> Callable[[str], list[dict[str, object]]]:
    """``weeks(story)``: the weeks of the story's customer, oldest first."""

    def read(story: str) -> list[dict[str, object]]:
        names = (
            *("as_of_on", "behaviour_score", "solvency_score", "risk_score", "risk_tier", "scored_tier"),
            *("override_id", "is_behaviour_only"),
        )
        rows = sample.rows(
            f"select {', '.join(names)} from marts.fct_customer_risk_weekly where customer_id = $customer "
            "order by week_ending_on",
            {"customer": customer_of[story]},
        )
        return [dict(zip(names, row, strict=True)) for row in rows]

    return read


Weeks = Callable[[str], list[dict[str, object]]]
Factors = Callable[[str, str], Factor]


def test_the_insolvent_customer_is_e_from_the_week_proceedings_opened(weeks: Weeks, factor: Factors) -> None:
    rows = weeks("insolvent")
    opened_on = date(2025, 11, 6)
    assert {row["risk_tier"] for row in rows if str(row["as_of_on"]) >= str(opened_on)} == {"E"}
    assert {row["risk_score"] for row in rows if str(row["as_of_on"]) >= str(opened_on)} == {100}
    # A past week does not know it yet.
    assert all(row["risk_score"] != 100 for row in rows if str(row["as_of_on"]) < str(opened_on))
    assert factor("insolvent", "insolvency")["points"] == 100
    # Nothing was paid for months: what is known of its payments is stale, and said so.
    assert factor("insolvent", "days_beyond_terms")["is_stale"]


def test_the_returning_customer_carries_the_write_off_of_its_registration_number(weeks: Weeks, factor: Factors) -> None:
    assert factor("returning_after_write_off", "prior_default")["value"] == 1
    last = weeks("returning_after_write_off")[-1]
    assert not last["is_behaviour_only"]
    assert int(str(last["risk_score"])) > int(str(last["behaviour_score"]))


def test_the_solvent_giant_is_b_by_override_while_its_behaviour_says_worse(
    sample: Books, weeks: Weeks, customer_of: dict[str, str]
) -> None:
    last = weeks("late_solvent_giant")[-1]
    assert (last["risk_tier"], last["override_id"] is not None) == ("B", True)
    assert int(str(last["behaviour_score"])) > 33
    assert sample.rows(
        "select risk_tier, approved_by, outcome, days_left, late_rate > 0.8 from marts.rpt_tier_overrides "
        "where customer_id = $customer",
        {"customer": customer_of["late_solvent_giant"]},
    ) == [("B", "CFO", "running", 7, True)]


def test_the_slowing_payer_sinks_and_says_why(weeks: Weeks, factor: Factors) -> None:
    trend = factor("slowing_payer", "days_beyond_terms_trend")
    assert int(str(trend["points"])) > 0
    assert "later in the last 13 weeks" in str(trend["explanation"])
    rows = weeks("slowing_payer")
    assert str(rows[-1]["risk_tier"]) > str(rows[-40]["risk_tier"])


def test_a_first_payment_never_made_is_among_the_worst(weeks: Weeks, factor: Factors) -> None:
    assert weeks("first_payment_never_made")[-1]["risk_tier"] in ("D", "E")
    assert factor("first_payment_never_made", "days_beyond_terms")["is_missing"]
    assert factor("first_payment_never_made", "oldest_days_past_due")["explanation"] == (
        "The oldest overdue amount is 130 days past due"
    )


def test_new_and_good_is_a_and_what_it_lacks_is_missing_not_zero(weeks: Weeks, factor: Factors) -> None:
    last = weeks("new_and_good")[-1]
    assert (last["risk_tier"], last["is_behaviour_only"]) == ("A", True)
    bureau = factor("new_and_good", "bureau_score")
    assert (bureau["value"], bureau["points"], bureau["explanation"]) == (None, None, "Nothing to measure yet")


def test_the_portfolio_is_spread_over_the_tiers(sample: Books) -> None:
    shares = {
        str(tier): float(str(share))
        for tier, share in sample.rows(
            """
            select risk_tier, customers_count / sum(customers_count) over () from marts.rpt_risk_tiers
            where week_ending_on = (select max(week_ending_on) from marts.rpt_risk_tiers)
            """
        )
    }
    assert sorted(shares) == ["A", "B", "C", "D", "E"]
    assert all(share > 0 for share in shares.values())
    assert shares["A"] + shares["B"] > 0.5
    assert shares["D"] + shares["E"] < 0.25


def test_a_limit_used_131_percent_is_an_excess_and_on_the_watch_list(
    sample: Books, customer_of: dict[str, str]
) -> None:
    customer = {"customer": customer_of["limit_used_up"]}
    assert sample.rows(
        "select granted_amount, used_amount, utilisation_rate, excess_amount from marts.rpt_credit_exposures "
        "where customer_id = $customer",
        customer,
    ) == [(100_000, 131_000, 1.31, 31_000)]
    ((reasons, section),) = sample.rows(
        "select reasons, list_section from marts.rpt_watch_list where customer_id = $customer and entity_id = '*'",
        customer,
    )
    assert "Limit used 131 %" in str(reasons)
    assert section == "watch"


def test_a_milestone_disputed_whole_is_to_be_settled_and_not_dunned(
    sample: Books, customer_of: dict[str, str], factor: Factors
) -> None:
    assert factor("disputed_milestone", "disputed_rate")["value"] == 1
    assert sample.rows(
        "select reasons, recommended_action, next_stage from marts.rpt_watch_list "
        "where customer_id = $customer and entity_id = '*'",
        {"customer": customer_of["disputed_milestone"]},
    ) == [("100 % of what is owed is disputed", "Settle the dispute", None)]


def test_limits_and_covers_that_end_are_seen_before_and_after(sample: Books) -> None:
    ((expired, ending, covers),) = sample.rows(
        "select count(*) filter (limit_state = 'expired'), "
        "count(*) filter (limit_state = 'given' and limit_valid_to_on is not null), "
        "count(cover_valid_to_on) from marts.rpt_credit_exposures"
    )
    assert min(int(str(expired)), int(str(ending)), int(str(covers))) > 0


def test_after_the_insurers_cut_deliveries_are_insured_within_the_new_limit_only(
    sample: Books, customer_of: dict[str, str]
) -> None:
    """Two deliveries of 31,500 with 20 % of tax are 52,500 that a limit of 20,000 at 90 % insures for 18,000."""
    customer = {"customer": customer_of["cover_cut"]}
    assert sample.rows(
        "select cover_state, insurer_limit_amount, eligible_amount, insured_amount, own_risk_amount "
        "from marts.rpt_credit_exposures where customer_id = $customer",
        customer,
    ) == [("reduced", 20_000, 52_500, 18_000, 45_000)]
    ((reasons,),) = sample.rows(
        "select reasons from marts.rpt_watch_list where customer_id = $customer and entity_id = '*'", customer
    )
    assert "The insurer cut its limit" in str(reasons)


def test_a_missed_notification_ends_the_cover_of_its_invoice(sample: Books, customer_of: dict[str, str]) -> None:
    customer = {"customer": customer_of["missed_notification"]}
    assert sample.rows(
        "select notify_by_on, notification_state, not_eligible_reason, eligible_amount from marts.rpt_insured_items "
        "where customer_id = $customer",
        customer,
    ) == [(date(2026, 3, 3), "missed", "notified_late", 0)]
    weeks_told = sample.rows(
        "select min(week_ending_on), max(week_ending_on) from marts.fct_watch_list_weekly "
        "where customer_id = $customer and reason_codes like '%notification_missed%'",
        customer,
    )
    assert weeks_told == [(date(2026, 3, 8), date(2026, 3, 29))]


def test_the_insolvent_stand_apart_and_stretched_terms_are_seen(sample: Books, customer_of: dict[str, str]) -> None:
    assert sample.rows(
        "select list_section, risk_tier from marts.rpt_watch_list where customer_id = $customer and entity_id = '*'",
        {"customer": customer_of["insolvent"]},
    ) == [("insolvent", "E")]
    assert sample.rows(
        "select is_beyond_contract_terms, contract_days from marts.rpt_credit_exposures where customer_id = $customer",
        {"customer": customer_of["stretched_terms"]},
    ) == [(True, 30)]
