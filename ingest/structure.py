"""Records that do not split into the file's columns, and files whose lines do not add up to their records."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO

import duckdb

from ingest import lines, marks
from ingest.errors import FileError
from ingest.files import MAX_LINE_BYTES, not_encoded
from ingest.mapping import FileFormat
from ingest.projection import STATE_FILTERED, STATE_REFUSED
from ingest.readers.csv_file import lines_relation
from ingest.sql import text
from ingest.stage import Stage, StagedFile

_REASONS = {
    "MISSING COLUMNS": "the line has fewer columns than the header",
    "TOO MANY COLUMNS": "the line has more columns than the header; a value with the delimiter in it needs quotes",
    "UNQUOTED VALUE": "a quote inside a quoted value is not doubled",
    "CAST": "a value cannot be read as its column's type",
    "INVALID STATE": "the line cannot be split into columns: check its quotes",
}


TOLD_BYTES = 9_900
"""Of a line it rejects the reader tells the first 10,000 bytes; of a line about as long the rest may be missing."""


@dataclass(frozen=True)
class Unread:
    """A record the reader could not split. ``record`` counts from 1 without the header, ``line`` with it."""

    record: int
    line: int
    reason: str
    raw_line: str
    is_split: bool
    """Whether the line has the columns it should have, and only a value could not be typed."""


@dataclass
class Structure:
    """What is known of a file's lines once it is on the stage."""

    unread: list[Unread] = field(default_factory=list)
    is_regular: bool = True
    """Every physical line but the header is one record."""
    wide: list[int] = field(default_factory=list)
    """Records (from 1) with an empty column too many at their end, which the reader passes over: what stands before
    may be shifted, as where an amount with a thousands mark is not quoted."""


def check(connection: duckdb.DuckDBPyConnection, staged: StagedFile) -> Structure:
    """Find the unread records of a staged file and hold its lines against its records.

    Raises `FileError` for bytes of another encoding, for a quote that is never closed, and for values over
    several lines where the mapping does not allow them: each means that rows were swallowed or misread.
    """
    reading = staged.reading
    if reading.text_file is None or reading.rejects_table is None or reading.survey is None:
        return Structure()
    name = staged.result.file
    found = _whole(_rejected_lines(connection, reading.rejects_table), reading.text_file, staged.file)
    places = lines.line_numbers(reading.text_file, [position for position, *_ in found])
    unread = []
    for (_, kind, raw), line in zip(found, places, strict=True):
        is_split = kind == "CAST"
        if kind == "INVALID ENCODING":
            raise FileError(not_encoded(staged.path, line, staged.file.encoding))
        swallowed = "\n" in raw and (kind == "UNQUOTED VALUE" or not staged.file.multiline)
        if kind == "LINE SIZE OVER MAXIMUM" or swallowed:
            raise FileError(
                f"{name}, line {line}: a quote ({staged.file.quote}) opens here and is not closed on this line, so the "
                "lines after it are read as part of the value. Close or double the quote in the file."
            )
        reason = _REASONS.get(kind, f"the line cannot be read ({kind.lower()})")
        unread.append(Unread(line - 1, line, reason, raw, is_split))
    records = staged.rows // reading.rows_per_record + len(unread)
    if unread and staged.table.printed is not None:
        raise FileError(
            f"{name}, line {unread[0].line + reading.lines_before}: {unread[0].reason}. In a printed list such a line "
            "may head the items below it or sum those above, so none of it was read; mend the line or export it again."
        )
    structure = Structure(unread, is_regular=reading.survey.lines == records + 1)
    if not structure.is_regular:
        _check_irregular(staged, structure, records)
    elif not staged.file.trailing_delimiter and (
        unread or reading.survey.delimiters > (len(reading.header) - 1) * (records + 1)
    ):
        structure.wide = _wide_lines(connection, staged, {record.line for record in unread})
    return structure


def _wide_lines(connection: duckdb.DuckDBPyConnection, staged: StagedFile, known: set[int]) -> list[int]:
    """The records of a regular file that end in a delimiter too many, ``known`` lines apart."""
    assert staged.reading.text_file is not None
    delimiter, quote = staged.file.delimiter, staged.file.quote
    quoted = f"{re.escape(quote)}([^{re.escape(quote)}]|{re.escape(quote * 2)})*{re.escape(quote)}"
    bare = "line"
    if quote:
        bare = (
            f"case when contains(line, {text(quote)}) then regexp_replace(line, {text(quoted)}, '', 'g') else line end"
        )
    rows = connection.execute(
        f"select number - 1 from (select number, {bare} as bare from ("
        f"select row_number() over () as number, line from {lines_relation(staged.reading.text_file)}) "
        f"where number > 1 and ends_with(line, {text(delimiter)})) "
        f"where length(bare) - length(replace(bare, {text(delimiter)}, '')) >= {len(staged.reading.header)} order by 1"
    ).fetchall()
    return [int(record) for (record,) in rows if record + 1 not in known]


def refuse_wide(stage: Stage, staged: StagedFile, structure: Structure) -> None:
    """Refuse the staged rows of `Structure.wide`, whatever else may be wrong with them."""
    if not structure.wide:
        return
    join, record = record_of(staged, "s.rowid")
    stage.connection.execute(
        f"create or replace temp table ingest_wide as select s.rowid as row_id from {stage.name} as s {join} "
        f"where {staged.rows_where} and s._state <> {STATE_FILTERED} and {record} in (select unnest(?))",
        [structure.wide],
    )
    stage.connection.execute(
        f"insert into {marks.TABLE} select {text(stage.table.name)}, {staged.number}, row_id, null, null, "
        f"{text(_REASONS['TOO MANY COLUMNS'])}, 'reject' from ingest_wide"
    )
    stage.connection.execute(
        f"update {stage.name} set _state = {STATE_REFUSED} where rowid in (select row_id from ingest_wide)"
    )


def refuse_broken(stage: Stage, staged: StagedFile) -> None:
    """Leave out staged rows of records that are not read, and refuse those that could not be cut into their values.

    The latter whatever filters say of them: they look at what is not known.
    """
    origin = staged.reading.origin
    if origin is None or not origin.has_states:
        return
    own = f"(s.rowid - {staged.first_row}) // {staged.reading.rows_per_record} + 1 = o.record"
    for condition, state in (("_is_left", STATE_FILTERED), ("_fault is not null", STATE_REFUSED)):
        stage.connection.execute(
            f"create or replace temp table ingest_broken as select s.rowid as row_id, o._fault as reason "
            f"from {stage.name} as s join (from {origin.relation} where {condition}) as o on {own} "
            f"where {staged.rows_where}"
        )
        stage.connection.execute(
            f"update {stage.name} set _state = {state} where rowid in (select row_id from ingest_broken)"
        )
    stage.connection.execute(
        f"insert into {marks.TABLE} select {text(stage.table.name)}, {staged.number}, row_id, null, null, reason, "
        "'reject' from ingest_broken"
    )


def _check_irregular(staged: StagedFile, structure: Structure, records: int) -> None:
    """Blank lines are passed over; values over several lines need leave, for they may be a quote gone astray."""
    assert staged.reading.text_file is not None
    walk = lines.walk(staged.reading.text_file, staged.file)
    if walk.first_multiline is not None and not staged.file.multiline:
        first, last = walk.first_multiline
        raise FileError(
            f"{staged.result.file}, line {first}: a quoted value runs on to line {last}. If that is meant, say "
            "`multiline: true` in the mapping (under `file`); if not, close the quote in the file: the lines between "
            "are read as part of the value."
        )
    # Quotes in the copy of a workbook's sheet are our own.
    if walk.swallowed is not None and staged.reading.original is not None:
        first, last = walk.swallowed
        raise FileError(
            f"{staged.path.name}, line {first}: a quoted value runs on to line {last}, and these lines would be rows "
            f"of their own but for a quote ({staged.file.quote}) that is opened in one and closed in another. Close or "
            "double the quote in the file."
        )
    if len(walk.record_lines) != records + 1:
        raise FileError(
            f"{staged.result.file}: has {len(walk.record_lines) - 1} records, but {records} were read. "
            "Check its quotes and line ends, or export it again."
        )
    unread_lines = {unread.line for unread in structure.unread}
    structure.wide = [record for record in walk.wide if walk.record_lines[record] not in unread_lines]
    by_line = {line: record for record, line in walk.starts(unread_lines)}
    structure.unread = [replace(unread, record=by_line.get(unread.line, unread.record)) for unread in structure.unread]


def _rejected_lines(connection: duckdb.DuckDBPyConnection, table: str) -> list[tuple[int, str, str]]:
    """(byte position from 0, kind of error, line) of each record the reader rejected, in file order."""
    exists = connection.execute(f"select count(*) from duckdb_tables() where table_name = {text(table)}").fetchone()
    if exists is None or not exists[0]:
        return []
    rows = connection.execute(
        # A line that does not split is reported for each value too; that it does not split comes first.
        "select line_byte_position - 1, arg_min(error_type, (error_type = 'CAST', byte_position)), any_value(csv_line) "
        f"from {table} group by 1 order by 1"
    ).fetchall()
    # With \r\n line ends the reader counts the \n of the line before as the beginning of the line.
    return [
        (int(position) + len(raw) - len(raw.lstrip("\r\n")), str(kind), raw.strip("\r\n"))
        for position, kind, raw in rows
    ]


def _whole(found: list[tuple[int, str, str]], path: Path, file: FileFormat) -> list[tuple[int, str, str]]:
    """``found`` with the lines that the reader has told in part only as they stand in the file at ``path``."""
    if all(len(raw.encode()) < TOLD_BYTES for *_, raw in found):
        return found
    quote = file.quote.encode() if file.multiline else b""
    whole = []
    with path.open("rb") as stream:
        for position, kind, raw in found:
            told = raw
            if len(raw.encode()) >= TOLD_BYTES and ("\n" not in raw or file.multiline):
                stream.seek(position)
                told = _record_at(stream, quote).decode(errors="replace").lstrip("\ufeff").strip("\r\n")
            whole.append((position, kind, told))
    return whole


def _record_at(stream: IO[bytes], quote: bytes) -> bytes:
    """The line where ``stream`` stands, and those after it while a quote is open."""
    record = b""
    while len(record) < MAX_LINE_BYTES:
        line = stream.readline(MAX_LINE_BYTES)
        record += line
        if not line or not quote or record.count(quote) % 2 == 0:
            break
    return record


def number_unread(connection: duckdb.DuckDBPyConnection, staged: StagedFile, structure: Structure) -> None:
    """Make ``ingest_unread_<file>``, which `record_of` needs: how many records are missing before a stage row."""
    if not structure.unread:
        return
    records = [unread.record for unread in structure.unread]
    connection.execute(
        f"create temp table ingest_unread_{staged.number} as "
        "select rows_before, max(missing) as missing from (select unnest(?) as rows_before, unnest(?) as missing) "
        "group by 1",
        [[record - 1 - index for index, record in enumerate(records)], list(range(1, len(records) + 1))],
    )


def record_of(staged: StagedFile, row: str) -> tuple[str, str]:
    """The record (from 1) of the stage row with position ``row``: a join to put in, and the expression."""
    position = f"({row} - {staged.first_row}) // {staged.reading.rows_per_record}"
    if not staged.unread:
        return "", f"{position} + 1"
    return (
        f"asof left join ingest_unread_{staged.number} as u on {position} >= u.rows_before",
        f"{position} + 1 + coalesce(u.missing, 0)",
    )
