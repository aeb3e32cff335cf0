"""The charts of how customers pay, what they could cost, and how the scorecard did."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from dashboards.lib.charts.frame import end_labels, floats, level_mark, month_of, months_axis, styled
from dashboards.lib.db import Row
from dashboards.lib.format import Formatter
from dashboards.lib.theme import TIERS, chart_colour


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
            x=[month_of(row, fmt) for row in months],
            y=values,
            name=name,
            marker={"color": chart_colour(token), "line": {"width": 0}},
            customdata=[[fmt.count(value, "customer")] for value in values],
            hovertemplate="%{customdata[0]}",
        )
    styled(figure, fmt, height=256, named=True)
    figure.update_layout(barmode="stack", bargap=0.35, margin_t=40)
    figure.update_yaxes(tickformat=",d", rangemode="tozero")
    months_axis(figure, months, fmt)
    return figure


def behaviour(rows: Sequence[Row], fmt: Formatter) -> go.Figure:
    """A customer's days beyond terms week by week; zero is paid on the due day."""
    weeks = [row["week_ending_on"] for row in rows]
    figure = go.Figure()
    figure.add_scatter(
        x=weeks,
        y=floats(rows, "days_beyond_terms"),
        name="Days beyond terms",
        mode="lines",
        line={"width": 2, "color": chart_colour("accent")},
        customdata=[[fmt.rate(row["late_payment_rate_by_value"], 0)] for row in rows],
        hovertemplate="<b>%{y:.1f} d</b> after the due day · %{customdata[0]} late by value",
    )
    styled(figure, fmt, height=256, right=56)
    if weeks:
        figure.update_xaxes(range=[weeks[0], weeks[-1]])
    known = [row for row in rows if row["days_beyond_terms"] is not None]
    if known:
        last = known[-1]
        days = float(last["days_beyond_terms"])
        end_labels(figure, last["week_ending_on"], [(days, f"<b>{fmt.days(days)}</b>", "accent")], 0)
    figure.update_yaxes(ticksuffix=" d", tickformat=",.0f", rangemode="tozero")
    figure.update_xaxes(tickformat="%b %y", nticks=6)
    figure.update_layout(showlegend=False)
    return figure


def tried_tiers(rows: Sequence[Row], fmt: Formatter) -> go.Figure:
    """The late rate of each tier, quarter by quarter; hollow where the tier has too few invoices to compare."""
    figure = go.Figure()
    for tier in TIERS:
        mine = [row for row in rows if row["risk_tier"] == tier and row["late_rate"] is not None]
        colour = chart_colour(f"tier-{tier.lower()}")
        figure.add_scatter(
            x=[row["quarter"] for row in mine],
            y=floats(mine, "late_rate"),
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
    styled(figure, fmt, named=True)
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
        y=floats(rows, "late_rate"),
        name="Came",
        marker={"color": chart_colour("not-due"), "line": {"width": 0}},
        customdata=[[fmt.number(row["late_count"]), fmt.count(row["invoices_count"], "invoice")] for row in rows],
        hovertemplate="<b>%{y:.0%}</b> · %{customdata[0]} late of %{customdata[1]}",
    )
    figure.add_scatter(
        x=names,
        y=floats(rows, "expected_late_rate"),
        name="Expected",
        mode="markers",
        marker=level_mark(),
        hovertemplate="%{y:.0%} expected",
    )
    styled(figure, fmt, height=256, named=True)
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
            x=[value or 0 for value in floats(rows, column)],
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
            x=floats(known, column),
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
    styled(figure, fmt, height=72 + 26 * len(rows), named=True)
    figure.update_layout(barmode="stack", bargap=0.35, hovermode="closest", margin_t=40)
    figure.update_xaxes(tickformat="~s", rangemode="tozero", showgrid=True, gridcolor=chart_colour("rule"))
    figure.update_yaxes(type="category", autorange="reversed", showgrid=False, nticks=0, dtick=1)
    return figure
