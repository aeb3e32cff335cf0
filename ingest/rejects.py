"""What was wrong with rows, in words and with the line as it stands, written to ``raw.rejects``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from ingest import lines, marks
from ingest.projection import STATE_FAULTY, STATE_REFUSED
from ingest.readers import csv_file
from ingest.schema import SCHEMA
from ingest.sql import text
from ingest.stage import Stage, StagedFile
from ingest.structure import Structure, Unread, record_of


def explain_faults(stage: Stage, structures: dict[int, Structure], folder: Path) -> None:
    """Mark each fault of the stage's faulty rows, and keep the keys of rows that could not be taken.

    Faulty rows are read once more, as text; that is the only way to quote what stood there.
    """
    connection = stage.connection
    marks.create_rejected_keys(connection, stage.table)
    for staged in stage.files:
        if staged.unread and staged.table.unpivot is None:
            _keep_unread_keys(connection, stage, staged, structures[staged.number].unread, folder)
        faulty = (
            f"select s.rowid - {staged.first_row} as _row from {stage.name} as s "
            f"where {staged.rows_where} and s._state = {STATE_FAULTY}"
        )
        if not connection.execute(f"{faulty} limit 1").fetchall():
            continue
        relation = f"(select * from {staged.reading.numbered} where _row in ({faulty}))"
        connection.execute(
            f"create or replace temp table ingest_faulty as {staged.projection.full_select(relation, ['_row'])}"
        )
        for fault in staged.projection.faults:
            connection.execute(
                f"insert into {marks.TABLE} select {text(stage.table.name)}, {staged.number}, "
                f"_row + {staged.first_row}, {text(fault.column)}, {fault.value}, {fault.reason}, 'reject' "
                f"from ingest_faulty where {fault.condition}"
            )
        marks.keep_keys(connection, stage.table, "ingest_faulty")


def keep_refused_keys(stage: Stage) -> None:
    """Keep the keys of rows refused for their key: what is current under it stays."""
    marks.keep_keys(stage.connection, stage.table, f"(from {stage.name} where _state = {STATE_REFUSED})")


def _keep_unread_keys(
    connection: duckdb.DuckDBPyConnection, stage: Stage, staged: StagedFile, unread: Sequence[Unread], folder: Path
) -> None:
    """Read what can be read of lines with too few or too many columns, for their keys only."""
    path = folder / f"unread-{staged.number}.csv"
    path.write_text("".join(f"{record.raw_line.rstrip(chr(10))}\n" for record in unread), encoding="utf-8")
    relation = csv_file.lenient_relation(path, staged.file, len(staged.reading.header))
    marks.keep_keys(connection, stage.table, f"({staged.projection.full_select(relation)})")


def write(
    connection: duckdb.DuckDBPyConnection, stages: Sequence[Stage], structures: dict[int, Structure], load_id: int
) -> None:
    """Write all marks and unread records of a load to ``raw.rejects``, in file order."""
    for stage in stages:
        for staged in stage.files:
            _write_file(connection, stage, staged, structures[staged.number], load_id)


def _write_file(
    connection: duckdb.DuckDBPyConnection, stage: Stage, staged: StagedFile, structure: Structure, load_id: int
) -> None:
    result = staged.result
    constants = f"{load_id}, {text(result.source)}, {text(result.table_name)}, {text(result.file)}"
    if structure.unread:
        columns = list(zip(*((u.line, u.reason, u.raw_line) for u in structure.unread), strict=True))
        connection.execute(
            f"insert into {SCHEMA}.rejects select {constants}, line, null, null, reason, 'reject', raw from ("
            "select unnest(?) as line, unnest(?) as reason, unnest(?) as raw)",
            [list(column) for column in columns],
        )
    marked = f"{marks.TABLE} as m where m.table_name = {text(stage.table.name)} and m.file_number = {staged.number}"
    if not connection.execute(f"select 1 from {marked} limit 1").fetchall():
        return
    join, record = record_of(staged, "m.row_id")
    connection.execute(
        f"create or replace temp table ingest_marked as select m.* exclude (table_name, file_number), "
        f"{record} as record from (select * from {marked}) as m {join}"
    )
    _find_lines(connection, staged, structure)
    connection.execute(
        f"insert into {SCHEMA}.rejects select {constants}, l.line, m.column_name, m.value, m.reason, m.severity, "
        "l.raw_line from ingest_marked as m left join ingest_lines as l on l.record = m.record order by m.row_id"
    )


def _find_lines(connection: duckdb.DuckDBPyConnection, staged: StagedFile, structure: Structure) -> None:
    """Make ``ingest_lines``: physical line and text of the records in ``ingest_marked``."""
    reading = staged.reading
    create = "create or replace temp table ingest_lines as"
    if reading.text_file is None:
        values = ", ".join(f"{text(name)}: c{position}" for position, name in enumerate(reading.header))
        connection.execute(
            f"{create} select _row + 1 as record, _row + 1 as line, cast(to_json({{{values}}}) as varchar) as raw_line "
            f"from {reading.numbered} where _row + 1 in (select record from ingest_marked)"
        )
    elif structure.is_regular:
        connection.execute(
            f"{create} select number - 1 as record, number as line, line as raw_line from ("
            f"select row_number() over () as number, line from {csv_file.lines_relation(reading.text_file)}) "
            f"where number - 1 in (select record from ingest_marked)"
        )
    else:
        walk = lines.walk(reading.text_file, staged.file)
        wanted = [row[0] for row in connection.execute("select distinct record from ingest_marked").fetchall()]
        quoted = walk.quote(wanted)
        connection.execute(f"{create} select 0::bigint as record, 0::bigint as line, ''::varchar as raw_line limit 0")
        connection.execute(
            "insert into ingest_lines select unnest(?), unnest(?), unnest(?)",
            [list(quoted), [walk.record_lines[record] for record in quoted], list(quoted.values())],
        )
