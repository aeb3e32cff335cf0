"""Lists of open items: what a list says is open is kept by the list's day, and the books follow it.

A list that tells only what is open tells no amount of its documents: the most that was ever open of one stands for it.
A list older than the latest takes its place among the days: what is open now stays as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import duckdb

from ingest import marks
from ingest.contract import OPEN_ITEM_BALANCES, TABLE_BY_NAME
from ingest.pictures import slices
from ingest.projection import STATE_TAKEN
from ingest.schema import IN_EFFECT, SCHEMA, hash_sql, stored_columns
from ingest.sql import ident, idents, text
from ingest.stage import Stage, StagedFile
from ingest.structure import record_of

INVOICES = TABLE_BY_NAME["invoices"]
BALANCES = f"{SCHEMA}.{OPEN_ITEM_BALANCES.name}"

_KEY = INVOICES.key
_GIVEN_WITH_AMOUNT = ("base_amount", "tax_amount")
"""Parts of a document's amount: where that is kept, they are kept with it."""


def follow(stage: Stage) -> None:
    """Make the rows of lists on ``stage`` documents: with the amount each had, and what is open of it now."""
    lists = [staged for staged in stage.files if staged.is_list]
    if not lists:
        return
    stage.keep_as_read(("amount", "open_amount"))
    for staged in lists:
        later = _next_day(stage.connection, staged)
        staged.is_late = later is not None
        if not staged.fed("open_amount"):
            _keep_most_open(stage, staged)
        if later is not None:
            _leave_what_is_known(stage, staged)
            staged.result.warnings.append(
                f"the list of {staged.listed_on} takes its place before that of {later}: what is open now stays"
            )
        stage.hash_again(staged)


def write(stage: Stage, load_id: int) -> None:
    """Keep what the lists of ``stage`` say is open, by their day, once `ingest.history` has taken their rows."""
    for (source, part), files in slices(stage).items():
        if files[0].is_list:
            _write_slice(stage, source, part, files, load_id)
            _withdraw_what_was_never_there(stage, files[0], load_id)
            if not any(staged.fed("open_amount") for staged in files):
                _lower_amounts(stage, files[0], load_id)


def _same(left: str, right: str) -> str:
    return " and ".join(f"{left}.{ident(name)} is not distinct from {right}.{ident(name)}" for name in _KEY)


def _of_slice(staged: StagedFile) -> str:
    """Current rows of the staged file's slice."""
    return f"_replaced_in is null and _source = {text(staged.result.source)} and _slice = {text(staged.result.slice)}"


def _next_day(connection: duckdb.DuckDBPyConnection, staged: StagedFile) -> date | None:
    """The day of the list that comes next after ``staged``; none where it is the latest."""
    row = connection.execute(
        f"select min(as_of_on) from {SCHEMA}.loads where (source, table_name, slice) = (?, ?, ?) "
        f"and kind = 'open_items' and {IN_EFFECT} and as_of_on > ?",
        [staged.result.source, staged.result.table_name, staged.result.slice, staged.listed_on],
    ).fetchone()
    return row[0] if row is not None else None


def _keep_most_open(stage: Stage, staged: StagedFile) -> None:
    """Give each document the most that was open of it on this list or on any other day's."""
    kept = ", ".join(
        f"case when c.amount = o.most then c.{name} else {_share(f's.{name}', 'o.most', 's.amount')} end as {name}"
        for name in _GIVEN_WITH_AMOUNT
    )
    stage.connection.execute(
        f"create or replace temp table ingest_most_open as select s.rowid as row_id, o.most as amount, {kept} "
        f"from {stage.name} as s join (select {idents(_KEY)}, sign(open_amount) as side, "
        f"max_by(open_amount, abs(open_amount)) as most from {BALANCES} where {_of_slice(staged)} "
        f"and open_amount <> 0 and listed_on <> date '{staged.listed_on}' group by all) as o on {_same('o', 's')} "
        f"left join (from {SCHEMA}.{INVOICES.name} where {_of_slice(staged)}) as c on {_same('c', 's')} "
        f"where {staged.rows_where} and s._state = {STATE_TAKEN} "
        "and (sign(s.amount) = o.side or s.amount = 0) and abs(o.most) > abs(s.amount)"
    )
    stage.connection.execute(
        f"update {stage.name} as s set amount = m.amount, "
        f"{', '.join(f'{name} = m.{name}' for name in _GIVEN_WITH_AMOUNT)} "
        "from ingest_most_open as m where s.rowid = m.row_id"
    )


def _share(amount: str, part: str, whole: str) -> str:
    """``amount`` times ``part`` over ``whole``, of one sign, exactly, rounded half away from zero."""
    units = (f"cast(cast(abs({value}) as decimal(38, 2)) * 100 as hugeint)" for value in (amount, part, whole))
    share, numerator, denominator = units
    return (
        f"cast(sign({amount}) * cast((2 * {share} * {numerator} + {denominator}) // nullif(2 * {denominator}, 0) "
        "as decimal(36, 0)) * 0.01 as decimal(18, 2))"
    )


def _leave_what_is_known(stage: Stage, staged: StagedFile) -> None:
    """Of a late list: what is known of a document stays, but for a larger amount; what is unknown is settled by now."""
    stage.connection.execute(
        f"update {stage.name} as s set open_amount = 0 where {staged.rows_where} and s._state = {STATE_TAKEN}"
    )
    raised = "false" if staged.fed("open_amount") else "abs(s.amount) > abs(c.amount)"
    sets = [
        f"{ident(name)} = case when {raised} then s.{ident(name)} else c.{ident(name)} end"
        if name in ("amount", *_GIVEN_WITH_AMOUNT)
        else f"{ident(name)} = c.{ident(name)}"
        for name in (column.name for column in INVOICES.columns)
        if name not in _KEY
    ]
    stage.connection.execute(
        f"update {stage.name} as s set {', '.join(sets)} from (from {SCHEMA}.{INVOICES.name} "
        f"where {_of_slice(staged)}) as c where {staged.rows_where} and s._state = {STATE_TAKEN} and {_same('c', 's')}"
    )


def _write_slice(stage: Stage, source: str, part: str, files: Sequence[StagedFile], load_id: int) -> None:
    first = files[0]
    day, later = first.listed_on, _next_day(stage.connection, first)
    _find_told(stage, files, load_id)
    of_slice = _of_slice(first)
    last = f"date '{later}'" if later is not None else "null"
    # What was open before this load: on the day before, on the day itself, and from the next list's day on.
    stage.connection.execute(
        f"""
        create or replace temp table ingest_balances as
        with known as (from {BALANCES} where {of_slice}),
        before as (
            select {idents(_KEY)}, max_by(open_amount, listed_on) as open_amount from known
            where listed_on < date '{day}' group by all
        ),
        on_day as (from known where listed_on = date '{day}'),
        on_next as (from known where listed_on = {last}),
        spoken as (
            select {idents(_KEY)} from ingest_told
            {
            "union select " + idents(_KEY) + " from before union select " + idents(_KEY) + " from on_day"
            if first.is_whole
            else ""
        }
        ),
        compared as (
            select
                {idents(_KEY, "k.")},
                b.open_amount as open_before,
                coalesce(d.open_amount, b.open_amount) as open_then,
                case
                    when t.open_amount is not null then t.open_amount
                    when r.is_kept then coalesce(d.open_amount, b.open_amount)
                    when b.open_amount is not null then 0
                end as open_now,
                t.file, t.line,
                n.open_amount is not null as is_told_next
            from spoken as k
            left join ingest_told as t on {_same("t", "k")}
            left join before as b on {_same("b", "k")}
            left join on_day as d on {_same("d", "k")}
            left join on_next as n on {_same("n", "k")}
            left join (select distinct {idents(_KEY)}, true as is_kept from {marks.rejected_keys(INVOICES)}) as r
                on {_same("r", "k")}
        )
        select {idents(_KEY)}, date '{day}' as listed_on, open_now as open_amount, file, line from compared
        where open_now is distinct from open_before and open_now is not null
        union all
        select {idents(_KEY)}, {last}, coalesce(open_then, 0), null, null from compared
        where {last} is not null and not is_told_next and coalesce(open_now, 0) <> coalesce(open_then, 0)
        """
    )
    columns = idents(column.name for column in stored_columns(OPEN_ITEM_BALANCES))
    spoken_of = f"exists (select 1 from ingest_told as t where {_same('t', 'c')})" if not first.is_whole else "true"
    stage.connection.execute(
        f"update {BALANCES} as c set _replaced_in = {load_id} where {of_slice} and listed_on = date '{day}' "
        f"and {spoken_of} and not exists (select 1 from ingest_balances as n where {_same('n', 'c')} "
        "and n.listed_on = c.listed_on and n.open_amount = c.open_amount)"
    )
    stage.connection.execute(
        f"insert into {BALANCES} ({columns}) select {idents(_KEY, 'n.')}, n.listed_on, n.open_amount, {text(source)}, "
        f"{text(part)}, coalesce(n.file, {text(first.result.file)}), n.line, n._row_hash, {load_id}, null "
        f"from (select *, {hash_sql(OPEN_ITEM_BALANCES)} as _row_hash from ingest_balances) as n "
        f"where not exists (select 1 from {BALANCES} as c where c.{of_slice.replace(' and _', ' and c._')} "
        f"and {_same('n', 'c')} and n.listed_on = c.listed_on) order by n.listed_on, {idents(_KEY, 'n.')}"
    )


def _withdraw_what_was_never_there(stage: Stage, staged: StagedFile, load_id: int) -> None:
    """Close documents that only a list told of which this load corrects."""
    of_slice = _of_slice(staged)
    stage.connection.execute(
        f"create or replace temp table ingest_never as select distinct {idents(_KEY)} from {BALANCES} as t "
        f"where t._replaced_in = {load_id} and t._source = {text(staged.result.source)} "
        f"and t._slice = {text(staged.result.slice)} "
        f"and not exists (select 1 from {BALANCES} as b where b._replaced_in is null and b.open_amount <> 0 "
        f"and {_same('b', 't')}) "
        f"and not exists (select 1 from ingest_told as n where n.line is not null and {_same('n', 't')})"
    )
    for target in (f"{SCHEMA}.{INVOICES.name}", BALANCES):
        never = f"{of_slice} and exists (select 1 from ingest_never as n where {_same('n', 'c')})"
        stage.connection.execute(f"delete from {target} as c where {never} and _loaded_in = {load_id}")
        stage.connection.execute(f"update {target} as c set _replaced_in = {load_id} where {never}")


def _lower_amounts(stage: Stage, staged: StagedFile, load_id: int) -> None:
    """Lower the amount of documents of which a corrected list takes back the most that was open."""
    given = ", ".join(f"{_share(f'c.{name}', 'm.most', 'c.amount')} as {name}" for name in _GIVEN_WITH_AMOUNT)
    stage.connection.execute(
        f"create or replace temp table ingest_lowered as select c.* replace (m.most as amount, {given}) "
        f"from (from {SCHEMA}.{INVOICES.name} where {_of_slice(staged)}) as c "
        f"join (select {idents(_KEY)}, max_by(open_amount, abs(open_amount)) as most from {BALANCES} as b "
        f"where {_of_slice(staged)} and open_amount <> 0 and exists (select 1 from {BALANCES} as t "
        f"where t._replaced_in = {load_id} and {_same('t', 'b')}) group by all) as m on {_same('m', 'c')} "
        "where abs(m.most) < abs(c.amount)"
    )
    now = f"from ingest_lowered as n where c._replaced_in is null and {_same('n', 'c')}"
    target = f"{SCHEMA}.{INVOICES.name}"
    stage.connection.execute(
        f"delete from {target} as c using ingest_lowered as n where c._replaced_in is null "
        f"and c._loaded_in = {load_id} and {_same('n', 'c')}"
    )
    stage.connection.execute(f"update {target} as c set _replaced_in = {load_id} {now}")
    own = idents(column.name for column in INVOICES.columns)
    columns = idents(column.name for column in stored_columns(INVOICES))
    stage.connection.execute(
        f"insert into {target} ({columns}) select {own}, _source, _slice, _file, _line, {hash_sql(INVOICES)}, "
        f"{load_id}, null from ingest_lowered"
    )


def _find_told(stage: Stage, files: Sequence[StagedFile], load_id: int) -> None:
    """``ingest_told``: what is open by the rows taken of ``files``, and nothing of what this load settled."""
    stage.connection.execute(
        f"create or replace temp table ingest_told as select {idents(_KEY)}, open_amount, _file as file, "
        f"_line as line from {SCHEMA}.{INVOICES.name} where _loaded_in = {load_id} and _line is null "
        f"and {_of_slice(files[0])} and not {str(files[0].is_late).lower()}"
    )
    for staged in files:
        join, line = record_of(staged, "s.rowid")
        stage.connection.execute(
            f"insert into ingest_told select {idents(_KEY, 's.')}, {stage.as_read('open_amount')}, "
            f"{text(staged.result.file)}, {line} from {stage.name} as s {join} "
            f"where {staged.rows_where} and s._state = {STATE_TAKEN}"
        )
