"""One warehouse with every case as an entity: loaded once, built once; and once more as of T."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Literal

import pytest

from tests.models.books import Books
from tests.models.catalogue import ALL_ENTITIES, LATE_ARRIVALS
from tests.models.documents import AS_OF, WORLD_RATES, Extracts, T

RunEncours = Callable[..., CompletedProcess[str]]
Encours = Callable[..., str]

LATE_MAPPING = Path(__file__).parents[2] / "sample" / "late_arrivals.yml"
"""Reads files as new and changed rows, not as the whole picture."""

TESTS_LEFT_OUT = {"data": "unit_test", "none": "unit_test test"}


@pytest.fixture(scope="session")
def encours(run_encours: RunEncours) -> Encours:
    """``encours(home, *arguments, tests=…)``: the command run in a home; it must succeed. Returns what it said.

    A build runs the tests that look at its rows (``data``), or none. dbt's unit tests bring rows of their own, and
    are run once, where the sample is built.
    """

    def run(home: Path, *arguments: object, tests: Literal["data", "none"] = "none") -> str:
        done = run_encours(arguments, home, environment={"DBT_EXCLUDE_RESOURCE_TYPES": TESTS_LEFT_OUT[tests]})
        assert done.returncode == 0, f"encours {' '.join(map(str, arguments))}:\n{done.stdout}\n{done.stderr}"
        return done.stdout

    return run


@pytest.fixture(scope="session")
def cases_home(tmp_path_factory: pytest.TempPathFactory, encours: Encours, run_encours: RunEncours) -> Path:
    """An ENCOURS_HOME in which each case is an entity, loaded in one go and built as of ``AS_OF``.

    After that build more was loaded, which a build of today would know and one of past knowledge must not.

    Whether the build passed its own tests is a test of its own (`test_the_build_of_all_cases_passes`): one that
    fails must not hide what the marts say.
    """
    home = tmp_path_factory.mktemp("cases")
    extracts = Extracts()
    for entity in ALL_ENTITIES:
        extracts.add(entity)
    extracts.add_rates(WORLD_RATES, until=AS_OF)
    extracts.write(home / "extracts")
    encours(home, "load", home / "extracts", "--as-of", AS_OF)
    done = run_encours(["build"], home, environment={"DBT_EXCLUDE_RESOURCE_TYPES": TESTS_LEFT_OUT["data"]})
    (home / "build.txt").write_text(f"exit status {done.returncode}\n{done.stdout}\n{done.stderr}")
    LATE_ARRIVALS.write(home / "late")
    encours(home, "load", home / "late", "--source", LATE_MAPPING, "--as-of", AS_OF)
    return home


@pytest.fixture(scope="session")
def books(cases_home: Path) -> Books:
    """The marts of the common warehouse, which answer for any day up to ``AS_OF``."""
    return Books(cases_home / "build" / "encours.duckdb")


@pytest.fixture(scope="session")
def books_at_t(cases_home: Path, encours: Encours) -> Books:
    """The marts of a build of the same warehouse as of T, as it was known before the late arrivals."""
    encours(cases_home, "build", "--as-of", T, "--known-at", 1)
    (path,) = (cases_home / "build" / "past").glob(f"as_of_{T:%Y_%m_%d}_*.duckdb")
    return Books(path)
