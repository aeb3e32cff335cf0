"""The row of figures at the top: value, unit, change against three weeks, a year as a line, a definition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import streamlit as st

from dashboards.lib import html, navigate
from dashboards.lib.db import Row
from dashboards.lib.format import Formatter, Number
from dashboards.lib.measures import MEASURES, Better, Measure
from dashboards.lib.queries.kpis import A_YEAR, FOUR_WEEKS, LAST_WEEK
from dashboards.lib.view import View

COMPARED = {LAST_WEEK: "last week", FOUR_WEEKS: "4 weeks ago", A_YEAR: "a year ago"}
_BETTER_WORDS = {
    Better.LOWER: "Lower is better.",
    Better.HIGHER: "Higher is better.",
    Better.NEITHER: "A change says nothing by itself.",
}


def tile_row(
    columns: Sequence[str],
    comparison: Mapping[int, Row],
    history: Sequence[Row],
    scope: str,
    view: View,
    fmt: Formatter,
) -> None:
    """Draw one tile a measure, six in a row where there is room, two on a telephone."""
    with st.grid(len(columns), min_column_width=156, gap="small"):
        for column in columns:
            _tile(MEASURES[column], comparison, history, scope, view, fmt)


@dataclass(frozen=True)
class Plain:
    """A tile of a figure that is no measure of ``fct_kpis``: ``meaning`` says what it is, ``lines`` what it was.

    ``lines`` are words and markup of their class (``enc-better`` …); ``weeks`` become the line under the figure.
    """

    key: str
    label: str
    note: str
    figure: str
    meaning: str
    lines: Sequence[tuple[str, str, str]] = ()
    weeks: Sequence[Number | None] = ()


def plain_row(tiles: Sequence[Plain], *, width: int = 156) -> None:
    """Draw the tiles side by side, each with its definition behind the sign in its corner."""
    with st.grid(len(tiles), min_column_width=width, gap="small"):
        for tile in tiles:
            lines = "".join(
                f'<tr><td>{escape(words)}</td><td class="{kind}">{text}</td></tr>' for words, text, kind in tile.lines
            )
            spark = html.sparkline(tile.weeks, f"{tile.label}, {len(tile.weeks)} weeks") if tile.weeks else ""
            with st.container(border=True, key=f"card-tile-{tile.key}", height="stretch"):
                st.html(
                    f'<div class="enc-tile"><span class="label">{escape(tile.label)}</span>'
                    f'<span class="note">{escape(tile.note) or "&nbsp;"}</span>'
                    f'<span class="figure">{escape(tile.figure)}</span>{spark}<table>{lines}</table></div>'
                )
                with st.popover("", icon=":material/info:", type="tertiary", help=f"What is {tile.label}?"):
                    st.markdown(f"**{tile.label}**  \n{tile.meaning}")


def _tile(
    measure: Measure,
    comparison: Mapping[int, Row],
    history: Sequence[Row],
    scope: str,
    view: View,
    fmt: Formatter,
) -> None:
    column, currency = measure.column, view.currency
    latest = comparison.get(LAST_WEEK, {})
    value = html.figure(latest.get(column), measure.unit, currency, fmt)
    lines = []
    for days, words in COMPARED.items():
        row = comparison.get(days, {})
        text, kind = html.change(row.get(f"{column}_change"), row.get(f"{column}_change_rate"), measure, currency, fmt)
        lines.append(f'<tr><td>{words}</td><td class="{kind}">{text}</td></tr>')
    weeks = [row[column] for row in history[-53:]]
    spark = html.sparkline(weeks, f"{measure.label}, {len(weeks)} weeks")
    with st.container(border=True, key=f"card-tile-{column}", height="stretch"):
        st.html(
            f'<div class="enc-tile"><span class="label">{measure.tile}</span>'
            f'<span class="note">{measure.note or "&nbsp;"}</span>'
            f'<span class="figure">{value}</span>{spark}<table>{"".join(lines)}</table></div>'
        )
        with st.popover("", icon=":material/info:", type="tertiary", help=f"What is {measure.label}?"):
            definition(measure)
        st.button(
            "Rows",
            icon=":material/table_rows:",
            type="tertiary",
            on_click=navigate.open_figure,
            args=(column, scope, "", None, view.cut),
            key=f"drill-{column}",
            help=f"The documents that add up to {measure.label}",
        )


def definition(measure: Measure) -> None:
    """What a measure means, how it is made, and which way is better."""
    st.markdown(f"**{measure.label}**  \n{measure.whole}")
    st.markdown(f"`{measure.formula}`")
    st.caption(f"{_BETTER_WORDS[measure.better]} Column `{measure.column}` of `fct_kpis`.")
