"""Orders: which to release, to approve and to block today, by which rule; unsigned ones; delivered and not billed."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboards.lib import credit_words, export, filters, glossary, listing, navigate, page, sentence, tables, tiles
from dashboards.lib.context import Context, context, of_build
from dashboards.lib.db import Row
from dashboards.lib.queries import orders
from dashboards.lib.queries.orders import Choice
from dashboards.lib.tables import Column, Kind
from dashboards.lib.tiles import Plain

PAGE = "Orders"
_WITHIN = {"": "Any day", "7": "Within 7 days", "14": "Within 14 days", "30": "Within 30 days"}
_NOTES = {
    "block": "Nothing leaves until the reason is gone",
    "approve": "Somebody with the authority decides each",
    "release": "No rule holds them back",
}


def _strip(decisions: Sequence[Row], here: Context) -> None:
    by = {row["decision"]: row for row in decisions}
    shown = [
        Plain(
            decision,
            words,
            _NOTES[decision],
            _counted(by.get(decision, {}), "orders_count", "reporting_amount", here),
            glossary.meaning(PAGE, "Decision"),
        )
        for decision, words in credit_words.DECISIONS.items()
    ]
    unsigned = {
        "count": sum(row["unsigned_count"] for row in decisions),
        "amount": sum(row["unsigned_amount"] or 0 for row in decisions),
    }
    told = _counted(unsigned, "count", "amount", here)
    shown.append(Plain("not-signed", "Not signed", "Of all of these", told, glossary.meaning(PAGE, "Not signed")))
    tiles.plain_row(shown, width=200)


def _counted(row: Row, count: str, amount: str, here: Context) -> str:
    money = here.fmt.short_money(row.get(amount, 0), here.view.main_currency)
    return f"{here.fmt.number(row.get(count, 0))} · {money}"


def _rules(rows: Sequence[Row], here: Context) -> None:
    currency = here.view.main_currency
    columns = (
        Column("rule_words", "Rule that decides", width=200, pinned=True),
        Column("decision_words", "Decision", width=96),
        Column("orders_count", "Orders", Kind.COUNT, 80),
        Column("customers_count", "Customers", Kind.COUNT, 88),
        Column("reporting_amount", f"Amount, {currency}", Kind.WHOLE_MONEY, 120),
        Column("next_delivered_on", "Next delivery", Kind.DATE, 112),
    )
    shown = [
        {
            **row,
            "rule_words": credit_words.rule(row["rule_code"]),
            "decision_words": credit_words.DECISIONS[row["decision"]],
        }
        for row in rows
    ]
    with page.card("rules", "By the rule that decides", "The first rule of the policy that holds decides an order"):
        tables.show(shown, columns, here.fmt, key="rules-table", alt="Orders by the rule that decides")


def _choice(rules: Sequence[Row], here: Context) -> Choice:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="order-filters"):
        decisions = st.pills(
            "Decision",
            list(credit_words.DECISIONS),
            format_func=lambda value: credit_words.DECISIONS[value],
            selection_mode="multi",
            default=["block", "approve"],
            key="decision",
            bind="query-params",
        )
        tiers = filters.tiers()
        chosen = st.multiselect(
            "Rule",
            list(dict.fromkeys(row["rule_code"] for row in rules if row["rule_code"] != "none")),
            format_func=credit_words.rule,
            key="rule",
            bind="query-params",
            placeholder="Any",
            width=168,
        )
        owners = filters.people(orders.owners(here.warehouse), width=152)
        within = filters.select("delivery", "Delivery", list(_WITHIN), "", lambda value: _WITHIN[value], width=136)
        unsigned = st.checkbox("Not signed only", key="unsigned", bind="query-params")
    return Choice(
        decisions=decisions,
        rules=chosen,
        tiers=tiers,
        owners=owners,
        unsigned=unsigned,
        within_days=int(within) if within else None,
    )


def _columns(currency: str) -> tuple[Column, ...]:
    return (
        Column("order_id", "Order", width=136, pinned=True),
        Column("customer_name", "Customer", width=176),
        Column("risk_tier", "Tier", Kind.TIER, 48, help="A is best, E is worst"),
        Column("decision_words", "Decision", width=80),
        Column("reasons", "Why: the rule that decides first, then all others", Kind.TOLD, 376),
        Column("reporting_amount", f"Order, {currency}", Kind.WHOLE_MONEY, 104),
        Column("delivered_on", "Delivery", Kind.DATE, 104),
        Column("days_to_delivery", "Days to go", Kind.COUNT, 88),
        Column(
            "exposure_with_order_amount",
            f"Exposure with it, {currency}",
            Kind.WHOLE_MONEY,
            136,
            help="What is owed, with this order and those of the customer that are delivered before it",
        ),
        Column("limit_words", "Limit", width=96),
        Column("limit_amount", f"Limit, {currency}", Kind.WHOLE_MONEY, 104),
        Column("excess_amount", f"Over, {currency}", Kind.WHOLE_MONEY, 104, blank_zero=True),
        Column("missing_deposit_amount", f"Deposit missing, {currency}", Kind.WHOLE_MONEY, 136, blank_zero=True),
        Column("usual_order_multiple", "Times its usual order", Kind.DAYS, 128),
        Column("signed_words", "Signed", width=72),
        Column("sales_owner", "Owner", width=112),
        Column("collector", "Collector", width=112),
        Column("ordered_on", "Ordered", Kind.DATE, 104),
        Column("entity_id", "Entity", width=64),
        Column("amount", "Order, its currency", Kind.MONEY, 128),
        Column("currency", "Currency", width=80),
        Column("decided_by", "Rule in words", Kind.TOLD, 280),
        Column("rule_code", "Rule's code", width=112),
    )


def _signed(row: Row) -> str | None:
    return {True: "Yes", False: "No"}.get(row["has_signed_document"])


def _worded(row: Row) -> Row:
    return {
        **row,
        "decision_words": credit_words.DECISIONS[row["decision"]],
        "limit_words": credit_words.given(row, "limit_state"),
        "signed_words": _signed(row),
    }


def _orders(rules: Sequence[Row], here: Context) -> None:
    with page.card("orders"):
        choice = _choice(rules, here)
        listing.chosen(
            lambda most: [_worded(row) for row in orders.orders(here.warehouse, here.view, choice, most)],
            _columns(here.view.main_currency),
            here,
            noun="order",
            what="Orders to decide on",
            note="Blocked first, the next delivery first; a row opens the customer",
            file="orders",
            key="orders",
            asked=(
                ("Decision", ", ".join(credit_words.DECISIONS[code] for code in choice.decisions) or "all"),
                ("Rule", ", ".join(credit_words.rule(code) for code in choice.rules) or "any"),
                ("Tier", ", ".join(choice.tiers) or "all"),
                ("Owner", ", ".join(choice.owners) or "anyone"),
                ("Delivery", _WITHIN["" if choice.within_days is None else str(choice.within_days)]),
                ("Not signed only", "yes" if choice.unsigned else "no"),
            ),
            on_open=navigate.open_customer,
            most_rows=18,
        )


def _delivered_columns(by: str, currency: str) -> tuple[Column, ...]:
    who = (Column("sales_owner", "Owner", width=128), Column("collector", "Collector", width=128))
    if by == "order":
        return (
            Column("order_id", "Order", width=136, pinned=True),
            Column("customer_name", "Customer", width=176),
            Column("risk_tier", "Tier", Kind.TIER, 48),
            Column("delivered_on", "Delivered", Kind.DATE, 104),
            Column("days_unbilled", "Days unbilled", Kind.COUNT, 104, help=glossary.meaning(PAGE, "Days unbilled")),
            Column("reporting_amount", f"Amount, {currency}", Kind.WHOLE_MONEY, 120),
            Column("amount", "Its currency", Kind.MONEY, 112),
            Column("currency", "Currency", width=80),
            Column("entity_id", "Entity", width=64),
            Column("signed_words", "Signed", width=72),
            *who,
        )
    return (
        Column("customer_name", "Customer", width=176, pinned=True),
        Column("risk_tier", "Tier", Kind.TIER, 48),
        Column("delivered_not_billed_amount", f"Delivered, not billed, {currency}", Kind.WHOLE_MONEY, 176),
        Column("exposure_amount", f"Exposure, {currency}", Kind.WHOLE_MONEY, 112),
        Column("exposure_rate", "Share of it", Kind.RATE, 96),
        Column("limit_words", "Limit", width=96),
        Column("limit_amount", f"Limit, {currency}", Kind.WHOLE_MONEY, 104),
        *who,
    )


def _delivered(here: Context) -> None:
    fmt, currency = here.fmt, here.view.main_currency
    customers = [
        {**row, "limit_words": credit_words.given(row, "limit_state")}
        for row in orders.delivered_not_billed(here.warehouse)
    ]
    unbilled = [{**row, "signed_words": _signed(row)} for row in orders.unbilled(here.warehouse)]
    with page.card("delivered"):
        whole = fmt.short_money(sum(row["delivered_not_billed_amount"] for row in customers), currency)
        message = f"{whole} delivered and not billed at {fmt.count(len(customers), 'customer')}"
        if unbilled:
            message += f", the oldest for {fmt.count(unbilled[0]['days_unbilled'], 'day')}"
        head = st.container()
        by = filters.segmented(
            "delivered", "Rows", {"customer": "By customer", "order": "By order"}, "customer", quiet=True
        )
        rows, columns = (unbilled if by == "order" else customers), _delivered_columns(by, currency)
        with head, page.headed(message, "All entities, with tax: at risk already, though no invoice says so"):
            facts = export.about(here, f"Delivered, not billed, by {by}", currency=currency)
            export.buttons(rows, columns, f"delivered-not-billed-by-{by}", facts, key="delivered")
        if rows:
            tables.show(
                rows,
                columns,
                fmt,
                key=f"delivered-{by}-table",
                alt=f"Delivered and not billed, by {by}",
                on_open=navigate.open_customer,
                most_rows=8,
            )


def main() -> None:
    """Draw the page."""
    here = of_build(context())
    given = orders.is_given(here.warehouse)
    decisions, rules = orders.decisions(here.warehouse, here.view), orders.rules(here.warehouse, here.view)
    told = sentence.orders(decisions, rules, here.view.main_currency, here.fmt)
    page.head(here, PAGE, told if given else "Orders are not provided.", as_of_build=True)
    if not given:
        page.banner("The table orders was not provided: what is ordered or delivered is unknown, not zero.", mild=True)
    else:
        _strip(decisions, here)
    _orders(rules, here)
    if given:
        _rules(rules, here)
        _delivered(here)


main()
