"""Why DSO and overdue moved: their bridges, and who is behind each effect."""

from __future__ import annotations

from decimal import Decimal

import streamlit as st

from dashboards.lib import charts, export, filters, html, navigate, page, sentence, tables, tiles
from dashboards.lib.context import Context
from dashboards.lib.effects import DSO, EFFECTS, NAMES, OVERDUE
from dashboards.lib.format import Number
from dashboards.lib.queries import bridges, kpis
from dashboards.lib.tables import Column, Kind


def _span(key: str) -> int:
    """Against which earlier week."""
    days = st.segmented_control(
        "Compared with",
        list(tiles.COMPARED),
        format_func=lambda value: tiles.COMPARED[value],
        default=kpis.LAST_WEEK,
        required=True,
        key=key,
        label_visibility="collapsed",
    )
    return int(days)


def draw(scope: str, here: Context) -> None:
    """Both bridges against an earlier week, and since last week who is behind each effect."""
    with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center", key="bridge-span"):
        if scope != "all":
            page.note("The bridges speak of all invoices: disputes are an effect of their own.")
        days = _span("bridge-days")
    left, right = page.halves()
    with left:
        _bridge(DSO, days, here)
    with right:
        _bridge(OVERDUE, days, here)
    if days == kpis.LAST_WEEK:
        _drivers(here)


def _bridge(measure: str, days: int, here: Context) -> None:
    rows = bridges.effects(here.warehouse, here.view, measure, days)
    currency, words = here.view.currency, tiles.COMPARED[days]
    if not rows:
        with page.card(f"bridge-{measure}", f"{NAMES[measure]}: nothing to compare with", fill=True):
            page.note(f"There is no such figure {words}, or none now.")
        return

    def written(value: Number) -> str:
        return here.fmt.days(value) if measure == DSO else here.fmt.short_money(value, currency)

    exact = "exactly"
    # Shares of a double: DSO's effects add up to the last digits that can be told.
    gap = abs(rows[0]["effects_value"] - rows[0]["change"])
    if gap > (Decimal("0.000001") if measure == DSO else 0):
        page.banner(f"The effects on {NAMES[measure]} do not add up to its change: {gap} apart.")
        exact = "only"
    adds = here.fmt.signed(written(rows[0]["effects_value"]), rows[0]["effects_value"])
    note = f"Against {here.fmt.day(rows[0]['compared_on'])}; the effects, before rounding, add up to {adds} {exact}; "
    note += "the axis is cut"
    message = sentence.bridge(measure, rows, words, currency, here.fmt)
    with page.card(f"bridge-{measure}", message, note, fill=True):
        bars = [
            (
                EFFECTS[measure][row["effect"]].label,
                float(row["value"]),
                here.fmt.signed(written(row["value"]), row["value"]),
            )
            for row in rows
            if row["value"] != 0
        ]
        opening = (here.fmt.day(rows[0]["compared_on"], year=days == kpis.A_YEAR), rows[0]["opening_value"])
        closing = (here.fmt.day(here.view.week.as_of_on, year=days == kpis.A_YEAR), rows[0]["closing_value"])
        charts.show(
            charts.waterfall(
                bars,
                (opening[0], float(opening[1]), written(opening[1])),
                (closing[0], float(closing[1]), written(closing[1])),
                here.fmt,
            ),
            f"bridge-{measure}-chart",
            f"Why {NAMES[measure]} moved",
        )
        with st.popover("What the effects mean", icon=":material/info:", type="tertiary"):
            for effect in EFFECTS[measure].values():
                st.markdown(f"**{effect.label}**  \n{effect.meaning}")


def _drivers(here: Context) -> None:
    """Who is behind each effect since last week: customers of DSO, documents of overdue."""
    offered = {
        f"{measure}-{row['effect']}": f"{NAMES[measure]}: {EFFECTS[measure][row['effect']].said}"
        for measure in (DSO, OVERDUE)
        for row in sorted(
            bridges.effects(here.warehouse, here.view, measure, kpis.LAST_WEEK), key=lambda row: -abs(row["value"])
        )
        if row["value"] != 0
    }
    if not offered:
        return
    currency = here.view.main_currency
    with page.card("drivers"):
        head, choice = st.columns([3, 2], vertical_alignment="top")
        with choice:
            chosen = filters.select(
                "effect", "Effect", list(offered), next(iter(offered)), lambda code: offered[code], quiet=True
            )
        measure, effect = chosen.split("-", 1)
        rows = bridges.drivers(here.warehouse, here.view, measure, effect)
        people = measure == DSO
        unit, kind = ("days", Kind.PRECISE) if people else (currency, Kind.MONEY)
        with head:
            name = EFFECTS[measure][effect].said
            message = f"Who is behind {NAMES[measure]}: {name}"
            if rows:
                first = rows[0]
                who = first["customer_name"] if people else f"{first['document_number']} of {first['customer_name']}"
                message = f"{who} weighs most in {NAMES[measure]}: {name}"
            what = "customers" if people else "documents"
            st.html(
                html.title(message, f"The ten {what} that weigh most since last week. A row opens the {what[:-1]}.")
            )
        if not rows:
            page.note("Drivers are kept for the weeks of the last year.")
            return
        columns = (
            Column("customer_name", "Customer", width=200, pinned=True)
            if people
            else Column("document_number", "Document", width=160, pinned=True),
            *(() if people else (Column("customer_name", "Customer", width=240),)),
            Column("value", f"Effect, {unit}", kind, 144, signed=True),
            Column("share", "Share of the effect", Kind.RATE, 136),
        )
        with choice, st.container(horizontal=True, horizontal_alignment="right"):
            facts = export.about(here, f"Drivers of {NAMES[measure]}: {name}, since last week", currency=currency)
            export.buttons(rows, columns, f"drivers-{chosen}-{here.view.week.as_of_on}", facts, key="drivers")
        tables.show(
            rows,
            columns,
            here.fmt,
            key=f"drivers-table-{measure}",
            alt=f"Drivers of {NAMES[measure]}: {name}",
            on_open=navigate.open_customer if people else navigate.open_document,
            most_rows=10,
        )
