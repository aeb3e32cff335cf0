"""The charts of what is owed, what falls due and what comes in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from dashboards.lib.buckets import UNAPPLIED, bucket_words, token_of
from dashboards.lib.charts.frame import CLEAR, as_float, end_labels, floats, level_mark, month_of, months_axis, styled
from dashboards.lib.db import Row
from dashboards.lib.format import Formatter
from dashboards.lib.theme import chart_colour


def hatched(token: str) -> dict[str, Any]:
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
            y=floats(history, column),
            name=name,
            mode="lines",
            line={"width": 0, "color": chart_colour(token)},
            fillcolor=chart_colour(token),
            stackgroup=group,
            hovertemplate="%{y:.1f} d",
            **hatched(token),
        )
    figure.add_scatter(
        x=weeks,
        y=floats(history, "dso_days"),
        name="DSO",
        mode="lines",
        line={"width": 2, "color": chart_colour("ink")},
        customdata=[[fmt.signed(fmt.number(row["dso_days_change"], 1), row["dso_days_change"])] for row in history],
        hovertemplate="<b>%{y:.1f} d</b> (%{customdata[0]} on the week before)",
    )
    styled(figure, fmt, height=440, right=80)
    figure.update_yaxes(ticksuffix=" d", tickformat=",.0f", rangemode="tozero")
    figure.update_xaxes(tickformat="%b %y", nticks=6)
    if history:
        figure.update_xaxes(range=[weeks[0], weeks[-1]])
        last = history[-1]
        best, late, dso = (
            as_float(last[column]) for column in ("best_possible_dso_days", "average_days_delinquent", "dso_days")
        )
        highest = max((float(row["dso_days"]) for row in history if row["dso_days"] is not None), default=0.0)
        labels = [
            (dso, f"<b>DSO {fmt.number(dso, 1)}</b>", "ink"),
            (None if best is None or late is None else best + late / 2, "Overdue", "overdue-2"),
            (None if best is None else best / 2, "Not due", "not-due"),
        ]
        end_labels(figure, weeks[-1], labels, highest / 20)
    figure.update_layout(showlegend=False)
    return figure


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
            y=floats(mine, "open_amount"),
            name=bucket_words(bucket),
            marker=marker,
            customdata=[
                [fmt.short_money(row["open_amount"], currency), fmt.count(row["items_count"], "item")] for row in mine
            ],
            hovertemplate="%{customdata[0]} · %{customdata[1]}",
        )
    styled(figure, fmt)
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
    styled(figure, fmt, height=288, named=True)
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
            y=floats(rows, column),
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
        y=floats(rows, "exposure_amount"),
        name="Exposure",
        mode="lines",
        line={"width": 2, "color": chart_colour("ink"), "shape": "hv"},
        customdata=[[fmt.short_money(row["exposure_amount"], currency)] for row in rows],
        hovertemplate="<b>%{customdata[0]}</b>",
    )
    styled(figure, fmt, height=256)
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
            y=floats(mine, "due_amount"),
            name=name,
            marker={"color": chart_colour(token), "line": {"width": 0}},
            customdata=[
                [fmt.short_money(row["due_amount"], currency), fmt.count(row["items_count"], "item")] for row in mine
            ],
            hovertemplate="%{customdata[0]} · %{customdata[1]}",
        )
    styled(figure, fmt, named=True)
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
            y=floats(history, column),
            name=name,
            mode="lines",
            line={"width": 0, "color": chart_colour(token)},
            fill="tozeroy",
            fillcolor=chart_colour(token),
            customdata=[[fmt.short_money(row[column], currency)] for row in history],
            hovertemplate="%{customdata[0]}",
        )
    styled(figure, fmt)
    figure.update_layout(margin_t=40)
    figure.update_yaxes(tickformat="~s", rangemode="tozero")
    figure.update_xaxes(tickformat="%b %y", nticks=6)
    return figure


def collected(rows: Sequence[Row], currency: str, fmt: Formatter) -> go.Figure:
    """Cash by month as bars, oldest first, with its target as a mark over each."""
    names = [month_of(row, fmt) for row in rows]
    figure = go.Figure()
    figure.add_bar(
        x=names,
        y=floats(rows, "period_collected_amount"),
        name="Collected",
        marker={"color": chart_colour("not-due"), "line": {"width": 0}},
        customdata=[[fmt.short_money(row["period_collected_amount"], currency)] for row in rows],
        hovertemplate="%{customdata[0]}",
    )
    if any(row["collected_target_amount"] is not None for row in rows):
        figure.add_scatter(
            x=names,
            y=floats(rows, "collected_target_amount"),
            name="Target",
            mode="markers",
            marker=level_mark(),
            customdata=[
                [
                    fmt.short_money(row["collected_target_amount"], currency),
                    fmt.rate(row["collected_target_rate"], 0),
                ]
                for row in rows
            ],
            hovertemplate="%{customdata[0]} (%{customdata[1]} of it collected)",
        )
    return _by_month(figure, rows, fmt, tickformat="~s")


def at_risk(rows: Sequence[Row], currency: str, fmt: Formatter) -> go.Figure:
    """The share of each month's billing still open 90 days after it, oldest first; months to come have none."""
    figure = go.Figure()
    figure.add_bar(
        x=[month_of(row, fmt) for row in rows],
        y=floats(rows, "at_risk_rate"),
        name="Still open 90 days after the month, share of what it billed",
        showlegend=True,
        marker={"color": chart_colour("overdue-3"), "line": {"width": 0}},
        customdata=[
            [fmt.short_money(row["at_risk_amount"], currency), fmt.short_money(row["cohort_billed_amount"], currency)]
            for row in rows
        ],
        hovertemplate="<b>%{y:.1%}</b> · %{customdata[0]} of %{customdata[1]}",
    )
    return _by_month(figure, rows, fmt, tickformat=".0%")


def _by_month(figure: go.Figure, rows: Sequence[Row], fmt: Formatter, *, tickformat: str) -> go.Figure:
    styled(figure, fmt, height=224, named=True)
    figure.update_layout(bargap=0.35, margin_t=40)
    figure.update_yaxes(tickformat=tickformat, rangemode="tozero")
    months_axis(figure, rows, fmt)
    return figure


def due_calendar(rows: Sequence[Row], day: Any, currency: str, fmt: Formatter) -> go.Figure:
    """Open invoices by the week they are due: overdue and to come, with the day in view between them."""
    figure = go.Figure()
    for overdue, name, token in ((True, "Overdue", "overdue-2"), (False, "Not due", "not-due")):
        mine = [row for row in rows if bool(row["is_overdue"]) is overdue]
        figure.add_bar(
            x=[row["due_week_ending_on"] for row in mine],
            y=floats(mine, "open_amount"),
            name=name,
            marker={"color": chart_colour(token), "line": {"width": 0}},
            customdata=[
                [fmt.short_money(row["open_amount"], currency), fmt.count(row["items_count"], "item")] for row in mine
            ],
            hovertemplate="%{customdata[0]} · %{customdata[1]}",
        )
    styled(figure, fmt, height=224)
    figure.add_vline(x=day, line={"width": 1, "color": chart_colour("ink-2"), "dash": "dot"})
    figure.add_annotation(x=day, y=1, yref="paper", yanchor="bottom", text=fmt.day(day, year=False))
    figure.update_layout(barmode="stack", bargap=0.2, margin_t=56, legend_y=1.14)
    figure.update_yaxes(tickformat="~s")
    figure.update_xaxes(tickformat="%-d %b %y", nticks=6)
    return figure
