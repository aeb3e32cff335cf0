"""What every reader hands on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from ingest.header import fold
from ingest.mapping import TableMapping
from ingest.sql import ident, text


@dataclass(frozen=True)
class Reading:
    """A file as a relation of text columns ``c0``, ``c1``, ...; rows come in the order of the file."""

    header: list[str]
    """The file's column names, before any unpivot."""
    relation: str
    """SQL that can stand after `from`."""
    numbered: str
    """The same rows with ``_row``, their position from 0. Reads in one thread: for looking up faulty rows only."""
    rows_per_record: int = 1
    """More than one after unpivot."""
    text_file: Path | None = None
    """The UTF-8 file whose lines are quoted in rejects; none for formats without lines."""
    lines: int = 0
    """Physical lines of `text_file`."""
    rejects_table: str | None = None
    """Where the reader puts records it cannot split into columns."""


def unpivot_relation(
    connection: duckdb.DuckDBPyConnection, mapping: TableMapping, header: list[str], relation: str, number: int
) -> tuple[str, str, int]:
    """Materialise ``relation`` with its wide columns as rows: (relation, numbered relation, rows a record)."""
    assert mapping.unpivot is not None
    positions = {fold(name): position for position, name in enumerate(header)}
    kept = [positions[fold(name)] for name in mapping.unpivot.keep]
    wide = [position for position, name in enumerate(header) if name.strip() and position not in kept]
    name = f"ingest_cells_{number}"
    columns = [f"c{position} as k{index}" for index, position in enumerate(kept)]
    names = ", ".join(text(header[position].strip()) for position in wide)
    values = ", ".join(f"c{position}" for position in wide)
    renamed = [f"k{index} as c{index}" for index in range(len(kept))]
    renamed += [f"n as c{len(kept)}", f"v as c{len(kept) + 1}"]
    connection.execute(
        f"create temp table {ident(name)} as select {', '.join(renamed)} from ("
        f"select {', '.join(columns)}, unnest([{names}]) as n, unnest([{values}]) as v from {relation})"
    )
    return f"{ident(name)}", f"(select rowid as _row, * from {ident(name)})", len(wide)
