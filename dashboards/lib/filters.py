"""The global filters: week, entity, reporting currency. They live in the address and hold on every page.

The address holds codes, not labels: ``?week=2026-03-22&entity=FR``. What it does not name is the default (the newest
complete week, all entities, the main currency), so a bookmark stays current and a copied address shows the same
figures to somebody else. What it names but the marts do not have falls back to the default.

Streamlit binds a widget's *label* to the address; hence each filter is an unseen text box bound to the code, and a
visible control beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal

import streamlit as st

from dashboards.lib.db import Row, Warehouse
from dashboards.lib.format import Formatter, known_locale
from dashboards.lib.queries import choices
from dashboards.lib.theme import TIERS
from dashboards.lib.view import ALL_ENTITIES, View, Week

WEEK, ENTITY, CURRENCY, NUMBERS = "week", "entity", "currency", "numbers"
CUSTOMER, OWNER = "customer", "owner"
_LAST_CUSTOMER = "_last_customer"
BROWSER = "browser"
_NUMBER_FORMATS = {BROWSER: "As the browser", "en": "1,234.56", "fr": "1 234,56", "de": "1.234,56"}
_AT_LEAST = (0, 1_000, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000)

SCOPES = {"all": "All invoices", "clean": "Without disputed"}
SCOPES_HELP = "Without disputed: what is disputed on the day is left out of balances, overdue and late rates."


def choice_key(name: str) -> str:
    """The key of the visible control of a filter."""
    return f"{name}-choice"


def in_address(name: str, known: Sequence[str], default: str) -> str:
    """The value the address gives a filter, or the default; the visible control is set to it.

    Draws the unseen box bound to the address, so call it once a run, before the visible control.
    """
    with st.container(key=f"address-{name}"):
        given = st.text_input(name, key=name, bind="query-params")
    value = given if given in known else default
    st.session_state[choice_key(name)] = value
    return value


def given(name: str) -> str:
    """What the address says under a name that is no choice of a few; empty where it says nothing.

    Draws the unseen box bound to the address, so call it once a run.
    """
    with st.container(key=f"address-{name}"):
        return st.text_input(name, key=name, bind="query-params") or ""


def put(name: str, value: str | None, default: str | None) -> None:
    """Put a value into the address; the default takes no room there. Call it from a callback."""
    st.session_state[name] = "" if value is None or value == default else value


def _chosen(name: str, default: str | None, clears: str | None = None) -> None:
    put(name, st.session_state[choice_key(name)], default)
    if clears is not None:
        put(clears, None, None)


def select(
    name: str,
    label: str,
    known: Sequence[str],
    default: str,
    words: Callable[[str], str],
    *,
    help_: str | None = None,
    width: int | None = None,
    quiet: bool = False,
    always: bool = False,
    clears: str | None = None,
) -> str:
    """A box to choose one of many, kept in the address. ``words`` turns a code into what is shown.

    ``quiet`` hides the label from sight; ``always`` writes what is chosen even where it is the default; ``clears``
    names what in the address holds for the earlier choice only.
    """
    value = in_address(name, known, default)
    st.selectbox(
        label,
        known,
        key=choice_key(name),
        format_func=words,
        help=help_,
        on_change=_chosen,
        args=(name, None if always else default, clears),
        width=width or "stretch",
        label_visibility="collapsed" if quiet else "visible",
    )
    return value


def segmented(
    name: str,
    label: str,
    words: Mapping[str, str],
    default: str,
    *,
    help_: str | None = None,
    quiet: bool = False,
) -> str:
    """A choice of one of a few, kept in the address; ``quiet`` hides the label from sight."""
    value = in_address(name, list(words), default)
    st.segmented_control(
        label,
        list(words),
        format_func=lambda code: words[code],
        required=True,
        key=choice_key(name),
        help=help_,
        on_change=_chosen,
        args=(name, default),
        label_visibility="collapsed" if quiet else "visible",
    )
    return value


def customer(choices_of: Callable[[str | None], Sequence[Row]]) -> str | None:
    """The customer in the address, else the one seen last, else the first; drawn as a search box.

    ``choices_of``: whom one may choose from, the customer asked for among them. None where there is nobody.
    """
    asked = st.query_params.get(CUSTOMER) or st.session_state.get(_LAST_CUSTOMER)
    names = {row["customer_id"]: row["customer_name"] for row in choices_of(asked)}
    if not names:
        return None
    chosen = select(
        CUSTOMER,
        "Customer",
        list(names),
        asked if asked is not None and asked in names else next(iter(names)),
        lambda value: f"{names[value]} · {value}",
        width=360,
        quiet=True,
        always=True,
    )
    st.session_state[_LAST_CUSTOMER] = chosen
    return chosen


def tiers() -> Sequence[str]:
    """The risk tiers a reader wants to see; none chosen is all."""
    return st.pills("Tier", TIERS, selection_mode="multi", key="tier", bind="query-params")


def people(names: Sequence[str], label: str = "Owner", *, width: int = 168) -> Sequence[str]:
    """Whose accounts a reader wants to see, of sales owners and collectors; none chosen is anyone."""
    return st.multiselect(label, names, key=OWNER, bind="query-params", placeholder="Anyone", width=width)


def at_least(label: str, fmt: Formatter, *, help_: str | None = None, width: int = 136) -> Decimal | None:
    """From which amount on a reader wants to see rows; None: any."""
    chosen = select(
        "at-least",
        label,
        [str(amount) for amount in _AT_LEAST],
        "0",
        lambda value: "Any amount" if value == "0" else f"from {fmt.number(int(value))}",
        help_=help_,
        width=width,
    )
    return None if chosen == "0" else Decimal(chosen)


def formatter() -> Formatter:
    """Formats for this reader: the chosen number format, else the browser's; the browser's time zone."""
    with st.sidebar:
        chosen = in_address(NUMBERS, list(_NUMBER_FORMATS), BROWSER)
    locale = known_locale(st.context.locale if chosen == BROWSER else chosen)
    return Formatter(locale=locale, timezone=st.context.timezone or "UTC")


def _week_words(weeks: Mapping[str, Week], fmt: Formatter) -> Callable[[str], str]:
    def words(value: str) -> str:
        week = weeks[value]
        return fmt.day(week.ending_on, weekday=True) + ("" if week.is_complete else " · in progress")

    return words


def sidebar(warehouse: Warehouse, fmt: Formatter) -> View | None:
    """Draw the filters and return the view they make; None where the marts hold no week yet."""
    weeks = choices.weeks(warehouse)
    currencies = choices.currencies(warehouse)
    if not weeks or not currencies:
        return None
    by_day = {week.ending_on.isoformat(): week for week in weeks}
    newest = next((week for week in weeks if week.is_complete), weeks[0])
    names = {ALL_ENTITIES: "All entities"} | {
        row["entity_id"]: row["entity_name"] for row in choices.entities(warehouse)
    }
    main = choices.main_currency(warehouse) or currencies[0]
    with st.sidebar:
        week = select(
            WEEK,
            "Week ending",
            list(by_day),
            newest.ending_on.isoformat(),
            _week_words(by_day, fmt),
            help_="Weeks end on Sunday. Every page speaks of the end of this week.",
        )
        entity = select(
            ENTITY,
            "Entity",
            list(names),
            ALL_ENTITIES,
            lambda value: names[value],
            help_="One company of the group, or all.",
        )
        currency = select(
            CURRENCY,
            "Reporting currency",
            currencies,
            main if main in currencies else currencies[0],
            str,
            help_="Each document is converted once, at its own day's rate. Customer figures exist in the main one.",
        )
        with st.popover("Number format", icon=":material/tune:", type="tertiary"):
            st.radio(
                "Number format",
                list(_NUMBER_FORMATS),
                key=choice_key(NUMBERS),
                format_func=lambda value: _NUMBER_FORMATS[value],
                on_change=_chosen,
                args=(NUMBERS, BROWSER),
                label_visibility="collapsed",
            )
    return View(by_day[week], newest, entity, names[entity], currency, main)


def show_newest_week(newest: date) -> None:
    """Go to the newest complete week: a callback."""
    put(WEEK, newest.isoformat(), newest.isoformat())
