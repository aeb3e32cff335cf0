"""Lists as programs print them: lines that head a group, its items, its total, and what else a page holds.

A mapping says which lines are no items; all others are, and one that cannot be read is rejected, not passed over.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Self

import duckdb
from pydantic import BeforeValidator, Field, model_validator

from ingest.column_source import Part, fold
from ingest.sql import ident, text

ITEM, GROUP, SUBTOTAL, TOTAL, DROPPED = "item", "group", "subtotal", "total", "dropped"
"""What a line is."""


def _pattern(value: object) -> object:
    if isinstance(value, str):
        try:
            re.compile(value)
            duckdb.execute("select regexp_matches('', ?)", [value]).fetchall()
        except (re.error, duckdb.Error) as error:
            raise ValueError(f"is not a regular expression: {error}") from error
    return value


class Lines(Part):
    """Lines by the text in one column. With `blank` those columns must be empty too."""

    column: str
    like: Annotated[str, BeforeValidator(_pattern)]
    blank: tuple[str, ...] = ()

    @property
    def headers(self) -> tuple[str, ...]:
        """The columns of the file it looks at."""
        return (self.column, *self.blank)

    def sql(self, position: dict[str, int]) -> str:
        """The condition on a line; ``position`` is that of each folded column name."""
        found = f"regexp_matches(coalesce(trim(c{position[fold(self.column)]}), ''), {text(self.like)})"
        return " and ".join([found, *(f"coalesce(trim(c{position[fold(name)]}), '') = ''" for name in self.blank)])


class Summed(Lines):
    """Lines that say what the items above come to; not `checked` where they are in another currency than the items."""

    checked: bool = True


class Printed(Part):
    """How a printed list is taken apart. What `group` heads is filled into the lines below it, in `fill_down`."""

    group: Lines | None = None
    fill_down: tuple[str, ...] = ()
    subtotal: Summed | None = None
    total: Summed | None = None
    drop: tuple[Lines, ...] = Field(default=())

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.group is None) != (not self.fill_down):
            raise ValueError("group and fill_down go together: the line above the items, and what it says of them")
        if self.group is not None and re.compile(self.group.like).groups > 1:
            raise ValueError("group: at most one part of `like` stands in brackets, which is what is filled down")
        if self.subtotal is not None and self.subtotal.checked and self.group is None:
            raise ValueError("subtotal: needs a group, whose items it is held against")
        if not (self.group or self.subtotal or self.total or self.drop):
            raise ValueError("give group and fill_down, subtotal, total or drop")
        return self

    @property
    def headers(self) -> tuple[str, ...]:
        """The columns of the file it looks at."""
        rules = (self.group, self.subtotal, self.total, *self.drop)
        named = [name for rule in rules if rule is not None for name in rule.headers]
        return tuple(dict.fromkeys([*named, *self.fill_down]))


def table(number: int) -> str:
    """The temporary table of the lines of file ``number``.

    Its columns, ``_kind``, ``_group``, counted from 0, ``_headed``: something stands where groups are headed, and
    ``_inherits``: an item with a cell for the heading to fill.
    """
    return f"ingest_printed_{number}"


def relation(
    connection: duckdb.DuckDBPyConnection, printed: Printed, number: int, header: Sequence[str], lines: str
) -> tuple[str, str]:
    """Materialise ``lines`` (a relation of text columns) taken apart: (relation, numbered relation)."""
    position = {fold(name): place for place, name in enumerate(header)}
    columns = [f"c{place}" for place in range(len(header))]
    cells = ", ".join(f"nullif(trim({column}), '')" for column in columns)
    blank = f"coalesce({cells}) is null"
    kinds = [(blank, DROPPED)]
    kinds += [(rule.sql(position), DROPPED) for rule in printed.drop]
    kinds += [
        (rule.sql(position), kind)
        for rule, kind in ((printed.total, TOTAL), (printed.subtotal, SUBTOTAL), (printed.group, GROUP))
        if rule is not None
    ]
    branches = " ".join(f"when {condition} then {text(kind)}" for condition, kind in kinds)
    filled = {position[fold(name)] for name in printed.fill_down}
    shown = ", ".join(
        f"case when _kind = '{ITEM}' then coalesce(nullif(trim({column}), ''), {_heading(printed, position, place)}) "
        f"else {column} end as {column}"
        if place in filled
        else column
        for place, column in enumerate(columns)
    )
    headed = f"coalesce(trim(c{position[fold(printed.group.column)]}), '') <> ''" if printed.group else "false"
    inherits = " or ".join(f"coalesce(trim(c{place}), '') = ''" for place in sorted(filled)) or "false"
    name = ident(table(number))
    connection.execute(
        f"create temp table {name} as select {shown}, _kind, _group, "
        f"{headed} as _headed, _kind = '{ITEM}' and ({inherits}) as _inherits from ("
        f"select *, count(*) filter (_kind = '{GROUP}') over (order by _row) as _group from ("
        f"select *, case {branches} else '{ITEM}' end as _kind from ("
        f"select row_number() over () - 1 as _row, * from {lines}))) order by _row"
    )
    return name, f"(select rowid as _row, * from {name})"


def _heading(printed: Printed, position: dict[str, int], place: int) -> str:
    """What the last group line says for the column at ``place``."""
    assert printed.group is not None
    column = f"c{place}"
    if place == position[fold(printed.group.column)] and re.compile(printed.group.like).groups:
        column = f"regexp_extract(trim({column}), {text(printed.group.like)}, 1)"
    said = f"case when _kind = '{GROUP}' then coalesce(nullif(trim({column}), ''), chr(0)) end"
    return f"nullif(last_value({said} ignore nulls) over (order by _row rows unbounded preceding), chr(0))"
