"""What a load is going to read: files, their mappings, their slices, and which of them are the same as last time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb

from ingest import catalogue, controls, steady, years
from ingest.as_of import day_in_name
from ingest.errors import FileError, MappingError
from ingest.files import Extract, called, expand
from ingest.mapping import FileFormat, Mapping, TableMapping
from ingest.recognise import expected_by_name, format_of, recognise, recognise_as
from ingest.report import FileResult, LoadReport
from ingest.resolve import told
from ingest.schema import IN_EFFECT, SCHEMA


@dataclass
class Item:
    """One file read into one canonical table."""

    extract: Extract
    mapping: Mapping
    table: TableMapping
    file: FileFormat
    result: FileResult
    span: years.Span | None = None
    """The days it pictures, where its mapping takes the period of its slice from them."""

    @property
    def path(self) -> Path:
        """Where the file's bytes lie."""
        return self.extract.path


@dataclass
class Plan:
    """All items of a call."""

    items: list[Item] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    prints: dict[Path, steady.Print] = field(default_factory=dict)
    """The files as they were before they were read."""

    def refuse_changed(self) -> None:
        """Raise `FileError` where a file to load changed since it was planned."""
        steady.refuse_changed(self.prints[path] for path in dict.fromkeys(item.path for item in self.to_load))

    @property
    def to_load(self) -> list[Item]:
        """The items whose slice has changed."""
        return [item for item in self.items if item.result.status == "loaded"]

    def report(self, load_id: int | None = None) -> LoadReport:
        """The report of the call; without a load where nothing had changed."""
        return LoadReport(load_id, [item.result for item in self.items], list(self.warnings))


def slice_of(table: TableMapping, path: Path, span: years.Span | None) -> dict[str, str]:
    """The slice a file of these days pictures: its ``entity`` and ``period``, as far as the mapping tells them apart.

    Raises `FileError` where the mapping reads it from the file's name and the name does not tell.
    """
    rule = table.slice
    parts = {"entity": rule.entity, "period": rule.period}
    if rule.file is not None:
        found = re.search(rule.file, path.name)
        if found is None:
            raise FileError(
                f"{path.name}: its name must say the slice, as {rule.file} (mapping, `slice.file`); rename the file"
            )
        parts |= found.groupdict()
    if span is not None:
        parts["period"] = span.period
    return {name: value for name, value in parts.items() if value is not None}


def in_words(part: dict[str, str]) -> str:
    """A slice as it is stored: ``entity=FR,period=2026-03``, or ``*`` where it is all of the source."""
    return ",".join(f"{name}={value}" for name, value in part.items()) or "*"


def _of_entity(table: TableMapping, entity: str | None) -> TableMapping:
    """``table`` with the entity of its slice for every row, where the mapping takes it from nowhere else."""
    known = {column.name for column in table.target.columns} | set(table.helper_columns)
    if (
        entity is None
        or table.columns == "*"
        or "entity_id" in {*table.columns, *table.constants}
        or ("entity_id" not in known)
    ):
        return table
    return table.model_copy(update={"constants": {**table.constants, "entity_id": entity}})


def make_plan(
    connection: duckdb.DuckDBPyConnection,
    paths: Sequence[Path],
    source: str | Path | None,
    own: Sequence[Path],
    folder: Path,
    as_of: date | None = None,
) -> Plan:
    """Find the mapping and slice of every file, and whether anything in the slice is other than last time.

    ``source`` reads ``paths``; the files of ``own`` are always recognised by themselves. Archives are unpacked into
    ``folder``. ``as_of`` is the day the call gives.

    A file found in a folder that nothing recognises is left out and named in the warnings; it is an error
    where the file was named itself, or has a name some mapping expects.
    """
    mapping = catalogue.find(source) if source is not None else None
    plan = Plan()
    if mapping is not None and mapping.database is not None:
        if paths:
            raise FileError(f"{mapping.name} is a database: it is loaded without files")
        _fetch(connection, plan, mapping, folder)
    elif not paths and not own:
        raise FileError("no file named; give files or a folder of extracts")
    found = expand(paths, folder)
    beside = controls.control_files(found, mapping)
    files = [*((extract, mapping) for extract in found), *((Extract(path, path.name, True), None) for path in own)]
    for extract, by in files:
        path = extract.path
        if path.resolve() in beside:
            continue
        try:
            with called(extract):
                recognition = recognise_as(path, by) if by is not None else recognise(path)
        except (MappingError, FileError):
            if extract.is_named or expected_by_name(path, [by] if by is not None else None):
                raise
            plan.warnings.append(f"{extract.label}: left out, no mapping knows its header")
            continue
        if path not in plan.prints:
            plan.prints[path] = steady.take(path)
        for table in recognition.tables:
            digest = plan.prints[path].sha256
            file = format_of(path, recognition.mapping, table, whole=True)
            with called(extract):
                span = years.span_of(table, path, file)
                part = slice_of(table, path, span)
            result = FileResult(recognition.source, table.table, in_words(part), path, extract.label, digest)
            words = told(recognition.mapping.format_of(table), file)
            result.warnings += [words] if words is not None else []
            of_entity = _of_entity(table, part.get("entity"))
            plan.items.append(Item(extract, recognition.mapping, of_entity, file, result, span))
    if not plan.items:
        raise FileError(
            "none of the files is one that a mapping knows; `encours inspect FILE --draft my_erp.yml` drafts one"
        )
    years.join(connection, [(item.table, item.result, item.span) for item in plan.items if item.span is not None])
    _mark_unchanged(connection, plan, as_of)
    return plan


def _fetch(connection: duckdb.DuckDBPyConnection, plan: Plan, mapping: Mapping, folder: Path) -> None:
    """Add what the queries of a database give."""
    # SQLAlchemy is loaded for databases only.
    from ingest import databases

    for fetched in databases.fetch(connection, mapping, folder):
        extract, table = fetched.extract, fetched.table
        span = years.span_of(table, extract.path, fetched.file)
        part = slice_of(table, extract.path, span)
        plan.prints[extract.path] = steady.take(extract.path)
        result = FileResult(
            mapping.name,
            table.table,
            in_words(part),
            extract.path,
            extract.label,
            plan.prints[extract.path].sha256,
            cursor_before=fetched.cursor_before,
            cursor=fetched.cursor,
        )
        plan.items.append(Item(extract, mapping, _of_entity(table, part.get("entity")), fetched.file, result, span))


def _mark_unchanged(connection: duckdb.DuckDBPyConnection, plan: Plan, as_of: date | None) -> None:
    """A slice all of whose files are those of its latest load, read by the same mapping, is not read again.

    But a list of open items that is the same on another day says that nothing was settled between.
    """
    slices: dict[tuple[str, str, str], list[Item]] = {}
    for item in plan.items:
        slices.setdefault((item.result.source, item.result.table_name, item.result.slice), []).append(item)
    for key, items in slices.items():
        latest = connection.execute(
            f"with of_slice as (from {SCHEMA}.loads where (source, table_name, slice) = (?, ?, ?) "
            f"and kind <> 'mended' and {IN_EFFECT}) "
            "select sha256, mapping_sha256, as_of_on from of_slice "
            "where load_id = (select max(load_id) from of_slice)",
            key,
        ).fetchall()
        before = sorted((row[0], row[1]) for row in latest)
        now = sorted((item.result.sha256, item.mapping.fingerprint()) for item in items)
        if before == now and not (items[0].table.kind == "open_items" and _is_of_other_day(items, as_of, latest[0][2])):
            for item in items:
                item.result.status = "unchanged"
                item.result.as_of_on = latest[0][2]


def _is_of_other_day(items: Sequence[Item], as_of: date | None, known: date) -> bool:
    """Whether lists say, by the call or by their names, that they speak of another day than ``known``."""
    days = {as_of or day_in_name(item.table, item.path.name, item.result.file) for item in items}
    return not days <= {None, known}
