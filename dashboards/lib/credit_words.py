"""What the codes of exposure, covers and orders mean to a reader."""

from __future__ import annotations

from collections.abc import Mapping

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
