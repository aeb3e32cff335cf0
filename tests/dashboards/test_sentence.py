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
from tests.dashboards.conftest import plain

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
    assert plain(sentence.weekly(_week(), who, VIEW, FMT, effects)) == (
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
    assert plain(sentence.bridge(measure, effects, "last week", "EUR", FMT)) == expected


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
    assert plain(sentence.ledger([_month()], VIEW, FMT)) == (
        "All entities opened the month with €6.00M, billed €3.89M, collected €3.50M "
        "and stands at €6.34M on 29 Mar 2026."
    )
    assert "2 balances" in plain(sentence.ledger([_month(), _month(currency="USD")], VIEW, FMT))
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
    assert plain(sentence.document([item], FMT)).endswith(expected.removeprefix("…"))


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
    assert plain(sentence.figure(MEASURES[column], kpi, VIEW, FMT)) == expected


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
    assert plain(sentence.weekly(week, who, VIEW, FMT)) == expected


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
    assert plain(sentence.ageing(total, VIEW, "EUR", FMT)) == expected


def _slab(code: str, first: int | None, last: int | None, amount: int) -> dict[str, Any]:
    return {"aging_bucket": code, "from_days": first, "to_days": last, "open_amount": Decimal(amount)}


def test_oldest_slab() -> None:
    slabs = [_slab("not_due", None, 0, 900), _slab("1-30", 1, 30, 40), _slab("over_30", 31, None, 7)]
    credit = _slab("unapplied", None, None, -5)
    assert sentence.oldest_slab([*slabs, credit], "EUR", FMT) == "€7 is over 30 days past due"
    assert sentence.oldest_slab([*slabs[:2], credit], "EUR", FMT) == "€40 is 1–30 days past due"
    assert sentence.oldest_slab([slabs[0], credit], "EUR", FMT) == "Nothing is overdue"
    assert sentence.oldest_slab([], "EUR", FMT) == "Nothing is overdue"


@pytest.mark.parametrize(
    ("tests", "tie", "rejected", "assumed", "expected"),
    [
        (
            {"tests_count": 142, "failed_count": 0, "warned_count": 0},
            {
                "accounts_count": 3,
                "untied_count": 0,
                "unexplained_count": 0,
                "given_count": 3,
                "tied_on": date(2026, 3, 29),
            },
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
    assert plain(sentence.health(tests, tie, rejected, assumed, FMT)) == expected


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
    assert plain(sentence.months(rows, "EUR", FMT)) == (
        "February 2026 brought 88% of its target; 6.5% of what was billed in November 2025 was open 90 days later"
    )


def test_months_without_targets_say_the_cash() -> None:
    rows = [_a_month(date(2026, 2, 28), period_collected_amount=Decimal(869_000))]
    assert plain(sentence.months(rows, "EUR", FMT)) == "February 2026 brought €869k"


def test_members_say_which_has_most_of_what_is_overdue() -> None:
    row = {"overdue_amount": Decimal(612_407), "overdue_total": Decimal(2_000_000)}
    assert plain(sentence.members([row], ["Key accounts"], "EUR", FMT)) == (
        "Key accounts has most of what is overdue: €612k, 31%"
    )
    assert sentence.members([], [], "EUR", FMT) == "Nothing is overdue"
