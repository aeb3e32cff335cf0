"""Physical lines of a text file: where a byte is, and where the records of an uneven file begin."""

from __future__ import annotations

import csv
import mmap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ingest.errors import FileError
from ingest.files import dialect
from ingest.mapping import FileFormat


def line_numbers(path: Path, positions: Sequence[int]) -> list[int]:
    """The physical line (from 1) of each byte position; positions ascend."""
    if not positions:
        return []
    numbers, line, before = [], 1, 0
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
        for position in positions:
            line += data[before:position].count(b"\n")
            numbers.append(line)
            before = position
    return numbers


@dataclass
class Walk:
    """The records of a CSV file with blank lines or values over several lines, in order."""

    path: Path
    file: FileFormat
    first_multiline: tuple[int, int] | None = None
    """First and last line of the first record that takes several."""
    swallowed: tuple[int, int] | None = None
    """First and last line of the first such record each line of which would be a row of its own, but for a quote."""
    wide: list[int] = field(default_factory=list)
    """Records with more columns than the header; the header is record 0."""
    record_lines: list[int] = field(default_factory=list)
    """The physical line each record begins on; position 0 is the header."""

    def starts(self, wanted: Iterable[int]) -> Iterator[tuple[int, int]]:
        """(record, line) of the records that begin on the ``wanted`` lines; the header is record 0."""
        lines = set(wanted)
        return ((record, line) for record, line in enumerate(self.record_lines) if line in lines)

    def quote(self, wanted: Iterable[int]) -> dict[int, str]:
        """Record -> its lines as they stand in the file, for the ``wanted`` records."""
        first_lines = {self.record_lines[record]: record for record in wanted if record < len(self.record_lines)}
        ends = {
            line: (self.record_lines[record + 1] if record + 1 < len(self.record_lines) else None)
            for line, record in first_lines.items()
        }
        quoted: dict[int, list[str]] = {}
        current: int | None = None
        end: int | None = None
        with self.path.open(encoding="utf-8-sig", newline="") as stream:
            for number, line in enumerate(stream, start=1):
                if number in first_lines:
                    current, end = first_lines[number], ends[number]
                elif end is not None and number >= end:
                    current = None
                if current is not None:
                    quoted.setdefault(current, []).append(line)
        return {record: "".join(parts).rstrip("\r\n") for record, parts in quoted.items()}


def walk(path: Path, file: FileFormat) -> Walk:
    """Walk over all records of ``path``. Needed for uneven files only: in others every line is a record."""
    found = Walk(path, file)
    with path.open(encoding="utf-8-sig", newline="") as stream:
        held: list[str] = []
        reader = csv.reader(_keeping(stream, held), **dialect(file))
        before = width = 0
        for record in _records(reader, path):
            first, last = before + 1, reader.line_num
            before = last
            parts, held[:] = list(held), []
            if not record:
                continue
            width = len(record) if not found.record_lines else width
            if len(record) > width and not (file.trailing_delimiter and record[width:] == [""]):
                found.wide.append(len(found.record_lines))
            found.record_lines.append(first)
            if last > first and found.first_multiline is None:
                found.first_multiline = (first, last)
            if last > first and found.swallowed is None and _are_rows(parts, width, file):
                found.swallowed = (first, last)
    return found


def _keeping(stream: Iterable[str], held: list[str]) -> Iterator[str]:
    """The lines of ``stream``, each also put into ``held``."""
    for line in stream:
        held.append(line)
        yield line


def _are_rows(parts: Sequence[str], width: int, file: FileFormat) -> bool:
    """Whether each of the lines of a record has the columns of a row once its quotes mean nothing.

    Two columns prove nothing: any text with a comma in it has them.
    """
    return width > 2 and all(line.count(file.delimiter) == width - 1 for line in parts)


def _records(reader: Iterator[list[str]], path: Path) -> Iterator[list[str]]:
    try:
        yield from reader
    except csv.Error as error:
        raise FileError(f"{path.name}: cannot be split into records: {error}. Look for a quote never closed.") from None
