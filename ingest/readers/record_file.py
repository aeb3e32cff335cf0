"""Text files without column names: fixed-width lines, blocks of a line a value, delimited lines known by their order.

Records are cut in Python and written as Parquet, with where each stands, so that a rejected one is quoted by its bytes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from ingest.errors import FileError
from ingest.files import not_encoded, physical_lines
from ingest.layout import Layout, Lengths, Record
from ingest.mapping import FileFormat
from ingest.readers.reading import Origin, Reading, Request, unpivot_relation
from ingest.sql import NO_HIVE, file_text

BATCH = 20_000
LOOKED_AT = 1_000
"""Blocks whose lengths say how many lines the blocks of the file have."""
END_OF_FILE = "\x1a"
"""What DOS programs write at the end of a text."""


@dataclass(frozen=True)
class _Lines:
    """The lines of one record and where they stand."""

    lines: list[str]
    line: int
    start: int
    end: int
    """The byte after its last one, line end left out."""


def read_header(path: Path, file: FileFormat) -> list[str]:
    """The names of the fields; raises `FileError` where the first line is not one of this form."""
    first = next(iter(_text_lines(path, file, errors="replace")), None)
    if first is None:
        raise FileError(f"{path.name}: the file is empty; export it again")
    if file.first_line is not None and re.search(file.first_line, first.lines[0]) is None:
        raise FileError(
            f"{path.name}, line {first.line}: does not begin as a file of this form does ({file.first_line}), "
            f"but '{first.lines[0][:60]}'"
        )
    return [place.name for place in file.fields]


def open_reading(connection: duckdb.DuckDBPyConnection, request: Request) -> Reading:
    """Write the records as Parquet into the request's folder and open that.

    Raises `FileError` for bytes of another encoding and where no record is one that is read.
    """
    path, file = request.path, request.file
    header = read_header(path, file)
    copy = request.folder / f"{request.number}-{path.stem}.parquet"
    taken = _write(path, file, copy)
    if not taken and not request.mapping.allow_empty:
        kinds = ", ".join(file.records.take) if file.records is not None else "none at all"
        raise FileError(f"{path.name}: holds no record that is read ({kinds}); export it again")
    columns = ", ".join(f"c{position}" for position in range(len(header)))
    scan = f"read_parquet({file_text(copy)}, {NO_HIVE}, file_row_number = true)"
    relation = f"(select {columns} from read_parquet({file_text(copy)}, {NO_HIVE}))"
    numbered, rows = f"(select file_row_number as _row, {columns} from {scan})", 1
    if request.mapping.unpivot is not None:
        relation, numbered, rows = unpivot_relation(connection, request, header, relation)
    places = f"(select file_row_number + 1 as record, _line, _start, _end, _is_left, _fault from {scan})"
    origin = Origin(places, path, file.encoding, has_states=True)
    return Reading(header, relation, numbered, relation, rows, origin=origin)


def records(path: Path, file: FileFormat) -> Iterator[Record]:
    """The records of ``path`` in order."""
    layout = _layout_for(path, file)
    for one in _record_lines(path, file, layout):
        yield layout.cut(one.lines)


def _write(path: Path, file: FileFormat, copy: Path) -> int:
    """Write all records to ``copy``; how many are of a kind that is read."""
    layout, width, taken = _layout_for(path, file), len(file.fields), 0
    nulls, empty = {"", *file.null_values}, ("",) * width
    schema = pa.schema(
        [
            *((f"c{position}", pa.string()) for position in range(width)),
            *((name, pa.int64()) for name in ("_line", "_start", "_end")),
            ("_is_left", pa.bool_()),
            ("_fault", pa.string()),
        ]
    )
    with pq.ParquetWriter(copy, schema, compression="zstd") as writer:
        every = _record_lines(path, file, layout)
        while batch := list(islice(every, BATCH)):
            cut = [layout.cut(one.lines) for one in batch]
            taken += sum(not record.is_left for record in cut)
            values = zip(*(record.values or empty for record in cut), strict=True)
            columns = [pa.array([None if one in nulls else one for one in column], pa.string()) for column in values]
            columns += [
                pa.array([getattr(one, name) for one in batch], pa.int64()) for name in ("line", "start", "end")
            ]
            columns.append(pa.array([record.is_left for record in cut], pa.bool_()))
            columns.append(pa.array([record.fault for record in cut], pa.string()))
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))
    return taken


def _layout_for(path: Path, file: FileFormat) -> Layout:
    """The layout of ``path``; blocks all have as many lines as most of its first ones: one with a line too few or
    too many is shifted, and its values are others'."""
    layout = file.layout
    if file.format != "blocks":
        return layout
    counted = Counter(
        len(one.lines) - 1
        for one in islice(_record_lines(path, file, layout), LOOKED_AT)
        if not layout.cut(one.lines).is_left
    )
    if not counted:
        return layout
    ((usual, _),) = counted.most_common(1)
    allowed = layout.length
    if allowed is not None and (usual < allowed.fewest or usual > (allowed.most or usual)):
        return layout
    return replace(layout, length=Lengths(fewest=usual, most=usual))


def _record_lines(path: Path, file: FileFormat, layout: Layout) -> Iterator[_Lines]:
    """The records of a file; blank lines count within blocks only."""
    if file.format != "blocks":
        yield from _text_lines(path, file)
        return
    usual = layout.length.fewest if layout.length is not None and layout.length.fewest == layout.length.most else None
    held: _Lines | None = None
    for one in _text_lines(path, file, blanks=True):
        if held is None or layout.begins_block(one.lines[0]):
            if held is not None:
                yield held
            held = one if one.lines[0].strip() else None
        else:
            held.lines.append(one.lines[0])
            held = replace(held, end=one.end)
    if held is not None:
        if len(held.lines) == usual and held.lines[-1].strip():
            # The empty line at the end of the last block may be missing.
            held.lines.append("")
        yield held


def _text_lines(path: Path, file: FileFormat, *, errors: str = "strict", blanks: bool = False) -> Iterator[_Lines]:
    """The physical lines as text, blank ones left out unless ``blanks``."""
    position = 0
    for number, raw in enumerate(physical_lines(path), start=1):
        body = raw.rstrip(b"\r\n")
        try:
            line = body.decode(file.encoding, errors=errors)
        except UnicodeDecodeError:
            raise FileError(not_encoded(path, number, file.encoding)) from None
        line = line.removeprefix("\ufeff") if number == 1 else line
        start, position = position, position + len(raw)
        if line.strip(f"{END_OF_FILE} \t") or (blanks and END_OF_FILE not in line):
            yield _Lines([line], number, start, start + len(body))
