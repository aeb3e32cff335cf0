"""What is run in memory is what a load and a build by dbt make of the same rows, mart by mart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.models.compiled import Compiled, Warehouse
from tests.oracle import Oracle
from tests.properties.agreement import OF_THE_LOAD, differences
from tests.properties.companies import World, varied

RunEncours = Callable[..., CompletedProcess[str]]


@pytest.fixture(scope="module")
def world() -> World:
    """Sixty companies with some months behind them, and rows of every kind that is drawn."""
    world = varied(60)
    given = {name for name, rows in world.tables.items() if rows}
    assert given >= {"instalments", "allocations", "disputes", "targets", "gl_balances", "gl_reconciling_items"}
    assert len(world.tables["allocations"]) > 60
    return world


@pytest.fixture(scope="module")
def built(world: World, tmp_path_factory: pytest.TempPathFactory, run_encours: RunEncours) -> Path:
    """The file that the command makes of them, each an entity."""
    home = tmp_path_factory.mktemp("companies")
    world.extracts.write(home / "extracts")
    loaded = run_encours(["load", home / "extracts", "--as-of", world.as_of], home)
    assert loaded.returncode == 0, loaded.stderr
    assert "rejected" not in loaded.stdout or " 0 rejected" in loaded.stdout, loaded.stdout
    run = run_encours(["build"], home, environment={"DBT_EXCLUDE_RESOURCE_TYPES": "unit_test"})
    assert run.returncode == 0, run.stdout + run.stderr
    return home / "build" / "encours.duckdb"


def test_memory_and_file_hold_the_same_marts(world: World, built: Path, compiled: Compiled) -> None:
    names = [name for name in compiled.marts if name not in OF_THE_LOAD]
    assert len(names) > 15
    with Warehouse(compiled, world.tables, world.as_of) as warehouse:
        warehouse.make(*names)
        warehouse.connection.execute(f"attach '{built}' as built (read_only)")
        built_marts = {name: f"built.marts.{name}" for name in names}
        # The yardstick is a model that is no SQL: it is left out in memory.
        built_marts["rpt_backtest_scores"] += " where scorer <> 'logistic'"
        differing = {
            name: warehouse.rows(
                f"select count(*) from ("
                f"(select * from marts.{name} except all select * from {there}) union all "
                f"(select * from {there} except all select * from marts.{name}))"
            )
            for name, there in built_marts.items()
        }
    assert {name: rows for name, rows in differing.items() if rows != [(0,)]} == {}


def test_the_yardstick_of_the_back_test_can_be_left_out(compiled: Compiled) -> None:
    """With the variable, as here: the scorers are made without it."""
    assert "int_backtest_logistic" not in compiled.by_name
    scores = compiled.by_name["rpt_backtest_scores"]
    assert not [name for name in scores.needs if "logistic" in name]
    assert "'logistic'" in scores.sql


def test_the_built_file_says_what_the_oracle_says(world: World, built: Path, compiled: Compiled) -> None:
    with Warehouse(compiled, {}, world.as_of) as warehouse:
        warehouse.connection.execute(f"drop schema marts; attach '{built}' as built (read_only); use built")
        assert [str(each) for each in differences(warehouse, Oracle(world.tables, world.as_of))] == []
