"""Parquet files: typed values are read as the text they would have in a CSV file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from ingest.errors import FileError
from ingest.mapping import FileFormat
from ingest.readers.reading import Reading, Request, unpivot_relation
from ingest.sql import NO_HIVE, file_text, ident, text


def read_header(path: Path, file: FileFormat) -> list[str]:
    """The column names; raises `FileError` where the file is not Parquet."""
    with duckdb.connect() as connection:
        return [row[0] for row in _describe(connection, path, f"read_parquet({file_text(path)}, {NO_HIVE})")]


def open_reading(connection: duckdb.DuckDBPyConnection, request: Request) -> Reading:
    """Read a Parquet file into a temporary table of text."""
    return stored(connection, request, f"read_parquet({file_text(request.path)}, {NO_HIVE})")


def stored(connection: duckdb.DuckDBPyConnection, request: Request, source: str) -> Reading:
    """Store the rows of ``source`` as text in a temporary table, whose row numbers then are the records."""
    file = request.file
    described = _describe(connection, request.path, source)
    nulls = ", ".join(text(value) for value in ("", *file.null_values))
    columns = ", ".join(
        f"case when {as_text} not in ({nulls}) then {as_text} end as c{position}"
        for position, (name, kind) in enumerate(described)
        for as_text in [_as_text(ident(name), kind, file)]
    )
    table = f"ingest_text_{request.number}"
    with _readable(request.path):
        connection.execute(f"create temp table {table} as select {columns} from {source}")
    header = [name for name, _ in described]
    relation, numbered, rows = table, f"(select rowid as _row, * from {table})", 1
    if request.mapping.unpivot is not None:
        relation, numbered, rows = unpivot_relation(connection, request, header, table)
    return Reading(header, relation, numbered, table, rows)


def _as_text(column: str, kind: str, file: FileFormat) -> str:
    """Dates and numbers as the mapping writes them, so that one mapping reads a file in any format."""
    if kind == "DATE" or kind.startswith("TIMESTAMP"):
        return f"strftime({column}, {text(file.date_format)})"
    value = f"cast({column} as varchar)"
    number = kind.startswith("DECIMAL") or kind in {"DOUBLE", "FLOAT"}
    return f"replace({value}, '.', ',')" if number and file.decimal_mark == "," else value


def _describe(connection: duckdb.DuckDBPyConnection, path: Path, source: str) -> list[tuple[str, str]]:
    with _readable(path):
        return [(row[0], row[1]) for row in connection.execute(f"describe select * from {source}").fetchall()]


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """What DuckDB says of a file that is not what it seems, as a `FileError`; of the disk it says other things."""
    try:
        yield
    except duckdb.Error as error:
        if isinstance(error, duckdb.OperationalError) and path.name not in str(error):
            raise
        kind = path.suffix.lstrip(".") or "such a file"
        raise FileError(f"{path.name}: cannot be read as {kind}: {error} Fetch or export it again.") from None
