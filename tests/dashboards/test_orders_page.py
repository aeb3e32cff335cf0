"""The orders page against the mart: what is held back, and by which rule."""

from __future__ import annotations

from pathlib import Path

import duckdb
from streamlit.testing.v1 import AppTest

from dashboards.lib import credit_words
from dashboards.lib.format import Formatter
from tests.dashboards.conftest import ChangedApp, choose, go, html, one, sentence, tile

FMT = Formatter()


def test_orders_are_told_by_decision(app: AppTest, marts: duckdb.DuckDBPyConnection) -> None:
    page = go(app, "orders")
    head = sentence(page)
    for decision, count, amount in marts.execute(
        "select decision, count(*), sum(reporting_amount) from rpt_order_decisions group by all"
    ).fetchall():
        assert f"{count} to {decision} ({FMT.short_money(amount, 'EUR')})" in head
        assert f"{count} · {FMT.short_money(amount, 'EUR')}" in tile(page, credit_words.DECISIONS[decision])
    (unsigned,) = one(marts, "select count(*) from rpt_order_decisions where has_signed_document = false")
    assert unsigned
    assert f'class="figure">{unsigned} ·' in tile(page, "Not signed")


def test_orders_open_with_what_is_held_back_and_all_its_reasons(app: AppTest, marts: duckdb.DuckDBPyConnection) -> None:
    table = go(app, "orders").dataframe[0].value
    expected = marts.execute(
        """
        select order_id, reasons from rpt_order_decisions where decision <> 'release'
        order by decision = 'approve', delivered_on, reporting_amount desc, entity_id, order_id
        """
    ).fetchall()
    assert list(zip(table["order_id"], table["reasons"], strict=True)) == expected
    assert any(" · " in reasons for _, reasons in expected)
    assert all(row["reasons"].startswith(row["decided_by"]) for _, row in table.iterrows())


def test_orders_are_filtered(app: AppTest, marts: duckdb.DuckDBPyConnection) -> None:
    page = go(app, "orders")
    choose(page, "decision", [])
    (everything,) = one(marts, "select count(*) from rpt_order_decisions")
    assert len(page.dataframe[0].value) == everything
    page.checkbox(key="unsigned").check().run()
    assert set(page.dataframe[0].value["signed_words"]) == {"No"}
    page.checkbox(key="unsigned").uncheck().run()
    page.multiselect(key="rule").select("over_limit").run()
    assert set(page.dataframe[0].value["rule_code"]) == {"over_limit"}
    assert min(page.dataframe[0].value["excess_amount"]) > 0
    page.selectbox(key="delivery-choice").set_value("7").run()
    assert max(page.dataframe[0].value["days_to_delivery"]) <= 7
    page.selectbox(key="entity-choice").set_value("PL").run()
    page.multiselect(key="rule").unselect("over_limit").run()
    assert set(page.dataframe[0].value["entity_id"]) == {"PL"}


def test_what_each_rule_holds_back_adds_up_to_all_orders(app: AppTest, marts: duckdb.DuckDBPyConnection) -> None:
    page = go(app, "orders")
    table = next(found.value for found in page.dataframe if "rule_words" in found.value.columns)
    count, amount = one(marts, "select count(*), sum(reporting_amount) from rpt_order_decisions")
    assert (sum(table["orders_count"]), sum(table["reporting_amount"])) == (count, amount)
    delivered = next(found.value for found in page.dataframe if "exposure_rate" in found.value.columns)
    (expected,) = one(marts, "select sum(delivered_not_billed_amount) from rpt_credit_exposures")
    assert sum(delivered["delivered_not_billed_amount"]) == expected
    choose(page, "delivered-choice", "order")
    unbilled = next(found.value for found in page.dataframe if "days_unbilled" in found.value.columns)
    assert sum(unbilled["reporting_amount"]) == expected
    days = list(unbilled["days_unbilled"])
    assert days == sorted(days, reverse=True)
    (oldest,) = one(
        marts, "select max((select as_of_on from rpt_passport) - delivered_on) from rpt_unbilled_deliveries"
    )
    assert any(f", the oldest for {FMT.count(oldest, 'day')}" in found for found in html(page))


def test_every_rule_of_the_policy_has_its_words(project_root: Path) -> None:
    rules = (project_root / "seeds" / "order_rules.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert {line.split(",")[0] for line in rules} == set(credit_words.RULES) - {"none"}


def test_orders_that_were_not_provided_are_unknown(changed_app: ChangedApp) -> None:
    app = changed_app(
        "delete from rpt_order_decisions",
        "update rpt_credit_exposures set ordered_amount = null, delivered_not_billed_amount = null",
    )
    page = go(app, "orders")
    assert "Orders are not provided." in sentence(page)
    assert not any('class="enc-tile"' in found for found in html(page))


def test_an_order_that_no_rate_can_value_is_a_dash_and_never_zero(changed_app: ChangedApp) -> None:
    app = changed_app(
        "update rpt_order_decisions set decision = 'approve', rule_code = 'unknown_amount', reporting_amount = null",
    )
    page = go(app, "orders")
    assert "none to block" in sentence(page)
    assert "to approve (–)" in sentence(page)
    assert tile(page, "Approve").count("· –<") == 1
    assert set(page.dataframe[0].value["reporting_amount"]) == {None}
