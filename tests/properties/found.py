"""Companies on which marts and oracle once differed, as small as they went: what was found stays found."""

from __future__ import annotations

from datetime import date

from tests.models.documents import Entity, allocation, bounce, invoice, payment, rate, schedule
from tests.properties.companies import World

_ENTITIES = (
    # A bounce in another currency than its payment took the payment's amount for its own.
    Entity(
        entity_id="OTHER-CURRENCY",
        documents=(
            payment("P0", "250.10", "2026-01-18", currency="USD"),
            bounce("B0", "99.99", "2025-12-17", "P0"),
            payment("P1", "40.00", "2025-11-09", currency="USD"),
            bounce("B1", "5.00", "2025-11-09", "P1"),
        ),
    ),
    # The bill is received when it matures, after it bounced: the bounce keeps the day it came on.
    Entity(
        entity_id="BOUNCED-BILL",
        allocation_policy="fifo",
        documents=(
            payment("P1", "99.99", "2025-11-28", customer="A", payment_type="deposit", matures_on="2025-12-18"),
            invoice("C0", "-12.50", "2025-11-28", "2025-12-02", customer="B", document_type="opening"),
            bounce("B0", "5.00", "2025-11-29", "P1", customer="B"),
        ),
    ),
    Entity(
        entity_id="BOUNCE-FIRST",
        allocation_policy="fifo",
        documents=(
            payment("P0", "12.50", "2025-10-28", payment_type="deposit"),
            payment("R0", "250.10", "2025-10-27", payment_type="refund"),
            bounce("B0", "100.00", "2025-10-27", "P0"),
        ),
    ),
    # The last instalment by its due day takes the rest of what rounding leaves, not the last by its number.
    Entity(
        entity_id="LAST-PART",
        documents=(
            invoice("I0", "5.00", "2025-10-31", currency="GBP"),
            *schedule("I0", ("2025-11-01", "1.01"), ("2025-11-01", "0.88"), ("2025-10-30", "3.11")),
        ),
    ),
    # More than the credit, taken back in part on a later day.
    Entity(
        entity_id="TAKEN-BACK",
        allocation_policy="",
        documents=(
            invoice("C0", "-12.50", "2025-12-09", "2025-12-12", document_type="opening"),
            payment("R0", "5.00", "2025-11-21", payment_type="refund"),
            allocation("C0", "R0", "250.10", allocation_id="1"),
            allocation("C0", "R0", "5.00", allocation_id="2"),
            allocation("C0", "R0", "-100.00", "2025-12-11", allocation_id="3"),
        ),
    ),
    Entity(entity_id="IN-POUNDS", base_currency="GBP", documents=(invoice("I0", "33.33", "2025-10-31"),)),
)

FOUND = World(
    _ENTITIES,
    tuple(
        rate(f"{month}-{day:02}", one, other, value)
        for month, last in (("2025-10", 31), ("2025-11", 30), ("2025-12", 31), ("2026-01", 31))
        for day in range(1, last + 1)
        for one, other, value in (("EUR", "USD", "1.07"), ("GBP", "EUR", "1.5"))
    ),
    date(2026, 2, 4),
)
"""All of them, in one world."""
