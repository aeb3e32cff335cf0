"""What was wrong with rows, in words and with the line as it stands, written to ``raw.rejects``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import duckdb

from ingest import lines, marks, originals, totals, typing_sql
from ingest.projection import STATE_FAULTY, STATE_REFUSED
from ingest.readers import csv_file, xml_file
from ingest.schema import SCHEMA
from ingest.sql import ident, text
from ingest.stage import Stage, StagedFile
from ingest.structure import Structure, Unread, record_of

UNREAD = "ingest_unread_faults"
"""Columns: file_number, position (among the file's unread records), column_name, value, reason."""

INSERT = (
    f"insert into {SCHEMA}.rejects (load_id, source, table_name, slice, file, line, record, column_name, value, "
    "reason, severity, raw_line, cells, amount, currency)"
)


def explain_faults(stage: Stage, structures: dict[int, Structure], folder: Path) -> None:
    """Find each fault of the rows of a stage that cannot be taken, and keep their keys as far as they can be read.

    Such rows are read once more, as text: that is the only way to quote what stood there.
    """
    connection = stage.connection
    marks.create_rejected_keys(connection, stage.table)
    connection.execute(
        f"create temp table if not exists {UNREAD} (file_number integer, position bigint, column_name varchar, "
        "value varchar, reason varchar)"
    )
    for staged in stage.files:
        if staged.unread:
            _explain_unread(stage, staged, structures[staged.number].unread, folder)
        _explain_faulty(stage, staged)
    _forget_misread(stage)


def _explain_faulty(stage: Stage, staged: StagedFile) -> None:
    """Mark the faults of staged rows in state `STATE_FAULTY`."""
    connection = stage.connection
    faulty = (
        f"select s.rowid - {staged.first_row} as _row from {stage.name} as s "
        f"where {staged.rows_where} and s._state = {STATE_FAULTY}"
    )
    if not connection.execute(f"{faulty} limit 1").fetchall():
        return
    relation = f"(select * from {staged.reading.numbered} where _row in ({faulty}))"
    _look_closer(connection, staged, relation)
    connection.execute(
        f"insert into {marks.TABLE} select {text(stage.table.name)}, {staged.number}, _row + {staged.first_row}, "
        f"column_name, value, reason, 'reject' from ({_faults_sql(staged)})"
    )
    _keep_closer_keys(stage)


def _forget_misread(stage: Stage) -> None:
    """Clear amounts of rejected rows that are no number as the mapping writes them: 1.200 is not 1.2 everywhere."""
    for name in stage.control_amounts:
        cleared = sorted({ident(name), stage.as_read(name).removeprefix("s.")})
        stage.connection.execute(
            f"update {stage.name} set {', '.join(f'{column} = null' for column in cleared)} "
            f"where rowid in (select row_id from {marks.TABLE} "
            f"where table_name = {text(stage.table.name)} and column_name = {text(name)} "
            f"and starts_with(reason, {text(typing_sql.NO_NUMBER)}))"
        )


def _keep_closer_keys(stage: Stage) -> None:
    """Keep the keys of the rows in ``ingest_closer``."""
    marks.keep_keys(stage.connection, stage.table, "ingest_closer")
    if stage.table.name == "invoices":
        # Without type and readable amount it may have been either: the other one stays as well.
        marks.keep_keys(
            stage.connection,
            stage.table,
            "(select * replace ('credit_note' as document_type) from ingest_closer "
            "where t_document_type is null and amount is null)",
        )


def _explain_unread(stage: Stage, staged: StagedFile, unread: Sequence[Unread], folder: Path) -> None:
    """Say what is wrong with unread records: column by column where the line at least has its columns."""
    connection, width = stage.connection, len(staged.reading.header)
    split = [position for position, record in enumerate(unread) if record.is_split]
    if split:
        lines_file = folder / f"split-{staged.number}.csv"
        lines_file.write_text("".join(f"{unread[position].raw_line}\n" for position in split), encoding="utf-8")
        _look_closer(connection, staged, csv_file.text_relation(lines_file, staged.file, width))
        connection.execute(
            "create or replace temp table ingest_split as select unnest(?) as position, unnest(range(len(?))) as _row",
            [split, split],
        )
        connection.execute(
            f"insert into {UNREAD} select {staged.number}, position, column_name, value, reason "
            f"from ({_faults_sql(staged)}) join ingest_split using (_row)"
        )
        _keep_closer_keys(stage)
        if stage.table.control_amount is not None:
            row = connection.execute(f"select sum({ident(stage.table.control_amount)}) from ingest_closer").fetchone()
            staged.unread_amount = row[0] if row is not None else None
            totals.keep_unread(connection, staged)
    if len(split) < len(unread):
        lines_file = folder / f"unsplit-{staged.number}.csv"
        unsplit = (record.raw_line for record in unread if not record.is_split)
        lines_file.write_text("".join(f"{line}\n" for line in unsplit), encoding="utf-8")
        _look_closer(connection, staged, csv_file.lenient_relation(lines_file, staged.file, width))
        _keep_closer_keys(stage)
    # What the closer look cannot name is told as the reader tells it.
    connection.execute(
        f"insert into {UNREAD} select {staged.number}, position, null, null, reason from ("
        f"select unnest(range(len(?))) as position, unnest(?) as reason) "
        f"where position not in (select position from {UNREAD} where file_number = {staged.number})",
        [[record.reason for record in unread], [record.reason for record in unread]],
    )


def _faults_sql(staged: StagedFile) -> str:
    """Row, column, value and reason of each fault of the rows in ``ingest_closer``."""
    return " union all ".join(
        f"select _row, {text(fault.column)} as column_name, {fault.value} as value, {fault.reason} as reason "
        f"from ingest_closer where {fault.condition}"
        for fault in staged.explanation.faults
    )


def _look_closer(connection: duckdb.DuckDBPyConnection, staged: StagedFile, relation: str) -> None:
    """Make ``ingest_closer``: the rows of a relation of text columns, projected with all their steps."""
    connection.execute(
        f"create or replace temp table ingest_closer as {staged.explanation.full_select(relation, ['_row'])}"
    )


def keep_refused_keys(stage: Stage) -> None:
    """Keep the keys of rows refused for their key: what is current under it stays."""
    marks.keep_keys(stage.connection, stage.table, f"(from {stage.name} where _state = {STATE_REFUSED})")


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
    constants = ", ".join(
        [str(load_id), *map(text, (result.source, result.table_name, result.slice, result.file))],
    )
    amount = stage.table.control_amount
    # In a table without amounts there is no currency either; else what is not known is told as such.
    unknown = text(totals.UNKNOWN_CURRENCY) if amount is not None else "null"
    if structure.unread:
        places = places_of(staged, structure)
        connection.execute(
            f"{INSERT} select {constants}, line, record, column_name, value, reason, 'reject', raw, null, amount, "
            f"coalesce(currency, {unknown}) "
            "from (select unnest(range(len($lines))) as position, unnest($lines) as line, unnest($records) as record, "
            f"unnest($raw) as raw) join (from {UNREAD} where file_number = {staged.number}) using (position) "
            f"left join {totals.of_unread(staged, amount)} using (position) order by line",
            {
                "lines": [line for line, _, _ in places],
                "records": [record for _, record, _ in places],
                "raw": [raw for _, _, raw in places],
            },
        )
    if locate(stage, staged, structure):
        connection.execute(
            f"{INSERT} select {constants}, l.line, m.record, m.column_name, m.value, m.reason, m.severity, "
            "l.raw_line, l.cells, s.amount, s.currency from ingest_marked as m "
            "left join ingest_lines as l on l.record = m.record "
            f"left join {totals.of_staged(stage)} as s on s.row_id = m.row_id order by m.row_id"
        )
    elif not structure.unread:
        return
    originals.keep(connection, staged, load_id)


def places_of(staged: StagedFile, structure: Structure) -> list[tuple[int, int, str]]:
    """Line, record and text of the unread records of a file."""
    before = staged.reading.lines_before
    return [(unread.line + before, unread.record, unread.raw_line) for unread in structure.unread]


def locate(stage: Stage, staged: StagedFile, structure: Structure) -> bool:
    """Make ``ingest_marked`` and ``ingest_lines``, the marks of a file and where they stand; whether there are any."""
    connection = stage.connection
    marked = f"{marks.TABLE} as m where m.table_name = {text(stage.table.name)} and m.file_number = {staged.number}"
    if not connection.execute(f"select 1 from {marked} limit 1").fetchall():
        return False
    join, record = record_of(staged, "m.row_id")
    connection.execute(
        f"create or replace temp table ingest_marked as select m.* exclude (table_name, file_number), "
        f"{record} as record from (select * from {marked}) as m {join}"
    )
    _find_lines(connection, staged, structure)
    if staged.reading.lines_before:
        connection.execute(f"update ingest_lines set line = line + {staged.reading.lines_before}")
    return True


def _find_lines(connection: duckdb.DuckDBPyConnection, staged: StagedFile, structure: Structure) -> None:
    """Make ``ingest_lines``: physical line and text of the records in ``ingest_marked``, and the cells of XML."""
    reading = staged.reading
    create = "create or replace temp table ingest_lines as"
    if reading.origin is not None:
        encoding = reading.origin.encoding
        places = connection.execute(
            f"select record, _line, _start, _end, {'_cells' if encoding is None else 'null'} "
            f"from {reading.origin.relation} where record in (select record from ingest_marked) order by record"
        ).fetchall()
        ranges = [(start, end) for _, _, start, end, _ in places]
        raw: Iterable[str] = (
            (one.decode(encoding, errors="replace") for one in originals.spans(reading.origin.file, ranges))
            if encoding is not None
            else xml_file.snippets(reading.origin.file, ranges)
        )
        lines_of = {record: (line, words) for (record, line, *_), words in zip(places, raw, strict=True)}
        _take_lines(connection, lines_of, {record: cells for record, *_, cells in places})
    elif reading.text_file is None and reading.original is not None:
        _take_lines(connection, originals.filled_lines(reading.original, _marked_records(connection)))
    elif reading.text_file is None:
        values = ", ".join(f"{text(name)}: c{position}" for position, name in enumerate(reading.header))
        connection.execute(
            f"{create} select _row + 1 as record, _row + 1 as line, cast(to_json({{{values}}}) as varchar) as raw_line"
            ", cast(null as varchar) as cells "
            f"from {reading.numbered} where _row + 1 in (select record from ingest_marked)"
        )
    elif structure.is_regular:
        connection.execute(
            f"{create} select number - 1 as record, number as line, line as raw_line, "
            "cast(null as varchar) as cells from ("
            f"select row_number() over () as number, line from {csv_file.lines_relation(reading.text_file)}) "
            f"where number - 1 in (select record from ingest_marked)"
        )
    else:
        walk = lines.walk(reading.text_file, staged.file)
        quoted = walk.quote(_marked_records(connection))
        _take_lines(connection, {record: (walk.record_lines[record], line) for record, line in quoted.items()})


def _marked_records(connection: duckdb.DuckDBPyConnection) -> list[int]:
    return [row[0] for row in connection.execute("select distinct record from ingest_marked").fetchall()]


def _take_lines(
    connection: duckdb.DuckDBPyConnection, found: Mapping[int, tuple[int, str]], cells: Mapping[int, str] | None = None
) -> None:
    """Make ``ingest_lines`` of line and text by record, and of cells where there are any."""
    connection.execute(
        "create or replace temp table ingest_lines (record bigint, line bigint, raw_line varchar, cells varchar)"
    )
    connection.execute(
        "insert into ingest_lines select unnest(?), unnest(?), unnest(?), unnest(?::varchar[])",
        [
            list(found),
            [line for line, _ in found.values()],
            [raw for _, raw in found.values()],
            [(cells or {}).get(record) for record in found],
        ],
    )
