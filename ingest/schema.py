"""The tables of schema ``raw``, made from the input contract."""

from __future__ import annotations

import duckdb

from ingest.contract import HISTORIES, LINEAGE, OWN_TABLES, STATED_IN, Column, Table
from ingest.sql import ident, idents, text

SCHEMA = "raw"

IN_EFFECT = "kind <> 'unload' and unloaded_in is null"
"""The condition on a row of ``raw.loads`` that counts: a file that was loaded, and not withdrawn since."""


def stored_columns(table: Table) -> tuple[Column, ...]:
    """The columns of ``raw.<table>`` that a load writes, in order: its own, then for canonical tables the lineage."""
    return table.columns if table in OWN_TABLES else table.columns + LINEAGE


def all_columns(table: Table) -> tuple[Column, ...]:
    """All columns of ``raw.<table>`` in order: the stored ones, then for canonical tables what an unload writes."""
    return stored_columns(table) + (() if table in OWN_TABLES else (STATED_IN,))


def hash_sql(table: Table) -> str:
    """The expression that hashes all canonical columns of a row of ``table``."""
    return f"hash({idents(column.name for column in table.columns)})"


def create_table_sql(table: Table) -> str:
    """The ``create table`` statement of ``raw.<table>``."""
    lines = (
        f"    {ident(column.name)} {column.type.value}{' not null' if column.required else ''}"
        for column in all_columns(table)
    )
    return f"create table {SCHEMA}.{ident(table.name)} (\n" + ",\n".join(lines) + "\n)"


def create(connection: duckdb.DuckDBPyConnection) -> None:
    """Make schema ``raw`` and its tables where missing, and add columns the contract has gained since."""
    for statement in missing(connection):
        connection.execute(statement)


def missing(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The statements that bring schema ``raw`` up to the contract; none where it is."""
    present: dict[str, set[str]] = {}
    for table_name, column_name in connection.execute(
        f"select table_name, column_name from duckdb_columns() "
        f"where database_name = current_database() and schema_name = {text(SCHEMA)}"
    ).fetchall():
        present.setdefault(table_name, set()).add(column_name)
    statements = [] if present else [f"create schema if not exists {SCHEMA}"]
    for table in (*HISTORIES, *OWN_TABLES):
        if table.name not in present:
            statements.append(create_table_sql(table))
            continue
        statements += [
            f"alter table {SCHEMA}.{ident(table.name)} add column {ident(column.name)} {column.type.value}"
            for column in all_columns(table)
            if column.name not in present[table.name]
        ]
    return statements
