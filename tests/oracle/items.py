"""Receivable items: one a document or instalment, with what was open and disputed of it at the end of any day."""

from __future__ import annotations

import csv
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from tests.oracle.days import SEEDS
from tests.oracle.documents import Customer, Dispute, Document, Part
from tests.oracle.ledger import Piece
from tests.oracle.money import ZERO, share


def slabs() -> list[tuple[int, str, int | None, int | None]]:
    """Order, code, first and last day past due of each slab; both empty: what is unapplied."""
    with (SEEDS / "aging_buckets.csv").open(encoding="utf-8", newline="") as file:
        return [
            (
                int(row["bucket_order"]),
                row["aging_bucket"],
                int(row["from_days"]) if row["from_days"] else None,
                int(row["to_days"]) if row["to_days"] else None,
            )
            for row in csv.DictReader(file)
        ]


SLABS = slabs()

DOCUMENT_CURRENCY = "document"
"""Stands for an item's own currency where a reporting currency is asked for."""


def aging_bucket(open_amount: Decimal, aged_from: date, day: date) -> str | None:
    """The bucket of an open amount; none where nothing is open."""
    if open_amount == 0:
        return None
    days = (day - aged_from).days
    for _, code, first, last in SLABS:
        is_unapplied = first is None and last is None
        if open_amount < 0:
            if is_unapplied:
                return code
        elif not is_unapplied and (first is None or days >= first) and (last is None or days <= last):
            return code
    return None


@dataclass(eq=False)
class Item:
    """One document or instalment."""

    document: Document
    part: Part
    customer: Customer
    base_amount: Decimal
    siblings: list[Item]
    """All items of its document, the oldest due first."""
    disputes: Sequence[Dispute]
    debit_pieces: list[Piece] = field(default_factory=list)
    """What was set against it."""
    credit_pieces: list[Piece] = field(default_factory=list)
    """What it was set against."""
    reporting_amounts: dict[str, Decimal] = field(default_factory=dict)
    """The amount in each reporting currency, and unconverted."""
    credits: Mapping[Document, Item] = field(default_factory=dict)
    """The items of the credits that were set against it."""
    cash_amounts: Mapping[Document, Mapping[str, Decimal]] = field(default_factory=dict)
    """Any document in each reporting currency: cash counts at its own day's rate."""
    _days: list[date] = field(default_factory=list)
    _open: list[Decimal] = field(default_factory=list)

    @property
    def key(self) -> tuple[str, str, int]:
        """(entity_id, document_id, instalment_no)."""
        return (self.document.entity_id, self.document.document_id, self.part.instalment_no)

    def replay(self) -> None:
        """Keep what is open after each day on which it changes."""
        changes: dict[date, Decimal] = defaultdict(lambda: ZERO)
        changes[self.document.posted_on] += self.part.amount
        for piece in self.debit_pieces:
            changes[piece.effective_on] -= piece.debit_amount
            if piece.reversed_on:
                changes[piece.reversed_on] += piece.debit_amount
        for piece in self.credit_pieces:
            changes[piece.effective_on] += piece.credit_amount
            if piece.reversed_on:
                changes[piece.reversed_on] -= piece.credit_amount
        open_amount = ZERO
        for day in sorted(changes):
            open_amount += changes[day]
            self._days.append(day)
            self._open.append(open_amount)

    @property
    def timeline(self) -> list[tuple[date, Decimal]]:
        """The days on which something changes, with what is open from then on."""
        return list(zip(self._days, self._open, strict=True))

    def open_on(self, day: date) -> Decimal:
        """What is open at the end of a day; nothing before it was posted."""
        place = bisect_right(self._days, day)
        return self._open[place - 1] if place else ZERO

    def base_open_on(self, day: date) -> Decimal:
        """What is open in base currency: its share of the base amount (ruling 22)."""
        return share(self.base_amount, self.open_on(day), self.part.amount)

    def base_share(self, part: Decimal) -> Decimal:
        """A part of it in base currency."""
        return share(self.base_amount, part, self.part.amount)

    def disputed_on(self, day: date) -> Decimal:
        """What of the open amount is disputed at the end of a day (ruling 7)."""
        if not self.disputes and not self.document.is_flagged_disputed:
            return ZERO
        if self.disputes:
            contested = ZERO
            for dispute in self.disputes:
                if dispute.opened_on <= day and (dispute.closed_on is None or day < dispute.closed_on):
                    if dispute.amount is None:
                        contested = Decimal("Infinity")
                    else:
                        contested += dispute.amount
        else:
            contested = Decimal("Infinity")
        for item in self.siblings:
            disputed = min(max(item.open_on(day), ZERO), contested)
            if item is self:
                return disputed
            contested -= disputed
        raise AssertionError("an item is among its own document's items")

    def reporting(self, currency: str, part: Decimal) -> Decimal:
        """A part of it in a reporting currency: the share of the amount converted once (ruling 23)."""
        return share(self.reporting_amounts[currency], part, self.part.amount)


@dataclass(frozen=True)
class OpenItem:
    """What is open of an item at the end of a day."""

    customer_id: str
    account: str
    currency: str
    open_amount: Decimal
    base_open_amount: Decimal
    disputed_amount: Decimal
    days_past_due: int
    aging_bucket_due: str | None
    aging_bucket_invoice: str | None


def open_item(item: Item, day: date) -> OpenItem:
    """The item as it stands at the end of ``day``."""
    open_amount = item.open_on(day)
    return OpenItem(
        customer_id=item.document.customer_id,
        account=item.document.account,
        currency=item.document.currency,
        open_amount=open_amount,
        base_open_amount=item.base_open_on(day),
        disputed_amount=item.disputed_on(day),
        days_past_due=(day - item.part.due_on).days,
        aging_bucket_due=aging_bucket(open_amount, item.part.due_on, day),
        aging_bucket_invoice=aging_bucket(open_amount, item.document.invoiced_on, day),
    )


def attach(items: Iterable[Item], pieces: Iterable[Piece]) -> None:
    """Give each item what was set against it or what it was set against, and replay it."""
    by_part = {(item.document, item.part.instalment_no): item for item in items}
    first = {document: item for (document, _), item in reversed(by_part.items())}
    for piece in pieces:
        by_part[piece.debit, piece.instalment_no].debit_pieces.append(piece)
        first[piece.credit].credit_pieces.append(piece)
    for item in by_part.values():
        item.credits = {piece.credit: first[piece.credit] for piece in item.debit_pieces}
        item.replay()


def settled_on(item: Item, day: date) -> date | None:
    """The first day of the last span with nothing open; none while it is open (ruling 11)."""
    if item.open_on(day):
        return None
    since: date | None = None
    for changed_on, open_amount in item.timeline:
        if changed_on <= day:
            since = None if open_amount else since or changed_on
    return since
