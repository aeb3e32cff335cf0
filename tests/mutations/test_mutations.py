"""Wrong rules are noticed: by random companies beside the oracle, by the data tests, or by a written case."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.models.books import Books
from tests.models.catalogue import ALL_CASES
from tests.models.compiled import PROJECT_ROOT, Compiled, Warehouse
from tests.models.documents import AS_OF, WORLD_RATES, Extracts
from tests.mutations.apply import compile_mutants, with_mutant
from tests.mutations.catalogue import MUTANTS, Mutant
from tests.oracle import Oracle
from tests.properties.agreement import COMPARED, differences
from tests.properties.companies import World, worlds
from tests.properties.found import FOUND

WORLDS = 12
CAUGHT = 0.95
"""The share of mutants that must be caught; docs/mutations.md tells of the others."""


class _Memory(Books):
    """The marts of a warehouse in memory."""

    def __init__(self, warehouse: Warehouse) -> None:
        self.connection = warehouse.connection


def test_the_catalogue_is_large_and_each_mutant_is_another() -> None:
    assert len(MUTANTS) >= 60
    assert len(set(MUTANTS)) == len(MUTANTS)
    assert all(mutant.old != mutant.new for mutant in MUTANTS)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_each_mutant_has_its_place_once(mutant: Mutant) -> None:
    assert (PROJECT_ROOT / mutant.file).read_text(encoding="utf-8").count(mutant.old) == 1


@pytest.mark.long
def test_the_tests_catch_the_mutants(tmp_path: Path) -> None:
    marked = compile_mutants(tmp_path, MUTANTS)
    tried = _worlds()
    oracles = [Oracle(world.tables, world.as_of) for world in tried]
    right = with_mutant(marked, None)
    assert _caught(right, tried, oracles) is None, "the tests find fault with the right rules"
    survivors = []
    for number, mutant in enumerate(MUTANTS):
        by = _caught(with_mutant(marked, number), tried, oracles)
        print(f"{mutant.name}: {by or 'NOT CAUGHT'}", flush=True)
        if by is None:
            survivors.append(mutant.name)
    print(f"{len(MUTANTS) - len(survivors)} of {len(MUTANTS)} caught")
    assert len(survivors) <= (1 - CAUGHT) * len(MUTANTS), "\n".join(survivors)


def _worlds() -> list[World]:
    """What was found before, which tells the most for its size; then the same random companies each time."""
    found: list[World] = []

    @settings(
        max_examples=WORLDS,
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=tuple(HealthCheck),
    )
    @given(world=worlds(16))
    def collect(world: World) -> None:
        found.append(world)

    collect()
    return [FOUND, *sorted(found, key=lambda world: -sum(map(len, world.tables.values())))]


def _caught(compiled: Compiled, tried: list[World], oracles: list[Oracle]) -> str | None:
    """What notices that something is wrong with the rules; none where nothing does."""
    try:
        for world, oracle in zip(tried, oracles, strict=True):
            with Warehouse(compiled, world.tables, world.as_of) as warehouse:
                if next(differences(warehouse.make(*COMPARED), oracle), None):
                    return "the oracle"
        return _by_tests_and_cases(compiled)
    except duckdb.Error:
        return "the engine"


def _by_tests_and_cases(compiled: Compiled) -> str | None:
    extracts = Extracts()
    for case in ALL_CASES:
        extracts.add(case)
    extracts.add_rates(WORLD_RATES, until=AS_OF)
    with Warehouse(compiled, extracts.rows, date.fromisoformat(AS_OF)) as warehouse:
        warehouse.make(*compiled.marts)
        for test in compiled.tests:
            if warehouse.failures(test):
                return f"the data test {test.name}"
        books = _Memory(warehouse)
        for case in ALL_CASES:
            for expectation in case.expected:
                if expectation.seen(books, case.entity_id, case.report_on) != expectation.wanted():
                    return f"the case {case.entity_id}"
    return None
