"""What all charts share: one registered Plotly template named ``encours``, and how lines and months are labelled.

Drawn in the light palette, shown in the palette of the theme in use (see ``theme.py``). Time runs left to right,
lines are labelled at their end, gridlines are horizontal and faint, bars start at zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go
import plotly.io as pio
import streamlit as st

from dashboards.lib.db import Row
from dashboards.lib.format import Formatter
from dashboards.lib.theme import FONT_FAMILY, chart_colour, rgb

TEMPLATE = "encours"


# The same for named bars: where they have no room the names turn, as days on an axis never do.
NAMED_TEMPLATE = "encours-named"
HEIGHT = 304
CLEAR = "rgba(0,0,0,0)"
FONTS = f"{FONT_FAMILY}, system-ui, sans-serif"


# No share button (the data is confidential), no logo, no tool bar; a double click still resets a zoom.
CONFIG: dict[str, Any] = {
    "displayModeBar": False,
    "displaylogo": False,
    "showSendToCloud": False,
    "showEditInChartStudio": False,
    "scrollZoom": False,
    "responsive": True,
    "doubleClick": "reset",
}


def register() -> None:
    """Register the template with Plotly. Safe to call again."""
    quiet = {"family": FONTS, "size": 12, "color": chart_colour("ink-2")}
    axis = {"tickfont": quiet, "ticks": "", "fixedrange": True, "automargin": True}
    pio.templates[TEMPLATE] = go.layout.Template(
        layout={
            "font": quiet,
            "paper_bgcolor": CLEAR,
            "plot_bgcolor": CLEAR,
            "colorway": [chart_colour("accent"), chart_colour("ink-2")],
            "margin": {"l": 0, "r": 8, "t": 8, "b": 0, "pad": 4},
            "hovermode": "x unified",
            "dragmode": False,
            "hoverlabel": {
                "bgcolor": chart_colour("card"),
                "bordercolor": chart_colour("rule"),
                "font": {"family": FONTS, "size": 12, "color": chart_colour("ink")},
            },
            "legend": {
                "orientation": "h",
                "yanchor": "bottom",
                "y": 1.02,
                "x": 0,
                "font": quiet,
                "traceorder": "normal",
                "itemclick": False,
                "itemdoubleclick": False,
            },
            "annotationdefaults": {"font": quiet, "showarrow": False},
            "xaxis": {
                **axis,
                "showgrid": False,
                "zeroline": False,
                "tickangle": 0,
                "linecolor": chart_colour("rule"),
                "hoverformat": "%a %-d %b %Y",
                "unifiedhovertitle": {"text": "<b>%{x}</b>"},
            },
            "yaxis": {
                **axis,
                "gridcolor": chart_colour("rule"),
                "gridwidth": 1,
                "zeroline": True,
                "zerolinecolor": chart_colour("rule"),
                "zerolinewidth": 1,
                "nticks": 5,
            },
        }
    )
    named = go.layout.Template(pio.templates[TEMPLATE].to_plotly_json())
    named.layout.xaxis.tickangle = None
    pio.templates[NAMED_TEMPLATE] = named


def styled(
    figure: go.Figure, fmt: Formatter, *, height: int = HEIGHT, right: int = 8, named: bool = False
) -> go.Figure:
    """Put the template on a figure, with what differs from figure to figure; ``named``: its x axis holds words."""
    figure.update_layout(
        template=NAMED_TEMPLATE if named else TEMPLATE, height=height, margin_r=right, separators=separators(fmt)
    )
    return figure


def separators(fmt: Formatter) -> str:
    """Decimal mark and thousands separator of the reader, as Plotly wants them: ``.,`` or ``, ``."""
    sample = fmt.number(1234.5, 1)
    return f"{sample[-2]}{sample[1]}"


def show(figure: go.Figure, key: str, alt: str) -> None:
    """Draw a chart over the full width; ``alt`` names it for those who do not see it."""
    st.plotly_chart(figure, key=key, config=CONFIG, theme=None, alt=alt)


def floats(rows: Sequence[Row], column: str) -> list[float | None]:
    return [None if row[column] is None else float(row[column]) for row in rows]


def end_labels(figure: go.Figure, x: Any, labels: Sequence[tuple[float | None, str, str]], least_gap: float) -> None:
    """Name lines and areas beside their last point, from the top down, never closer than ``least_gap``.

    ``labels`` are (height, text, token); a token other than ink gets a patch of its colour before the text.
    """
    above: float | None = None
    known = [(height, text, token) for height, text, token in labels if height is not None]
    for height, text, token in sorted(known, key=lambda label: -label[0]):
        place = height if above is None else min(height, above - least_gap)
        above = place
        patch = "" if token in ("ink", "accent") else f'<span style="color: {rgb(chart_colour(token))}">■</span> '
        colour = chart_colour(token if not patch else "ink-2")
        figure.add_annotation(x=x, y=place, text=patch + text, xanchor="left", xshift=8, font={"color": colour})


def as_float(value: Any) -> float | None:
    return None if value is None else float(value)


def level_mark() -> dict[str, Any]:
    """The short line laid over a bar, for what it was to reach."""
    return {"symbol": "line-ew", "size": 18, "line": {"width": 2, "color": chart_colour("ink")}}


def months_axis(figure: go.Figure, rows: Sequence[Row], fmt: Formatter) -> None:
    """Name the months below their bars; the first and each January say the year."""
    names = [month_of(row, fmt) for row in rows]
    short = [
        name.replace(" ", "<br>") if place == 0 or row["period_ending_on"].month == 1 else name.split(" ")[0]
        for place, (name, row) in enumerate(zip(names, rows, strict=True))
    ]
    figure.update_xaxes(type="category", tickmode="array", tickvals=names, ticktext=short)


def month_of(row: Row, fmt: Formatter) -> str:
    return fmt.month(row["period_ending_on"], short=True)


register()
