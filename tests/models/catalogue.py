"""All entities of the common warehouse: the cases, and two companies drawn at random."""

from __future__ import annotations

from tests.models.case import Case
from tests.models.documents import Entity, Extracts, after_t
from tests.models.drawn.company import company
from tests.models.golden.cases import GOLDEN_CASES
from tests.models.published.collection import COLLECTION_CASES
from tests.models.rulings.ages import AGES_AND_COSTS
from tests.models.rulings.cases import RULING_CASES
from tests.models.rulings.conventions import CONVENTION_CASES

ALL_CASES: tuple[Case, ...] = (*GOLDEN_CASES, *COLLECTION_CASES, *RULING_CASES, *CONVENTION_CASES, *AGES_AND_COSTS)

ALL_ENTITIES: tuple[Entity, ...] = (
    *ALL_CASES,
    company("DRAWN-STATED", "stated"),
    company("DRAWN-FIFO", "fifo"),
)

LATE_ARRIVALS = Extracts(
    {
        # Back-dated before T: money for A08's invoice, and more in A20's payment than was first known.
        "payments": [
            {
                "entity_id": "A08",
                "payment_id": "LATE",
                "customer_id": "A08",
                "received_on": after_t(-10),
                "amount": "100.00",
                "payment_type": "payment",
            },
            {
                "entity_id": "A20",
                "payment_id": "P",
                "customer_id": "A20",
                "received_on": after_t(-3),
                "amount": "700.00",
                "payment_type": "payment",
            },
        ],
        "allocations": [
            {
                "entity_id": "A08",
                "allocation_id": "A08:LATE",
                "credit_id": "LATE",
                "debit_id": "I",
                "amount": "100.00",
            },
        ],
    }
)
"""What a second load brings, after the warehouse of all entities was built."""
