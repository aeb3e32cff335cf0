"""The manifest: load numbers, and one row a load and file in ``raw.loads``."""

from __future__ import annotations

from datetime import UTC, datetime

import duckdb

from ingest.contract import LOADS
from ingest.schema import SCHEMA
from ingest.sql import idents
from ingest.stage import Stage


def next_load_id(connection: duckdb.DuckDBPyConnection) -> int:
    """One more than the newest load's number; the first is 1."""
    row = connection.execute(f"select coalesce(max(load_id), 0) + 1 from {SCHEMA}.loads").fetchone()
    assert row is not None
    return int(row[0])


def write(connection: duckdb.DuckDBPyConnection, stages: list[Stage], load_id: int) -> None:
    """Write the manifest rows of a load; raises `AssertionError` where rows read do not add up."""
    loaded_at = datetime.now(UTC).replace(tzinfo=None)
    columns = [column.name for column in LOADS.columns]
    for stage in stages:
        for staged in stage.files:
            result = staged.result
            parts = (result.rows_new, result.rows_changed, result.rows_unchanged, result.rows_rejected)
            if result.rows_read != sum(parts) or min(parts) < 0:
                raise AssertionError(f"{result.file}: {result.rows_read} rows read, but {parts} accounted for")
            values = vars(result) | {
                "load_id": load_id,
                "bytes": staged.path.stat().st_size,
                "mapping_sha256": staged.mapping.fingerprint(),
                "kind": "mended" if result.is_mended else staged.table.kind,
                "loaded_at": loaded_at,
                "unloaded_in": None,
                "given_up_at": None,
                "cursor_value": result.cursor_value,
            }
            connection.execute(
                f"insert into {SCHEMA}.loads ({idents(columns)}) values ({', '.join('?' for _ in columns)})",
                [values[name] for name in columns],
            )
