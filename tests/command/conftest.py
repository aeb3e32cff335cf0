"""A small company to run the command on: loaded, built and published once, copied for each test that changes it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.command.helpers import output

RunEncours = Callable[..., CompletedProcess[str]]
AS_OF = "2026-03-29"


@pytest.fixture(scope="session")
def extracts(tmp_path_factory: pytest.TempPathFactory, run_encours: RunEncours) -> Path:
    """The extracts of a company of a thousand invoices, as of ``AS_OF``."""
    folder = tmp_path_factory.mktemp("extracts") / "landing"
    done = run_encours(["sample", "--invoices", 1000, "--out", folder], folder.parent)
    assert done.returncode == 0, output(done)
    return folder


@pytest.fixture(scope="session")
def small_home(tmp_path_factory: pytest.TempPathFactory, extracts: Path, run_encours: RunEncours) -> Path:
    """An ENCOURS_HOME with these extracts loaded, built and published. Not to be written to: see ``own_home``."""
    home = tmp_path_factory.mktemp("small") / "home"
    done = run_encours(["refresh", extracts, "--as-of", AS_OF], home)
    assert done.returncode == 0, output(done)
    return home


@pytest.fixture
def own_home(small_home: Path, tmp_path: Path) -> Path:
    """A copy of ``small_home`` for one test."""
    return Path(shutil.copytree(small_home, tmp_path / "home"))


@pytest.fixture(scope="session")
def copy_project(project_root: Path) -> Callable[[Path], Path]:
    """``copy_project(folder)``: the project's code in ``folder``, to be changed by a test."""

    def copy(folder: Path) -> Path:
        for name in ("models", "macros", "seeds", "tests/data", "encours", "ingest", "sample"):
            shutil.copytree(project_root / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("dbt_project.yml", "profiles.yml", "requirements.lock"):
            shutil.copyfile(project_root / name, folder / name)
        return folder

    return copy
