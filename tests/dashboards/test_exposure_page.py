"""The page on exposure and cover against the marts, and what the credit pages have in common."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from dashboards.lib import credit_words, export, glossary, publication
from dashboards.lib.db import Warehouse
from dashboards.lib.format import Formatter
from dashboards.lib.queries import exposure
from tests.dashboards.conftest import ChangedApp, choose, go, html, one, sentence, tile

FMT = Formatter()


def test_exposure_tiles_are_the_sums_of_the_mart(app: AppTest, marts: duckdb.DuckDBPyConnection) -> None:
    page = go(app, "exposure")
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
        assert f'class="figure">{FMT.short_money(amount, "EUR")}<' in tile(page, label)
    assert f"{FMT.count(over, 'customer')} " in sentence(page) + " "
    assert FMT.short_money(exposure, "EUR") in sentence(page)
    assert FMT.count(over, "customer") in tile(page, "Over the limit")


@pytest.mark.parametrize(
    ("name", "title", "words"),
    [
        ("exposure", "Exposure and cover", {"Exposure": "Exposure", "Over the limit": "Used, over"}),
        ("orders", "Orders", {"Block": "Decision", "Not signed": "Not signed"}),
    ],
)
def test_every_tile_has_its_definition_one_click_away(
    app: AppTest, name: str, title: str, words: dict[str, str]
) -> None:
    page = go(app, name)
    said = [str(found.value) for found in page.markdown]
    tiles = [found for found in html(page) if 'class="enc-tile"' in found]
    assert len([found for found in said if found.startswith("**")]) == len(tiles) > 0
    for label, word in words.items():
        assert any(f"**{label}**" in found and glossary.meaning(title, word) in found for found in said)


def test_the_excess_in_the_main_currency_is_the_limit_s_at_its_own_rate(
    app: AppTest, marts: duckdb.DuckDBPyConnection
) -> None:
    table = go(app, "exposure").dataframe[0].value
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
    page = go(app, "exposure")
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
        ("no_limit", "granted_amount is null and limit_state = 'none'"),
        ("expired", "granted_amount is null and limit_state = 'expired'"),
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
    assert (found[0]["chosen_count"], found[0]["chosen_amount"]) == (count, amount)


def test_granted_stands_beside_recommended_with_its_formula(app: AppTest, marts: duckdb.DuckDBPyConnection) -> None:
    table = go(app, "exposure").dataframe[0].value
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
    page = go(app, "exposure")
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
    page = go(app, "exposure")
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
    page = go(app, "exposure")
    table = next(found.value for found in page.dataframe if "herfindahl_index" in found.value.columns)
    assert list(table["kind_words"]) == ["Customer", "Group", "Segment", "Country"]
    top, index = one(
        marts, "select top_5_rate, herfindahl_index from rpt_concentration where concentration_kind = 'customer'"
    )
    assert (table.iloc[0]["top_5_rate"], table.iloc[0]["herfindahl_index"]) == (top, index)
    groups = next(found.value for found in page.dataframe if "worst_risk_tier" in found.value.columns)
    assert sum(groups["exposure_amount"]) == one(marts, "select sum(exposure_amount) from rpt_group_exposures")[0]


def test_what_was_not_provided_is_said_and_never_zero(changed_app: ChangedApp) -> None:
    app = changed_app(
        """
        update rpt_credit_exposures set
            limit_state = 'not provided', limit_amount = null, granted_amount = null, excess_amount = null,
            headroom_amount = null, used_amount = null, utilisation_rate = null, cover_state = 'not provided',
            cover_status = null, insured_amount = null, eligible_amount = null, ordered_amount = null,
            delivered_not_billed_amount = null, deposits_asked_amount = null, deposits_received_amount = null
        """,
        "delete from rpt_insured_items",
    )
    page = go(app, "exposure")
    for label in ("Limits granted", "Over the limit", "Insured", "Deposits received"):
        assert 'class="figure">not provided<' in tile(page, label)
    assert "Limits are not provided" in sentence(page)
    told = next(found for found in html(page) if "Not provided: credit limits" in found)
    assert "covers" in told
    assert "orders" in told
    table = page.dataframe[0].value
    assert set(table["limit_words"]) == set(table["cover_words"]) == {"Not provided"}
    assert table["limit_amount"].isna().all()
    assert table["insured_amount"].isna().all()


@pytest.mark.parametrize("name", ["exposure", "committee", "memo"])
def test_figures_of_customers_as_a_whole_say_so_when_an_entity_is_chosen(app: AppTest, name: str) -> None:
    page = go(app, name)
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
    page = go(app, "exposure")
    page.selectbox(key="week-choice").set_value(earlier).run()
    page.selectbox(key="entity-choice").set_value("PL").run()
    assert not page.exception
    assert page.query_params["week"] != [as_of_on.isoformat()]
    assert {facts["As of"] for facts in said} == {as_of_on.isoformat()}
    assert {facts["Entity"] for facts in said} == {"All entities"}


def test_pages_without_any_exposure_open_and_say_so(changed_app: ChangedApp) -> None:
    marts = ("rpt_credit_exposures", "rpt_order_decisions", "rpt_insured_items", "rpt_group_exposures")
    app = changed_app(*(f"delete from {mart}" for mart in (*marts, "rpt_concentration")))
    for name, words in {
        "exposure": "No customer owes or orders anything.",
        "orders": "Orders are not provided.",
        "committee": "There is no exposure to decide on.",
        "memo": "No customer has an exposure, a limit or a cover here.",
    }.items():
        assert words in sentence(go(app, name)), name
