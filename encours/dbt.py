"""dbt, run once as a program of its own, its messages read as they come.

A program of its own, because dbt inside this process keeps DuckDB's locks after it is done. Its messages are
asked for as JSON, so that progress is a number and not a line of text to guess at.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from encours import remembered
from encours.errors import EncoursError
from encours.settings import PROJECT_ROOT, Settings


@dataclass(frozen=True)
class Step:
    """One node that dbt finished: the ``index``-th of ``total``, its name, and dbt's word for how it ended."""

    index: int
    total: int
    name: str
    status: str


@dataclass
class DbtOutcome:
    """How dbt ended. ``exit_code`` 0: all passed; 1: something in the graph failed; 2: it could not run."""

    exit_code: int = 0
    total: int = 0
    errors: list[str] = field(default_factory=list)


def run(
    settings: Settings,
    arguments: Sequence[str],
    *,
    build_file: Path,
    environment: Mapping[str, str],
    on_step: Callable[[Step], None],
) -> DbtOutcome:
    """Run ``dbt <arguments>`` on this project with the artefacts and logs of ``settings``.

    ``build_file`` is the file the models are made in. dbt reads the whole project again (10 s) wherever a variable of
    its profile has another value than last time, so it runs beside that file and knows it by its name alone: what was
    read in one home serves in another. ``environment`` is added to this process's; ``on_step`` is called for each
    finished node.

    Raises:
        EncoursError: dbt is not installed beside this command.
    """
    program = Path(sysconfig.get_path("scripts")) / "dbt"
    if not program.exists():
        raise EncoursError(f"dbt is not installed at {program}: run `make setup`, and use the command it installs.")
    settings.artefacts.mkdir(parents=True, exist_ok=True)
    settings.logs.mkdir(parents=True, exist_ok=True)
    remembered.lend_parsed(settings.artefacts)
    command = [
        *(sys.executable, "-m", "encours.leash", str(os.getpid())),
        str(program),
        *arguments,
        *("--project-dir", str(PROJECT_ROOT), "--profiles-dir", str(PROJECT_ROOT)),
        *("--target-path", str(settings.artefacts), "--log-path", str(settings.logs)),
        *("--log-format", "json", "--log-format-file", "text", "--no-use-colors"),
    ]
    process = subprocess.Popen(
        command,
        cwd=build_file.parent,
        env={
            **{name: value for name, value in os.environ.items() if name != "ENCOURS_HOME"},
            "ENCOURS_BUILD_FILE": build_file.name,
            "ENCOURS_THREADS": str(settings.threads),
            "ENCOURS_MEMORY_LIMIT": settings.memory_limit,
            "DO_NOT_TRACK": "1",
            **environment,
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    outcome = DbtOutcome()
    try:
        assert process.stdout is not None
        for line in process.stdout:
            _read_line(line, outcome, on_step)
    except BaseException:
        # Stopped by a person (or by an error of ours): dbt must not go on writing behind our back.
        process.terminate()
        process.wait()
        raise
    outcome.exit_code = process.wait()
    remembered.keep_parsed(settings.artefacts)
    return outcome


def _read_line(line: str, outcome: DbtOutcome, on_step: Callable[[Step], None]) -> None:
    """Take from one line of dbt's output what a person should see."""
    try:
        event = json.loads(line)
        info, data = event["info"], event["data"]
        name = str(info["name"])
    except (ValueError, KeyError, TypeError):
        # Not an event: Python's own words, when dbt itself falls over.
        if line.strip():
            outcome.errors.append(line.rstrip())
        return
    if info.get("level") == "error" and info.get("msg"):
        outcome.errors.append(str(info["msg"]).strip())
    if name == "LogStartLine":
        outcome.total = int(data["total"])  # not every kind of result says how many there are in all
    node = data.get("node_info")
    # Hooks are not counted: they come with numbers of their own.
    if node and name.endswith("Result") and "execution_time" in data:
        on_step(
            Step(
                index=int(data["index"]),
                total=outcome.total,
                name=str(node.get("node_name") or node.get("unique_id")),
                status=str(data.get("status") or node.get("node_status")),
            )
        )
