"""A wrong rule of credit is noticed by a unit test of its own model."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.models.compiled import PROJECT_ROOT, copy_project
from tests.mutations.catalogue import Mutant
from tests.mutations.credit import CREDIT_MUTANTS

CAUGHT = 0.95
"""The share that must be caught; docs/mutations.md tells of the others."""


@pytest.mark.parametrize("mutant", CREDIT_MUTANTS, ids=lambda mutant: mutant.name)
def test_each_mutant_has_its_place_once(mutant: Mutant) -> None:
    assert mutant.old != mutant.new
    assert (PROJECT_ROOT / mutant.file).read_text(encoding="utf-8").count(mutant.old) == 1


@pytest.mark.long
def test_the_unit_tests_catch_the_credit_mutants(sample_home: Path, tmp_path: Path) -> None:
    project = copy_project(tmp_path / "project")
    # Unit tests ask the built file for the columns of what they replace.
    build_file = Path(shutil.copyfile(sample_home / "build" / "encours.duckdb", tmp_path / "encours.duckdb"))
    models = {mutant: mutant.file.rpartition("/")[2].removesuffix(".sql") for mutant in CREDIT_MUTANTS}
    assert _failing(project, build_file, set(models.values())) == set(), "the tests find fault with the right rules"
    survivors = []
    # A unit test brings its own inputs, so one wrong rule in each of many models are as many trials at once.
    for trials in _one_of_each_model(models):
        right = {mutant: (project / mutant.file).read_text(encoding="utf-8") for mutant in trials}
        for mutant, text in right.items():
            (project / mutant.file).write_text(text.replace(mutant.old, mutant.new), encoding="utf-8")
        failing = _failing(project, build_file, {models[mutant] for mutant in trials})
        for mutant, text in right.items():
            (project / mutant.file).write_text(text, encoding="utf-8")
            caught = models[mutant] in failing
            print(f"{mutant.name}: {'a unit test' if caught else 'NOT CAUGHT'}", flush=True)
            if not caught:
                survivors.append(mutant.name)
    print(f"{len(CREDIT_MUTANTS) - len(survivors)} of {len(CREDIT_MUTANTS)} caught")
    assert len(survivors) <= (1 - CAUGHT) * len(CREDIT_MUTANTS), "\n".join(survivors)


def _one_of_each_model(models: dict[Mutant, str]) -> Iterator[list[Mutant]]:
    left = list(models)
    while left:
        taken = {models[mutant]: mutant for mutant in reversed(left)}
        yield list(taken.values())
        left = [mutant for mutant in left if mutant not in taken.values()]


def _failing(project: Path, build_file: Path, models: set[str]) -> set[str]:
    """The models of which a unit test fails."""
    done = subprocess.run(
        [sys.executable, "-m", "dbt.cli.main", "test", "--quiet", "--no-use-colors", "--select"]
        + [f"test_type:unit,{model}" for model in sorted(models)],
        cwd=project,
        env={**os.environ, "ENCOURS_BUILD_FILE": str(build_file), "DBT_PROFILES_DIR": str(project)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr
    results = json.loads((project / "target" / "run_results.json").read_text(encoding="utf-8"))["results"]
    # unit_test.encours.<model>.<name>
    status = [(result["unique_id"].split("."), result["status"]) for result in results]
    assert models == {parts[2] for parts, _ in status if parts[0] == "unit_test"}, "a model without a unit test"
    broken = [".".join(parts) for parts, said in status if said not in ("pass", "fail", "success")]
    assert not broken, f"what does not run tells nothing: {broken}"
    return {parts[2] for parts, said in status if parts[0] == "unit_test" and said == "fail"}
