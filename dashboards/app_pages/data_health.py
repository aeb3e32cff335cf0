"""Data health: whether the figures can be trusted, and what was left out, assumed or rejected."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape

import streamlit as st

from dashboards.lib import export, page, passport, sentence, tables
from dashboards.lib.context import Context, context
from dashboards.lib.db import Row
from dashboards.lib.queries import health
from dashboards.lib.tables import Column, Kind
from dashboards.sections import rejected

_STATUS = {"pass": "Passed", "warn": "Warning", "fail": "Failed", "error": "Error"}
_LEDGER_FROM = {"given": "Balance given", "books": "Lines of the books"}


def _check(title: str, value: str, note: str, good: bool | None) -> str:
    """One check as a tile: its verdict in words and colour; None where there is nothing to judge by."""
    kind = "enc-same" if good is None else "enc-better" if good else "enc-worse"
    return (
        f'<div class="enc-tile enc-check"><span class="label">{escape(title)}</span>'
        f'<span class="figure {kind}">{escape(value)}</span><span class="note">{escape(note)}</span></div>'
    )


def _checks(known: Row, tests: Row, tie: Row, reconciled: Row, here: Context) -> None:
    number = here.fmt.number
    stale = page.staleness(here.freshness, datetime.now(UTC))
    ran, failed = tests.get("tests_count") or 0, tests.get("failed_count") or 0
    broken, compared = reconciled.get("broken_count") or 0, reconciled.get("rows_count") or 0
    accounts, untied = tie.get("accounts_count") or 0, tie.get("untied_count") or 0
    unexplained = tie.get("unexplained_count") or 0
    counted = health.rejects_states(here.warehouse)
    left, dismissed = counted.get("open_count") or 0, counted.get("dismissed_count") or 0
    ledger = "Not tied" if accounts == untied else f"{number(unexplained)} unexplained" if unexplained else "Tied"
    checks: tuple[tuple[str, str, str, bool | None], ...] = (
        ("Freshness", "Stale" if stale else "Fresh", f"loaded {here.fmt.moment(here.freshness.loaded_at)}", not stale),
        (
            "Tests",
            "None ran" if not ran else f"{number(failed)} failed" if failed else f"{number(ran)} ran",
            f"{number(tests.get('passed_count'))} passed, {number(tests.get('warned_count'))} warned",
            None if not ran else not failed,
        ),
        (
            "Adds up",
            "To the cent" if not broken else f"{number(broken)} differ",
            f"{number(compared)} balances",
            None if not compared else not broken,
        ),
        (
            "General ledger",
            ledger,
            f"{number(accounts - untied)} of {number(accounts)} accounts",
            None if accounts == untied else not unexplained,
        ),
        (
            "Rejected rows",
            number(left),
            f"open; {number(dismissed)} dismissed" if dismissed else "open: not in the books",
            left == 0,
        ),
        ("Due days given", here.fmt.rate(known.get("given_due_days_rate")), "the rest derived", None),
    )
    with st.grid(len(checks), min_column_width=156, gap="small"):
        for title, value, note, good in checks:
            with st.container(border=True, key=f"card-tile-{title.lower().replace(' ', '-')}", height="stretch"):
                st.html(_check(title, value, note, good))


def _passport(known: Row, here: Context) -> None:
    if not known:
        page.banner("This build wrote no passport: build again with the current models.", mild=True)
        return
    with page.card("passport", "Passport of this build", "What the figures are made of"):
        passport.draw(known, here.fmt)


def _loads(here: Context) -> None:
    rows = health.loads(here.warehouse)
    columns = (
        Column("file", "File", width=168, pinned=True),
        Column("table_name", "Table", width=128),
        Column("source", "Source", width=112),
        Column("load_id", "Load", Kind.COUNT, 64),
        Column("loaded_at", "Loaded (UTC)", Kind.MOMENT, 152),
        Column("as_of_on", "As of", Kind.DATE, 104),
        Column("rows_read", "Rows read", Kind.COUNT, 96),
        Column("rows_new", "New", Kind.COUNT, 88),
        Column("rows_changed", "Changed", Kind.COUNT, 88),
        Column("rows_unchanged", "Unchanged", Kind.COUNT, 96),
        Column("rows_vanished", "Vanished", Kind.COUNT, 88),
        Column("rows_rejected", "Rejected", Kind.COUNT, 88),
        Column("rejected_amount", "Rejected amount", Kind.MONEY, 128),
        Column("status", "Status", width=88),
    )
    _table("loads", "Rows read = new + changed + unchanged + rejected", rows, columns, "Loaded files", here)


def _exceptions(here: Context) -> None:
    kinds = health.exceptions_summary(here.warehouse)
    rows = health.exceptions(here.warehouse)
    columns = (
        Column("exception_kind", "What", width=200, pinned=True),
        Column("table_name", "Table", width=112),
        Column("key", "Key", width=208),
        Column("amount", "Amount, own currency", Kind.MONEY, 152),
        Column("explanation", "Explanation", width=480),
    )
    note = " · ".join(f"{row['exception_kind']}: {here.fmt.number(row['rows_count'])}" for row in kinds)
    _table(
        "exceptions",
        note or "Rows left out or assumed, so that nothing is bent silently",
        rows,
        columns,
        "Exceptions",
        here,
        empty="No row was left out or assumed.",
    )


def _tie_out(here: Context) -> None:
    rows = [
        {**row, "tie_out_status": str(row["tie_out_status"]).capitalize(), "gl_source": _LEDGER_FROM[row["gl_source"]]}
        for row in health.tie_out(here.warehouse, here.view)
    ]
    columns = (
        Column("balance_on", "Balance on", Kind.DATE, 112, pinned=True),
        Column("tie_out_status", "Status", width=112),
        Column("entity_id", "Entity", width=72),
        Column("account", "Account", width=96),
        Column("currency", "Currency", width=80),
        Column("amount_basis", "Basis", width=96, help="The document's currency, or the entity's base currency"),
        Column("gl_amount", "Ledger", Kind.MONEY, 136),
        Column(
            "gl_source", "Ledger from", width=128, help="A balance that was given, or the lines of the books loaded"
        ),
        Column("receivable_amount", "Receivables", Kind.MONEY, 136),
        Column("difference_amount", "Difference", Kind.MONEY, 120, signed=True),
        Column("explained_amount", "Explained", Kind.MONEY, 120, signed=True),
        Column("unexplained_amount", "Unexplained", Kind.MONEY, 120, signed=True),
    )
    note = "Difference = ledger − receivables = explained + unexplained, on each day that gives a balance"
    empty = "Not tied: no balance of the control account was loaded (table gl_balances)."
    _table("tie-out", note, rows, columns, "Tie-out to the general ledger", here, empty=empty)


def _tests(here: Context) -> None:
    rows = [{**row, "status": _STATUS.get(row["status"], row["status"])} for row in health.tests(here.warehouse)]
    columns = (
        Column("test_name", "Test", width=480, pinned=True),
        Column("status", "Result", width=96),
        Column("model_name", "Model", width=200),
        Column("failures", "Failing rows", Kind.COUNT, 104),
        Column("message", "Message", width=280),
    )
    note = "What was checked before this build was published; those that did not pass come first"
    _table("tests", note, rows, columns, "Tests", here, empty="No test result came with this build.")


def _table(
    key: str,
    note: str,
    rows: list[Row],
    columns: tuple[Column, ...],
    what: str,
    here: Context,
    *,
    empty: str = "Nothing is on record.",
) -> None:
    if not rows:
        page.note(empty)
        return
    with page.headed(what, note):
        export.buttons(rows, columns, key, export.about(here, what, currency="as stated"), key=key)
    tables.show(rows, columns, here.fmt, key=f"{key}-table", alt=what, most_rows=16)


def main() -> None:
    """Draw the page."""
    here = context()
    known = passport.read(here.warehouse)
    tests = health.tests_summary(here.warehouse)
    tie = health.tie_out_state(here.warehouse, here.view)
    left = int(health.rejects_states(here.warehouse).get("open_count") or 0)
    exceptions = int(known.get("exceptions_count") or 0)
    page.head(here, "Data health", sentence.health(tests, tie, left, exceptions, here.fmt), as_of_build=True)
    _checks(known, tests, tie, health.reconciliation(here.warehouse), here)
    with page.card("details"):
        tabs = {
            "Loads": _loads,
            "Rejects": rejected.draw_rejects,
            "Columns": rejected.draw_drifts,
            "Exceptions": _exceptions,
            "Tie-out": _tie_out,
            "Tests": _tests,
        }
        for tab, draw in zip(st.tabs(list(tabs)), tabs.values(), strict=True):
            with tab:
                draw(here)
    _passport(known, here)


main()
