"""The decision memo: the page, the file to print, and what it says of a customer."""

from __future__ import annotations

from dataclasses import replace
from html import escape
from pathlib import Path
from statistics import median

import duckdb
import pytest

from dashboards.lib import memo, publication
from dashboards.lib.db import Warehouse
from dashboards.lib.format import Formatter
from dashboards.lib.memo import Memo
from tests.dashboards.conftest import ChangedApp, choose, go, html, one, open_app, plain, sentence, tile

FMT = Formatter()


def _memo(sample_home: Path, customer_id: str) -> Memo:
    found = memo.read(Warehouse(publication.current(sample_home)), customer_id, "EUR", FMT)
    assert found is not None
    return found


def _largest(marts: duckdb.DuckDBPyConnection) -> str:
    (customer_id,) = one(marts, "select customer_id from rpt_credit_exposures order by exposure_amount desc limit 1")
    return str(customer_id)


def test_the_memo_shows_the_customer_of_the_address(
    sample_home: Path, monkeypatch: pytest.MonkeyPatch, marts: duckdb.DuckDBPyConnection
) -> None:
    customer_id, name, exposure, limit, recommended, formula = one(
        marts,
        """
        select customer_id, customer_name, exposure_amount, limit_amount, recommended_limit_amount, recommended_formula
        from rpt_credit_exposures where excess_amount > 0 and recommended_limit_amount > 0
        order by exposure_amount desc limit 1
        """,
    )
    page = go(open_app(sample_home, monkeypatch, customer=customer_id), "memo")
    page.selectbox(key="customer-choice").set_value(customer_id).run()
    assert name in sentence(page)
    shown = next(found for found in html(page) if 'class="enc-memo"' in found)
    for amount in (exposure, limit, recommended):
        assert FMT.money(amount, "EUR") in shown
    assert escape(FMT.told(formula)) in shown
    assert "Proposed: " in shown
    for head in ("Requested", "Granted and recommended", "Mitigants", "Why this tier", "In perspective", "Decision"):
        assert f"<h2>{head}" in shown
    for words in ("Limit", "Terms", "Conditions", "Name", "Day"):
        assert f"<th>{words}</th>" in shown


def test_the_memo_tells_every_factor_with_its_points_and_names_the_missing(
    sample_home: Path, marts: duckdb.DuckDBPyConnection
) -> None:
    customer_id = _largest(marts)
    shown = memo.body(_memo(sample_home, customer_id), FMT)
    factors = marts.execute(
        "select factor_label, explanation, points, most_points, is_missing from fct_risk_factors "
        "where customer_id = $id",
        {"id": customer_id},
    ).fetchall()
    assert any(is_missing for *_, is_missing in factors)
    for label, explanation, points, most, is_missing in factors:
        if is_missing:
            assert label in shown
        else:
            assert escape(explanation) in shown
            assert f">{points} of {most}<" in shown


def test_the_memo_counts_the_orders_that_wait(sample_home: Path, marts: duckdb.DuckDBPyConnection) -> None:
    customer_id, count, amount = one(
        marts,
        """
        select customer_id, count(*), sum(reporting_amount) from rpt_order_decisions
        where rule_code = 'over_limit' group by customer_id order by 3 desc, 1 limit 1
        """,
    )
    said = memo.requested(_memo(sample_home, customer_id), FMT)
    assert f"{FMT.count(count, 'order')} of {FMT.money(amount, 'EUR')} to block by the rule “Over the limit”" in said
    assert any(line.startswith("To hold all that is owed and ordered, the limit would have to be") for line in said)


def test_a_prospect_asks_for_credit(sample_home: Path, marts: duckdb.DuckDBPyConnection) -> None:
    customer_id, asked, missing = one(
        marts,
        """
        select customer_id, requested_on, missing from rpt_onboarding
        inner join rpt_credit_exposures using (customer_id)
        where stage = 'prospect' and missing is not null order by customer_id limit 1
        """,
    )
    said = memo.requested(_memo(sample_home, customer_id), FMT)
    assert said[0].startswith(f"Credit asked for on {FMT.day(asked)}")
    assert f"Of its file: {missing}" in said


def test_what_is_unusual_is_so_against_its_own_weeks_or_its_segment(
    sample_home: Path, marts: duckdb.DuckDBPyConnection
) -> None:
    """By another way: the weeks and the segment are read whole and counted in Python."""
    (customer_id, segment) = one(
        marts, "select customer_id, segment from rpt_credit_exposures order by exposure_amount desc limit 1"
    )
    (as_of_on,) = one(marts, "select as_of_on from rpt_passport")
    rows = {row["measure"]: row for row in _memo(sample_home, customer_id).unusual}
    own = marts.execute(
        "select as_of_on, late_payment_rate_by_value from fct_customer_weekly "
        "where customer_id = $id and entity_id = '*' and as_of_on <= $day order by 1 desc limit 53",
        {"id": customer_id, "day": as_of_on},
    ).fetchall()
    now, before = own[0][1], [value for _, value in own[1:] if value is not None]
    others = [
        value
        for (value,) in marts.execute(
            "select late_payment_rate_by_value from fct_customer_weekly inner join dim_customers using (customer_id) "
            "where entity_id = '*' and as_of_on = $day and segment = $segment and customer_id <> $id "
            "and customer_kind <> 'intragroup' and late_payment_rate_by_value is not null",
            {"id": customer_id, "day": as_of_on, "segment": segment},
        ).fetchall()
    ]
    found = rows["late_payment_rate_by_value"]
    assert found["value_now"] == now
    assert (found["own_weeks"], found["segment_count"]) == (len(before), len(others))
    assert found["own_median"] == pytest.approx(median(before))
    assert found["segment_median"] == pytest.approx(median(others))
    share = sum(value < now for value in before) / len(before)
    assert found["own_below_rate"] == pytest.approx(share)
    assert found["is_unusual_for_it"] == (share >= 0.9)
    assert found["is_unusual_in_segment"] == (sum(value < now for value in others) / len(others) >= 0.9)


def test_a_memo_to_print_stands_alone_with_the_passport(sample_home: Path, marts: duckdb.DuckDBPyConnection) -> None:
    customer_id = _largest(marts)
    (build_id,) = one(marts, "select build_id from rpt_passport")
    written = memo.document([_memo(sample_home, customer_id)], FMT).decode()
    for outside in ("http:", "https:", "<script", "<link", "<img", "@import"):
        assert outside not in written
    assert f"Build: {build_id}" in written
    (given,) = one(marts, "select given_due_days_rate from rpt_passport")
    assert f"Due days given: {FMT.rate(given)}" in written
    assert "Made-up data: an example, no proof of anything." in written
    assert written.count("<article") == 1


def test_names_in_a_memo_are_text(sample_home: Path, marts: duckdb.DuckDBPyConnection) -> None:
    found = _memo(sample_home, _largest(marts))
    shown = memo.body(replace(found, facts={**found.facts, "customer_name": "<b>&Co"}), FMT)
    assert "&lt;b&gt;&amp;Co" in shown
    assert "<b>&Co" not in shown


def test_what_mitigates_says_what_was_not_provided(sample_home: Path, marts: duckdb.DuckDBPyConnection) -> None:
    found = _memo(sample_home, _largest(marts))
    facts = {**found.facts, "cover_state": "not provided", "deposits_asked_amount": None, "limit_state": "not provided"}
    without = replace(found, facts={**facts, "limit_amount": None, "ordered_amount": None})
    said = memo.mitigants(without, FMT)
    assert "Cover: not provided" in said
    assert "Deposits: not provided" in said
    assert "Orders: not provided" in memo.requested(without, FMT)
    what, now, _ = memo.granted(without, FMT)[0]
    assert (what, now.split(" (")[0]) == ("Limit", "Not provided")


def test_a_limit_that_expired_is_worded_so(changed_app: ChangedApp, marts: duckdb.DuckDBPyConnection) -> None:
    customer_id, name, exposure = one(
        marts,
        "select customer_id, customer_name, exposure_amount from rpt_credit_exposures "
        "where limit_state = 'given' and recommended_limit_amount > 0 and credit_action = 'free' "
        "order by exposure_amount desc limit 1",
    )
    ((expired,),) = marts.execute(
        "select count(*) + 1 from rpt_credit_exposures where limit_state = 'expired'"
    ).fetchall()
    app = changed_app(
        "update rpt_credit_exposures set limit_state = 'expired', limit_amount = null, granted_amount = null, "
        "excess_amount = null, reporting_used_amount = null, reporting_excess_amount = null, utilisation_rate = null "
        f"where customer_id = '{customer_id}'",
        customer=customer_id,
    )
    page = go(app, "memo")
    assert f"{name}, tier" in sentence(page)
    assert f"exposure of {FMT.short_money(exposure, 'EUR')}; its limit has expired; recommended" in sentence(page)
    shown = next(found for found in html(page) if 'class="enc-memo"' in found)
    assert "<tr><th>Limit</th><td>Expired</td>" in shown
    assert "Proposed: The limit has expired: grant a new one of " in plain(shown)
    page = go(page, "exposure")
    assert f", {expired} expired<" in tile(page, "Limits granted")
    choose(page, "which", ["expired"])
    shown_rows = page.dataframe[0].value
    assert list(shown_rows["limit_words"]) == ["Expired"] * expired
    assert name in set(shown_rows["customer_name"])
    page = go(page, "customer")
    assert any("<dt>Limit</dt><dd>Expired</dd>" in found for found in html(page))
