"""The charts, through one registered Plotly template named ``encours``.

Drawn in the light palette, shown in the palette of the theme in use (see ``theme.py``). Time runs left to right,
lines are labelled at their end, gridlines are horizontal and faint, bars start at zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go
import plotly.io as pio
import streamlit as st

from dashboards.lib.buckets import UNAPPLIED, bucket_words, token_of
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


def _styled(
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


def _floats(rows: Sequence[Row], column: str) -> list[float | None]:
    return [None if row[column] is None else float(row[column]) for row in rows]


def _end_labels(figure: go.Figure, x: Any, labels: Sequence[tuple[float | None, str, str]], least_gap: float) -> None:
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


def _hatched(token: str) -> dict[str, Any]:
    """Unapplied is hatched wherever it is an area."""
    if token != "unapplied":
        return {}
    return {"fillpattern": {"shape": "/", "fgcolor": chart_colour(token), "bgcolor": CLEAR, "size": 5, "solidity": 0.4}}


def dso_parts(history: Sequence[Row], fmt: Formatter) -> go.Figure:
    """DSO as a line over its parts as areas: not due, overdue; unapplied below zero."""
    weeks = [row["period_ending_on"] for row in history]
    figure = go.Figure()
    areas = (
        ("best_possible_dso_days", "Not due", "not-due", "positive"),
        ("average_days_delinquent", "Overdue", "overdue-2", "positive"),
        ("unapplied_days", "Unapplied", "unapplied", "negative"),
    )
    for column, name, token, group in areas:
        figure.add_scatter(
            x=weeks,
            y=_floats(history, column),
            name=name,
            mode="lines",
            line={"width": 0, "color": chart_colour(token)},
            fillcolor=chart_colour(token),
            stackgroup=group,
            hovertemplate="%{y:.1f} d",
            **_hatched(token),
        )
    figure.add_scatter(
        x=weeks,
        y=_floats(history, "dso_days"),
        name="DSO",
        mode="lines",
        line={"width": 2, "color": chart_colour("ink")},
        customdata=[[fmt.signed(fmt.number(row["dso_days_change"], 1), row["dso_days_change"])] for row in history],
        hovertemplate="<b>%{y:.1f} d</b> (%{customdata[0]} on the week before)",
    )
    _styled(figure, fmt, height=440, right=80)
    figure.update_yaxes(ticksuffix=" d", tickformat=",.0f", rangemode="tozero")
    figure.update_xaxes(tickformat="%b %y", nticks=6)
    if history:
        figure.update_xaxes(range=[weeks[0], weeks[-1]])
        last = history[-1]
        best, late, dso = (
            _float(last[column]) for column in ("best_possible_dso_days", "average_days_delinquent", "dso_days")
        )
        highest = max((float(row["dso_days"]) for row in history if row["dso_days"] is not None), default=0.0)
        labels = [
            (dso, f"<b>DSO {fmt.number(dso, 1)}</b>", "ink"),
            (None if best is None or late is None else best + late / 2, "Overdue", "overdue-2"),
            (None if best is None else best / 2, "Not due", "not-due"),
        ]
        _end_labels(figure, weeks[-1], labels, highest / 20)
    figure.update_layout(showlegend=False)
    return figure


def _float(value: Any) -> float | None:
    return None if value is None else float(value)


def ageing(rows: Sequence[Row], buckets: Sequence[Row], currency: str, fmt: Formatter) -> go.Figure:
    """Open amounts by slab, stacked week by week; credits hang below zero, hatched."""
    figure = go.Figure()
    for bucket in buckets:
        mine = [row for row in rows if row["aging_bucket"] == bucket["aging_bucket"]]
        colour = chart_colour(token_of(bucket, buckets))
        unapplied = bucket["aging_bucket"] == UNAPPLIED
        marker: dict[str, Any] = {"color": colour, "line": {"width": 0}}
        if unapplied:
            marker = {
                "color": CLEAR,
                "line": {"width": 0},
                "pattern": {"shape": "/", "fgcolor": colour, "size": 5, "solidity": 0.4},
            }
        figure.add_bar(
            x=[row["period_ending_on"] for row in mine],
            y=_floats(mine, "open_amount"),
            name=bucket_words(bucket),
            marker=marker,
            customdata=[
                [fmt.short_money(row["open_amount"], currency), fmt.count(row["items_count"], "item")] for row in mine
            ],
            hovertemplate="%{customdata[0]} · %{customdata[1]}",
        )
    _styled(figure, fmt)
    figure.update_layout(barmode="relative", bargap=0.18, margin_t=40)
    figure.update_yaxes(tickformat="~s")
    figure.update_xaxes(tickformat="%b %y", nticks=6)
    return figure


def waterfall(
    bars: Sequence[tuple[str, float, str]],
    opening: tuple[str, float, str],
    closing: tuple[str, float, str],
    fmt: Formatter,
) -> go.Figure:
    """From an opening value through its effects to the closing one; each is (name, value, text).

    The axis is cut near the bars: effects are small beside what they move.
    """
    steps = [opening[1]]
    for _, value, _ in bars:
        steps.append(steps[-1] + value)
    low, high = min(*steps, closing[1]), max(*steps, closing[1])
    room = (high - low) * 0.25 or max(abs(high), 1.0) * 0.02
    floor = max(low - room, 0.0) if low >= 0 else low - room
    figure = go.Figure()
    names = [opening[0], *(name for name, _, _ in bars), closing[0]]
    figure.add_waterfall(
        x=names,
        y=[opening[1], *(value for _, value, _ in bars), closing[1]],
        measure=["absolute", *("relative" for _ in bars), "total"],
        text=[opening[2], *(text for _, _, text in bars), closing[2]],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{x}: <b>%{text}</b><extra></extra>",
        increasing={"marker": {"color": chart_colour("worse"), "line": {"width": 0}}},
        decreasing={"marker": {"color": chart_colour("better"), "line": {"width": 0}}},
        totals={"marker": {"color": chart_colour("not-due"), "line": {"width": 0}}},
        connector={"line": {"color": chart_colour("ink-2"), "width": 1}},
    )
    _styled(figure, fmt, height=288, named=True)
    figure.update_layout(hovermode="closest", showlegend=False, margin_t=24, waterfallgap=0.3)
    figure.update_yaxes(range=[floor, high + room], tickformat="~s", showticklabels=False)
    figure.update_xaxes(type="category")
    return figure


def balance(rows: Sequence[Row], currency: str, fmt: Formatter) -> go.Figure:
    """A customer's balance: not due and overdue as areas, exposure as a line."""
    weeks = [row["week_ending_on"] for row in rows]
    figure = go.Figure()
    for column, name, token in (("not_due_amount", "Not due", "not-due"), ("overdue_amount", "Overdue", "overdue-2")):
        figure.add_scatter(
            x=weeks,
            y=_floats(rows, column),
            name=name,
            mode="lines",
            line={"width": 0, "color": chart_colour(token), "shape": "hv"},
            fillcolor=chart_colour(token),
            stackgroup="open",
            customdata=[[fmt.short_money(row[column], currency)] for row in rows],
            hovertemplate="%{customdata[0]}",
        )
    figure.add_scatter(
        x=weeks,
        y=_floats(rows, "exposure_amount"),
        name="Exposure",
        mode="lines",
        line={"width": 2, "color": chart_colour("ink"), "shape": "hv"},
        customdata=[[fmt.short_money(row["exposure_amount"], currency)] for row in rows],
        hovertemplate="<b>%{customdata[0]}</b>",
    )
    _styled(figure, fmt, height=256)
    figure.update_layout(margin_t=40)
    figure.update_yaxes(tickformat="~s", rangemode="tozero")
    figure.update_xaxes(tickformat="%b %y", nticks=6)
    return figure


def due_weeks(rows: Sequence[Row], currency: str, fmt: Formatter) -> go.Figure:
    """What falls due by week, as agreed and as customers pay; what is overdue before, what comes later after."""
    figure = go.Figure()
    for basis, name, token in (("agreed", "As agreed", "not-due"), ("shifted", "As customers pay", "overdue-2")):
        mine = [row for row in rows if row["calendar_basis"] == basis]
        figure.add_bar(
            x=[
                {"overdue": "Overdue", "later": "Later"}.get(row["due_kind"])
                or fmt.day(row["week_ending_on"], year=False)
                for row in mine
            ],
            y=_floats(mine, "due_amount"),
            name=name,
            marker={"color": chart_colour(token), "line": {"width": 0}},
            customdata=[
                [fmt.short_money(row["due_amount"], currency), fmt.count(row["items_count"], "item")] for row in mine
            ],
            hovertemplate="%{customdata[0]} · %{customdata[1]}",
        )
    _styled(figure, fmt, named=True)
    figure.update_layout(barmode="group", bargap=0.25, margin_t=40)
    figure.update_yaxes(tickformat="~s", rangemode="tozero")
    figure.update_xaxes(type="category", nticks=16)
    return figure


def overdue(history: Sequence[Row], currency: str, fmt: Formatter) -> go.Figure:
    """What is overdue as an area, and over it what of that is over 90 days."""
    weeks = [row["period_ending_on"] for row in history]
    figure = go.Figure()
    for column, name, token in (
        ("overdue_amount", "Overdue", "overdue-2"),
        ("over_90_amount", "Over 90 days", "overdue-5"),
    ):
        figure.add_scatter(
            x=weeks,
            y=_floats(history, column),
            name=name,
            mode="lines",
            line={"width": 0, "color": chart_colour(token)},
            fill="tozeroy",
            fillcolor=chart_colour(token),
            customdata=[[fmt.short_money(row[column], currency)] for row in history],
            hovertemplate="%{customdata[0]}",
        )
    _styled(figure, fmt)
    figure.update_layout(margin_t=40)
    figure.update_yaxes(tickformat="~s", rangemode="tozero")
    figure.update_xaxes(tickformat="%b %y", nticks=6)
    return figure


def collected(rows: Sequence[Row], currency: str, fmt: Formatter) -> go.Figure:
    """Cash by month as bars, oldest first, with its target as a mark over each."""
    names = [_month(row, fmt) for row in rows]
    figure = go.Figure()
    figure.add_bar(
        x=names,
        y=_floats(rows, "period_collected_amount"),
        name="Collected",
        marker={"color": chart_colour("not-due"), "line": {"width": 0}},
        customdata=[[fmt.short_money(row["period_collected_amount"], currency)] for row in rows],
        hovertemplate="%{customdata[0]}",
    )
    if any(row["collected_target_amount"] is not None for row in rows):
        figure.add_scatter(
            x=names,
            y=_floats(rows, "collected_target_amount"),
            name="Target",
            mode="markers",
            marker={"symbol": "line-ew", "size": 18, "line": {"width": 2, "color": chart_colour("ink")}},
            customdata=[
                [
                    fmt.short_money(row["collected_target_amount"], currency),
                    fmt.rate(row["collected_target_rate"], 0),
                ]
                for row in rows
            ],
            hovertemplate="%{customdata[0]} (%{customdata[1]} of it collected)",
        )
    _styled(figure, fmt, height=224, named=True)
    figure.update_layout(bargap=0.35, margin_t=40)
    figure.update_yaxes(tickformat="~s", rangemode="tozero")
    _months_axis(figure, rows, fmt)
    return figure


def at_risk(rows: Sequence[Row], currency: str, fmt: Formatter) -> go.Figure:
    """The share of each month's billing still open 90 days after it, oldest first; months to come have none."""
    figure = go.Figure()
    figure.add_bar(
        x=[_month(row, fmt) for row in rows],
        y=_floats(rows, "at_risk_rate"),
        name="Still open 90 days after the month, share of what it billed",
        showlegend=True,
        marker={"color": chart_colour("overdue-3"), "line": {"width": 0}},
        customdata=[
            [fmt.short_money(row["at_risk_amount"], currency), fmt.short_money(row["cohort_billed_amount"], currency)]
            for row in rows
        ],
        hovertemplate="<b>%{y:.1%}</b> · %{customdata[0]} of %{customdata[1]}",
    )
    _styled(figure, fmt, height=224, named=True)
    figure.update_layout(bargap=0.35, margin_t=40)
    figure.update_yaxes(tickformat=".0%", rangemode="tozero")
    _months_axis(figure, rows, fmt)
    return figure


def first_payments(rows: Sequence[Row], fmt: Formatter) -> go.Figure:
    """New customers by the month of their first invoice, oldest first, by what became of their first due day."""
    months = [{**row, "period_ending_on": row["first_invoiced_month_on"]} for row in rows]
    figure = go.Figure()
    for name, column, token in (
        ("In time", "paid_in_time_count", "not-due"),
        ("Late", "late_count", "overdue-2"),
        ("Later than the days of grace", "defaulted_count", "overdue-5"),
        ("Not decided", "undecided_count", "rule"),
    ):
        values = [
            row["customers_count"] - row["decided_count"] if column == "undecided_count" else row[column]
            for row in rows
        ]
        figure.add_bar(
            x=[_month(row, fmt) for row in months],
            y=values,
            name=name,
            marker={"color": chart_colour(token), "line": {"width": 0}},
            customdata=[[fmt.count(value, "customer")] for value in values],
            hovertemplate="%{customdata[0]}",
        )
    _styled(figure, fmt, height=256, named=True)
    figure.update_layout(barmode="stack", bargap=0.35, margin_t=40)
    figure.update_yaxes(tickformat=",d", rangemode="tozero")
    _months_axis(figure, months, fmt)
    return figure


def _months_axis(figure: go.Figure, rows: Sequence[Row], fmt: Formatter) -> None:
    """Name the months below their bars; the first and each January say the year."""
    names = [_month(row, fmt) for row in rows]
    short = [
        name.replace(" ", "<br>") if place == 0 or row["period_ending_on"].month == 1 else name.split(" ")[0]
        for place, (name, row) in enumerate(zip(names, rows, strict=True))
    ]
    figure.update_xaxes(type="category", tickmode="array", tickvals=names, ticktext=short)


def _month(row: Row, fmt: Formatter) -> str:
    return fmt.month(row["period_ending_on"], short=True)


def behaviour(rows: Sequence[Row], fmt: Formatter) -> go.Figure:
    """A customer's days beyond terms week by week; zero is paid on the due day."""
    weeks = [row["week_ending_on"] for row in rows]
    figure = go.Figure()
    figure.add_scatter(
        x=weeks,
        y=_floats(rows, "days_beyond_terms"),
        name="Days beyond terms",
        mode="lines",
        line={"width": 2, "color": chart_colour("accent")},
        customdata=[[fmt.rate(row["late_payment_rate_by_value"], 0)] for row in rows],
        hovertemplate="<b>%{y:.1f} d</b> after the due day · %{customdata[0]} late by value",
    )
    _styled(figure, fmt, height=256, right=56)
    if weeks:
        figure.update_xaxes(range=[weeks[0], weeks[-1]])
    known = [row for row in rows if row["days_beyond_terms"] is not None]
    if known:
        last = known[-1]
        days = float(last["days_beyond_terms"])
        _end_labels(figure, last["week_ending_on"], [(days, f"<b>{fmt.days(days)}</b>", "accent")], 0)
    figure.update_yaxes(ticksuffix=" d", tickformat=",.0f", rangemode="tozero")
    figure.update_xaxes(tickformat="%b %y", nticks=6)
    figure.update_layout(showlegend=False)
    return figure


def due_calendar(rows: Sequence[Row], day: Any, currency: str, fmt: Formatter) -> go.Figure:
    """Open invoices by the week they are due: overdue and to come, with the day in view between them."""
    figure = go.Figure()
    for overdue, name, token in ((True, "Overdue", "overdue-2"), (False, "Not due", "not-due")):
        mine = [row for row in rows if bool(row["is_overdue"]) is overdue]
        figure.add_bar(
            x=[row["due_week_ending_on"] for row in mine],
            y=_floats(mine, "open_amount"),
            name=name,
            marker={"color": chart_colour(token), "line": {"width": 0}},
            customdata=[
                [fmt.short_money(row["open_amount"], currency), fmt.count(row["items_count"], "item")] for row in mine
            ],
            hovertemplate="%{customdata[0]} · %{customdata[1]}",
        )
    _styled(figure, fmt, height=224)
    figure.add_vline(x=day, line={"width": 1, "color": chart_colour("ink-2"), "dash": "dot"})
    figure.add_annotation(x=day, y=1, yref="paper", yanchor="bottom", text=fmt.day(day, year=False))
    figure.update_layout(barmode="stack", bargap=0.2, margin_t=56, legend_y=1.14)
    figure.update_yaxes(tickformat="~s")
    figure.update_xaxes(tickformat="%-d %b %y", nticks=6)
    return figure


def tried_tiers(rows: Sequence[Row], fmt: Formatter) -> go.Figure:
    """The late rate of each tier, quarter by quarter; hollow where the tier has too few invoices to compare."""
    figure = go.Figure()
    for tier in ("A", "B", "C", "D", "E"):
        mine = [row for row in rows if row["risk_tier"] == tier and row["late_rate"] is not None]
        colour = chart_colour(f"tier-{tier.lower()}")
        figure.add_scatter(
            x=[row["quarter"] for row in mine],
            y=_floats(mine, "late_rate"),
            name=tier,
            mode="lines+markers",
            line={"width": 2, "color": colour},
            marker={
                "size": 9,
                "color": [colour if row["has_enough"] else chart_colour("card") for row in mine],
                "line": {"width": 2, "color": colour},
            },
            customdata=[
                [fmt.count(row["late_count"], "late", "late"), fmt.number(row["invoices_count"])] for row in mine
            ],
            hovertemplate=f"{tier}: <b>%{{y:.0%}}</b> · %{{customdata[0]}} of %{{customdata[1]}}",
        )
    _styled(figure, fmt, named=True)
    figure.update_layout(margin_t=40)
    figure.update_yaxes(tickformat=".0%", range=[0, 1.04])
    figure.update_xaxes(
        type="category", categoryorder="array", categoryarray=list(dict.fromkeys(row["quarter"] for row in rows))
    )
    return figure


def calibration(rows: Sequence[Row], fmt: Formatter) -> go.Figure:
    """By band of scores: the late rate that came as a bar, the one expected from the quarters before as a mark."""
    names = [f"{row['score_from']}–{row['score_to']}" for row in rows]
    figure = go.Figure()
    figure.add_bar(
        x=names,
        y=_floats(rows, "late_rate"),
        name="Came",
        marker={"color": chart_colour("not-due"), "line": {"width": 0}},
        customdata=[[fmt.number(row["late_count"]), fmt.count(row["invoices_count"], "invoice")] for row in rows],
        hovertemplate="<b>%{y:.0%}</b> · %{customdata[0]} late of %{customdata[1]}",
    )
    figure.add_scatter(
        x=names,
        y=_floats(rows, "expected_late_rate"),
        name="Expected",
        mode="markers",
        marker={"symbol": "line-ew", "size": 18, "line": {"width": 2, "color": chart_colour("ink")}},
        hovertemplate="%{y:.0%} expected",
    )
    _styled(figure, fmt, height=256, named=True)
    figure.update_layout(bargap=0.35, margin_t=40)
    figure.update_yaxes(tickformat=".0%", range=[0, 1.04])
    figure.update_xaxes(type="category")
    return figure


def exposures(rows: Sequence[Row], currency: str, fmt: Formatter) -> go.Figure:
    """By customer, the largest on top: exposure as a bar, what is insured apart from own risk; the limit as a mark."""
    names = [row["customer_name"] or row["customer_id"] for row in rows]
    figure = go.Figure()
    for column, name, token in (
        ("own_risk_amount", "Own risk", "accent"),
        ("insured_amount", "Insured", "unapplied"),
    ):
        figure.add_bar(
            x=[value or 0 for value in _floats(rows, column)],
            y=names,
            name=name,
            orientation="h",
            marker={"color": chart_colour(token), "line": {"width": 0}},
            customdata=[
                [fmt.money(row[column], currency), fmt.money(row["exposure_amount"], currency)] for row in rows
            ],
            hovertemplate=f"{name} <b>%{{customdata[0]}}</b> of %{{customdata[1]}}<extra></extra>",
        )
    for column, name, symbol in (
        ("limit_amount", "Limit granted", "line-ns"),
        ("recommended_limit_amount", "Limit recommended", "diamond"),
    ):
        known = [row for row in rows if row[column] is not None]
        figure.add_scatter(
            x=_floats(known, column),
            y=[row["customer_name"] or row["customer_id"] for row in known],
            name=name,
            mode="markers",
            marker={
                "symbol": symbol,
                "size": 18 if symbol == "line-ns" else 9,
                "color": chart_colour("card"),
                "line": {"width": 2, "color": chart_colour("ink")},
            },
            customdata=[fmt.money(row[column], currency) for row in known],
            hovertemplate=f"{name} <b>%{{customdata}}</b><extra></extra>",
        )
    _styled(figure, fmt, height=72 + 26 * len(rows), named=True)
    figure.update_layout(barmode="stack", bargap=0.35, hovermode="closest", margin_t=40)
    figure.update_xaxes(tickformat="~s", rangemode="tozero", showgrid=True, gridcolor=chart_colour("rule"))
    figure.update_yaxes(type="category", autorange="reversed", showgrid=False, nticks=0, dtick=1)
    return figure


register()
