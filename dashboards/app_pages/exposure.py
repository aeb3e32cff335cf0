"""Exposure and cover: what could be lost, what is granted and recommended, what an insurer would bear."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from dashboards.lib import (
    charts,
    credit_words,
    export,
    filters,
    glossary,
    listing,
    navigate,
    page,
    sentence,
    tables,
    tiles,
)
from dashboards.lib.context import Context, context, of_build
from dashboards.lib.db import Row
from dashboards.lib.queries import exposure
from dashboards.lib.queries.exposure import Choice
from dashboards.lib.tables import Column, Kind
from dashboards.lib.tiles import Plain

PAGE = "Exposure and cover"
CHARTED = 15
_KINDS = {"customer": "Customer", "group": "Group", "segment": "Segment", "country": "Country"}


def _tiles(totals: Row, here: Context) -> None:
    currency, fmt = here.view.main_currency, here.fmt

    def tile(name: str, word: str, amount: str, note: str, given: str = "", change: str = "") -> Plain:
        provided = not given or bool(totals[given])
        value = totals[change] if change and provided else None
        lines = []
        if value is not None:
            lines = [("4 weeks ago", escape(fmt.signed(fmt.short_money(value, currency), value)), "enc-same")]
        return Plain(
            name.lower().replace(" ", "-"),
            name,
            note if provided else "",
            credit_words.amount(totals[amount], provided, currency, fmt),
            glossary.meaning(PAGE, word),
            lines,
        )

    def customers(count: str) -> str:
        return fmt.count(totals[count], "customer")

    granted = customers("limits_count")
    if totals["expired_count"]:
        granted += f", {fmt.number(totals['expired_count'])} expired"
    asked = f"of {fmt.short_money(totals['deposits_asked_amount'], currency)} asked"
    tiles.plain_row(
        (
            tile("Exposure", "Exposure", "exposure_amount", customers("customers_count"), change="exposure_change"),
            tile("Limits granted", "Granted", "limit_amount", granted, "has_limits"),
            tile("Over the limit", "Used, over", "excess_amount", customers("excess_count"), "has_limits"),
            tile("Insured", "Insured", "insured_amount", customers("insured_count"), "has_covers", "insured_change"),
            tile("Own risk", "Own risk", "own_risk_amount", "what no cover bears", change="own_risk_change"),
            tile("Deposits received", "Deposits", "deposits_received_amount", asked, "has_orders"),
        )
    )


def _missing(totals: Row) -> None:
    tables_missing = [
        words
        for given, words in (
            ("has_limits", "credit limits (table credit_limits)"),
            ("has_covers", "covers (table credit_covers)"),
            ("has_orders", "orders, deliveries and deposits (table orders)"),
        )
        if not totals[given]
    ]
    if tables_missing:
        page.banner(
            f"Not provided: {', '.join(tables_missing)}. What rests on them is unknown here, not zero.", mild=True
        )


def _choice(here: Context) -> Choice:
    currency = here.view.main_currency
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="exposure-filters"):
        states = st.pills(
            "Which",
            list(credit_words.STATES),
            format_func=lambda value: credit_words.STATES[value],
            selection_mode="multi",
            key="which",
            bind="query-params",
        )
        tiers = filters.tiers()
        owners = filters.people(exposure.owners(here.warehouse))
        at_least = filters.at_least(f"Exposure, {currency}", here.fmt)
    return Choice(
        tiers=tiers,
        owners=owners,
        states=states,
        at_least=at_least,
    )


def _columns(currency: str) -> tuple[Column, ...]:
    return (
        Column("customer_name", "Customer", width=168, pinned=True),
        Column("risk_tier", "Tier", Kind.TIER, 48, help="A is best, E is worst"),
        Column("exposure_amount", f"Exposure, {currency}", Kind.WHOLE_MONEY, 112),
        Column("limit_words", "Limit", width=104, help="Given, expired, none, or the table was not provided"),
        Column("limit_amount", f"Granted, {currency}", Kind.WHOLE_MONEY, 104),
        Column(
            "recommended_limit_amount",
            f"Recommended, {currency}",
            Kind.WHOLE_MONEY,
            128,
            help="From what was paid in 52 weeks, the days it takes and the tier: see the formula",
        ),
        Column("utilisation_rate", "Used", Kind.RATE, 72, help="Exposure ÷ limit, in the limit's currency"),
        Column("reporting_excess_amount", f"Over, {currency}", Kind.WHOLE_MONEY, 96, blank_zero=True),
        Column("insured_amount", f"Insured, {currency}", Kind.WHOLE_MONEY, 104),
        Column("own_risk_amount", f"Own risk, {currency}", Kind.WHOLE_MONEY, 112),
        Column("cover_words", "Cover", width=104, help="Its state, none, or the table was not provided"),
        Column("terms_days", "Terms, days", Kind.COUNT, 88, help="Agreed, weighted by what was billed"),
        Column("recommended_terms_days", "Recommended days", Kind.COUNT, 128, help="Not longer than the tier allows"),
        Column("recommended_deposit_rate", "Deposit", Kind.RATE, 80, help="Share of an order to ask for in advance"),
        Column("limit_review_due_on", "Review by", Kind.DATE, 104),
        Column("recommended_formula", "Recommended by", Kind.TOLD, 440),
        Column("overdue_amount", f"Overdue, {currency}", Kind.WHOLE_MONEY, 112),
        Column("ordered_amount", f"Ordered, {currency}", Kind.WHOLE_MONEY, 112),
        Column("delivered_not_billed_amount", f"Delivered, not billed, {currency}", Kind.WHOLE_MONEY, 168),
        Column("deposits_asked_amount", f"Deposits asked, {currency}", Kind.WHOLE_MONEY, 136),
        Column("deposits_received_amount", f"received, {currency}", Kind.WHOLE_MONEY, 112),
        Column("limit_currency", "Limit's currency", width=104),
        Column("granted_amount", "Granted, its currency", Kind.WHOLE_MONEY, 136),
        Column("own_limit_amount", "Own limit, its currency", Kind.WHOLE_MONEY, 144),
        Column("temporary_limit_amount", "Temporary, its currency", Kind.WHOLE_MONEY, 152, blank_zero=True),
        Column("temporary_valid_to_on", "Temporary until", Kind.DATE, 112),
        Column("limit_valid_to_on", "Own limit until", Kind.DATE, 112),
        Column("headroom_amount", "Room left, its currency", Kind.WHOLE_MONEY, 144),
        Column("limit_approved_by", "Approved by", width=128),
        Column("limit_reviewed_on", "Reviewed", Kind.DATE, 104),
        Column("insurer", "Insurer", width=168),
        Column("cover_rate", "Covers", Kind.RATE, 72),
        Column("insurer_limit_amount", f"Insurer's limit, {currency}", Kind.WHOLE_MONEY, 136),
        Column("cover_valid_to_on", "Cover until", Kind.DATE, 104),
        Column("sales_owner", "Owner", width=112),
        Column("collector", "Collector", width=112),
    )


def _words_of(row: Row) -> Row:
    return {
        **row,
        "limit_words": credit_words.given(row, "limit_state"),
        "cover_words": credit_words.given(row, "cover_state"),
    }


def _by_customer(here: Context) -> None:
    currency = here.view.main_currency

    def drawn(rows: Sequence[Row]) -> None:
        charts.show(
            charts.exposures(rows[:CHARTED], currency, here.fmt),
            "exposures-chart",
            f"Exposure against limit and cover of the {CHARTED} largest of these customers",
        )

    with page.card("exposures"):
        choice = _choice(here)
        listing.chosen(
            lambda most: [_words_of(row) for row in exposure.exposures(here.warehouse, choice, most)],
            _columns(currency),
            here,
            noun="customer",
            of="exposure",
            what="Exposure, limits and covers by customer",
            note="Granted beside what is recommended, and by what formula; the largest first; a row opens the memo",
            file="exposures",
            key="exposures",
            asked=(
                ("Which", ", ".join(credit_words.STATES[state] for state in choice.states) or "all"),
                ("Tier", ", ".join(choice.tiers) or "all"),
                ("Owner", ", ".join(choice.owners) or "anyone"),
                ("Exposure from", "any" if choice.at_least is None else str(choice.at_least)),
            ),
            on_open=navigate.open_memo,
            most_rows=16,
            above=drawn,
        )


def _item_columns(currency: str) -> tuple[Column, ...]:
    return (
        Column("document_number", "Document", width=136, pinned=True),
        Column("customer_name", "Customer", width=176),
        Column("reporting_open_amount", f"Open, {currency}", Kind.MONEY, 112),
        Column("due_on", "Due", Kind.DATE, 104),
        Column("days_past_due", "Days past due", Kind.COUNT, 104),
    )


def _notifications(cover: Row, here: Context) -> None:
    currency = here.view.main_currency
    columns = (
        *_item_columns(currency),
        Column("state_words", "Notification", width=96),
        Column("days_to_notify", "Days left", Kind.COUNT, 80),
        Column("notify_by_on", "Notify by", Kind.DATE, 104),
        Column("notified_on", "Notified", Kind.DATE, 104),
        Column("eligible_amount", f"Still insurable, {currency}", Kind.MONEY, 144),
        Column("collector", "Collector", width=112),
    )
    note = "Overdue items that a cover binds, by the last day to tell the insurer; after it the item loses its cover"
    with page.card("notifications", sentence.notifications(cover, here.fmt), note):
        words = credit_words.NOTIFICATIONS
        state = filters.segmented("notified", "Which", {"": "To notify and missed", **words}, "", quiet=True)
        states = [state] if state else ["to_notify", "missed"]
        rows = [
            {**row, "state_words": words[row["notification_state"]]}
            for row in exposure.notifications(here.warehouse, states)
        ]
        with st.container(horizontal=True, horizontal_alignment="right"):
            facts = export.about(here, "Notifications to the insurer", currency=currency)
            export.buttons(rows, columns, "cover-notifications", facts, key="notifications")
        if rows:
            tables.show(
                rows,
                columns,
                here.fmt,
                key="notifications-table",
                alt="Notifications to the insurer",
                on_open=navigate.open_document,
                most_rows=8,
            )
        else:
            page.note("No item is in this state.")


def _unbound(here: Context) -> None:
    currency = here.view.main_currency
    columns = (
        *_item_columns(currency),
        Column("reason_words", "Why no cover binds it", width=336),
        Column("delivered_on", "Delivered", Kind.DATE, 104),
        Column("invoiced_on", "Invoiced", Kind.DATE, 104),
        Column("cover_id", "Cover", width=112),
        Column("status_words", "Its state", width=96),
        Column("reporting_disputed_amount", f"Disputed, {currency}", Kind.MONEY, 112, blank_zero=True),
        Column("collector", "Collector", width=112),
    )
    rows = [
        {
            **row,
            "reason_words": credit_words.UNBOUND.get(row["not_eligible_reason"], row["not_eligible_reason"]),
            "status_words": tables.words(row["cover_status"]),
        }
        for row in exposure.unbound(here.warehouse)
    ]
    with page.card("unbound"):
        note = "Open items of customers with a cover: all of these are at own risk"
        with page.headed(sentence.unbound(rows, currency, here.fmt), note):
            facts = export.about(here, "Open items that no cover binds", currency=currency)
            export.buttons(rows, columns, "not-covered", facts, key="unbound")
        if rows:
            tables.show(
                rows,
                columns,
                here.fmt,
                key="unbound-table",
                alt="Open items that no cover binds",
                on_open=navigate.open_document,
                most_rows=8,
            )


def _concentration(here: Context) -> None:
    currency = here.view.main_currency
    columns = (
        Column("kind_words", "By", width=96, pinned=True),
        Column("members_count", "Members", Kind.COUNT, 80),
        Column("largest_name", "Largest", width=176),
        Column("top_1_rate", "Its share", Kind.RATE, 80),
        Column("top_3_rate", "Top 3", Kind.RATE, 72),
        Column("top_5_rate", "Top 5", Kind.RATE, 72),
        Column("top_10_rate", "Top 10", Kind.RATE, 72),
        Column("top_20_rate", "Top 20", Kind.RATE, 72),
        Column("herfindahl_index", "Σ share²", Kind.PRECISE, 80, help="Herfindahl index: 1 is all with one"),
        Column("effective_number", "Effective number", Kind.DAYS, 120, help="1 ÷ Σ share²: as many of equal size"),
    )
    rows = [
        {**row, "kind_words": _KINDS.get(row["concentration_kind"], row["concentration_kind"])}
        for row in exposure.concentration(here.warehouse)
    ]
    note = f"Shares of exposure above zero, {currency}"
    with page.card("concentration", sentence.concentration(rows, here.fmt), note):
        tables.show(rows, columns, here.fmt, key="concentration-table", alt="Concentration of exposure")
        with st.container(horizontal=True, horizontal_alignment="right"):
            facts = export.about(here, "Concentration of exposure", currency=currency)
            export.buttons(rows, columns, "concentration", facts, key="concentration")


def _groups(rows: Sequence[Row], here: Context) -> None:
    currency = here.view.main_currency
    columns = (
        Column("group_name", "Group", width=176, pinned=True),
        Column("members_count", "Customers", Kind.COUNT, 88),
        Column("worst_risk_tier", "Worst tier", Kind.TIER, 80),
        Column("exposure_amount", f"Exposure, {currency}", Kind.WHOLE_MONEY, 112),
        Column("limit_amount", f"Limits, {currency}", Kind.WHOLE_MONEY, 104),
        Column("insured_amount", f"Insured, {currency}", Kind.WHOLE_MONEY, 104),
        Column("own_risk_amount", f"Own risk, {currency}", Kind.WHOLE_MONEY, 112),
        Column("overdue_amount", f"Overdue, {currency}", Kind.WHOLE_MONEY, 112),
    )
    message = f"{here.fmt.count(len(rows), 'group')} of two customers or more"
    with page.card("groups", message, "What one group could cost, all its customers together; a row opens its head"):
        tables.show(
            [{**row, "customer_id": row["group_customer_id"]} for row in rows],
            columns,
            here.fmt,
            key="groups-table",
            alt="Exposure by group",
            on_open=navigate.open_customer,
            most_rows=8,
        )
        with st.container(horizontal=True, horizontal_alignment="right"):
            facts = export.about(here, "Exposure by group", currency=currency)
            export.buttons(rows, columns, "group-exposures", facts, key="groups")


def main() -> None:
    """Draw the page."""
    asked = context()
    here = of_build(asked, whole=True)
    totals = exposure.totals(here.warehouse)
    page.head(
        here,
        PAGE,
        sentence.exposure(totals, here.view.main_currency, here.fmt),
        as_of_build=True,
    )
    page.say(credit_words.scope(asked.view))
    _missing(totals)
    _tiles(totals, here)
    _by_customer(here)
    if totals["has_covers"]:
        _notifications(exposure.cover(here.warehouse), here)
        _unbound(here)
    _concentration(here)
    _groups(exposure.groups(here.warehouse), here)


main()
