"""Weekly KPIs: where DSO and overdue stand, what moved them, and who."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import streamlit as st

from dashboards.lib import charts, filters, html, narrow, navigate, page, passport, sentence, tiles
from dashboards.lib.context import Context, context
from dashboards.lib.db import Row
from dashboards.lib.effects import DSO
from dashboards.lib.measures import DSO_PARTS, MEASURES, TILES, led_by
from dashboards.lib.queries import bridges, cuts, kpis, movers
from dashboards.sections import bridges as why_moved
from dashboards.sections import members, months, week_figures
from dashboards.sections import movers as biggest_movers

WEEKS_SHOWN = 104


def _scope() -> str:
    """Which invoices count."""
    return filters.segmented(
        navigate.SCOPE, "Invoices counted", filters.SCOPES, "all", help_=filters.SCOPES_HELP, quiet=True
    )


def _parts_table(comparison: Mapping[int, Row], scope: str, here: Context) -> None:
    heads = "".join(f"<th>on {words}</th>" for words in tiles.COMPARED.values())
    lines = []
    for column in ("dso_days", *DSO_PARTS):
        measure = MEASURES[column]
        cells = []
        for days in tiles.COMPARED:
            row = comparison.get(days, {})
            text, kind = html.change(row.get(f"{column}_change"), None, measure, here.view.currency, here.fmt)
            cells.append(f'<td class="change {kind}">{text}</td>')
        value = here.fmt.days(comparison[kpis.LAST_WEEK][column])
        name = "DSO" if column == "dso_days" else measure.label
        total = ' class="total"' if column == "dso_days" else ""
        name = navigate.figure_link(column, escape(name), scope, here.view)
        lines.append(f"<tr{total}><td>{name}</td><td>{value}</td>{''.join(cells)}</tr>")
    st.html(
        '<div class="enc-scroll"><table class="enc-table"><thead><tr><th>Part of DSO</th><th>now</th>'
        f"{heads}</tr></thead><tbody>{''.join(lines[1:] + lines[:1])}</tbody></table></div>"
    )


def _dso(comparison: Mapping[int, Row], history: Sequence[Row], scope: str, here: Context) -> None:
    latest = comparison[kpis.LAST_WEEK]
    late, dso = latest["average_days_delinquent"], latest["dso_days"]
    message = (
        f"{here.fmt.number(late, 1)} of {here.fmt.number(dso, 1)} days of DSO are overdue"
        if late is not None and dso is not None
        else "DSO and its parts"
    )
    with page.card(
        "dso", message, f"DSO = not due + overdue + unapplied, {latest['window_days']}-day window, by week", fill=True
    ):
        if any(row["dso_days"] is not None for row in history):
            charts.show(charts.dso_parts(history, here.fmt), "dso-chart", "DSO by week and its parts")
        else:
            page.note("No week in view has credit sales to divide by.")
        _parts_table(comparison, scope, here)


def _ageing(here: Context) -> None:
    rows = kpis.ageing_history(here.warehouse, here.view, 52)
    buckets = kpis.buckets(here.warehouse)
    now = [row for row in rows if row["period_ending_on"] == here.view.week.ending_on]
    message = sentence.oldest_slab(now, here.view.currency, here.fmt)
    with page.card(
        "ageing", message, f"Open amounts in {here.view.currency} by days past due, week ends, disputed included"
    ):
        charts.show(
            charts.ageing(rows, buckets, here.view.currency, here.fmt), "ageing-chart", "Open amounts by age, 52 weeks"
        )


def _overdue(latest: Row, history: Sequence[Row], here: Context) -> None:
    """What is overdue and how much of it long, where no ageing is kept by week."""
    currency, fmt = here.view.currency, here.fmt
    message = f"{fmt.short_money(latest['overdue_amount'], currency)} is overdue"
    message += f", {fmt.short_money(latest['over_90_amount'], currency)} of it over 90 days"
    with page.card("overdue", message, f"Overdue amounts in {currency}, week ends, two years"):
        charts.show(charts.overdue(history, currency, fmt), "overdue-chart", "Overdue and over 90 days by week")


def _by_entity(scope: str, here: Context) -> None:
    rows = kpis.by_entity(here.warehouse, here.view, scope)
    lines = []
    for row in rows:
        total = row["entity_id"] == "*"
        name = "All entities" if total else row["entity_name"]
        cells = []
        for column in ("overdue_amount", "dso_days"):
            measure = MEASURES[column]
            if column == "dso_days":
                text, kind = html.change(row["dso_days_change"], None, measure, here.view.currency, here.fmt)
            else:
                moved = row["overdue_amount_change"]
                shown = here.fmt.signed(here.fmt.short_money(moved, here.view.currency), moved)
                word = html.verdict(html.direction(moved, shown), measure.better)
                text, kind = escape(shown), f"enc-{word}"
            value = html.figure(row[column], measure.unit, here.view.currency, here.fmt)
            value = navigate.figure_link(column, escape(value), scope, here.view, entity_id=row["entity_id"])
            cells.append(f'<td>{value}<small class="{kind}">{text}</small></td>')
        receivable, late = (
            navigate.figure_link(
                column,
                escape(html.figure(row[column], MEASURES[column].unit, here.view.currency, here.fmt)),
                scope,
                here.view,
                entity_id=row["entity_id"],
            )
            for column in ("receivable_amount", "late_payment_rate_by_value")
        )
        spark = html.sparkline(row["dso_trend"], f"DSO of {name}, a year", width=96, height=24)
        lines.append(
            f"<tr{' class=total' if total else ''}><td>{escape(name)}</td>"
            f"<td>{receivable}</td>{''.join(cells)}<td>{late}</td><td class='spark'>{spark}</td></tr>"
        )
    worst = max(
        (row for row in rows if row["entity_id"] != "*" and row["dso_days"] is not None), key=_dso_of, default=None
    )
    message = f"{worst['entity_name']} has the longest DSO" if worst and len(rows) > 2 else "By entity"
    with page.card("entities", message, f"Amounts in {here.view.currency}; changes on last week", fill=True):
        st.html(
            '<div class="enc-scroll"><table class="enc-table"><thead><tr><th>Entity</th><th>Receivables</th>'
            "<th>Overdue</th><th>DSO</th><th>Late rate</th><th>DSO, a year</th></tr>"
            f"</thead><tbody>{''.join(lines)}</tbody></table></div>"
        )


def _dso_of(row: Row) -> float:
    return float(row["dso_days"])


def _week(comparison: Mapping[int, Row], history: Sequence[Row], scope: str, here: Context) -> None:
    """Where the week stands and what moved it, of the member in view or of all."""
    shown = led_by(passport.headline_dso(here.warehouse), TILES)
    tiles.tile_row(shown, comparison, history, scope, here.view, here.fmt)
    cut = here.view.cut
    if cut is None:
        why_moved.draw(scope, here)
    left, right = page.halves()
    with left:
        _dso(comparison, history, scope, here)
    with right:
        if cut is None or cut.dimension == "segment":
            _ageing(here)
        else:
            _overdue(comparison[kpis.LAST_WEEK], history, here)
        _by_entity(scope, here)
    if movers.can_tell(here.view):
        biggest_movers.draw(here)


def main() -> None:
    """Draw the page."""
    everybody = context()
    head = st.container()
    with st.container(horizontal=True, vertical_alignment="center", key="kpi-filters"):
        scope = _scope()
        chosen = st.container()
    week = st.container()
    code = filters.given(navigate.MEMBER)
    with page.card("members"):
        dimension = filters.select(
            navigate.CUT,
            "Cut by",
            list(cuts.DIMENSIONS),
            "segment",
            lambda name: f"By {cuts.DIMENSIONS[name].lower()}",
            width=240,
            quiet=True,
            clears=navigate.MEMBER,
        )
        here = narrow.narrowed(everybody, dimension, code)
        members.draw(dimension, scope, here)
    with chosen:
        narrow.chip(here)
    with head:
        page.head(here, "Weekly KPIs", _opening(scope, here))
    comparison = kpis.comparison(here.warehouse, here.view, scope)
    if not comparison:
        return
    history = kpis.history(here.warehouse, here.view, scope, WEEKS_SHOWN)
    with week:
        _week(comparison, history, scope, here)
    months.draw(scope, here)
    week_figures.draw(comparison, history, scope, here)


def _opening(scope: str, here: Context) -> str:
    """The sentence of the page, of the member in view or of all."""
    latest = kpis.comparison(here.warehouse, here.view, scope).get(kpis.LAST_WEEK)
    # Customers' figures count all invoices: they cannot explain a change without the disputed ones.
    known = scope == "all" and movers.can_tell(here.view)
    concentration = movers.concentration(here.warehouse, here.view, kpis.LAST_WEEK) if known else None
    # The bridge splits the overdue part by disputes: with all invoices counted it says why, else the parts do.
    whole = scope == "all" and here.view.cut is None
    bridge = bridges.effects(here.warehouse, here.view, DSO, kpis.LAST_WEEK) if whole else []
    told = sentence.weekly(latest, concentration, here.view, here.fmt, bridge)
    return told if here.view.cut is None else f"{here.view.cut.name}: {told}"


main()
