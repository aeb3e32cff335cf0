"""The sentence each page opens with: what changed, how much, why, made from the figures.

Figures come ready from the queries; here they only become words. Nothing is said that the marts do not know.
"""

from __future__ import annotations

from collections.abc import Sequence

from dashboards.lib import html
from dashboards.lib.buckets import bucket_words, is_overdue
from dashboards.lib.db import Row
from dashboards.lib.effects import DSO, EFFECTS, NAMES
from dashboards.lib.figures import FIGURES, PARTS, Part, Sum
from dashboards.lib.format import Formatter, Number, sentence_case, words_for
from dashboards.lib.measures import Measure, Unit
from dashboards.lib.queries.movers import Concentration
from dashboards.lib.view import View

_PART_WORDS = {
    "best_possible_dso_days": "not due",
    "average_days_delinquent": "overdue",
    "unapplied_days": "unapplied cash",
}


# Below this share of the three biggest, a change is everybody's.
_FEW_EXPLAIN = 0.4


def _moved(change: Number | None, smallest: float) -> int:
    """-1, 0 or 1: whether a change is large enough to be called one."""
    if change is None or abs(float(change)) < smallest:
        return 0
    return 1 if change > 0 else -1


def weekly(
    latest: Row | None,
    concentration: Concentration | None,
    view: View,
    fmt: Formatter,
    bridge: Sequence[Row] = (),
) -> str:
    """The weekly page: where DSO stands, what moved it, and who moved the overdue amount.

    ``latest`` compares with the week before, None where the week has no figures at all; ``concentration`` says
    who moved the overdue amount, None where that is not known; ``bridge`` holds the effects on DSO, where they are
    known: without them its parts speak.
    """
    if latest is None:
        return "No figures for this week and entity."
    days = latest["dso_days"]
    if days is None:
        return (
            f"DSO cannot be told: there are no credit sales in the window. {_overdue_state(latest, view, fmt)}".strip()
        )
    change = latest["dso_days_change"]
    way = _moved(change, 0.05)
    if change is None:
        opening = f"DSO stands at {fmt.number(days, 1)} days; there is no week before to compare with."
    elif way == 0:
        opening = f"DSO held at {fmt.number(days, 1)} days."
    else:
        verb = "rose" if way > 0 else "fell"
        moved = fmt.signed(fmt.number(change, 1), change)
        told = _effects(bridge, fmt) if bridge else _parts(latest, fmt)
        opening = f"DSO {verb} to {fmt.number(days, 1)} days, {moved} on last week{told}."
    return f"{opening} {_who(latest, concentration, view, fmt)}".strip()


def months(rows: Sequence[Row], currency: str, fmt: Formatter) -> str:
    """The months: how the newest complete one did against its target, and what the newest known cohort left open."""
    told = []
    closed = next((row for row in rows if row["is_complete"] and row["collected_target_rate"] is not None), None)
    if closed is not None:
        name, share = fmt.month(closed["period_ending_on"]), fmt.rate(closed["collected_target_rate"], 0)
        told.append(f"{name} brought {share} of its target")
    else:
        newest = next((row for row in rows if row["is_complete"]), None)
        if newest is not None:
            amount = fmt.short_money(newest["period_collected_amount"], currency)
            told.append(f"{fmt.month(newest['period_ending_on'])} brought {amount}")
    known = next((row for row in rows if row["at_risk_rate"] is not None), None)
    if known is not None:
        told.append(
            f"{fmt.rate(known['at_risk_rate'])} of what was billed in {fmt.month(known['period_ending_on'])} "
            "was open 90 days later"
        )
    return "; ".join(told) or "By month"


def members(rows: Sequence[Row], names: Sequence[str], currency: str, fmt: Formatter) -> str:
    """The members of a dimension: which has most of what is overdue."""
    if not rows or rows[0]["overdue_total"] <= 0:
        return "Nothing is overdue"
    share = rows[0]["overdue_amount"] / rows[0]["overdue_total"]
    amount = fmt.short_money(rows[0]["overdue_amount"], currency)
    return f"{names[0]} has most of what is overdue: {amount}, {fmt.rate(share, 0)}"


def _effects(bridge: Sequence[Row], fmt: Formatter) -> str:
    """The effects that moved DSO, the biggest first; nothing where none did."""
    moved = sorted((row for row in bridge if _moved(row["value"], 0.05)), key=lambda row: -abs(row["value"]))
    told = [
        f"{EFFECTS[DSO][row['effect']].said} {fmt.signed(fmt.number(row['value'], 1), row['value'])}" for row in moved
    ]
    return f": {', '.join(told)}" if told else ""


def bridge(measure: str, rows: Sequence[Row], words: str, currency: str, fmt: Formatter) -> str:
    """What moved a measure most since ``words`` (`last week`), in the two effects that weigh most."""
    change = rows[0]["change"]
    smallest = 0.05 if measure == DSO else 1.0

    def told(value: Number) -> str:
        return fmt.signed(fmt.days(value) if measure == DSO else fmt.short_money(value, currency), value)

    moved = sorted((row for row in rows if _moved(row["value"], smallest)), key=lambda row: -abs(row["value"]))
    if not moved:
        return f"{NAMES[measure]} is as {words}"
    effects = " and ".join(f"{EFFECTS[measure][row['effect']].said} {told(row['value'])}" for row in moved[:2])
    verb = {1: "rose", -1: "fell", 0: "held"}[_moved(change, smallest)]
    by = f" by {told(abs(change)).lstrip('+')}" if verb != "held" else ""
    return f"{NAMES[measure]} {verb}{by}: {effects}"


def _parts(latest: Row, fmt: Formatter) -> str:
    """The parts of DSO that moved, the biggest first; nothing where none did."""
    changes = [(latest[f"{column}_change"], words) for column, words in _PART_WORDS.items()]
    moved = [(change, words) for change, words in changes if _moved(change, 0.05)]
    told = [
        f"{words} {fmt.signed(fmt.number(change, 1), change)}"
        for change, words in sorted(moved, key=lambda part: -abs(part[0]))
    ]
    return f": {', '.join(told)}" if told else ""


def _overdue_state(latest: Row, view: View, fmt: Formatter) -> str:
    return f"{fmt.short_money(latest['overdue_amount'], view.currency)} is overdue."


def _who(latest: Row, concentration: Concentration | None, view: View, fmt: Formatter) -> str:
    change = latest["overdue_amount_change"]
    if change is None:
        return _overdue_state(latest, view, fmt)
    way = _moved(change, 1.0)
    if way == 0:
        return f"Overdue is unchanged at {fmt.short_money(latest['overdue_amount'], view.currency)}."
    amount = fmt.short_money(abs(change), view.currency)
    stated = f"{amount} {'more' if way > 0 else 'less'} is overdue"
    if concentration is None:
        return f"{stated}."
    share, total = concentration.top_three_share, concentration.total_change
    same_way = total is not None and _moved(total, 1.0) == way
    if not same_way or share is None:
        return f"{stated}."
    if concentration.customers_count <= 3:
        counted = (
            "one customer explains it"
            if concentration.customers_count == 1
            else (f"{words_for(concentration.customers_count)} customers explain it")
        )
        return f"{stated}; {counted}{_named(concentration)}."
    if share < _FEW_EXPLAIN:
        return f"{stated}, spread over {fmt.count(concentration.customers_count, 'customer')}."
    gross = "of what grew" if way > 0 else "of what was cleared"
    return f"{stated}; three customers explain {fmt.rate(share, 0)} {gross}{_named(concentration)}."


def _named(concentration: Concentration) -> str:
    """Who they are."""
    return f": {', '.join(concentration.names)}" if concentration.names else ""


def ageing(total: Row | None, view: View, currency: str, fmt: Formatter) -> str:
    """The ageing page: what is open, how much of it overdue and how old, and the credits beside it."""
    if total is None or not total["items_count"]:
        return f"Nothing was open on {fmt.day(view.week.as_of_on, weekday=True)}."
    invoices, overdue = total["invoices_amount"], total["overdue_amount"]
    unapplied = total["unapplied_amount"]
    owed = f"{sentence_case(fmt.count(total['customers_count'], 'customer'))} owe {fmt.short_money(invoices, currency)}"
    if total["customers_count"] == 1:
        owed = owed.replace(" owe ", " owes ")
    if overdue <= 0:
        state = "nothing of it is overdue"
    else:
        share = fmt.rate(total["overdue_rate"], 0)
        state = f"{fmt.short_money(overdue, currency)} of it is overdue ({share}), the oldest by "
        state += fmt.count(total["oldest_days_past_due"], "day")
    beside = f" Credits of {fmt.short_money(-unapplied, currency)} wait to be applied." if unapplied < 0 else ""
    return f"{owed}; {state}.{beside}"


def oldest_slab(rows: Sequence[Row], currency: str, fmt: Formatter) -> str:
    """What the oldest slab with something in it holds; ``rows`` are one week's slabs in their order."""
    overdue = [row for row in rows if is_overdue(row) and row["open_amount"] > 0]
    if not overdue:
        return "Nothing is overdue"
    oldest = overdue[-1]
    return f"{fmt.short_money(oldest['open_amount'], currency)} is {bucket_words(oldest).lower()} days past due"


def watch_list(changes: Row, currency: str, fmt: Formatter) -> str:
    """The watch list: who came in and left, the newcomer that heads the list, and whom to call first."""
    count, insolvent = changes.get("customers_count") or 0, changes.get("insolvent_count") or 0
    entered, left = changes.get("entered_count") or 0, changes.get("left_count") or 0
    if not count and not insolvent:
        gone = f" {sentence_case(_people(left))} left." if left else ""
        return f"No customer is on the watch list.{gone}"
    if entered or left:
        moves = sentence_case(f"{_people(entered)} came in, {_people(left)} left; ")
    else:
        moves = "Nobody came in and nobody left; "
    if not count:
        apart = f"{_people(insolvent)} {'is' if insolvent == 1 else 'are'} insolvent"
        return f"{moves}nobody is to be worked on, {apart}."
    watched = f"{fmt.count(count, 'customer')} {'is' if count == 1 else 'are'} watched"
    told = [f"{moves}{watched}, {fmt.short_money(changes['own_risk_amount'] or 0, currency)} at own risk."]
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


def _watched(row: Row, currency: str, fmt: Formatter) -> str:
    """A watched customer by its numbers: own risk, oldest item, limit used; its reason where these say nothing."""
    facts = [f"{row['customer_name']}, {fmt.short_money(row['own_risk_amount'], currency)}"]
    if row.get("oldest_days_past_due"):
        facts.append(f"oldest {fmt.count(row['oldest_days_past_due'], 'day')} past due")
    if (row.get("utilisation_rate") or 0) > 1:
        facts.append(f"limit used {fmt.rate(row['utilisation_rate'], 0)}")
    if len(facts) == 1 and row.get("reasons"):
        reason = str(row["reasons"]).split(" · ")[0]
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
    """The portfolio by tier: what is owed in the worst two, and how many customers fell and rose in ``weeks``."""
    if not policy:
        return "No customer has a tier in this week."
    bad = [row for row in policy if row["risk_tier"] in ("D", "E")]
    count, exposure = sum(row["customers_count"] for row in bad), sum(row["exposure_amount"] for row in bad)
    opening = f"{fmt.count(count, 'customer')} in tiers D and E {'owes' if count == 1 else 'owe'} "
    opening += f"{fmt.short_money(exposure, currency)}."
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


def figure(measure: Measure, kpi: Row | None, view: View, fmt: Formatter) -> str:
    """The figure page: the figure, and the sums it is a ratio of."""
    if kpi is None:
        return "No figures for this period and entity."
    value = kpi[measure.column]
    parts = [PARTS[column] for column in FIGURES[measure.column]]

    def told(part: Part) -> str:
        amount = kpi[part.column]
        shown = fmt.number(amount) if part.adds is Sum.COUNT else fmt.short_money(amount, view.currency)
        unit = " × days" if part.adds is Sum.MONEY_DAYS else ""
        return f"{part.label.lower()} {shown}{unit}"

    if value is None:
        known = [told(part) for part in parts if kpi[part.column] is not None]
        if measure.column == "collected_target_rate":
            known.append("no target is given")
        if not known:
            return f"{measure.label} cannot be told yet: it takes 90 days after the month."
        return f"{measure.label} cannot be told: {' and '.join(known)}."
    if measure.unit is Unit.MONEY and len(parts) == 1 and parts[0].column == measure.column:
        return f"{measure.label}: {fmt.short_money(value, view.currency)} on {fmt.day(kpi['as_of_on'], weekday=True)}."
    shown = html.figure(value, measure.unit, view.currency, fmt)
    sums = [told(part) for part in parts]
    if measure.column == "collected_target_rate":
        sums.append(f"a target of {fmt.short_money(kpi['collected_target_amount'], view.currency)}")
    return f"{measure.label} of {shown} comes from {', '.join(sums)}."


def document(items: Sequence[Row], fmt: Formatter) -> str:
    """One document: what it is, whose, and what is left of it; ``items`` are its instalments."""
    first = items[0]
    kind = first["item_kind"].replace("_", " ")
    currency = first["currency"]
    amount, left = sum(row["amount"] for row in items), sum(row["open_amount"] for row in items)
    name = first["customer_name"] or first["customer_id"]
    opening = f"{sentence_case(kind)} {first['document_number']} of {name}: {fmt.money(amount, currency)}"
    if not any(row["is_open"] for row in items):
        settled = max((row["settled_on"] for row in items if row["settled_on"]), default=None)
        return f"{opening}, settled on {fmt.day(settled)}."
    late = max((row["days_past_due"] for row in items if row["is_overdue"]), default=None)
    state = f", {fmt.count(late, 'day')} past due" if late else ""
    return f"{opening}, {fmt.money(left, currency)} open{state}."


def ledger(rows: Sequence[Row], view: View, fmt: Formatter) -> str:
    """The ledger page: how the balance of the month in view came about, where it is of one currency."""
    if not rows:
        return "No month is on record."
    month = rows[0]["month_ending_on"]
    newest = [row for row in rows if row["month_ending_on"] == month]
    name = f"{fmt.day(rows[0]['as_of_on'])}"
    if len(newest) > 1:
        places = fmt.count(len(newest), "balance")
        return f"The books to {name}: {places}, by entity and currency, each from its opening to its closing."
    row = newest[0]
    currency = row["currency"]
    told = (
        f"{view.entity_name} opened the month with {fmt.short_money(row['opening_amount'], currency)}, billed "
        f"{fmt.short_money(row['billed_amount'], currency)}, collected "
        f"{fmt.short_money(-row['collected_amount'], currency)}"
    )
    return f"{told} and stands at {fmt.short_money(row['closing_amount'], currency)} on {name}."


def revaluation(rows: Sequence[Row], fmt: Formatter) -> str:
    """The revaluation: what it would change in each base currency, or what keeps it from being told."""
    if not rows:
        return "Nothing is open in foreign currency"
    missing = sorted({row["currency"] for row in rows if row["difference"] is None})
    if missing:
        return f"No rate of the day for {', '.join(missing)}: its value cannot be told"
    currencies = sorted({row["base_currency"] for row in rows})
    changes = {
        currency: sum(row["difference"] for row in rows if row["base_currency"] == currency) for currency in currencies
    }
    told = ", ".join(fmt.signed(fmt.short_money(change, currency), change) for currency, change in changes.items())
    return f"At the rates of the day the books would change by {told}"


def statutory(rows: Sequence[Row], currency: str, fmt: Formatter) -> str:
    """The statutory tables: what was overdue at the year's end."""
    total = next((row for row in rows if row["statutory_table"] == "I" and row["delay_column"] == "total"), None)
    if total is None:
        return "Statutory tables of payment delays"
    count = total["invoices_count"]
    amount = fmt.short_money(total["invoices_amount"], currency)
    verb = "was" if count == 1 else "were"
    return f"{fmt.count(count, 'invoice')} {verb} overdue at the year's end: {amount}"


def health(tests: Row, tie: Row, rejects: int, exceptions: int, fmt: Formatter) -> str:
    """Data health: may the figures be trusted, and what was left out or assumed."""
    failed, warned = tests.get("failed_count") or 0, tests.get("warned_count") or 0
    count = tests.get("tests_count") or 0
    if not count:
        opening = "No test result came with this build."
    elif failed:
        opening = f"{fmt.count(failed, 'test')} of {fmt.number(count)} failed: do not rely on these figures."
    elif warned:
        opening = f"All {fmt.number(count)} tests ran; {fmt.count(warned, 'warning')}."
    else:
        opening = f"All {fmt.number(count)} tests passed."
    if (tie.get("accounts_count") or 0) == (tie.get("untied_count") or 0):
        tied = "The ledger is not tied: no balance was given."
    elif tie.get("unexplained_count"):
        count = tie["unexplained_count"]
        differ = "differs" if count == 1 else "differ"
        tied = f"{fmt.count(count, 'account')} {differ} from the ledger without an explanation."
    else:
        tied = f"Tied to the ledger on {fmt.day(tie.get('tied_on'))}."
    told = [
        f"{fmt.count(count, 'row')} {'was' if count == 1 else 'were'} {what}"
        for count, what in ((rejects, "rejected"), (exceptions, "left out or assumed"))
        if count
    ]
    left_out = sentence_case(" and ".join(told)) if told else "No row was rejected, left out or assumed"
    return f"{opening} {tied} {left_out}."


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
