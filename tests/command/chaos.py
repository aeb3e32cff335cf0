"""Processes that are killed, a reader that looks on, and small disks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ingest.contract import TABLES
from tests.command.helpers import reading

PROJECT_ROOT = Path(__file__).resolve().parents[2]
MEGABYTE = 1 << 20

_LIMITED = """
import os, resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)
os.execv(sys.executable, [sys.executable, "-m", "encours", *sys.argv[2:]])
"""

Rows = dict[str, list[tuple[object, ...]]]


def start(
    arguments: Sequence[object], home: Path, *, largest_file: int | None = None, tested_rules: str = ""
) -> subprocess.Popen[str]:
    """Start the command as a program of its own; ``largest_file`` (bytes) is the most it may write into one file."""

    limit = [] if largest_file is None else ["-c", _LIMITED, str(largest_file)]
    return subprocess.Popen(
        [sys.executable, *(limit or ["-m", "encours"]), *map(str, arguments)],
        cwd=PROJECT_ROOT,
        env={**os.environ, "ENCOURS_HOME": str(home), "ENCOURS_TESTED_RULES": tested_rules, "COLUMNS": "200"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def kill_after(process: subprocess.Popen[str], seconds: float) -> bool:
    """Let it run so long, then kill it as the system would; whether it was still running."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
    process.communicate()
    return process.returncode < 0


def build_file(home: Path) -> Path:
    return home / "build" / "encours.duckdb"


def current(home: Path) -> Rows:
    """All current rows of the raw history, as the files said them."""
    with reading(build_file(home)) as connection:
        return {
            table.name: connection.execute(
                f"select {', '.join(column.name for column in table.columns)}, _source, _slice, _file "
                f"from raw.{table.name} where _replaced_in is null order by all"
            ).fetchall()
            for table in TABLES
        }


def loads(home: Path) -> list[tuple[object, ...]]:
    """The manifest's load numbers, each with how many files it has."""
    with reading(build_file(home)) as connection:
        return connection.execute("select load_id, count(*) from raw.loads group by 1 order by 1").fetchall()


class Reader(threading.Thread):
    """Looks at what readers see, again and again: the pointer, and the figures of the file it names."""

    def __init__(self, home: Path) -> None:
        super().__init__(daemon=True)
        self.published = home / "published"
        self.stopped = threading.Event()
        self.looks = 0
        self.numbers: set[int] = set()
        self.faults: list[str] = []

    def run(self) -> None:
        while not self.stopped.is_set():
            try:
                self._look()
            except Exception as error:
                self.faults.append(repr(error))
            time.sleep(0.1)

    def _look(self) -> None:
        pointer: dict[str, Any] = json.loads((self.published / "current.json").read_text())
        with reading(self.published / pointer["file"]) as connection:
            found = connection.execute(
                "select publication_number, (select count(*) from marts.fct_kpis) from main.publication"
            ).fetchall()
        ((number, rows),) = found
        if number != pointer["number"] or not rows:
            self.faults.append(f"{pointer} points to publication {number} with {rows} rows")
        self.numbers.add(number)
        self.looks += 1


@contextmanager
def looked_at(home: Path) -> Iterator[Reader]:
    """A reader that looks on while the block runs; at the end it must have seen good figures all along."""
    reader = Reader(home)
    reader.start()
    try:
        yield reader
    finally:
        reader.stopped.set()
        reader.join(30)
    assert reader.faults == []
    assert reader.looks > 3


@contextmanager
def small_disk(folder: Path, size: int) -> Iterator[bool]:
    """A disk of ``size`` bytes at ``folder`` while the block runs; false where this machine lets nobody mount one."""
    folder.mkdir(parents=True, exist_ok=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], capture_output=True, check=False
    )
    try:
        yield mounted.returncode == 0
    finally:
        if mounted.returncode == 0:
            subprocess.run(["umount", "-l", str(folder)], check=True)
