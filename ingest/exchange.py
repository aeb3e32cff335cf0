"""Rejected lines as files a person can mend in a spreadsheet, and such files read again.

A file holds the columns of `MARKS`, which say where each line comes from and what is wrong with it, and after them the
columns of the original under their own names, in the original's delimiter, encoding and way to write numbers and days.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from ingest import mended, schema, steady
from ingest.column_source import fold
from ingest.errors import FileError, nearest
from ingest.files import Extract, dialect, sha256
from ingest.formulas import as_it_was, harmless
from ingest.loader import carry_out
from ingest.mapping import FileFormat, Mapping
from ingest.mended import DISMISSED, MENDED, PAST, Mends, Place
from ingest.mended_file import MARKS, PLACE, marked, read
from ingest.plan import Item, Plan
from ingest.report import FileResult, LoadReport
from ingest.schema import SCHEMA

NOTHING = "-"
"""In a mended item of a printed list: its heading said nothing of this column."""


@dataclass(frozen=True)
class Line:
    """One rejected line."""

    place: Place
    state: str
    mended_in: int | None
    decision_id: int | None
    """The newest decision on it."""
    columns: str | None
    reasons: str
    value: str | None
    raw_line: str | None
    cells: str | None
    """Of XML: its values, a JSON list."""
    as_of_on: date

    @property
    def content(self) -> str | None:
        """The line as it came, by which it is known again."""
        return self.cells if self.cells is not None else self.raw_line


@dataclass(frozen=True)
class Form:
    """How a file with rejected lines was read."""

    header: tuple[str, ...]
    file: FileFormat
    mapping: str

    @property
    def is_of_list(self) -> bool:
        """Whether it is a list of open items."""
        return Mapping.model_validate_json(self.mapping).tables[0].kind == "open_items"

    @property
    def plain(self) -> FileFormat:
        """The same numbers and days in delimited text: what a mended file is read as."""
        is_text = self.file.format == "csv" and not self.file.fields
        # A file that quotes nothing may hold the quotes a spreadsheet puts round what it writes.
        own = {"delimiter": self.file.delimiter, "quote": self.file.quote or '"', "encoding": self.file.encoding}
        other = {"delimiter": ",", "quote": '"', "encoding": "utf-8"}
        return self.file.model_copy(
            update={
                **{"format": "csv", "multiline": True, "header_row": 1, "fields": (), "records": None, "length": None},
                **{"first_line": None, **(own if is_text else other)},
            }
        )


def lines(connection: duckdb.DuckDBPyConnection) -> list[Line]:
    """All rejected lines there are, in the order of loads, files and lines."""
    if "rejects" not in _own_tables(connection) or is_of_earlier_version(connection):
        return []
    found = connection.execute(
        "select load_id, source, table_name, slice, file, line, record, state, mended_in, decision_id, columns, "
        f"reasons, value, raw_line, cells, as_of_on from ({mended.STATES}) "
        "order by load_id, source, table_name, slice, file, line, record"
    ).fetchall()
    return [Line(Place(*row[:7]), *row[7:]) for row in found]


def _own_tables(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """The tables of schema raw; none where nothing was ever loaded."""
    return {
        row[0]
        for row in connection.execute(
            "select table_name from duckdb_tables() where database_name = current_database() and schema_name = ?",
            [SCHEMA],
        ).fetchall()
    }


def is_of_earlier_version(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether rejects were kept by a version that did not keep what `lines` needs; the next load or build adds it."""
    names = _own_tables(connection)
    return "rejects" in names and "reject_decisions" not in names


_OfFile = tuple[int, str, str, str, str]
"""Load, source, table, slice and file."""


def _of_file(place: Place) -> _OfFile:
    return (place.load_id, place.source, place.table_name, place.slice, place.file)


def forms(connection: duckdb.DuckDBPyConnection) -> dict[_OfFile, Form]:
    """How each file with rejects was read, by load, source, table, slice and file."""
    found = connection.execute(
        f"select load_id, source, table_name, slice, file, header, form, mapping from {SCHEMA}.reject_files"
    ).fetchall()
    return {
        (load_id, source, table, part, file): Form(
            tuple(json.loads(header)), FileFormat.model_validate_json(form), mapping
        )
        for load_id, source, table, part, file, header, form, mapping in found
    }


def export(connection: duckdb.DuckDBPyConnection, chosen: Sequence[Line], out: Path) -> list[tuple[Path, int]]:
    """Write the chosen lines to ``out``, one file for each header; return what was written: (file, lines).

    Files of several headers get the source and table in their names. Raises `FileError` where ``out`` cannot be
    written, and for lines of loads that kept no form.
    """
    known = forms(connection)
    groups: dict[tuple[str, str, tuple[str, ...], str], tuple[Form, list[Line]]] = {}
    for line in chosen:
        place = line.place
        form = known.get(_of_file(place))
        if form is None:
            raise FileError(
                f"{place.file}: load {place.load_id} was made by a version that did not keep how it read its files. "
                "Load the file again to export what is rejected in it."
            )
        key = (place.source, place.table_name, form.header, form.plain.model_dump_json())
        groups.setdefault(key, (form, []))[1].append(line)
    written = []
    for number, ((source, table, *_), (form, members)) in enumerate(groups.items(), start=1):
        path = out if len(groups) == 1 else out.with_name(f"{out.stem}-{number}-{source}-{table}{out.suffix}")
        _write(path, form, members)
        written.append((path, len(members)))
    return written


def _write(path: Path, form: Form, members: Sequence[Line]) -> None:
    plain = form.plain
    text = io.StringIO()
    writer = csv.writer(text, delimiter=plain.delimiter, quotechar=plain.quote, lineterminator="\n")
    writer.writerow([*MARKS, *(harmless(name) for name in form.header)])
    for line in members:
        place = line.place
        of_line = (place.load_id, place.table_name, place.slice, place.file, place.line, place.record)
        marks = ("" if value is None else value for value in (*of_line, line.columns, line.reasons))
        writer.writerow([harmless(str(value)) for value in (*marks, *cells_of(line, form))])
    # Spreadsheets take UTF-8 for what it is only where it says so.
    encoding = "utf-8-sig" if plain.encoding == "utf-8" else plain.encoding
    try:
        # A reason may quote a mapping's words, which the file's encoding need not have.
        path.write_bytes(text.getvalue().encode(encoding, errors="replace"))
    except OSError as error:
        raise FileError(f"{path}: cannot be written: {error}") from None


def cells_of(line: Line, form: Form) -> list[str]:
    """The cells of a rejected line as text, as far as it can be split."""
    if form.file.format == "xml":
        return [value or "" for value in json.loads(line.cells or "[]")]
    raw_line = line.raw_line or ""
    if form.file.format in {"jsonl", "parquet"}:
        found = json.loads(raw_line, parse_float=str, parse_int=str)
        return [_json_text(found.get(name)) for name in form.header]
    if form.file.fields:
        lines = re.split(r"\r\r\n|\r\n|\r|\n", raw_line)
        return list(form.file.layout.cut(lines).values) or [""] * len(form.header)
    file = form.file if form.file.format == "csv" else FileFormat()
    return next(csv.reader(io.StringIO(raw_line, newline=""), **dialect(file)), [])


def _json_text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case str():
            return value
        case _:
            return json.dumps(value, ensure_ascii=False)


@dataclass
class _Part:
    """The mended rows of one source, table and slice."""

    form: Form
    as_of_on: date
    mapping: Mapping
    places: list[Place] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)

    @property
    def filled_down(self) -> tuple[str, ...]:
        """Of a printed list: the columns that its headings fill, which a rejected item does not have."""
        printed = self.mapping.tables[0].printed
        names = {fold(name) for name in printed.fill_down} if printed is not None else set()
        return tuple(name for name in self.form.header if fold(name) in names)


def reload(
    connection: duckdb.DuckDBPyConnection, path: Path, progress: Callable[[str], None], known_on: date | None = None
) -> LoadReport:
    """Load the mended rows of ``path``, a file that `export` wrote: all of them, or none.

    The load is of the day of the files its rows were rejected from, or of ``known_on`` where that is later: mending
    must not take the day that the figures speak of back.

    Raises `FileError` where the file is not one that `export` wrote, a line of it is not open, or lists of several days
    are in it, `ToleranceError` where a row still cannot be taken; then nothing was written.
    """
    schema.create(connection)
    parts = _read(connection, path)
    as_of_on = max([part.as_of_on for part in parts.values()] + ([known_on] if known_on is not None else []))
    digest = sha256(path)
    with TemporaryDirectory(prefix="encours-mended-") as folder:
        plan, mends = Plan(), Mends()
        for number, ((source, table_name, part_of), part) in enumerate(parts.items()):
            clean = Path(folder) / str(number) / f"{path.stem}.csv"
            clean.parent.mkdir()
            plain = part.form.plain.model_copy(update={"encoding": "utf-8"})
            with clean.open("w", encoding="utf-8", newline="") as stream:
                writer = csv.writer(stream, delimiter=plain.delimiter, quotechar=plain.quote, lineterminator="\n")
                writer.writerows([part.form.header, *part.rows])
            mapping = part.mapping
            table = mapping.tables[0].model_copy(
                update={
                    "kind": "open_items" if part.form.is_of_list else "delta",
                    "control_totals": (),
                    "control_date": None,
                    "header": (),
                    # What was rejected is an item, whatever it looks like.
                    "printed": None,
                }
            )
            result = FileResult(source, table_name, part_of, path, path.name, digest, is_mended=True)
            result.listed_on = part.as_of_on
            plan.items.append(Item(Extract(clean, path.name, True), mapping, table, plain, result))
            plan.prints[clean] = steady.take(clean)
            mends.places[number] = part.places
        return carry_out(connection, plan, Path(folder), as_of=as_of_on, out_of_order=False, tell=progress, mends=mends)


def _read(connection: duckdb.DuckDBPyConnection, path: Path) -> dict[tuple[str, str, str], _Part]:
    rejected = {_written(line.place): line for line in lines(connection)}
    known = forms(connection) if rejected else {}

    def form_of(row: Sequence[str]) -> FileFormat | None:
        line = rejected.get(marked(row))
        form = known.get(_of_file(line.place)) if line is not None else None
        return form.plain if form is not None else None

    header, rows = read(path, [form.plain for form in known.values()], form_of)
    first: Form | None = None
    parts: dict[tuple[str, str, str], _Part] = {}
    seen: set[Place] = set()
    for number, row in rows:
        line = _line_of(path, number, row, rejected)
        place = line.place
        if place in seen:
            raise FileError(f"{path.name}, line {number}: line {place.line} of {place.file} stands here twice")
        seen.add(place)
        form = known[_of_file(place)]
        first = first or form
        if form.plain != first.plain:
            raise FileError(
                f"{path.name}, line {number}: line {place.line} of {place.file} was read in another way (encoding, "
                "numbers, days) than the rows before it; reload each in a file of its own, as exported"
            )
        if tuple(header) != form.header:
            other = next((name for name in form.header if name not in header), None)
            raise FileError(
                f"{path.name}: its columns are not those of {place.file}"
                + (f": '{other}' is missing{nearest(other, header)}" if other else "; leave them as they were exported")
            )
        cells = [as_it_was(value) for value in row[len(MARKS) :]]
        while len(cells) > len(header) and not cells[-1].strip():
            cells.pop()
        cells += [""] * (len(header) - len(cells))
        if len(cells) > len(header):
            raise FileError(
                f"{path.name}, line {number}: has {len(cells)} values for the {len(header)} columns of {place.file}; "
                "put the value with the delimiter in it into one cell"
            )
        key = (place.source, place.table_name, place.slice)
        part = parts.get(key)
        if part is None:
            part = parts[key] = _Part(form, line.as_of_on, Mapping.model_validate_json(form.mapping))
        if part.form.mapping != form.mapping or part.form.header != form.header:
            raise FileError(
                f"{path.name}: holds lines of {place.table_name} that were read by different mappings; "
                "export and reload them load by load (--load)"
            )
        if part.as_of_on != line.as_of_on and form.is_of_list:
            days = " and ".join(str(day) for day in sorted((part.as_of_on, line.as_of_on)))
            raise FileError(
                f"{path.name}: holds lines of the lists of {days}, and each is of its own day; export and reload them "
                "load by load (--load)"
            )
        _take_headings(path, number, part, cells)
        part.as_of_on = max(part.as_of_on, line.as_of_on)
        part.places.append(place)
        part.rows.append(cells)
    if not parts:
        raise FileError(f"{path.name}: holds no mended row")
    return parts


def _take_headings(path: Path, number: int, part: _Part, cells: list[str]) -> None:
    """Clear the cells that say the heading said nothing; raises `FileError` where nobody says what it did say."""
    for name in part.filled_down:
        place = part.form.header.index(name)
        if not cells[place].strip():
            raise FileError(
                f"{path.name}, line {number}: '{name}' is empty, which the heading above the item fills in the printed "
                f"list; write there what the heading said, or {NOTHING} if it said nothing"
            )
        if cells[place].strip() == NOTHING:
            cells[place] = ""


def _written(place: Place) -> tuple[str, ...]:
    """The values of `PLACE`, as a file has them."""
    record = "" if place.record is None else str(place.record)
    return (str(place.load_id), place.table_name, place.slice, place.file, str(place.line), record)


def _line_of(path: Path, number: int, row: Sequence[str], known: dict[tuple[str, ...], Line]) -> Line:
    """The open reject that a row of a mended file speaks of."""
    values = marked(row)
    load_id, _, _, file, line, record = values
    place = f"{path.name}, line {number}"
    numbers = (load_id, line, *([record] if record else []))
    if not all(re.fullmatch(r"[0-9]{1,18}", value) for value in numbers):
        raise FileError(
            f"{place}: its first columns no longer say which rejected line it mends; leave {', '.join(PLACE)} as "
            "they were exported"
        )
    found = known.get(values)
    if found is None:
        raise FileError(
            f"{place}: load {load_id} rejected no line {line} of {file}; see `encours rejects --load {load_id}`"
        )
    if found.state == MENDED:
        raise FileError(f"{place}: line {line} of {file} was mended in load {found.mended_in}; take it out of the file")
    if found.state == PAST:
        raise FileError(
            f"{place}: line {line} of {file} was rejected in load {load_id}, and a newer file of its slice was loaded "
            "since, or that load was withdrawn. Mend what is rejected now, if it still is: `encours rejects`."
        )
    if found.state == DISMISSED:
        raise FileError(
            f"{place}: line {line} of {file} was dismissed, as one that needs no mending; to mend it after all, reopen "
            f"it first: `encours rejects --load {load_id} --file '{file}' --reopen WHY`"
        )
    return found
