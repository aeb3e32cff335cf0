"""Source mappings: how a file becomes canonical rows. One YAML file describes one source."""

from __future__ import annotations

import hashlib
import re
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from ingest.column_source import ColumnSource, ConvertedAmount, Part, Text, alternatives, headers_of
from ingest.contract import TABLE_BY_NAME, ColumnType, Table
from ingest.errors import nearest
from ingest.file_format import CUT_FORMATS
from ingest.file_format import Encoding as Encoding
from ingest.file_format import FileFormat as FileFormat
from ingest.file_format import Range as Range
from ingest.file_format import Regex as Regex
from ingest.printed import Printed

CONTRACT_REVISION = 1
"""Raised when the loader reads the same file and mapping otherwise than before, so that no file counts as the same."""

SIDES = ("debit", "credit")
"""A line of the books may leave one of them empty, so neither is required of a row; a mapping names one at least."""

ANY_OTHER = "*"
"""In `values`: any code that is there and not named."""

SCOPE_TABLES = ("customers", "invoices", "payments", "ledger_lines")
"""Tables whose customer codes `customer_scope: entity` prefixes."""


class Filter(Part):
    """Rows to keep, or to drop, by the value of a source column. Rows left out are counted as filtered.

    With `differs_from` those are kept in which another column holds something else.
    """

    column: str
    keep: tuple[Text, ...] = ()
    drop: tuple[Text, ...] = ()
    differs_from: str | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if bool(self.keep) + bool(self.drop) + (self.differs_from is not None) != 1:
            raise ValueError("give one of keep, drop and differs_from")
        return self

    @property
    def headers(self) -> tuple[str, ...]:
        """The columns of the file it looks at."""
        return (self.column,) if self.differs_from is None else (self.column, self.differs_from)


class Unpivot(Part):
    """A wide file, one column a member, as one row a member: all columns but `keep` become rows."""

    keep: tuple[str, ...]
    name: str
    value: str


class ControlDate(Part):
    """Where a file says its as-of day: the latest day in a source column, or a group of the file's name."""

    column: str | None = None
    file: Regex | None = None
    format: str = "%Y-%m-%d"

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.column is None) == (self.file is None):
            raise ValueError("give either column or file")
        if self.file is not None and re.compile(self.file).groups != 1:
            raise ValueError("file must have one group, which holds the day")
        return self


class SliceRule(Part):
    """Which part of the source a file pictures: constants, or the groups `entity` and `period` of its name.

    `first_month_of` takes the period from the file itself: the month of the earliest day in that column. So a year
    that is exported anew every week stays one slice, whatever day its name holds.
    """

    entity: Text | None = None
    period: Text | None = None
    file: Regex | None = None
    first_month_of: str | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        groups = set(re.compile(self.file).groupindex) if self.file is not None else set()
        if groups - {"entity", "period"} or (self.file is not None and not groups):
            raise ValueError("file must name its groups (?P<entity>...) or (?P<period>...)")
        if (self.entity is not None and "entity" in groups) or (self.period is not None and "period" in groups):
            raise ValueError("entity or period is given twice: as a constant and as a group of file")
        if self.first_month_of is not None and (self.period is not None or "period" in groups):
            raise ValueError("period is given twice: by first_month_of, and as a constant or a group of file")
        return self


class ControlFile(Part):
    """A small delimited file beside the extract that says what the extract holds; a line a currency, or one in all."""

    name: str
    rows: str | None = None
    amount: str | None = None
    currency: str | None = None
    file: str | None = None
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    encoding: Encoding | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.rows is None and self.amount is None:
            raise ValueError("name the control file's column of rows, of amounts, or both")
        if self.currency is not None and self.amount is None:
            raise ValueError("currency goes with amount")
        if "{stem}" not in self.name and "{name}" not in self.name and self.file is None:
            raise ValueError("name must hold {stem} or {name} of the extract, or `file` the column that names it")
        if "/" in self.name or "\\" in self.name:
            raise ValueError("name is that of a file beside the extract, without a folder")
        return self


class Trailer(Part):
    """The last line of a file, which is no row: what it begins with, and the places (from 1) of its totals."""

    starts: Text
    rows: int | None = Field(default=None, ge=1)
    amount: int | None = Field(default=None, ge=1)
    currency: int | None = Field(default=None, ge=1)


class ControlTotals(Part):
    """What a file must add up to: constants, a control file beside it, or its trailer."""

    rows: int | None = Field(default=None, ge=0)
    amount: Text | dict[str, Text] | None = None
    file: ControlFile | None = None
    trailer: Trailer | None = None
    of: str | None = None
    sign: Literal["as_written", "as_loaded"] = "as_written"

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.rows is None and self.amount is None and self.file is None and self.trailer is None:
            raise ValueError("give rows, amount, file or trailer")
        return self


class Tolerance(Part):
    """The most that may be rejected of what a load reads of one table; above it, the load is refused."""

    rejected_rows: Annotated[str, BeforeValidator(str)] | None = Field(default=None, pattern=r"^\d+(\.\d+)?%$|^\d+$")
    rejected_amount: Text | dict[str, Text] | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.rejected_rows is None and self.rejected_amount is None:
            raise ValueError("give rejected_rows, rejected_amount or both")
        amounts = self.rejected_amount.values() if isinstance(self.rejected_amount, dict) else [self.rejected_amount]
        for amount in amounts:
            if amount is not None and not re.fullmatch(r"[0-9]+([.][0-9]{1,2})?", amount):
                raise ValueError(f"rejected_amount: '{amount}' is no amount; write it as 1000.00")
        return self


def _listed(value: object) -> object:
    return (value,) if isinstance(value, dict) else value


class TableMapping(Part):
    """How one kind of file becomes rows of one canonical table."""

    table: str
    kind: Literal["full", "delta", "open_items"] = "full"
    file_name: Regex | None = None
    header: tuple[str, ...] = ()
    file: dict[str, object] = Field(default_factory=dict)
    columns: dict[str, ColumnSource] | Literal["*"] = "*"
    constants: dict[str, Text] = Field(default_factory=dict)
    values: dict[str, dict[Text, Text]] = Field(default_factory=dict)
    sign: Literal["as_given", "reversed", "by_type"] = "as_given"
    filters: tuple[Filter, ...] = ()
    customer_scope: Literal["group", "entity"] = "group"
    slice: SliceRule = SliceRule()
    control_date: ControlDate | None = None
    control_totals: Annotated[tuple[ControlTotals, ...], BeforeValidator(_listed)] = ()
    tolerance: Tolerance | None = None
    unpivot: Unpivot | None = None
    printed: Printed | None = None
    distinct: bool = False
    quoted: Literal["direct", "inverse"] = "direct"
    allow_empty: bool = False
    query: str | None = None
    cursor: str | None = None

    @property
    def target(self) -> Table:
        """The canonical table."""
        return TABLE_BY_NAME[self.table]

    @property
    def sources(self) -> tuple[str, ...]:
        """The names of the file's columns that the mapping names, each once."""
        named = list(self.header)
        for source in () if self.columns == "*" else self.columns.values():
            named += [name for one in alternatives(source) for name in headers_of(one)]
        named += [name for rule in self.filters for name in rule.headers]
        named += [self.control_date.column] if self.control_date and self.control_date.column else []
        named += self.unpivot.keep if self.unpivot else ()
        named += self.printed.headers if self.printed else ()
        return tuple(dict.fromkeys(named))

    @property
    def helper_columns(self) -> tuple[str, ...]:
        """Columns a mapping may fill that are not stored: the entity that prefixes a customer's code."""
        return ("entity_id",) if self.table == "customers" and self.customer_scope == "entity" else ()

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.table not in TABLE_BY_NAME:
            raise ValueError(f"table '{self.table}' is not canonical{nearest(self.table, TABLE_BY_NAME)}")
        known = {*self.target.column_by_name, *self.helper_columns}
        mapped = known if self.columns == "*" else set(self.columns)
        for place, names in (("columns", mapped), ("constants", set(self.constants)), ("values", set(self.values))):
            for name in sorted(names - known):
                raise ValueError(f"{place}: {self.table} has no column '{name}'{nearest(name, known)}")
        if self.columns != "*":
            for name in sorted(set(self.columns) & set(self.constants)):
                raise ValueError(f"'{name}' is both in columns and in constants")
            if self.table == "ledger_lines" and not set(SIDES) & {*self.columns, *self.constants}:
                raise ValueError("ledger_lines cannot do without 'debit' or 'credit': map a column to one of them")
            for name in self.target.required_columns:
                if name not in self.columns and name not in self.constants:
                    raise ValueError(f"{self.table} cannot do without '{name}': map a column to it or give a constant")
            for name, source in self.columns.items():
                if name != "base_amount" and any(isinstance(one, ConvertedAmount) for one in alternatives(source)):
                    raise ValueError(f"columns: '{name}' cannot be converted; only base_amount is made from a rate")
        for name, codes in self.values.items():
            column = self.target.column_by_name.get(name)
            allowed = column.values if column else ()
            if column and column.type is ColumnType.BOOLEAN:
                allowed = ("true", "false")
            for code in codes.values():
                if code and allowed and code not in allowed:
                    raise ValueError(f"values: {name} cannot be '{code}'{nearest(code, allowed)}")
        if self.quoted == "inverse" and self.table != "fx_rates":
            raise ValueError("quoted: inverse is for fx_rates only")
        if self.sign == "by_type" and self.table != "invoices":
            raise ValueError("sign: by_type is for invoices only; payments are positive whatever their type")
        if self.customer_scope == "entity" and self.table not in SCOPE_TABLES:
            raise ValueError(f"customer_scope: {self.table} has no customer code")
        for control in self.control_totals:
            kept = (*self.target.control_amounts, *(("open_amount",) if self.kind == "open_items" else ()))
            if control.of is not None and control.of not in kept:
                raise ValueError(f"control_totals: of '{control.of}' no totals are kept{nearest(control.of, kept)}")
            if self.target.control_amount is None and (control.amount or control.of):
                raise ValueError(f"control_totals: {self.table} has no amounts to add up; give rows only")
        if self.cursor is not None and (self.query is None or self.kind != "delta"):
            raise ValueError("cursor: needs a query and kind: delta, for it brings only what is new")
        if self.kind == "open_items" and self.table != "invoices":
            raise ValueError("kind: open_items is for invoices only")
        if self.kind == "open_items" and {"settled_on", "paid_amount"} & {
            *self.constants,
            *(() if self.columns == "*" else self.columns),
        }:
            raise ValueError("kind: open_items tells what is open: map open_amount, not paid_amount or settled_on")
        if self.printed is not None and self.unpivot is not None:
            raise ValueError("printed: does not go with unpivot")
        return self


_NOT_READING: dict[str, Any] = {
    "description": True,
    "confirmed": True,
    "tolerance": True,
    "tables": {"__all__": {"tolerance"}},
}
"""What of a mapping does not change how a file is read."""


class Mapping(Part):
    """A source: its name, how its files are read, and which tables they fill."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    description: str
    confirmed: bool = True
    base_currency: str | None = Field(default=None, pattern=r"^[A-Z]{3}$")
    database: str | None = Field(default=None, pattern=r"^[A-Z][A-Z0-9_]*$")
    file: FileFormat = FileFormat()
    tolerance: Tolerance | None = None
    tables: tuple[TableMapping, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _check(self) -> Self:
        queried = [table.table for table in self.tables if table.query is not None]
        if self.database is not None and len(queried) < len(self.tables):
            raise ValueError("tables: each needs a query, because the source is a database")
        if self.database is None and queried:
            raise ValueError(
                f"tables: {queried[0]}: a query needs `database`: the environment variable that holds its address"
            )
        if len(set(queried)) < len(queried):
            raise ValueError("tables: one query a table; put several together with union all")
        for table in self.tables:
            for key in table.file:
                if key not in FileFormat.model_fields:
                    raise ValueError(
                        f"tables: {table.table}: file has no key '{key}'{nearest(key, FileFormat.model_fields)}"
                    )
            self.format_of(table)
        return self

    def format_of(self, table: TableMapping) -> FileFormat:
        """How files of ``table`` are read: the source's settings with the table's own over them."""
        file = {**self.file.model_dump(), **table.file}
        if file["format"] != "xml":
            self._refuse_without_fields(table, file)
            return FileFormat.model_validate(file)
        if file["rows"] is None:
            raise ValueError(
                f"tables: {table.table}: XML needs `rows` under `file`: the path of the elements that are rows"
            )
        if table.columns == "*":
            raise ValueError(f"tables: {table.table}: XML needs `columns`, each with its path")
        return FileFormat.model_validate(file | {"paths": table.sources})

    def _refuse_without_fields(self, table: TableMapping, file: dict[str, Any]) -> None:
        if file["fields"]:
            return
        if file["format"] in CUT_FORMATS:
            raise ValueError(
                f"tables: {table.table}: format '{file['format']}' needs `fields` under `file`: where each value stands"
            )
        for key in ("records", "length", "first_line"):
            if file[key] is not None:
                raise ValueError(f"tables: {table.table}: {key} goes with `fields`")

    def fingerprint(self) -> str:
        """SHA-256 of what decides how a file is read (64 hex digits); its words of description do not."""
        content = f"{CONTRACT_REVISION}\n{self.model_dump_json(exclude=_NOT_READING)}"
        return hashlib.sha256(content.encode()).hexdigest()
