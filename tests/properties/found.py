"""Companies on which marts and oracle once differed, as small as they went: what was found stays found."""

from __future__ import annotations

from datetime import date

from tests.models.documents import Entity, allocation, bounce, dispute, invoice, payment, rate, schedule
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
    # What ends, begins, is due or comes on the as-of day itself, and the day after; two disputes at once.
    Entity(
        entity_id="ON-THE-DAY",
        documents=(
            invoice("I0", "100.00", "2026-01-05", "2026-02-04"),
            invoice("I1", "100.00", "2026-01-05", "2026-02-03"),
            invoice("I2", "100.00", "2026-02-04", "2026-02-04"),
            payment("P0", "100.00", "2026-01-20"),
            allocation("P0", "I0", "30.00", allocation_id="1", reversed_on="2026-02-04"),
            allocation("P0", "I0", "20.00", allocation_id="2", reversed_on="2026-02-05"),
            allocation("P0", "I1", "10.00", "2026-02-04", allocation_id="3"),
            allocation("P0", "I1", "10.00", "2026-02-05", allocation_id="4"),
            dispute("1", "I0", "2026-01-10", "2026-02-04", amount="5.00"),
            dispute("2", "I0", "2026-01-10", "2026-02-05", amount="6.00"),
            dispute("3", "I1", "2026-02-04", amount="7.00"),
            dispute("4", "I1", "2026-01-15", amount="8.00"),
        ),
    ),
    # Disputes in either order of rows lie on the oldest due part, whatever its number.
    Entity(
        entity_id="DISPUTED-PARTS",
        documents=(
            invoice("I0", "100.00", "2026-01-05", "2026-02-04"),
            *schedule("I0", ("2026-03-01", "40.00"), ("2026-01-20", "60.00")),
            dispute("2", "I0", "2026-01-20", amount="30.00"),
            dispute("1", "I0", "2026-01-10", "2026-01-28", amount="20.00"),
            invoice("I1", "100.00", "2026-01-05", "2026-02-04"),
            dispute("3", "I1", "2026-01-10", "2026-01-28"),
            dispute("4", "I1", "2026-01-20", "2026-02-01", amount="20.00"),
        ),
    ),
    # Taken back on its own day: what is in effect first, then of the day's own the last first.
    Entity(
        entity_id="OWN-DAY",
        documents=(
            invoice("I0", "100.00", "2026-01-05"),
            *schedule("I0", ("2026-01-20", "40.00"), ("2026-02-20", "60.00"), ("2026-03-20", "0.00")),
            payment("P0", "100.00", "2026-01-10"),
            allocation("P0", "I0", "20.00", "2026-01-12", allocation_id="1", instalment_no="2"),
            allocation("P0", "I0", "25.00", "2026-01-20", allocation_id="2", instalment_no="1"),
            allocation("P0", "I0", "30.00", "2026-01-20", allocation_id="3", reversed_on="2026-01-25"),
            allocation("P0", "I0", "-60.00", "2026-01-20", allocation_id="0"),
        ),
    ),
    # Booked before it was received: it took no time before its receipt.
    Entity(
        entity_id="BOOKED-FIRST",
        allocation_policy="fifo",
        documents=(
            invoice("I0", "12.50", "2025-11-01", "2025-12-01"),
            payment("P0", "99.99", "2025-11-03", posted_on="2025-11-02"),
        ),
    ),
    # A number that documents of several kinds share.
    Entity(
        entity_id="ONE-NUMBER",
        documents=(
            invoice("S", "100.00", "2026-01-12", "2026-02-04"),
            invoice("S", "50.00", "2026-01-05", "2026-01-20", document_type="debit_note"),
            invoice("S", "30.00", "2026-01-05", "2026-01-20", document_type="adjustment"),
            *schedule("S", ("2026-01-15", "20.00"), ("2026-01-25", "30.00")),
            dispute("1", "S", "2026-01-10"),
            payment("S", "40.00", "2026-01-20"),
            payment("S", "60.00", "2026-01-10", payment_type="deposit"),
            bounce("B", "10.00", "2026-01-30", "S"),
            allocation("S", "S", "15.00", allocation_id="1"),
            allocation("S", "S", "25.00", allocation_id="2", credit_kind="deposit", debit_kind="debit_note"),
        ),
    ),
    # One row an invoice: paid in advance, given back with and without its sign, on an unknown day.
    Entity(
        entity_id="SETTLED",
        allocation_policy="",
        documents=(
            invoice("I0", "100.00", "2026-01-05", "2026-02-04", settled_on="2026-01-02", paid_amount="70.00"),
            invoice("I1", "100.00", "2026-01-05", "2026-02-04", open_amount="33.33"),
            invoice(
                "C0", "-30.00", "2026-01-05", document_type="credit_note", settled_on="2026-01-20", paid_amount="20"
            ),
            invoice(
                "C1", "-30.00", "2026-01-05", document_type="credit_note", settled_on="2026-01-20", paid_amount="-20"
            ),
            allocation("C0", "I1", "15.00", "2026-01-20", allocation_id="t"),
        ),
    ),
    # Parts that are not due in the order of their numbers: what ends, ends from the last number backwards.
    Entity(
        entity_id="NUMBERED-OTHERWISE",
        base_currency="USD",
        documents=(
            invoice("I0", "12.50", "2025-11-10", "2025-12-10"),
            *schedule("I0", ("2025-11-18", "3.00"), ("2025-11-10", "0.66"), ("2025-11-04", "8.84")),
            payment("P1", "1000.00", "2025-11-13", payment_type="deposit"),
            allocation("P1", "I0", "250.10", allocation_id="Z4"),
            allocation("P1", "I0", "-40.00", "2025-11-16", allocation_id="-2"),
        ),
    ),
    # The same across currencies: the credit's side is settled for the whole allocation before it is spread.
    Entity(
        entity_id="CENTS-OF-A-SCHEDULE",
        base_currency="USD",
        documents=(
            invoice("I0", "12.50", "2025-11-10", "2025-12-10"),
            *schedule("I0", ("2025-11-18", "3.00"), ("2025-11-10", "0.66"), ("2025-11-04", "8.84")),
            payment("P1", "100.00", "2025-11-13", payment_type="deposit", currency="EUR"),
            allocation("P1", "I0", "250.10", allocation_id="Z4", credit_amount="12.50"),
            allocation("P1", "I0", "-40.00", "2025-11-16", allocation_id="-2", credit_amount="-40.00"),
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
