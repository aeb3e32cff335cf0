"""Rejected rows after they were rejected: which are open, which were mended, and loading mended ones.

A mended row goes into the source, table and slice it was rejected from, as a new or changed row: it closes nothing
else. It stays current for as long as the file brings the line it was made from as it was; where the file brings the
row itself, that counts, and where it brings neither, the row has vanished.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import duckdb

from ingest import marks, rejects
from ingest.contract import MENDED_REJECTS
from ingest.projection import STATE_REFUSED
from ingest.schema import SCHEMA
from ingest.sql import ident, idents, text
from ingest.stage import Stage, StagedFile
from ingest.structure import Structure, record_of

AGAIN = "ingest_mended_again"
"""Columns: table_name, file_number, line, mended_in, mended_file, mended_record: lines that were mended before."""

OPEN, MENDED, PAST = "open", "mended", "past"
"""Of a rejected line: not in the books; in them after all; of a picture that a newer one of its slice replaced."""


@dataclass(frozen=True)
class Place:
    """Where a rejected line stood."""

    load_id: int
    source: str
    table_name: str
    slice: str
    file: str
    line: int


@dataclass
class Mends:
    """What a load of mended rows mends: by number of its item, the place of each record."""

    places: dict[int, list[Place]] = field(default_factory=dict)


STATES = f"""
    select
        r.load_id, r.source, r.table_name, l.slice, r.file, r.line, l.as_of_on, l.kind,
        string_agg(distinct r.column_name, ', ' order by r.column_name) as columns,
        string_agg(distinct r.reason, '; ' order by r.reason) as reasons,
        any_value(r.value) as value,
        any_value(r.raw_line) as raw_line,
        any_value(m.mended_in) as mended_in,
        case
            when any_value(m.mended_in) is not null then '{MENDED}'
            when l.kind not in ('delta', 'mended') and any_value(n.newest) > r.load_id then '{PAST}'
            else '{OPEN}'
        end as state
    from {SCHEMA}.rejects as r
    inner join {SCHEMA}.loads as l using (load_id, source, table_name, file)
    left join (
        select source, table_name, slice, max(load_id) as newest
        from {SCHEMA}.loads where kind not in ('delta', 'mended') group by all
    ) as n on (n.source, n.table_name, n.slice) = (l.source, l.table_name, l.slice)
    left join {SCHEMA}.mended_rejects as m
        on m.rejected_in = r.load_id and m.source = r.source and m.table_name = r.table_name
        and m.file = r.file and m.line = r.line
    where r.severity = 'reject'
    group by r.load_id, r.source, r.table_name, l.slice, r.file, r.line, l.as_of_on, l.kind
"""
"""Every rejected line with its faults and its state: one row a line."""


def protect(stage: Stage, structures: dict[int, Structure]) -> None:
    """Keep current the rows mended from lines that ``stage`` holds again as they were, and remember those lines."""
    connection = stage.connection
    connection.execute(
        f"create temp table if not exists {AGAIN} (table_name varchar, file_number integer, line bigint, "
        "mended_in integer, mended_file varchar, mended_record bigint)"
    )
    for staged in stage.files:
        result = staged.result
        known = connection.execute(
            f"select 1 from {SCHEMA}.mended_rejects where (source, table_name, slice) = (?, ?, ?) limit 1",
            [result.source, result.table_name, result.slice],
        ).fetchall()
        if result.is_mended or not known:
            continue
        _find_again(stage, staged, structures[staged.number])
        row = connection.execute(
            f"select count(*) from {AGAIN} where table_name = ? and file_number = ?", [stage.table.name, staged.number]
        ).fetchone()
        result.rows_mended_before = row[0] if row is not None else 0
        connection.execute(
            f"insert into {marks.rejected_keys(stage.table)} select {idents(stage.table.key, 't.')} "
            f"from {SCHEMA}.{ident(stage.table.name)} as t join {AGAIN} as a on a.mended_in = t._loaded_in "
            f"and a.mended_file = t._file and a.mended_record = t._line where a.table_name = {text(stage.table.name)} "
            f"and a.file_number = {staged.number} and t._source = {text(result.source)} "
            f"and t._slice = {text(result.slice)}"
        )


def _find_again(stage: Stage, staged: StagedFile, structure: Structure) -> None:
    """Put the rejected lines of a file into `AGAIN` that are, text for text, ones that were mended.

    Of lines alike no more are taken for mended than were.
    """
    result = staged.result
    lines = [(unread.line, unread.raw_line) for unread in structure.unread]
    if rejects.locate(stage, staged, structure):
        lines += stage.connection.execute(
            "select distinct l.line, l.raw_line from ingest_marked as m join ingest_lines as l using (record) "
            "where m.severity = 'reject'"
        ).fetchall()
    stage.connection.execute(
        f"""
        insert into {AGAIN}
        with rejected as (
            select distinct line, raw from (select unnest(?::bigint[]) as line, unnest(?::varchar[]) as raw)
        ),
        numbered as (select line, raw, row_number() over (partition by raw order by line) as occurrence from rejected),
        mended as (
            select distinct r.raw_line as raw, m.mended_in, m.mended_file, m.mended_record
            from {SCHEMA}.mended_rejects as m
            inner join {SCHEMA}.rejects as r on r.load_id = m.rejected_in and r.source = m.source
                and r.table_name = m.table_name and r.file = m.file and r.line = m.line
            where (m.source, m.table_name, m.slice) = (?, ?, ?)
        ),
        counted as (
            select *, row_number() over (partition by raw order by mended_in desc, mended_record) as occurrence
            from mended
        )
        select ?, ?, n.line, c.mended_in, c.mended_file, c.mended_record
        from numbered as n inner join counted as c using (raw, occurrence)
        """,
        [
            [line for line, _ in lines],
            [raw for _, raw in lines],
            result.source,
            result.table_name,
            result.slice,
            stage.table.name,
            staged.number,
        ],
    )


def refuse_overtaken(stage: Stage, mends: Mends) -> None:
    """Refuse mended rows whose key came anew after they had been rejected: the newer row counts."""
    for staged in stage.files:
        places = mends.places[staged.number]
        join, record = record_of(staged, "s.rowid")
        same = " and ".join(f"c.{ident(name)} is not distinct from s.{ident(name)}" for name in stage.table.key)
        value = " || ' / ' || ".join(f"coalesce(cast(s.{ident(name)} as varchar), '')" for name in stage.table.key)
        stage.connection.execute(
            f"insert into {marks.TABLE} select {text(stage.table.name)}, {staged.number}, s.rowid, "
            f"{text(', '.join(stage.table.key))}, {value}, 'came anew in load ' || c._loaded_in || "
            f"', after the line was rejected in load ' || p.rejected_in, 'reject' from {stage.name} as s {join} "
            f"join (select unnest(range(1, len($loads) + 1)) as record, unnest($loads) as rejected_in) as p "
            f"on p.record = {record} join {SCHEMA}.{ident(stage.table.name)} as c on {same} "
            f"and c._replaced_in is null and c._loaded_in > p.rejected_in where {staged.rows_where} and s._state = 0",
            {"loads": [place.load_id for place in places]},
        )
    marks.set_state(stage, STATE_REFUSED)


def write(connection: duckdb.DuckDBPyConnection, stages: Sequence[Stage], load_id: int, mends: Mends | None) -> None:
    """Say in ``raw.mended_rejects`` which rejected lines a load mended, and which came again as they were."""
    rows: list[tuple[object, ...]] = []
    for staged in (staged for stage in stages for staged in stage.files):
        result = staged.result
        if mends is not None:
            rows += [
                (load_id, p.load_id, p.source, p.table_name, p.slice, p.file, p.line, load_id, result.file, record)
                for record, p in enumerate(mends.places[staged.number], start=1)
            ]
            continue
        again = connection.execute(
            f"select line, mended_in, mended_file, mended_record from {AGAIN} where table_name = ? and file_number = ?",
            [result.table_name, staged.number],
        ).fetchall()
        of_file = (result.source, result.table_name, result.slice, result.file)
        rows += [(load_id, load_id, *of_file, line, *mended) for line, *mended in again]
    _insert(connection, rows)


def _insert(connection: duckdb.DuckDBPyConnection, rows: Iterable[tuple[object, ...]]) -> None:
    columns = [column.name for column in MENDED_REJECTS.columns]
    for row in rows:
        connection.execute(
            f"insert into {SCHEMA}.mended_rejects ({idents(columns)}) values ({', '.join('?' for _ in columns)})", row
        )
