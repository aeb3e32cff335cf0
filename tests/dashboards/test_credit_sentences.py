"""Sentences of the credit pages: who came in, whom to tell, what the score was worth."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from dashboards.lib import sentence
from dashboards.lib.format import Formatter
from dashboards.lib.view import View, Week
from tests.dashboards.conftest import plain

FMT = Formatter()
WEEK = Week(date(2026, 3, 29), date(2026, 3, 29), True)
VIEW = View(WEEK, WEEK, "*", "All entities", "EUR", "EUR")


def _watched(name: str, **changed: Any) -> dict[str, Any]:
    return {
        "customer_id": name,
        "customer_name": name,
        "own_risk_amount": Decimal(210_400),
        "oldest_days_past_due": 74,
        "utilisation_rate": 1.31,
        "reasons": "Limit used 131 % · In tier D",
        "recommended_action": "Call today",
        **changed,
    }


def _changes(**changed: Any) -> dict[str, Any]:
    return {
        "customers_count": 38,
        "own_risk_amount": Decimal(1_900_000),
        "insolvent_count": 0,
        "entered_count": 6,
        "left_count": 4,
        "biggest": _watched("Delta SA"),
        "first": _watched("Alpha SARL", own_risk_amount=Decimal(315_000)),
        **changed,
    }


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            _changes(),
            "Six came in, four left; 38 customers are watched, €1.90M at own risk. "
            "Biggest new risk: Delta SA, €210k, oldest 74 days past due, limit used 131%. "
            "First on the list: Alpha SARL, €315k: call today.",
        ),
        (
            _changes(first=_watched("Delta SA")),
            "Six came in, four left; 38 customers are watched, €1.90M at own risk. "
            "Biggest new risk: Delta SA, €210k, oldest 74 days past due, limit used 131%.",
        ),
        (
            _changes(
                customers_count=1,
                entered_count=0,
                biggest=None,
                first=_watched(
                    "Beta Ltd",
                    oldest_days_past_due=None,
                    utilisation_rate=None,
                    recommended_action=None,
                    reasons="A payment bounced in the last four weeks · In tier D",
                ),
            ),
            "Nobody came in, four left; 1 customer is watched, €1.90M at own risk. "
            "First on the list: Beta Ltd, €210k, a payment bounced in the last four weeks.",
        ),
        (
            _changes(entered_count=0, left_count=0, biggest=None, first=_watched("Beta Ltd", utilisation_rate=1)),
            "Nobody came in and nobody left; 38 customers are watched, €1.90M at own risk. "
            "First on the list: Beta Ltd, €210k: call today.",
        ),
        (_changes(customers_count=0, left_count=0, biggest=None, first=None), "No customer is on the watch list."),
        (
            _changes(customers_count=0, left_count=2, biggest=None, first=None),
            "No customer is on the watch list. Two left.",
        ),
        (
            _changes(customers_count=0, own_risk_amount=None, insolvent_count=1, entered_count=1, left_count=0)
            | {"biggest": None, "first": None},
            "One came in, nobody left; nobody is to be worked on, one is insolvent.",
        ),
        (
            _changes(customers_count=0, own_risk_amount=None, set_aside_count=2, insolvent_count=1, biggest=None)
            | {"entered_count": 0, "left_count": 0, "first": None},
            "Nobody came in and nobody left; nobody is to be worked on, one is insolvent, two are set aside.",
        ),
        (
            _changes(set_aside_count=1, biggest=None, first=None),
            "Six came in, four left; 38 customers are watched, €1.90M at own risk; one is set aside.",
        ),
    ],
)
def test_watch_list(changes: dict[str, Any], expected: str) -> None:
    assert plain(sentence.watch_list(changes, "EUR", FMT)) == expected


_TIERS = [
    {"risk_tier": "A", "customers_count": 90, "exposure_amount": Decimal(900_000)},
    {"risk_tier": "D", "customers_count": 7, "exposure_amount": Decimal(200_000)},
    {"risk_tier": "E", "customers_count": 1, "exposure_amount": Decimal(10_400)},
]


@pytest.mark.parametrize(
    ("policy", "moves", "expected"),
    [
        (
            _TIERS,
            [
                {"movement": "worse", "customers_count": 4},
                {"movement": "worse", "customers_count": 2},
                {"movement": "better", "customers_count": 1},
                {"movement": "new", "customers_count": 9},
            ],
            "8 customers in tiers D and E have an exposure of €210k. Six fell to a worse tier in 13 weeks, one rose.",
        ),
        (
            [_TIERS[0], _TIERS[2]],
            [{"movement": "same", "customers_count": 9}],
            "1 customer in tiers D and E has an exposure of €10k. "
            "Nobody fell to a worse tier in 13 weeks, nobody rose.",
        ),
        (_TIERS, [], "8 customers in tiers D and E have an exposure of €210k."),
        ([], [], "No customer has a tier in this week."),
    ],
)
def test_tiers(policy: list[dict[str, Any]], moves: list[dict[str, Any]], expected: str) -> None:
    assert plain(sentence.tiers(policy, moves, 13, "EUR", FMT)) == expected


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], "Nobody has an account to work on"),
        ([("Ann", 0), ("Bo", 0)], "All accounts fit into the week"),
        ([("Ann", 3), ("Bo", 0)], "3 accounts more than a week holds: Ann"),
        ([(None, 1)], "1 account more than a week holds: accounts of no collector"),
        ([("Ann", 3), ("Bo", 1), ("Cy", 0)], "4 accounts more than a week holds: 2 of 3 collectors"),
    ],
)
def test_capacity(rows: list[tuple[str | None, int]], expected: str) -> None:
    told = [{"collector": name, "beyond_count": beyond} for name, beyond in rows]
    assert plain(sentence.capacity(told, FMT)) == expected


def _alert(kind: str, customer: str, recipient: str, amount: int, **changed: Any) -> dict[str, Any]:
    return {
        "alert_kind": kind,
        "alert_label": {"cover_cut": "The insurer cut its limit"}.get(kind, "A large invoice falls due"),
        "customer_id": customer,
        "customer_name": customer,
        "document_number": None,
        "recipient": recipient,
        "recipient_role": "collector",
        "amount": Decimal(amount),
        **changed,
    }


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], "Nobody needs to be told of anything today."),
        (
            [_alert("cover_cut", "Delta SA", "Ann", 50_000)],
            "1 alert for one recipient: the insurer cut its limit (1). Largest: Delta SA, €50k.",
        ),
        (
            # Told twice, it is one alert; of one person in two roles, two are told.
            [
                _alert("cover_cut", "Delta SA", "Ann", 50_000),
                _alert("cover_cut", "Delta SA", "Ann", 50_000, recipient_role="sales_owner"),
                _alert("large_invoice_due", "Beta", "Bo", 60_000, document_number="1"),
                _alert("large_invoice_due", "Beta", "Bo", 70_000, document_number="2"),
            ],
            "3 alerts for three recipients: the insurer cut its limit (1), a large invoice falls due (2). "
            "Largest: Beta, €70k.",
        ),
    ],
)
def test_alerts(rows: list[dict[str, Any]], expected: str) -> None:
    assert plain(sentence.alerts(rows, "EUR", FMT)) == expected


@pytest.mark.parametrize(
    ("owed", "tier", "expected"),
    [
        (
            {"owed_amount": Decimal(291_000), "overdue_amount": Decimal(119_000), "oldest_days_past_due": 60},
            {"risk_tier": "D", "previous_risk_tier": "C", "weeks_in_tier": 2},
            "Delta SA owes €291k, €119k of it overdue, the oldest by 60 days. Tier D for 2 weeks, C before.",
        ),
        (
            {"owed_amount": Decimal(500), "overdue_amount": None, "oldest_days_past_due": None},
            {"risk_tier": "A", "previous_risk_tier": None, "weeks_in_tier": 80},
            "Delta SA owes €500, none of it overdue. Tier A as long as it is known.",
        ),
        (
            {"owed_amount": Decimal(19_600), "overdue_amount": Decimal(19_600), "oldest_days_past_due": 1490},
            None,
            "Delta SA owes €20k, all of it overdue, the oldest by 1,490 days. It has no risk tier yet.",
        ),
        (
            {"owed_amount": None, "overdue_amount": None},
            None,
            "Delta SA owes nothing on 29 Mar 2026. It has no risk tier yet.",
        ),
        (
            {"owed_amount": Decimal(500), "overdue_amount": None},
            {"risk_tier": "E", "previous_risk_tier": "D", "weeks_in_tier": 0},
            "Delta SA owes €500, none of it overdue. Tier E this week, D before.",
        ),
    ],
)
def test_customer(owed: dict[str, Any], tier: dict[str, Any] | None, expected: str) -> None:
    assert plain(sentence.customer({"customer_name": "Delta SA"}, tier, owed, VIEW, FMT)) == expected


def _tried(quarter: str, tier: str, rises: bool | None) -> dict[str, Any]:
    return {"quarter": quarter, "risk_tier": tier, "rises": rises, "invoices_count": 40}


def _scorer(scorer: str, auc: float | None, low: float | None = 0.8, high: float | None = 0.9) -> dict[str, Any]:
    return {
        "quarter": "all",
        "horizon_weeks": 13,
        "scorer": scorer,
        "auc": auc,
        "auc_low": low,
        "auc_high": high,
    }


@pytest.mark.parametrize(
    ("tiers", "expected"),
    [
        (
            [_tried("2025-Q1", "A", None), _tried("2025-Q1", "B", True)],
            "Late rates rise with the tier in the one quarter",
        ),
        (
            [_tried("2025-Q1", "B", True), _tried("2025-Q2", "B", True), _tried("2025-Q2", "C", True)],
            "Late rates rise with the tier in each of 2 quarters",
        ),
        (
            [_tried("2025-Q1", "B", True), _tried("2025-Q1", "C", False), _tried("2025-Q2", "B", True)],
            "Late rates rise with the tier in 1 of 2 quarters",
        ),
        # All quarters together are no quarter.
        (
            [_tried("2025-Q1", "A", None), _tried("all", "B", False)],
            "No quarter has two tiers with enough invoices to compare",
        ),
    ],
)
def test_tiers_tried(tiers: list[dict[str, Any]], expected: str) -> None:
    assert sentence.tiers_tried(tiers) == expected


def test_back_test_says_both_and_by_how_much() -> None:
    tiers = [_tried("2025-Q1", "B", True)]
    scores = [_scorer("scorecard", 0.8512), _scorer("past_late_rate", 0.8419)]
    assert sentence.back_test(tiers, scores, FMT) == (
        "Late rates rise with the tier in the one quarter. "
        "The scorecard's AUC is 0.851 (0.80 to 0.90), the past late rate alone has 0.842."
    )
    assert sentence.back_test([], [], FMT) == "No quarter can be tried yet."
    assert sentence.scorers_tried([_scorer("scorecard", None)], FMT) == "The scorecard cannot be measured yet"


def test_calibration_weighs_bands_by_their_invoices() -> None:
    bands = [
        {"late_rate": 0.2, "expected_late_rate": 0.1, "invoices_count": 30},
        {"late_rate": 0.5, "expected_late_rate": 0.5, "invoices_count": 10},
    ]
    assert sentence.calibration_tried(bands, FMT) == (
        "What came lies 7.5 points from what the score had promised, on average"
    )
    assert sentence.calibration_tried([], FMT) == "Nothing could be expected yet"
