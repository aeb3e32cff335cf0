"""A company on which marts and oracle differ, made as small as it goes: rows left out while they still differ.

All attempts of one round are companies of one world beside each other, so that a round is one run of the models.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from tests.models.documents import Entity, Row
from tests.properties.companies import World

Differing = Callable[[World], set[str]]
"""The ids of the entities on which the two differ."""


def smallest(world: World, entity_id: str, differing: Differing) -> World:
    """A world of one company, as few of its rows and columns as go, on which they still differ."""
    (entity,) = (each for each in world.entities if each.entity_id == entity_id)
    alone = replace(world, entities=(entity, *_idle(world)))
    if not differing(alone):
        return world  # it takes the others to differ
    while smaller := _smaller(alone, differing):
        alone = smaller
    return alone


def _idle(world: World) -> tuple[Entity, ...]:
    """An entity without documents for each currency that books are kept in: what is reported in hangs on them."""
    currencies = sorted({entity.base_currency for entity in world.entities})
    return tuple(Entity(entity_id=f"IDLE-{each}", base_currency=each, documents=()) for each in currencies)


def _smaller(world: World, differing: Differing) -> World | None:
    """The world without some of its rows or columns; none where each is needed."""
    entity, *idle = world.entities
    rows = entity.documents
    attempts: list[Sequence[Row]] = []
    size = max(len(rows) // 2, 1)
    while size:
        attempts += [(*rows[:start], *rows[start + size :]) for start in range(0, len(rows), size)]
        size //= 2
    for place, row in enumerate(rows):
        for name in row.values:
            if name not in _NEEDED:
                less = Row(row.table, {k: v for k, v in row.values.items() if k != name}, row.customer)
                attempts.append((*rows[:place], less, *rows[place + 1 :]))
    for start in range(0, len(attempts), 40):
        some = attempts[start : start + 40]
        copies = [replace(entity, entity_id=f"T{number:03}", documents=tuple(each)) for number, each in enumerate(some)]
        found = differing(replace(world, entities=(*(each for each in copies if _has_documents(each)), *idle)))
        for copy in copies:
            if copy.entity_id in found:
                return replace(world, entities=(replace(copy, entity_id=entity.entity_id), *idle))
    return None


_NEEDED = {
    "invoice_id",
    "payment_id",
    "allocation_id",
    "dispute_id",
    "instalment_no",
    "amount",
    "posted_on",
    "received_on",
    "opened_on",
    "credit_id",
    "debit_id",
    "document_type",
    "payment_type",
    "due_on",
    "measure",
    "period_on",
    "balance_on",
    "item_id",
    "from_on",
    "explanation",
}


def _has_documents(entity: Entity) -> bool:
    return any(row.table in ("invoices", "payments") for row in entity.documents)


def told(world: World) -> str:
    """A world of a company as one would write it down."""
    lines = [f"as of {world.as_of}"]
    for entity in filter(_has_documents, world.entities):
        policy = entity.allocation_policy or "no policy"
        lines.append(f"{entity.entity_id}: {policy}, books in {entity.base_currency}")
        lines += [f"  {row.table} {row.customer} {dict(row.values)}" for row in entity.documents]
    return "\n".join(lines)
