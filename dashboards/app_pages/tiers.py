"""Tiers: how customers moved between them, what each means, and whether those set by hand were right."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from dashboards.lib import export, filters, html, navigate, page, sentence, tables
from dashboards.lib.context import Context, context
from dashboards.lib.db import Row
from dashboards.lib.queries import tiers
from dashboards.lib.tables import Column, Kind
from dashboards.lib.theme import TIERS

_STEPS = {"13": "13 weeks", "4": "4 weeks"}
_ACTIONS = {
    "free": "Orders go out",
    "watch": "Orders go out, watched",
    "approve": "Each order approved",
    "prepay": "Paid before delivery",
    "stop": "Orders stopped",
}


def _matrix(rows: Sequence[Row], here: Context) -> str:
    """Customers by tier before (down) and after (across), with their exposure now."""
    cells = {(row["from_tier"], row["to_tier"]): row for row in rows}
    money, currency = here.fmt.short_money, here.view.main_currency
    heads = "".join(f"<th>{html.tier(letter)}</th>" for letter in TIERS)
    lines = []
    for before in (*TIERS, "new"):
        parts = []
        for after in (*TIERS, "gone"):
            row = cells.get((before, after))
            if row is None:
                parts.append('<td class="quiet">·</td>')
                continue
            exposure = row["from_exposure_amount"] if after == "gone" else row["exposure_amount"]
            word = {"worse": "enc-worse", "better": "enc-better"}.get(row["movement"], "")
            parts.append(
                f'<td class="{word}" title="{escape(row["movement"])}">{here.fmt.number(row["customers_count"])}'
                f"<small>{money(exposure, currency)}</small></td>"
            )
        name = "New" if before == "new" else html.tier(before)
        lines.append(f"<tr><td>{name}</td>{''.join(parts)}</tr>")
    return (
        '<div class="enc-scroll"><table class="enc-table"><thead><tr><th>From, down; to, across</th>'
        f"{heads}<th>Gone</th></tr></thead><tbody>{''.join(lines)}</tbody></table></div>"
    )


def _migrations(here: Context) -> tuple[int, Sequence[Row]]:
    """Draw the moves over the weeks the reader chose, and say which they are."""
    currency = here.view.main_currency
    columns = (
        Column("from_tier", "From", width=72),
        Column("to_tier", "To", width=72),
        Column("movement", "Moved", width=96),
        Column("customers_count", "Customers", Kind.COUNT, 96),
        Column("from_exposure_amount", f"Exposure before, {currency}", Kind.MONEY, 144),
        Column("exposure_amount", f"Exposure after, {currency}", Kind.MONEY, 144),
    )
    with page.card("migrations"):
        head = st.container()
        step = filters.segmented("step", "Compared over", _STEPS, "13", quiet=True)
        rows = tiers.moves(here.warehouse, here.view, int(step))
        if rows:
            st.html(_matrix(rows, here))
    worse = sum(row["customers_count"] for row in rows if row["movement"] == "worse")
    better = sum(row["customers_count"] for row in rows if row["movement"] == "better")
    with head:
        note = "No earlier week to compare with"
        if rows:
            before, after = here.fmt.day(rows[0]["compared_week_on"]), here.fmt.day(rows[0]["week_ending_on"])
            note = f"Customers by tier on {before} and on {after}; exposure now, {currency}"
        with page.headed(f"{here.fmt.count(worse, 'customer')} fell, {here.fmt.number(better)} rose", note):
            facts = export.about(
                here, "Moves between tiers", currency=currency, chosen=(("Compared over", _STEPS[step]),)
            )
            export.buttons(rows, columns, f"tier-moves-{here.view.week.ending_on}", facts, key="migrations")
    return int(step), rows


def _policy(rows: Sequence[Row], here: Context) -> None:
    lines = []
    for row in rows:
        action = str(row["credit_action"])
        deposit = here.fmt.rate(row["deposit_rate"]) if row["deposit_rate"] else "none"
        terms = here.fmt.count(row["max_terms_days"], "day") if row["max_terms_days"] else "in advance"
        lines.append(
            f"<tr><td>{html.tier(row['risk_tier'])} {escape(row['tier_label'])}</td>"
            f"<td>{here.fmt.number(row['customers_count'])}</td>"
            f'<td class="text">{escape(_ACTIONS.get(action, action))}</td>'
            f"<td>{terms}</td><td>{deposit}</td><td>{escape(row['dunning_pace'])}</td>"
            f"<td>{here.fmt.count(row['review_days'], 'day')}</td></tr>"
        )
    with page.card("policy", "What each tier means", "From seeds/risk_tiers.csv; change it there"):
        st.html(
            '<div class="enc-scroll"><table class="enc-table"><thead><tr><th>Tier</th><th>Customers</th>'
            '<th class="text">Orders</th><th>Longest terms</th><th>Deposit</th><th>Reminders</th><th>Review every</th>'
            f"</tr></thead><tbody>{''.join(lines)}</tbody></table></div>"
        )


def _overrides(rows: Sequence[Row], here: Context) -> None:
    currency = here.view.main_currency
    columns = (
        Column("customer_name", "Customer", width=168, pinned=True),
        Column("risk_tier", "Set to", Kind.TIER, 64),
        Column("scored_tier_at_start", "Score then", Kind.TIER, 88, help="The tier by score when it began"),
        Column("scored_tier_at_end", "Score now", Kind.TIER, 88, help="On its last day, or on the build's day"),
        Column("outcome", "Outcome", width=120),
        Column("days_left", "Days left", Kind.COUNT, 80),
        Column("reason", "Reason", width=280),
        Column("approved_by", "Approved by", width=104),
        Column("from_on", "From", Kind.DATE, 104),
        Column("to_on", "To", Kind.DATE, 104),
        Column("matured_count", "Matured", Kind.COUNT, 80, help="Invoices that matured while it held"),
        Column("late_rate", "Late", Kind.RATE, 72, help="Of these, the share that was late"),
        Column("seriously_late_count", "Seriously late", Kind.COUNT, 104),
        Column("exposure_at_start_amount", f"Exposure then, {currency}", Kind.WHOLE_MONEY, 136),
        Column("exposure_at_end_amount", f"Exposure now, {currency}", Kind.WHOLE_MONEY, 136),
        Column("overdue_at_start_amount", f"Overdue then, {currency}", Kind.WHOLE_MONEY, 136),
        Column("overdue_at_end_amount", f"Overdue now, {currency}", Kind.WHOLE_MONEY, 136),
    )
    running = sum(row["outcome"] == "running" for row in rows)
    with page.card("overrides"):
        message = f"{here.fmt.count(len(rows), 'tier')} set by hand, {here.fmt.number(running)} still in effect"
        with page.headed(message, "Each with its reason, who approved it, and what came of it"):
            facts = export.about(here, "Tiers set by hand", currency=currency)
            export.buttons(rows, columns, f"overrides-{here.view.week.ending_on}", facts, key="overrides")
        if rows:
            tables.show(
                rows,
                columns,
                here.fmt,
                key="overrides-table",
                alt="Tiers set by hand",
                most_rows=15,
                on_open=navigate.open_customer,
            )
        else:
            page.note("No tier was set by hand, or none was provided.")


def main() -> None:
    """Draw the page."""
    here = context()
    head = st.container()
    policy = tiers.policy(here.warehouse, here.view)
    weeks, moves = _migrations(here)
    _policy(policy, here)
    _overrides(tiers.overrides(here.warehouse), here)
    with head:
        page.head(here, "Tiers", sentence.tiers(policy, moves, weeks, here.view.main_currency, here.fmt))


main()
