"""Comparing a staged picture with what is current: what is new, changed, vanished; and writing that down."""

from __future__ import annotations

from decimal import Decimal

import duckdb

from ingest import marks, pictures, totals
from ingest.checks import table_warnings
from ingest.contract import Table
from ingest.projection import STATE_FAULTY, STATE_FILTERED, STATE_REFUSED, STATE_TAKEN
from ingest.schema import SCHEMA, hash_sql, stored_columns
from ingest.sql import ident, idents, text
from ingest.stage import Stage, StagedFile
from ingest.structure import record_of

DERIVED_SLICE = "derived"
"""The slice of rows the loader derives (entities); any given row takes their place."""


def same_key(table: Table, left: str, right: str) -> str:
    """The join condition of two aliases on the table's key; nulls are equal."""
    return " and ".join(f"{left}.{ident(name)} is not distinct from {right}.{ident(name)}" for name in table.key)


def refresh_hashes(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Hash stored rows anew where the engine, or the contract's columns, hash otherwise than when they were stored.

    `hash()` is fast but not promised to stay the same over DuckDB's versions; one row tells whether it did.
    """
    target = f"{SCHEMA}.{ident(table.name)}"
    probe = connection.execute(f"select _row_hash = {hash_sql(table)} from {target} limit 1").fetchone()
    if probe is not None and not probe[0]:
        connection.execute(f"update {target} set _row_hash = {hash_sql(table)}")


class History:
    """The rows of one canonical table, as one load changes them."""

    def __init__(self, stage: Stage, load_id: int) -> None:
        self.stage, self.load_id = stage, load_id
        self.connection, self.table = stage.connection, stage.table
        self.target = f"{SCHEMA}.{ident(stage.table.name)}"
        self.slices: dict[tuple[str, str], list[StagedFile]] = {}
        for staged in stage.files:
            self.slices.setdefault((staged.result.source, staged.result.slice), []).append(staged)

    def apply(self) -> None:
        """Close changed and vanished rows, add new versions, mark warnings, and count per file.

        What is current under the key of a rejected row stays: its row has not vanished, it could only not be read.
        """
        refresh_hashes(self.connection, self.table)
        self._find_differences()
        self._refuse_foreign_keys()
        self._pair_changed()
        vanished = self._find_vanished()
        self._mark_warnings()
        self._count(vanished)
        totals.measure(self.stage, self.all_fresh)
        self._write()

    @property
    def _scope(self) -> str:
        """Current rows (alias ``c``) of the slices of this load."""
        pairs = ", ".join(f"({text(source)}, {text(part)})" for source, part in self.slices)
        return f"c._replaced_in is null and (c._source, c._slice) in ({pairs})"

    def _execute(self, statement: str) -> duckdb.DuckDBPyConnection:
        return self.connection.execute(statement)

    def _scalar(self, statement: str) -> int:
        row = self._execute(statement).fetchone()
        assert row is not None
        return int(row[0])

    def _find_differences(self) -> None:
        """``ingest_fresh``: staged rows not current so; ``ingest_gone``: current rows not staged so."""
        self._execute("create temp table ingest_fresh (row_id bigint, file_number integer)")
        self._execute("create temp table ingest_gone (row_id bigint, vanishes boolean)")
        self.all_fresh = self._scalar(f"select count(*) from {self.target} as c where {self._scope}") == 0
        if self.all_fresh:
            return
        for (source, part), files in self.slices.items():
            numbers = ", ".join(str(staged.number) for staged in files)
            staged_rows = f"{self.stage.name} as s where s._state = {STATE_TAKEN} and s._file_number in ({numbers})"
            current = (
                f"{self.target} as c where c._replaced_in is null "
                f"and c._source = {text(source)} and c._slice = {text(part)}"
            )
            self._execute(
                f"insert into ingest_fresh select s.rowid, s._file_number from {staged_rows} "
                f"and not exists (select 1 from {current} and c._row_hash = s._row_hash)"
            )
            if files[0].is_whole and not files[0].is_late:
                # What was settled before cannot vanish again.
                vanishes = "coalesce(c.open_amount <> 0, true)" if files[0].is_list else "true"
                self._execute(
                    f"insert into ingest_gone select c.rowid, {vanishes} from {current} "
                    f"and not exists (select 1 from {staged_rows} and s._row_hash = c._row_hash)"
                )
            else:
                self._execute(
                    f"insert into ingest_gone select c.rowid, false from {current} and exists ("
                    f"select 1 from {self.stage.name} as s join ingest_fresh as f on f.row_id = s.rowid "
                    f"where {same_key(self.table, 's', 'c')})"
                )

    def _fresh_rows(self, join: str = "") -> str:
        """Staged rows (alias ``s``) that are new or changed, as a relation with condition."""
        fresh = "" if self.all_fresh else " and s.rowid in (select row_id from ingest_fresh)"
        return f"{self.stage.name} as s {join} where s._state = {STATE_TAKEN}{fresh}"

    def _refuse_foreign_keys(self) -> None:
        """Reject staged rows whose key is current elsewhere: in another source, or a slice not in this load."""
        foreign = f"c._replaced_in is null and not ({self._scope}) and c._slice <> {text(DERIVED_SLICE)}"
        if self._scalar(f"select count(*) from (select 1 from {self.target} as c where {foreign} limit 1)") == 0:
            return
        value = " || ' / ' || ".join(f"coalesce(cast(s.{ident(name)} as varchar), '')" for name in self.table.key)
        join = f"join {self.target} as c on {same_key(self.table, 's', 'c')}"
        self._execute(
            f"insert into {marks.TABLE} select {text(self.table.name)}, s._file_number, s.rowid, "
            f"{text(', '.join(self.table.key))}, {value}, 'belongs to source ' || c._source || ', slice ' || c._slice "
            f"|| ' (file ' || c._file || ', load ' || c._loaded_in || ')', 'reject' "
            f"from {self._fresh_rows(join)} and {foreign}"
        )
        marks.set_state(self.stage, STATE_REFUSED)

    def _pair_changed(self) -> None:
        """``ingest_changed``: staged row and the current row of the same key it replaces."""
        derived = f"c._replaced_in is null and c._slice = {text(DERIVED_SLICE)}"
        self._execute("create temp table ingest_changed (row_id bigint, file_number integer, current_id bigint)")
        if not self.all_fresh:
            self._execute(
                f"insert into ingest_changed select s.rowid, s._file_number, g.row_id "
                f"from ingest_fresh as f join {self.stage.name} as s on s.rowid = f.row_id "
                f"join {self.target} as c on {same_key(self.table, 's', 'c')} "
                f"join ingest_gone as g on g.row_id = c.rowid where s._state = {STATE_TAKEN}"
            )
        if self.table.name == "entities":
            self._execute(
                f"insert into ingest_changed select s.rowid, s._file_number, c.rowid from {self.stage.name} as s "
                f"join {self.target} as c on {same_key(self.table, 's', 'c')} "
                f"where s._state = {STATE_TAKEN} and {derived}"
            )

    def _find_vanished(self) -> dict[tuple[str, str], int]:
        """``ingest_vanished``: current rows whose key is no longer in their slice; the number of them by slice."""
        keys = marks.rejected_keys(self.table)
        self._execute(
            f"create temp table ingest_vanished as select c.rowid as row_id, c._source as source, c._slice as slice "
            f"from ingest_gone as g join {self.target} as c on c.rowid = g.row_id "
            f"where g.vanishes and g.row_id not in (select current_id from ingest_changed) "
            f"and not exists (select 1 from {keys} as p where {same_key(self.table, 'p', 'c')})"
        )
        counted = self._execute("select source, slice, count(*) from ingest_vanished group by 1, 2").fetchall()
        return {(source, part): int(rows) for source, part, rows in counted}

    def _mark_warnings(self) -> None:
        """Mark what is odd in new and changed rows; rows that were current so were warned of when they came."""
        for warning in table_warnings(self.table):
            self._execute(
                f"insert into {marks.TABLE} select {text(self.table.name)}, _file_number, row_id, "
                f"{text(warning.column)}, {warning.value}, {warning.reason}, 'warning' "
                f"from (select s.rowid as row_id, s.* from {self._fresh_rows()}) "
                f"where {warning.condition}"
            )

    def _count(self, vanished: dict[tuple[str, str], int]) -> None:
        """Fill the row counts and totals of each file's result."""
        amount = self.table.control_amount
        total = f"sum({self.stage.as_read(amount)})" if amount else "sum(null)"
        staged_counts = {
            number: counts
            for number, *counts in self._execute(
                f"select s._file_number, count(*) filter (where s._state = {STATE_TAKEN}), "
                f"count(*) filter (where s._state = {STATE_FILTERED}), "
                f"try_cast({total} filter (where s._state = {STATE_TAKEN}) as decimal(18, 2)), "
                f"try_cast({total} filter (where s._state in ({STATE_FAULTY}, {STATE_REFUSED})) as decimal(18, 2)) "
                f"from {self.stage.name} as s group by 1"
            ).fetchall()
        }
        fresh = dict(self._execute(f"select s._file_number, count(*) from {self._fresh_rows()} group by 1").fetchall())
        changed = dict(self._execute("select file_number, count(*) from ingest_changed group by 1").fetchall())
        for key, files in self.slices.items():
            for staged in files:
                result = staged.result
                taken, filtered, control, rejected = staged_counts.get(staged.number, (0, 0, None, None))
                result.rows_filtered = filtered
                result.rows_read = staged.rows - filtered + staged.unread
                result.rows_changed = changed.get(staged.number, 0)
                result.rows_new = fresh.get(staged.number, 0) - result.rows_changed
                result.rows_unchanged = taken - fresh.get(staged.number, 0)
                result.rows_rejected = result.rows_read - taken
                result.control_amount = control
                amounts = [part for part in (rejected, staged.unread_amount) if part is not None]
                result.rejected_amount = sum(amounts, Decimal(0)) if amounts else None
            files[0].result.rows_vanished = vanished.get(key, 0)
            pictures.warn_of_withdrawal(files)

    def _settle_vanished(self) -> None:
        """What vanished from files of open items was settled: a new version with nothing open, which no line holds."""
        own = [column.name for column in self.table.columns]
        settled = idents(own).replace('"open_amount"', "cast(0 as decimal(18, 2)) as open_amount")
        columns = idents(column.name for column in stored_columns(self.table))
        for (source, part), files in self.slices.items():
            if not files[0].is_list:
                continue
            self._execute(
                f"insert into {self.target} ({columns}) select {idents(own)}, _source, _slice, "
                f"{text(files[0].result.file)}, null, {hash_sql(self.table)}, {self.load_id}, null from ("
                f"select {settled}, _source, _slice from {self.target} where rowid in (select row_id from "
                f"ingest_vanished where source = {text(source)} and slice = {text(part)}))"
            )

    def _write(self) -> None:
        """Close what changed or vanished and insert the new versions, file by file."""
        closed = "select current_id from ingest_changed union all select row_id from ingest_vanished"
        self._execute(f"update {self.target} set _replaced_in = {self.load_id} where rowid in ({closed})")
        own = idents((column.name for column in self.table.columns), "s.")
        columns = idents(column.name for column in stored_columns(self.table))
        for staged in self.stage.files:
            result = staged.result
            join, line = record_of(staged, "s.rowid")
            self._execute(
                f"insert into {self.target} ({columns}) select {own}, {text(result.source)}, {text(result.slice)}, "
                f"{text(result.file)}, {line}, s._row_hash, {self.load_id}, null "
                f"from {self._fresh_rows(join)} and {staged.rows_where}"
            )
        self._settle_vanished()
        for name in ("ingest_fresh", "ingest_gone", "ingest_changed", "ingest_vanished"):
            self._execute(f"drop table {name}")
