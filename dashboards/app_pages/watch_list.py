"""Watch list: whom to look at, why, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import streamlit as st

from dashboards.lib import export, filters, html, navigate, page, sentence, tables
from dashboards.lib.context import Context, context
from dashboards.lib.db import Row
from dashboards.lib.queries import watch_list
from dashboards.lib.queries.watch_list import Choice, Sort
from dashboards.lib.tables import Column, Kind
from dashboards.lib.theme import tier_token

_TIERS = ("A", "B", "C", "D", "E")
_SORTS: dict[str, str] = {
    Sort.OWN_RISK: "Own risk",
    Sort.OVERDUE: "Overdue",
    Sort.SCORE: "Risk score",
    Sort.OLDEST: "Oldest item",
    Sort.NAME: "Name",
}
_CHANGES = {"entered": "New this week", "stays": "Stays", "left": "Left"}
_AT_LEAST = (0, 1_000, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000)


def _choice(here: Context) -> Choice:
    """The filters of this page; each lives in the address under its own name."""
    currency = here.view.main_currency
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="watch-filters"):
        changes = st.pills(
            "On the list",
            list(_CHANGES),
            format_func=lambda value: _CHANGES[value],
            selection_mode="multi",
            default=["entered", "stays"],
            key="listed",
            bind="query-params",
        )
        tiers = st.pills("Tier", _TIERS, selection_mode="multi", key="tier", bind="query-params")
        reasons = st.multiselect(
            "Reason",
            watch_list.reason_codes(here.warehouse, here.view),
            format_func=tables.words,
            key="reason",
            bind="query-params",
            placeholder="Any",
            width=168,
        )
        owners = st.multiselect(
            "Owner",
            watch_list.owners(here.warehouse, here.view),
            key="owner",
            bind="query-params",
            placeholder="Anyone",
            width=152,
        )
        at_least = filters.select(
            "at-least",
            f"At least, {currency}",
            [str(amount) for amount in _AT_LEAST],
            "0",
            lambda value: "Any amount" if value == "0" else here.fmt.number(int(value)),
            help_="Own risk or overdue, whichever is larger.",
            width=120,
        )
        sort = filters.select("sort", "Sorted by", list(_SORTS), Sort.OWN_RISK, lambda value: _SORTS[value], width=120)
    return Choice(
        tiers=tiers,
        reasons=reasons,
        owners=owners,
        at_least=Decimal(at_least),
        changes=changes or list(_CHANGES),
        sort=Sort(sort),
    )


def _tier_strip(here: Context) -> None:
    rows = watch_list.tiers(here.warehouse, here.view)
    if not rows:
        return
    money, currency = here.fmt.short_money, here.view.main_currency
    cells = []
    for row in rows:
        moved = row["customers_count_change"]
        change = f"{here.fmt.signed(here.fmt.number(moved), moved)} on last week" if moved else "as last week"
        cells.append(
            f'<div style="--tier:var(--{tier_token(row["risk_tier"])})">'
            f'<div class="count">{html.tier(row["risk_tier"])}{here.fmt.number(row["customers_count"])}</div>'
            f'<div class="what">{change}</div>'
            f'<div class="what">{money(row["exposure_amount"], currency)} exposure</div>'
            f'<div class="what">{money(row["overdue_amount"], currency)} overdue</div></div>'
        )
    week = here.fmt.day(here.view.week.ending_on, weekday=True)
    note = f"All customers of all entities, week ending {week}; A is best, E is worst"
    with page.card("tiers", "Customers by tier", note):
        st.html(f'<div class="enc-tiers">{"".join(cells)}</div>')


def _tier_move(row: Row) -> str:
    """Where the tier came from in four weeks, empty where it stayed."""
    now, before = row["risk_tier"], row.get("previous_risk_tier")
    if not now or not before or before == now:
        return ""
    return f"{'↘' if now > before else '↗'} from {before}"


def _columns(currency: str) -> tuple[Column, ...]:
    return (
        Column("customer_name", "Customer", width=168, pinned=True),
        Column("risk_tier", "Tier", Kind.TIER, 48, help="A is best, E is worst"),
        Column("tier_move", "Change", width=84, help="Against the tier four weeks ago"),
        Column(
            "own_risk_amount", f"Own risk, {currency}", Kind.WHOLE_MONEY, 104, help="Exposure not covered by insurance"
        ),
        Column("overdue_amount", f"Overdue, {currency}", Kind.WHOLE_MONEY, 104),
        Column("oldest_days_past_due", "Oldest, days", Kind.COUNT, 88),
        Column("reasons", "Why", width=328),
        Column("recommended_action", "Next", width=152),
        Column("sales_owner", "Owner", width=104),
        Column("collector", "Collector", width=104),
        Column("exposure_amount", f"Exposure, {currency}", Kind.WHOLE_MONEY, 112),
        Column("limit_amount", f"Limit, {currency}", Kind.WHOLE_MONEY, 104),
        Column("risk_score", "Score", Kind.POINTS, 64, help="Risk score, 0 to 100; high is risky"),
        Column("last_paid_on", "Last paid", Kind.DATE, 104),
        Column("review_due_on", "Review by", Kind.DATE, 104),
        Column("change_words", "On the list", width=104),
    )


def _chosen(choice: Choice) -> Sequence[tuple[str, str]]:
    return (
        ("Tier", ", ".join(choice.tiers) or "all"),
        ("Reason", ", ".join(tables.words(code) for code in choice.reasons) or "any"),
        ("Owner", ", ".join(choice.owners) or "anyone"),
        ("At least", str(choice.at_least)),
        ("On the list", ", ".join(_CHANGES[change] for change in choice.changes)),
        ("Sorted by", _SORTS[choice.sort]),
    )


def main() -> None:
    """Draw the page."""
    here = context()
    currency = here.view.main_currency
    page.head(
        here,
        "Watch list",
        sentence.watch_list(watch_list.changes(here.warehouse, here.view), currency, here.fmt),
        as_of_build=True,
    )
    _tier_strip(here)
    with page.card("watched"):
        choice = _choice(here)
        rows = [
            {**row, "tier_move": _tier_move(row), "change_words": _CHANGES.get(row["change"], row["change"])}
            for row in watch_list.watched(here.warehouse, here.view, choice)
        ]
        totals = watch_list.totals(here.warehouse, here.view, choice)
        columns = _columns(currency)
        title, tools = st.columns([3, 2], vertical_alignment="top")
        with title:
            shown = here.fmt.count(len(rows), "customer")
            amounts = (
                f"{here.fmt.short_money(totals['own_risk_amount'] or 0, currency)} at own risk, "
                f"{here.fmt.short_money(totals['overdue_amount'] or 0, currency)} overdue"
            )
            st.html(html.title(f"{shown} shown: {amounts}", "A row opens the customer"))
        with tools, st.container(horizontal=True, horizontal_alignment="right"):
            facts = export.about(here, "Watch list", currency=currency, chosen=_chosen(choice))
            export.buttons(rows, columns, f"watch-list-{here.warehouse.publication.as_of_on}", facts, key="watch")
        if rows:
            tables.show(
                rows,
                columns,
                here.fmt,
                key="watch-table",
                alt="Watched customers",
                on_open=navigate.open_customer,
                most_rows=20,
            )
        else:
            page.note("No watched customer matches these filters.")


main()
