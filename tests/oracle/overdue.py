"""Why what is overdue moves, item by item and day by day: the effects of its bridge are sums of these.

An item becomes overdue the day after its due day, or on its posting day where that is later, with all that is open
before that day's settlements. From then on each settlement takes off what its credit is worth at the credit's own
rate; what the item is relieved of beyond that is FX. What ends comes back with the same effect.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from tests.oracle.documents import CASH
from tests.oracle.items import Item
from tests.oracle.ledger import Piece
from tests.oracle.money import ZERO, share

OVERDUE_EFFECTS = ("newly_overdue", "collected", "credited", "written_off", "adjusted", "re_dated", "fx")
"""`re_dated` is nothing within one build, whose history carries the due days known now."""

OverdueChange = tuple[date, str, Decimal]
"""changed_on, effect, amount."""


@dataclass(frozen=True)
class _Move:
    """A piece that takes effect, or ends."""

    day: date
    is_ending: bool
    piece: Piece

    @property
    def order(self) -> tuple[date, bool, str]:
        """On one day endings first, then by name: what is rounded in order adds up whatever the order."""
        return (self.day, not self.is_ending, self.piece.name)

    @property
    def sign(self) -> int:
        """Of what it adds to the credit, and takes off the debit."""
        return -1 if self.is_ending else 1


def _moves(pieces: list[Piece]) -> list[_Move]:
    moves = [_Move(piece.effective_on, is_ending=False, piece=piece) for piece in pieces]
    moves += [_Move(piece.reversed_on, is_ending=True, piece=piece) for piece in pieces if piece.reversed_on]
    return sorted(moves, key=lambda move: move.order)


def overdue_changes(item: Item, currency: str) -> Iterator[OverdueChange]:
    """All that moves the overdue part of an item in a reporting currency."""
    if item.part.amount <= 0:
        return
    overdue_from_on = max(item.part.due_on + timedelta(days=1), item.document.posted_on)
    moves = _moves(item.debit_pieces)
    earlier = [move for move in moves if move.day < overdue_from_on]
    open_amount = item.part.amount - sum((move.sign * move.piece.debit_amount for move in earlier), ZERO)
    if open_amount > 0:
        yield overdue_from_on, "newly_overdue", item.reporting(currency, open_amount)
    for move in moves:
        if move.day < overdue_from_on:
            continue
        change = -move.sign * move.piece.debit_amount
        before, after = max(open_amount, ZERO), max(open_amount + change, ZERO)
        open_amount += change
        relieved = item.reporting(currency, after) - item.reporting(currency, before)
        # What is paid beyond the item's amount is unapplied: of the credit only its part counts.
        settled = -share(_worth(move, item, currency), after - before, change)
        yield move.day, _effect(move.piece), settled
        yield move.day, "fx", relieved - settled


def _effect(piece: Piece) -> str:
    if piece.credit.kind in CASH:
        return "collected"
    return {"credit_note": "credited", "write_off": "written_off"}.get(piece.credit.kind, "adjusted")


def _worth(move: _Move, item: Item, currency: str) -> Decimal:
    """What the move uses of its credit, at the credit's own rate: the change of what is open of it."""
    credit = item.credits[move.piece.credit]
    open_amount = credit.part.amount
    for other in _moves(credit.credit_pieces):
        before = open_amount
        open_amount += other.sign * other.piece.credit_amount
        if other == move:
            return credit.reporting(currency, open_amount) - credit.reporting(currency, before)
    raise AssertionError("a move of a credit is among its own moves")
