"""Sentences of who is risky, what is at stake and what to decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dashboards.lib import credit_words
from dashboards.lib.db import Row
from dashboards.lib.format import Formatter, Number, sentence_case, words_for
from dashboards.lib.view import View


def watch_list(changes: Row, currency: str, fmt: Formatter) -> str:
    """The watch list: who came in and left, the newcomer that heads the list, and whom to call first."""
    count = changes.get("customers_count") or 0
    apart = _apart({"insolvent": changes.get("insolvent_count") or 0, "set aside": changes.get("set_aside_count") or 0})
    entered, left = changes.get("entered_count") or 0, changes.get("left_count") or 0
    if not count and not apart:
        gone = f" {sentence_case(_people(left))} left." if left else ""
        return f"No customer is on the watch list.{gone}"
    if entered or left:
        moves = sentence_case(f"{_people(entered)} came in, {_people(left)} left; ")
    else:
        moves = "Nobody came in and nobody left; "
    if not count:
        return f"{moves}nobody is to be worked on, {', '.join(apart.values())}."
    watched = f"{fmt.count(count, 'customer')} {'is' if count == 1 else 'are'} watched"
    aside = f"; {apart['set aside']}" if "set aside" in apart else ""
    told = [f"{moves}{watched}, {fmt.short_money(changes['own_risk_amount'] or 0, currency)} at own risk{aside}."]
    biggest, first = changes.get("biggest"), changes.get("first")
    if biggest:
        told.append(f"Biggest new risk: {_watched(biggest, currency, fmt)}.")
    if first and (not biggest or first["customer_id"] != biggest["customer_id"]):
        action = str(first.get("recommended_action") or "")
        said = _watched(first, currency, fmt)
        if action:
            amount = fmt.short_money(first["own_risk_amount"], currency)
            said = f"{first['customer_name']}, {amount}: {action[:1].lower()}{action[1:]}"
        told.append(f"First on the list: {said}.")
    return " ".join(told)


def _apart(counts: Mapping[str, int]) -> dict[str, str]:
    """Who is on the list and not to be worked on, in words, by why; nothing of whom there is nobody."""
    return {why: f"{_people(count)} {'is' if count == 1 else 'are'} {why}" for why, count in counts.items() if count}


def _watched(row: Row, currency: str, fmt: Formatter) -> str:
    """A watched customer by its numbers: own risk, oldest item, limit used; its reason where these say nothing."""
    facts = [f"{row['customer_name']}, {fmt.short_money(row['own_risk_amount'], currency)}"]
    if row.get("oldest_days_past_due"):
        facts.append(f"oldest {fmt.count(row['oldest_days_past_due'], 'day')} past due")
    if (row.get("utilisation_rate") or 0) > 1:
        facts.append(f"limit used {fmt.rate(row['utilisation_rate'], 0)}")
    if len(facts) == 1 and row.get("reasons"):
        reason = fmt.told(row["reasons"]).split(" · ")[0]
        facts.append(f"{reason[:1].lower()}{reason[1:]}")
    return ", ".join(facts)


def came_in(rows: Sequence[Row], fmt: Formatter) -> str:
    """Who came in, as the title of their card."""
    if not rows:
        return "Nobody came in"
    return f"{fmt.count(len(rows), 'customer')} came in"


def went_out(rows: Sequence[Row], fmt: Formatter) -> str:
    """Who left, as the title of their card."""
    if not rows:
        return "Nobody left"
    return f"{fmt.count(len(rows), 'customer')} left"


def capacity(rows: Sequence[Row], fmt: Formatter) -> str:
    """What the team can work through in a week, of what is on the list."""
    beyond = [row for row in rows if row["beyond_count"]]
    if not rows:
        return "Nobody has an account to work on"
    if not beyond:
        return "All accounts fit into the week"
    count = sum(row["beyond_count"] for row in rows)
    names = [row["collector"] or "accounts of no collector" for row in beyond]
    who = names[0] if len(names) == 1 else f"{fmt.number(len(names))} of {fmt.number(len(rows))} collectors"
    return f"{fmt.count(count, 'account')} more than a week holds: {who}"


def alerts(rows: Sequence[Row], currency: str, fmt: Formatter) -> str:
    """The alerts: how many of which kinds, how many people to tell, and the largest amount among them."""
    if not rows:
        return "Nobody needs to be told of anything today."
    events = {(row["alert_kind"], row["customer_id"], row["document_number"]): row for row in rows}
    kinds: dict[str, int] = {}
    for row in events.values():
        kinds[row["alert_label"]] = kinds.get(row["alert_label"], 0) + 1
    people = len({(row["recipient_role"], row["recipient"]) for row in rows})
    said = ", ".join(f"{label[:1].lower()}{label[1:]} ({fmt.number(count)})" for label, count in kinds.items())
    largest = max(events.values(), key=lambda row: row["amount"] or 0)
    tell = "one recipient" if people == 1 else f"{words_for(people)} recipients"
    return (
        f"{fmt.count(len(events), 'alert')} for {tell}: {said}. "
        f"Largest: {largest['customer_name']}, {fmt.short_money(largest['amount'], currency)}."
    )


def tiers(policy: Sequence[Row], moves: Sequence[Row], weeks: int, currency: str, fmt: Formatter) -> str:
    """The portfolio by tier: the exposure to the worst two, and how many customers fell and rose in ``weeks``."""
    if not policy:
        return "No customer has a tier in this week."
    bad = [row for row in policy if row["risk_tier"] in ("D", "E")]
    count, exposure = sum(row["customers_count"] for row in bad), sum(row["exposure_amount"] for row in bad)
    opening = f"{fmt.count(count, 'customer')} in tiers D and E {'has' if count == 1 else 'have'} an exposure "
    opening += f"of {fmt.short_money(exposure, currency)}."
    if not moves:
        return opening
    fell = sum(row["customers_count"] for row in moves if row["movement"] == "worse")
    rose = sum(row["customers_count"] for row in moves if row["movement"] == "better")
    moved = sentence_case(f"{_people(fell)} fell to a worse tier in {weeks} weeks, {_people(rose)} rose.")
    return f"{opening} {moved}"


def _people(count: int) -> str:
    return words_for(count) if count else "nobody"


def new_customers(totals: Row, currency: str, fmt: Formatter) -> str:
    """New customers: how many are watched and frozen, how far above their freeze, and who waits."""
    watched, frozen = totals.get("watched_count") or 0, totals.get("frozen_count") or 0
    prospects = totals.get("prospects_count") or 0
    have = "prospect has" if prospects == 1 else "prospects have"
    waiting = f"{sentence_case(words_for(prospects))} {have} bought nothing yet."
    if not watched and not frozen:
        return f"No new customer is watched. {waiting if prospects else ''}".strip()
    opening = f"{fmt.count(watched + frozen, 'new customer')} {'is' if watched + frozen == 1 else 'are'} watched"
    if not frozen:
        opening += ", none of them frozen."
    else:
        opening += f", {words_for(frozen)} of them frozen after an incident"
        breached = totals.get("breached_count") or 0
        amount = fmt.short_money(totals.get("breach_amount") or 0, currency)
        opening += (
            f"; {words_for(breached)} {'buys' if breached == 1 else 'buy'} on, {amount} above the freeze."
            if breached
            else "."
        )
    return f"{opening} {waiting if prospects else ''}".strip()


def first_payments(rows: Sequence[Row], fmt: Formatter) -> str:
    """The first payments of the cohorts shown: how many were late, and how many never came in time."""
    decided = sum(row["decided_count"] for row in rows)
    if not decided:
        return "No first due day has passed yet"
    late = sum(row["late_count"] + row["defaulted_count"] for row in rows)
    defaulted = sum(row["defaulted_count"] for row in rows)
    return (
        f"{fmt.number(late)} of {fmt.number(decided)} first payments were late, "
        f"{words_for(defaulted)} by more than the days of grace"
    )


def customer(
    profile: Row,
    tier: Row | None,
    owed: Row,
    view: View,
    fmt: Formatter,
) -> str:
    """One customer: what is open and overdue (``owed`` on the day in view), and what its tier did."""
    name, currency = profile["customer_name"], view.main_currency
    if not owed.get("owed_amount"):
        opening = f"{name} owes nothing on {fmt.day(view.week.as_of_on)}."
    else:
        opening = f"{name} owes {fmt.short_money(owed['owed_amount'], currency)}"
        if owed["overdue_amount"] == owed["owed_amount"]:
            opening += f", all of it overdue, the oldest by {fmt.count(owed['oldest_days_past_due'], 'day')}."
        elif owed["overdue_amount"]:
            opening += f", {fmt.short_money(owed['overdue_amount'], currency)} of it overdue"
            opening += f", the oldest by {fmt.count(owed['oldest_days_past_due'], 'day')}."
        else:
            opening += ", none of it overdue."
    return f"{opening} {_tier_move(tier, fmt)}".strip()


def _tier_move(tier: Row | None, fmt: Formatter) -> str:
    if tier is None or not tier.get("risk_tier"):
        return "It has no risk tier yet."
    now, before, weeks = tier["risk_tier"], tier.get("previous_risk_tier"), tier.get("weeks_in_tier")
    if before is None or weeks is None:
        return f"Tier {now} as long as it is known."
    since = "this week" if weeks == 0 else f"for {fmt.count(weeks, 'week')}"
    return f"Tier {now} {since}, {before} before."


SCORERS = {
    "scorecard": "Scorecard",
    "behaviour": "Its behaviour part alone",
    "past_late_rate": "Past late rate, by count",
    "past_late_rate_by_value": "Past late rate, by value",
    "days_beyond_terms": "Days beyond terms",
    "logistic": "Logistic regression (yardstick)",
}
"""What readers call what customers are ranked by in the back-test."""


def back_test(tiers: Sequence[Row], scores: Sequence[Row], fmt: Formatter) -> str:
    """The back-test: did late rates rise with the tier, and does the scorecard keep up with the past late rate."""
    if not any(row["invoices_count"] for row in tiers):
        return "No quarter can be tried yet."
    return f"{tiers_tried(tiers)}. {scorers_tried(scores, fmt)}."


def tiers_tried(tiers: Sequence[Row]) -> str:
    """In how many quarters late rates rise from tier to tier, of those that have tiers to compare."""
    compared: dict[str, bool] = {}
    for row in tiers:
        if row["quarter"] != "all" and row["rises"] is not None:
            compared[row["quarter"]] = compared.get(row["quarter"], True) and bool(row["rises"])
    if not compared:
        return "No quarter has two tiers with enough invoices to compare"
    rising = sum(compared.values())
    if rising == len(compared):
        quarters = "the one quarter" if rising == 1 else f"each of {rising} quarters"
        return f"Late rates rise with the tier in {quarters}"
    return f"Late rates rise with the tier in {rising} of {len(compared)} quarters"


def scorers_tried(scores: Sequence[Row], fmt: Formatter) -> str:
    """The scorecard's AUC with its interval, beside that of the past late rate alone."""
    together = {row["scorer"]: row for row in scores if row["quarter"] == "all" and row["horizon_weeks"] == 13}
    card, past = together.get("scorecard"), together.get("past_late_rate")
    if card is None or past is None or card["auc"] is None:
        return "The scorecard cannot be measured yet"
    between = ""
    if card["auc_low"] is not None:
        between = f" ({fmt.number(card['auc_low'], 2)} to {fmt.number(card['auc_high'], 2)})"
    return (
        f"The scorecard's AUC is {fmt.number(card['auc'], 3)}{between}, "
        f"the past late rate alone has {fmt.number(past['auc'], 3)}"
    )


def calibration_tried(bands: Sequence[Row], fmt: Formatter) -> str:
    """How far what came lies from what was expected, over all bands, each by its invoices."""
    invoices = sum(row["invoices_count"] for row in bands)
    if not invoices:
        return "Nothing could be expected yet"
    apart = sum(abs(row["late_rate"] - row["expected_late_rate"]) * row["invoices_count"] for row in bands) / invoices
    return f"What came lies {fmt.number(100 * apart, 1)} points from what the score had promised, on average"


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
    words = credit_words.UNBOUND.get(most, most)
    return f"No cover binds {whole}, {fmt.short_money(sums[most], currency)} of it: {words[:1].lower()}{words[1:]}"


def concentration(rows: Sequence[Row], fmt: Formatter) -> str:
    """What share the largest customers have."""
    first = next((row for row in rows if row["concentration_kind"] == "customer"), None)
    if first is None or first["top_5_rate"] is None:
        return "Concentration"
    largest = f"{first['largest_name']} alone {fmt.rate(first['top_1_rate'], 0)}"
    return f"The five largest customers have {fmt.rate(first['top_5_rate'], 0)} of exposure, {largest}"


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
    words = credit_words.rule(most["rule_code"])
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
    if facts["limit_state"] == credit_words.NOT_PROVIDED:
        opening += "; limits are not provided"
    elif facts["limit_state"] == "expired":
        opening += "; its limit has expired"
    elif facts["limit_amount"] is None:
        opening += " without a limit"
    else:
        opening += f" against a limit of {fmt.short_money(facts['limit_amount'], currency)}"
    if facts["recommended_limit_amount"] is None:
        return f"{opening}; nothing was paid to recommend a limit by."
    return f"{opening}; recommended: {fmt.short_money(facts['recommended_limit_amount'], currency)}."
