"""All other figures of a week, under the heads a reader looks for them under."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import streamlit as st

from dashboards.lib import export, filters, html, navigate, page, passport, tiles
from dashboards.lib.context import Context
from dashboards.lib.db import Row
from dashboards.lib.measures import MEASURES, SECTIONS, led_by
from dashboards.lib.queries import kpis
from dashboards.lib.tables import Column, Kind


def draw(comparison: Mapping[int, Row], history: Sequence[Row], scope: str, here: Context) -> None:
    """All other figures of the week under their heads: value, changes, a year as a line, and what each means."""
    latest = comparison[kpis.LAST_WEEK]
    told: list[Row] = []
    lines = []
    headline = passport.headline_dso(here.warehouse)
    for head, columns in SECTIONS.items():
        lines.append(f'<tr class="section"><td colspan="7">{escape(head)}</td></tr>')
        for column in led_by(headline, columns):
            measure = MEASURES[column]
            value = html.figure(latest[column], measure.unit, here.view.currency, here.fmt)
            cells, changes = [], {}
            for days in tiles.COMPARED:
                row = comparison.get(days, {})
                change, rate = row.get(f"{column}_change"), row.get(f"{column}_change_rate")
                text, kind = html.change(change, rate, measure, here.view.currency, here.fmt)
                cells.append(f'<td class="change {kind}">{text}</td>')
                changes[f"change_{days}_days"] = change
            weeks = [row[column] for row in history[-53:]]
            spark = html.sparkline(weeks, f"{measure.label}, a year", width=96, height=24)
            name = navigate.figure_link(column, escape(measure.long), scope, here.view)
            lines.append(
                f"<tr><td>{name}</td><td>{escape(value)}</td>"
                f'{"".join(cells)}<td class="spark">{spark}</td>'
                f'<td class="text quiet defined">{escape(measure.whole)}</td></tr>'
            )
            told.append({"section": head, "figure": measure.long, "value": latest[column], **changes})
            told[-1]["definition"] = f"{measure.whole} {measure.formula}."
    files = (
        Column("section", "Section"),
        Column("figure", "Figure"),
        Column("value", "Now", Kind.PRECISE),
        *(Column(f"change_{days}_days", f"Change on {words}", Kind.PRECISE) for days, words in tiles.COMPARED.items()),
        Column("definition", "Definition"),
    )
    heads = "".join(f"<th>on {words}</th>" for words in tiles.COMPARED.values())
    with page.card("sections"):
        with page.headed("All other figures of the week", "With what each means; a name opens its rows"):
            facts = export.about(
                here, "Figures of the week", currency=here.view.currency, chosen=[("Scope", filters.SCOPES[scope])]
            )
            export.buttons(told, files, f"figures-{here.view.week.as_of_on}", facts, key="sections")
        st.html(
            '<div class="enc-scroll"><table class="enc-table"><thead><tr><th>Figure</th><th>now</th>'
            f'{heads}<th>a year</th><th class="text defined">Definition</th></tr></thead>'
            f"<tbody>{''.join(lines)}</tbody></table></div>"
        )
