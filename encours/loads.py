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


@dataclass(frozen=True)
class Knowledge:
    """What is known: the newest load, the day the figures speak of, and when it was loaded (UTC)."""

    load_id: int
    as_of_on: date
    loaded_at: datetime


def newest(connection: duckdb.DuckDBPyConnection, *, known_at: int | None = None) -> Knowledge | None:
    """What is known after load ``known_at`` (default: after all); None where nothing was loaded until then."""
    try:
        found = connection.execute(
            """
            with known as (
                select load_id, table_name, as_of_on, loaded_at
                from raw.loads
                where load_id <= coalesce($known_at, load_id)
            ),
            deciding as (
                select
                    max(load_id) as load_id,
                    coalesce(max(load_id) filter (table_name in $documents), max(load_id)) as decides_load_id,
                    arg_max(loaded_at, load_id) as loaded_at
                from known
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
