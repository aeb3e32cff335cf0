"""What the codes of exposure, covers and orders mean to a reader."""

from __future__ import annotations

from collections.abc import Mapping

from audit import words
from dashboards.lib.db import Row
from dashboards.lib.format import UNKNOWN, Formatter, Number, sentence_case
from dashboards.lib.view import ALL_ENTITIES, View

NOT_PROVIDED = "not provided"
STATES: Mapping[str, str] = {
    "over_limit": "Over its limit",
    "above_recommended": "Above recommended",
    "review_due": "Review due",
    "expired": "Expired",
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
FACTOR_GROUPS: Mapping[str, str] = {
    "behaviour": "Behaviour: how they pay",
    "solvency": "Solvency: can they pay",
}
"""The sub-scores by the group of their factors."""
ACTIONS: Mapping[str, str] = {
    "free": "deliver on credit",
    "watch": "deliver on credit and watch",
    "approve": "approve each order",
    "prepay": "deliver against payment in advance",
    "stop": "deliver nothing on credit",
}


def given(row: Row, state: str) -> str:
    """A limit's or a cover's state as a reader meets it; what was not provided is said."""
    return words.state(row.get(state)) or UNKNOWN


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
    "frozen": "Frozen as a new customer",
    "over_limit": "Over the limit",
    "over_step": "Over its step as a new customer",
    "limit_expired": "Limit expired",
    "old_overdue": "Old overdue",
    "deposit_missing": "Deposit missing",
    "tier_prepays": "Tier prepays",
    "tier_approves": "Tier asks for approval",
    "no_file": "Never asked for credit",
    "no_limit": "No limit",
    "unknown_amount": "A rate is missing",
    "out_of_pattern": "Out of pattern",
    "unsigned": "Not signed",
    "none": "No rule",
}


def rule(code: str) -> str:
    """A rule of `order_rules` in few words."""
    return _words(RULES, code)


REASONS: Mapping[str, str] = {
    "insolvent": "Insolvent",
    "first_payment_missed": "First payment missed",
    "bounced": "Payment bounced",
    "tier_e": "In tier E",
    "notification_missed": "Insurer not notified",
    "cover_cut": "Cover cut",
    "promise_broken": "Promise broken",
    "tier_fell": "Tier fell",
    "alarm": "New alarm",
    "without_credit": "Owes without a limit",
    "over_limit": "Over the limit",
    "prior_default": "Earlier default",
    "very_old": "Very old overdue",
    "slower": "Pays later than before",
    "disputed": "Disputed",
    "tier_d": "In tier D",
    "old": "Old overdue",
}


def reason(code: str) -> str:
    """A rule of `watch_rules` in few words."""
    return _words(REASONS, code)


def _words(known: Mapping[str, str], code: str) -> str:
    """The words of a code; a rule that a company added has none but its code."""
    return known.get(code, sentence_case(code.replace("_", " ")))


def watched(row: Row, fmt: Formatter) -> str:
    """Why a customer is on the watch list, and until when it is set aside; empty where it is not on the list."""
    if not row.get("reasons"):
        return ""
    aside = ""
    if row.get("list_section") == "set_aside":
        aside = f", set aside until {fmt.day(row['reviewed_until_on'])}"
    return f"On the watch list{aside}: {fmt.told(row['reasons'])}"
