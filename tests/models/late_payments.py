"""IBM's late-payment file read the naive way, invoice by invoice: an oracle for the figures of its entity.

Every invoice of the file is paid in full on one day, so no ledger is needed: each figure is a sum over invoices,
written as metrics 3 words it. Amounts are exact, ratios are fractions.
"""

from __future__ import annotations

import csv
from calendar import monthrange
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

DAY = timedelta(days=1)


@dataclass(frozen=True)
class PaidInvoice:
    """One row of the file."""

    number: str
    customer_id: str
    invoiced_on: date
    due_on: date
    settled_on: date
    amount: Decimal
    is_disputed: bool


@dataclass(frozen=True)
class Window:
    """The days a row of figures speaks of; each window ends on ``as_of_on``, inclusive."""

    as_of_on: date
    from_on: date
    from_12m_on: date
    effectiveness_from_on: date


def read(path: Path) -> list[PaidInvoice]:
    """The invoices of the file."""

    def day(text: str) -> date:
        number_of_month, number_of_day, year = map(int, text.split("/"))
        return date(year, number_of_month, number_of_day)

    with path.open(encoding="utf-8", newline="") as file:
        return [
            PaidInvoice(
                row["invoiceNumber"],
                row["customerID"],
                day(row["InvoiceDate"]),
                day(row["DueDate"]),
                day(row["SettledDate"]),
                Decimal(row["InvoiceAmount"]),
                row["Disputed"] == "Yes",
            )
            for row in csv.DictReader(file)
        ]


def week(ending_on: date) -> Window:
    """The windows of a week's row: 91, 364 and 28 days."""
    return Window(ending_on, ending_on - 90 * DAY, ending_on - 363 * DAY, ending_on - 27 * DAY)


def month(ending_on: date) -> Window:
    """The windows of a month's row: 3 and 12 calendar months, and the month."""
    return Window(ending_on, _months_before(ending_on, 2), _months_before(ending_on, 11), ending_on.replace(day=1))


def figures(invoices: Sequence[PaidInvoice], window: Window) -> dict[str, Decimal | Fraction | int | None]:
    """The figures of `fct_kpis` for these invoices, by column name."""
    day = window.as_of_on
    open_on = [i for i in invoices if i.invoiced_on <= day < i.settled_on]
    receivable = _total(open_on)
    not_due = _total(i for i in open_on if i.due_on >= day)
    opening = _total(i for i in invoices if i.invoiced_on < window.effectiveness_from_on <= i.settled_on)
    sales = _total(i for i in invoices if window.from_on <= i.invoiced_on <= day)
    sales_12m = _total(i for i in invoices if window.from_12m_on <= i.invoiced_on <= day)
    sales_effective = _total(i for i in invoices if window.effectiveness_from_on <= i.invoiced_on <= day)
    matured = [i for i in invoices if window.from_on <= i.due_on < day]
    late = [i for i in matured if i.settled_on > i.due_on and i.amount > max(Decimal(5), i.amount / 200)]
    paid = [i for i in invoices if window.from_on <= i.settled_on <= day]
    days = (day - window.from_on).days + 1
    return {
        "receivable_amount": receivable,
        "not_due_amount": not_due,
        "overdue_amount": receivable - not_due,
        "over_90_amount": _total(i for i in open_on if (day - i.due_on).days > 90),
        "disputed_amount": _total(i for i in open_on if i.is_disputed),
        "opening_receivable_amount": opening,
        "sales_amount": sales,
        "sales_12m_amount": sales_12m,
        "collected_amount": _total(paid),
        "matured_items_count": len(matured),
        "late_items_count": len(late),
        "matured_amount": _total(matured),
        "late_amount": _total(late),
        "dso_days": _ratio(receivable * days, sales),
        "dso_12m_days": _ratio(receivable * ((day - window.from_12m_on).days + 1), sales_12m),
        "best_possible_dso_days": _ratio(not_due * days, sales),
        "average_days_delinquent": _ratio((receivable - not_due) * days, sales),
        "collection_effectiveness_rate": _ratio(
            opening + sales_effective - receivable, opening + sales_effective - not_due
        ),
        "late_payment_rate_by_count": _ratio(Decimal(len(late)), Decimal(len(matured))),
        "late_payment_rate_by_value": _ratio(_total(late), _total(matured)),
        "weighted_days_to_pay": _weighted(paid, lambda i: (i.settled_on - i.invoiced_on).days),
        "days_beyond_terms": _weighted(paid, lambda i: (i.settled_on - i.due_on).days),
        "current_rate": _ratio(not_due, receivable),
    }


def countback_days(invoices: Sequence[PaidInvoice], day: date) -> Fraction | None:
    """DSO by countback: whole months' sales taken off the balance, newest first, the last one pro rata.

    None where the history is exhausted.
    """
    left = _total(i for i in invoices if i.invoiced_on <= day < i.settled_on)
    ending_on, days = day, Fraction(0)
    while left:
        first_on = ending_on.replace(day=1)
        if all(i.invoiced_on > ending_on for i in invoices):
            return None
        billed = _total(i for i in invoices if first_on <= i.invoiced_on <= ending_on)
        length = (ending_on - first_on).days + 1
        if billed >= left:
            return days + Fraction(left) * length / Fraction(billed)
        left, days, ending_on = left - billed, days + length, first_on - DAY
    return days


def _months_before(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 - months
    return date(index // 12, index % 12 + 1, 1)


def month_ends(first: date, last: date) -> list[date]:
    """The last days of the months from ``first``'s to the last that is complete on ``last``."""
    ends = []
    for index in range(first.year * 12 + first.month - 1, last.year * 12 + last.month):
        year, number = index // 12, index % 12 + 1
        ends.append(date(year, number, monthrange(year, number)[1]))
    return [end for end in ends if end <= last]


def _total(invoices: Iterable[PaidInvoice]) -> Decimal:
    return sum((i.amount for i in invoices), Decimal("0.00"))


def _ratio(numerator: Decimal, denominator: Decimal) -> Fraction | None:
    return Fraction(numerator) / Fraction(denominator) if denominator > 0 else None


def _weighted(invoices: Sequence[PaidInvoice], days: Callable[[PaidInvoice], int]) -> Fraction | None:
    return _ratio(sum((i.amount * days(i) for i in invoices), Decimal(0)), _total(invoices))
