"""Watch list: who came in and why, whom to call first, and what to decide; any week replayed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import streamlit as st

from dashboards.lib import credit_words, export, filters, glossary, navigate, page, sentence, tables
from dashboards.lib.context import Context, context
from dashboards.lib.db import Row
from dashboards.lib.queries import choices, watch_list
from dashboards.lib.queries.watch_list import Choice, Listed, Section, Sort
from dashboards.lib.tables import Column, Kind
from dashboards.lib.view import ALL_ENTITIES, Week
from dashboards.sections import watched

# In the address: the list of the newest complete week, where a week in progress has a newer one.
LIST = "list"
_SORTS: dict[str, str] = {
    Sort.EXPECTED_LOSS: "Expected loss",
    Sort.OWN_RISK: "Own risk",
    Sort.OVERDUE: "Overdue",
    Sort.SCORE: "Risk score",
    Sort.OLDEST: "Oldest item",
    Sort.NAME: "Name",
}
_CHANGES = {"entered": "New this week", "stays": "Stays"}


@dataclass(frozen=True)
class _Drawn:
    """How a section is drawn: a customer and customers of its title, a note, a file's name, what its table is."""

    title: tuple[str, str]
    note: str
    file: str
    alt: str
    most_rows: int


_SECTIONS = {
    Section.WATCH: _Drawn(
        ("customer to work on", "customers to work on"), "", "watch-list", "Watched customers", most_rows=20
    ),
    Section.SET_ASIDE: _Drawn(
        ("customer set aside", "customers set aside"),
        "Reviewed until a later day, and no reason is new since that review: until then nobody is called",
        "set-aside",
        "Customers set aside",
        most_rows=6,
    ),
    Section.INSOLVENT: _Drawn(
        ("insolvent customer, apart", "insolvent customers, apart"),
        "Proceedings are open: file the claim, stop deliveries; nobody is called",
        "insolvent",
        "Insolvent customers",
        most_rows=6,
    ),
}
_NOW_ONLY = {
    "last_action_on": "last contact",
    "promise_due_on": "promise",
    "last_note_on": "note and status",
    "notify_by_on": "day to notify an insurer",
    "limit_amount": "limit",
    "covered_amount": "cover",
}


def _listed(here: Context) -> tuple[Listed, Sequence[Week]]:
    """The list the address asks for, and all that can be replayed, newest first.

    The week of the sidebar is the list's, but for the newest: there it is the list of the build's day, which may be in
    a week that is not over.
    """
    weeks = choices.weeks(here.warehouse)
    as_of = here.warehouse.publication.as_of_on
    newest = next((week for week in weeks if week.as_of_on == as_of), weeks[0])
    asked = filters.given(LIST)
    week = newest if here.view.is_newest else here.view.week
    if here.view.week == here.view.newest and asked == here.view.newest.ending_on.isoformat():
        week = here.view.newest
    return Listed(week, is_newest=week == newest), weeks


def _show(week: Week, here: Context) -> None:
    """Put the list of a week into the address: a callback."""
    newest = here.view.newest
    after = week.ending_on > newest.ending_on
    filters.put(filters.WEEK, None if after else week.ending_on.isoformat(), newest.ending_on.isoformat())
    # Of the newest complete week the sidebar says nothing: without a word here, the list of the build's day is meant.
    filters.put(LIST, week.ending_on.isoformat() if week == newest else None, None)


def _week_picked(weeks: Sequence[Week], here: Context) -> None:
    chosen = st.session_state[filters.choice_key(LIST)]
    _show(next(week for week in weeks if week.ending_on == chosen), here)


def _chooser(listed: Listed, weeks: Sequence[Week], here: Context) -> None:
    """A step back, a week, a step on."""
    place = weeks.index(listed.week)
    words = {
        week.ending_on: here.fmt.day(week.as_of_on, weekday=True) + ("" if week.is_complete else " · in progress")
        for week in weeks
    }
    st.session_state[filters.choice_key(LIST)] = listed.week.ending_on

    def step(label: str, icon: str, to: int) -> None:
        inside = 0 <= to < len(weeks)
        st.button(
            label,
            icon=icon,
            type="tertiary",
            disabled=not inside,
            on_click=_show,
            args=(weeks[to] if inside else listed.week, here),
            key=f"list-{label.lower().replace(' ', '-')}",
        )

    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="list-week"):
        step("Week before", ":material/chevron_left:", place + 1)
        st.selectbox(
            "List of",
            list(words),
            format_func=lambda day: words[day],
            key=filters.choice_key(LIST),
            on_change=_week_picked,
            args=(weeks, here),
            label_visibility="collapsed",
            width=208,
        )
        step("Week after", ":material/chevron_right:", place - 1)
        if not listed.is_newest:
            page.note(
                "Replayed as it was known then; contacts, promises, notes and what is next are of the newest only"
            )


def _choice(listed: Listed, here: Context) -> Choice:
    """The filters of this page; each lives in the address under its own name."""
    currency = here.view.main_currency
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="watch-filters"):
        changes = st.pills(
            "On the list",
            list(_CHANGES),
            format_func=lambda value: _CHANGES[value],
            selection_mode="multi",
            default=list(_CHANGES),
            key="listed",
            bind="query-params",
        )
        tiers = filters.tiers()
        reasons = st.multiselect(
            "Reason",
            watch_list.reason_codes(here.warehouse, here.view, listed),
            format_func=credit_words.reason,
            key="reason",
            bind="query-params",
            placeholder="Any",
            width=160,
        )
        owners = filters.people(watch_list.owners(here.warehouse, here.view, listed), "Owner or collector", width=160)
        at_least = filters.at_least(
            f"At least, {currency}", here.fmt, help_="Own risk or overdue, whichever is larger.", width=128
        )
        sort = filters.select(
            "sort", "Sorted by", list(_SORTS), Sort.EXPECTED_LOSS, lambda value: _SORTS[value], width=136
        )
        within = listed.is_newest and st.toggle(
            "Cut to capacity",
            value=True,
            key="capacity",
            bind="query-params",
            help=glossary.meaning(watched.PAGE, "Within capacity"),
        )
    return Choice(
        tiers=tiers,
        reasons=reasons,
        owners=owners,
        at_least=at_least or Decimal(0),
        changes=changes or list(_CHANGES),
        sort=Sort(sort),
        within_capacity=within,
    )


def _tier_move(row: Row) -> str:
    """Where the tier came from in four weeks, empty where it stayed."""
    now, before = row["risk_tier"], row.get("previous_risk_tier")
    if not now or not before or before == now:
        return ""
    return f"{'↘' if now > before else '↗'} from {before}"


def _worded(rows: Sequence[Row], day: date | None, here: Context) -> list[Row]:
    """The rows with what a reader meets: where the tier came from, since when, the last contact, the next step."""

    def since(row: Row) -> str:
        if row["change"] != "stays":
            return _CHANGES[row["change"]]
        since = f"since {here.fmt.day(row['entered_on'])}"
        fresh = row.get("new_reasons_count")
        return f"{since} · {here.fmt.count(fresh, 'new reason')}" if fresh else since

    def late(row: Row) -> str:
        if not row.get("next_stage"):
            return ""
        return f"{row['next_stage']}{' (behind)' if day and row['next_stage_on'] < day else ''}"

    def contact(row: Row) -> str:
        return ": ".join(part for part in (row.get("last_action"), row.get("last_action_outcome")) if part)

    return [
        {
            **row,
            "tier_move": _tier_move(row),
            "since": since(row),
            "next_words": late(row),
            "contact_words": contact(row),
            "promise_words": tables.words(row.get("promise_outcome")),
            "status_words": tables.words(row.get("account_status")),
        }
        for row in rows
    ]


def _columns(currency: str, *, newest: bool) -> tuple[Column, ...]:
    """What stands in a list; what is known of the build's day only is in the newest only."""

    def means(name: str) -> str:
        return glossary.meaning(watched.PAGE, name)

    first = (
        Column("customer_name", "Customer", width=168, pinned=True),
        Column("risk_tier", "Tier", Kind.TIER, 48, help=means("Risk tier")),
        Column(
            "expected_loss_amount", f"Expected loss, {currency}", Kind.WHOLE_MONEY, 124, help=means("Expected loss")
        ),
        Column("own_risk_amount", f"Own risk, {currency}", Kind.WHOLE_MONEY, 100, help=means("Own risk")),
        Column("reasons", "Why", Kind.TOLD, 400),
    )
    since = (
        Column("since", "On the list", width=144, help=means("Came in, left")),
        Column("tier_move", "Tier moved", width=88, help="Against the tier four weeks ago"),
        Column(
            "tier_seriously_late_rate", "Tier's late rate", Kind.RATE, 104, help=means("Seriously late, of the tier")
        ),
    )
    amounts = (
        Column("overdue_amount", f"Overdue, {currency}", Kind.WHOLE_MONEY, 96, help=means("Overdue")),
        Column("oldest_days_past_due", "Oldest, days", Kind.COUNT, 88, help=means("Oldest")),
        Column("exposure_amount", f"Exposure, {currency}", Kind.WHOLE_MONEY, 104, help=means("Exposure")),
        Column("limit_amount", f"Limit, {currency}", Kind.WHOLE_MONEY, 96, help=means("Limit")),
    )
    insured = Column("covered_amount", f"Insured, {currency}", Kind.WHOLE_MONEY, 104, help=means("Insured"))
    last = (
        Column("sales_owner", "Sales owner", width=120),
        Column("collector", "Collector", width=120),
        Column("risk_score", "Score", Kind.POINTS, 64, help=means("Risk score")),
        Column("customer_id", "Customer id", width=96),
    )
    if not newest:
        return (*first, *since, *amounts, insured, *last)
    return (
        *first,
        Column("recommended_action", "To decide", width=232, help=means("To decide")),
        Column("next_words", "Next step", width=248, help=means("Next step, by")),
        Column("next_stage_on", "By", Kind.DATE, 104, help=means("Next step, by")),
        *since,
        *amounts,
        Column("utilisation_rate", "Limit used", Kind.RATE, 88, help=means("Limit used")),
        insured,
        Column("last_paid_on", "Last payment", Kind.DATE, 104, help=means("Last payment, last contact")),
        Column("last_action_on", "Last contact", Kind.DATE, 104, help=means("Last payment, last contact")),
        Column("contact_words", "Contact, and what came of it", width=216),
        Column("promise_due_on", "Promised by", Kind.DATE, 104, help=means("Promise")),
        Column("promise_amount", f"Promised, {currency}", Kind.WHOLE_MONEY, 112, help=means("Promise")),
        Column("promise_words", "Promise", width=80, help=means("Promise")),
        Column("status_words", "Status", width=112, help=means("Status, note, back on")),
        Column("last_note", "Note", width=240, help=means("Status, note, back on")),
        Column("last_note_on", "Noted", Kind.DATE, 104),
        Column("reviewed_until_on", "Back on", Kind.DATE, 104, help=means("Status, note, back on")),
        Column("notify_by_on", "Insurer by", Kind.DATE, 104, help=means("Insurer by")),
        Column("review_due_on", "Review by", Kind.DATE, 104, help=means("Review by")),
        *last,
    )


def _chosen(choice: Choice, section: Section) -> Sequence[tuple[str, str]]:
    return (
        ("List", _SECTIONS[section].file),
        ("Tier", ", ".join(choice.tiers) or "all"),
        ("Reason", ", ".join(credit_words.reason(code) for code in choice.reasons) or "any"),
        ("Owner or collector", ", ".join(choice.owners) or "anyone"),
        ("At least", str(choice.at_least)),
        ("On the list", ", ".join(_CHANGES[change] for change in choice.changes)),
        ("Cut to capacity", "yes" if choice.within_capacity else "no"),
        ("Sorted by", _SORTS[choice.sort]),
    )


def _table(listed: Listed, choice: Choice, section: Section, here: Context) -> list[Row]:
    """A section: its title with its sums, its files, its rows."""
    fmt, currency, drawn = here.fmt, here.view.main_currency, _SECTIONS[section]
    found = watch_list.watched(here.warehouse, here.view, listed, choice, section)
    rows = _worded(found, listed.week.as_of_on, here)
    totals = watch_list.totals(here.warehouse, here.view, listed, choice, section)
    columns = _columns(currency, newest=listed.is_newest)
    if section is Section.SET_ASIDE:
        columns = _aside(columns)
    own_risk = fmt.short_money(totals["own_risk_amount"] or 0, currency)
    message = f"{fmt.count(len(rows), *drawn.title)}: {own_risk} at own risk"
    note = drawn.note
    if section is Section.WATCH:
        message += f", {fmt.short_money(totals['expected_loss_amount'] or 0, currency)} expected loss"
        note = _watch_note(totals, choice, here)
    with page.headed(message, note):
        facts = export.about(
            here,
            f"Watch list of {listed.week.as_of_on.isoformat()}",
            currency=currency,
            chosen=_chosen(choice, section),
            day=listed.week.as_of_on,
        )
        export.buttons(rows, columns, f"{drawn.file}-{listed.week.as_of_on}", facts, key=str(section))
    if rows:
        tables.show(
            rows,
            columns,
            fmt,
            key=f"{section}-table",
            alt=drawn.alt,
            on_open=navigate.open_customer,
            most_rows=drawn.most_rows,
        )
    else:
        page.note("No customer matches these filters.")
    return rows


def _watch_note(totals: Row, choice: Choice, here: Context) -> str:
    """How the list is ordered, what of it an entity's row says, and how many there are beyond the team's capacity."""
    note = "Worst expected loss first" if choice.sort is Sort.EXPECTED_LOSS else f"By {_SORTS[choice.sort].lower()}"
    note += "; a row opens the customer"
    if here.view.entity_id != ALL_ENTITIES:
        note += ". Expected loss and rank: the customer's in all entities"
    beyond = totals["customers_count"] - totals["shown_count"]
    if beyond:
        note += f". Not shown: {here.fmt.number(beyond)} beyond the team's capacity"
    return note


def _aside(columns: Sequence[Column]) -> tuple[Column, ...]:
    """The same with until when each is set aside, and by whom, after the name and the tier."""
    until = Column(
        "reviewed_until_on",
        "Until",
        Kind.DATE,
        104,
        help=glossary.meaning(watched.PAGE, "Set aside"),
    )
    others = [column for column in columns if column.name != until.name]
    return (*others[:2], until, Column("reviewed_by", "By", width=112), *others[2:])


def _not_on_record(rows: Sequence[Row]) -> None:
    """Say what nothing is known of: its columns are empty because it was not provided, or never happened."""
    missing = [words for name, words in _NOW_ONLY.items() if all(row[name] is None for row in rows)]
    if rows and missing:
        page.note(f"Not provided for any of these customers: {', '.join(missing)}.")


def main() -> None:
    """Draw the page."""
    here = context()
    listed, weeks = _listed(here)
    changes = watch_list.changes(here.warehouse, here.view, listed)
    page.head(
        here,
        watched.PAGE,
        sentence.watch_list(changes, here.view.main_currency, here.fmt),
        as_of_build=listed.is_newest,
        day=listed.week.as_of_on,
    )
    _chooser(listed, weeks, here)
    watched.figures(changes, listed, here)
    watched.moves(listed, here)
    with page.card("watched"):
        choice = _choice(listed, here)
        rows = _table(listed, choice, Section.WATCH, here)
        if listed.is_newest:
            _not_on_record(rows)
    for section, count in ((Section.SET_ASIDE, "set_aside_count"), (Section.INSOLVENT, "insolvent_count")):
        if changes[count]:
            with page.card(section.value):
                _table(listed, choice, section, here)
    if listed.is_newest:
        watched.capacity(here)
    watched.tier_strip(listed, here)


main()
