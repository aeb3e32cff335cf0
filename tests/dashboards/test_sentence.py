"""The sentence of each page, from small figures made for the purpose."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from dashboards.lib import sentence
from dashboards.lib.db import Row
from dashboards.lib.format import Formatter
from dashboards.lib.measures import MEASURES
from dashboards.lib.queries.movers import Concentration
from dashboards.lib.view import View, Week

FMT = Formatter()
WEEK = Week(date(2026, 3, 29), date(2026, 3, 29), True)
VIEW = View(WEEK, WEEK, "*", "All entities", "EUR", "EUR")
FEW = Concentration(Decimal(133_000), 0.7, 19)


def _week(**changed: Any) -> dict[str, Any]:
    return {
        "dso_days": 52.4,
        "dso_days_change": 1.3,
        "best_possible_dso_days_change": -0.6,
        "average_days_delinquent_change": 1.9,
        "unapplied_days_change": 0.0,
        "overdue_amount": Decimal(2_750_000),
        "overdue_amount_change": Decimal(133_000),
        **changed,
    }


def _effect(effect: str, value: float, change: float = 1.3) -> dict[str, Any]:
    return {"effect": effect, "value": Decimal(str(value)), "change": Decimal(str(change))}


def test_the_bridge_says_why_and_names_who() -> None:
    effects = [_effect("terms", 0.04), _effect("lateness", 1.9), _effect("sales", -0.6)]
    who = Concentration(Decimal(133_000), 0.7, 19, ("Alpha", "Beta", "Gamma"))
    assert _plain(sentence.weekly(_week(), who, VIEW, FMT, effects)) == (
        "DSO rose to 52.4 days, +1.3 on last week: lateness +1.9, sales −0.6. "
        "€133k more is overdue; three customers explain 70% of what grew: Alpha, Beta, Gamma."
    )


@pytest.mark.parametrize(
    ("measure", "effects", "expected"),
    [
        (
            "dso",
            [_effect("lateness", 1.9), _effect("sales", -0.6)],
            "DSO rose by 1.3 d: lateness +1.9 d and sales −0.6 d",
        ),
        ("dso", [_effect("lateness", 0.01, 0.01)], "DSO is as last week"),
        (
            "overdue",
            [_effect("newly_overdue", 900_000, -20_000), _effect("collected", -920_000, -20_000)],
            "Overdue fell by €20k: collected −€920k and newly overdue +€900k",
        ),
    ],
)
def test_a_bridge_says_its_two_biggest_effects(measure: str, effects: list[dict[str, Any]], expected: str) -> None:
    assert _plain(sentence.bridge(measure, effects, "last week", "EUR", FMT)) == expected


def _month(**changed: Any) -> dict[str, Any]:
    return {
        "month_ending_on": date(2026, 3, 31),
        "as_of_on": date(2026, 3, 29),
        "currency": "EUR",
        "opening_amount": Decimal(6_000_000),
        "billed_amount": Decimal(3_890_000),
        "collected_amount": Decimal(-3_500_000),
        "closing_amount": Decimal(6_340_000),
        **changed,
    }


def test_the_ledger_says_how_the_month_went() -> None:
    assert _plain(sentence.ledger([_month()], VIEW, FMT)) == (
        "All entities opened the month with €6.00M, billed €3.89M, collected €3.50M "
        "and stands at €6.34M on 29 Mar 2026."
    )
    assert "2 balances" in _plain(sentence.ledger([_month(), _month(currency="USD")], VIEW, FMT))
    assert sentence.ledger([], VIEW, FMT) == "No month is on record."


def _item(**changed: Any) -> dict[str, Any]:
    return {
        "item_kind": "credit_note",
        "document_number": "CN-1",
        "customer_id": "C",
        "customer_name": "Alpha",
        "currency": "EUR",
        "amount": Decimal(-100),
        "open_amount": Decimal(-40),
        "is_open": True,
        "is_overdue": False,
        "days_past_due": 9,
        "settled_on": None,
        **changed,
    }


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (_item(), "Credit note CN-1 of Alpha: −€100.00, −€40.00 open."),
        (_item(is_overdue=True, amount=Decimal(100), open_amount=Decimal(40)), "…€40.00 open, 9 days past due."),
        (_item(is_open=False, settled_on=date(2026, 3, 1)), "…−€100.00, settled on 1 Mar 2026."),
    ],
)
def test_a_document_says_what_is_left_of_it(item: dict[str, Any], expected: str) -> None:
    assert _plain(sentence.document([item], FMT)).endswith(expected.removeprefix("…"))


@pytest.mark.parametrize(
    ("column", "kpi", "expected"),
    [
        (
            "dso_days",
            {"dso_days": 52.4, "receivable_amount": Decimal(6_340_000), "sales_amount": Decimal(10_890_000)},
            "DSO of 52.4 d comes from receivables €6.34M, credit sales €10.89M.",
        ),
        (
            "overdue_amount",
            {"overdue_amount": Decimal(2_750_000), "as_of_on": date(2026, 2, 28)},
            "Overdue: €2.75M on Sat 28 Feb 2026.",
        ),
        (
            "cost_of_overdue_amount",
            {"cost_of_overdue_amount": Decimal(25_000), "overdue_amount": Decimal(2_010_000)},
            "Cost of overdue of €25k comes from overdue €2.01M.",
        ),
        (
            "collected_target_rate",
            {
                "collected_target_rate": 0.877,
                "period_collected_amount": Decimal(5_190_000),
                "collected_target_amount": Decimal(5_920_000),
            },
            "Cash against target of 87.7% comes from cash of the period €5.19M, a target of €5.92M.",
        ),
        (
            "collected_target_rate",
            {"collected_target_rate": None, "period_collected_amount": Decimal(5_190_000)},
            "Cash against target cannot be told: cash of the period €5.19M and no target is given.",
        ),
        (
            "at_risk_rate",
            {"at_risk_rate": None, "at_risk_amount": None, "cohort_billed_amount": None},
            "At-risk rate cannot be told yet: it takes 90 days after the month.",
        ),
        (
            "late_payment_rate_by_count",
            {"late_payment_rate_by_count": None, "late_items_count": 0, "matured_items_count": 0},
            "Late payment rate, by count cannot be told: late items 0 and items that fell due 0.",
        ),
    ],
)
def test_a_figure_says_what_it_comes_from(column: str, kpi: dict[str, Any], expected: str) -> None:
    assert _plain(sentence.figure(MEASURES[column], kpi, VIEW, FMT)) == expected


def _plain(text: str) -> str:
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("week", "who", "expected"),
    [
        (
            _week(),
            FEW,
            "DSO rose to 52.4 days, +1.3 on last week: overdue +1.9, not due −0.6. "
            "€133k more is overdue; three customers explain 70% of what grew.",
        ),
        (
            _week(dso_days_change=-1.3, overdue_amount_change=Decimal(-40_000)),
            Concentration(Decimal(-40_000), 0.55, 9),
            "DSO fell to 52.4 days, −1.3 on last week: overdue +1.9, not due −0.6. "
            "€40k less is overdue; three customers explain 55% of what was cleared.",
        ),
        (
            _week(dso_days_change=0.04),
            Concentration(Decimal(133_000), 0.2, 35),
            "DSO held at 52.4 days. €133k more is overdue, spread over 35 customers.",
        ),
        (
            _week(dso_days_change=None, overdue_amount_change=None),
            FEW,
            "DSO stands at 52.4 days; there is no week before to compare with. €2.75M is overdue.",
        ),
        (
            _week(dso_days=None),
            FEW,
            "DSO cannot be told: there are no credit sales in the window. €2.75M is overdue.",
        ),
        (
            _week(dso_days_change=0, overdue_amount_change=Decimal("0.3")),
            FEW,
            "DSO held at 52.4 days. Overdue is unchanged at €2.75M.",
        ),
        # Customers that moved the other way on balance explain nothing.
        (
            _week(dso_days_change=0),
            Concentration(Decimal(-5), 0.9, 4),
            "DSO held at 52.4 days. €133k more is overdue.",
        ),
        (_week(dso_days_change=0), None, "DSO held at 52.4 days. €133k more is overdue."),
        (
            _week(dso_days_change=0),
            Concentration(Decimal(133_000), 1.0, 1),
            "DSO held at 52.4 days. €133k more is overdue; one customer explains it.",
        ),
        (None, FEW, "No figures for this week and entity."),
    ],
)
def test_weekly(week: dict[str, Any] | None, who: Concentration | None, expected: str) -> None:
    assert _plain(sentence.weekly(week, who, VIEW, FMT)) == expected


def _balance(**changed: Any) -> dict[str, Any]:
    return {
        "items_count": 9,
        "customers_count": 3,
        "invoices_amount": Decimal(1_000_000),
        "overdue_amount": Decimal(240_000),
        "overdue_rate": 0.24,
        "unapplied_amount": Decimal(-8_000),
        "oldest_days_past_due": 74,
        **changed,
    }


@pytest.mark.parametrize(
    ("total", "expected"),
    [
        (
            _balance(),
            "3 customers owe €1.00M; €240k of it is overdue (24%), the oldest by 74 days. "
            "Credits of €8.0k wait to be applied.",
        ),
        (
            _balance(customers_count=1, overdue_amount=Decimal(0), unapplied_amount=Decimal(0)),
            "1 customer owes €1.00M; nothing of it is overdue.",
        ),
        (_balance(items_count=0), "Nothing was open on Sun 29 Mar 2026."),
        (None, "Nothing was open on Sun 29 Mar 2026."),
    ],
)
def test_ageing(total: dict[str, Any] | None, expected: str) -> None:
    assert _plain(sentence.ageing(total, VIEW, "EUR", FMT)) == expected


def _slab(code: str, first: int | None, last: int | None, amount: int) -> dict[str, Any]:
    return {"aging_bucket": code, "from_days": first, "to_days": last, "open_amount": Decimal(amount)}


def test_oldest_slab() -> None:
    slabs = [_slab("not_due", None, 0, 900), _slab("1-30", 1, 30, 40), _slab("over_30", 31, None, 7)]
    credit = _slab("unapplied", None, None, -5)
    assert sentence.oldest_slab([*slabs, credit], "EUR", FMT) == "€7 is over 30 days past due"
    assert sentence.oldest_slab([*slabs[:2], credit], "EUR", FMT) == "€40 is 1–30 days past due"
    assert sentence.oldest_slab([slabs[0], credit], "EUR", FMT) == "Nothing is overdue"
    assert sentence.oldest_slab([], "EUR", FMT) == "Nothing is overdue"


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
    ],
)
def test_watch_list(changes: dict[str, Any], expected: str) -> None:
    assert _plain(sentence.watch_list(changes, "EUR", FMT)) == expected


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
            "8 customers in tiers D and E owe €210k. Six fell to a worse tier in 13 weeks, one rose.",
        ),
        (
            [_TIERS[0], _TIERS[2]],
            [{"movement": "same", "customers_count": 9}],
            "1 customer in tiers D and E owes €10k. Nobody fell to a worse tier in 13 weeks, nobody rose.",
        ),
        (_TIERS, [], "8 customers in tiers D and E owe €210k."),
        ([], [], "No customer has a tier in this week."),
    ],
)
def test_tiers(policy: list[dict[str, Any]], moves: list[dict[str, Any]], expected: str) -> None:
    assert _plain(sentence.tiers(policy, moves, 13, "EUR", FMT)) == expected


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
    assert _plain(sentence.capacity(told, FMT)) == expected


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
    assert _plain(sentence.alerts(rows, "EUR", FMT)) == expected


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
    assert _plain(sentence.customer({"customer_name": "Delta SA"}, tier, owed, VIEW, FMT)) == expected


@pytest.mark.parametrize(
    ("tests", "tie", "rejected", "assumed", "expected"),
    [
        (
            {"tests_count": 142, "failed_count": 0, "warned_count": 0},
            {"accounts_count": 3, "untied_count": 0, "unexplained_count": 0, "tied_on": date(2026, 3, 29)},
            0,
            14,
            "All 142 tests passed. Tied to the ledger on 29 Mar 2026. 14 rows were left out or assumed.",
        ),
        (
            {"tests_count": 142, "failed_count": 0, "warned_count": 2},
            {"accounts_count": 3, "untied_count": 3},
            1,
            0,
            "All 142 tests ran; 2 warnings. The ledger is not tied: no balance was given. 1 row was rejected.",
        ),
        (
            {"tests_count": 142, "failed_count": 1, "warned_count": 0},
            {"accounts_count": 3, "untied_count": 0, "unexplained_count": 1},
            0,
            0,
            "1 test of 142 failed: do not rely on these figures. "
            "1 account differs from the ledger without an explanation. No row was rejected, left out or assumed.",
        ),
        (
            {},
            {},
            2,
            3,
            "No test result came with this build. The ledger is not tied: no balance was given. "
            "2 rows were rejected and 3 rows were left out or assumed.",
        ),
    ],
)
def test_health(tests: dict[str, Any], tie: dict[str, Any], rejected: int, assumed: int, expected: str) -> None:
    assert _plain(sentence.health(tests, tie, rejected, assumed, FMT)) == expected


def _a_month(ending_on: date, **figures: Any) -> Row:
    unknown = dict.fromkeys(("collected_target_rate", "at_risk_rate"))
    return (
        {"period_ending_on": ending_on, "is_complete": True, "period_collected_amount": Decimal(0)} | unknown | figures
    )


def test_months_say_the_newest_complete_one_and_the_newest_known_cohort() -> None:
    rows = [
        _a_month(date(2026, 3, 31), is_complete=False, collected_target_rate=0.7),
        _a_month(date(2026, 2, 28), collected_target_rate=0.877),
        _a_month(date(2025, 11, 30), collected_target_rate=1.1, at_risk_rate=0.065),
    ]
    assert _plain(sentence.months(rows, "EUR", FMT)) == (
        "February 2026 brought 88% of its target; 6.5% of what was billed in November 2025 was open 90 days later"
    )


def test_months_without_targets_say_the_cash() -> None:
    rows = [_a_month(date(2026, 2, 28), period_collected_amount=Decimal(869_000))]
    assert _plain(sentence.months(rows, "EUR", FMT)) == "February 2026 brought €869k"


def test_members_say_which_has_most_of_what_is_overdue() -> None:
    row = {"overdue_amount": Decimal(612_407), "overdue_total": Decimal(2_000_000)}
    assert _plain(sentence.members([row], ["Key accounts"], "EUR", FMT)) == (
        "Key accounts has most of what is overdue: €612k, 31%"
    )
    assert sentence.members([], [], "EUR", FMT) == "Nothing is overdue"


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
