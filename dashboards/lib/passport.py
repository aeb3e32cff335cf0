"""The passport: what the figures of a publication are made of, on every page and in every file.

One list of facts in one order: a few of them in a quiet line at the foot of each page, all of them one click away,
and all of them again in what is taken away.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from html import escape
from typing import Any

import streamlit as st

from dashboards.lib import html
from dashboards.lib.db import Row, Warehouse
from dashboards.lib.format import Formatter
from dashboards.lib.glossary import Words
from dashboards.lib.queries import health
from encours.sheets import exact


class Kind(StrEnum):
    """How a fact is written."""

    TEXT = "text"
    DAY = "day"
    MOMENT = "moment"
    COUNT = "count"
    AMOUNT = "amount"
    RATE = "rate"
    FLAG = "flag"


@dataclass(frozen=True)
class Fact:
    """A column of ``rpt_passport``: its name for readers, how it is written, and what it means."""

    column: str
    label: str
    kind: Kind
    meaning: str


SOURCES = {
    "stated": "The source says which credit pays which invoice.",
    "lettered": "The source gives matching codes.",
    "matched": "A bank statement names the invoice, or one alone has that amount.",
    "fifo": "Oldest first, where the source says nothing.",
    "inferred": "From an invoice that vanished from a file of open items.",
}
FACTS = (
    Fact("build_id", "Build", Kind.TEXT, "The build the figures come from."),
    Fact("code_version", "Code version", Kind.TEXT, "The version of the models."),
    Fact("policy_hash", "Policy hash", Kind.TEXT, "Changes when a seed of the policy does."),
    Fact("as_of_on", "As of", Kind.DAY, "The day the build speaks of."),
    Fact("loads", "Loads", Kind.COUNT, "Loads the figures know."),
    Fact("known_at_load_id", "Known at load", Kind.COUNT, "The newest load the figures know."),
    Fact("last_loaded_at", "Last loaded", Kind.MOMENT, "When the newest load came in."),
    Fact("tie_out_status", "General ledger", Kind.TEXT, "Whether the newest balances tie to the control accounts."),
    Fact("unexplained_gl_amount", "Unexplained difference", Kind.AMOUNT, "To the ledger; a dash: no balance given."),
    *(
        Fact(f"{source}_allocations_rate", f"Allocations {'FIFO' if source == 'fifo' else source}", Kind.RATE, meaning)
        for source, meaning in SOURCES.items()
    ),
    Fact("given_due_days_rate", "Due days given", Kind.RATE, "The rest come from terms, or are assumed."),
    Fact("assumed_due_days_rate", "Due days assumed", Kind.RATE, "No day and no terms known: a default stands in."),
    Fact(
        "are_due_days_assumed", "Lateness estimated", Kind.FLAG, "More due days are assumed than the policy lets pass."
    ),
    Fact("rejected_amount", "Rejected amount", Kind.AMOUNT, "Of the rejected rows that are open."),
    Fact("rejected_rows_count", "Rejected rows", Kind.COUNT, "Open: not mended, not dismissed, not past."),
    Fact("exceptions_count", "Exceptions", Kind.COUNT, "Rows left out or assumed, all listed."),
    Fact("headline_dso", "DSO shown first", Kind.TEXT, "Of the window (dso_days) or by countback; policy."),
    Fact("is_made_up", "Made-up data", Kind.FLAG, "Invented, as the sample company is: no proof of anything."),
    Fact("tests_passed_count", "Tests passed", Kind.COUNT, "Checks of this build that held."),
    Fact("tests_failed_count", "Tests failed", Kind.COUNT, "Checks of this build that did not."),
)


def read(warehouse: Warehouse) -> Row:
    """The passport of the publication; empty where the build wrote none."""
    return health.passport(warehouse) or {}


def headline_dso(warehouse: Warehouse) -> str:
    """The column of ``fct_kpis`` with the DSO that the policy shows first."""
    return str(read(warehouse).get("headline_dso") or "dso_days")


def is_made_up(warehouse: Warehouse) -> bool:
    """Whether the figures are of invented data, which proves nothing."""
    return bool(read(warehouse).get("is_made_up"))


def written(fact: Fact, value: Any, fmt: Formatter) -> str:
    """A fact as a reader meets it; unknown is a dash."""
    if value is None:
        return fmt.number(None)
    if fact.kind is Kind.RATE:
        return fmt.rate(value)
    if fact.kind is Kind.AMOUNT:
        return fmt.amount(value)
    if fact.kind is Kind.COUNT:
        return fmt.number(value)
    if fact.kind is Kind.FLAG:
        return "yes" if value else "no"
    if fact.kind is Kind.MOMENT:
        return fmt.moment(value)
    return fmt.day(value, weekday=True) if fact.kind is Kind.DAY else str(value)


def for_files(warehouse: Warehouse) -> list[tuple[str, str]]:
    """All facts as names and exact values, in their order."""
    passport = read(warehouse)
    return [(fact.label, exact(passport.get(fact.column))) for fact in FACTS] if passport else []


def told(warehouse: Warehouse, fmt: Formatter) -> list[tuple[str, str]]:
    """All facts as names and what a reader meets, in their order; nothing of what is unknown."""
    passport = read(warehouse)
    return [
        (fact.label, written(fact, passport[fact.column], fmt))
        for fact in FACTS
        if passport.get(fact.column) is not None
    ]


def line(passport: Row, fmt: Formatter) -> list[str]:
    """The quiet line: which build, as of when, known when, and how far to trust it."""
    said = {fact.column: written(fact, passport.get(fact.column), fmt) for fact in FACTS}
    shares = [
        f"{said[f'{source}_allocations_rate']} {'FIFO' if source == 'fifo' else source}"
        for source in SOURCES
        if (passport.get(f"{source}_allocations_rate") or 0) > 0
    ]
    return [
        f"Build {said['build_id']}",
        f"code {said['code_version']}",
        f"policy {said['policy_hash']}",
        f"as of {said['as_of_on']}",
        f"{fmt.count(passport.get('loads'), 'load')}, known at load {said['known_at_load_id']}",
        "ledger not tied"
        if passport.get("unexplained_gl_amount") is None
        else f"unexplained {said['unexplained_gl_amount']}",
        f"allocations {', '.join(shares)}" if shares else "no allocation",
        f"due days given {said['given_due_days_rate']}",
        f"rejected {said['rejected_amount']}",
        *(["made-up data"] if passport.get("is_made_up") else []),
    ]


def draw(passport: Row, fmt: Formatter) -> None:
    """All facts with what they mean."""
    st.html(
        html.facts(
            (
                fact.label,
                f"{escape(written(fact, passport.get(fact.column), fmt))}<small>{escape(fact.meaning)}</small>",
            )
            for fact in FACTS
        )
    )


def foot(warehouse: Warehouse, fmt: Formatter, definitions: Words) -> None:
    """The foot of a page: the quiet line; the definitions of its figures and the whole passport one click away."""
    passport = read(warehouse)
    with st.container(key="passport-foot", horizontal=True, vertical_alignment="center"):
        said = "".join(f"<span>{escape(part)}</span>" for part in line(passport, fmt)) if passport else ""
        st.html(f'<p class="enc-passport">{said or "This build wrote no passport."}</p>')
        with st.popover("Definitions", icon=":material/menu_book:", type="tertiary", key="definitions-open"):
            st.html(html.title("What the figures of this page mean"))
            st.html(html.words(definitions))
        if not passport:
            return
        with st.popover("Passport", icon=":material/badge:", type="tertiary", key="passport-open"):
            st.html(html.title("Passport of this build", "What every figure here is made of; it goes with every file."))
            draw(passport, fmt)
