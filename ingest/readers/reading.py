"""What readers are asked for and what they hand on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from ingest.column_source import fold
from ingest.contract import ColumnType
from ingest.files import Survey
from ingest.mapping import FileFormat, TableMapping
from ingest.sql import ident, text


@dataclass(frozen=True)
class Request:
    """A file to make readable."""

    path: Path
    mapping: TableMapping
    file: FileFormat
    number: int
    """Keeps the temporary tables of files apart."""
    folder: Path
    """Takes copies of files that cannot be read where they are."""
    types: Mapping[int, ColumnType] = field(default_factory=dict)
    """Columns (by position) a reader may type while it splits the line, which costs less than afterwards."""


@dataclass(frozen=True)
class Origin:
    """Where records stand in a file that is not read line by line."""

    relation: str
    """SQL that can stand after `from`: ``record`` (from 1), ``_line``, the bytes ``_start`` and ``_end``, and, of XML,
    ``_cells``, its values as a JSON list."""
    file: Path
    encoding: str | None = None
    """Of a text file: what its bytes are; none for XML, which says it itself."""
    has_states: bool = False
    """Whether ``relation`` also has ``_is_left``, a record of a kind that is not read, and ``_fault``, why one cannot
    be cut into its values."""


@dataclass(frozen=True)
class Reading:
    """A file as a relation of text columns ``c0``, ``c1``, ...; rows come in the order of the file."""

    header: list[str]
    """The file's column names, before any unpivot."""
    relation: str
    """SQL that can stand after `from`."""
    numbered: str
    """The same rows, all columns as text, with ``_row``, their position from 0. Reads in one thread: for few rows."""
    again: str
    """The same rows once more, for a second look that must not disturb `rejects_table`."""
    rows_per_record: int = 1
    """More than one after unpivot."""
    text_file: Path | None = None
    """The UTF-8 file whose lines are quoted in rejects; none for formats without lines."""
    original: Path | None = None
    """The file whose lines the records are, in its own bytes; none for formats without lines."""
    survey: Survey | None = None
    """What is known of the bytes of `text_file`."""
    rejects_table: str | None = None
    """Where the reader puts records it cannot split into columns or cannot type."""
    types: dict[int, ColumnType] = field(default_factory=dict)
    """Columns (by position) the reader itself has typed; all others are text."""
    lines_before: int = 0
    """Lines (rows of a sheet) that stand before the header; those of `text_file` count from there."""
    origin: Origin | None = None
    """Where the records stand, of XML and of text without column names."""
    never_filled: tuple[str, ...] = ()
    """Columns of the mapping that hold nothing in the whole file."""


def unpivot_relation(
    connection: duckdb.DuckDBPyConnection, request: Request, header: list[str], relation: str
) -> tuple[str, str, int]:
    """Materialise ``relation`` with its wide columns as rows: (relation, numbered relation, rows a record)."""
    assert request.mapping.unpivot is not None
    positions = {fold(name): position for position, name in enumerate(header)}
    kept = [positions[fold(name)] for name in request.mapping.unpivot.keep]
    wide = [position for position, name in enumerate(header) if name.strip() and position not in kept]
    name = f"ingest_cells_{request.number}"
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
