"""What moved the balance month by month, in document and base currency: opening + … + fx = closing (ruling 16)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from tests.oracle.company import Company
from tests.oracle.control import ControlAccounts
from tests.oracle.days import month_end, month_start
from tests.oracle.figures import Figures
from tests.oracle.items import Item
from tests.oracle.money import ZERO

RollForwardKey = tuple[date, str, str, str]
"""month_ending_on, entity_id, currency, amount_basis."""

COLUMN_OF_KIND = {
    "invoice": "billed_amount",
    "debit_note": "billed_amount",
    "credit_note": "credited_amount",
    "payment": "collected_amount",
    "deposit": "collected_amount",
    "refund": "refunded_amount",
    "bounce": "bounced_amount",
    "write_off": "written_off_amount",
    "adjustment": "adjusted_amount",
    "opening": "opening_amount",
}
"""An opening document counts in the opening of its month."""


def roll_forward(company: Company, accounts: ControlAccounts) -> dict[RollForwardKey, Figures]:
    """`rpt_roll_forward`: each month from the first posting in the currency (in base: at all) on, all customers."""
    books: dict[tuple[str, str, str], list[Item]] = defaultdict(list)
    for item in company.items:
        entity_id = item.document.entity_id
        books[entity_id, item.document.currency, "document"].append(item)
        books[entity_id, company.entities[entity_id].base_currency, "base"].append(item)
    found: dict[RollForwardKey, Figures] = {}
    for (entity_id, currency, basis), items in books.items():
        first_on = month_start(min(item.document.posted_on for item in items))
        while first_on <= company.as_of:
            ending_on = month_end(first_on)
            last_on = min(ending_on, company.as_of)
            row: Figures = {"as_of_on": last_on, "is_complete": ending_on <= company.as_of}
            row |= (_document if basis == "document" else _base)(items, first_on, last_on)
            row |= accounts.together(entity_id, currency, basis, last_on)
            found[ending_on, entity_id, currency, basis] = row
            first_on = ending_on + timedelta(days=1)
    return found


def _document(items: list[Item], first_on: date, last_on: date) -> dict[str, Decimal]:
    """Foreign exchange is what settlements in another currency book, less what was taken back of them."""
    row = _postings(items, first_on, last_on, lambda item: item.part.amount)
    row["opening_documents_amount"] = row["opening_amount"]
    row["opening_amount"] += _balance(items, first_on - timedelta(days=1))
    row["fx_amount"] = _exchanged(items, last_on) - _exchanged(items, first_on - timedelta(days=1))
    row["closing_amount"] = _balance(items, last_on)
    return row


def _base(items: list[Item], first_on: date, last_on: date) -> dict[str, Decimal]:
    """Foreign exchange is all that allocations change in base: what the balance moved by beside postings."""
    row = _postings(items, first_on, last_on, lambda item: item.base_amount)
    posted = sum(row.values(), ZERO)
    row["opening_documents_amount"] = row["opening_amount"]
    before = sum((item.base_open_on(first_on - timedelta(days=1)) for item in items), ZERO)
    row["opening_amount"] += before
    row["closing_amount"] = sum((item.base_open_on(last_on) for item in items), ZERO)
    row["fx_amount"] = row["closing_amount"] - before - posted
    return row


def _postings(
    items: list[Item], first_on: date, last_on: date, amount_of: Callable[[Item], Decimal]
) -> dict[str, Decimal]:
    row = dict.fromkeys(COLUMN_OF_KIND.values(), ZERO)
    for item in items:
        if first_on <= item.document.posted_on <= last_on:
            row[COLUMN_OF_KIND[item.document.kind]] += amount_of(item)
    return row


def _balance(items: list[Item], day: date) -> Decimal:
    """Posting and exchange events up to a day: no allocation is asked (rulings 2 and 25)."""
    posted = sum((item.part.amount for item in items if item.document.posted_on <= day), ZERO)
    return posted + _exchanged(items, day)


def _exchanged(items: list[Item], day: date) -> Decimal:
    """Exchange events in effect at the end of a day."""
    exchanged = ZERO
    for item in items:
        for piece in item.debit_pieces:
            if piece.is_in_effect(day) and piece.credit.currency != piece.debit.currency:
                exchanged -= piece.debit_amount
        for piece in item.credit_pieces:
            if piece.is_in_effect(day) and piece.credit.currency != piece.debit.currency:
                exchanged += piece.credit_amount
    return exchanged
