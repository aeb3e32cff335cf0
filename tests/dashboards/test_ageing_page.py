"""The ageing page against the marts: any rows, basis and currency, and what falls due."""

from __future__ import annotations

from decimal import Decimal

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from dashboards.lib.format import Formatter
from tests.dashboards.conftest import choose, go, html, one, sentence

FMT = Formatter()
NEWEST = "(select max(period_ending_on) from fct_kpis where period_kind = 'week' and is_complete)"


def test_ageing_adds_up_to_the_balance(app: AppTest, marts: duckdb.DuckDBPyConnection) -> None:
    page = go(app, "ageing")
    (receivable,) = one(
        marts,
        f"""
        select receivable_amount from fct_kpis
        where period_kind = 'week' and period_ending_on = {NEWEST}
            and entity_id = '*' and scope = 'all' and reporting_currency = 'EUR'
        """,
    )
    table = page.dataframe[0].value
    total, customers = table.iloc[-1], table.iloc[:-1]
    buckets = [column for column in table.columns if column.startswith("bucket_")]
    assert total["group_name"] == "Total"
    assert total["balance_amount"] == receivable == sum(customers["balance_amount"])
    assert sum((total[column] for column in buckets), Decimal(0)) == receivable
    for column in buckets:
        assert sum(customers[column]) == total[column]


@pytest.mark.parametrize("grouping", ["entity", "segment"])
def test_ageing_by_other_rows_has_the_same_total(app: AppTest, grouping: str) -> None:
    page = go(app, "ageing")
    total = page.dataframe[0].value.iloc[-1]["balance_amount"]
    choose(page, "by-choice", grouping)
    table = page.dataframe[0].value
    assert table.iloc[-1]["balance_amount"] == total == sum(table.iloc[:-1]["balance_amount"])


def test_ageing_from_the_invoice_day_keeps_the_total_and_moves_the_slabs(app: AppTest) -> None:
    page = go(app, "ageing")
    due = page.dataframe[0].value.iloc[-1]
    choose(page, "basis-choice", "invoice")
    invoice = page.dataframe[0].value.iloc[-1]
    assert invoice["balance_amount"] == due["balance_amount"]
    assert invoice["bucket_1"] < due["bucket_1"]


def test_ageing_search_narrows_to_the_customer(app: AppTest) -> None:
    page = go(app, "ageing")
    name = page.dataframe[0].value.iloc[0]["group_name"]
    page.text_input(key="find").set_value(name.upper()).run()
    assert list(page.dataframe[0].value["group_name"]) == [name, "Total"]


def test_ageing_in_the_entity_s_own_currency(app: AppTest, marts: duckdb.DuckDBPyConnection) -> None:
    page = go(app, "ageing")
    page.selectbox(key="entity-choice").set_value("PL").run()
    choose(page, "amounts-choice", "base")
    (base,) = one(
        marts,
        """
        select sum(base_open_amount) from fct_item_intervals, (select as_of_on from rpt_passport)
        where entity_id = 'PL' and valid_from_on <= as_of_on and (valid_to_on is null or valid_to_on > as_of_on)
        """,
    )
    assert page.dataframe[0].value.iloc[-1]["balance_amount"] == base
    assert "PLN" in sentence(page)


def test_the_ageing_page_says_what_falls_due_and_lists_a_week(app: AppTest, marts: duckdb.DuckDBPyConnection) -> None:
    page = go(app, "ageing")
    assert any("falls due in the next 13 weeks" in found for found in html(page))
    for basis in ("agreed", "shifted"):
        order, amount = one(
            marts,
            """
            select due_order, due_amount from rpt_due_calendar
            where entity_id = '*' and reporting_currency = 'EUR' and calendar_basis = $basis
            order by due_amount desc limit 1
            """,
            {"basis": basis},
        )
        page.text_input(key="due").set_value(str(order)).run()
        choose(page, "due-basis-choice", basis)
        assert not page.exception
        assert any(FMT.amount(amount) in found and "exactly the figure" in found for found in html(page))
        items = next(table.value for table in page.dataframe if "falls_due_on" in table.value.columns)
        assert sum(items["value"]) == amount
