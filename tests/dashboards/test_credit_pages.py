"""The credit pages: exposure and cover, orders, the committee's page and the decision memo, against the marts."""

from __future__ import annotations

import json
import shutil
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from dashboards.lib import credit_words
from dashboards.lib.format import Formatter
from tests.dashboards.conftest import choose, html, one, open_app, sentence

FMT = Formatter()


def _go(app: AppTest, name: str) -> AppTest:
    page = app.switch_page(f"app_pages/{name}.py").run()
    assert not page.exception, page.exception
    return page


def _tile(page: AppTest, label: str) -> str:
    return next(found for found in html(page) if f'class="label">{label}<' in found)


def _changed(sample_home: Path, home: Path, *statements: str) -> Path:
    """A copy of the published sample with changes of its own."""
    shutil.copytree(sample_home / "published", home / "published")
    pointer = json.loads((home / "published" / "current.json").read_text(encoding="utf-8"))
    file = home / "published" / pointer["file"]
    file.chmod(0o644)
    with duckdb.connect(str(file)) as connection:
        connection.execute("set schema = 'marts'")
        for statement in statements:
            connection.execute(statement)
    return home


# Exposure and cover


def test_exposure_tiles_are_the_sums_of_the_mart(app: AppTest, marts: duckdb.DuckDBPyConnection) -> None:
    page = _go(app, "exposure")
    exposure, limits, insured, own_risk, over = one(
        marts,
        """
        select sum(exposure_amount), sum(limit_amount), sum(insured_amount), sum(own_risk_amount),
            count(*) filter (where used_amount > granted_amount)
        from rpt_credit_exposures
        """,
    )
    for label, amount in (
        ("Exposure", exposure),
        ("Limits granted", limits),
        ("Insured", insured),
        ("Own risk", own_risk),
    ):
        assert f'class="figure">{FMT.short_money(amount, "EUR")}<' in _tile(page, label)
    assert f"{FMT.count(over, 'customer')} " in sentence(page) + " "
    assert FMT.short_money(exposure, "EUR") in sentence(page)
    assert FMT.count(over, "customer") in _tile(page, "Over the limit")


def test_the_excess_in_the_main_currency_is_the_limit_s_at_its_own_rate(
    app: AppTest, marts: duckdb.DuckDBPyConnection
) -> None:
    table = _go(app, "exposure").dataframe[0].value
    over = table[table["reporting_excess_amount"] > 0]
    assert len(over) == one(marts, "select count(*) from rpt_credit_exposures where excess_amount > 0")[0]
    foreign = 0
    for _, row in over.iterrows():
        if row["limit_currency"] == "EUR":
            assert row["reporting_excess_amount"] == max(row["exposure_amount"] - row["limit_amount"], 0)
        else:
            foreign += 1
            rate = row["limit_amount"] / row["granted_amount"]
            passed = row["granted_amount"] * Decimal(str(row["utilisation_rate"])) - row["granted_amount"]
            assert abs(row["reporting_excess_amount"] - passed * rate) < Decimal("0.02")
    assert foreign


def test_exposure_filters_narrow_the_table(app: AppTest, marts: duckdb.DuckDBPyConnection) -> None:
    page = _go(app, "exposure")
    (all_of_them,) = one(marts, "select count(*) from rpt_credit_exposures")
    assert len(page.dataframe[0].value) == all_of_them
    choose(page, "which", ["review_due"])
    (due,) = one(marts, "select count(*) from rpt_credit_exposures where limit_review_due_on <= as_of_on")
    assert 0 < due == len(page.dataframe[0].value) < all_of_them
    choose(page, "tier", ["D", "E"])
    assert set(page.dataframe[0].value["risk_tier"]) <= {"D", "E"}
    choose(page, "which", [])
    page.selectbox(key="at-least-choice").set_value("50000").run()
    assert min(page.dataframe[0].value["exposure_amount"]) >= 50_000


def test_granted_stands_beside_recommended_with_its_formula(app: AppTest, marts: duckdb.DuckDBPyConnection) -> None:
    table = _go(app, "exposure").dataframe[0].value
    row = table.iloc[0]
    name, granted, recommended, formula = one(
        marts,
        """
        select customer_name, limit_amount, recommended_limit_amount, recommended_formula
        from rpt_credit_exposures order by exposure_amount desc limit 1
        """,
    )
    assert (row["customer_name"], row["limit_amount"], row["recommended_limit_amount"], row["recommended_formula"]) == (
        name,
        granted,
        recommended,
        formula,
    )


def test_notifications_count_down_and_missed_ones_are_said(app: AppTest, marts: duckdb.DuckDBPyConnection) -> None:
    page = _go(app, "exposure")
    table = next(found.value for found in page.dataframe if "days_to_notify" in found.value.columns)
    to_notify, missed, fewest = one(
        marts,
        """
        select count(*) filter (where notification_state = 'to_notify'),
            count(*) filter (where notification_state = 'missed'), min(days_to_notify)
        from rpt_insured_items
        """,
    )
    assert to_notify
    assert missed
    assert len(table) == to_notify + missed
    assert list(table["notify_by_on"]) == sorted(table["notify_by_on"])
    (told,) = [found for found in html(page) if "to notify, the first within" in found]
    assert FMT.count(fewest, "day") in told
    assert f"{FMT.count(missed, 'notification')} missed" in told
    choose(page, "notified-choice", "missed")
    table = next(found.value for found in page.dataframe if "days_to_notify" in found.value.columns)
    assert set(table["state_words"]) == {"Missed"}


def test_what_no_cover_binds_is_told_with_its_reason(app: AppTest, marts: duckdb.DuckDBPyConnection) -> None:
    page = _go(app, "exposure")
    table = next(found.value for found in page.dataframe if "reason_words" in found.value.columns)
    reasons = {
        reason
        for (reason,) in marts.execute(
            "select distinct not_eligible_reason from rpt_insured_items where not_eligible_reason is not null"
        ).fetchall()
    }
    assert {"after_cut", "beyond_extension"} <= reasons <= set(credit_words.UNBOUND)
    assert set(table["reason_words"]) == {credit_words.UNBOUND[reason] for reason in reasons}
    (amount,) = one(
        marts, "select sum(reporting_open_amount) from rpt_insured_items where not_eligible_reason is not null"
    )
    assert sum(table["reporting_open_amount"]) == amount


def test_concentration_and_groups_are_those_of_the_marts(app: AppTest, marts: duckdb.DuckDBPyConnection) -> None:
    page = _go(app, "exposure")
    table = next(found.value for found in page.dataframe if "herfindahl_index" in found.value.columns)
    assert list(table["kind_words"]) == ["Customer", "Group", "Segment", "Country"]
    top, index = one(
        marts, "select top_5_rate, herfindahl_index from rpt_concentration where concentration_kind = 'customer'"
    )
    assert (table.iloc[0]["top_5_rate"], table.iloc[0]["herfindahl_index"]) == (top, index)
    groups = next(found.value for found in page.dataframe if "worst_risk_tier" in found.value.columns)
    assert sum(groups["exposure_amount"]) == one(marts, "select sum(exposure_amount) from rpt_group_exposures")[0]


def test_what_was_not_provided_is_said_and_never_zero(
    sample_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = _changed(
        sample_home,
        tmp_path,
        """
        update rpt_credit_exposures set
            limit_state = 'not provided', limit_amount = null, granted_amount = null, excess_amount = null,
            headroom_amount = null, used_amount = null, utilisation_rate = null, cover_state = 'not provided',
            cover_status = null, insured_amount = null, eligible_amount = null, ordered_amount = null,
            delivered_not_billed_amount = null, deposits_asked_amount = null, deposits_received_amount = null
        """,
        "delete from rpt_insured_items",
    )
    page = _go(open_app(home, monkeypatch), "exposure")
    for label in ("Limits granted", "Over the limit", "Insured", "Deposits received"):
        assert 'class="figure">not provided<' in _tile(page, label)
    assert "Limits are not provided" in sentence(page)
    told = next(found for found in html(page) if "Not provided: credit limits" in found)
    assert "covers" in told
    assert "orders" in told
    table = page.dataframe[0].value
    assert set(table["limit_words"]) == set(table["cover_words"]) == {"Not provided"}
    assert table["limit_amount"].isna().all()
    assert table["insured_amount"].isna().all()


# Orders


def test_orders_are_told_by_decision(app: AppTest, marts: duckdb.DuckDBPyConnection) -> None:
    page = _go(app, "orders")
    head = sentence(page)
    for decision, count, amount in marts.execute(
        "select decision, count(*), sum(reporting_amount) from rpt_order_decisions group by all"
    ).fetchall():
        assert f"{count} to {decision} ({FMT.short_money(amount, 'EUR')})" in head
        assert f"{count} · {FMT.short_money(amount, 'EUR')}" in _tile(page, credit_words.DECISIONS[decision])
    (unsigned,) = one(marts, "select count(*) from rpt_order_decisions where has_signed_document = false")
    assert unsigned
    assert f'class="figure">{unsigned} ·' in _tile(page, "Not signed")


def test_orders_open_with_what_is_held_back_and_all_its_reasons(app: AppTest, marts: duckdb.DuckDBPyConnection) -> None:
    table = _go(app, "orders").dataframe[0].value
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
    page = _go(app, "orders")
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
    page = _go(app, "orders")
    table = next(found.value for found in page.dataframe if "rule_words" in found.value.columns)
    count, amount = one(marts, "select count(*), sum(reporting_amount) from rpt_order_decisions")
    assert (sum(table["orders_count"]), sum(table["reporting_amount"])) == (count, amount)
    delivered = next(found.value for found in page.dataframe if "exposure_rate" in found.value.columns)
    (expected,) = one(marts, "select sum(delivered_not_billed_amount) from rpt_credit_exposures")
    assert sum(delivered["delivered_not_billed_amount"]) == expected


def test_every_rule_of_the_policy_has_its_words(project_root: Path) -> None:
    rules = (project_root / "seeds" / "order_rules.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert {line.split(",")[0] for line in rules} == set(credit_words.RULES) - {"none"}


def test_orders_that_were_not_provided_are_unknown(
    sample_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = _changed(
        sample_home,
        tmp_path,
        "delete from rpt_order_decisions",
        "update rpt_credit_exposures set ordered_amount = null, delivered_not_billed_amount = null",
    )
    page = _go(open_app(home, monkeypatch), "orders")
    assert "Orders are not provided." in sentence(page)
    assert not any('class="enc-tile"' in found for found in html(page))
