"""CSV files, by DuckDB's reader: nothing is guessed, records that do not split into the columns are stored."""

from __future__ import annotations

from pathlib import Path

import duckdb

from ingest import files
from ingest.errors import FileError
from ingest.mapping import FileFormat, TableMapping
from ingest.readers.reading import Reading, unpivot_relation
from ingest.sql import text, texts

OTHER_DELIMITERS = (",", ";", "\t", "|")
MAX_LINE_BYTES = 1 << 21


def read_header(path: Path, file: FileFormat) -> list[str]:
    """The names in the first record; raises `FileError` for an empty file or bytes of another encoding."""
    return files.read_header(path, file)


def check_delimiter(path: Path, file: FileFormat, header: list[str]) -> None:
    """Raise `FileError` where the header is one column that another delimiter would split."""
    if len(header) > 1:
        return
    for delimiter in OTHER_DELIMITERS:
        if (
            delimiter != file.delimiter
            and len(files.read_header(path, file.model_copy(update={"delimiter": delimiter}))) > 1
        ):
            raise FileError(
                f"{path.name}, line 1: not split by {file.delimiter!r}, but by {delimiter!r}. "
                f"Say `delimiter: {delimiter!r}` in its mapping (under `file`), or export it with {file.delimiter!r}."
            )


def open_reading(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    mapping: TableMapping,
    file: FileFormat,
    number: int,
    folder: Path,
) -> Reading:
    """Make a CSV file readable; raises `FileError` for a wrong delimiter or encoding."""
    header = read_header(path, file)
    check_delimiter(path, file, header)
    ends = files.line_ends(path)
    readable = files.readable_copy(path, file, not ends.newline, folder)
    scan = _scan(readable, file, len(header), ends.newline or "\n", f"ingest_rejects_{number}")
    again = _scan(readable, file, len(header), ends.newline or "\n", f"ingest_rejects_again_{number}")
    relation, numbered, rows = scan, f"(select row_number() over () - 1 as _row, * from {again})", 1
    if mapping.unpivot is not None:
        relation, numbered, rows = unpivot_relation(connection, mapping, header, scan, number)
    return Reading(header, relation, numbered, rows, readable, ends.lines, f"ingest_rejects_{number}")


def _scan(path: Path, file: FileFormat, width: int, newline: str, rejects: str) -> str:
    columns = ", ".join(f"'c{position}': 'varchar'" for position in range(width))
    line_end = {"\n": "\\n", "\r\n": "\\r\\n"}[newline]
    return (
        f"read_csv({text(str(path))}, columns = {{{columns}}}, header = true, auto_detect = false, "
        f"delim = {text(file.delimiter)}, quote = {text(file.quote)}, escape = {text(file.quote)}, "
        f"new_line = {text(line_end)}, nullstr = [{texts(('', *file.null_values))}], "
        f"max_line_size = {MAX_LINE_BYTES}, store_rejects = true, rejects_limit = 0, "
        f"rejects_table = {text(rejects)}, rejects_scan = {text(rejects + '_scan')})"
    )


def lenient_relation(path: Path, file: FileFormat, width: int) -> str:
    """The lines of ``path`` with what columns they have; a line too short or too long is read as far as it goes."""
    columns = ", ".join(f"'c{position}': 'varchar'" for position in range(width))
    return (
        f"read_csv({text(str(path))}, columns = {{{columns}}}, header = false, auto_detect = false, "
        f"delim = {text(file.delimiter)}, quote = {text(file.quote)}, escape = {text(file.quote)}, "
        f"nullstr = [{texts(('', *file.null_values))}], max_line_size = {MAX_LINE_BYTES}, "
        "null_padding = true, strict_mode = false, ignore_errors = true, parallel = false)"
    )


def lines_relation(path: Path) -> str:
    """A relation ``line`` of the physical lines of a UTF-8 file, blank ones left out."""
    return (
        f"read_csv({text(str(path))}, columns = {{'line': 'varchar'}}, header = false, auto_detect = false, "
        f"delim = '\x01\x02\x03\x04', quote = '', escape = '', nullstr = '\x05\x06', max_line_size = {MAX_LINE_BYTES})"
    )
