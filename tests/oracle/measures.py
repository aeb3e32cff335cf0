"""What one item adds to a row of figures: the additive measures of metrics 3, in `all` and in `clean`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal

from tests.oracle.days import Period
from tests.oracle.documents import BILLED, CASH, SALES
from tests.oracle.items import Item
from tests.oracle.lateness import lateness, paid
from tests.oracle.money import ZERO

COHORT_DAYS = timedelta(days=90)

Measure = tuple[str, Decimal, Decimal]
"""Name, what is added in `all`, what is added in `clean`."""


def measures(item: Item, period: Period, currency: str, policy: Mapping[str, Decimal]) -> Iterator[Measure]:
    """All that ``item`` adds to the row of ``period`` in a reporting currency; what it does not add to is left out."""
    day = period.as_of_on
    if item.document.posted_on > day:
        return
    yield from balances_and_flows(item, period, currency)
    if period.period_kind == "month":
        yield from _cohort(item, period, currency)
    yield from lateness(item, period, currency, policy, is_disputed=item.disputed_on(day) > 0)
    yield from paid(item, period, currency)


def balances_and_flows(item: Item, period: Period, currency: str) -> Iterator[Measure]:
    """What it adds to the balances of the row's day and to the flows of its windows."""
    if item.document.posted_on <= period.as_of_on:
        disputed = item.disputed_on(period.as_of_on)
        yield from _balances(item, period, currency, disputed)
        yield from _flows(item, period, currency, disputed)


def _balances(item: Item, period: Period, currency: str, disputed: Decimal) -> Iterator[Measure]:
    day = period.as_of_on
    open_amount = item.open_on(day)
    amount = item.reporting(currency, open_amount)
    contested = item.reporting(currency, disputed)
    if open_amount:
        yield "receivable_amount", amount, amount - contested
        days_past_due = (day - item.part.due_on).days
        if open_amount < 0:
            yield "unapplied_amount", amount, amount
            if item.document.kind in CASH:
                age = (day - item.document.posted_on).days
                yield "unapplied_cash_amount", amount, amount
                yield "unapplied_cash_amount_days", amount * age, amount * age
        elif days_past_due <= 0:
            yield "not_due_amount", amount, amount - contested
        else:
            yield "overdue_amount", amount, amount - contested
            yield "overdue_amount_days", amount * days_past_due, (amount - contested) * days_past_due
            yield "disputed_overdue_amount", contested, contested
            if days_past_due > 90:
                yield "over_90_amount", amount, amount - contested
        yield "disputed_amount", contested, contested
    for name, from_on in (
        ("opening_receivable_amount", period.effectiveness_from_on),
        ("opening_12m_receivable_amount", period.window_12m_from_on),
    ):
        before = item.open_on(from_on - timedelta(days=1))
        if before:
            amount = item.reporting(currency, before)
            yield name, amount, amount - item.reporting(currency, min(disputed, max(before, ZERO)))


def _flows(item: Item, period: Period, currency: str, disputed: Decimal) -> Iterator[Measure]:
    document, day = item.document, period.as_of_on
    posted_on, kind = document.posted_on, document.kind
    amount = item.reporting_amounts[currency]
    if kind in SALES:
        clean = amount - item.reporting(currency, disputed)
        yield document.sales_month, amount, clean
        for name, from_on in (
            ("sales_amount", period.window_from_on),
            ("sales_12m_amount", period.window_12m_from_on),
            ("effectiveness_sales_amount", period.effectiveness_from_on),
        ):
            if from_on <= posted_on <= day:
                yield name, amount, clean
    if kind in CASH:
        if posted_on >= period.window_from_on:
            yield "collected_amount", -amount, -amount
        if posted_on >= period.own_from_on:
            yield "period_collected_amount", -amount, -amount
    if kind == "write_off" and posted_on >= period.window_from_on:
        yield "written_off_amount", -amount, -amount


def _cohort(item: Item, period: Period, currency: str) -> Iterator[Measure]:
    """Of what was billed in the month, what is open 90 days after its end (ruling 21)."""
    if item.document.kind not in BILLED or item.document.posted_on < period.own_from_on:
        return
    day = period.period_ending_on + COHORT_DAYS
    contested = item.reporting(currency, item.disputed_on(day))
    billed = item.reporting_amounts[currency]
    at_risk = item.reporting(currency, max(item.open_on(day), ZERO))
    yield "cohort_billed_amount", billed, billed - contested
    yield "at_risk_amount", at_risk, at_risk - contested
