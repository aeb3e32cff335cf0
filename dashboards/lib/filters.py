"""The global filters: week, entity, reporting currency. They live in the address and hold on every page.

The address is the truth: what it names is taken, what it lacks is written to it, so that a copied address
shows the same figures to somebody else. What it names but the marts do not have falls back to the default.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

import streamlit as st

from dashboards.lib.db import Warehouse
from dashboards.lib.format import Formatter, known_locale
from dashboards.lib.queries import choices
from dashboards.lib.view import ALL_ENTITIES, View, Week

WEEK, ENTITY, CURRENCY, NUMBERS = "week", "entity", "currency", "numbers"
BROWSER = "browser"
_NUMBER_FORMATS = {BROWSER: "As the browser", "en": "1,234.56", "fr": "1 234,56", "de": "1.234,56"}
_WRITTEN = "_written_to_address"


def adopt(name: str, known: Sequence[str], default: str) -> str:
    """Bring a filter's widget, kept under its name, and its query parameter into line; return the value."""
    written: dict[str, str] = st.session_state.setdefault(_WRITTEN, {})
    in_address = st.query_params.get(name)
    changed_outside = in_address is not None and in_address != written.get(name)
    value = in_address if changed_outside else st.session_state.get(name)
    if value not in known:
        value = default
    st.session_state[name] = value
    return str(value)


def write(name: str, value: str | None) -> None:
    """Put a filter's value into the address; None takes it out."""
    written: dict[str, str] = st.session_state.setdefault(_WRITTEN, {})
    if value is None:
        written.pop(name, None)
        if name in st.query_params:
            del st.query_params[name]
        return
    if st.query_params.get(name) != value:
        st.query_params[name] = value
    written[name] = value


def _pick(name: str, label: str, known: Sequence[str], default: str, words: Callable[[str], str], help_: str) -> str:
    adopt(name, known, default)
    value = st.selectbox(label, known, key=name, format_func=words, help=help_)
    write(name, value)
    return value


def formatter() -> Formatter:
    """Formats for this reader: the chosen number format, else the browser's; the browser's time zone."""
    chosen = adopt(NUMBERS, list(_NUMBER_FORMATS), BROWSER)
    locale = known_locale(st.context.locale if chosen == BROWSER else chosen)
    return Formatter(locale=locale, timezone=st.context.timezone or "UTC")


def _week_words(weeks: dict[str, Week], fmt: Formatter) -> Callable[[str], str]:
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
        week = _pick(
            WEEK,
            "Week ending",
            list(by_day),
            newest.ending_on.isoformat(),
            _week_words(by_day, fmt),
            "Weeks end on Sunday. Every page speaks of the end of this week.",
        )
        entity = _pick(
            ENTITY, "Entity", list(names), ALL_ENTITIES, lambda value: names[value], "One company of the group, or all."
        )
        currency = _pick(
            CURRENCY,
            "Reporting currency",
            currencies,
            main if main in currencies else currencies[0],
            str,
            "Each document is converted once, at its own day's rate. Customer figures exist in the main one.",
        )
        with st.popover("Number format", icon=":material/tune:", type="tertiary"):
            numbers = st.radio(
                "Number format",
                list(_NUMBER_FORMATS),
                key=NUMBERS,
                format_func=lambda value: _NUMBER_FORMATS[value],
                label_visibility="collapsed",
            )
            write(NUMBERS, None if numbers == BROWSER else numbers)
    return View(by_day[week], newest, entity, names[entity], currency, main)


def segmented(
    name: str,
    label: str,
    words: Mapping[str, str],
    default: str,
    *,
    help_: str | None = None,
    quiet: bool = False,
) -> str:
    """A page's own choice of one, kept in the address where it is not the default.

    ``words`` maps each value (as the address has it) to what is shown; ``quiet`` hides the label from sight.
    """
    adopt(name, list(words), default)
    chosen = st.segmented_control(
        label,
        list(words),
        format_func=lambda value: words[value],
        required=True,
        key=name,
        help=help_,
        label_visibility="collapsed" if quiet else "visible",
    )
    value = chosen or default
    write(name, None if value == default else value)
    return value


def show_newest_week(newest: date) -> None:
    """Go to the newest complete week: a callback, so it runs before the widgets."""
    st.session_state[WEEK] = newest.isoformat()
    write(WEEK, newest.isoformat())
