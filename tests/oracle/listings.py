"""Items and ageing as the marts list them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from tests.oracle.company import Company
from tests.oracle.days import Period
from tests.oracle.documents import CASH, CLAIMS
from tests.oracle.items import SLABS, Item, aging_bucket, settled_on
from tests.oracle.ledger import Piece
from tests.oracle.money import ZERO

Columns = dict[str, Decimal | int | bool | str | date | None]

AgingKey = tuple[date, str, str, str, str]
"""week_ending_on, entity_id, segment, currency, aging_bucket."""


NOT_GIVEN = "Not given"
"""The segment of customers without one, as the marts call it."""


@dataclass(frozen=True)
class AgingRow:
    """One bucket of a week."""

    as_of_on: date
    is_complete_week: bool
    base_currency: str
    bucket_order: int
    open_amount: Decimal = ZERO
    base_open_amount: Decimal = ZERO
    disputed_amount: Decimal = ZERO
    items_count: int = 0


def aging_weekly(company: Company, periods: Iterable[Period]) -> dict[AgingKey, AgingRow]:
    """What is open at each week's end by due day, in document and base currency; all customers."""
    found: dict[AgingKey, AgingRow] = {}
    orders = {code: order for order, code, _, _ in SLABS}
    for period in periods:
        day = period.as_of_on
        for item in company.items if period.period_kind == "week" else ():
            open_amount = item.open_on(day)
            bucket = aging_bucket(open_amount, item.part.due_on, day)
            if bucket is not None:
                document, segment = item.document, item.customer.segment or NOT_GIVEN
                key = (period.period_ending_on, document.entity_id, segment, document.currency, bucket)
                base_currency = company.entities[document.entity_id].base_currency
                row = found.get(key) or AgingRow(day, period.is_complete, base_currency, orders[bucket])
                found[key] = replace(
                    row,
                    open_amount=row.open_amount + open_amount,
                    base_open_amount=row.base_open_amount + item.base_open_on(day),
                    disputed_amount=row.disputed_amount + item.disputed_on(day),
                    items_count=row.items_count + 1,
                )
    return found


def described(item: Item, company: Company) -> Columns:
    """What is said of an item on whatever day it is asked for."""
    document = item.document
    return {
        "document_number": document.number,
        "item_kind": document.kind,
        "customer_id": document.customer_id,
        "account": document.account,
        "invoiced_on": document.invoiced_on,
        "posted_on": document.posted_on,
        "due_on": item.part.due_on,
        "currency": document.currency,
        "amount": item.part.amount,
        "base_currency": company.entities[document.entity_id].base_currency,
        "base_amount": item.base_amount,
        "reporting_currency": company.main_currency,
        "reporting_amount": item.reporting_amounts[company.main_currency],
    }


def interval(item: Item, company: Company, day: date) -> Columns:
    """The row of `fct_item_intervals` that holds ``day``, its key and span apart."""
    open_amount, disputed = item.open_on(day), item.disputed_on(day)
    return described(item, company) | {
        "open_amount": open_amount,
        "base_open_amount": item.base_open_on(day),
        "disputed_amount": disputed,
        "base_disputed_amount": item.base_share(disputed),
        "reporting_open_amount": item.reporting(company.main_currency, open_amount),
        "reporting_disputed_amount": item.reporting(company.main_currency, disputed),
    }


def allocation(piece: Piece, due_on: date) -> Columns:
    """What `fct_allocations` says of a piece beside its key and amounts; days of cash set against claims alone."""
    credit, debit = piece.credit, piece.debit
    is_payment = credit.kind in CASH and debit.kind in CLAIMS
    return {
        "customer_id": debit.customer_id,
        "credit_kind": credit.kind,
        "debit_kind": debit.kind,
        "received_on": credit.received_on,
        "credit_currency": credit.currency,
        "debit_currency": debit.currency,
        "days_to_pay": (credit.received_on - debit.invoiced_on).days if is_payment else None,
        "days_beyond_terms": (credit.received_on - due_on).days if is_payment else None,
    }


def receivable_item(item: Item, company: Company, day: date) -> Columns:
    """One row of `fct_receivable_items` (ruling 11), its key apart."""
    document, open_amount = item.document, item.open_on(day)
    settled = settled_on(item, day)
    in_effect = [piece for piece in item.debit_pieces if piece.is_in_effect(day)]
    receipts = [piece.credit.received_on for piece in in_effect if piece.credit.kind in CASH]
    settlements = [piece.credit.received_on for piece in in_effect]
    days_past_due = (day - item.part.due_on).days
    return described(item, company) | {
        "is_due_on_derived": document.is_due_on_derived,
        "days_past_due": days_past_due,
        "open_amount": open_amount,
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
