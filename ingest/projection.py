"""From the columns of a file to canonical columns, in SQL: text, typed, defaulted, checked.

A projection is a chain of selects over a relation of text columns ``c0``, ``c1``, ... (one a header of the file):

* ``t_x``: the text that feeds canonical column ``x``, after value maps and constants;
* ``v_x``: the same, typed, null where it cannot be read;
* ``x``: with sign and default.

DuckDB folds the chain into the one statement that reads the file.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, field, replace

from ingest import typing_sql
from ingest.checks import Fault, table_faults
from ingest.column_source import Composed, ConvertedAmount, alternatives
from ingest.contract import Column, ColumnType
from ingest.mapping import ANY_OTHER, FileFormat, TableMapping
from ingest.printed import ITEM
from ingest.schema import hash_sql
from ingest.sql import ident, text, texts

STATE_TAKEN, STATE_FAULTY, STATE_FILTERED, STATE_REFUSED = 0, 1, 2, 3
"""Of a staged row: taken; with a fault of its own; left out by the mapping; refused for its key."""


NO_VALUE = "is an error of the workbook"
"""How the reason of a cell begins that holds an error instead of a value."""


@dataclass(frozen=True)
class Wiring:
    """Which column of a file (by position) feeds what; made by `ingest.header.wire`."""

    columns: dict[str, int]
    amounts: dict[str, tuple[int, int]]
    """For converted amounts: positions of the amount and of its rate."""
    composed: dict[str, tuple[Composed, tuple[int, ...]]]
    """For what is made of several columns: the form, and the positions of its headers."""
    filters: tuple[int, ...]
    compared: dict[str, int] = field(default_factory=dict)
    """Positions of the columns that filters compare theirs with, by name."""

    @property
    def fed(self) -> set[str]:
        """The canonical columns that something in the file feeds."""
        return {*self.columns, *self.amounts, *self.composed}


def reader_types(mapping: TableMapping, file: FileFormat, wiring: Wiring, control: int | None) -> dict[int, ColumnType]:
    """The columns (by position) a reader may type itself: days and yes/no that are wanted as they stand.

    Amounts are not: a reader would round what has too many decimals. ``control`` is a column needed as text.
    """
    # A row that is filtered out must not be rejected for its day.
    if file.trim or mapping.filters or mapping.unpivot is not None or mapping.printed is not None:
        return {}
    as_text = {*(position for pair in wiring.amounts.values() for position in pair), control}
    as_text |= {position for _, positions in wiring.composed.values() for position in positions}
    types: dict[int, ColumnType] = {}
    for name, position in wiring.columns.items():
        column = mapping.target.column_by_name.get(name)
        wanted = column.type if column is not None and name not in mapping.values else ColumnType.TEXT
        if wanted not in {ColumnType.DATE, ColumnType.BOOLEAN} or types.get(position, wanted) is not wanted:
            as_text.add(position)
        types[position] = wanted
    return {position: wanted for position, wanted in types.items() if position not in as_text}


class Projection:
    """The SQL that makes canonical rows of one file."""

    def __init__(
        self,
        mapping: TableMapping,
        file: FileFormat,
        wiring: Wiring,
        types: Container[int] = (),
        refused: Sequence[str] = (),
    ) -> None:
        """``types`` holds the positions of columns that the reader has already typed; all others are text.

        ``refused`` are texts that are no value of any column that is read: the errors of a workbook's cells.
        """
        self.mapping, self.file, self.wiring, self.types = mapping, file, wiring, types
        self.refused = texts(refused) if refused else ""
        self.table = mapping.target
        self.columns: Sequence[Column] = (
            *self.table.columns,
            *(Column(name, ColumnType.TEXT, "", default_sql="'MAIN'") for name in mapping.helper_columns),
        )
        self.faults = [*self._refused_faults(), *map(self._unless_refused, self._value_faults())]

    def stage_select(self, relation: str, file_number: int) -> str:
        """Rows for the stage: canonical columns, ``_file_number``, ``_state``, ``_row_hash``."""
        own = ",\n    ".join(ident(column.name) for column in self.table.columns)
        return (
            f"select\n    {own},\n    {file_number} as _file_number,\n"
            f"    cast(case when not _keep then {STATE_FILTERED} when {_any(self.faults)} then {STATE_FAULTY} "
            f"else {STATE_TAKEN} end as utinyint) as _state,\n"
            f"    {hash_sql(self.table)} as _row_hash\n"
            f"from ({self.full_select(relation)})"
        )

    def full_select(self, relation: str, carried: Sequence[str] = ()) -> str:
        """All of ``t_x``, ``v_x`` and ``x``, whether the row is kept, and the ``carried`` columns of ``relation``."""
        carry = "".join(f", {ident(name)}" for name in carried)
        texts_ = ", ".join(f"{self._text(column)} as {ident('t_' + column.name)}" for column in self.columns)
        rates = "".join(f", c{rate} as {ident('r_' + name)}" for name, (_, rate) in self.wiring.amounts.items())
        typed = ", ".join(f"{self._typed(column)} as {ident('v_' + column.name)}" for column in self.columns)
        signed = ", ".join(f"{self._signed(column)} as {ident(column.name)}" for column in self.columns)
        defaulted = ", ".join(f"{self._defaulted(column)} as {ident(column.name)}" for column in self.columns)
        scoped = ", ".join(f"{self._scoped(column)} as {ident(column.name)}" for column in self.table.columns)
        kept = ", ".join(f"t_{c}, v_{c}" for c in (column.name for column in self.columns))
        kept += "".join(f", {ident('r_' + name)}" for name in self.wiring.amounts)
        filtered = [f"f_{number}" for number in range(len(self.wiring.filters))] if self.refused else []
        kept += "".join(f", {name}" for name in filtered)
        rates += "".join(
            f", {self._source(position)} as {name}"
            for name, position in zip(filtered, self.wiring.filters, strict=False)
        )
        return (
            f"select {kept}, _keep{carry}, {scoped} from (\n"
            f"select {kept}, _keep{carry}, {defaulted} from (\n"
            f"select {kept}, _keep{carry}, {signed} from (\n"
            f"select *, {typed} from (\n"
            f"select {texts_}{rates}, {self._keep()} as _keep{carry} from {relation}\n"
            ")) as s) as d) as e"
        )

    def _keep(self) -> str:
        parts = []
        for rule, position in zip(self.mapping.filters, self.wiring.filters, strict=True):
            value = self._source(position)
            if rule.differs_from is not None:
                other = self._source(self.wiring.compared[rule.differs_from])
                parts.append(f"{value} is distinct from {other}")
                continue
            part = (
                f"coalesce({value}, '') in ({texts(rule.keep)})"
                if rule.keep
                else f"coalesce({value}, '') not in ({texts(rule.drop)})"
            )
            # What says neither must not be left out in silence.
            parts.append(f"({part} or coalesce({value} in ({self.refused}), false))" if self.refused else part)
        if self.mapping.printed is not None:
            parts.append(f"_kind = '{ITEM}'")
        if self.mapping.unpivot is not None:
            parts.append(f"c{self.wiring.columns['rate']} is not null" if "rate" in self.wiring.columns else "true")
        return " and ".join(parts) or "true"

    def _source(self, position: int) -> str:
        return f"nullif(trim(c{position}), '')" if self.file.trim else f"c{position}"

    def _amount_source(self, position: int) -> str:
        """An amount with a minus for what prints use instead: parentheses, or a word after it."""
        return typing_sql.with_minus(self._source(position), self.file)

    def _text(self, column: Column) -> str:
        value = self._mapped_text(column)
        name = self._swapped(column.name)
        positions = self.wiring.composed[name][1] if name in self.wiring.composed else ()
        positions = (self.wiring.columns[name],) if name in self.wiring.columns else positions
        # What the reader has typed holds no such text; its own faults are told.
        sources = [self._source(position) for position in positions if position not in self.types]
        if not self.refused or not sources or name in self.mapping.constants:
            return value
        # Neither a map of codes nor what is made of several columns may hide what is refused.
        branches = " ".join(f"when {source} in ({self.refused}) then {source}" for source in sources)
        return f"case {branches} else {value} end"

    def _mapped_text(self, column: Column) -> str:
        name = self._swapped(column.name)
        if name in self.mapping.constants:
            return text(self.mapping.constants[name])
        if name in self.wiring.amounts:
            return self._amount_source(self.wiring.amounts[name][0])
        if name in self.wiring.composed:
            form, positions = self.wiring.composed[name]
            source = self._amount_source if column.type is ColumnType.AMOUNT else self._source
            value = form.sql([source(position) for position in positions], self.file)
        elif name in self.wiring.columns:
            source = self._amount_source if column.type is ColumnType.AMOUNT else self._source
            value = source(self.wiring.columns[name])
        else:
            return "cast(null as varchar)"
        codes = self.mapping.values.get(name)
        if not codes:
            return value
        # An empty meaning is nothing, an empty code that nothing is there; `*` is any other code.
        meanings = {code: f"nullif({text(meaning)}, '')" for code, meaning in codes.items()}
        others = meanings.pop(ANY_OTHER, None)
        branches = " ".join(
            f"when {value} = {text(code)} then {meaning}" if code else f"when {value} is null then {meaning}"
            for code, meaning in meanings.items()
        )
        branches += f" when {value} is not null then {others}" if others is not None else ""
        return f"case {branches} else {value} end"

    def _swapped(self, name: str) -> str:
        """`quoted: inverse`: the rate is given as to -> from, so the two currencies change places."""
        if self.mapping.quoted == "inverse":
            return {"from_currency": "to_currency", "to_currency": "from_currency"}.get(name, name)
        return name

    def _typed(self, column: Column) -> str:
        if column.name in self.wiring.amounts:
            source = (self.mapping.columns if self.mapping.columns != "*" else {})[column.name]
            (form,) = (one for one in alternatives(source) if isinstance(one, ConvertedAmount))
            return typing_sql.converted(ident("t_" + column.name), ident("r_" + column.name), form.quoted, self.file)
        source = ident("t_" + column.name)
        return source if self._is_typed(column) else typing_sql.typed(source, column.type, self.file)

    def _is_typed(self, column: Column) -> bool:
        return self.wiring.columns.get(column.name) in self.types if column.name in self.wiring.columns else False

    def _signed(self, column: Column) -> str:
        value = ident("v_" + column.name)
        if column.type is not ColumnType.AMOUNT or self.mapping.sign == "as_given":
            return value
        if self.mapping.sign == "reversed":
            return f"-{value}"
        return f"case when v_document_type in ('credit_note', 'write_off') then -{value} else {value} end"

    def _defaulted(self, column: Column) -> str:
        value = f"d.{ident(column.name)}"
        if self.table.id_from and column.name == self.table.key[-1]:
            return f"coalesce({value}, {_derived_id('d', self.table.id_from)})"
        if column.name == "open_amount" and self.mapping.kind == "open_items":
            # A list of what is open mostly tells that alone.
            return f"coalesce({value}, d.amount)"
        if not column.default_sql:
            return value
        fallback = column.default_sql.format(**{other.name: f"d.{ident(other.name)}" for other in self.columns})
        return f"coalesce({value}, {fallback})"

    def _scoped(self, column: Column) -> str:
        value = f"e.{ident(column.name)}"
        if self.mapping.customer_scope == "entity" and column.name in {"customer_id", "parent_customer_id"}:
            return f"e.entity_id || ':' || {value}"
        return value

    def _refused_faults(self) -> list[Fault]:
        """Errors of a workbook where a value is read, or looked at by a filter."""
        if not self.refused:
            return []
        reason = text(f"{NO_VALUE}: mend its formula, or name it among the mapping's `null_values`")
        places = [(column.name, ident("t_" + column.name)) for column in self.table.columns if self._is_fed(column)]
        places += [(name, ident("r_" + name)) for name in self.wiring.amounts]
        places += [(rule.column, f"f_{number}") for number, rule in enumerate(self.mapping.filters)]
        return [Fault(name, f"{place} in ({self.refused})", reason, place) for name, place in places]

    def _is_fed(self, column: Column) -> bool:
        return self._swapped(column.name) in self.wiring.fed and not self._is_typed(column)

    def _unless_refused(self, fault: Fault) -> Fault:
        """``fault`` of rows in which its column does not hold what is refused anyway."""
        column = self.table.column_by_name.get(fault.column)
        if not self.refused or column is None or not self._is_fed(column):
            return fault
        held = f"coalesce({ident('t_' + fault.column)} in ({self.refused}), false)"
        return replace(fault, condition=f"({fault.condition}) and not {held}")

    def _value_faults(self) -> list[Fault]:
        return [*self._reading_faults(), *table_faults(self.table)]

    def _reading_faults(self) -> list[Fault]:
        """Texts that are there but cannot be read as their column's type, and required ones that are not there."""
        faults = []
        for column in self.table.columns:
            source, value = ident("t_" + column.name), ident("v_" + column.name)
            given = column.name in self.wiring.fed or column.name in self.mapping.constants
            if column.required:
                faults.append(Fault(column.name, f"{source} is null", "'is empty'", "cast(null as varchar)"))
            if column.name in self.wiring.amounts:
                rate = ident("r_" + column.name)
                faults.append(
                    Fault(
                        column.name,
                        f"{source} is not null and {rate} is not null and {value} is null",
                        "'cannot be converted: amount or rate is not a number, or the rate is not above zero'",
                        f"{source} || ' at ' || {rate}",
                    )
                )
            elif given and column.type is not ColumnType.TEXT:
                condition, reason = (
                    typing_sql.out_of_range(value, column.type)
                    if self._is_typed(column)
                    else typing_sql.unreadable(source, value, column.type, self.file)
                )
                faults.append(Fault(column.name, condition, reason, source))
        return faults


def _any(faults: Sequence[Fault]) -> str:
    return " or ".join(f"({fault.condition})" for fault in faults) or "false"


def _derived_id(alias: str, columns: Sequence[str]) -> str:
    """``#``, 16 hex digits of the MD5 of all columns, and occurrence 1; the stage counts further occurrences."""
    values = ", ".join(f"coalesce(cast({alias}.{ident(name)} as varchar), chr(30))" for name in columns)
    return f"'#' || left(md5(concat_ws(chr(31), {values})), 16) || '-1'"
