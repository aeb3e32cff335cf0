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

CalendarKey = tuple[str, str, str, date | str]
"""entity_id (or `*`), reporting_currency, basis (`agreed`, `shifted`), week_ending_on, or `overdue`, or `later`."""

CALENDAR_WEEKS = 13

AMOUNTS = (
    "receivable_amount",
    "not_due_amount",
    "overdue_amount",
    "over_90_amount",
    "disputed_amount",
    "unapplied_amount",
    "sales_amount",
    "collected_amount",
)


def customer_weekly(company: Company, kpis: Kpis) -> dict[CustomerWeekKey, dict[str, Value]]:
    """`fct_customer_weekly` in the main reporting currency: balances and flows of the row's window of 91 days.

    How they pay is of 52 weeks: late rate by value and days beyond terms.
    """
    items_of: dict[tuple[str, str], list[Item]] = defaultdict(list)
    for item in company.counted:
        for entity_id in entity_and_total(item):
            items_of[entity_id, item.document.customer_id].append(item)
    found: dict[CustomerWeekKey, dict[str, Value]] = {}
    for (entity_id, customer_id), items in items_of.items():
        first = min(item.document.posted_on for item in items)
        for period in kpis.periods:
            if period.period_kind == "week" and first <= period.as_of_on:
                found[period.period_ending_on, entity_id, customer_id] = _week(company, kpis, items, period)
    return found


def _week(company: Company, kpis: Kpis, items: list[Item], period: Period) -> dict[str, Value]:
    sums = _sums(kpis, items, period, company.main_currency)
    year = _sums(kpis, items, period.over_12_months, company.main_currency)
    row: dict[str, Value] = {name: sums[name] for name in AMOUNTS}
    row["late_payment_rate_by_value"] = ratio(year["late_amount"], year["matured_amount"])
    row["days_beyond_terms"] = ratio(year["paid_amount_days_beyond_terms"], year["paid_amount"])
    return row


def _sums(kpis: Kpis, items: list[Item], period: Period, currency: str) -> Sums:
    sums: Sums = defaultdict(lambda: ZERO)
    for item in items:
        for name, value, _ in kpis.measures(item, period, currency):
            sums[name] += value
    return sums


def days_beyond_terms(company: Company, kpis: Kpis) -> dict[tuple[str, str], int]:
    """Of each entity (and `*`) and customer at the as-of day over 52 weeks, to whole days, half away from zero."""
    weeks = [period for period in kpis.periods if period.period_kind == "week"]
    items_of: dict[tuple[str, str], list[Item]] = defaultdict(list)
    for item in company.counted:
        for entity_id in entity_and_total(item):
            items_of[entity_id, item.document.customer_id].append(item)
    found: dict[tuple[str, str], int] = {}
    for key, items in items_of.items():
        days = _week(company, kpis, items, weeks[-1])["days_beyond_terms"]
        found[key] = _whole(days) if isinstance(days, Fraction) else 0
    return found


def due_calendar(company: Company, kpis: Kpis) -> dict[CalendarKey, Decimal]:
    """`rpt_due_calendar`: what is open and positive at the as-of day by the week it falls due.

    As agreed by due day; shifted by the customer's days beyond terms over all entities, not before the next day.
    What is already overdue stands apart on either basis, so that all add up to not due and overdue.
    """
    day, shifts = company.as_of, days_beyond_terms(company, kpis)
    last_week = week_end(day) + timedelta(days=7 * CALENDAR_WEEKS)
    found: dict[CalendarKey, Decimal] = defaultdict(lambda: ZERO)
    for item in company.counted:
        open_amount, due_on = item.open_on(day), item.part.due_on
        if open_amount <= 0:
            continue
        shift = timedelta(days=shifts["*", item.document.customer_id])
        for basis, expected_on in (("agreed", due_on), ("shifted", max(due_on + shift, day + timedelta(days=1)))):
            week_ending_on = week_end(expected_on)
            when: date | str = week_ending_on if week_ending_on <= last_week else "later"
            if due_on < day:
                when = "overdue"
            for currency in company.currencies:
                for entity_id in entity_and_total(item):
                    found[entity_id, currency, basis, when] += item.reporting(currency, open_amount)
    return dict(found)


def _whole(exact: Fraction) -> int:
    """The nearest whole number, half away from zero."""
    whole = (2 * abs(exact.numerator) + exact.denominator) // (2 * exact.denominator)
    return whole if exact >= 0 else -whole
