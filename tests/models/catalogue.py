"""All cases of the common warehouse."""

from __future__ import annotations

from tests.models.case import Case
from tests.models.golden.cases import GOLDEN_CASES
from tests.models.published.collection import COLLECTION_CASES
from tests.models.rulings.cases import RULING_CASES
from tests.models.rulings.conventions import CONVENTION_CASES

ALL_CASES: tuple[Case, ...] = (*GOLDEN_CASES, *COLLECTION_CASES, *RULING_CASES, *CONVENTION_CASES)
