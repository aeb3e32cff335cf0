"""Allocations where the source states them: every credit and every day in order (rulings 1, 3, 5, 6 and 8)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from tests.oracle.documents import Document, StatedAllocation
from tests.oracle.money import ZERO, running_shares, share


@dataclass(eq=False)
class Piece:
    """What of an allocation lies on one instalment, from its day to the day it ended, if it did."""

    allocation_id: str
    credit: Document
    debit: Document
    instalment_no: int
    credit_amount: Decimal
    debit_amount: Decimal
    effective_on: date
    reversed_on: date | None = None
    name: str = ""
    """Its own name: an allocation that is split or ends in parts is several pieces, the later ones numbered."""

    def is_in_effect(self, day: date) -> bool:
        """Whether it is in effect at the end of ``day``."""
        return self.effective_on <= day and (self.reversed_on is None or self.reversed_on > day)

    @property
    def lateness_order(self) -> tuple[date, str, int]:
        """The greatest is the latest (ruling 5)."""
        return (self.effective_on, self.allocation_id, self.instalment_no)


def name_pieces(pieces: Iterable[Piece]) -> None:
    """Number the pieces of one allocation: by instalment, what stands first, then by the day it ended and amount."""
    allocations: dict[tuple[str, str, Document], list[Piece]] = defaultdict(list)
    for piece in pieces:
        allocations[piece.credit.entity_id, piece.allocation_id, piece.debit].append(piece)
    for parts in allocations.values():
        parts.sort(key=lambda part: (part.instalment_no, part.reversed_on or date.min, part.debit_amount))
        for number, part in enumerate(parts, start=1):
            part.name = part.allocation_id if number == 1 else f"{part.allocation_id}#{number}"


def _latest_first(pieces: Iterable[Piece]) -> list[list[Piece]]:
    """Allocation by allocation, each with its pieces, the last instalment first (ruling 5)."""
    allocations: dict[str, list[Piece]] = defaultdict(list)
    for piece in sorted(pieces, key=lambda piece: piece.lateness_order, reverse=True):
        allocations[piece.allocation_id].append(piece)
    return list(allocations.values())


def _sums(pieces: Iterable[Piece]) -> tuple[Decimal, Decimal]:
    """Of several pieces the amount in the debit's currency and in the credit's."""
    listed = list(pieces)
    return sum((piece.debit_amount for piece in listed), ZERO), sum((piece.credit_amount for piece in listed), ZERO)


class Replay:
    """The allocations of one `stated` entity, day after day: endings, then allocations, then bounces."""

    def __init__(self, documents: Iterable[Document], stated: Iterable[StatedAllocation], as_of: date) -> None:
        self.pieces: list[Piece] = []
        self._stated = {row.allocation_id: row for row in stated}
        self._to_come: dict[date, list[StatedAllocation]] = defaultdict(list)
        self._take_backs: dict[date, list[StatedAllocation]] = defaultdict(list)
        self._bounces: dict[date, list[Document]] = defaultdict(list)
        days: set[date] = set()
        for row in self._stated.values():
            if row.amount < 0:
                self._take_backs[row.effective_on].append(row)
            elif row.reversed_on is None or row.reversed_on > row.effective_on:
                self._to_come[row.effective_on].append(row)
                days |= {row.reversed_on} if row.reversed_on else set()
            days.add(row.effective_on)
        for document in documents:
            if document.original and document.original.currency == document.currency:
                day = max(document.posted_on, document.original.posted_on)
                self._bounces[day].append(document)
                days.add(day)
        for day in sorted(day for day in days if day <= as_of):
            self._play(day)

    def _play(self, day: date) -> None:
        self._take_all_back(day)
        ended = []
        for piece in self._in_effect():
            stated = self._stated.get(piece.allocation_id)
            if stated and stated.reversed_on == day:
                piece.reversed_on = day
                ended.append(piece)
        for piece in ended:
            self._spread(piece, day)
        for row in sorted(self._to_come[day], key=lambda row: row.allocation_id):
            if row.amount > 0 and row.credit_amount <= self._free(row.credit):
                self._allocate(row)
        for document in sorted(self._bounces[day], key=lambda document: document.document_id):
            self._bounce(document, day)

    def _in_effect(self) -> list[Piece]:
        return [piece for piece in self.pieces if piece.reversed_on is None]

    def _free(self, credit: Document) -> Decimal:
        used = sum((piece.credit_amount for piece in self._in_effect() if piece.credit is credit), ZERO)
        return -credit.amount - used

    def _take_all_back(self, day: date) -> None:
        """Ruling 8: what is in effect between the two, latest first; then what the day brings, the last first too."""
        waiting: dict[tuple[Document, Document], Decimal] = defaultdict(lambda: ZERO)
        for row in sorted(self._take_backs[day], key=lambda row: row.allocation_id):
            waiting[row.credit, row.debit] += self._take_back(row, day)
        coming: list[StatedAllocation] = []
        for other in sorted(self._to_come[day], key=lambda other: other.allocation_id, reverse=True):
            part = min(waiting[other.credit, other.debit], other.amount)
            waiting[other.credit, other.debit] -= part
            kept = other.amount - part
            coming.append(replace(other, amount=kept, credit_amount=share(other.credit_amount, kept, other.amount)))
        self._to_come[day] = coming

    def _take_back(self, row: StatedAllocation, day: date) -> Decimal:
        """Take back what is in effect by the day before, and give what was not found."""
        rest = -row.amount
        pieces = [piece for piece in self._in_effect() if piece.credit is row.credit and piece.debit is row.debit]
        for whole in _latest_first(pieces):
            debit_amount, credit_amount = _sums(whole)
            part = min(rest, debit_amount)
            self._end(whole, part, share(credit_amount, part, debit_amount), day)
            rest -= part
        return rest

    def _end(self, whole: list[Piece], debit_part: Decimal, credit_part: Decimal, day: date) -> None:
        """End a part of an allocation, the last instalment first; what is left of it stands as before."""
        if debit_part <= 0:
            return
        rest, credit_rest = debit_part, credit_part
        for piece in whole:
            part = min(rest, piece.debit_amount)
            rest -= part
            if part == 0:
                continue
            # What leaves a piece wholly takes its cents along; the cents are set right when they are spread.
            credit = piece.credit_amount if part == piece.debit_amount and rest else credit_rest
            credit_rest -= credit
            ended = Piece(
                piece.allocation_id,
                piece.credit,
                piece.debit,
                piece.instalment_no,
                credit,
                part,
                piece.effective_on,
                day,
            )
            piece.debit_amount -= part
            piece.credit_amount -= credit
            self.pieces.append(ended)
        first = whole[0]
        # A piece that ended whole has nothing left; cents that its share lacks are in what stays of the others.
        over = sum((piece.credit_amount for piece in whole if piece.debit_amount == 0), ZERO)
        self.pieces = [piece for piece in self.pieces if piece.debit_amount != 0]
        left = [piece for piece in whole if piece.debit_amount != 0]
        if left:
            left[0].credit_amount += over
        self._spread(first, None)
        self._spread(first, day)

    def _spread(self, one: Piece, reversed_on: date | None) -> None:
        """Payments know nothing of schedules: of what ended on a day, or stands, the credit goes by running shares."""
        parts = [part.instalment_no for part in one.debit.parts_oldest_due_first]
        pieces = [
            piece
            for piece in self.pieces
            if piece.allocation_id == one.allocation_id
            and piece.credit is one.credit
            and piece.debit is one.debit
            and piece.reversed_on == reversed_on
        ]
        if len(parts) < 2 or not pieces:
            return
        pieces.sort(key=lambda piece: (parts.index(piece.instalment_no), piece.debit_amount))
        shares = running_shares(_sums(pieces)[1], [piece.debit_amount for piece in pieces])
        for piece, credit_amount in zip(pieces, shares, strict=True):
            piece.credit_amount = credit_amount

    def _allocate(self, row: StatedAllocation) -> None:
        """Ruling 6: where it is named to, else the oldest due first; beyond the schedule on the last."""
        parts = row.debit.parts_oldest_due_first
        taken: dict[int, Decimal] = {}
        rest = row.amount
        if row.instalment_no in {part.instalment_no for part in parts} and row.instalment_no is not None:
            taken[row.instalment_no], rest = rest, ZERO
        for part in parts:
            filled = min(rest, max(self._open(row.debit, part.instalment_no, part.amount), ZERO))
            if filled > 0:
                taken[part.instalment_no] = filled
                rest -= filled
        if rest > 0:
            last = parts[-1].instalment_no
            taken[last] = taken.get(last, ZERO) + rest
        amounts = list(taken.values())
        for (number, amount), credit_amount in zip(
            taken.items(), running_shares(row.credit_amount, amounts), strict=True
        ):
            self.pieces.append(
                Piece(row.allocation_id, row.credit, row.debit, number, credit_amount, amount, row.effective_on)
            )

    def _open(self, debit: Document, instalment_no: int, amount: Decimal) -> Decimal:
        settled = (
            piece.debit_amount
            for piece in self._in_effect()
            if piece.debit is debit and piece.instalment_no == instalment_no
        )
        return amount - sum(settled, ZERO)

    def _bounce(self, bounce: Document, day: date) -> None:
        """Take back the payment's allocations, the latest first, up to the bounce, and clear it against the payment."""
        payment = bounce.original
        assert payment is not None
        rest = bounce.amount
        # What cleared an earlier bounce is no row of the source and stays.
        pieces = [
            piece for piece in self._in_effect() if piece.credit is payment and piece.allocation_id in self._stated
        ]
        for whole in _latest_first(pieces):
            debit_amount, credit_amount = _sums(whole)
            part = min(rest, credit_amount)
            self._end(whole, share(debit_amount, part, credit_amount), part, day)
            rest -= part
        cleared = min(bounce.amount, self._free(payment))
        if cleared > 0:
            self.pieces.append(Piece(f"bounce:{bounce.document_id}", payment, bounce, 1, cleared, cleared, day))
