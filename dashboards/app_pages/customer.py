"""Customer: what is owed, how it pays, what is due when, and why this tier."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from dashboards.lib import charts, credit_words, export, filters, html, navigate, page, sentence, tables
from dashboards.lib.context import Context, context
from dashboards.lib.db import Row
from dashboards.lib.queries import customers
from dashboards.lib.tables import Column, Kind
from dashboards.lib.theme import tier_token
from dashboards.lib.view import ALL_ENTITIES
from dashboards.sections import notes

WEEKS_SHOWN = 104


def _facts(profile: Row, balance: Row | None, tier: Row | None, here: Context) -> None:
    money, currency = here.fmt.short_money, here.view.main_currency
    unknown = here.fmt.number(None)

    def amount(name: str, source: Row | None) -> str:
        return escape(money((source or {}).get(name), currency))

    limit = profile.get("limit_amount")
    pairs = [
        ("Risk tier", _tier_fact(tier, here)),
        ("Exposure", amount("exposure_amount", balance)),
        ("Limit", escape(money(limit, currency) if limit is not None else credit_words.given(profile, "limit_state"))),
        ("Insured", amount("insured_amount", balance)),
        ("Own risk", amount("own_risk_amount", balance)),
        ("Overdue", amount("overdue_amount", balance)),
        ("Unapplied", amount("unapplied_amount", balance)),
        ("Sales owner", escape(profile.get("sales_owner") or unknown)),
        ("Collector", escape(profile.get("collector") or unknown)),
        ("Segment", escape(profile.get("segment") or unknown)),
        ("Terms", escape(str(profile.get("payment_terms") or unknown).replace("_", " "))),
        ("Customer since", here.fmt.day(profile.get("created_on") or profile.get("first_invoiced_on"))),
    ]
    if profile.get("group_customer_id") not in (None, profile["customer_id"]):
        pairs.append(("Group", escape(profile["group_name"])))
    if profile.get("insolvency_on") is not None:
        pairs.append(("Insolvent since", f'<span class="enc-worse">{here.fmt.day(profile["insolvency_on"])}</span>'))
    if profile.get("recommended_action"):
        pairs.append(("Next", escape(profile["recommended_action"])))
    with page.card("facts"):
        st.html(html.facts(pairs))
        watched = credit_words.watched(profile, here.fmt)
        if watched:
            page.note(watched)
        st.button(
            "Decision memo",
            icon=":material/description:",
            type="tertiary",
            on_click=navigate.open_memo,
            args=(profile,),
            key="open-memo",
        )


def _tier_fact(tier: Row | None, here: Context) -> str:
    if tier is None or not tier.get("risk_tier"):
        return here.fmt.number(None)
    basis = " <small>behaviour only</small>" if tier.get("is_behaviour_only") else ""
    return f"{html.tier(tier['risk_tier'])} {here.fmt.number(tier['risk_score'])}<small> points</small>{basis}"


def _balance(weeks: Sequence[Row], here: Context) -> None:
    currency = here.view.main_currency
    last = weeks[-1] if weeks else None
    message = "Balance over time"
    if last is not None and last["overdue_amount_change"] is not None and abs(last["overdue_amount_change"]) >= 1:
        way = "rose" if last["overdue_amount_change"] > 0 else "fell"
        amount = here.fmt.short_money(abs(last["overdue_amount_change"]), currency)
        message = f"Overdue {way} by {amount} in the last week"
    with page.card(
        "balance", message, f"Not due and overdue, and exposure as a line; {currency}, week ends", fill=True
    ):
        charts.show(charts.balance(weeks, currency, here.fmt), "balance-chart", "Balance by week")


def _behaviour(weeks: Sequence[Row], here: Context) -> None:
    known = [row for row in weeks if row["days_beyond_terms"] is not None]
    message = "No payment in the last 52 weeks"
    if known:
        days = known[-1]["days_beyond_terms"]
        if abs(days) < 0.5:
            message = "Pays on the due day on average"
        else:
            message = (
                f"Pays {here.fmt.number(abs(days), 0)} days {'after' if days > 0 else 'before'} the due day on average"
            )
    note = "Days beyond terms, weighted by cash, over 52 weeks; 0 is the due day"
    with page.card("behaviour", message, note, fill=True):
        if known:
            charts.show(charts.behaviour(weeks, here.fmt), "behaviour-chart", "Days beyond terms by week")


def _open_items(customer_id: str, owed: Row, name: str, here: Context) -> None:
    rows = customers.open_items(here.warehouse, here.view, customer_id)
    currency = here.view.main_currency
    columns = (
        Column("document_number", "Document", width=128, pinned=True),
        Column("kind_words", "Kind", width=96),
        *((Column("entity_id", "Entity", width=72),) if here.view.entity_id == ALL_ENTITIES else ()),
        Column("invoiced_on", "Invoiced", Kind.DATE, 104),
        Column("due_on", "Due", Kind.DATE, 104),
        Column("days_past_due", "Days past due", Kind.COUNT, 112, help="Negative: days to go"),
        Column("open_amount", "Open, own currency", Kind.MONEY, 136),
        Column("currency", "Currency", width=80),
        Column("reporting_open_amount", f"Open, {currency}", Kind.MONEY, 120),
        Column("disputed_amount", "Disputed, own currency", Kind.MONEY, 152, blank_zero=True),
    )
    shown = tables.worded(rows)
    with page.card("open-items"):
        message = f"{here.fmt.count(len(rows), 'open item')}, {here.fmt.number(owed['overdue_count'])} overdue"
        with page.headed(message, f"By due day; amounts on {here.fmt.day(here.view.week.as_of_on)}"):
            facts = export.about(here, f"Open items of {name}", currency=currency)
            export.buttons(shown, columns, f"open-items-{here.view.week.as_of_on}", facts, key="open-items")
        calendar = customers.due_calendar(here.warehouse, here.view, customer_id)
        if calendar:
            charts.show(
                charts.due_calendar(calendar, here.view.week.as_of_on, currency, here.fmt),
                "due-chart",
                "Open invoices by week due",
            )
        tables.show(
            shown,
            columns,
            here.fmt,
            key="open-items-table",
            alt=f"Open items of {name}",
            most_rows=10,
            on_open=navigate.open_document,
        )


def _payments(customer_id: str, name: str, here: Context) -> None:
    rows = customers.payments(here.warehouse, here.view, customer_id)
    columns = (
        Column("received_on", "Received", Kind.DATE, 100),
        Column("paid_amount", "Amount", Kind.MONEY, 104),
        Column("currency", "Currency", width=72),
        Column("days_beyond_terms", "Days after due", Kind.DAYS, 104, help="Weighted by amount; negative is early"),
        Column("invoices_count", "Invoices", Kind.COUNT, 72, help="Invoices it was applied to"),
        Column("document_number", "Payment", width=128),
        Column("kind_words", "Kind", width=80),
        Column("applied_amount", "Applied", Kind.MONEY, 112, help="The part set against invoices"),
    )
    shown = tables.worded(rows)
    newest = f"Last payment on {here.fmt.day(rows[0]['received_on'])}" if rows else "No payment on record"
    with page.card("payments", newest, "The newest 200 payments, with the invoices they were applied to", fill=True):
        if rows:
            tables.show(shown, columns, here.fmt, key="payments-table", alt=f"Payments of {name}", most_rows=15)


def _tier_history(customer_id: str, here: Context) -> None:
    rows = customers.tiers(here.warehouse, here.view, customer_id, 52)
    cells = "".join(
        f'<span style="flex:1;background:var(--{tier_token(row["risk_tier"])})" '
        f'title="{here.fmt.day(row["week_ending_on"])}: {escape(row["risk_tier"] or "–")}"></span>'
        for row in rows
    )
    if cells:
        first, last = here.fmt.day(rows[0]["week_ending_on"]), here.fmt.day(rows[-1]["week_ending_on"])
        st.html(
            f'<div class="enc-bar" style="height:12px" role="img" aria-label="Tier by week">{cells}</div>'
            f'<div class="enc-head" style="margin-top:4px"><span>{first}</span><span>{last}</span></div>'
        )


def _why(customer_id: str, tier: Row | None, here: Context) -> None:
    rows = customers.factors(here.warehouse, customer_id)
    letter = (tier or {}).get("risk_tier")
    message = f"Why tier {letter}" if letter else "No tier yet"
    policy = f" · policy {tier['policy_version']}" if tier and tier.get("policy_version") else ""
    with page.card("why", message, f"Factors as of the build's day; more points, more risk{policy}", fill=True):
        _tier_history(customer_id, here)
        if tier and tier.get("override_id"):
            page.note(
                f"Set by hand to {letter} until {here.fmt.day(tier['override_to_on'])}, by score "
                f"{tier['scored_tier']}: {tier['override_reason']} (approved by {tier['override_approved_by']})"
            )
        lines = []
        for group, words in credit_words.FACTOR_GROUPS.items():
            mine = [row for row in rows if row["factor_group"] == group]
            if mine:
                score = _sub_score(group, tier, here)
                lines.append(f'<tr><th class="text" colspan="3">{words}</th><th>{score}</th></tr>')
            lines.extend(_factor_line(row, here) for row in mine)
        over = _capped(rows)
        st.html(
            '<div class="enc-scroll"><table class="enc-table"><thead><tr><th>Factor</th><th class="text">Value</th>'
            f'<th class="points"></th><th>Points</th></tr></thead><tbody>{"".join(lines)}</tbody></table></div>'
        )
        if over:
            page.note(f"Related factors count together: {over}")


def _sub_score(group: str, tier: Row | None, here: Context) -> str:
    """The score of a sub-score of 100, or that nothing is known of it."""
    score = (tier or {}).get(f"{group}_score")
    if score is None:
        return "behaviour only" if group == "solvency" else "not known"
    return f"{here.fmt.number(score)} of 100"


def _capped(rows: Sequence[Row]) -> str:
    """The groups of related factors whose points are more than they may give together, in words."""
    points: dict[str, int] = {}
    caps: dict[str, int] = {}
    for row in rows:
        points[row["cap_group"]] = points.get(row["cap_group"], 0) + (row["points"] or 0)
        caps[row["cap_group"]] = row["cap_points"]
    over = [f"{name} {caps[name]} of {points[name]} points" for name in points if points[name] > caps[name]]
    return ", ".join(over)


def _factor_line(row: Row, here: Context) -> str:
    missing = bool(row["is_missing"])
    points = "missing" if missing else f"{here.fmt.number(row['points'])} of {here.fmt.number(row['most_points'])}"
    width = min(max(float(row["share_of_most"] or 0), 0.0), 1.0) * 100
    bar = "" if missing else f'<span class="enc-points"><span style="width:{width:.0f}%"></span></span>'
    stale = " · stale" if row["is_stale"] else ""
    return (
        f"<tr{' class=quiet' if missing else ''}><td>{escape(row['factor_label'] or row['factor'])}</td>"
        f'<td class="text quiet">{escape(row["explanation"] or "")}{stale}</td>'
        f'<td class="points">{bar}</td><td>{points}</td></tr>'
    )


def main() -> None:
    """Draw the page."""
    here = context()
    head = st.container()
    customer_id = filters.customer(lambda asked: customers.choices(here.warehouse, here.view, asked))
    profile = customers.profile(here.warehouse, here.view, customer_id) if customer_id else None
    if customer_id is None or profile is None:
        with head:
            page.head(here, "Customer", "No customer has a balance here.")
        return
    weeks = customers.weekly(here.warehouse, here.view, customer_id, WEEKS_SHOWN)
    balance = next((row for row in reversed(weeks) if row["week_ending_on"] == here.view.week.ending_on), None)
    tier = customers.tier_now(here.warehouse, here.view, customer_id)
    owed = customers.owed(here.warehouse, here.view, customer_id)
    with head:
        page.head(here, "Customer", sentence.customer(profile, tier, owed, here.view, here.fmt))
    _facts(profile, balance, tier, here)
    left, right = page.halves()
    with left:
        _balance(weeks, here)
    with right:
        _behaviour(weeks, here)
    _open_items(customer_id, owed, profile["customer_name"], here)
    notes.draw(customer_id, profile["customer_name"], here)
    left, right = page.halves()
    with left:
        _why(customer_id, tier, here)
    with right:
        _payments(customer_id, profile["customer_name"], here)


main()
