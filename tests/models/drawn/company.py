"""Customers whose documents are drawn at random, many things on few days: what nobody would think of writing down."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from random import Random

from tests.models.documents import (
    Entity,
    Row,
    T,
    allocation,
    bounce,
    credit_note,
    dispute,
    invoice,
    payment,
    schedule,
)

FIRST_DAY = T - timedelta(days=4)
"""Before T, so that T is a day in the midst of it."""
LAST_DAY = FIRST_DAY + timedelta(days=9)
CUSTOMERS = 200
SMALL_AMOUNTS = ("5.00", "10.00", "12.50", "20.00", "33.33")
"""Of which several fit a document; the other amounts are those of documents, so that they fit exactly, or do not."""


def draw(name: str, customers: int = CUSTOMERS) -> Mapping[str, tuple[Row, ...]]:
    """The documents of each customer of company ``name``; the same name gives the same documents."""
    return {f"{number:03}": _customer(Random(f"{name} {number}"), f"{number:03}") for number in range(customers)}


def company(name: str, allocation_policy: str) -> Entity:
    """The entity that holds all customers of company ``name``."""
    rows = tuple(row for rows in draw(name).values() for row in rows)
    return Entity(entity_id=name, documents=rows, allocation_policy=allocation_policy)


def _customer(random: Random, customer: str) -> tuple[Row, ...]:
    """A handful of documents on six days, so that much falls on one; negative allocations on the days after."""
    rows: list[Row] = []
    debits, credits, cash, scheduled = [], [], [], set()
    for number in range(random.choice((1, 1, 2, 3))):
        debit, amount = f"{customer}-I{number}", _amount(random)
        posted_on = _day(random)
        rows.append(invoice(debit, amount, posted_on, _day(random), customer=customer))
        debits.append(debit)
        if random.random() < 0.6:
            rows += schedule(debit, *_parts(random, amount))
            scheduled.add(debit)
        for row in range(random.choice((0, 0, 0, 1, 2))):
            given = {"amount": _amount(random)} if random.random() < 0.7 else {}
            opened_on, closed_on = sorted((_day(random), _day(random)))
            rows.append(dispute(f"{debit}-{row}", debit, opened_on, random.choice((None, closed_on)), **given))
    for number in range(random.randint(1, 4)):
        credit = f"{customer}-P{number}"
        kind = random.choice(("payment", "payment", "deposit"))
        rows.append(payment(credit, _amount(random), _day(random), customer=customer, payment_type=kind))
        credits.append(credit)
        cash.append(credit)
    for number in range(random.choice((0, 0, 1))):
        rows.append(credit_note(f"{customer}-C{number}", f"-{_amount(random)}", _day(random), customer=customer))
        credits.append(f"{customer}-C{number}")
    for number in range(random.choice((0, 0, 0, 1))):
        rows.append(
            payment(f"{customer}-R{number}", _amount(random), _day(random), customer=customer, payment_type="refund")
        )
        debits.append(f"{customer}-R{number}")
    for number in range(random.choice((0, 1, 1, 2))):
        original = random.choice((*cash, *cash, "UNKNOWN"))
        rows.append(bounce(f"{customer}-B{number}", _amount(random), _day(random), original, customer=customer))
    rows += _allocations(random, customer, credits, debits, scheduled)
    return tuple(rows)


def _allocations(
    random: Random, customer: str, credits: list[str], debits: list[str], scheduled: set[str]
) -> list[Row]:
    """Allocations with ids in no order, too large as often as not; reversed by a day, or by negative ones later on."""
    rows = []
    has_negative = random.random() < 0.3
    for number in range(random.randint(2, 9)):
        debit, credit = random.choice(debits), random.choice((*credits, *credits, *credits, "UNKNOWN"))
        columns = {}
        if not has_negative and random.random() < 0.3:
            columns["reversed_on"] = _day(random)
        if debit in scheduled and random.random() < 0.2:
            columns["instalment_no"] = str(random.randint(1, 2))
        allocation_id = f"{customer}-{random.choice('aZé9')}{number}"
        applied_on = random.choice((None, _day(random)))
        amount = random.choice((_amount(random), *SMALL_AMOUNTS))
        rows.append(allocation(credit, debit, amount, applied_on, allocation_id=allocation_id, **columns))
        if has_negative and random.random() < 0.5:
            later = (FIRST_DAY + timedelta(days=random.randint(6, 9))).isoformat()
            rows.append(allocation(credit, debit, f"-{_amount(random)}", later, allocation_id=f"{allocation_id}-"))
    return rows


def _parts(random: Random, amount: str) -> list[tuple[str, str]]:
    """Two or three instalments that add up to ``amount``, at times due on one day."""
    cents = int(Decimal(amount) * 100)
    cuts = sorted(random.sample(range(1, cents), random.randint(1, 2)))
    shares = [high - low for low, high in zip((0, *cuts), (*cuts, cents), strict=True)]
    return [(_day(random), str(Decimal(share) / 100)) for share in shares]


def _amount(random: Random) -> str:
    return random.choice(("25.00", "50.00", "60.00", "99.99", "100.00"))


def _day(random: Random) -> str:
    return (FIRST_DAY + timedelta(days=random.randint(0, 5))).isoformat()
