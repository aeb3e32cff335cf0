"""Sentences of what is owed, what moved it and what stands behind it."""

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
        # Lines of the books speak for the accounts of which nobody gave a balance.
        ledger = "ledger" if tie.get("given_count") else "books that were loaded"
        tied = f"Tied to the {ledger} on {fmt.day(tie.get('tied_on'))}."
    told = [
        f"{fmt.count(count, 'row')} {'was' if count == 1 else 'were'} {what}"
        for count, what in ((rejects, "rejected"), (exceptions, "left out or assumed"))
        if count
    ]
    left_out = sentence_case(" and ".join(told)) if told else "No row was rejected, left out or assumed"
    return f"{opening} {tied} {left_out}."
