"""The input contract: every canonical table, its key and its columns, in one place.

The DuckDB tables of schema ``raw``, the dbt source YAML (``models/staging/raw/_sources.yml``) and
``docs/input-contract.md`` are made from this package; a test holds them together.
Names are fixed: people's mappings depend on them. Add freely, rename never.
"""

from __future__ import annotations

from ingest.contract.credit import CREDIT_TABLES
from ingest.contract.kept import KEPT, PUBLICATIONS, RESTATEMENTS
from ingest.contract.ledger import LEDGER_TABLES
from ingest.contract.lists import LISTED, OPEN_ITEM_BALANCES
from ingest.contract.manifest import (
    LOAD_DRIFTS,
    LOAD_PROFILES,
    LOAD_TOTALS,
    LOADS,
    MANIFEST,
    MENDED_REJECTS,
    REJECT_DECISIONS,
)
from ingest.contract.table import LINEAGE, STATED_IN, Column, ColumnType, Table

__all__ = [
    "HISTORIES",
    "KEPT",
    "LINEAGE",
    "LISTED",
    "LOADS",
    "LOAD_DRIFTS",
    "LOAD_PROFILES",
    "LOAD_TOTALS",
    "MANIFEST",
    "MENDED_REJECTS",
    "OPEN_ITEM_BALANCES",
    "OWN_TABLES",
    "PUBLICATIONS",
    "REJECT_DECISIONS",
    "RESTATEMENTS",
    "STATED_IN",
    "TABLES",
    "TABLE_BY_NAME",
    "Column",
    "ColumnType",
    "Table",
]

TABLES: tuple[Table, ...] = (*LEDGER_TABLES, *CREDIT_TABLES)

HISTORIES: tuple[Table, ...] = (*TABLES, *LISTED)
"""All tables that keep versions of their rows, each with its lineage."""

OWN_TABLES: tuple[Table, ...] = (*MANIFEST, *KEPT)
"""Tables without lineage: no file brings them."""

TABLE_BY_NAME: dict[str, Table] = {table.name: table for table in TABLES}
