"""CSV files, by DuckDB's reader: nothing is guessed, records that do not split into the columns are stored."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import duckdb

from ingest import files, printed
from ingest.contract import ColumnType
from ingest.errors import FileError
from ingest.files import MAX_LINE_BYTES
from ingest.mapping import FileFormat
from ingest.readers.reading import Reading, Request, unpivot_relation
from ingest.sql import NO_HIVE, file_text, text, texts

OTHER_DELIMITERS = (",", ";", "\t", "|")
ISO_DAY = "%Y-%m-%d"


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


def open_reading(connection: duckdb.DuckDBPyConnection, request: Request) -> Reading:
    """Make a CSV file readable; raises `FileError` for bytes of another encoding."""
    path, file, number = request.path, request.file, request.number
    header = read_header(path, file)
    if file.encoding.startswith("utf-16"):
        # Lines and delimiters are counted byte by byte, which needs a file of one byte a sign.
        path = files.readable_copy(path, file, True, request.folder)
        file = file.model_copy(update={"encoding": "utf-8"})
    found = files.survey(path, file.delimiter)
    readable = files.readable_copy(path, file, not found.newline, request.folder)
    if not found.newline:
        found = files.survey(readable, file.delimiter)
    if request.mapping.printed is not None:
        readable = _padded(readable, file, len(header), request.folder)
        found = files.survey(readable, file.delimiter)
    types = dict(request.types) if request.mapping.unpivot is None else {}

    def scan(rejects: str) -> str:
        return _scan(readable, file, len(header), types, found.newline or "\n", rejects)

    relation, again, rows = scan(f"ingest_rejects_{number}"), scan(f"ingest_rejects_again_{number}"), 1
    columns = ", ".join(_as_text(position, types.get(position), file) for position in range(len(header)))
    numbered = f"(select row_number() over () - 1 as _row, {columns} from {again})"
    if request.mapping.unpivot is not None:
        relation, numbered, rows = unpivot_relation(connection, request, header, relation)
    if request.mapping.printed is not None:
        relation, numbered = printed.relation(connection, request.mapping.printed, number, header, relation)
    return Reading(header, relation, numbered, again, rows, readable, path, found, f"ingest_rejects_{number}", types)


def _padded(path: Path, file: FileFormat, width: int, folder: Path) -> Path:
    """A copy in which lines that print fewer cells than the header has get the rest as empty ones, line by line.

    Raises `FileError` for bytes that are not UTF-8.
    """
    with path.open("rb") as raw:
        for number, content in enumerate(raw, start=1):
            try:
                content.decode()
            except UnicodeDecodeError:
                raise FileError(files.not_encoded(path, number, file.encoding)) from None
    copy = folder / f"padded-{len(list(folder.iterdir()))}" / path.name
    copy.parent.mkdir()
    with path.open(encoding="utf-8", newline="") as lines, copy.open("w", encoding="utf-8", newline="") as stream:
        for number, line in enumerate(lines, start=1):
            bare = line.rstrip("\r\n")
            missing = 0
            if number >= file.header_row and bare:
                quote = file.quote or None
                cells = next(
                    csv.reader(
                        [bare],
                        delimiter=file.delimiter,
                        quotechar=quote,
                        quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
                    ),
                    [],
                )
                missing = max(0, width - len(cells))
            stream.write(bare + file.delimiter * missing + line[len(bare) :])
    return copy


def _scan(path: Path, file: FileFormat, width: int, types: Mapping[int, ColumnType], newline: str, rejects: str) -> str:
    columns = ", ".join(f"'c{position}': '{types.get(position, ColumnType.TEXT).value}'" for position in range(width))
    line_end = {"\n": "\\n", "\r\n": "\\r\\n"}[newline]
    # ISO days are read faster without a format; others need theirs.
    days = "" if file.date_format == ISO_DAY else f"dateformat = {text(file.date_format)}, "
    return (
        f"read_csv({file_text(path)}, {NO_HIVE}, columns = {{{columns}}}, header = true, skip = {file.header_row - 1}, "
        f"auto_detect = false, delim = {text(file.delimiter)}, quote = {text(file.quote)}, "
        f"escape = {text(file.quote)}, {days}new_line = {text(line_end)}, "
        f"nullstr = [{texts(('', *file.null_values))}], max_line_size = {MAX_LINE_BYTES}, "
        f"store_rejects = true, rejects_limit = 0, "
        f"rejects_table = {text(rejects)}, rejects_scan = {text(rejects + '_scan')})"
    )


def first_and_last_day(
    connection: duckdb.DuckDBPyConnection, path: Path, file: FileFormat, width: int, position: int
) -> tuple[date, date] | None:
    """The earliest and the latest day in one column of a UTF-8 file that nothing else is wanted of yet.

    Lines that do not split are passed over here, for the load itself will name them.
    """
    columns = ", ".join(f"'c{number}': 'varchar'" for number in range(width))
    value = f"try_strptime(trim(c{position}), {text(file.date_format)})"
    row = connection.execute(
        f"select cast(min({value}) as date), cast(max({value}) as date) from read_csv({file_text(path)}, {NO_HIVE}, "
        f"columns = {{{columns}}}, header = true, auto_detect = false, delim = {text(file.delimiter)}, "
        f"quote = {text(file.quote)}, escape = {text(file.quote)}, null_padding = true, ignore_errors = true, "
        f"strict_mode = false, max_line_size = {MAX_LINE_BYTES}, parallel = false)"
    ).fetchone()
    return (row[0], row[1]) if row is not None and row[0] is not None else None


def _as_text(position: int, column_type: ColumnType | None, file: FileFormat) -> str:
    match column_type:
        case None:
            return f"c{position}"
        case ColumnType.DATE:
            return f"strftime(c{position}, {text(file.date_format)}) as c{position}"
        case _:
            return f"cast(c{position} as varchar) as c{position}"


def text_relation(path: Path, file: FileFormat, width: int) -> str:
    """Lines that split into ``width`` columns, without a header, as text with ``_row``, their position from 0."""
    columns = ", ".join(f"'c{position}': 'varchar'" for position in range(width))
    return (
        f"(select row_number() over () - 1 as _row, * from read_csv({file_text(path)}, {NO_HIVE}, "
        f"columns = {{{columns}}}, header = false, auto_detect = false, delim = {text(file.delimiter)}, "
        f"quote = {text(file.quote)}, escape = {text(file.quote)}, nullstr = [{texts(('', *file.null_values))}], "
        f"max_line_size = {MAX_LINE_BYTES}))"
    )


def lenient_relation(path: Path, file: FileFormat, width: int) -> str:
    """As `text_relation`, of lines that do not split: too short or too long, they are read as far as they go."""
    columns = ", ".join(f"'c{position}': 'varchar'" for position in range(width))
    return (
        f"(select row_number() over () - 1 as _row, * from read_csv({file_text(path)}, {NO_HIVE}, "
        f"columns = {{{columns}}}, header = false, auto_detect = false, delim = {text(file.delimiter)}, "
        f"quote = {text(file.quote)}, escape = {text(file.quote)}, nullstr = [{texts(('', *file.null_values))}], "
        f"max_line_size = {MAX_LINE_BYTES}, null_padding = true, strict_mode = false, ignore_errors = true, "
        "parallel = false))"
    )


def lines_relation(path: Path) -> str:
    """A relation ``line`` of the physical lines of a UTF-8 file, blank ones left out."""
    return (
        f"read_csv({file_text(path)}, {NO_HIVE}, columns = {{'line': 'varchar'}}, header = false, auto_detect = false, "
        f"delim = '\x01\x02\x03\x04', quote = '', escape = '', nullstr = '\x05\x06', max_line_size = {MAX_LINE_BYTES})"
    )
