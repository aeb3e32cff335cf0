"""Looking at what the command left behind."""

from __future__ import annotations

import json
from pathlib import Path
from subprocess import CompletedProcess

import duckdb


def output(done: CompletedProcess[str]) -> str:
    """All a command said, for the message of a failed assertion."""
    return f"exit status {done.returncode}\n{done.stdout}\n{done.stderr}"


def value(path: Path, query: str) -> object:
    """The first value of a query on a warehouse file."""
    with duckdb.connect(path, read_only=True) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def pointer(home: Path) -> dict[str, object]:
    """What readers of a home are pointed to."""
    found = json.loads((home / "published" / "current.json").read_text())
    assert isinstance(found, dict)
    return found


def tables(path: Path) -> set[str]:
    """The tables of a warehouse file, as schema.name."""
    with duckdb.connect(path, read_only=True) as connection:
        return {
            f"{schema}.{name}"
            for schema, name in connection.execute(
                "select schema_name, table_name from duckdb_tables() where not internal"
            ).fetchall()
        }
