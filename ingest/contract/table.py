"""What a table of the contract is made of: types, columns, keys."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class ColumnType(StrEnum):
    """The type of a canonical column; the value is its DuckDB type."""

    TEXT = "varchar"
    DATE = "date"
    TIMESTAMP = "timestamp"
    INTEGER = "integer"
    COUNT = "bigint"
    HASH = "ubigint"
    BOOLEAN = "boolean"
    AMOUNT = "decimal(18, 2)"
    RATE = "decimal(18, 8)"
    SHARE = "decimal(9, 6)"
    VALUE = "decimal(28, 8)"
    TOTAL = "decimal(38, 2)"
    BYTES = "blob"


@dataclass(frozen=True)
class Column:
    """One column of a canonical table.

    ``required`` columns must be mapped and filled in every row. ``values`` closes the list of codes.
    ``default`` says in words what stands in where the column is absent or empty; where the row alone
    tells it, the loader writes ``default_sql`` (other columns of the row in braces), else the models derive it.
    """

    name: str
    type: ColumnType
    description: str
    required: bool = False
    values: tuple[str, ...] = ()
    default: str = ""
    default_sql: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """One canonical table: what a row is, what makes it unique, and its columns."""

    name: str
    description: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    id_from: tuple[str, ...] = ()
    """Columns that the last key column is made of where a file gives none. Never changed: stored rows keep theirs."""
    control_amount: str | None = None
    """The amount column whose total the manifest keeps, where the table has one."""
    column_by_name: dict[str, Column] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "column_by_name", {column.name: column for column in self.columns})

    @property
    def control_amounts(self) -> tuple[str, ...]:
        """The amount columns whose totals are kept by currency: lines of a ledger have two, most tables one."""
        if self.control_amount is None:
            return ()
        return ("debit", "credit") if self.control_amount == "debit" else (self.control_amount,)

    @property
    def required_columns(self) -> tuple[str, ...]:
        """The names of the columns no row can do without."""
        return tuple(column.name for column in self.columns if column.required)


LINEAGE = (
    Column("_source", ColumnType.TEXT, "The source mapping that read the row.", required=True),
    Column("_slice", ColumnType.TEXT, "The part of the source one full file is the whole picture of.", required=True),
    Column("_file", ColumnType.TEXT, "The file the row came from, without its folder.", required=True),
    Column("_line", ColumnType.INTEGER, "The record in that file, from 1, the header not counted; null: derived row."),
    Column("_row_hash", ColumnType.HASH, "A hash of all canonical columns: equal means unchanged.", required=True),
    Column("_loaded_in", ColumnType.INTEGER, "The load that brought this version of the row.", required=True),
    Column("_replaced_in", ColumnType.INTEGER, "The load that changed or withdrew it; null while it is current."),
)
"""Columns every canonical table has beside its own: where a version came from and which loads know it."""

STATED_IN = Column(
    "_stated_in",
    ColumnType.INTEGER,
    "The load whose file says so, where an unload put the row back; else null: it is `_loaded_in`.",
)
"""Beside the lineage; no load writes it."""

ENTITY = Column(
    "entity_id", ColumnType.TEXT, "The legal entity the customer owes.", default="`MAIN`", default_sql="'MAIN'"
)
"""Stands in every table that speaks of one entity's books."""
