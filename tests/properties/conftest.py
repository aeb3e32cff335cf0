"""The models compiled once for all properties, and the profile of Hypothesis they are tried with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest
from hypothesis import HealthCheck, Phase, settings

from tests.models.compiled import Compiled, Warehouse
from tests.oracle import Oracle
from tests.properties.agreement import COMPARED, Difference, differences
from tests.properties.companies import World
from tests.properties.further import COMPARED_FURTHER, further_differences
from tests.properties.smaller import smallest, told

settings.register_profile(
    "encours",
    # The same companies on each run and machine; what is found is made smaller row by row, not draw by draw.
    derandomize=True,
    database=None,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=tuple(HealthCheck),
    print_blob=False,
)
settings.load_profile("encours")

Agree = Callable[[World], None]


@pytest.fixture(scope="session")
def agree(compiled: Compiled) -> Agree:
    """``agree(world)``: marts and oracle say the same of a world; else the smallest company on which they do not."""

    return _agreeing(compiled, COMPARED, differences)


@pytest.fixture(scope="session")
def agree_further(compiled: Compiled) -> Agree:
    """The same of the marts that are made of those."""
    return _agreeing(compiled, (*COMPARED, *COMPARED_FURTHER), further_differences)


def _agreeing(
    compiled: Compiled, marts: Sequence[str], compare: Callable[[Warehouse, Oracle], Iterator[Difference]]
) -> Agree:
    def found(world: World) -> list[Difference]:
        tables = world.tables
        with Warehouse(compiled, tables, world.as_of) as warehouse:
            return list(compare(warehouse.make(*marts), Oracle(tables, world.as_of)))

    def check(world: World) -> None:
        differing = found(world)
        if not differing:
            return
        first = next((each for each in differing if each.entity_id != "*"), differing[0])

        def still(smaller: World) -> set[str]:
            return {
                each.entity_id
                for each in found(smaller)
                if (each.mart, each.column, each.entity_id == "*") == (first.mart, first.column, first.entity_id == "*")
            }

        alone = world if first.entity_id == "*" else smallest(world, first.entity_id, still)
        said = "\n".join(map(str, found(alone)[:12]))
        pytest.fail(f"{len(differing)} differences, on one company:\n{told(alone)}\n{said}", pytrace=False)

    return check
