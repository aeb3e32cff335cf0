"""The global filters live in the address and hold on every page."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from dashboards.lib.format import Formatter
from dashboards.lib.navigate import PAGES
from tests.dashboards.conftest import html, one, open_app, sentence

FMT = Formatter()


def test_an_address_names_week_entity_and_currency(
    sample_home: Path, marts: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_app(sample_home, monkeypatch, week="2025-06-29", entity="UK", currency="GBP")
    name, overdue = one(
        marts,
        """
        select entity_name, overdue_amount
        from fct_kpis inner join dim_entities using (entity_id)
        where period_kind = 'week' and period_ending_on = date '2025-06-29'
            and entity_id = 'UK' and scope = 'all' and reporting_currency = 'GBP'
        """,
    )
    head = sentence(page)
    assert "Sun 29 Jun 2025" in head
    assert f"{name} · GBP" in head
    assert any(f'<span class="figure">{FMT.short_money(overdue, "GBP")}</span>' in found for found in html(page))


def test_filters_hold_on_every_page(sample_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_app(sample_home, monkeypatch, week="2025-06-29", entity="UK")
    for entry in PAGES:
        page.switch_page(entry.file).run()
        assert not page.exception
        assert page.query_params["week"] == "2025-06-29"
        assert page.query_params["entity"] == "UK"
        assert page.selectbox(key="week-choice").value == "2025-06-29"
        assert page.selectbox(key="entity-choice").value == "UK"


def test_choosing_writes_the_code_into_the_address(app: AppTest) -> None:
    app.selectbox(key="entity-choice").set_value("FR").run()
    app.selectbox(key="week-choice").set_value("2025-12-28").run()
    assert app.query_params["entity"] == "FR"
    assert app.query_params["week"] == "2025-12-28"
    assert "28 Dec 2025" in sentence(app)


def test_the_default_takes_no_room_in_the_address(app: AppTest) -> None:
    app.selectbox(key="entity-choice").set_value("FR").run()
    app.selectbox(key="entity-choice").set_value("*").run()
    assert not app.query_params.get("entity")
    assert "All entities" in sentence(app)


@pytest.mark.parametrize("unknown", [{"week": "1999-01-03"}, {"entity": "XX"}, {"currency": "XXX"}, {"week": "soon"}])
def test_what_the_marts_do_not_have_falls_back(
    sample_home: Path, monkeypatch: pytest.MonkeyPatch, unknown: dict[str, str]
) -> None:
    page = open_app(sample_home, monkeypatch, **unknown)
    assert not page.exception
    assert page.selectbox(key="entity-choice").value == "*"
    assert page.selectbox(key="currency-choice").value == "EUR"
    assert "29 Mar 2026" in sentence(page)


def test_an_earlier_week_offers_the_newest(sample_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_app(sample_home, monkeypatch, week="2025-06-29")
    page.button(key="newest-week").click().run()
    assert "29 Mar 2026" in sentence(page)
    assert not [button for button in page.button if button.key == "newest-week"]


def test_number_format_follows_the_choice(app: AppTest) -> None:
    app.radio(key="numbers-choice").set_value("fr").run()
    assert app.query_params["numbers"] == "fr"
    tile = next(found for found in html(app) if 'class="label">Overdue<' in found)
    assert "M€</span>" in tile
