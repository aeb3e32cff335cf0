"""The words of the credit pages: sentences, and what codes of exposure, covers and orders mean to a reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dashboards.lib.db import Row
from dashboards.lib.format import UNKNOWN, Formatter, Number, sentence_case
from dashboards.lib.view import ALL_ENTITIES, View

NOT_PROVIDED = "not provided"
STATES: Mapping[str, str] = {
    "over_limit": "Over its limit",
    "above_recommended": "Granted above recommended",
    "review_due": "Review due",
    "no_limit": "No limit",
    "insured": "Insured",
    "cover_cut": "Cover cut",
}
UNBOUND: Mapping[str, str] = {
    "not_covered": "No cover on the day of delivery",
    "after_cut": "Delivered after the insurer refused or cancelled",
    "terms_too_long": "Terms longer than the cover allows",
    "beyond_extension": "Delivered while overdue beyond the longest extension",
    "notified_late": "The insurer was not notified in time",
    "disputed": "Disputed",
}
NOTIFICATIONS: Mapping[str, str] = {"to_notify": "To notify", "missed": "Missed", "notified": "Notified"}
ACTIONS: Mapping[str, str] = {
    "free": "deliver on credit",
    "watch": "deliver on credit and watch",
    "approve": "approve each order",
    "prepay": "deliver against payment in advance",
    "stop": "deliver nothing on credit",
}


def given(row: Row, state: str) -> str:
    """A limit's or a cover's state as a reader meets it; what was not provided is said."""
    return sentence_case(str(row.get(state) or UNKNOWN))


def amount(value: Number | None, provided: bool, currency: str, fmt: Formatter) -> str:
    """An amount for a headline, or that its table was not provided: never a zero in its place."""
    if not provided:
        return NOT_PROVIDED
    return fmt.short_money(value, currency)


def scope(view: View) -> str | None:
    """What to say where the sidebar asks for a part only, which limits and covers do not know; else None."""
    if view.entity_id == ALL_ENTITIES and view.cut is None and view.currency == view.main_currency:
        return None
    return f"Limits and covers are of a customer as a whole: all entities, all customers, in {view.main_currency}."


def exposure(totals: Row, currency: str, fmt: Formatter) -> str:
    """Exposure and its move, what cover leaves at own risk, and whose limit is passed most."""
    if not totals.get("customers_count"):
        return "No customer owes or orders anything."
    change = totals["exposure_change"]
    opening = f"Exposure is {fmt.short_money(totals['exposure_amount'], currency)}"
    if change:
        way = "more" if change > 0 else "less"
        opening += f", {fmt.short_money(abs(change), currency)} {way} than four weeks ago"
    own = fmt.short_money(totals["own_risk_amount"], currency)
    opening += f"; {own} of it at own risk." if totals["has_covers"] else "; covers are not provided."
    if not totals["has_limits"]:
        return f"{opening} Limits are not provided."
    count = totals["excess_count"]
    if not count:
        return f"{opening} Nobody is over the limit."
    over = f"{fmt.count(count, 'customer')} {'is' if count == 1 else 'are'} over the limit"
    most = f"{totals['most_excess_name']} by {fmt.short_money(totals['most_excess_amount'], currency)}"
    return f"{opening} {over}: {most}." if count == 1 else f"{opening} {over}, most of all {most}."


def notifications(cover: Row, fmt: Formatter) -> str:
    """What the insurer must still hear of, and what it was not told in time."""
    count, missed = cover.get("to_notify_count") or 0, cover.get("missed_count") or 0
    if not count and not missed:
        return "Nothing is to be notified to an insurer"
    told = f"{fmt.count(count, 'item')} to notify" if count else "Nothing is left to notify"
    if count:
        told += f", the first within {fmt.count(cover['fewest_days'], 'day')}"
    return f"{told}; {fmt.count(missed, 'notification')} missed" if missed else told


def unbound(rows: Sequence[Row], currency: str, fmt: Formatter) -> str:
    """How much no cover binds, and the reason of most of it."""
    if not rows:
        return "Covers bind all that is open of customers with a cover"
    sums: dict[str, Number] = {}
    for row in rows:
        reason = row["not_eligible_reason"]
        sums[reason] = sums.get(reason, 0) + row["reporting_open_amount"]
    most = max(sums, key=lambda reason: sums[reason])
    whole = fmt.short_money(sum(sums.values()), currency)
    words = UNBOUND.get(most, most)
    return f"No cover binds {whole}, {fmt.short_money(sums[most], currency)} of it: {words[:1].lower()}{words[1:]}"


def concentration(rows: Sequence[Row], fmt: Formatter) -> str:
    """What share the largest customers have."""
    first = next((row for row in rows if row["concentration_kind"] == "customer"), None)
    if first is None or first["top_5_rate"] is None:
        return "Concentration"
    largest = f"{first['largest_name']} alone {fmt.rate(first['top_1_rate'], 0)}"
    return f"The five largest customers have {fmt.rate(first['top_5_rate'], 0)} of exposure, {largest}"


DECISIONS: Mapping[str, str] = {"block": "Block", "approve": "Approve", "release": "Release"}
RULES: Mapping[str, str] = {
    "insolvent": "Insolvent",
    "tier_stops": "Tier stops",
    "not_accepted": "Not accepted yet",
    "over_limit": "Over the limit",
    "old_overdue": "Old overdue",
    "deposit_missing": "Deposit missing",
    "tier_prepays": "Tier prepays",
    "tier_approves": "Tier asks for approval",
    "out_of_pattern": "Out of pattern",
    "unsigned": "Not signed",
    "none": "No rule",
}


def rule(code: str) -> str:
    """A rule of `order_rules` in few words; one that is not known here by its code."""
    return RULES.get(code, sentence_case(code.replace("_", " ")))


def orders(decisions: Sequence[Row], rules: Sequence[Row], currency: str, fmt: Formatter) -> str:
    """How many orders to block, to approve and to release, and the rule that blocks most."""
    if not decisions:
        return "No order is to be decided on."
    by = {row["decision"]: row for row in decisions}

    def told(decision: str, verb: str) -> str:
        row = by.get(decision)
        if row is None:
            return f"none to {verb}"
        return f"{fmt.number(row['orders_count'])} to {verb} ({fmt.short_money(row['reporting_amount'], currency)})"

    whole = sum(row["orders_count"] for row in decisions)
    parts = [told("block", "block"), told("approve", "approve"), told("release", "release")]
    opening = f"{fmt.count(whole, 'order')} to decide on: {parts[0]}, {parts[1]}, {parts[2]}."
    most = next((row for row in rules if row["decision"] == "block"), None)
    if most is None:
        return opening
    words = rule(most["rule_code"])
    blocked = fmt.short_money(most["reporting_amount"], currency)
    return f"{opening} What blocks most: {words[:1].lower()}{words[1:]}, {blocked}."


def committee(parts: Mapping[str, Sequence[Row]], exposure: Number | None, currency: str, fmt: Formatter) -> str:
    """What the committee has before it: how much the largest have, who is over, what expires, which cases."""
    largest = parts["largest"]
    if not largest:
        return "There is no exposure to decide on."
    amount = sum(row["exposure_amount"] for row in largest)
    opening = f"The {fmt.number(len(largest))} largest customers have {fmt.short_money(amount, currency)}"
    if exposure:
        opening += f", {fmt.rate(amount / exposure, 0)} of all exposure"
    agenda = [
        f"{fmt.count(len(parts['excesses']), 'customer')} over the limit",
        f"{fmt.count(len(parts['expiring']), 'limit or cover', 'limits and covers')} about to expire",
        f"{fmt.count(len(parts['cases']), 'specific case')}",
    ]
    return f"{opening}. To decide on: {agenda[0]}, {agenda[1]}, {agenda[2]}."


def memo(facts: Row, currency: str, fmt: Formatter) -> str:
    """One customer before the committee: its tier, its exposure against the limit, and what payments recommend."""
    tier = f"tier {facts['risk_tier']}" if facts["risk_tier"] else "without a tier yet"
    opening = (
        f"{facts['customer_name']}, {tier}, has an exposure of {fmt.short_money(facts['exposure_amount'], currency)}"
    )
    if facts["limit_state"] == NOT_PROVIDED:
        opening += "; limits are not provided"
    elif facts["limit_amount"] is None:
        opening += " without a limit"
    else:
        opening += f" against a limit of {fmt.short_money(facts['limit_amount'], currency)}"
    if facts["recommended_limit_amount"] is None:
        return f"{opening}; nothing was paid to recommend a limit by."
    return f"{opening}; recommended: {fmt.short_money(facts['recommended_limit_amount'], currency)}."
