"""Keys that come more than once in what a load reads."""

from __future__ import annotations

from ingest import marks
from ingest.projection import STATE_FILTERED, STATE_REFUSED, STATE_TAKEN
from ingest.sql import ident, idents, text
from ingest.stage import Stage


def refuse_duplicates(stage: Stage) -> None:
    """Refuse rows of a stage whose key is not theirs alone.

    Rows alike in all columns say one thing: the first stands, the others are refused. Rows that differ
    contradict each other: all are refused. Before that, rows of files of changes (`delta`) that are read together give
    way to those of the file with the latest control day, and alike ones of one day count once: as if the files had
    been loaded one after the other.
    """
    keys = [ident(name) for name in stage.table.key]
    hashed = f"hash({', '.join(keys)})"
    connection = stage.connection
    # Only hashes are grouped over all rows; the keys themselves are compared for the few that collide.
    connection.execute(
        f"create or replace temp table ingest_repeated as select {hashed} as key_hash from {stage.name} "
        f"where _state = {STATE_TAKEN} group by 1 having count(*) > 1"
    )
    row = connection.execute("select count(*) from ingest_repeated").fetchone()
    if row is None or not row[0]:
        return
    _give_way(stage, hashed)
    value = " || ' / ' || ".join(f"coalesce(cast({key} as varchar), '')" for key in keys)
    condition = "occurrences > 1 and (versions > 1 or occurrence > 1)"
    reason = (
        "case when versions > 1 then 'the key comes ' || occurrences || ' times with different content' "
        "else 'repeats an earlier row, alike in all columns' end"
    )
    connection.execute(
        f"insert into {marks.TABLE} select {text(stage.table.name)}, file_number, row_id, "
        f"{text(', '.join(stage.table.key))}, value, {reason}, 'reject' from ("
        f"select s.rowid as row_id, _file_number as file_number, {value} as value, "
        f"count(*) over same_key as occurrences, "
        f"row_number() over (partition by {idents(stage.table.key)} order by s.rowid) as occurrence, "
        f"case when min(_row_hash) over same_key = max(_row_hash) over same_key then 1 else 2 end as versions "
        f"from {stage.name} as s where _state = {STATE_TAKEN} "
        f"and {hashed} in (select key_hash from ingest_repeated) "
        f"window same_key as (partition by {idents(stage.table.key)})) where {condition}"
    )
    marks.set_state(stage, STATE_REFUSED)


def _give_way(stage: Stage, hashed: str) -> None:
    """Leave out, as filtered, rows whose key a later file of the same source and slice holds too."""
    files = [staged for staged in stage.files if staged.table.kind == "delta"]
    if len(files) < 2:
        return
    days = ", ".join(
        f"({staged.number}, {text(staged.result.source)}, {text(staged.result.slice)}, "
        f"cast({text(str(staged.control_on or '0001-01-01'))} as date))"
        for staged in files
    )
    keys = idents(stage.table.key)
    stage.connection.execute(
        f"update {stage.name} set _state = {STATE_FILTERED} where rowid in (select row_id from ("
        f"select s.rowid as row_id, _file_number, told_on, max(told_on) over same_key as last_told_on, "
        f"min(_file_number) over (partition by source, slice, {keys}, told_on, _row_hash) as first_alike "
        f"from {stage.name} as s join (values {days}) as f (number, source, slice, told_on) "
        f"on s._file_number = f.number where _state = {STATE_TAKEN} "
        f"and {hashed} in (select key_hash from ingest_repeated) "
        f"window same_key as (partition by source, slice, {keys})) "
        "where told_on < last_told_on or _file_number <> first_alike)"
    )
