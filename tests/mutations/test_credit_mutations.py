"""A wrong rule of credit is noticed by a unit test of its own model."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
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
    models = sorted({mutant.file.rpartition("/")[2].removesuffix(".sql") for mutant in CREDIT_MUTANTS})
    done = _unit_tests(project, build_file, *models)
    assert done.returncode == 0, f"the tests find fault with the right rules:\n{done.stdout}"
    survivors = []
    for mutant in CREDIT_MUTANTS:
        path = project / mutant.file
        right = path.read_text(encoding="utf-8")
        path.write_text(right.replace(mutant.old, mutant.new), encoding="utf-8")
        done = _unit_tests(project, build_file, path.stem)
        path.write_text(right, encoding="utf-8")
        assert done.returncode in (0, 1), done.stdout + done.stderr
        print(f"{mutant.name}: {'a unit test' if done.returncode else 'NOT CAUGHT'}", flush=True)
        if done.returncode == 0:
            survivors.append(mutant.name)
    print(f"{len(CREDIT_MUTANTS) - len(survivors)} of {len(CREDIT_MUTANTS)} caught")
    assert len(survivors) <= (1 - CAUGHT) * len(CREDIT_MUTANTS), "\n".join(survivors)


def _unit_tests(project: Path, build_file: Path, *models: str) -> subprocess.CompletedProcess[str]:
    selected = [f"test_type:unit,{model}" for model in models]
    return subprocess.run(
        [sys.executable, "-m", "dbt.cli.main", "test", "--quiet", "--no-use-colors", "--select", *selected],
        cwd=project,
        env={**os.environ, "ENCOURS_BUILD_FILE": str(build_file), "DBT_PROFILES_DIR": str(project)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
