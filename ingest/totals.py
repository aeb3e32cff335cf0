"""Sums of amounts by currency: what a file holds, what became of it, and that the two are equal."""

from __future__ import annotations

import duckdb

from ingest.contract import LOAD_TOTALS, Table
from ingest.projection import STATE_FILTERED, STATE_TAKEN
from ingest.report import FATES, NOTHING, FileResult, Total
from ingest.schema import SCHEMA
from ingest.sql import ident, idents, text
from ingest.stage import Stage, StagedFile

UNREAD_AMOUNTS = "ingest_unread_amounts"
"""Columns: file_number, position (among the file's unread records), column_name, currency, entity_id, amount: of
records that split and could not be typed."""

UNKNOWN_CURRENCY = "*"
"""Of rows that tell neither their currency nor an entity that has one, and of tables without currency."""


def keep_unread(connection: duckdb.DuckDBPyConnection, staged: StagedFile) -> None:
    """Keep the amounts of the unread records in ``ingest_closer``, as far as they can be read after all.

    ``ingest_split`` tells the position of each.
    """
    _create_unread(connection)
    table = staged.table.target
    for name in table.control_amounts:
        misread = " or ".join(f"({f.condition})" for f in staged.explanation.faults if f.column == name) or "false"
        connection.execute(
            f"insert into {UNREAD_AMOUNTS} select {staged.number}, position, {text(name)}, "
            f"{_or_null(table, 'currency')}, {_or_null(table, 'entity_id')}, {ident(name)} "
            f"from ingest_closer join ingest_split using (_row) where {ident(name)} is not null "
            f"and not coalesce({misread}, false)"
        )


def measure(stage: Stage, all_fresh: bool) -> None:
    """Fill the totals of all results of a stage, once `ingest.history` has found what is new, changed and vanished.

    Amounts read are summed apart from what became of them; raises `AssertionError` where the two differ.
    """
    _create_unread(stage.connection)
    for column in stage.control_amounts:
        _measure_staged(stage, column, all_fresh)
        for staged in stage.files:
            _measure_unread(stage, staged, column)
        _measure_vanished(stage, column)
        for staged in stage.files:
            _check(stage, staged, column)


def _create_unread(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        f"create temp table if not exists {UNREAD_AMOUNTS} (file_number integer, position bigint, column_name varchar, "
        "currency varchar, entity_id varchar, amount decimal(18, 2))"
    )


def _entry(result: FileResult, column: str, currency: str) -> Total:
    return result.totals.setdefault((column, currency), Total())


def _measure_staged(stage: Stage, column: str, all_fresh: bool) -> None:
    amount = stage.as_read(column)
    by_number = {staged.number: staged for staged in stage.files}
    fresh = "true" if all_fresh else "f.row_id is not null"
    fate = (
        f"case when s._state = {STATE_FILTERED} then 'filtered' when s._state <> {STATE_TAKEN} then 'rejected' "
        f"when c.row_id is not null then 'changed' when {fresh} then 'new' else 'unchanged' end"
    )
    join = "left join (select distinct row_id from ingest_changed) as c on c.row_id = s.rowid"
    join += "" if all_fresh else " left join ingest_fresh as f on f.row_id = s.rowid"
    for number, currency, found, rows, unknown, total, size, written in stage.connection.execute(
        f"select s._file_number, {_currency(stage.table, _base(stage))}, {fate}, count(*), "
        f"count(*) filter ({amount} is null), sum({amount}), sum(abs({amount})), sum({_as_written(stage, amount)}) "
        f"from {stage.name} as s {join} {_entities(stage.table)} group by 1, 2, 3"
    ).fetchall():
        entry = _entry(by_number[number].result, column, currency)
        entry.add(found, rows, total)
        if found != "filtered" or by_number[number].table.printed is None:
            entry.written += written or NOTHING
        if found == "rejected":
            entry.unknown += unknown
            entry.rejected_size += size or NOTHING


def _measure_unread(stage: Stage, staged: StagedFile, column: str) -> None:
    known = 0
    for currency, rows, total, size in stage.connection.execute(
        f"select currency, count(*), sum(amount), sum(abs(amount)) from {of_unread(staged, column)} group by 1"
    ).fetchall():
        entry = _entry(staged.result, column, currency)
        entry.add("rejected", rows, total)
        entry.rejected_size += size
        entry.written += -total if staged.table.sign == "reversed" else total
        known += rows
    if staged.unread > known:
        entry = _entry(staged.result, column, UNKNOWN_CURRENCY)
        entry.add("rejected", staged.unread - known, None)
        entry.unknown += staged.unread - known


def _measure_vanished(stage: Stage, column: str) -> None:
    firsts: dict[tuple[str, str], FileResult] = {}
    for staged in stage.files:
        firsts.setdefault((staged.result.source, staged.result.slice), staged.result)
    for source, part, currency, rows, total in stage.connection.execute(
        f"select v.source, v.slice, {_currency(stage.table)}, count(*), sum({_gone(stage, column)}) "
        f"from ingest_vanished as v join {SCHEMA}.{ident(stage.table.name)} as s on s.rowid = v.row_id "
        f"{_entities(stage.table)} group by 1, 2, 3"
    ).fetchall():
        _entry(firsts[source, part], column, currency).add("vanished", rows, total)


def _gone(stage: Stage, column: str) -> str:
    """Of what vanished from lists of open items, what was open of it went."""
    of_lists = {f"({text(f.result.source)}, {text(f.result.slice)})" for f in stage.files if f.is_list}
    if not of_lists:
        return f"s.{ident(column)}"
    is_listed = f"(v.source, v.slice) in ({', '.join(sorted(of_lists))})"
    return f"case when {is_listed} then s.open_amount else s.{ident(column)} end"


def _check(stage: Stage, staged: StagedFile, column: str) -> None:
    """Hold what became of a file's rows against what was read, which is counted on its own."""
    of_file = [total for (name, _), total in staged.result.totals.items() if name == column]
    row = stage.connection.execute(
        f"select count(*), coalesce(sum({stage.as_read(column)}), 0) "
        f"+ coalesce((select sum(amount) from {UNREAD_AMOUNTS} "
        f"where file_number = {staged.number} and column_name = {text(column)}), 0) "
        f"from {stage.name} as s where {staged.rows_where} and _state <> {STATE_FILTERED}"
    ).fetchone()
    assert row is not None
    read = row[0] + staged.unread, row[1]
    parts = sum(total.rows_of(*FATES) for total in of_file), sum((t.amount_of(*FATES) for t in of_file), NOTHING)
    if read != parts:
        raise AssertionError(f"{staged.result.file}: {column}: {read} read, but {parts} accounted for")


def of_unread(staged: StagedFile, column: str | None) -> str:
    """The unread records of a file whose amount can be read, as a relation: position, amount, currency."""
    table = staged.table.target
    known = f"coalesce(s.currency, e.base_currency, {_base_of(staged)}, {text(UNKNOWN_CURRENCY)})"
    currency = known if "currency" in table.column_by_name else text(UNKNOWN_CURRENCY)
    return (
        f"(select s.position, s.amount, {currency} as currency from {UNREAD_AMOUNTS} as s {_JOIN_ENTITIES} "
        f"where s.file_number = {staged.number} and s.column_name = {text(column or '')})"
    )


def of_staged(stage: Stage) -> str:
    """The rows of a stage with their main amounts, as a relation: row_id, amount, currency; without one both null."""
    if stage.table.control_amount is None:
        return f"(select rowid as row_id, cast(null as decimal(18, 2)) as amount, null as currency from {stage.name})"
    return (
        f"(select s.rowid as row_id, s.{ident(stage.table.control_amount)} as amount, "
        f"{_currency(stage.table, _base(stage))} as currency from {stage.name} as s {_entities(stage.table)})"
    )


def write(connection: duckdb.DuckDBPyConnection, stages: list[Stage], load_id: int) -> None:
    """Write the totals of a load to ``raw.load_totals``."""
    columns = [column.name for column in LOAD_TOTALS.columns]
    statement = f"insert into {SCHEMA}.load_totals ({idents(columns)}) values ({', '.join('?' for _ in columns)})"
    for result in (staged.result for stage in stages for staged in stage.files):
        for (amount_column, currency), total in sorted(result.totals.items()):
            if not total.rows_of(*FATES, "vanished"):
                continue
            values: dict[str, object] = {
                **vars(result),
                "load_id": load_id,
                "amount_column": amount_column,
                "currency": currency,
                "rows_read": total.rows_of(*FATES),
                "read_amount": total.amount_of(*FATES),
                "rows_unknown": total.unknown,
                **{f"rows_{fate}": total.rows_of(fate) for fate in (*FATES, "vanished")},
                **{f"{fate}_amount": total.amount_of(fate) for fate in (*FATES, "vanished")},
            }
            connection.execute(statement, [values[name] for name in columns])


_JOIN_ENTITIES = (
    f"left join (select entity_id, any_value(base_currency) as base_currency from {SCHEMA}.entities "
    "where _replaced_in is null group by 1) as e on e.entity_id = s.entity_id"
)


def _entities(table: Table) -> str:
    return _JOIN_ENTITIES if {"currency", "entity_id"} <= set(table.column_by_name) else ""


def _currency(table: Table, otherwise: str = "cast(null as varchar)") -> str:
    """The currency of a row of alias ``s``, beside which `_entities` is joined."""
    if "currency" not in table.column_by_name:
        return text(UNKNOWN_CURRENCY)
    base = "e.base_currency, " if _entities(table) else ""
    return f"coalesce(s.currency, {base}{otherwise}, {text(UNKNOWN_CURRENCY)})"


def _base(stage: Stage) -> str:
    """Of staged rows: an entity that nothing defines gets its mapping's currency, once all documents are in."""
    branches = "".join(f" when {staged.number} then {_base_of(staged)}" for staged in stage.files)
    return f"case s._file_number{branches} end"


def _base_of(staged: StagedFile) -> str:
    return text(staged.mapping.base_currency) if staged.mapping.base_currency else "cast(null as varchar)"


def _as_written(stage: Stage, amount: str) -> str:
    """``amount`` with the sign it has in the file, before the mapping's `sign`."""
    branches = ""
    for staged in stage.files:
        if staged.table.sign == "reversed":
            branches += f" when s._file_number = {staged.number} then -{amount}"
        elif staged.table.sign == "by_type":
            branches += (
                f" when s._file_number = {staged.number} and s.document_type in ('credit_note', 'write_off') "
                f"then -{amount}"
            )
    return f"case{branches} else {amount} end" if branches else amount


def _or_null(table: Table, name: str) -> str:
    return ident(name) if name in table.column_by_name else "cast(null as varchar)"
