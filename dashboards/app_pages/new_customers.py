"""New customers: who is watched, what of its file is missing, how first payments went; prospects apart."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboards.lib import charts, export, html, navigate, page, sentence, tables
from dashboards.lib.context import Context, context
from dashboards.lib.db import Row
from dashboards.lib.queries import new_customers
from dashboards.lib.tables import Column, Kind

_STAGES = {"watched": "Watched", "frozen": "Frozen", "graduated": "Graduated", "not_new": "No longer new"}
_LEVELS = {"1": "Level 1: known", "2": "Level 2: unknown", "not given": "No level"}
_MONTHS_SHOWN = 24


def _facts(totals: Row, here: Context) -> None:
    count, money, currency = here.fmt.number, here.fmt.short_money, here.view.main_currency
    pairs = [
        ("Watched", count(totals["watched_count"])),
        ("Frozen", count(totals["frozen_count"])),
        (
            "Above their freeze",
            f"{count(totals['breached_count'])}<small>{money(totals['breach_amount'] or 0, currency)}</small>",
        ),
        ("Exposure of these", money(totals["exposure_amount"] or 0, currency)),
        ("Something missing", f"{count(totals['missing_count'])}<small>of those watched or frozen</small>"),
        ("Graduated", f"{count(totals['graduated_count'])}<small>in 13 weeks</small>"),
        ("Prospects", count(totals["prospects_count"])),
    ]
    with page.card("facts"):
        st.html(html.facts(pairs))
        if totals["is_not_provided"]:
            page.banner("Acceptance was not provided (table onboarding): only payments are watched.", mild=True)


def _due_words(row: Row, word: str, here: Context) -> str:
    """What became of one of the first three due days, in a cell's words."""
    day, state, late = row[f"{word}_due_on"], row[f"{word}_due_state"], row[f"{word}_late_days"]
    if state is None:
        return ""
    if state == "kept":
        return "kept"
    if state == "to_come":
        return f"due {here.fmt.day(day, year=False)}"
    if state == "disputed":
        return "in dispute"
    return f"{here.fmt.number(late)} d late" if state == "late" else f"unpaid {here.fmt.number(late)} d"


def _worded(rows: Sequence[Row], here: Context) -> list[Row]:
    return [
        {
            **row,
            "stage_words": _STAGES.get(row["stage"], row["stage"]),
            "why": " · ".join(words for words in (row["incident_label"], row["missing"]) if words),
            **{f"{word}_words": _due_words(row, word, here) for word in ("first", "second", "third")},
        }
        for row in rows
    ]


def _columns(currency: str) -> tuple[Column, ...]:
    return (
        Column("customer_name", "Customer", width=168, pinned=True),
        Column("stage_words", "Stage", width=80),
        Column("acceptance_level", "Level", Kind.COUNT, 56, help="1: known, with a good word; 2: unknown"),
        Column("first_words", "1st due day", width=88),
        Column("second_words", "2nd due day", width=88),
        Column("third_words", "3rd due day", width=88),
        Column("stepped_limit_amount", f"Limit now, {currency}", Kind.WHOLE_MONEY, 112, help="Steps with each due day"),
        Column("exposure_amount", f"Exposure, {currency}", Kind.WHOLE_MONEY, 112),
        Column(
            "breach_amount",
            f"Above freeze, {currency}",
            Kind.WHOLE_MONEY,
            120,
            blank_zero=True,
            help="Exposure above that of the week of the incident",
        ),
        Column("why", "Incident; missing or against the rules", width=344),
        Column("frozen_on", "Frozen since", Kind.DATE, 104),
        Column("approved_limit_amount", f"Granted, {currency}", Kind.WHOLE_MONEY, 112),
        Column("approved_by", "By", width=120),
        Column("approved_on", "On", Kind.DATE, 104),
        Column("first_invoiced_on", "First invoice", Kind.DATE, 104),
        Column("next_due_on", "Next due day", Kind.DATE, 104),
        Column("graduated_on", "Graduated", Kind.DATE, 104),
        Column("sales_owner", "Sales owner", width=120),
    )


def _watched(here: Context) -> None:
    currency = here.view.main_currency
    with page.card("new-customers"):
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            stages = st.pills(
                "Stage",
                list(_STAGES),
                format_func=lambda stage: _STAGES[stage],
                selection_mode="multi",
                default=["watched", "frozen"],
                key="stage",
                bind="query-params",
            )
            levels = st.pills(
                "Level",
                list(_LEVELS),
                format_func=lambda level: _LEVELS[level],
                selection_mode="multi",
                key="level",
                bind="query-params",
            )
            only_missing = st.toggle("Only with something missing", key="missing", bind="query-params")
        found = new_customers.rows(here.warehouse, stages or list(_STAGES), levels, only_missing=only_missing)
        rows, columns = _worded(found, here), _columns(currency)
        with page.headed(
            f"{here.fmt.count(len(rows), 'customer')} shown", "The largest breach first; a row opens the customer"
        ):
            chosen = (
                ("Stage", ", ".join(_STAGES[stage] for stage in stages or _STAGES)),
                ("Level", ", ".join(_LEVELS[level] for level in levels) or "all"),
                ("Only with something missing", "yes" if only_missing else "no"),
            )
            facts = export.about(here, "New customers", currency=currency, chosen=chosen)
            export.buttons(rows, columns, f"new-customers-{here.warehouse.publication.as_of_on}", facts, key="new")
        if rows:
            tables.show(rows, columns, here.fmt, key="new-table", alt="New customers", on_open=navigate.open_customer)
        else:
            page.note("No new customer matches these filters.")


def _prospects(here: Context) -> None:
    rows = [
        {**row, "waiting_days": (row["as_of_on"] - row["requested_on"]).days if row["requested_on"] else None}
        for row in new_customers.rows(here.warehouse, ["prospect"])
    ]
    columns = (
        Column("customer_name", "Prospect", width=176),
        Column("acceptance_level", "Level", Kind.COUNT, 56),
        Column("requested_on", "Asked on", Kind.DATE, 104),
        Column("waiting_days", "Days since", Kind.COUNT, 88),
        Column("approved_on", "Granted on", Kind.DATE, 104),
        Column("approved_limit_amount", f"Granted, {here.view.main_currency}", Kind.WHOLE_MONEY, 112),
        Column("approved_by", "By", width=120),
        Column("first_ordered_on", "First order", Kind.DATE, 104),
        Column("missing", "Missing or against the rules", width=320),
    )
    message = f"{here.fmt.count(len(rows), 'prospect')}: nothing billed yet" if rows else "No prospect"
    with page.card("prospects", message, "Apart from customers: they are in no figure of receivables", fill=True):
        if rows:
            tables.show(rows, columns, here.fmt, key="prospects-table", alt="Prospects", most_rows=8)


def _cohorts(here: Context) -> None:
    rows = new_customers.cohorts(here.warehouse, "*", _MONTHS_SHOWN)
    note = "New customers by the month of their first invoice: how their first due day went"
    with page.card("cohorts", sentence.first_payments(rows, here.fmt), note, fill=True):
        if rows:
            charts.show(charts.first_payments(rows, here.fmt), "cohorts-chart", "First payments by month")


def _coverage(here: Context) -> None:
    def of(part: int, whole: int) -> str:
        return f"{here.fmt.number(part)} of {here.fmt.number(whole)}" if whole else here.fmt.number(None)

    rows = [
        {
            "level": _LEVELS.get(row["acceptance_level"], row["acceptance_level"]),
            "file": of(row["file_count"], row["customers_count"]),
            "references": of(row["references_count"], row["customers_count"]),
            "bureau": of(row["bureau_count"], row["customers_count"]),
            "approved": of(row["approved_in_time_count"], row["approval_asked_count"]),
            "within": of(row["within_limit_count"], row["limit_asked_count"]),
        }
        for row in new_customers.coverage(here.warehouse)
    ]
    columns = (
        Column("level", "Level", width=136),
        Column("file", "File complete", width=104),
        Column("references", "References as asked", width=128),
        Column("bureau", "Bureau score known", width=128),
        Column("approved", "Approved before the first invoice", width=200),
        Column("within", "Within the approver's limit", width=168),
    )
    with page.card("coverage", "How well the files are kept", "Prospects and customers still new or graduated"):
        tables.show(rows, columns, here.fmt, key="coverage-table", alt="Files by level")


def main() -> None:
    """Draw the page."""
    here = context()
    totals = new_customers.totals(here.warehouse)
    page.head(
        here,
        "New customers",
        sentence.new_customers(totals, here.view.main_currency, here.fmt),
        as_of_build=True,
    )
    _facts(totals, here)
    _watched(here)
    left, right = page.halves()
    with left:
        _cohorts(here)
    with right:
        _prospects(here)
    _coverage(here)


main()
