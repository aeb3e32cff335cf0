"""The workflows are valid, call only this project's own verbs, and each of their steps runs here."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.command.helpers import output, pointer, value

RunEncours = Callable[..., subprocess.CompletedProcess[str]]
CopyProject = Callable[[Path], Path]
RunStep = Callable[..., subprocess.CompletedProcess[str]]

WORKFLOWS = sorted((Path(__file__).resolve().parents[2] / ".github" / "workflows").glob("*.yml"))
OWN_VERBS = re.compile(r"(make [a-z]+|\.venv/bin/encours [a-z]+)( |$)")


def steps(workflow: str, job: str) -> list[dict[str, Any]]:
    """The steps of a job, in order."""
    (path,) = (path for path in WORKFLOWS if path.stem == workflow)
    found = yaml.safe_load(path.read_text())["jobs"][job]["steps"]
    assert isinstance(found, list)
    return found


def named(workflow: str, job: str, name: str) -> str:
    """The script of one step."""
    (step,) = (step for step in steps(workflow, job) if step.get("name") == name)
    return str(step["run"])


def all_steps() -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path.stem, job, step)
        for path in WORKFLOWS
        for job, content in yaml.safe_load(path.read_text())["jobs"].items()
        for step in content["steps"]
    ]


@pytest.fixture
def run_step(project_root: Path, tested_rules: str, tmp_path: Path) -> RunStep:
    """``run_step(script, project=…, **variables)``: a step's script run as the runner does."""
    program = Path(sysconfig.get_path("scripts")) / "encours"
    if not program.exists():
        raise AssertionError("the command is not installed beside this Python: run the tests with `make test`")

    def run(script: str, *, project: Path = project_root, **variables: object) -> subprocess.CompletedProcess[str]:
        environment = {
            **os.environ,
            "PYTHONPATH": str(project),
            "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
            "ENCOURS_TESTED_RULES": tested_rules,
            **{name: str(value) for name, value in variables.items()},
        }
        # Whichever folder the tools are installed in stands for the `.venv` of the runner's checkout.
        script = script.replace(".venv/bin/encours", shlex.quote(str(program)))
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=project,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_fits_its_schema(path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_both_workflows_are_there() -> None:
    assert [path.stem for path in WORKFLOWS] == ["ci", "scheduled"]


@pytest.mark.parametrize(("workflow", "job", "step"), all_steps())
def test_a_step_calls_make_or_the_command_and_nothing_else(workflow: str, job: str, step: dict[str, Any]) -> None:
    if "run" not in step:
        assert step["uses"].startswith("actions/"), f"{workflow}, {job}: an action from elsewhere"
        return
    assert OWN_VERBS.match(step["run"]), step["run"]
    assert not re.search(r"[;|&`]|\$\(|\n.", step["run"].rstrip()), "one command a step: what it prints decides"
    assert "${{" not in step["run"], "expressions belong into env, where a shell cannot run them"


def test_scheduled_runs_wait_for_each_other() -> None:
    (path,) = (path for path in WORKFLOWS if path.stem == "scheduled")
    concurrency = yaml.safe_load(path.read_text())["concurrency"]
    assert concurrency == {"group": "refresh", "cancel-in-progress": False}


def test_the_ci_entry_is_make_test(project_root: Path) -> None:
    entry = project_root / ".ci" / "run"
    assert os.access(entry, os.X_OK)
    assert entry.read_text().splitlines()[-1] == "exec make test"
    assert named("ci", "test", "Test") == "make test"


def test_the_nightly_refresh_runs_step_by_step(extracts: Path, run_step: RunStep, tmp_path: Path) -> None:
    home = tmp_path / "home"
    variables = {"ENCOURS_HOME": home, "LANDING": extracts, "AS_OF": "2026-03-29", "KEPT": tmp_path / "kept"}
    for step in steps("scheduled", "refresh"):
        if "run" not in step or step.get("if", "").endswith("'failure'") or step["run"] == "make setup":
            continue
        done = run_step(step["run"], **variables)
        assert done.returncode == 0, f"{step['name']}: {output(done)}"
    assert pointer(home)["number"] == 1
    assert "all is well" in (tmp_path / "summary.md").read_text()
    assert {"summary.md", "manifest.json", "run_results.json", "sources.json", "encours-000001.duckdb"} <= {
        path.name for path in (tmp_path / "kept").iterdir()
    }


def test_a_night_whose_load_fails_stops_there_and_the_summary_says_so(
    own_home: Path, extracts: Path, run_step: RunStep, tmp_path: Path
) -> None:
    landing = Path(shutil.copytree(extracts, tmp_path / "landing"))
    (landing / "payments.csv").write_text("payment_id,customer_id,amount\nP1,C1,10.00\n")
    variables = {"ENCOURS_HOME": own_home, "LANDING": landing, "AS_OF": "2026-03-30", "KEPT": tmp_path / "kept"}
    load, summarise = "Load from the landing folder", "Say what was built, what failed, and what it touches"
    done = run_step(named("scheduled", "refresh", load), **variables)
    assert done.returncode == 1
    assert "received_on" in done.stderr
    said = run_step(named("scheduled", "refresh", summarise), **variables)
    assert said.returncode == 0, output(said)
    summary = (tmp_path / "summary.md").read_text()
    assert summary.startswith("## Encours: stopped at `encours load`")
    assert "received_on" in summary
    assert "Readers see this build: publication 1" in summary

    # The next night is a good one, and nothing of this stays.
    (landing / "payments.csv").write_bytes((extracts / "payments.csv").read_bytes())
    assert run_step(named("scheduled", "refresh", load), **variables).returncode == 0
    (tmp_path / "summary.md").unlink()
    run_step(named("scheduled", "refresh", summarise), **variables)
    assert "stopped" not in (tmp_path / "summary.md").read_text()


def test_a_first_night_whose_load_fails_has_a_summary_too(extracts: Path, run_step: RunStep, tmp_path: Path) -> None:
    variables = {"ENCOURS_HOME": tmp_path / "home", "LANDING": extracts, "AS_OF": "", "KEPT": tmp_path / "kept"}
    done = run_step(named("scheduled", "refresh", "Load from the landing folder"), **variables)
    assert done.returncode == 1
    assert "--as-of" in done.stderr
    said = run_step(named("scheduled", "refresh", "Say what was built, what failed, and what it touches"), **variables)
    assert said.returncode == 0, output(said)
    assert "stopped at `encours load`" in (tmp_path / "kept" / "summary.md").read_text()


def test_the_steps_for_a_bad_night_fail_and_say_why(own_home: Path, run_step: RunStep) -> None:
    # Nothing failed here, so the retry has nothing to take up; the loads are fresh, so the last step passes.
    retried = run_step(named("scheduled", "refresh", "Retry once what failed"), ENCOURS_HOME=own_home)
    assert retried.returncode == 1
    assert "did not fail" in retried.stderr
    late = named("scheduled", "refresh", "Fail where the loads are too old")
    assert run_step(late, ENCOURS_HOME=own_home).returncode == 0


def test_a_pull_request_builds_what_it_changed(
    small_home: Path, copy_project: CopyProject, run_step: RunStep, tmp_path: Path
) -> None:
    project = copy_project(tmp_path / "project")
    (model,) = (project / "models").rglob("rpt_watch_list.sql")
    model.write_text(model.read_text() + "\n-- changed\n")
    kept = Path(shutil.copytree(small_home / "build", tmp_path / "kept"))
    home = tmp_path / "slim"
    for name in ("Build what changed", "Say what was built"):
        done = run_step(named("ci", "slim", name), project=project, ENCOURS_HOME=home, LAST_GOOD=kept)
        assert done.returncode == 0, f"{name}: {output(done)}"
    made = home / "build" / "slim.duckdb"
    query = "select count(*) from marts.rpt_watch_list"
    assert value(made, query) == value(kept / "encours.duckdb", query)
    assert "(slim)" in (tmp_path / "summary.md").read_text()


def test_the_install_step_leaves_a_command_that_runs(project_root: Path, run_step: RunStep, tmp_path: Path) -> None:
    # Installed already when `make test` runs this: it must see that and do nothing.
    for workflow, job in (("scheduled", "refresh"), ("ci", "slim")):
        done = run_step(named(workflow, job, "Install"))
        assert done.returncode == 0, output(done)
    status = subprocess.run(
        [str(project_root / ".venv" / "bin" / "encours"), "status"],
        env={**os.environ, "ENCOURS_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert status.returncode == 0, output(status)
