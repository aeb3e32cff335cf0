"""The pages on tiers and on the back-test against the marts."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from dashboards.lib import export
from dashboards.lib.format import Formatter
from tests.dashboards.conftest import choose, go, html, one, open_app, sentence

FMT = Formatter()


def test_the_back_test_of_the_sample_company_is_said_to_be_no_proof(
    app: AppTest, marts: duckdb.DuckDBPyConnection
) -> None:
    """The made-up company's figures are shown, never as a verdict."""
    assert one(marts, "select is_made_up from rpt_passport") == (True,)
    page = go(app, "back_test")
    assert "Made-up data: no proof" in sentence(page)
    shown = " ".join(html(page))
    assert "never a proof of the scorecard" in shown
    for verdict in ("rise with the tier", "The scorecard&#x27;s AUC is", "had promised"):
        assert verdict not in shown
    tiers = page.dataframe[0].value
    known = marts.execute(
        "select risk_tier, invoices_count from rpt_backtest_tiers where quarter = 'all' order by tier_order"
    ).fetchall()
    assert list(zip(tiers["risk_tier"], tiers["invoices_count"], strict=True)) == known


def test_the_back_test_of_real_invoices_gives_its_verdict(
    sample_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same marts, no longer said to be made up."""
    shutil.copytree(sample_home / "published", tmp_path / "published")
    pointer = json.loads((tmp_path / "published" / "current.json").read_text(encoding="utf-8"))
    with duckdb.connect(str(tmp_path / "published" / pointer["file"])) as connection:
        connection.execute("update marts.rpt_passport set is_made_up = false")
    page = go(open_app(tmp_path, monkeypatch), "back_test.py")
    head = sentence(page)
    assert "no proof" not in head
    assert "with the tier" in head or "No quarter" in head
    assert "AUC is" in head or "cannot be measured" in head


def test_files_of_the_back_test_say_that_made_up_data_is_no_proof(
    sample_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, export.About] = {}

    def instead(rows: object, columns: object, name: str, facts: export.About, *, key: str) -> None:
        asked[key] = facts

    monkeypatch.setattr(export, "buttons", instead)
    app = open_app(sample_home, monkeypatch)
    asked.clear()
    go(app, "back_test")
    assert set(asked) == {"back-test-tiers", "back-test-scorers", "back-test-calibration"}
    for facts in asked.values():
        assert any(name == "Proof" and "no proof" in words for name, words in facts.what)
        assert ("Made-up data", "True") in facts.passport


def test_tiers_show_the_moves_the_policy_and_the_overrides_of_the_marts(
    app: AppTest, marts: duckdb.DuckDBPyConnection
) -> None:
    page = go(app, "tiers")
    for weeks in (13, 4):
        if weeks == 4:
            choose(page, "step-choice", "4")
        worse, better = one(
            marts,
            """
            select
                coalesce(sum(customers_count) filter (where movement = 'worse'), 0),
                coalesce(sum(customers_count) filter (where movement = 'better'), 0)
            from rpt_tier_migrations
            where step_weeks = $weeks
                and week_ending_on = (select max(week_ending_on) from rpt_tier_migrations where step_weeks = $weeks)
            """,
            {"weeks": weeks},
        )
        assert any(f"{FMT.count(worse, 'customer')} fell, {FMT.number(better)} rose" in found for found in html(page))
        assert f"in {weeks} weeks" in sentence(page)
    (policy,) = (found for found in html(page) if "Longest terms" in found)
    for label, days in marts.execute(
        "select tier_label, review_days from rpt_risk_tiers "
        "where week_ending_on = (select max(week_ending_on) from rpt_risk_tiers)"
    ).fetchall():
        assert label in policy
        assert FMT.count(days, "day") in policy
    (overrides,) = one(marts, "select count(*) from rpt_tier_overrides")
    assert len(page.dataframe[0].value) == overrides > 0
