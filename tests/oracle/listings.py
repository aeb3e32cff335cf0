"""Items and ageing as the marts list them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tests.oracle.days import Period
from tests.oracle.documents import CASH
from tests.oracle.items import Item, aging_bucket, settled_on
from tests.oracle.money import ZERO

Columns = dict[str, Decimal | int | bool | str | date | None]

AgingKey = tuple[date, str, str, str, str]
"""week_ending_on, entity_id, segment, currency, aging_bucket."""


NOT_GIVEN = "Not given"
"""The segment of customers without one, as the marts call it."""


@dataclass(frozen=True)
class AgingRow:
    """One bucket of a week."""

    open_amount: Decimal = ZERO
    base_open_amount: Decimal = ZERO
    disputed_amount: Decimal = ZERO
    items_count: int = 0


def aging_weekly(items: Iterable[Item], periods: Iterable[Period]) -> dict[AgingKey, AgingRow]:
    """What is open at each week's end by due day, in document and base currency; all customers."""
    found: dict[AgingKey, AgingRow] = {}
    listed = list(items)
    for period in periods:
        day = period.as_of_on
        for item in listed if period.period_kind == "week" else ():
            open_amount = item.open_on(day)
            bucket = aging_bucket(open_amount, item.part.due_on, day)
            if bucket is not None:
                document, segment = item.document, item.customer.segment or NOT_GIVEN
                key = (period.period_ending_on, document.entity_id, segment, document.currency, bucket)
                row = found.get(key, AgingRow())
                found[key] = AgingRow(
                    row.open_amount + open_amount,
                    row.base_open_amount + item.base_open_on(day),
                    row.disputed_amount + item.disputed_on(day),
                    row.items_count + 1,
                )
    return found


def receivable_item(item: Item, day: date) -> Columns:
    """One row of `fct_receivable_items` (ruling 11), its key apart."""
    document, open_amount = item.document, item.open_on(day)
    settled = settled_on(item, day)
    in_effect = [piece for piece in item.debit_pieces if piece.is_in_effect(day)]
    receipts = [piece.credit.received_on for piece in in_effect if piece.credit.kind in CASH]
    settlements = [piece.credit.received_on for piece in in_effect]
    days_past_due = (day - item.part.due_on).days
    return {
        "item_kind": document.kind,
        "customer_id": document.customer_id,
        "account": document.account,
        "invoiced_on": document.invoiced_on,
        "posted_on": document.posted_on,
        "due_on": item.part.due_on,
        "is_due_on_derived": document.is_due_on_derived,
        "currency": document.currency,
        "amount": item.part.amount,
        "open_amount": open_amount,
        "base_amount": item.base_amount,
        "base_open_amount": item.base_open_on(day),
        "aging_bucket": aging_bucket(open_amount, item.part.due_on, day),
        "is_open": open_amount != 0,
        "is_overdue": open_amount > 0 and days_past_due > 0,
        "disputed_amount": item.disputed_on(day),
        "is_disputed": item.disputed_on(day) > 0,
        "settled_on": settled,
        "days_to_pay": (max(receipts) - document.invoiced_on).days if settled and receipts else None,
        "days_late": (max(settlements) - item.part.due_on).days if settled and settlements else None,
    }
