"""Broken files and mappings by the hundred: refused in words, or every row and amount accounted for; never a hang.

The examples are the same on each run and machine. `make long CHECK=broken_for_ten_minutes` draws others, ten minutes
long.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import count, cycle

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.ingest.broken import examples, mappings

BREAK: dict[str, Callable[[st.DataObject], None]] = {**examples.FORMATS, "mapping": mappings.mapping}
EXAMPLES = {
    "delimited": 20,
    "fec": 6,
    "fixed": 8,
    "blocks": 8,
    "packed": 12,
    "workbook": 8,
    "parquet": 10,
    "json_lines": 8,
    "xml": 10,
    "mapping": 30,
}
"""How many of each are tried on each push: some thirty seconds in all."""
LONG_SECONDS = 600
PART = 40
"""Examples of one kind between two of another."""


def tried(kind: str, examples_count: int, *, number: int | None) -> Callable[[], None]:
    """The property of one kind of file, with ``number`` as its seed; without one the same examples each time."""

    @settings(
        max_examples=examples_count,
        derandomize=number is None,
        database=None,
        deadline=None,
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    @given(data=st.data())
    def holds(data: st.DataObject) -> None:
        BREAK[kind](data)

    return holds if number is None else seed(number)(holds)


@pytest.mark.parametrize("kind", BREAK)
def test_whatever_is_broken_is_refused_or_accounted_for(kind: str) -> None:
    tried(kind, EXAMPLES[kind], number=None)()


@pytest.mark.long
def test_broken_for_ten_minutes() -> None:
    """Part by part, each with a seed of its own: its number, which is printed."""
    ends = time.monotonic() + LONG_SECONDS
    for number, kind in zip(count(), cycle(BREAK)):
        if time.monotonic() > ends:
            return
        print(f"{kind}: seed {number}")
        tried(kind, PART, number=number)()
