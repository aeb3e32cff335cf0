"""JSON lines: one object a line; numbers keep the digits they are written with."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import duckdb

from ingest.errors import FileError
from ingest.mapping import FileFormat
from ingest.notes import is_cut_off
from ingest.readers import parquet_file
from ingest.readers.reading import Reading, Request
from ingest.sql import NO_HIVE, file_text, text


def read_header(path: Path, file: FileFormat) -> list[str]:
    """The keys found in any line, in the order of their first appearance; raises `FileError` where there are none."""
    first = _first_line(path)
    if not first:
        raise FileError(f"{path.name}: the file is empty; export it again")
    if not first.lstrip().startswith(b"{"):
        raise FileError(f"{path.name}: is not JSON lines, one object a line: its first line begins otherwise")
    source = (
        f"read_json({file_text(path)}, {NO_HIVE}, format = 'newline_delimited', sample_size = -1, maximum_depth = 1)"
    )
    with duckdb.connect() as connection:
        try:
            return [row[0] for row in connection.execute(f"describe select * from {source}").fetchall()]
        except duckdb.Error as error:
            cut = _cut_off_line(path)
            if cut is not None:
                raise FileError(
                    f"{path.name}, line {cut}: breaks off in the middle, as when a program is stopped while it writes. "
                    "Export the file again. Notes of the credit team are mended by the next one (`encours note add`): "
                    "it puts the half line aside."
                ) from None
            raise FileError(f"{path.name}: is not JSON lines, one object a line: {error}") from None


def _first_line(path: Path) -> bytes:
    """The first line that is not blank; empty where there is none."""
    with path.open("rb") as stream:
        return next((line for line in stream if line.strip()), b"")


def _cut_off_line(path: Path) -> int | None:
    """The number of the last line where it is only the beginning of one; None where the fault lies elsewhere."""
    number, last = 0, b""
    with path.open("rb") as stream:
        for line in stream:
            number, last = number + 1, line
    return number if not last.endswith(b"\n") and is_cut_off(last) else None


def open_reading(connection: duckdb.DuckDBPyConnection, request: Request) -> Reading:
    """Read a JSON lines file into a temporary table of text."""
    columns = ", ".join(f"{text(name)}: 'varchar'" for name in read_header(request.path, request.file))
    source = f"read_json({file_text(request.path)}, {NO_HIVE}, format = 'newline_delimited', columns = {{{columns}}})"
    return replace(parquet_file.stored(connection, request, source), original=request.path)
