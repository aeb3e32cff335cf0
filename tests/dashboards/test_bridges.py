"""The bridges and the ledger's tables as the pages read them: exact, complete, and led to their rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

import duckdb
import pytest

from dashboards.lib.db import Warehouse
from dashboards.lib.effects import DSO, EFFECTS, OVERDUE
from dashboards.lib.queries import bridges, choices, due, kpis, ledger
from dashboards.lib.view import View
from tests.dashboards.conftest import one

SPANS = (kpis.LAST_WEEK, kpis.FOUR_WEEKS, kpis.A_YEAR)


@pytest.mark.parametrize("days", SPANS)
def test_effects_lead_from_the_earlier_figure_to_this_one(warehouse: Warehouse, view: View, days: int) -> None:
    compared = kpis.comparison(warehouse, view, "all")[days]
    overdue = bridges.effects(warehouse, view, OVERDUE, days)
    assert (view.week.ending_on - overdue[0]["compared_on"]).days == days
    assert sum(row["value"] for row in overdue) == overdue[0]["change"] == compared["overdue_amount_change"]
    dso = bridges.effects(warehouse, view, DSO, days)
    assert float(sum(row["value"] for row in dso)) == pytest.approx(compared["dso_days_change"], abs=1e-8)
    for measure, rows in ((DSO, dso), (OVERDUE, overdue)):
        assert {row["effect"] for row in rows} <= set(EFFECTS[measure])


def test_every_effect_of_the_marts_has_words(marts: duckdb.DuckDBPyConnection) -> None:
    found = marts.execute("select distinct measure, effect from rpt_kpi_bridge").fetchall()
    assert found
    assert all(effect in EFFECTS[measure] for measure, effect in found)


@pytest.mark.parametrize("measure", [DSO, OVERDUE])
def test_drivers_are_the_ten_that_weigh_most(warehouse: Warehouse, view: View, measure: str) -> None:
    effects = [row for row in bridges.effects(warehouse, view, measure, kpis.LAST_WEEK) if row["value"] != 0]
    assert effects
    for effect in effects:
        rows = bridges.drivers(warehouse, view, measure, effect["effect"])
        sizes = [abs(row["value"]) for row in rows]
        assert len(rows) <= 10
        assert sizes == sorted(sizes, reverse=True)
        assert all(row["customer_name"] for row in rows)
        assert all((row["document_id"] is None) == (measure == DSO) for row in rows)


@pytest.mark.parametrize("basis", ["base", "document"])
def test_each_month_adds_up_and_opens_with_the_one_before(warehouse: Warehouse, view: View, basis: str) -> None:
    rows = ledger.roll_forward(warehouse, view, basis)
    assert rows
    assert all(row["adds_up"] for row in rows)
    books = {(row["month_ending_on"], row["entity_id"], row["currency"]): row for row in rows}
    months = sorted({month for month, _, _ in books})
    assert len(months) == 13
    for earlier, later in pairwise(months):
        for (month, entity, currency), row in books.items():
            if month == later and (earlier, entity, currency) in books:
                opening = row["opening_amount"] - row["opening_documents_amount"]
                assert opening == books[earlier, entity, currency]["closing_amount"]


def test_what_falls_due_is_all_that_is_open(warehouse: Warehouse, view: View, marts: duckdb.DuckDBPyConnection) -> None:
    for currency in choices.currencies(warehouse):
        rows = due.calendar(warehouse, replace(view, currency=currency))
        (open_amount,) = one(
            marts,
            """
            select not_due_amount + overdue_amount from fct_kpis
            where period_kind = 'week' and entity_id = '*' and scope = 'all' and reporting_currency = $currency
            order by period_ending_on desc limit 1
            """,
            {"currency": currency},
        )
        for basis in ("agreed", "shifted"):
            mine = [row for row in rows if row["calendar_basis"] == basis]
            assert sum((row["due_amount"] for row in mine), Decimal(0)) == open_amount == mine[0]["total_amount"]


def test_a_reported_value_that_changed_is_listed(warehouse: Warehouse, view: View) -> None:
    state = ledger.restated_state(warehouse)
    assert state["publications_count"] >= 1
    rows = ledger.restated(warehouse, view, "overdue_amount")
    assert all(row["restated"] - row["reported_value"] == row["difference"] != 0 for row in rows)


@pytest.mark.parametrize("basis", [due.AGREED, due.SHIFTED])
def test_documents_of_each_slot_of_the_calendar_add_up_to_it(warehouse: Warehouse, view: View, basis: str) -> None:
    entity = choices.entities(warehouse)[0]["entity_id"]
    other = next(currency for currency in choices.currencies(warehouse) if currency != view.currency)
    for seen in (view, replace(view, entity_id=entity, currency=other)):
        rows = due.calendar(warehouse, seen)
        for slot in (row for row in rows if row["calendar_basis"] == basis):
            items = due.documents(warehouse, seen, rows, slot, limit=None)
            assert sum((row["value"] for row in items), Decimal(0)) == slot["due_amount"]
            assert len(items) == slot["items_count"]
            newest = due.documents(warehouse, seen, rows, slot, limit=1)
            assert [row["total_value"] for row in newest] == ([slot["due_amount"]] if items else [])


def test_items_of_a_revaluation_add_up_to_its_balance(warehouse: Warehouse, view: View) -> None:
    rows = ledger.revaluation(warehouse, view)
    assert rows
    for row in rows:
        items = ledger.revalued_items(warehouse, row, limit=None)
        assert len(items) == row["items_count"]
        assert sum(item["open_amount"] for item in items) == row["open_amount"] == items[0]["open_total"]
        assert sum(item["base_open_amount"] for item in items) == row["base_open_amount"]


def test_statutory_tables_of_every_year_are_complete(warehouse: Warehouse, view: View) -> None:
    years = ledger.statutory_years(warehouse, view)
    assert {row["entity_id"] for row in years} == {row["entity_id"] for row in choices.entities(warehouse)}
    for year in years:
        for basis in year["tax_bases"]:
            rows = ledger.statutory(warehouse, year["entity_id"], year["year_ending_on"], basis)
            for table in ("I", "II"):
                columns = {row["delay_column"]: row for row in rows if row["statutory_table"] == table}
                assert list(columns) == ["0", "1-30", "31-60", "61-90", "91+", "total", "disputed"]
                late = [columns[name]["invoices_amount"] for name in ("1-30", "31-60", "61-90", "91+")]
                assert sum(late) == columns["total"]["invoices_amount"]


@pytest.mark.parametrize("basis", ["document", "base"])
def test_documents_of_every_move_add_up_to_it(warehouse: Warehouse, view: View, basis: str) -> None:
    rows = ledger.roll_forward(warehouse, view, basis)
    newest = [row for row in rows if row["month_ending_on"] >= view.week.as_of_on - timedelta(days=40)]
    assert newest
    for row in newest:
        for move in ledger.MOVES:
            documents = ledger.moved_documents(warehouse, row, move.removesuffix("_amount"), limit=None)
            assert sum((found["amount"] for found in documents), Decimal(0)) == row[move], (row["currency"], move)


def test_invoices_of_every_cell_of_the_statutory_tables_add_up_to_it(warehouse: Warehouse, view: View) -> None:
    newest = {row["entity_id"]: row for row in reversed(ledger.statutory_years(warehouse, view))}
    differing = []
    for year in newest.values():
        key = (year["entity_id"], year["year_ending_on"])
        for cell in ledger.statutory(warehouse, *key, "with_tax"):
            items = ledger.delayed(warehouse, *key, cell["statutory_table"], cell["delay_column"], limit=None)
            found = (sum((row["value"] for row in items), Decimal(0)), len({row["document_id"] for row in items}))
            if found != (cell["invoices_amount"], cell["invoices_count"]):
                differing.append((*key, cell["statutory_table"], cell["delay_column"], found))
            assert not items or items[0]["documents_count"] == cell["invoices_count"]
    assert differing == []
