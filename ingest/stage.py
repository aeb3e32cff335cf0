"""The stage of a load: one temporary table a canonical table, all its files typed and checked, in file order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb

from ingest.contract import Table
from ingest.mapping import FileFormat, Mapping, TableMapping
from ingest.projection import STATE_FILTERED, STATE_TAKEN, Projection
from ingest.readers import Reading
from ingest.report import FileResult
from ingest.sql import ident, idents


@dataclass
class StagedFile:
    """One file on the stage of one table. Rows are positions in the stage, from ``first_row`` on."""

    number: int
    path: Path
    companions: Path
    """The folder where its control file lies."""
    mapping: Mapping
    table: TableMapping
    file: FileFormat
    result: FileResult
    reading: Reading
    projection: Projection
    explanation: Projection
    """The projection over columns that are all text: for looking closer at rows that were not taken."""
    first_row: int = 0
    rows: int = 0
    control_on: date | None = None
    """The day the file itself tells, by any table that is read from it."""
    unread: int = 0
    """Records the reader could not split into columns, or not type."""
    unread_amount: Decimal | None = None
    """Total of the amounts of unread records, as far as they could be read after all."""

    is_late: bool = False
    """A list of open items older than the latest of its slice: it tells what was open then, not what is now."""

    @property
    def is_list(self) -> bool:
        """A list of open items, or mended rows of one."""
        return self.table.kind == "open_items"

    @property
    def is_whole(self) -> bool:
        """The whole picture of its slice: what is not in it is there no longer."""
        return self.table.kind != "delta" and not self.result.is_mended

    @property
    def listed_on(self) -> date:
        """The day that a list of open items, or the list its rows were rejected from, speaks of."""
        day = self.result.listed_on or self.result.as_of_on
        assert day is not None
        return day

    def fed(self, column: str) -> bool:
        """Whether something in the file, or a constant, gives a canonical column."""
        return column in self.projection.wiring.fed or column in self.table.constants

    @property
    def rows_where(self) -> str:
        """The condition on a stage alias ``s`` for the rows of this file."""
        return f"s._file_number = {self.number}"


@dataclass
class Stage:
    """The stage of one canonical table."""

    connection: duckdb.DuckDBPyConnection
    table: Table
    files: list[StagedFile] = field(default_factory=list)
    kept_as_read: set[str] = field(default_factory=set)

    @property
    def name(self) -> str:
        """The temporary table."""
        return f"ingest_stage_{self.table.name}"

    def create(self) -> None:
        """Make the empty temporary table."""
        columns = ", ".join(f"{ident(column.name)} {column.type.value}" for column in self.table.columns)
        self.connection.execute(
            f"create temp table {self.name} ({columns}, _file_number integer, _state utinyint, _row_hash ubigint)"
        )

    def add(self, staged: StagedFile) -> None:
        """Read a file onto the stage."""
        self.connection.execute(
            f"insert into {self.name} {staged.projection.stage_select(staged.reading.relation, staged.number)}"
        )
        row = self.connection.execute(
            f"select count(*), coalesce(min(s.rowid), 0), coalesce(max(s.rowid), -1) from {self.name} as s "
            f"where {staged.rows_where}"
        ).fetchone()
        assert row is not None
        staged.rows, staged.first_row = int(row[0]), int(row[1])
        assert int(row[2]) - staged.first_row + 1 == staged.rows or not staged.rows, (
            "stage rows are not numbered in order"
        )
        if staged.table.distinct:
            self._fold_repeated(staged)
        self.files.append(staged)

    def number_derived_ids(self) -> None:
        """Tell rows apart that are alike in all columns and have no id of their own, by their occurrence.

        Files of one picture are counted through; each file of changes for itself, as what it repeats of another is the
        same row.
        """
        if not self.table.id_from:
            return
        keys, derived = idents(self.table.key), ident(self.table.key[-1])
        first_of_path: dict[Path, int] = {}
        counted_for_itself = {
            staged.number: first_of_path.setdefault(staged.path, staged.number)
            for staged in self.files
            if staged.table.kind == "delta"
        }
        branches = " ".join(f"when {number} then {first}" for number, first in counted_for_itself.items())
        apart = f", case s._file_number {branches} end" if branches else ""
        self.connection.execute(
            f"create temp table ingest_occurrences as select row_id, occurrence from ("
            f"select s.rowid as row_id, row_number() over (partition by {keys}{apart} order by s.rowid) as occurrence "
            f"from {self.name} as s where _state = {STATE_TAKEN} and starts_with({derived}, '#') "
            f"and {derived} in (select {derived} from {self.name} "
            f"where _state = {STATE_TAKEN} and starts_with({derived}, '#') "
            f"group by {derived} having count(*) > 1)) where occurrence > 1"
        )
        self.connection.execute(
            f"update {self.name} as s set {derived} = regexp_replace(s.{derived}, '-1$', '-' || o.occurrence) "
            f"from ingest_occurrences as o where s.rowid = o.row_id"
        )
        self.connection.execute(
            f"update {self.name} as s set _row_hash = {self._hash('s')} "
            f"from ingest_occurrences as o where s.rowid = o.row_id"
        )
        self.connection.execute("drop table ingest_occurrences")

    def keep_as_read(self, columns: Sequence[str]) -> None:
        """Remember ``columns`` as the files say them, before anything else decides what they are."""
        for name in columns:
            read = ident(f"_read_{name}")
            column = self.table.column_by_name[name]
            self.connection.execute(f"alter table {self.name} add column {read} {column.type.value}")
            self.connection.execute(f"update {self.name} set {read} = {ident(name)}")
            self.kept_as_read.add(name)

    def as_read(self, column: str) -> str:
        """The expression of ``column`` as the files say it, of a stage alias ``s``."""
        return f"s.{ident(f'_read_{column}' if column in self.kept_as_read else column)}"

    @property
    def control_amounts(self) -> tuple[str, ...]:
        """The amount columns whose totals are kept; of lists that tell both amounts, what is open too."""
        both = any(staged.is_list and staged.fed("open_amount") for staged in self.files)
        return (*self.table.control_amounts, *(("open_amount",) if both else ()))

    def hash_again(self, staged: StagedFile) -> None:
        """Hash the rows of a file whose columns have changed on the stage."""
        self.connection.execute(f"update {self.name} as s set _row_hash = {self._hash('s')} where {staged.rows_where}")

    def _hash(self, alias: str) -> str:
        return f"hash({idents((column.name for column in self.table.columns), f'{alias}.')})"

    def _fold_repeated(self, staged: StagedFile) -> None:
        """`distinct`: rows the file repeats (a customer on each of its invoices) count once."""
        self.connection.execute(
            f"update {self.name} set _state = {STATE_FILTERED} where rowid in ("
            f"select row_id from (select s.rowid as row_id, "
            f"row_number() over (partition by s._row_hash order by s.rowid) as occurrence "
            f"from {self.name} as s where {staged.rows_where} and _state = {STATE_TAKEN}) where occurrence > 1)"
        )
