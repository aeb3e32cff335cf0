"""What a file looks like, and how it would be read; nothing is loaded."""

from __future__ import annotations

import codecs
import csv
import io
from dataclasses import dataclass
from pathlib import Path

from ingest.column_source import in_words
from ingest.errors import IngestError
from ingest.files import SUFFIXES
from ingest.header import match, unpivoted
from ingest.mapping import TableMapping
from ingest.readers import read_header
from ingest.recognise import Recognition, format_of, recognise

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
HEAD_BYTES = 1 << 20
"""As much of a file's beginning as is looked at."""


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
    header: tuple[str, ...]
    first_records: tuple[tuple[str, ...], ...]
    source: str | None
    why: str
    tables: tuple[TableInspection, ...]

    def __str__(self) -> str:
        lines = [f"{self.file}: {self.form}, {self.bytes:,} bytes", f"  header: {', '.join(self.header) or '(none)'}"]
        lines += [f"  record: {', '.join(record)}" for record in self.first_records]
        if self.source is None:
            return "\n".join([*lines, *(f"  {line}" for line in self.why.splitlines())])
        lines.append(f"  read as {self.source}: {self.why}")
        for table in self.tables:
            lines.append(f"  {table.table}:")
            width = max((len(name) for name in table.columns), default=0)
            lines += [f"    {name:<{width}} <- {source}" for name, source in table.columns.items()]
            if table.missing:
                lines.append(f"    not in the file: {', '.join(table.missing)}")
            if table.unmapped:
                lines.append(f"    not read: {', '.join(table.unmapped)}")
        return "\n".join(lines)


def inspect(path: Path) -> Inspection:
    """Look at ``path``: its form by its first bytes, its mapping by its header.

    A file that no mapping knows is no error: ``source`` is None and ``why`` says what the nearest mappings lack.
    Raises `FileError` where the file cannot be read at all (empty, or not what its suffix says).
    """
    try:
        found = recognise(path)
    except IngestError as error:
        form, header, records = _form(path)
        return Inspection(path.name, path.stat().st_size, form, header, records, None, str(error), ())
    file = format_of(path, found.mapping, found.tables[0])
    header = tuple(read_header(path, file))
    form, _, records = _form(path)
    return Inspection(
        path.name,
        path.stat().st_size,
        form,
        header,
        records,
        found.source,
        found.why,
        tuple(_table(found, table, header) for table in found.tables),
    )


def _table(found: Recognition, table: TableMapping, header: tuple[str, ...]) -> TableInspection:
    held = match(table, header)
    columns = {name: in_words(source) for name, source in held.sources.items()}
    columns |= {name: f"the constant {value}" for name, value in table.constants.items()}
    if table.columns == "*" and found.mapping.base_currency:
        columns.setdefault("base_currency", f"the mapping's {found.mapping.base_currency}")
    turned = set(unpivoted(table, header)) - set(header)
    unmapped = () if turned else held.unmapped
    return TableInspection(table.table, columns, unmapped, held.missing)


def _form(path: Path) -> tuple[str, tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """What the first bytes say: the form in words, and of delimited text the header and two records."""
    suffix = SUFFIXES.get(path.suffix.lower(), "csv")
    if suffix != "csv":
        return f"a {suffix} file", (), ()
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    encoding, text = _decoded(head)
    first_line = text.splitlines()[0] if text.strip() else ""
    delimiter = max(DELIMITERS, key=first_line.count)
    form = f"{DELIMITERS[delimiter]}-separated text, {encoding}"
    if not first_line.count(delimiter):
        form = f"text of one column, {encoding}"
    records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows = [tuple(row) for row, _ in zip(records, range(3), strict=False)]
    return form, rows[0] if rows else (), tuple(rows[1:])


def _decoded(head: bytes) -> tuple[str, str]:
    """The likeliest of the encodings that extracts come in, and the text by it."""
    if head.startswith(codecs.BOM_UTF8):
        return "UTF-8 with a byte-order mark", head.decode("utf-8-sig", errors="ignore")
    try:
        # The end may cut a character in two: only what is whole is judged.
        return "UTF-8", codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return "not UTF-8, probably Windows-1252", head.decode("windows-1252", errors="replace")
