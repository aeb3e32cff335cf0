"""Tables for credit teams: one column description drives headings, alignment, separators and the export.

Numbers are sorted by value and shown in the reader's separators, right-aligned with the same decimals; the
first column stays in sight; a click on a row may open something.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pandas as pd
import streamlit as st

from dashboards.lib.db import Row
from dashboards.lib.format import UNKNOWN, Formatter
from dashboards.lib.measures import Unit
from dashboards.lib.theme import TIERS, TOKENS, ink_on, tier_token

ROW_HEIGHT = 34
# Pandas formats cell by cell: beyond this the page would be slower than any reader wants.
MOST_FORMATTED_CELLS = 60_000


class Kind(StrEnum):
    """What a column holds, hence how it is written and aligned."""

    TEXT = "text"
    MONEY = "money"
    WHOLE_MONEY = "whole_money"
    COUNT = "count"
    DAYS = "days"
    PRECISE = "precise"
    RATE = "rate"
    RAW = "raw"
    POINTS = "points"
    DATE = "date"
    MOMENT = "moment"
    TIER = "tier"
    TOLD = "told"


KINDS = {Unit.MONEY: Kind.WHOLE_MONEY, Unit.RATE: Kind.RATE, Unit.DAYS: Kind.DAYS, Unit.TIMES: Kind.DAYS}
"""How a figure of a unit is written in a table of figures."""

# The same on light and on dark ground; the letter is white where white reads, else ink.
_TIER_STYLES = {
    letter: f"background-color: {TOKENS[token].light}; color: {ink_on(token)}; font-weight: 600"
    for letter, token in ((letter, tier_token(letter)) for letter in TIERS)
}
_NUMBERS = {Kind.MONEY, Kind.WHOLE_MONEY, Kind.COUNT, Kind.DAYS, Kind.PRECISE, Kind.RATE, Kind.RAW, Kind.POINTS}


@dataclass(frozen=True)
class Column:
    """One column: the name in the row, the heading with its unit, the kind, and optionally width in pixels.

    ``signed`` puts a plus before what grew; ``blank_zero`` leaves zeros empty, as an aged balance does.
    """

    name: str
    heading: str
    kind: Kind = Kind.TEXT
    width: int | None = None
    help: str | None = None
    signed: bool = False
    pinned: bool = False
    blank_zero: bool = False


def _writer(column: Column, fmt: Formatter) -> Callable[[Any], str] | None:
    writers: dict[Kind, Callable[[Any], str]] = {
        Kind.MONEY: fmt.amount,
        Kind.WHOLE_MONEY: fmt.number,
        Kind.COUNT: fmt.number,
        Kind.DAYS: lambda value: fmt.number(value, 1),
        Kind.PRECISE: lambda value: fmt.number(value, 3),
        Kind.RATE: fmt.rate,
        Kind.RAW: lambda value: fmt.number(value, 6),
        Kind.POINTS: lambda value: fmt.number(value, 0),
        Kind.DATE: fmt.day,
        Kind.MOMENT: fmt.moment,
        Kind.TOLD: fmt.told,
    }
    write = writers.get(column.kind)
    if write is None:
        return None
    if column.signed:
        return lambda value: fmt.signed(write(value), value)
    if column.blank_zero:
        return lambda value: write(value) if value else ""
    return write


def words(code: str | None) -> str:
    """A code as a reader meets it: ``credit_note`` → ``Credit note``."""
    return (code or "").replace("_", " ").capitalize()


def worded(rows: Iterable[Row]) -> list[Row]:
    """Documents with their kinds, and reasons where they have any, as a reader meets them: columns ``…_words``."""
    codes = {"item_kind": "kind_words", "reason": "reason_words"}
    return [{**row, **{name: words(row[code]) for code, name in codes.items() if code in row}} for row in rows]


def frame(rows: Sequence[Row], columns: Sequence[Column]) -> pd.DataFrame:
    """The rows as a frame of objects in column order: decimals, days and gaps stay what they are."""
    values = {column.name: [row.get(column.name) for row in rows] for column in columns}
    return pd.DataFrame(values, dtype=object)


def _config(column: Column, button: dict[str, Any] | None = None) -> Any:
    shared: dict[str, Any] = {
        "label": column.heading,
        "width": column.width,
        "help": column.help,
        "pinned": column.pinned,
    }
    if button is not None:
        return st.column_config.ButtonColumn(**shared, **button)
    if column.kind in _NUMBERS:
        return st.column_config.NumberColumn(**shared)
    if column.kind is Kind.TIER:
        return st.column_config.TextColumn(**shared, alignment="center")
    if column.kind is Kind.DATE:
        return st.column_config.DateColumn(**shared, format="D MMM YYYY")
    if column.kind is Kind.MOMENT:
        return st.column_config.DatetimeColumn(**shared, format="D MMM YYYY, HH:mm")
    return st.column_config.TextColumn(**shared)


def show(
    rows: Sequence[Row],
    columns: Sequence[Column],
    fmt: Formatter,
    *,
    key: str,
    alt: str,
    on_open: Callable[[Row], None] | None = None,
    most_rows: int = 14,
    bold: Callable[[Row], bool] | None = None,
) -> None:
    """Draw a table of ``rows``; ``on_open`` is called with the row a reader clicks, on its name or any cell.

    ``most_rows`` bounds the height before the table scrolls; ``bold`` marks totals. ``alt`` names the table.
    """
    data = frame(rows, columns)
    shown: Any = data
    if data.size <= MOST_FORMATTED_CELLS:
        shown = data.style
        for column in columns:
            writer = _writer(column, fmt)
            if writer is not None:
                shown = shown.format(writer, subset=[column.name], na_rep=UNKNOWN)
            if column.kind is Kind.TIER:
                shown = shown.map(lambda tier: _TIER_STYLES.get(tier, ""), subset=[column.name])
        if bold is not None:
            marked = [place for place, row in enumerate(rows) if bold(row)]
            shown = shown.set_properties(subset=pd.IndexSlice[marked, :], **{"font-weight": "600"})
    options: dict[str, Any] = {}
    # A frozen column is drawn faded, a button in it is not; without a key it is text and nothing more.
    button: dict[str, Any] = {"type": "tertiary", "alignment": "left"}
    if on_open is not None:
        button_key = f"{key}-open"

        def cell_clicked() -> None:
            cells = st.session_state[key].selection.cells
            if cells:
                on_open(rows[cells[0][0]])

        def name_clicked() -> None:
            on_open(rows[st.session_state[button_key].row])

        options = {"on_select": cell_clicked, "selection_mode": "single-cell"}
        button |= {"key": button_key, "on_click": name_clicked}
    st.dataframe(
        shown,
        key=key,
        hide_index=True,
        row_height=ROW_HEIGHT,
        height="content" if len(rows) <= most_rows else (most_rows + 1) * ROW_HEIGHT + 2,
        column_order=[column.name for column in columns],
        column_config={
            column.name: _config(column, button if column.pinned and column.kind is Kind.TEXT else None)
            for column in columns
        },
        placeholder=UNKNOWN,
        alt=alt,
        **options,
    )
