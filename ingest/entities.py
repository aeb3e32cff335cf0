"""Entities that documents name and nobody defines: derived, with their mapping's base currency, or refused."""

from __future__ import annotations

import duckdb

from ingest.contract import TABLE_BY_NAME, TABLES
from ingest.errors import MappingError
from ingest.history import DERIVED_SLICE
from ingest.projection import STATE_TAKEN
from ingest.schema import SCHEMA, hash_sql, stored_columns
from ingest.sql import idents, text
from ingest.stage import Stage, StagedFile


def derive_missing(connection: duckdb.DuckDBPyConnection, stages: list[Stage], load_id: int) -> list[str]:
    """Add a row to ``raw.entities`` for each entity of the load's documents that has none; return what was derived.

    A derived row has no `_line` and slice ``derived``. Raises `MappingError` naming an entity whose mapping
    tells no base currency, one derived before with another currency, and one withdrawn while documents name it.
    """
    warnings = []
    for stage in stages:
        if stage.table.name == "entities" or "entity_id" not in stage.table.column_by_name:
            continue
        for entity, number, derived_currency, derived_from in connection.execute(
            f"select s.entity_id, min(s._file_number), any_value(e.base_currency), any_value(e._file) "
            f"from (select distinct entity_id, _file_number from {stage.name} where _state = {STATE_TAKEN}) as s "
            f"left join {SCHEMA}.entities as e on e.entity_id = s.entity_id and e._replaced_in is null "
            f"where e.entity_id is null or e._slice = {text(DERIVED_SLICE)} group by 1 order by 1"
        ).fetchall():
            staged = next(staged for staged in stage.files if staged.number == number)
            currency = staged.mapping.base_currency
            if derived_currency is not None:
                _check_currency(staged, entity, derived_currency, derived_from)
                continue
            if currency is None:
                raise MappingError(_undefined(stages, staged, entity))
            _insert(connection, entity, currency, staged.result.source, staged.result.file, load_id)
            warnings.append(f"entity '{entity}' derived from {staged.result.file}, base currency {currency}")
    _refuse_withdrawn(connection, load_id)
    return warnings


def _check_currency(staged: StagedFile, entity: str, currency: str, derived_from: str) -> None:
    if staged.mapping.base_currency in {None, currency}:
        return
    raise MappingError(
        f"{staged.result.file}: entity '{entity}' was derived from {derived_from} with base currency {currency}, but "
        f"mapping {staged.mapping.name} says {staged.mapping.base_currency}. If they are two entities, give one of the "
        "mappings an entity of its own (constants: {entity_id: ...}); if they are one, define it in entities.csv."
    )


def _undefined(stages: list[Stage], staged: StagedFile, entity: str) -> str:
    rejected = sum(
        each.result.rows_rejected for stage in stages if stage.table.name == "entities" for each in stage.files
    )
    hint = f" {rejected} rows of entities were rejected in this load: look there first." if rejected else ""
    return (
        f"{staged.result.file}: names entity '{entity}', which no entities row defines, and mapping "
        f"{staged.mapping.name} tells no base currency.{hint} Add the entity to entities.csv and load both "
        "together, or say `base_currency: EUR` (or another) in a mapping of your own."
    )


def _refuse_withdrawn(connection: duckdb.DuckDBPyConnection, load_id: int) -> None:
    """Raise `MappingError` for an entity that vanished in this load while current documents name it."""
    withdrawn = (
        f"select entity_id, _file from {SCHEMA}.entities where _replaced_in = {load_id} "
        f"and entity_id not in (select entity_id from {SCHEMA}.entities where _replaced_in is null)"
    )
    if not connection.execute(withdrawn).fetchall():
        return
    for table in TABLES:
        if table.name == "entities" or "entity_id" not in table.column_by_name:
            continue
        found = connection.execute(
            f"select w.entity_id, any_value(t._file), count(*) from ({withdrawn}) as w "
            f"join {SCHEMA}.{table.name} as t on t.entity_id = w.entity_id and t._replaced_in is null group by 1"
        ).fetchone()
        if found is not None:
            raise MappingError(
                f"entity '{found[0]}' is no longer in the entities file, but {found[2]} current rows of {table.name} "
                f"(file {found[1]}) name it. Keep the entity in the file, or withdraw its documents in the same load."
            )


def _insert(
    connection: duckdb.DuckDBPyConnection, entity: str, currency: str, source: str, file: str, load_id: int
) -> None:
    table = TABLE_BY_NAME["entities"]
    known = {"entity_id": text(entity), "base_currency": text(currency)}
    values = ", ".join(f"{known.get(c.name, f'cast(null as {c.type.value})')} as {c.name}" for c in table.columns)
    connection.execute(
        f"insert into {SCHEMA}.entities ({idents(c.name for c in stored_columns(table))}) "
        f"select {idents(c.name for c in table.columns)}, {text(source)}, "
        f"{text(DERIVED_SLICE)}, {text(file)}, null, {hash_sql(table)}, {load_id}, null from (select {values})"
    )
