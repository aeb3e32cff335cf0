"""What was known after two loads, held against each other: rows that came, changed and went, key by key."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import duckdb

from ingest.contract import TABLES, Table
from ingest.schema import SCHEMA
from ingest.sql import ident, idents, text

ADDED, CHANGED, WITHDRAWN = "added", "changed", "withdrawn"


@dataclass(frozen=True)
class Difference:
    """A row of a canonical table that two loads do not know alike."""

    table_name: str
    key: str
    """The key's values, with slashes between."""
    what: str
    """`added`, `changed` or `withdrawn`, from the first load to the second."""
    before_amount: Decimal | None
    after_amount: Decimal | None
    """The table's amount, where it has one and the row was there."""
    changes: str
    """Of a changed row its columns, `due_on: 2026-01-05 → 2026-01-08`; of others nothing."""
    file: str
    """The file that says so: of a withdrawn row the one that had said it last."""
    load_id: int
    """The load that made the difference, where one did; of a withdrawn row the one that withdrew it."""


def differences(connection: duckdb.DuckDBPyConnection, before: int, after: int) -> list[Difference]:
    """All rows that were known otherwise after load ``after`` than after load ``before``, in the order of the contract.

    ``before`` may be the later one: then it is told backwards.
    """
    return [found for table in TABLES for found in _of_table(connection, table, before, after)]


def _of_table(connection: duckdb.DuckDBPyConnection, table: Table, before: int, after: int) -> list[Difference]:
    names = [column.name for column in table.columns]
    same_key = " and ".join(f"b.{ident(name)} is not distinct from a.{ident(name)}" for name in table.key)
    key = f"concat_ws(' / ', {', '.join(f'coalesce(a.{ident(name)}, b.{ident(name)})' for name in table.key)})"
    amount = table.control_amount
    amounts = f"b.{ident(amount)}, a.{ident(amount)}" if amount else "null, null"
    changes = ", ".join(
        f"case when b.{ident(name)} is distinct from a.{ident(name)} then {text(name + ': ')} "
        f"|| coalesce(cast(b.{ident(name)} as varchar), '(empty)') || ' → ' "
        f"|| coalesce(cast(a.{ident(name)} as varchar), '(empty)') end"
        for name in names
        if name not in table.key
    )
    target = f"{SCHEMA}.{ident(table.name)}"
    # Only versions that one of the two does not know: what both know is most, and is no difference.
    versions = f"(select *, {_known(before)} as was_known, {_known(after)} as is_known from {target})"
    found = connection.execute(
        f"with before as (from {versions} where was_known and not is_known), "
        f"after as (from {versions} where is_known and not was_known) "
        f"select {key}, case when b._file is null then '{ADDED}' when a._file is null then '{WITHDRAWN}' "
        f"else '{CHANGED}' end, {amounts}, "
        f"case when a._file is not null and b._file is not null then concat_ws('; ', {changes}) else '' end, "
        "coalesce(a._file, b._file), coalesce(a._loaded_in, b._replaced_in, b._loaded_in) "
        f"from before as b full join after as a on {same_key} "
        f"where a._file is null or b._file is null or ({idents(names, 'a.')}) is distinct from ({idents(names, 'b.')}) "
        "order by 2, 1"
    ).fetchall()
    return [Difference(table.name, *row) for row in found]


def _known(load_id: int) -> str:
    return f"_loaded_in <= {load_id} and coalesce(_replaced_in > {load_id}, true)"
