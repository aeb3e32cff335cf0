"""Withdrawing a load: what it added is closed, what it had closed is put back, and every load before stays as it was.

An unload is a load of its own, with a number of its own. Nothing that was known is rewritten: rows that come back are
new versions (``_loaded_in`` the unload), which name the load whose file says so (``_stated_in``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import duckdb

from ingest import manifest, schema
from ingest.contract import HISTORIES, LOADS, TABLES, Table
from ingest.errors import OrderError
from ingest.history import same_key
from ingest.notes import SOURCE as NOTES
from ingest.schema import IN_EFFECT, SCHEMA
from ingest.sql import ident, idents, text
from ingest.transaction import transaction


@dataclass(frozen=True)
class SliceResult:
    """What an unload did to one slice of one table; rows are versions of documents, not lines of a file."""

    source: str
    table_name: str
    slice: str
    files: tuple[str, ...]
    rows_withdrawn: int
    """Keys that are no longer current."""
    rows_changed: int
    """Keys that say again what they said before."""
    rows_back: int
    """Keys that had vanished and are current again."""


@dataclass
class UnloadReport:
    """One call of `unload`."""

    load_id: int
    """The number of the unload itself."""
    unloaded: int
    slices: list[SliceResult]
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Counts:
    withdrawn: int
    changed: int
    back: int


def unload(connection: duckdb.DuckDBPyConnection, load_id: int) -> UnloadReport:
    """Restore what was current before load ``load_id`` in the slices it read, in one transaction.

    Notes of the credit team that came in with it stay: they are written, not extracted, and never withdrawn.

    Raises `OrderError` where a later load rests on it, or what was current before it was given up; nothing is changed.
    """
    schema.create(connection)
    of_load = _rows_of(connection, load_id)
    _refuse_later(connection, load_id)
    _refuse_given_up(connection, load_id)
    with transaction(connection):
        number = manifest.next_load_id(connection)
        counts: dict[tuple[str, str, str], _Counts] = {}
        for table in HISTORIES:
            counts |= _restore(connection, table, load_id, number)
        _refuse_needed_entities(connection, load_id, number)
        connection.execute(
            f"update {SCHEMA}.loads set unloaded_in = {number} where load_id = {load_id} and source <> {text(NOTES)}"
        )
        _write_manifest(connection, of_load, load_id, number, counts)
    report = UnloadReport(number, load_id, list(_results(of_load, counts)))
    report.warnings = _warnings(connection, load_id)
    return report


def _rows_of(connection: duckdb.DuckDBPyConnection, load_id: int) -> list[tuple[str, str, str, str]]:
    """Source, table, slice and file of what a load read, notes apart.

    Raises `OrderError` where there is no such load, it is an unload itself or was unloaded, or holds only notes.
    """
    found = connection.execute(
        f"select source, table_name, slice, file, kind, unloaded_in from {SCHEMA}.loads where load_id = ? "
        "order by table_name, source, slice, file",
        [load_id],
    ).fetchall()
    if not found:
        newest = manifest.next_load_id(connection) - 1
        raise OrderError(f"There is no load {load_id}" + (f"; the newest is {newest}." if newest else " yet."))
    if found[0][4] == "unload":
        (withdrawn,) = connection.execute(
            f"select max(load_id) from {SCHEMA}.loads where unloaded_in = ?", [load_id]
        ).fetchall()[0]
        raise OrderError(
            f"Load {load_id} is itself an unload, of load {withdrawn}: to have that back, load its files again."
        )
    of_files = [row for row in found if row[0] != NOTES]
    if not of_files:
        raise OrderError(f"Load {load_id} holds only notes of the credit team, which are never withdrawn.")
    if of_files[0][5] is not None:
        raise OrderError(f"Load {load_id} was unloaded before, in load {of_files[0][5]}.")
    return [row[:4] for row in of_files]


def _refuse_later(connection: duckdb.DuckDBPyConnection, load_id: int) -> None:
    """Raise `OrderError` where a later load read one of the slices.

    What such a load found unchanged it did not write again: it rests on the rows that would be withdrawn.
    """
    later = connection.execute(
        f"select l.load_id, string_agg(distinct l.table_name, ', ' order by l.table_name), max(l.as_of_on) "
        f"from {SCHEMA}.loads as l join {SCHEMA}.loads as u using (source, table_name, slice) "
        f"where u.load_id = ? and l.load_id > u.load_id and l.source <> {text(NOTES)} "
        "and l.kind <> 'unload' and l.unloaded_in is null group by 1 order by 1 desc",
        [load_id],
    ).fetchall()
    if later:
        named = "; ".join(f"load {number} ({tables}, as of {day})" for number, tables, day in later)
        raise OrderError(
            f"Load {load_id} cannot be withdrawn alone: later loads read the same parts of the same sources, and what "
            f"they found unchanged rests on it: {named}. Unload those first, the newest first, then load {load_id}; "
            "what was right in them can be loaded again after."
        )


def _refuse_given_up(connection: duckdb.DuckDBPyConnection, load_id: int) -> None:
    """Raise `OrderError` where the rows that were current before the load were given up."""
    row = connection.execute(
        f"select load_id, given_up_at from {SCHEMA}.loads where load_id < ? order by load_id desc limit 1", [load_id]
    ).fetchone()
    if row is not None and row[1] is not None:
        raise OrderError(
            f"What was current before load {load_id} was given up by `encours compact` on {row[1]:%Y-%m-%d}: it cannot "
            "be restored. Load a corrected file instead, or go back to a backup."
        )


def _restore(
    connection: duckdb.DuckDBPyConnection, table: Table, load_id: int, number: int
) -> dict[tuple[str, str, str], _Counts]:
    """Close what the load added to a table and put back what it closed; what changed, by source, table and slice."""
    target = f"{SCHEMA}.{ident(table.name)}"
    not_notes = f"_source <> {text(NOTES)}"
    # What a later load closed and its unload put back is the load's own again.
    stated = f"coalesce(_stated_in, _loaded_in) = {load_id}"
    added = f"{stated} and _replaced_in is null and {not_notes}"
    closed = f"_replaced_in = {load_id} and {not_notes}"
    _refuse_taken_keys(connection, table, load_id, closed)
    counted = connection.execute(
        f"with added as (from {target} where {added}), closed as (from {target} where {closed}) "
        "select source, slice, sum(withdrawn), sum(changed), sum(back) from ("
        "select a._source as source, a._slice as slice, count(*) as withdrawn, 0 as changed, 0 as back from added as a "
        f"where not exists (select 1 from closed as c where {same_key(table, 'a', 'c')}) group by all union all "
        "select c._source, c._slice, 0, count(*) filter (same), count(*) filter (not same) from ("
        f"select c.*, exists (select 1 from added as a where {same_key(table, 'a', 'c')}) as same from closed as c"
        ") as c group by all) group by all"
    ).fetchall()
    columns = idents(column.name for column in schema.all_columns(table))
    kept = idents(column.name for column in schema.stored_columns(table)[:-2])
    connection.execute(f"update {target} set _replaced_in = {number} where {added}")
    connection.execute(
        f"insert into {target} ({columns}) "
        f"select {kept}, {number}, null, coalesce(_stated_in, _loaded_in) from {target} where {closed} order by rowid"
    )
    return {(source, table.name, part): _Counts(*map(int, rest)) for source, part, *rest in counted}


def _refuse_taken_keys(connection: duckdb.DuckDBPyConnection, table: Table, load_id: int, closed: str) -> None:
    """Raise `OrderError` where a key to be put back is current by now in another slice."""
    taken = connection.execute(
        f"select c._loaded_in, c._file, count(*), min(concat_ws(' / ', {idents(table.key, 'c.')})) "
        f"from {SCHEMA}.{ident(table.name)} as c "
        f"join (from {SCHEMA}.{ident(table.name)} where {closed}) as b on {same_key(table, 'b', 'c')} "
        f"where c._replaced_in is null and coalesce(c._stated_in, c._loaded_in) <> {load_id} "
        "group by all order by 1 desc"
    ).fetchone()
    if taken is not None:
        number, file, rows, key = taken
        raise OrderError(
            f"Load {load_id} withdrew rows of {table.name} that load {number} has brought since ({file}: {rows} rows, "
            f"such as {key}). Unload load {number} first, then load {load_id}."
        )


def _refuse_needed_entities(connection: duckdb.DuckDBPyConnection, load_id: int, number: int) -> None:
    """Raise `OrderError` for an entity that the unload takes away while current documents name it."""
    withdrawn = (
        f"select entity_id from {SCHEMA}.entities where _replaced_in = {number} "
        f"and entity_id not in (select entity_id from {SCHEMA}.entities where _replaced_in is null)"
    )
    for table in TABLES:
        if table.name == "entities" or "entity_id" not in table.column_by_name:
            continue
        found = connection.execute(
            f"select entity_id, max(_loaded_in), any_value(_file), count(*) from {SCHEMA}.{ident(table.name)} "
            f"where _replaced_in is null and entity_id in ({withdrawn}) group by 1 order by 1"
        ).fetchone()
        if found is not None:
            entity, later, file, rows = found
            raise OrderError(
                f"Load {load_id} brought entity '{entity}', which {rows} current rows of {table.name} name "
                f"({file}, load {later}). Unload load {later} first, then load {load_id}."
            )


def _write_manifest(
    connection: duckdb.DuckDBPyConnection,
    of_load: list[tuple[str, str, str, str]],
    load_id: int,
    number: int,
    counts: dict[tuple[str, str, str], _Counts],
) -> None:
    """One row a file that is withdrawn; the counts of a slice stand on its first file."""
    now = datetime.now(UTC).replace(tzinfo=None)
    told: set[tuple[str, str, str]] = set()
    for source, table_name, part, file in of_load:
        key = (source, table_name, part)
        did = _Counts(0, 0, 0) if key in told else counts.get(key, _Counts(0, 0, 0))
        told.add(key)
        # The day its slice speaks of again; its own where nothing was loaded before.
        row = connection.execute(
            f"select max(as_of_on) from {SCHEMA}.loads where (source, table_name, slice) = (?, ?, ?) and {IN_EFFECT} "
            f"and load_id = (select max(load_id) from {SCHEMA}.loads "
            f"where (source, table_name, slice) = (?, ?, ?) and {IN_EFFECT})",
            [*key, *key],
        ).fetchone()
        as_of_on = row[0] if row is not None else None
        values = {
            "load_id": str(number),
            "kind": "'unload'",
            "as_of_on": "as_of_on" if as_of_on is None else f"date '{as_of_on}'",
            "loaded_at": f"timestamp '{now.isoformat(sep=' ')}'",
            "rows_read": str(did.changed + did.back),
            "rows_new": str(did.back),
            "rows_changed": str(did.changed),
            "rows_vanished": str(did.withdrawn),
        }
        values |= dict.fromkeys(("rows_filtered", "rows_unchanged", "rows_rejected"), "0")
        values |= dict.fromkeys(("control_amount", "rejected_amount", "unloaded_in", "given_up_at"), "null")
        columns = [column.name for column in LOADS.columns]
        connection.execute(
            f"insert into {SCHEMA}.loads ({idents(columns)}) "
            f"select {', '.join(values.get(name, ident(name)) for name in columns)} from {SCHEMA}.loads "
            "where load_id = ? and (source, table_name, slice, file) = (?, ?, ?, ?)",
            [load_id, *key, file],
        )


def _results(
    of_load: list[tuple[str, str, str, str]], counts: dict[tuple[str, str, str], _Counts]
) -> Iterable[SliceResult]:
    """What was done, slice by slice, in the order of the manifest."""
    files: dict[tuple[str, str, str], list[str]] = {}
    for source, table_name, part, file in of_load:
        files.setdefault((source, table_name, part), []).append(file)
    for key, names in files.items():
        did = counts.get(key, _Counts(0, 0, 0))
        yield SliceResult(*key, tuple(names), did.withdrawn, did.changed, did.back)


def _warnings(connection: duckdb.DuckDBPyConnection, load_id: int) -> list[str]:
    """Rows that later loads rejected because they belonged to what is withdrawn now."""
    found = connection.execute(
        f"select r.load_id, r.file, count(*) from {SCHEMA}.rejects as r where r.load_id > ? and r.severity = 'reject' "
        f"and r.reason like ? and r.load_id in (select load_id from {SCHEMA}.loads where {IN_EFFECT}) "
        "group by all order by all",
        [load_id, f"belongs to source % load {load_id})"],
    ).fetchall()
    return [
        f"{rows} rows of {file} were rejected in load {number}, because their keys belonged to load {load_id}: "
        f"to take them in, `encours unload {number}` and load that file again"
        for number, file, rows in found
    ]
