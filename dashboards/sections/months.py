"""The figures by calendar month."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from dashboards.lib import charts, export, filters, html, navigate, page, sentence
from dashboards.lib.context import Context
from dashboards.lib.db import Row
from dashboards.lib.measures import MEASURES, MONTH_FIGURES
from dashboards.lib.queries import kpis
from dashboards.lib.tables import KINDS, Column, Kind

MONTHS_SHOWN = 13


def draw(scope: str, here: Context) -> None:
    """The months: cash against target, what each one's billing left open, and figures that lead to their rows."""
    rows = kpis.months(here.warehouse, here.view, scope, MONTHS_SHOWN)
    if not rows:
        return
    currency, fmt = here.view.currency, here.fmt
    columns = (
        Column("period_ending_on", "Month to", Kind.DATE),
        *(Column(column, MEASURES[column].label, KINDS[MEASURES[column].unit]) for column in MONTH_FIGURES),
        Column("collected_target_amount", f"Target, {currency}", Kind.MONEY),
        Column("cohort_billed_amount", f"Billed in the month, {currency}", Kind.MONEY),
    )
    with page.card("months"):
        note = f"By calendar month, {currency}: cash against its target, and each month's billing 90 days after"
        with page.headed(sentence.months(rows, currency, fmt), note):
            facts = export.about(here, "Figures by month", currency=currency, chosen=[("Scope", filters.SCOPES[scope])])
            export.buttons(rows, columns, f"months-{here.view.week.as_of_on}", facts, key="months")
        left, right = page.halves()
        oldest_first = rows[::-1]
        with left:
            charts.show(
                charts.collected(oldest_first, currency, fmt), "collected-chart", "Cash by month and its target"
            )
        with right:
            charts.show(charts.at_risk(oldest_first, currency, fmt), "at-risk-chart", "At-risk rate by month")
        st.html(_months_table(rows, scope, here))


def _months_table(rows: Sequence[Row], scope: str, here: Context) -> str:
    heads = "".join(f"<th>{escape(MEASURES[column].tile)}</th>" for column in MONTH_FIGURES)
    lines = []
    for row in rows:
        cells = []
        for column in MONTH_FIGURES:
            shown = escape(html.figure(row[column], MEASURES[column].unit, here.view.currency, here.fmt))
            if row[column] is not None:
                shown = navigate.figure_link(column, shown, scope, here.view, month=row["period_ending_on"])
            cells.append(f"<td>{shown}</td>")
        going = "" if row["is_complete"] else f"<small>to {here.fmt.day(row['as_of_on'], year=False)}</small>"
        lines.append(f"<tr><td>{here.fmt.month(row['period_ending_on'], short=True)}{going}</td>{''.join(cells)}</tr>")
    return (
        f'<div class="enc-scroll"><table class="enc-table"><thead><tr><th>Month</th>{heads}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )
