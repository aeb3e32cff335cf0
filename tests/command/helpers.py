"""Looking at what the command left behind."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from subprocess import CompletedProcess

import duckdb

from audit.passport import NAMES


def output(done: CompletedProcess[str]) -> str:
    """All a command said, for the message of a failed assertion."""
    return f"exit status {done.returncode}\n{done.stdout}\n{done.stderr}"


@contextmanager
def reading(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse file, read only, whatever else of this process has it open.

    A process opens a file with one configuration only, and the pages have their own; attaching is free of that.
    """
    with duckdb.connect() as connection:
        connection.execute(f"attach '{path}' as looked_at (read_only)")
        connection.execute("use looked_at")
        yield connection


def value(path: Path, query: str) -> object:
    """The first value of a query on a warehouse file."""
    with reading(path) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def pointer(home: Path) -> dict[str, object]:
    """What readers of a home are pointed to."""
    found = json.loads((home / "published" / "current.json").read_text())
    assert isinstance(found, dict)
    return found


def facts_above(path: Path) -> dict[str, str]:
    """What a CSV file says of itself above its headings, as names and values."""
    facts: dict[str, str] = {}
    for line in path.read_text(encoding="utf-8-sig").splitlines():
        if not line.startswith("# "):
            break
        name, _, said = line.removeprefix("# ").partition(": ")
        facts[name] = said
    return facts


def assert_passport(said: Mapping[str, str], home: Path, *, unknown: str = "") -> None:
    """A file made from what ``home`` has published says every fact of the passport as the published file has it."""
    with reading(home / "published" / str(pointer(home)["file"])) as connection:
        found = connection.execute("select * from marts.rpt_passport")
        names = [column[0] for column in found.description or ()]
        (row,) = found.fetchall()
    for name, fact in zip(names, row, strict=True):
        expected = unknown if fact is None else fact.isoformat() if isinstance(fact, date) else str(fact)
        assert said[NAMES[name]] == expected, name
    assert said["Published file"] == pointer(home)["file"]


def tables(path: Path) -> set[str]:
    """The tables of a warehouse file, as schema.name."""
    with reading(path) as connection:
        return {
            f"{schema}.{name}"
            for schema, name in connection.execute(
                "select schema_name, table_name from duckdb_tables() where not internal"
            ).fetchall()
        }
