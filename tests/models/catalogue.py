"""All entities of the common warehouse: the cases, and two companies drawn at random."""

from __future__ import annotations

from tests.models.case import Case
from tests.models.documents import Entity
from tests.models.drawn.company import company
from tests.models.golden.cases import GOLDEN_CASES
from tests.models.published.collection import COLLECTION_CASES
from tests.models.rulings.cases import RULING_CASES
from tests.models.rulings.conventions import CONVENTION_CASES

ALL_CASES: tuple[Case, ...] = (*GOLDEN_CASES, *COLLECTION_CASES, *RULING_CASES, *CONVENTION_CASES)

ALL_ENTITIES: tuple[Entity, ...] = (
    *ALL_CASES,
    company("DRAWN-STATED", "stated"),
    company("DRAWN-FIFO", "fifo"),
)
