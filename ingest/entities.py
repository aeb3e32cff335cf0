"""Entities that documents name and nobody defines: derived, with their mapping's base currency, or refused."""

from __future__ import annotations

import duckdb

from ingest.contract import TABLE_BY_NAME, TABLES
from ingest.errors import MappingError
from ingest.history import DERIVED_SLICE
from ingest.projection import STATE_TAKEN
from ingest.schema import SCHEMA, hash_sql
from ingest.sql import idents, text
from ingest.stage import Stage


def derive_missing(connection: duckdb.DuckDBPyConnection, stages: list[Stage], load_id: int) -> list[str]:
    """Add a row to ``raw.entities`` for each entity of the load's documents that has none; return what was derived.

    A derived row has no `_line` and slice ``derived``. Raises `MappingError` naming an entity whose mapping
    tells no base currency.
    """
    warnings = []
    for stage in stages:
        if stage.table.name == "entities" or "entity_id" not in stage.table.column_by_name:
            continue
        for entity, number in connection.execute(
            f"select s.entity_id, min(s._file_number) from {stage.name} as s where s._state = {STATE_TAKEN} "
            f"and s.entity_id not in (select entity_id from {SCHEMA}.entities where _replaced_in is null) "
            f"group by 1 order by 1"
        ).fetchall():
            staged = next(staged for staged in stage.files if staged.number == number)
            currency = staged.mapping.base_currency
            if currency is None:
                raise MappingError(
                    f"{staged.path.name}: names entity '{entity}', which no entities row defines, and mapping "
                    f"{staged.mapping.name} tells no base currency. Add the entity to entities.csv and load both "
                    "together, or say `base_currency: EUR` (or another) in a mapping of your own."
                )
            _insert(connection, entity, currency, staged.result.source, staged.result.file, load_id)
            warnings.append(f"entity '{entity}' derived from {staged.result.file}, base currency {currency}")
    return warnings


def _insert(
    connection: duckdb.DuckDBPyConnection, entity: str, currency: str, source: str, file: str, load_id: int
) -> None:
    table = TABLE_BY_NAME["entities"]
    known = {"entity_id": text(entity), "base_currency": text(currency)}
    values = ", ".join(f"{known.get(c.name, f'cast(null as {c.type.value})')} as {c.name}" for c in table.columns)
    connection.execute(
        f"insert into {SCHEMA}.entities select {idents(c.name for c in table.columns)}, {text(source)}, "
        f"{text(DERIVED_SLICE)}, {text(file)}, null, {hash_sql(table)}, {load_id}, null from (select {values})"
    )


__all__ = ["TABLES", "derive_missing"]
