"""What every family of tests shares: the project, the real inputs beside it, and a published sample company."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import pytest

from tests.models.compiled import Compiled, compile_project

PROJECT_ROOT = Path(__file__).resolve().parent.parent
SAMPLE_AS_OF = "2026-03-29"
"""The day the sample company's extracts speak of."""

RunEncours = Callable[..., subprocess.CompletedProcess[str]]


@cache
def _tested_rules() -> str:
    """The rules whose unit tests ``make test`` has just run: a test's own build need not run them again."""
    made = os.environ.get("ENCOURS_TEST_HOME")
    if not made:
        return ""
    built = json.loads((Path(made) / "target" / "build.json").read_text(encoding="utf-8"))
    return str(built["tested_rules_hash"])


def _run_encours(
    arguments: Sequence[object],
    home: Path,
    *,
    project: Path = PROJECT_ROOT,
    environment: dict[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own on the files under ``home``, with the code of ``project``."""
    return subprocess.run(
        [sys.executable, "-m", "encours", *map(str, arguments)],
        cwd=project,
        env={
            **os.environ,
            "ENCOURS_HOME": str(home),
            "ENCOURS_TESTED_RULES": _tested_rules(),
            # A copy of the project is tried with its own code, not with what is installed.
            "PYTHONPATH": str(project),
            "COLUMNS": "200",
            **(environment or {}),
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="session")
def project_root() -> Path:
    """The folder that holds ``dbt_project.yml``."""
    return PROJECT_ROOT


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """Real inputs and golden cases, which are not part of the project and may be absent."""
    shared = Path(os.environ.get("ENCOURS_SHARED", PROJECT_ROOT.parent / "shared")).resolve()
    if not (shared / "data").is_dir():
        pytest.skip(f"needs the real inputs: there is no {shared / 'data'} (ENCOURS_SHARED names another place)")
    return shared


@pytest.fixture(scope="session")
def tested_rules() -> str:
    """The hash of the rules whose unit tests have just passed; empty where nobody ran them."""
    return _tested_rules()


@pytest.fixture(scope="session")
def run_encours() -> RunEncours:
    """``run_encours(arguments, home, project=…, environment=…)``: the command run; nothing is checked."""
    return _run_encours


@pytest.fixture(scope="session")
def sample_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An ENCOURS_HOME with the sample company of 20,000 invoices loaded, built and published. Not to be written to.

    ``make test`` makes it once and names it in ENCOURS_TEST_HOME.
    """
    made = os.environ.get("ENCOURS_TEST_HOME")
    if made:
        return Path(made).resolve()
    home = tmp_path_factory.mktemp("sample-home")
    for arguments in (
        ["sample", "--invoices", "20000", "--seed", "7", "--out", home / "extracts"],
        ["refresh", home / "extracts", "--as-of", SAMPLE_AS_OF],
    ):
        done = _run_encours(arguments, home)
        assert done.returncode == 0, f"encours {arguments[0]} failed:\n{done.stdout}\n{done.stderr}"
    return home


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Compiled:
    """The project's SQL as dbt compiles it, once for all tests that run it in memory."""
    return compile_project(tmp_path_factory.mktemp("compiled"))
