"""All cases of the common warehouse, and the day it is built for."""

from __future__ import annotations

from tests.models.case import Case
from tests.models.golden.cases import GOLDEN_CASES
from tests.models.published.collection import COLLECTION_CASES

AS_OF = "2026-08-12"
"""A Wednesday within a month, later than any case's own day."""

ALL_CASES: tuple[Case, ...] = (*GOLDEN_CASES, *COLLECTION_CASES)
