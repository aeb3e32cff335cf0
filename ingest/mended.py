"""Rejected rows after they were rejected: which are open, which were mended, and loading mended ones.

A mended row goes into the source, table and slice it was rejected from, as a new or changed row: it closes nothing
else. It stays current for as long as the file brings the line it was made from as it was; where the file brings the
row itself, that counts, and where it brings neither, the row has vanished.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, field

import duckdb

from ingest import marks, rejects
from ingest.contract import MENDED_REJECTS
from ingest.history import same_key
from ingest.projection import STATE_FILTERED, STATE_REFUSED
from ingest.schema import IN_EFFECT, SCHEMA
from ingest.sql import ident, idents, text
from ingest.stage import Stage, StagedFile
from ingest.structure import Structure, record_of

AGAIN = "ingest_mended_again"
"""Columns: table_name, file_number, line, record, mended_in, mended_file, mended_record: lines that were mended
before."""

OPEN, MENDED, DISMISSED, PAST = "open", "mended", "dismissed", "past"
"""Of a rejected line: not in the books; in them after all; not to be in them, as a person said; of a load that was
withdrawn, or of a picture that a newer one of its slice replaced."""


@dataclass(frozen=True)
class Place:
    """Where a rejected line stood."""

    load_id: int
    source: str
    table_name: str
    slice: str
    file: str
    line: int
    record: int | None
    """None of loads of earlier versions."""


@dataclass
class Mends:
    """What a load of mended rows mends: by number of its item, the place of each record."""

    places: dict[int, list[Place]] = field(default_factory=dict)


CONTENT = "coalesce(r.cells, r.raw_line)"
"""A rejected line as it came, by which it is known again; ``r`` is ``raw.rejects``."""

CAME_IN = "coalesce(c._stated_in, c._loaded_in)"
"""The load a current row ``c`` came with: what an unload has put back came with the load that it states."""

_SAME_PLACE = """
    {other} = r.load_id and m.source = r.source and m.table_name = r.table_name and m.file = r.file
    and m.line = r.line and m.slice = coalesce(r.slice, m.slice) and m.record is not distinct from r.record
"""

_WITHDRAWN = f"select load_id from {SCHEMA}.loads where unloaded_in is not null"

MENDED_ROWS = f"""
    select * from {SCHEMA}.mended_rejects
    where load_id not in ({_WITHDRAWN}) and mended_in not in ({_WITHDRAWN})
"""
"""What was mended, in so far as neither the mended rows nor the load that says so were withdrawn."""

STATES = f"""
    select
        r.load_id, r.source, r.table_name, l.slice, r.file, r.line, r.record, l.as_of_on, l.kind,
        string_agg(distinct r.column_name, ', ' order by r.column_name) as columns,
        string_agg(distinct r.reason, '; ' order by r.reason) as reasons,
        any_value(r.value) as value,
        any_value(r.raw_line) as raw_line,
        any_value(r.cells) as cells,
        any_value(r.amount) as amount,
        any_value(r.currency) as currency,
        any_value(m.mended_in) as mended_in,
        any_value(d.decision_id) as decision_id,
        case
            when any_value(l.unloaded_in) is not null then '{PAST}'
            when any_value(m.mended_in) is not null then '{MENDED}'
            when l.kind not in ('delta', 'mended') and max(n.load_id) is not null then '{PAST}'
            when any_value(d.decision) = '{DISMISSED}' then '{DISMISSED}'
            else '{OPEN}'
        end as state
    from {SCHEMA}.rejects as r
    inner join {SCHEMA}.loads as l
        on l.load_id = r.load_id and l.source = r.source and l.table_name = r.table_name and l.file = r.file
        and l.slice = coalesce(r.slice, l.slice)
    left join (
        select distinct source, table_name, slice, as_of_on, kind = 'open_items' as is_list, load_id
        from {SCHEMA}.loads where kind not in ('delta', 'mended') and {IN_EFFECT}
    ) as n
        on (n.source, n.table_name, n.slice) = (l.source, l.table_name, l.slice) and n.load_id > r.load_id
        -- A late list of open items takes nothing of the place of later days.
        and (not n.is_list or n.as_of_on >= l.as_of_on)
    left join ({MENDED_ROWS}) as m on {_SAME_PLACE.format(other="m.rejected_in")}
    left join (
        select source, table_name, slice, content, max(decision_id) as decision_id,
            arg_max(decision, decision_id) as decision
        from {SCHEMA}.reject_decisions group by all
    ) as d on (d.source, d.table_name, d.slice, d.content) = (l.source, l.table_name, l.slice, {CONTENT})
    where r.severity = 'reject'
    group by r.load_id, r.source, r.table_name, l.slice, r.file, r.line, r.record, l.as_of_on, l.kind
"""
"""Every rejected line with its faults and its state: one row a line. The model int_rejected_rows says the same, of what
was known at a load."""


def protect(stage: Stage, structures: dict[int, Structure]) -> None:
    """Keep current the rows mended from lines that ``stage`` holds again as they were, and remember those lines."""
    connection = stage.connection
    connection.execute(
        f"create temp table if not exists {AGAIN} (table_name varchar, file_number integer, line bigint, "
        "record bigint, mended_in integer, mended_file varchar, mended_record bigint)"
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
            # Put back by an unload, a mended row is a version of that load, and states its own.
            f"from {SCHEMA}.{ident(stage.table.name)} as t join {AGAIN} as a "
            f"on a.mended_in = coalesce(t._stated_in, t._loaded_in) "
            f"and a.mended_file = t._file and a.mended_record = t._line where a.table_name = {text(stage.table.name)} "
            f"and a.file_number = {staged.number} and t._source = {text(result.source)} "
            f"and t._slice = {text(result.slice)}"
        )


def _find_again(stage: Stage, staged: StagedFile, structure: Structure) -> None:
    """Put the rejected lines of a file into `AGAIN` that are, text for text, ones that were mended.

    Of lines alike no more are taken for mended than were.
    """
    result = staged.result
    lines = rejects.places_of(staged, structure)
    if rejects.locate(stage, staged, structure):
        lines += stage.connection.execute(
            "select distinct l.line, l.record, coalesce(l.cells, l.raw_line) from ingest_marked as m "
            "join ingest_lines as l using (record) where m.severity = 'reject'"
        ).fetchall()
    stage.connection.execute(
        f"""
        insert into {AGAIN}
        with rejected as (
            select distinct line, record, content from (
                select unnest(?::bigint[]) as line, unnest(?::bigint[]) as record, unnest(?::varchar[]) as content
            )
        ),
        numbered as (
            select *, row_number() over (partition by content order by line, record) as occurrence from rejected
        ),
        mended as (
            select distinct {CONTENT} as content, m.mended_in, m.mended_file, m.mended_record
            from ({MENDED_ROWS}) as m
            inner join {SCHEMA}.rejects as r on {_SAME_PLACE.format(other="m.rejected_in")}
            where (m.source, m.table_name, m.slice) = (?, ?, ?)
        ),
        counted as (
            select *, row_number() over (partition by content order by mended_in desc, mended_record) as occurrence
            from mended
        )
        select ?, ?, n.line, n.record, c.mended_in, c.mended_file, c.mended_record
        from numbered as n inner join counted as c using (content, occurrence)
        """,
        [
            [line for line, _, _ in lines],
            [record for _, record, _ in lines],
            [content for _, _, content in lines],
            result.source,
            result.table_name,
            result.slice,
            stage.table.name,
            staged.number,
        ],
    )


def refuse_left_out(stage: Stage) -> None:
    """Refuse mended records of which the mapping leaves out every row: they would be in the books of nobody.

    What repeats a row that is taken (`distinct`) is left out and in the books all the same.
    """
    for staged in stage.files:
        join, record = record_of(staged, "s.rowid")
        columns = ", ".join(dict.fromkeys(rule.column for rule in staged.table.filters))
        stage.connection.execute(
            f"create or replace temp table ingest_left_out as select min(row_id) as row_id from ("
            f"select s.rowid as row_id, {record} as record, s._state, s._row_hash from {stage.name} as s {join} "
            f"where {staged.rows_where}) group by record "
            f"having bool_and(_state = {STATE_FILTERED} and _row_hash not in ("
            f"select s._row_hash from {stage.name} as s where {staged.rows_where} and s._state <> {STATE_FILTERED}))"
        )
        stage.connection.execute(
            f"insert into {marks.TABLE} select {text(stage.table.name)}, {staged.number}, row_id, null, null, "
            f"{text(f'is a row that the mapping leaves out by its filters ({columns}): mend what they look at')}, "
            "'reject' from ingest_left_out"
        )
        stage.connection.execute(
            f"update {stage.name} set _state = {STATE_REFUSED} where rowid in (select row_id from ingest_left_out)"
        )


def refuse_overtaken(stage: Stage, mends: Mends) -> None:
    """Refuse mended rows whose key came anew after they had been rejected: the newer row counts.

    Of lists of open items the newer row is that of the later day, whenever it came.
    """
    for staged in stage.files:
        places = mends.places[staged.number]
        join, record = record_of(staged, "s.rowid")
        value = " || ' / ' || ".join(f"coalesce(cast(s.{ident(name)} as varchar), '')" for name in stage.table.key)
        stage.connection.execute(
            f"insert into {marks.TABLE} select {text(stage.table.name)}, {staged.number}, s.rowid, "
            f"{text(', '.join(stage.table.key))}, {value}, 'came anew in load ' || {CAME_IN} || "
            f"', after the line was rejected in load ' || p.rejected_in, 'reject' from {stage.name} as s {join} "
            f"join (select unnest(range(1, len($loads) + 1)) as record, unnest($loads) as rejected_in) as p "
            f"on p.record = {record} join {SCHEMA}.{ident(stage.table.name)} as c on {same_key(stage.table, 's', 'c')} "
            f"and c._replaced_in is null and {CAME_IN} > p.rejected_in where {staged.rows_where} and s._state = 0"
            + (f" and not ({_is_of_older_list(staged)})" if staged.is_list else ""),
            {"loads": [place.load_id for place in places]},
        )
    marks.set_state(stage, STATE_REFUSED)


def _is_of_older_list(staged: StagedFile) -> str:
    """Whether the current row ``c`` came from a list, or was mended of one, of a day before that of ``staged``."""
    result = staged.result
    values = ", ".join(map(text, (result.source, result.table_name, result.slice)))
    of_slice = f"(l.source, l.table_name, l.slice) = ({values})"
    lists = f"select l.load_id, l.as_of_on from {SCHEMA}.loads as l where l.kind = 'open_items' and {of_slice}"
    mended = (
        f"select l.mended_in, d.as_of_on from {SCHEMA}.mended_rejects as l inner join ({lists}) as d "
        f"on d.load_id = l.rejected_in where {of_slice}"
    )
    return (
        f"c._source = {text(result.source)} and c._slice = {text(result.slice)} and exists ("
        f"select 1 from ({lists} union {mended}) as o (load_id, listed_on) where o.load_id = {CAME_IN} "
        f"and o.listed_on < date '{staged.listed_on}')"
    )


def write(connection: duckdb.DuckDBPyConnection, stages: Sequence[Stage], load_id: int, mends: Mends | None) -> None:
    """Say in ``raw.mended_rejects`` which rejected lines a load mended, and which came again as they were."""
    rows: list[tuple[object, ...]] = []
    for staged in (staged for stage in stages for staged in stage.files):
        result = staged.result
        if mends is not None:
            rows += [
                (load_id, *astuple(p)[:-1], load_id, result.file, record, p.record)
                for record, p in enumerate(mends.places[staged.number], start=1)
            ]
            continue
        again = connection.execute(
            f"select line, mended_in, mended_file, mended_record, record from {AGAIN} "
            "where table_name = ? and file_number = ?",
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
