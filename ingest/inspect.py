"""What a file is, which built-in mapping reads it, and else a draft of one; nothing is loaded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from ingest.column_source import in_words
from ingest.errors import FileError, IngestError
from ingest.header import match, unpivoted
from ingest.mapping import FileFormat, TableMapping
from ingest.proposal.draft import Looked, draft, facts, look_at, printable
from ingest.proposal.values import currencies
from ingest.readers import read_header, record_file
from ingest.readers.xml_shape import shape_of
from ingest.recognise import Recognition, format_of, recognise

RECORDS_SHOWN = 2
LOOKED_AT = 10_000
"""Records looked through for the first that are read."""
CUT = {
    "fixed": "lines of fixed width",
    "blocks": "blocks, a value a line",
    "csv": "delimited text without column names",
}
XML = "an XML file"


def printable_lines(lines: Sequence[str]) -> str:
    """``lines`` for a terminal: what files hold must not steer it."""
    return "\n".join(map(printable, lines))


@dataclass(frozen=True)
class TableInspection:
    """How one canonical table would be filled: which header feeds which column, and what feeds nothing."""

    table: str
    columns: dict[str, str]
    """Canonical column -> what feeds it: a header, a constant, or two headers of a converted amount."""
    unmapped: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Inspection:
    """A file as it stands: its form, its header, its first records, and the mapping that would read it."""

    file: str
    bytes: int
    form: str
    facts: Mapping[str, str]
    """Encoding, marks, dates and so on in words, with what is not decided."""
    header: tuple[str, ...]
    first_records: tuple[tuple[str, ...], ...]
    source: str | None
    why: str
    tables: tuple[TableInspection, ...]
    looked: Looked | None = None
    """What a draft is made of, where no mapping knows the file."""

    def __str__(self) -> str:
        return printable_lines(self._lines())

    def _lines(self) -> list[str]:
        lines = [f"{self.file}: {self.form}, {self.bytes:,} bytes"]
        lines += [f"  {name}: {words}" for name, words in self.facts.items() if name != "format"]
        if self.header or self.form != XML:
            lines += [f"  columns: {' · '.join(self.header) or '(none)'}"]
        lines += [f"  record: {' · '.join(record)}" for record in self.first_records]
        if self.source is None:
            return [*lines, *(f"  {line}" for line in self.why.splitlines())]
        lines.append(f"  read as {self.source}: {self.why}")
        for table in self.tables:
            lines.append(f"  {table.table}:")
            width = max((len(name) for name in table.columns), default=0)
            lines += [f"    {name:<{width}} <- {source}" for name, source in table.columns.items()]
            if table.missing:
                lines.append(f"    not in the file: {', '.join(table.missing)}")
            if table.unmapped:
                lines.append(f"    not read: {' · '.join(table.unmapped)}")
        return lines


def inspect(path: Path) -> Inspection:
    """Look at ``path`` alone; see `inspect_all`."""
    return inspect_all([path])[0]


def inspect_all(paths: Sequence[Path]) -> list[Inspection]:
    """Look at ``paths``: the form of each by its bytes, its mapping by its header.

    A file that no mapping knows is no error: ``source`` is None and ``why`` says what the nearest mappings lack.
    Raises `FileError` where a file cannot be read at all (empty, or not what its suffix says).
    """
    return [_inspection(path, looked) for path, looked in zip(paths, look_at(paths), strict=True)]


def draft_of(inspections: Sequence[Inspection], name: str) -> str:
    """One draft mapping, called ``name``, for those of ``inspections`` that no mapping knows.

    Raises `FileError` where there is none, and where one has no line of column names to map.
    """
    unknown = [found.looked for found in inspections if found.looked is not None]
    if not unknown:
        known = ", ".join(f"{found.file} by {found.source}" for found in inspections)
        raise FileError(f"no draft is needed, a built-in mapping reads what is there: {known}")
    for looked in unknown:
        if not looked.form.header:
            raise FileError(
                f"{looked.path.name}: is {looked.form.words}, of which no draft is made; export it as delimited text, "
                "JSON lines, Parquet or a workbook (.xlsx)"
            )
        if not looked.form.header_row:
            raise FileError(
                f"{looked.path.name}: has no line of column names, only data; put one above it (or export it with "
                "headings), or write a mapping with `fields` (docs/mappings.md): a draft goes by column names"
            )
    return draft(unknown, name)


def _inspection(path: Path, looked: Looked) -> Inspection:
    form = looked.form
    records = tuple(form.rows[:RECORDS_SHOWN])
    size = path.stat().st_size
    told = shape_of(path, currencies()).facts if form.words == XML else facts(looked)
    try:
        found = recognise(path)
    except IngestError as error:
        return Inspection(path.name, size, form.words, told, form.header, records, None, str(error), (), looked)
    file = format_of(path, found.mapping, found.tables[0])
    # What XML holds is told by its shape: the columns are only what each table's mapping names.
    header = () if form.words == XML else tuple(read_header(path, file))
    words = form.words
    if file.fields:
        # What a file without column names holds, its mapping knows better than a look for delimiters and a header.
        words, told = f"{CUT[file.format]}, {file.encoding}", {"line ends": form.line_ends}
        records = tuple(islice(_taken(path, file), RECORDS_SHOWN))
    tables = tuple(_table(path, found, table) for table in found.tables)
    return Inspection(path.name, size, words, told, header, records, found.source, found.why, tables)


def _taken(path: Path, file: FileFormat) -> Iterator[tuple[str, ...]]:
    """The values of the first records that are read, as far as a look goes."""
    for record in islice(record_file.records(path, file), LOOKED_AT):
        if not record.is_left and record.fault is None:
            yield record.values


def _table(path: Path, found: Recognition, table: TableMapping) -> TableInspection:
    header = tuple(read_header(path, format_of(path, found.mapping, table)))
    held = match(table, header)
    columns = {name: in_words(source) for name, source in held.sources.items()}
    columns |= {name: f"the constant {value}" for name, value in table.constants.items()}
    if table.columns == "*" and found.mapping.base_currency:
        columns.setdefault("base_currency", f"the mapping's {found.mapping.base_currency}")
    turned = set(unpivoted(table, header)) - set(header)
    unmapped = () if turned else held.unmapped
    return TableInspection(table.table, columns, unmapped, held.missing)
