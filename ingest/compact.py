"""Giving up old knowledge: versions of rows that only loads nobody needs any more knew are deleted, and nothing else.

A version is known from ``_loaded_in`` on and until before ``_replaced_in``. It goes where no load that is kept lies in
between. What is current lies open at its end and never goes; the manifest, the rejects and all that publishing keeps
are not touched.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime

import duckdb

from ingest import schema
from ingest.contract import HISTORIES, Table
from ingest.schema import SCHEMA
from ingest.sql import ident, text
from ingest.transaction import transaction


@dataclass(frozen=True)
class GivenUpLoad:
    """A load whose knowledge goes: `--known-at` of it is refused from then on."""

    load_id: int
    loaded_at: datetime
    """UTC, without a zone."""
    as_of_on: date


@dataclass(frozen=True)
class CompactionPlan:
    """What a compaction will give up. Rows are versions of rows; bytes are those of their storage, about."""

    kept_from: int
    """From this load on everything known is kept."""
    kept_before: tuple[int, ...]
    """Earlier loads whose knowledge is kept too."""
    given_up: tuple[GivenUpLoad, ...]
    rows: dict[str, int]
    """Versions to delete, by table; tables without any are left out."""
    rows_in_all: int
    bytes_about: int


def plan(connection: duckdb.DuckDBPyConnection, *, kept_from: int, needed: Collection[int]) -> CompactionPlan:
    """What keeping all knowledge from load ``kept_from`` on, and that of the loads ``needed``, gives up."""
    schema.create(connection)
    loads = connection.execute(
        f"select load_id, max(loaded_at), max(as_of_on), bool_or(given_up_at is not null) from {SCHEMA}.loads "
        "group by 1 order by 1"
    ).fetchall()
    gone = {load_id for load_id, _, _, is_gone in loads if is_gone}
    kept = {load_id for load_id, *_ in loads if load_id >= kept_from or load_id in needed} - gone
    rows, in_all, size = {}, 0, 0
    for table in HISTORIES:
        freed, whole = _count(connection, table, kept)
        in_all += whole
        if freed:
            rows[table.name] = freed
            size += _bytes(connection, table) * freed // whole
    return CompactionPlan(
        kept_from=kept_from,
        kept_before=tuple(sorted(load_id for load_id in kept if load_id < kept_from)),
        given_up=tuple(
            GivenUpLoad(load_id, loaded_at, as_of_on)
            for load_id, loaded_at, as_of_on, _ in loads
            if load_id not in kept | gone
        ),
        rows=rows,
        rows_in_all=in_all,
        bytes_about=size,
    )


def compact(connection: duckdb.DuckDBPyConnection, planned: CompactionPlan) -> None:
    """Delete what ``planned`` says, and mark its loads as given up, in one transaction."""
    gone = [load.load_id for load in planned.given_up]
    kept = {
        load_id
        for (load_id,) in connection.execute(
            f"select distinct load_id from {SCHEMA}.loads where given_up_at is null"
        ).fetchall()
        if load_id not in gone
    }
    with transaction(connection):
        for table in HISTORIES:
            if table.name in planned.rows:
                connection.execute(f"delete from {SCHEMA}.{ident(table.name)} where {_unknown(table, kept)}")
        connection.execute(
            f"update {SCHEMA}.loads set given_up_at = ? where load_id in (select unnest(?::integer[]))",
            [datetime.now(UTC).replace(tzinfo=None), gone],
        )


def _unknown(table: Table, kept: Collection[int]) -> str:
    """The condition on versions that no load of ``kept`` knows."""
    numbers = ", ".join(map(str, sorted(kept)))
    known = f"len(list_filter([{numbers}]::integer[], lambda n: n >= _loaded_in and n < _replaced_in)) > 0"
    # Spans are few, versions many: each span is looked at once.
    spans = (
        f"select _loaded_in, _replaced_in from (select distinct _loaded_in, _replaced_in "
        f"from {SCHEMA}.{ident(table.name)} where _replaced_in is not null) where not ({known})"
    )
    return f"(_loaded_in, _replaced_in) in ({spans})"


def _count(connection: duckdb.DuckDBPyConnection, table: Table, kept: Collection[int]) -> tuple[int, int]:
    """Versions of a table that would go, and all of them."""
    row = connection.execute(
        f"select count(*) filter ({_unknown(table, kept)}), count(*) from {SCHEMA}.{ident(table.name)}"
    ).fetchone()
    assert row is not None
    return int(row[0]), int(row[1])


def _bytes(connection: duckdb.DuckDBPyConnection, table: Table) -> int:
    """The storage of a table's blocks, in bytes."""
    row = connection.execute(
        f"select count(distinct block_id) * (select block_size from pragma_database_size() "
        f"where database_name = current_database()) from pragma_storage_info({text(f'{SCHEMA}.{table.name}')}) "
        "where persistent"
    ).fetchone()
    return int(row[0] or 0) if row is not None else 0
