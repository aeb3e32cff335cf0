"""Customers week by week, and what falls due in the weeks to come, as agreed and as they pay."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from tests.oracle.company import Company
from tests.oracle.days import Period, week_end
from tests.oracle.figures import Value
from tests.oracle.items import Item
from tests.oracle.kpis import Kpis, Sums, entity_and_total
from tests.oracle.money import ZERO, ratio

CustomerWeekKey = tuple[date, str, str]
"""week_ending_on, entity_id (or `*`), customer_id."""

CustomerWeek = dict[str, Value | str]

CalendarKey = tuple[str, str, str, int]
"""entity_id (or `*`), reporting_currency, basis (`agreed`, `shifted`), due_order: 0 overdue, the weeks, later."""

CalendarRow = dict[str, Decimal | int | str | date | None]

CALENDAR_WEEKS = 13

AMOUNTS = (
    "receivable_amount",
    "not_due_amount",
    "overdue_amount",
    "over_90_amount",
    "disputed_amount",
    "disputed_overdue_amount",
    "unapplied_amount",
    "sales_amount",
    "collected_amount",
)


def customer_weekly(company: Company, kpis: Kpis) -> dict[CustomerWeekKey, CustomerWeek]:
    """`fct_customer_weekly` in the main reporting currency: balances and flows of the row's window of 91 days.

    How they pay is of 52 weeks: late rate by value, days beyond terms and how much they vary.
    """
    items_of: dict[tuple[str, str], list[Item]] = defaultdict(list)
    for item in company.counted:
        for entity_id in entity_and_total(item):
            items_of[entity_id, item.document.customer_id].append(item)
    found: dict[CustomerWeekKey, CustomerWeek] = {}
    for (entity_id, customer_id), items in items_of.items():
        first = min(item.document.posted_on for item in items)
        for period in kpis.periods:
            if period.period_kind == "week" and first <= period.as_of_on:
                row = _week(company, kpis, items, period)
                # Weeks in which the customer has nothing at all have no row.
                if any(row.values()):
                    found[period.period_ending_on, entity_id, customer_id] = {
                        "as_of_on": period.as_of_on,
                        "is_complete_week": period.is_complete,
                        "reporting_currency": company.main_currency,
                        **row,
                        **_seriously(kpis, items, period, company.main_currency),
                        **_exposure(row["receivable_amount"]),
                    }
    return found


def _week(company: Company, kpis: Kpis, items: list[Item], period: Period) -> dict[str, Value]:
    sums = _sums(kpis, items, period, company.main_currency)
    year = _sums(kpis, items, period.over_12_months, company.main_currency)
    row: dict[str, Value] = {name: sums[name] for name in AMOUNTS}
    row |= {name: year[name] for name in ("matured_amount", "late_amount", "paid_amount")}
    row["late_payment_rate_by_value"] = ratio(year["late_amount"], year["matured_amount"])
    row["days_beyond_terms"] = ratio(year["paid_amount_days_beyond_terms"], year["paid_amount"])
    row["payment_volatility_days"] = _deviation(year)
    row["days_beyond_terms_13w"] = ratio(sums["paid_amount_days_beyond_terms"], sums["paid_amount"])
    row["average_overdue_age_days"] = ratio(sums["overdue_amount_days"], sums["overdue_amount"])
    return row


def _seriously(kpis: Kpis, items: list[Item], period: Period, currency: str) -> dict[str, Value]:
    year = _sums(kpis, items, period.over_12_months, currency)
    return {name: year[name] for name in ("seriously_matured_amount", "seriously_late_amount")}


def _exposure(receivable: Value) -> dict[str, Value]:
    """Of a company without orders, financing or insurance: exposure is what is owed, own risk not below zero."""
    orders = ("ordered_amount", "delivered_not_billed_amount", "deposits_received_amount")
    covers = ("eligible_amount", "insured_amount")
    assert isinstance(receivable, Decimal)
    return {
        "financed_amount": ZERO,
        # Not provided, which is not zero.
        **dict.fromkeys((*orders, *covers), None),
        "exposure_amount": receivable,
        "own_risk_amount": max(receivable, ZERO),
    }


def _deviation(year: Sums) -> Fraction | None:
    """The standard deviation of days beyond terms, weighted by amount."""
    mean = ratio(year["paid_amount_days_beyond_terms"], year["paid_amount"])
    mean_of_squares = ratio(year["paid_amount_days_squared"], year["paid_amount"])
    if mean is None or mean_of_squares is None:
        return None
    variance = mean_of_squares - mean**2
    return Fraction((Decimal(variance.numerator) / Decimal(variance.denominator)).sqrt())


def _sums(kpis: Kpis, items: list[Item], period: Period, currency: str) -> Sums:
    sums: Sums = defaultdict(lambda: ZERO)
    for item in items:
        for name, value, _ in kpis.measures(item, period, currency):
            sums[name] += value
    return sums


def days_beyond_terms(company: Company, kpis: Kpis) -> dict[tuple[str, str], int]:
    """Of each entity and customer at the as-of day over 52 weeks, to whole days, half away from zero; unknown: 0."""
    weeks = [period for period in kpis.periods if period.period_kind == "week"]
    items_of: dict[tuple[str, str], list[Item]] = defaultdict(list)
    for item in company.counted:
        items_of[item.document.entity_id, item.document.customer_id].append(item)
    found: dict[tuple[str, str], int] = {}
    for key, items in items_of.items():
        days = _week(company, kpis, items, weeks[-1])["days_beyond_terms"]
        found[key] = _whole(days) if isinstance(days, Fraction) else 0
    return found


def due_calendar(company: Company, kpis: Kpis) -> dict[CalendarKey, CalendarRow]:
    """`rpt_due_calendar`: what is open and positive at the as-of day by the week it falls due.

    As agreed by due day; shifted by the customer's days beyond terms in that entity, not before the next day, what is
    already overdue like all else. Either way all slots add up to not due and overdue.
    """
    day, shifts = company.as_of, days_beyond_terms(company, kpis)
    found = _empty_calendar(company)
    for item in company.counted:
        open_amount, due_on = item.open_on(day), item.part.due_on
        if open_amount <= 0:
            continue
        shift = timedelta(days=shifts[item.document.entity_id, item.document.customer_id])
        for basis, expected_on in (("agreed", due_on), ("shifted", max(due_on + shift, day + timedelta(days=1)))):
            order = _due_order(expected_on, day)
            for currency in company.currencies:
                amount = item.reporting(currency, open_amount)
                disputed = item.reporting(currency, item.disputed_on(day))
                for entity_id in entity_and_total(item):
                    row = found[entity_id, currency, basis, order]
                    _add(row, "due_amount", amount)
                    _add(row, "already_overdue_amount", amount if due_on < day else ZERO)
                    _add(row, "disputed_amount", disputed)
                    _add(row, "items_count", 1)
    return found


def _due_order(expected_on: date, day: date) -> int:
    """0 is before the day, 1 the rest of its own week, 2 to 14 the weeks after it, 15 what comes later."""
    if expected_on < day:
        return 0
    return min(1 + (week_end(expected_on) - week_end(day)).days // 7, CALENDAR_WEEKS + 2)


def _empty_calendar(company: Company) -> dict[CalendarKey, CalendarRow]:
    """Every slot of every entity and `*`, with nothing in it."""
    found: dict[CalendarKey, CalendarRow] = {}
    for entity_id in (*company.entities, "*"):
        for currency in company.currencies:
            for basis in ("agreed", "shifted"):
                for order in range(CALENDAR_WEEKS + 3):
                    is_week = 0 < order < CALENDAR_WEEKS + 2
                    found[entity_id, currency, basis, order] = {
                        "as_of_on": company.as_of,
                        "due_kind": "week" if is_week else "later" if order else "overdue",
                        "week_ending_on": week_end(company.as_of) + timedelta(7 * (order - 1)) if is_week else None,
                        "due_amount": ZERO,
                        "already_overdue_amount": ZERO,
                        "disputed_amount": ZERO,
                        "items_count": 0,
                    }
    return found


def _add(row: CalendarRow, name: str, value: Decimal | int) -> None:
    before = row[name]
    assert isinstance(before, Decimal | int)
    row[name] = before + value


def _whole(exact: Fraction) -> int:
    """The nearest whole number, half away from zero."""
    whole = (2 * abs(exact.numerator) + exact.denominator) // (2 * exact.denominator)
    return whole if exact >= 0 else -whole
