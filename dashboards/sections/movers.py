"""The customers whose overdue amount moved most, and why."""

from __future__ import annotations

import streamlit as st

from dashboards.lib import export, html, navigate, page, tables
from dashboards.lib.context import Context
from dashboards.lib.db import Row
from dashboards.lib.format import Number
from dashboards.lib.queries import kpis, movers
from dashboards.lib.tables import Column, Kind


def draw(here: Context) -> None:
    """The biggest movers against an earlier week; a row opens the customer."""
    spans = {kpis.LAST_WEEK: "last week", kpis.FOUR_WEEKS: "4 weeks ago"}
    currency = here.view.main_currency
    with page.card("movers"):
        head, choice = st.columns([3, 2], vertical_alignment="top")
        with choice:
            tools = st.container(horizontal=True, horizontal_alignment="right")
        with tools:
            days = st.segmented_control(
                "Compared with",
                list(spans),
                format_func=lambda value: spans[value],
                default=kpis.LAST_WEEK,
                required=True,
                key="movers-span",
                label_visibility="collapsed",
            )
        rows = movers.movers(here.warehouse, here.view, days)
        with head:
            first = rows[0] if rows else None
            message = "No customer's overdue moved"
            if first:
                way = "more" if first["overdue_change"] > 0 else "less"
                amount = here.fmt.short_money(abs(first["overdue_change"]), currency)
                message = f"{first['customer_name']} moved most: {amount} {way} overdue"
            st.html(
                html.title(message, f"The biggest movers against {spans[days]}, {currency}. A row opens the customer.")
            )
        if rows:
            shown = [{**row, "why": _why(row, here)} for row in rows]
            columns = (
                Column("customer_name", "Customer", width=168, pinned=True),
                Column("overdue_change", f"Change in overdue, {currency}", Kind.WHOLE_MONEY, 152, signed=True),
                Column("overdue_amount", f"Overdue now, {currency}", Kind.WHOLE_MONEY, 136),
                Column("oldest_days_past_due", "Oldest, days", Kind.COUNT, 96),
                Column("why", "Why", width=376),
                Column("sales_owner", "Owner", width=112),
            )
            with tools:
                facts = export.about(here, f"Movers of overdue against {spans[days]}", currency=currency)
                export.buttons(shown, columns, f"movers-{here.view.week.as_of_on}", facts, key="movers")
            tables.show(
                shown,
                columns,
                here.fmt,
                key="movers-table",
                alt="Customers whose overdue amount moved most",
                on_open=navigate.open_customer,
            )


def _why(row: Row, here: Context) -> str:
    """What became overdue and what was settled between the two weeks, as a few words."""

    def told(count: int, words: str, amount: Number | None) -> str:
        return f"{here.fmt.number(count)} {words} {here.fmt.short_money(amount, here.view.main_currency)}"

    causes = []
    if row["newly_overdue_count"]:
        causes.append(told(row["newly_overdue_count"], "newly overdue", row["newly_overdue_amount"]))
    if row["settled_count"]:
        causes.append(told(row["settled_count"], "settled", row["settled_amount"]))
    changed = row["changed_amount"]
    if changed:
        amount = here.fmt.short_money(abs(changed), here.view.main_currency)
        causes.append(f"{'paid in part' if changed < 0 else 'open again'} {amount}")
    return " · ".join(causes)
