"""The customer page against the marts: open items, payments, factors, the override in effect."""

from __future__ import annotations

from html import escape
from pathlib import Path

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from dashboards.lib.format import Formatter
from tests.dashboards.conftest import go, html, one, open_app, sentence

FMT = Formatter()


def test_customer_page_shows_open_items_payments_and_factors(
    app: AppTest, marts: duckdb.DuckDBPyConnection, sample_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer_id, name = one(
        marts,
        """
        select customer_id, customer_name from rpt_watch_list
        where entity_id = '*' and change = 'stays' order by overdue_amount desc limit 1
        """,
    )
    page = open_app(sample_home, monkeypatch, customer=customer_id)
    page = go(page, "customer")
    page.selectbox(key="customer-choice").set_value(customer_id).run()
    owed, overdue, count = one(
        marts,
        """
        select
            sum(reporting_open_amount) filter (where open_amount > 0),
            sum(reporting_open_amount) filter (where open_amount > 0 and due_on < as_of_on),
            count(*)
        from fct_item_intervals, (select as_of_on from rpt_passport)
        where customer_id = $customer and valid_from_on <= as_of_on
            and (valid_to_on is null or valid_to_on > as_of_on) and open_amount <> 0
        """,
        {"customer": customer_id},
    )
    head = sentence(page)
    assert name in head
    assert FMT.short_money(owed, "EUR") in head
    assert FMT.short_money(overdue, "EUR") in head
    assert len(page.dataframe[0].value) == count
    factors = marts.execute(
        "select factor_label, explanation from fct_risk_factors where customer_id = $customer",
        {"customer": customer_id},
    ).fetchall()
    why = next(found for found in html(page) if "<th>Factor</th>" in found)
    assert len(factors) > 0
    assert all(label in why for label, _ in factors)


def test_the_customer_page_tells_sub_scores_overrides_and_what_is_missing(
    app: AppTest, marts: duckdb.DuckDBPyConnection
) -> None:
    customer_id, reason, behaviour = one(
        marts,
        """
        select overrides.customer_id, overrides.reason, risk.behaviour_score
        from rpt_tier_overrides as overrides
        inner join fct_customer_risk_weekly as risk on overrides.override_id = risk.override_id
        where risk.as_of_on = (select as_of_on from rpt_passport)
        """,
    )
    app.query_params["customer"] = customer_id
    page = go(app, "customer")
    assert any(reason in found and "Set by hand to" in found for found in html(page))
    factors = next(found for found in html(page) if "Solvency: can they pay" in found)
    assert f"<th>{behaviour} of 100</th>" in factors
    for explanation, is_missing in marts.execute(
        "select explanation, is_missing from fct_risk_factors where customer_id = $customer", {"customer": customer_id}
    ).fetchall():
        assert escape(explanation) in factors
        if is_missing:
            assert explanation in ("Not provided", "Nothing to measure yet")
