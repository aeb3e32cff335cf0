"""XML files: each element of one kind becomes a row, read in a stream, whatever the size of the file.

The file is parsed once, by expat, with document types and entities refused. Rows go in batches to a Parquet file of
text that lies beside the load; with each row goes where it stands in the XML file, so that rejects quote it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Context, Decimal
from functools import reduce
from itertools import takewhile
from pathlib import Path
from typing import NoReturn
from xml.parsers import expat

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from ingest.errors import FileError, nearest
from ingest.mapping import FileFormat
from ingest.readers.reading import Origin, Reading, Request, unpivot_relation
from ingest.sql import NO_HIVE, file_text
from ingest.xml_paths import Field, Step, local_name

CHUNK = 1 << 20
BATCH = 50_000
MAX_DEPTH = 100
MAX_VALUE = 1 << 20
"""Characters of one value; more is no value of a ledger."""
NUMBER = re.compile(r"[+-]?(\d{1,24}(\.\d{0,24})?|\.\d{1,24})", re.ASCII)
"""What `sum` adds up: Python would also take `1E999999`, `1_0` and `NaN`."""
EXACT = Context(prec=64)
MAX_ROW_BYTES = 1 << 26
LOOKED_AT = 10_000
"""Elements looked at, where no row was met yet, to say what a file holds instead."""
PLACE = ("_line", "_start", "_end")


class RefusedXmlError(FileError):
    """A file that is XML, or meant to be, and is not read whatever mapping would: it is broken, or could harm."""


class DoneError(Exception):
    """Enough was seen."""


def read_header(path: Path, file: FileFormat) -> list[str]:
    """The paths the mapping names, as columns; raises `FileError` where the file is not the XML the mapping means."""
    if file.rows is None:
        raise FileError(
            f"{path.name}: is XML that no built-in mapping knows; it needs one with `format: xml` (docs/mappings.md)"
        )
    _Root(path, file).check()
    return list(file.paths)


def open_reading(connection: duckdb.DuckDBPyConnection, request: Request) -> Reading:
    """Write the rows as Parquet into the request's folder and open that.

    Raises `FileError` for XML that is not well-formed or cut off, for a document type or an entity, and where no
    element is a row though the mapping does not allow that.
    """
    path, file = request.path, request.file
    copy = request.folder / f"{request.number}-{path.stem}.parquet"
    found = _Rows(path, file, copy).write()
    if not found.rows and not request.mapping.allow_empty:
        hint = nearest(file.rows or "", found.repeated) or (
            f" What repeats in it: {', '.join(sorted(found.repeated)[:10])}." if found.repeated else ""
        )
        raise FileError(f"{path.name}: no element is a row: there is none at `rows: {file.rows}`{hint}")
    columns = ", ".join(f"c{position}" for position in range(len(file.paths)))
    scan = f"read_parquet({file_text(copy)}, {NO_HIVE}, file_row_number = true)"
    relation = f"(select {columns} from read_parquet({file_text(copy)}, {NO_HIVE}))"
    numbered, rows = f"(select file_row_number as _row, {columns} from {scan})", 1
    header = list(file.paths)
    if request.mapping.unpivot is not None:
        relation, numbered, rows = unpivot_relation(connection, request, header, relation)
    cells = f"cast(to_json([{columns}]) as varchar) as _cells"
    origin = Origin(f"(select file_row_number + 1 as record, {', '.join(PLACE)}, {cells} from {scan})", path)
    return Reading(header, relation, numbered, relation, rows, origin=origin, never_filled=found.never_filled)


class SafeParser:
    """An expat parser over a file that refuses what could harm, and tells faults by line."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse_doctype
        self.parser.EntityDeclHandler = self._refuse_entity
        self.parser.ExternalEntityRefHandler = self._refuse_entity

    def _refuse_doctype(self, *_: object) -> NoReturn:
        raise RefusedXmlError(
            f"{self.path.name}, line {self.parser.CurrentLineNumber}: declares a document type (<!DOCTYPE ...>), which "
            "no extract needs and by which XML can harm; nothing of it was read. Export it again without."
        )

    def _refuse_entity(self, *_: object) -> NoReturn:
        raise RefusedXmlError(f"{self.path.name}: declares an entity, by which XML can harm; nothing of it was read")

    def run(self) -> None:
        """Parse the file; raises `RefusedXmlError` where it is not well-formed XML."""
        try:
            with self.path.open("rb") as stream:
                while chunk := stream.read(CHUNK):
                    self.parser.Parse(chunk, False)
                self.parser.Parse(b"", True)
        except expat.ExpatError as error:
            words = expat.errors.messages.get(error.code, "is not well-formed")
            cut = error.code in {expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS]} or "unclosed" in words
            hint = "It is cut off: fetch or export it again." if cut else "Export it again."
            if error.code == expat.errors.codes[expat.errors.XML_ERROR_INVALID_TOKEN]:
                hint = "Perhaps its bytes are of another encoding than its first line says. Export it again."
            raise RefusedXmlError(f"{self.path.name}, line {error.lineno}: is not XML: {words}. {hint}") from None
        except (LookupError, UnicodeError, ValueError) as error:
            raise RefusedXmlError(f"{self.path.name}: its encoding cannot be read: {error}") from None


class _Root(SafeParser):
    """The first element of a file, held against what the mapping expects."""

    def __init__(self, path: Path, file: FileFormat) -> None:
        super().__init__(path)
        self.file = file
        self.parser.StartElementHandler = self._start

    def check(self) -> None:
        """Raise `FileError` where the root is another."""
        try:
            self.run()
        except DoneError:
            return

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        expected = self.file.row_steps[0]
        if local_name(name) != expected:
            raise FileError(f"{self.path.name}: its root is <{local_name(name)}>, not <{expected}> as its mapping says")
        prefix = name.rpartition(":")[0]
        space = attributes.get(f"xmlns:{prefix}" if prefix else "xmlns", "")
        if self.file.namespace is not None and not self.file.is_of_namespace(space):
            raise FileError(
                f"{self.path.name}: is <{local_name(name)}> of '{space}', "
                f"not of {self.file.namespace} as its mapping says"
            )
        raise DoneError


@dataclass
class _Found:
    rows: int
    never_filled: tuple[str, ...]
    repeated: set[str]


@dataclass
class _Part:
    """A part of a row that is split: what was found in it and around it inside the row, by slot."""

    values: dict[int, list[str]]
    counts: dict[str, int]


class _Rows(SafeParser):
    """Writes the rows of a file."""

    def __init__(self, path: Path, file: FileFormat, copy: Path) -> None:
        super().__init__(path)
        self.copy = copy
        self.row_steps = file.row_steps
        self.depth_of_row = len(self.row_steps)
        self.each_steps = [*self.row_steps, *file.each.split("/")] if file.each is not None else None
        self.nulls = frozenset(file.null_values)
        self.fields = [Field.read(words, self.row_steps) for words in file.paths]
        self.root = Step.tree(self.fields, self.each_steps or self.row_steps)
        self.width = len(self.fields)
        # Where rows are split: slots whose values stand in a part of the row (at the depth of parts), or in an element
        # of the row around parts, by that element's depth.
        self.split: dict[int, list[int]] = {}
        for slot, part in enumerate(part for each in self.fields for part in each.parts):
            pairs = zip(part.names, self.each_steps or (), strict=False)
            depth = len(list(takewhile(lambda pair: pair[0] == pair[1], pairs)))
            if depth > self.depth_of_row:
                self.split.setdefault(depth, []).append(slot)
        self.parts: list[_Part] = []
        self.enclosed: dict[int, int] = {}
        """How many parts of the row stand in elements of a depth that have ended."""
        self.apart: dict[int, list[str]] = {}
        """By slot, what elements around parts held that have ended: a row without parts is made of all of it."""
        # How many of the counted elements of the row began so far, by their paths.
        self.counted = {(*self.row_steps, *words.split("/")): f"#{words}" for words in self._counted()}
        self.counts = dict.fromkeys(self.counted.values(), 0)
        # For each part of each field: values found so far. Those of what encloses the row stay until it closes.
        self.slots = sum(len(each.parts) for each in self.fields)
        self.values: list[list[str]] = [[] for _ in range(self.slots)]
        self.stack: list[Step | None] = []
        self.names: list[str] = []
        self.content: list[list[str]] = []
        self.in_row = False
        self.rows_in: list[int] = []
        """Rows that closed so far inside each open element."""
        self.place = (0, 0)
        self.batch: list[list[str | None]] = [[] for _ in range(self.width)]
        self.places: list[tuple[int, int, int]] = []
        self.filled = [False] * self.width
        self.count = 0
        self.seen: dict[str, int] = {}
        self.looked = 0
        self.passed_over = 0
        """How deep the parser is inside an element in which nothing is wanted."""
        self._listen()

    def _counted(self) -> list[str]:
        return [words for each in self.fields for words in each.counted]

    def write(self) -> _Found:
        """Parse the file into the copy."""
        schema = pa.schema(
            [(f"c{position}", pa.string()) for position in range(self.width)] + [(name, pa.int64()) for name in PLACE]
        )
        with pq.ParquetWriter(self.copy, schema, compression="zstd") as self.writer:
            self.schema = schema
            self.run()
            self._flush()
        never = tuple(each.words for each, filled in zip(self.fields, self.filled, strict=True) if not filled)
        repeated = {path for path, times in self.seen.items() if times > 1}
        return _Found(self.count, never if self.count else (), repeated)

    def _listen(self) -> None:
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text

    def _pass_over(self) -> None:
        """Count elements alone until the one that has just begun ends: most of a file is not for this table."""
        self.passed_over = 1
        self.parser.StartElementHandler = self._start_passed_over
        self.parser.EndElementHandler = self._end_passed_over
        self.parser.CharacterDataHandler = None

    def _start_passed_over(self, _name: str, _attributes: dict[str, str]) -> None:
        self.passed_over += 1
        if self.passed_over + len(self.names) > MAX_DEPTH:
            self._fail(f"elements stand more than {MAX_DEPTH} deep in each other")

    def _end_passed_over(self, _: str) -> None:
        self.passed_over -= 1
        if not self.passed_over:
            self._listen()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = local_name(name)
        depth = len(self.names)
        if depth >= MAX_DEPTH:
            self._fail(f"elements stand more than {MAX_DEPTH} deep in each other")
        parent = self.root if depth == 0 else self.stack[-1]
        step = parent.children.get(name) if parent is not None else None
        looks_for_rows = not self.count and depth < self.depth_of_row + 1 and self.looked < LOOKED_AT
        if step is None and not looks_for_rows:
            self._pass_over()
            return
        self.names.append(name)
        self.rows_in.append(0)
        self.stack.append(step)
        if depth + 1 == self.depth_of_row and self.names == self.row_steps:
            self.in_row = True
            self.counts = dict.fromkeys(self.counts, 0)
            self.place = (self.parser.CurrentLineNumber, self.parser.CurrentByteIndex)
        if looks_for_rows:
            self.looked += 1
            path = "/".join(self.names)
            self.seen[path] = self.seen.get(path, 0) + 1
        if self.in_row and self.counted and (counter := self.counted.get(tuple(self.names))):
            self.counts[counter] += 1
        if step is None:
            return
        self.content.append([])
        for attribute, slots in step.attributes.items():
            for key, value in attributes.items():
                if local_name(key) == attribute:
                    self._keep(slots, value, depth + 1)

    def _text(self, characters: str) -> None:
        step = self.stack[-1] if self.stack else None
        if step is not None and step.slots:
            self.content[-1].append(characters)
            if sum(map(len, self.content[-1])) > MAX_VALUE:
                self._fail(f"a value is longer than {MAX_VALUE:,} characters")

    def _end(self, _: str) -> None:
        depth = len(self.names)
        step = self.stack.pop()
        if step is not None:
            self._keep(step.slots, " ".join("".join(self.content.pop()).split()), depth)
        if self.in_row and self.each_steps is not None and self.names == self.each_steps[:depth]:
            self._end_in_split_row(depth)
        if self.in_row and depth == self.depth_of_row:
            self.in_row = False
            parts = self.parts or [_Part(self.apart, self.counts)]
            for number, part in enumerate(parts, start=1):
                for slot, values in part.values.items():
                    self.values[slot] = values
                self._row(number, len(parts), part.counts)
            self.parts, self.enclosed, self.apart = [], {}, {}
            for slot in (slot for slots in self.split.values() for slot in slots):
                self.values[slot] = []
            for index in range(depth):
                self.rows_in[index] += 1
        if step is not None and depth <= self.depth_of_row:
            for slot in step.below:
                self.values[slot].clear()
        self.names.pop()
        self.rows_in.pop()

    def _end_in_split_row(self, depth: int) -> None:
        """End a part of the row, or an element around parts: what it holds is theirs, and not of the parts after it."""
        if self.names == self.each_steps:
            self.parts.append(_Part({}, dict(self.counts)))
        for slot in self.split.get(depth, ()):
            for part in self.parts[self.enclosed.get(depth, 0) :]:
                part.values[slot] = self.values[slot]
            self.apart.setdefault(slot, []).extend(self.values[slot])
            self.values[slot] = []
        self.enclosed[depth] = len(self.parts)

    def _keep(self, slots: tuple[int, ...], value: str, depth: int) -> None:
        if not value or not slots or value in self.nulls:
            return
        for slot in slots:
            # What encloses the rows must stand before them: those already written went without it.
            owner = self.root.owner[slot]
            if depth > owner > 0 and owner < self.depth_of_row and self.rows_in[owner - 1]:
                self._fail(
                    f"'{self.names[-1]}' comes after rows that need it. A value from around a row must stand before it"
                )
            self.values[slot].append(value)

    def _row(self, part_number: int, parts_count: int, counts: dict[str, int]) -> None:
        counters = {"#row": str(self.rows_in[-2] + 1 if len(self.rows_in) > 1 else 1), "#each": str(part_number)}
        counters |= {words: str(count) for words, count in counts.items()}
        slots = iter(self.values)
        for position, each in enumerate(self.fields):
            value: str | None = None
            for alternative in each.alternatives:
                parts = [
                    counters.get(part.literal, part.literal)
                    if part.literal is not None
                    else self._one(part.function, next(slots), parts_count)
                    for part in alternative.parts
                ]
                if value is None:
                    value = alternative.value(parts)
            self.filled[position] |= value is not None
            self.batch[position].append(value)
        end = self.parser.CurrentByteIndex
        self.places.append((*self.place, end))
        self.count += 1
        if len(self.places) >= BATCH:
            self._flush()

    def _one(self, function: str, values: list[str], parts_count: int) -> str | None:
        """The one value of several, by a part's function; none where there is none."""
        if not values:
            return None
        match function:
            case "first":
                return values[0]
            case "last":
                return values[-1]
            case "has":
                return "true"
            case "alone":
                return " ".join(values) if parts_count == 1 else None
            case "sum" | "minus":
                if not all(NUMBER.fullmatch(value) for value in values):
                    # Not a number: the row is rejected with what stands there.
                    return " + ".join(values)
                total = reduce(EXACT.add, (Decimal(value) for value in values))
                return format(total if function == "sum" else EXACT.minus(total), "f")
            case _:
                return " ".join(values)

    def _flush(self) -> None:
        if not self.places:
            return
        columns = [pa.array(values, pa.string()) for values in self.batch]
        columns += [pa.array(values, pa.int64()) for values in zip(*self.places, strict=True)]
        self.writer.write_table(pa.Table.from_arrays(columns, schema=self.schema))
        self.batch = [[] for _ in range(self.width)]
        self.places = []

    def _fail(self, words: str) -> NoReturn:
        raise FileError(f"{self.path.name}, line {self.parser.CurrentLineNumber}: {words}")


def snippets(path: Path, places: list[tuple[int, int]]) -> Iterator[str]:
    """The elements of an XML file that stand from byte to byte (of the closing tag's beginning), as text."""
    encoding = encoding_of(path)
    with path.open("rb") as stream:
        for start, end in places:
            stream.seek(start)
            raw = stream.read(min(end - start, MAX_ROW_BYTES))
            raw += stream.read(256).partition(b">")[0] + b">" if end - start < MAX_ROW_BYTES else b""
            yield raw.decode(encoding, errors="replace")


def encoding_of(path: Path) -> str:
    """The encoding a file's first line states; UTF-8 where it states none."""
    found: list[str] = []
    parser = expat.ParserCreate()
    parser.XmlDeclHandler = lambda _version, encoding, _standalone: found.append(encoding or "utf-8")
    with path.open("rb") as stream:
        parser.Parse(stream.read(1024), False)
    return found[0] if found else "utf-8"
