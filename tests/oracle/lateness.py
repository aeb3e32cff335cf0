"""Late rates and days to pay of one item, as known at the end of the row's day (rulings 12 and 13)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal

from tests.oracle.days import Period
from tests.oracle.documents import CASH, CLAIMS, Document
from tests.oracle.items import Item
from tests.oracle.money import ZERO, share

ONE = Decimal(1)


def is_claim(item: Item) -> bool:
    """Invoices, debit notes and openings above zero."""
    return item.document.kind in CLAIMS and item.part.amount > 0


def open_after(item: Item, due_on: date, day: date) -> Decimal:
    """The part not settled by ``due_on``, going by receipt days, with the allocations in effect on ``day``."""
    in_time = (
        piece.debit_amount
        for piece in item.debit_pieces
        if piece.is_in_effect(day) and piece.credit.received_on <= due_on
    )
    return item.part.amount - sum(in_time, ZERO)


def lateness(
    item: Item, period: Period, currency: str, policy: Mapping[str, Decimal], *, is_disputed: bool
) -> Iterator[tuple[str, Decimal, Decimal]]:
    """Matured and late, by count and by value; an item with a disputed part is left out of `clean` whole."""
    if not is_claim(item):
        return
    day, kept = period.as_of_on, Decimal(0 if is_disputed else 1)
    tolerance = max(policy["late_tolerance_amount"], policy["late_tolerance_rate"] * item.part.amount)
    bank_days = timedelta(days=int(policy["bank_days"]))
    grace_days = timedelta(days=int(policy["grace_days"]))
    amount = item.reporting_amounts[currency]
    due_on = item.part.due_on + bank_days
    if period.window_from_on <= due_on < day:
        yield "matured_items_count", ONE, kept
        yield "matured_amount", amount, kept * amount
        late = open_after(item, due_on, day)
        if late > tolerance:
            late_amount = item.reporting(currency, late)
            yield "late_items_count", ONE, kept
            yield "late_amount", late_amount, kept * late_amount
    due_on += grace_days
    if period.window_from_on <= due_on < day:
        yield "seriously_matured_amount", amount, kept * amount
        late = open_after(item, due_on, day)
        if late > tolerance:
            late_amount = item.reporting(currency, late)
            yield "seriously_late_amount", late_amount, kept * late_amount


def paid(item: Item, period: Period, currency: str) -> Iterator[tuple[str, Decimal, Decimal]]:
    """Cash set against the item and received in the window, by how long it took. Disputes do not touch it."""
    if not is_claim(item):
        return
    allocated: dict[tuple[str, Document], Decimal] = defaultdict(lambda: ZERO)
    for piece in item.debit_pieces:
        cash = piece.credit
        in_window = period.window_from_on <= cash.received_on <= period.as_of_on
        if cash.kind in CASH and in_window and piece.is_in_effect(period.as_of_on):
            allocated[piece.allocation_id, cash] += piece.credit_amount
    for (_, cash), part in allocated.items():
        amount = share(item.cash_amounts[cash][currency], part, cash.amount)
        days_late = (cash.received_on - item.part.due_on).days
        for name, value in (
            ("paid_amount", amount),
            ("paid_late_amount", amount if days_late > 0 else ZERO),
            ("paid_amount_days_to_pay", amount * (cash.received_on - item.document.invoiced_on).days),
            ("paid_amount_days_beyond_terms", amount * days_late),
            ("paid_amount_days_squared", amount * days_late**2),
            ("paid_amount_days_late", amount * max(days_late, 0)),
        ):
            yield name, value, value
