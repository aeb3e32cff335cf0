"""JSON lines: one object a line; numbers keep the digits they are written with."""

from __future__ import annotations

from pathlib import Path

import duckdb

from ingest.errors import FileError
from ingest.mapping import FileFormat
from ingest.readers import parquet_file
from ingest.readers.reading import Reading, Request
from ingest.sql import text


def read_header(path: Path, file: FileFormat) -> list[str]:
    """The keys found in any line, in the order of their first appearance; raises `FileError` where there are none."""
    if not path.stat().st_size:
        raise FileError(f"{path.name}: the file is empty; export it again")
    source = f"read_json({text(str(path))}, format = 'newline_delimited', sample_size = -1, maximum_depth = 1)"
    with duckdb.connect() as connection:
        try:
            return [row[0] for row in connection.execute(f"describe select * from {source}").fetchall()]
        except duckdb.Error as error:
            raise FileError(f"{path.name}: is not JSON lines, one object a line: {error}") from None


def open_reading(connection: duckdb.DuckDBPyConnection, request: Request) -> Reading:
    """Read a JSON lines file into a temporary table of text."""
    columns = ", ".join(f"{text(name)}: 'varchar'" for name in read_header(request.path, request.file))
    source = f"read_json({text(str(request.path))}, format = 'newline_delimited', columns = {{{columns}}})"
    return parquet_file.stored(connection, request, source)
