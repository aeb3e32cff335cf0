"""A case: the documents of one entity, the day it is looked at, and what must be seen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tests.models.documents import Entity
from tests.models.expectations import Expectation


@dataclass(frozen=True, kw_only=True)
class Case(Entity):
    """An entity of the common warehouse, told as a case."""

    report_on: date
    expected: tuple[Expectation, ...]
    peer_cases: tuple[str, ...] = ()
    """Cases from other systems that it is, where its own name is another."""
    because: str = ""
    """Where our reading is not the one the case came with: which, and why."""
