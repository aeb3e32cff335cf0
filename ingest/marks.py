"""Faults and warnings of staged rows, gathered in one temporary table until they are written to ``raw.rejects``."""

from __future__ import annotations

import duckdb

from ingest.contract import Table
from ingest.sql import ident, idents, text
from ingest.stage import Stage

TABLE = "ingest_marks"
"""Columns: table_name, file_number, row_id (position in the stage), column_name, value, reason, severity."""


def create(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the empty table."""
    connection.execute(
        f"create temp table {TABLE} (table_name varchar, file_number integer, row_id bigint, column_name varchar, "
        "value varchar, reason varchar, severity varchar)"
    )


def set_state(stage: Stage, state: int) -> None:
    """Give all rows of a stage that are marked as rejects a state."""
    stage.connection.execute(
        f"update {stage.name} set _state = {state} where _state = 0 and rowid in (select row_id from {TABLE} "
        f"where table_name = {text(stage.table.name)} and severity = 'reject')"
    )


def rejected_keys(table: Table) -> str:
    """The temporary table of the keys of rejected rows of ``table``, as far as they could be read."""
    return f"ingest_rejected_keys_{table.name}"


def create_rejected_keys(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Make the empty table of `rejected_keys`."""
    columns = ", ".join(f"{ident(name)} {table.column_by_name[name].type.value}" for name in table.key)
    connection.execute(f"create temp table {rejected_keys(table)} ({columns})")


def keep_keys(connection: duckdb.DuckDBPyConnection, table: Table, relation: str) -> None:
    """Add the keys of ``relation`` (a table or bracketed select with canonical columns) to `rejected_keys`."""
    connection.execute(f"insert into {rejected_keys(table)} select {idents(table.key)} from {relation}")
