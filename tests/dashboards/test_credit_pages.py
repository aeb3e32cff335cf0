"""The credit pages: exposure and cover, orders, the committee's page and the decision memo, against the marts."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from decimal import Decimal
from html import escape
from pathlib import Path
from statistics import median
from typing import Any

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from audit import committee
from audit.committee import PARTS, Asked
from dashboards.lib import credit_words, export, memo, publication
from dashboards.lib.db import Warehouse
from dashboards.lib.format import Formatter
from dashboards.lib.memo import Memo
from dashboards.lib.queries import exposure
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


@pytest.mark.parametrize(
    ("state", "condition"),
    [
        ("over_limit", "used_amount > granted_amount"),
        ("above_recommended", "limit_amount > recommended_limit_amount"),
        ("review_due", "limit_review_due_on <= as_of_on"),
        ("no_limit", "granted_amount is null"),
        ("insured", "insured_amount > 0"),
        ("cover_cut", "cover_status in ('refused', 'cancelled', 'reduced')"),
    ],
)
def test_each_state_is_what_it_says(
    sample_home: Path, marts: duckdb.DuckDBPyConnection, state: str, condition: str
) -> None:
    warehouse = Warehouse(publication.current(sample_home))
    found = exposure.exposures(warehouse, exposure.Choice(states=[state]))
    expected = marts.execute(f"select customer_id from rpt_credit_exposures where {condition}").fetchall()
    assert expected
    assert {row["customer_id"] for row in found} == {customer_id for (customer_id,) in expected}
    assert found[0]["chosen_count"] == len(expected)


def test_a_long_list_is_cut_on_the_page_and_says_what_all_come_to(
    sample_home: Path, marts: duckdb.DuckDBPyConnection
) -> None:
    warehouse = Warehouse(publication.current(sample_home))
    found = exposure.exposures(warehouse, exposure.Choice(), 5)
    count, amount = one(marts, "select count(*), sum(exposure_amount) from rpt_credit_exposures")
    assert len(found) == 5
    assert (found[0]["chosen_count"], found[0]["chosen_exposure_amount"]) == (count, amount)


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


# Committee


def test_the_committee_opens_with_what_it_decides_on(app: AppTest, marts: duckdb.DuckDBPyConnection) -> None:
    page = _go(app, "committee")
    largest, whole = one(
        marts,
        """
        select
            (select sum(exposure_amount) from
                (select exposure_amount from rpt_credit_exposures order by exposure_amount desc limit 20)),
            sum(greatest(exposure_amount, 0))
        from rpt_credit_exposures
        """,
    )
    (over,) = one(marts, "select count(*) from rpt_credit_exposures where excess_amount > 0")
    head = sentence(page)
    assert FMT.short_money(largest, "EUR") in head
    assert FMT.rate(largest / whole, 0) in head
    assert FMT.count(over, "customer") in head
    page.selectbox(key="largest-choice").set_value("10").run()
    assert len(page.dataframe[0].value) == 10


def test_the_committee_s_page_shows_every_part_of_its_workbook(app: AppTest, sample_home: Path) -> None:
    page = _go(app, "committee")
    agenda = committee.gather(Warehouse(publication.current(sample_home)).rows, Asked())
    titles = [found for found in html(page) if 'class="enc-card-title"' in found]
    for part in PARTS:
        rows = agenda.parts[part.key]
        assert any(f"{part.title}: {FMT.number(len(rows))}<" in found for found in titles), part.key
    assert len(page.dataframe) == sum(bool(agenda.parts[part.key]) for part in PARTS) + 1
    decided = next(found.value for found in page.dataframe if "proposed_words" in found.value.columns)
    assert list(decided["proposed_words"]) == [row["proposed_words"] for row in agenda.decisions]


def test_a_committee_without_limits_says_so(sample_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = _changed(
        sample_home,
        tmp_path,
        "update rpt_credit_exposures set limit_state = 'not provided', limit_amount = null, granted_amount = null, "
        "excess_amount = null, limit_review_due_on = null, temporary_valid_to_on = null, limit_valid_to_on = null",
    )
    page = _go(open_app(home, monkeypatch), "committee")
    told = [found for found in html(page) if "Not provided: credit_limits." in found]
    assert len(told) == 3
    assert "Nothing can be said." in " ".join(html(page))


# The decision memo


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
    page = _go(open_app(sample_home, monkeypatch, customer=customer_id), "memo")
    page.selectbox(key="customer-choice").set_value(customer_id).run()
    assert name in sentence(page)
    shown = next(found for found in html(page) if 'class="enc-memo"' in found)
    for amount in (exposure, limit, recommended):
        assert FMT.money(amount, "EUR") in shown
    assert escape(formula) in shown
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
    assert (what, now.split(" (")[0]) == ("Limit", "not provided")


# All of them


@pytest.mark.parametrize("name", ["exposure", "committee", "memo"])
def test_figures_of_customers_as_a_whole_say_so_when_an_entity_is_chosen(app: AppTest, name: str) -> None:
    page = _go(app, name)
    assert not any("Limits and covers are of a customer as a whole" in found for found in html(page))
    page.selectbox(key="entity-choice").set_value("PL").run()
    assert not page.exception
    assert any("Limits and covers are of a customer as a whole" in found for found in html(page))
    assert "All entities" in sentence(page)


def test_files_of_an_earlier_week_say_the_day_their_figures_are_of(
    app: AppTest, marts: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[dict[str, str]] = []
    real = export.about

    def noted(*arguments: Any, **named: Any) -> export.About:
        facts = real(*arguments, **named)
        said.append(dict(facts.what))
        return facts

    monkeypatch.setattr(export, "about", noted)
    (as_of_on,) = one(marts, "select as_of_on from rpt_passport")
    earlier = app.selectbox(key="week-choice").options[5]
    page = _go(app, "exposure")
    page.selectbox(key="week-choice").set_value(earlier).run()
    page.selectbox(key="entity-choice").set_value("PL").run()
    assert not page.exception
    assert page.query_params["week"] != [as_of_on.isoformat()]
    assert {facts["As of"] for facts in said} == {as_of_on.isoformat()}
    assert {facts["Entity"] for facts in said} == {"All entities"}


def test_pages_without_any_exposure_open_and_say_so(
    sample_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    marts = ("rpt_credit_exposures", "rpt_order_decisions", "rpt_insured_items", "rpt_group_exposures")
    home = _changed(sample_home, tmp_path, *(f"delete from {mart}" for mart in (*marts, "rpt_concentration")))
    app = open_app(home, monkeypatch)
    for name, words in {
        "exposure": "No customer owes or orders anything.",
        "orders": "Orders are not provided.",
        "committee": "There is no exposure to decide on.",
        "memo": "No customer has an exposure, a limit or a cover here.",
    }.items():
        assert words in sentence(_go(app, name)), name
