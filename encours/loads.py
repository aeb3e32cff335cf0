"""What has been loaded, as far as the command must know it: the newest load and the day it speaks of.

The columns are those of the manifest `raw.loads` (ingest/contract/). Which load decides the as-of day is the rule
of `models/intermediate/int_build.sql`; a build ends by holding its own answer against the one given here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

import duckdb

DOCUMENT_TABLES = ("invoices", "instalments", "payments", "allocations", "disputes", "ledger_lines")
"""The tables whose loads move the as-of day; rates and balances often reach beyond the documents."""

_IN_EFFECT = (
    "kind is distinct from 'unload' and (unloaded_in is null or unloaded_in > coalesce($known_at, unloaded_in))"
)
"""The rule of macros/is_in_effect.sql: what was withdrawn, as far as known, does not count."""


@dataclass(frozen=True)
class Knowledge:
    """What is known: the newest load, the day the figures speak of, and when it was loaded (UTC)."""

    load_id: int
    as_of_on: date
    loaded_at: datetime


def newest(connection: duckdb.DuckDBPyConnection, *, known_at: int | None = None) -> Knowledge | None:
    """What is known after load ``known_at`` (default: after all); None where nothing was loaded until then.

    An unload counts as knowledge; what it withdrew tells no day.
    """
    columns = _columns(connection)
    try:
        found = connection.execute(
            f"""
            with known as (
                select source, slice, load_id, table_name, as_of_on, loaded_at, kind = 'open_items' as is_list,
                    {_IN_EFFECT if "unloaded_in" in columns else "true"} as is_in_effect
                from raw.loads
                where load_id <= coalesce($known_at, load_id)
            ),
            placed as (
                -- A list of open items older than the latest takes its place before it.
                select *, coalesce(
                    is_list and as_of_on < max(as_of_on) filter (is_list and is_in_effect) over (
                        partition by source, table_name, slice order by load_id
                        rows between unbounded preceding and 1 preceding
                    ), false
                ) as is_late
                from known
            ),
            deciding as (
                select
                    max(load_id) as load_id,
                    coalesce(
                        max(load_id) filter (table_name in $documents and is_in_effect and not is_late),
                        max(load_id) filter (is_in_effect)
                    ) as decides_load_id,
                    arg_max(loaded_at, load_id) as loaded_at
                from placed
            )
            select deciding.load_id, max(known.as_of_on), max(deciding.loaded_at)
            from deciding inner join known on known.load_id = deciding.decides_load_id
            group by deciding.load_id
            """,
            {"known_at": known_at, "documents": list(DOCUMENT_TABLES)},
        )
    except duckdb.CatalogException:
        return None  # a file nothing was ever loaded into
    row = found.fetchone()
    if row is None:
        return None
    load_id, as_of_on, loaded_at = row
    return Knowledge(load_id, as_of_on, loaded_at.replace(tzinfo=UTC))


REMARKS_SHOWN = 5
"""Changes of form told; the rest are counted."""


def remarks(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """What a person should look at: rejected rows that are open, and what changed in the newest load's columns."""
    from ingest import exchange

    told = []
    left = sum(line.state == "open" for line in exchange.lines(connection))
    if left:
        told.append(f"{left:,} rejected {'row is' if left == 1 else 'rows are'} open: `encours rejects`")
    try:
        drifts = connection.execute(
            "select source, table_name, words from raw.load_drifts "
            "where load_id = (select max(load_id) from raw.loads) order by is_required desc, source, table_name, words"
        ).fetchall()
    except duckdb.CatalogException:
        return told  # loaded by a version without it, or never
    told += [f"changed: {table} of {source}: {words}" for source, table, words in drifts[:REMARKS_SHOWN]]
    if len(drifts) > REMARKS_SHOWN:
        told.append(f"and {len(drifts) - REMARKS_SHOWN} more changes: table raw.load_drifts")
    return told


def newest_number(connection: duckdb.DuckDBPyConnection) -> int:
    """The newest load's number, an unload's too; 0 where nothing was ever loaded."""
    try:
        row = connection.execute("select coalesce(max(load_id), 0) from raw.loads").fetchone()
    except duckdb.CatalogException:
        return 0
    return int(row[0]) if row is not None else 0


@dataclass(frozen=True)
class Load:
    """One load of the manifest: its number and time (UTC), what it read, its day, and the load that withdrew it."""

    load_id: int
    loaded_at: datetime
    what: str
    as_of_on: date
    unloaded_in: int | None


def listed(connection: duckdb.DuckDBPyConnection, *, most: int) -> list[Load]:
    """The newest loads, the newest first; none where nothing was loaded, or by an earlier version only."""
    if "unloaded_in" not in _columns(connection):
        return []
    found = connection.execute(
        """
        select
            load_id, max(loaded_at), max(as_of_on), max(unloaded_in), bool_or(kind = 'unload'),
            string_agg(distinct file, ', ' order by file), count(distinct file),
            (select max(withdrawn.load_id) from raw.loads as withdrawn where withdrawn.unloaded_in = loads.load_id)
        from raw.loads as loads
        group by load_id order by load_id desc limit $most
        """,
        {"most": most},
    )
    return [
        Load(
            load_id,
            loaded_at.replace(tzinfo=UTC),
            f"withdrew load {withdrawn}" if is_unload else files if count <= 3 else f"{count} files",
            as_of_on,
            unloaded_in,
        )
        for load_id, loaded_at, as_of_on, unloaded_in, is_unload, files, count, withdrawn in found.fetchall()
    ]


def kept_since(connection: duckdb.DuckDBPyConnection) -> int | None:
    """The oldest load from which on all that was known is kept; None where nothing was given up."""
    if "given_up_at" not in _columns(connection):
        return None
    row = connection.execute(
        "select min(load_id) from raw.loads where load_id > "
        "(select max(load_id) from raw.loads where given_up_at is not null)"
    ).fetchone()
    return int(row[0]) if row is not None and row[0] is not None else None


def given_up(connection: duckdb.DuckDBPyConnection, load_id: int) -> datetime | None:
    """When `encours compact` gave up what was known after load ``load_id`` (UTC); None where it is kept."""
    if "given_up_at" not in _columns(connection):
        return None
    row = connection.execute("select max(given_up_at) from raw.loads where load_id = $load_id", {"load_id": load_id})
    found = row.fetchone()
    return found[0].replace(tzinfo=UTC) if found is not None and found[0] is not None else None


def _columns(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """The columns of the manifest: a file of an earlier version has fewer."""
    found = connection.execute(
        "select column_name from duckdb_columns() where database_name = current_database() "
        "and schema_name = 'raw' and table_name = 'loads'"
    )
    return {name for (name,) in found.fetchall()}
