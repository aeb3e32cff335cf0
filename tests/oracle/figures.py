"""The columns of a row of figures, from the sums of what its items add to it: each rate one division, made last."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from tests.oracle.days import Period, month_start
from tests.oracle.documents import sales_month
from tests.oracle.measures import COHORT_DAYS
from tests.oracle.money import ZERO, money, ratio

Value = Decimal | Fraction | int | bool | date | None
Figures = dict[str, Value]

AMOUNTS = (
    "receivable_amount",
    "not_due_amount",
    "overdue_amount",
    "over_90_amount",
    "disputed_amount",
    "disputed_overdue_amount",
    "unapplied_amount",
    "opening_receivable_amount",
    "sales_amount",
    "sales_12m_amount",
    "effectiveness_sales_amount",
    "collected_amount",
    "matured_amount",
    "late_amount",
    "seriously_matured_amount",
    "seriously_late_amount",
    "paid_amount",
    "paid_late_amount",
    "paid_amount_days_to_pay",
    "paid_amount_days_beyond_terms",
    "paid_amount_days_late",
    "overdue_amount_days",
    "unapplied_cash_amount",
    "unapplied_cash_amount_days",
    "written_off_amount",
    "opening_12m_receivable_amount",
    "period_collected_amount",
)
"""Columns that are sums and nothing else."""

Sums = Mapping[str, Decimal]


def figures(sums: Sums, period: Period, as_of: date, policy: Mapping[str, Decimal]) -> Figures:
    """All columns of one row but its key and its target."""
    row: Figures = {name: sums.get(name, ZERO) for name in AMOUNTS}
    row["as_of_on"] = period.as_of_on
    row["is_complete"] = period.is_complete
    row["window_days"] = period.window_days
    row["window_12m_days"] = period.window_12m_days
    row["matured_items_count"] = int(sums.get("matured_items_count", ZERO))
    row["late_items_count"] = int(sums.get("late_items_count", ZERO))
    row |= _days_of_sales(sums, period)
    row |= _lateness(sums)
    row |= _ageing(sums)
    row |= _losses(sums, period, policy)
    row |= _cohort(sums, period, as_of)
    return row


def beside_target(row: Figures, target: Decimal | None) -> Figures:
    """The row with what should have been collected in the month, where that is known."""
    collected = row["period_collected_amount"]
    assert isinstance(collected, Decimal)
    rate = None if target is None else ratio(collected, target)
    return row | {"collected_target_amount": target, "collected_target_rate": rate}


def _days_of_sales(sums: Sums, period: Period) -> Figures:
    """DSO and its parts, CEI, turnover: null where the balance is negative (ruling 18)."""
    receivable = sums.get("receivable_amount", ZERO)
    sales, sales_12m = sums.get("sales_amount", ZERO), sums.get("sales_12m_amount", ZERO)
    row: Figures = {}
    for name, amount in (
        ("dso_days", "receivable_amount"),
        ("best_possible_dso_days", "not_due_amount"),
        ("average_days_delinquent", "overdue_amount"),
        ("unapplied_days", "unapplied_amount"),
    ):
        row[name] = ratio(sums.get(amount, ZERO) * period.window_days, sales)
    row["dso_12m_days"] = ratio(receivable * period.window_12m_days, sales_12m)
    opening, month_sales = sums.get("opening_receivable_amount", ZERO), sums.get("effectiveness_sales_amount", ZERO)
    row["collection_effectiveness_rate"] = ratio(
        opening + month_sales - receivable, opening + month_sales - sums.get("not_due_amount", ZERO)
    )
    row["receivable_turnover_12m_ratio"] = ratio(
        2 * sales_12m, sums.get("opening_12m_receivable_amount", ZERO) + receivable
    )
    if receivable < 0:
        row = dict.fromkeys(row)
    row["dso_countback_days"], row["is_countback_exhausted"] = countback(sums, period.as_of_on)
    return row


def countback(sums: Sums, day: date) -> tuple[Fraction | None, bool]:
    """Days of the newest months whose sales make up the balance, and whether the months were too few.

    The history begins with the month of the first credit sale, whole (ruling 19).
    """
    first = min((name for name in sums if name.startswith("sales of ")), default=None)
    rest = sums.get("receivable_amount", ZERO)
    if first is None or rest < 0:
        return None, False
    days, month = 0, month_start(day)
    while rest > 0 and sales_month(month) >= first:
        days_of_month = day.day if month == month_start(day) else monthrange(month.year, month.month)[1]
        sales = sums.get(sales_month(month), ZERO)
        if sales > rest:
            return days + Fraction(rest) / Fraction(sales) * days_of_month, False
        days += days_of_month
        rest -= max(sales, ZERO)
        month = month_start(month, 1)
    return Fraction(days), rest > 0


def _lateness(sums: Sums) -> Figures:
    paid = sums.get("paid_amount", ZERO)
    late_days = sums.get("paid_amount_days_late", ZERO)
    return {
        "late_payment_rate_by_count": ratio(sums.get("late_items_count", ZERO), sums.get("matured_items_count", ZERO)),
        "late_payment_rate_by_value": ratio(sums.get("late_amount", ZERO), sums.get("matured_amount", ZERO)),
        "seriously_late_rate_by_value": ratio(
            sums.get("seriously_late_amount", ZERO), sums.get("seriously_matured_amount", ZERO)
        ),
        "weighted_days_to_pay": ratio(sums.get("paid_amount_days_to_pay", ZERO), paid),
        "days_beyond_terms": ratio(sums.get("paid_amount_days_beyond_terms", ZERO), paid),
        "days_beyond_terms_floored": ratio(late_days, paid),
        "days_beyond_terms_late_only": ratio(late_days, sums.get("paid_late_amount", ZERO)),
    }


def _ageing(sums: Sums) -> Figures:
    overdue, not_due = sums.get("overdue_amount", ZERO), sums.get("not_due_amount", ZERO)
    return {
        "current_rate": ratio(not_due, not_due + overdue),
        "over_90_rate": ratio(sums.get("over_90_amount", ZERO), not_due + overdue),
        "average_overdue_age_days": ratio(sums.get("overdue_amount_days", ZERO), overdue),
        "average_unapplied_cash_age_days": ratio(
            -sums.get("unapplied_cash_amount_days", ZERO), -sums.get("unapplied_cash_amount", ZERO)
        ),
    }


def _losses(sums: Sums, period: Period, policy: Mapping[str, Decimal]) -> Figures:
    cost = sums.get("overdue_amount", ZERO) * policy["funding_rate"] * period.window_days
    return {
        "write_off_rate": ratio(sums.get("written_off_amount", ZERO), sums.get("sales_amount", ZERO)),
        "cost_of_overdue_amount": money(Fraction(cost) / 365),
    }


def _cohort(sums: Sums, period: Period, as_of: date) -> Figures:
    """A month's figures once 90 days have passed since its end (ruling 21)."""
    if period.period_kind == "week" or period.period_ending_on + timedelta(days=COHORT_DAYS.days) > as_of:
        return dict.fromkeys(("cohort_billed_amount", "at_risk_amount", "at_risk_rate"))
    billed, at_risk = sums.get("cohort_billed_amount", ZERO), sums.get("at_risk_amount", ZERO)
    return {"cohort_billed_amount": billed, "at_risk_amount": at_risk, "at_risk_rate": ratio(at_risk, billed)}
