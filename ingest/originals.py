"""Rejected lines in the bytes of their file, and what is needed to load them again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb

from ingest.files import physical_lines
from ingest.readers.reading import Origin
from ingest.schema import SCHEMA
from ingest.sql import text
from ingest.stage import StagedFile


def keep(connection: duckdb.DuckDBPyConnection, staged: StagedFile, load_id: int) -> None:
    """Fill ``raw_bytes`` of a file's rows in ``raw.rejects``, and say in ``raw.reject_files`` how it was read."""
    result, reading = staged.result, staged.reading
    of_file = (
        f"load_id = {load_id} and source = {text(result.source)} and table_name = {text(result.table_name)} "
        f"and slice = {text(result.slice)} and file = {text(result.file)}"
    )
    if reading.origin is not None and reading.origin.encoding is not None:
        _keep_spans(connection, reading.origin, of_file)
    elif reading.original is not None:
        if reading.text_file is not None and reading.text_file != reading.original:
            spans = connection.execute(
                f"select line, max(len(raw_line) - len(replace(raw_line, chr(10), ''))) + 1 from {SCHEMA}.rejects "
                f"where {of_file} and raw_line is not null group by 1 order by 1"
            ).fetchall()
            found = dict(_spans(reading.original, spans))
            connection.execute(
                f"update {SCHEMA}.rejects set raw_bytes = o.raw from "
                f"(select unnest(?::bigint[]) as line, unnest(?::blob[]) as raw) as o "
                f"where {of_file} and rejects.line = o.line",
                [list(found), list(found.values())],
            )
        else:
            # The text was read from the very file, which is UTF-8.
            connection.execute(f"update {SCHEMA}.rejects set raw_bytes = encode(raw_line) where {of_file}")
    row = connection.execute(
        f"select count(*) from {SCHEMA}.rejects where {of_file} and severity = 'reject'"
    ).fetchone()
    if row is None or not row[0]:
        return
    mapping = staged.mapping.model_copy(update={"tables": (staged.table,)})
    connection.execute(
        f"insert into {SCHEMA}.reject_files values (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            load_id,
            result.source,
            result.table_name,
            result.slice,
            result.file,
            json.dumps(reading.header, ensure_ascii=False),
            staged.file.model_dump_json(),
            mapping.model_dump_json(),
        ],
    )


def _keep_spans(connection: duckdb.DuckDBPyConnection, origin: Origin, of_file: str) -> None:
    """Fill ``raw_bytes`` of rejects whose records stand from byte to byte."""
    places = connection.execute(
        f"select _line, _start, _end from {origin.relation} "
        f"where _line in (select line from {SCHEMA}.rejects where {of_file}) order by 1"
    ).fetchall()
    raw = list(spans(origin.file, [(start, end) for _, start, end in places]))
    connection.execute(
        f"update {SCHEMA}.rejects set raw_bytes = o.raw from "
        "(select unnest(?::bigint[]) as line, unnest(?::blob[]) as raw) as o "
        f"where {of_file} and rejects.line = o.line",
        [[line for line, *_ in places], raw],
    )


def spans(path: Path, places: Iterable[tuple[int, int]]) -> Iterator[bytes]:
    """The bytes of ``path`` from the one place to the other."""
    with path.open("rb") as stream:
        for start, end in places:
            stream.seek(start)
            yield stream.read(end - start)


def filled_lines(path: Path, records: Iterable[int]) -> dict[int, tuple[int, str]]:
    """Record (from 1) -> its physical line and text, where each line of UTF-8 file ``path`` but blank ones is one."""
    wanted = set(records)
    found: dict[int, tuple[int, str]] = {}
    record = 0
    with path.open("rb") as stream:
        for number, line in enumerate(stream, start=1):
            if len(found) == len(wanted):
                break
            if not line.strip():
                continue
            record += 1
            if record in wanted:
                found[record] = number, line.rstrip(b"\r\n").decode("utf-8-sig" if number == 1 else "utf-8")
    return found


def _spans(path: Path, spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, bytes]]:
    """First line and bytes of each of ``spans``: (first line from 1, number of lines), in ascending order."""
    lines = physical_lines(path)
    number, line = 1, next(lines, b"")
    for first, count in spans:
        while number < first:
            number, line = number + 1, next(lines, b"")
        parts = [line]
        for _ in range(count - 1):
            number, line = number + 1, next(lines, b"")
            parts.append(line)
        yield first, b"".join(parts).rstrip(b"\r\n")
