"""Allocations where the source says nothing: oldest first, per entity, customer and currency (metrics 1, ruling 4)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from tests.oracle.documents import Document, Part
from tests.oracle.ledger import Piece


def oldest_first(documents: Iterable[Document]) -> list[Piece]:
    """Two queues a customer and currency, emptied against each other from the front."""
    queues: dict[tuple[str, str, str], list[Document]] = defaultdict(list)
    for document in documents:
        queues[document.entity_id, document.customer_id, document.currency].append(document)
    return [piece for queue in queues.values() for piece in _match(queue)]


def _match(documents: list[Document]) -> list[Piece]:
    debits = sorted(
        ((document, part) for document in documents if document.amount > 0 for part in document.parts),
        key=_debit_order,
    )
    credits = sorted(
        (document for document in documents if document.amount < 0),
        key=lambda document: (document.posted_on, document.document_id),
    )
    left = [part.amount for _, part in debits]
    pieces: list[Piece] = []
    front = 0
    for credit in credits:
        free = -credit.amount
        while free > 0 and front < len(debits):
            debit, part = debits[front]
            amount: Decimal = min(free, left[front])
            if amount > 0:
                name = f"fifo:{credit.document_id}:{debit.document_id}:{part.instalment_no}"
                effective_on = max(credit.posted_on, debit.posted_on)
                pieces.append(Piece(name, credit, debit, part.instalment_no, amount, amount, effective_on))
            free -= amount
            left[front] -= amount
            if left[front] == 0:
                front += 1
    return pieces


def _debit_order(debit: tuple[Document, Part]) -> tuple[date, date, str, int]:
    document, part = debit
    return (document.posted_on, part.due_on, document.document_id, part.instalment_no)
