"""The weekly page against the marts: tiles, changes, months, members of a dimension, bridges."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from dashboards.lib.effects import DSO, EFFECTS
from dashboards.lib.format import Formatter
from dashboards.lib.measures import MEASURES, MONTH_FIGURES, SECTIONS, TILES
from dashboards.lib.queries import cuts
from tests.dashboards.conftest import ChangedApp, choose, html, one, open_app, sentence

FMT = Formatter()
NEWEST = "(select max(period_ending_on) from fct_kpis where period_kind = 'week' and is_complete)"


def test_weekly_tiles_show_the_figures_of_the_newest_week(app: AppTest, marts: duckdb.DuckDBPyConnection) -> None:
    dso, best, overdue, late, effectiveness, unapplied = one(
        marts,
        f"""
        select dso_days, best_possible_dso_days, overdue_amount, late_payment_rate_by_value,
            collection_effectiveness_rate, unapplied_amount
        from fct_kpis
        where period_kind = 'week' and period_ending_on = {NEWEST}
            and entity_id = '*' and scope = 'all' and reporting_currency = 'EUR'
        """,
    )
    tiles = [found for found in html(app) if 'class="enc-tile"' in found]
    expected = (
        FMT.days(dso),
        FMT.days(best),
        FMT.short_money(overdue, "EUR"),
        FMT.rate(late),
        FMT.rate(effectiveness),
        FMT.short_money(unapplied, "EUR"),
    )
    assert len(tiles) == len(expected)
    for tile, figure in zip(tiles, expected, strict=True):
        assert f'<span class="figure">{figure}</span>' in tile
        assert all(words in tile for words in ("last week", "4 weeks ago", "a year ago"))
    assert FMT.number(dso, 1) in sentence(app)


def test_weekly_change_is_the_difference_of_two_weeks(app: AppTest, marts: duckdb.DuckDBPyConnection) -> None:
    for days, words in ((7, "last week"), (28, "4 weeks ago"), (364, "a year ago")):
        (change,) = one(
            marts,
            f"""
            select
                sum(dso_days) filter (where period_ending_on = {NEWEST})
                - sum(dso_days) filter (where period_ending_on = {NEWEST} - {days})
            from fct_kpis
            where period_kind = 'week' and entity_id = '*' and scope = 'all' and reporting_currency = 'EUR'
            """,
        )
        shown = FMT.signed(FMT.days(change), change)
        tile = next(found for found in html(app) if 'class="label">DSO<' in found)
        line = tile.split(words)[1].split("</tr>")[0]
        assert shown in line.replace("&nbsp;", "\u00a0"), (words, shown, line)


def test_every_tile_explains_itself(app: AppTest) -> None:
    told = " ".join(str(found.value) for found in app.markdown)
    for words in ("Days sales outstanding", "every customer paid on the due day", "CEI", "never netted into another"):
        assert words in told


def test_scope_changes_the_figures(app: AppTest, marts: duckdb.DuckDBPyConnection) -> None:
    (clean,) = one(
        marts,
        f"""
        select overdue_amount from fct_kpis
        where period_kind = 'week' and period_ending_on = {NEWEST}
            and entity_id = '*' and scope = 'clean' and reporting_currency = 'EUR'
        """,
    )
    choose(app, "scope-choice", "clean")
    assert app.query_params["scope"] == "clean"
    assert any(f'<span class="figure">{FMT.short_money(clean, "EUR")}</span>' in found for found in html(app))


def _kpis(marts: duckdb.DuckDBPyConnection, columns: str, which: str) -> tuple[Any, ...]:
    return one(
        marts, f"select {columns} from fct_kpis where entity_id = '*' and reporting_currency = 'EUR' and {which}"
    )


def test_every_figure_stands_on_the_weekly_page_and_opens_its_rows(
    app: AppTest, marts: duckdb.DuckDBPyConnection
) -> None:
    shown = " ".join(html(app))
    keys = [button.key or "" for button in app.button]
    drills = {key.removeprefix("drill-") for key in keys if key.startswith("drill-")}
    links = {column for column in MEASURES if f'href="figure?figure={column}' in shown}
    assert drills == set(TILES)
    assert drills | links == set(MEASURES)
    sections = next(found for found in html(app) if 'class="section"' in found)
    for head, columns in SECTIONS.items():
        assert f">{escape(head)}<" in sections
        for column in columns:
            assert escape(MEASURES[column].definition) in sections
    (overdue_age, cost) = _kpis(
        marts,
        "average_overdue_age_days, cost_of_overdue_amount",
        f"period_kind = 'week' and scope = 'all' and period_ending_on = {NEWEST}",
    )
    assert f"<td>{FMT.days(overdue_age)}</td>" in sections
    assert f"<td>{FMT.short_money(cost, 'EUR')}</td>" in sections


def test_months_lead_to_their_rows(app: AppTest, marts: duckdb.DuckDBPyConnection) -> None:
    table = next(found for found in html(app) if "<th>Month</th>" in found)
    lines = table.split("<tr>")[2:]
    assert len(lines) == 13
    month, rate = one(
        marts,
        """
        select period_ending_on, at_risk_rate from fct_kpis
        where period_kind = 'month' and entity_id = '*' and scope = 'all' and reporting_currency = 'EUR'
            and at_risk_rate is not null
        order by period_ending_on desc limit 1
        """,
    )
    line = next(found for found in lines if FMT.month(month, short=True) in found)
    assert f'href="figure?figure=at_risk_rate&amp;month={month}" target="_self">{FMT.rate(rate)}</a>' in line
    assert line.count("<a ") == len(MONTH_FIGURES)


@pytest.mark.parametrize("dimension", cuts.DIMENSIONS)
def test_the_weekly_page_speaks_of_one_member(
    sample_home: Path, monkeypatch: pytest.MonkeyPatch, marts: duckdb.DuckDBPyConnection, dimension: str
) -> None:
    member, dso, overdue = one(
        marts,
        f"""
        select member, dso_days, overdue_amount from fct_kpis_by_dimension
        where dimension = $dimension and period_kind = 'week' and period_ending_on = {NEWEST}
            and entity_id = '*' and scope = 'all' and reporting_currency = 'EUR' and dso_days is not null
        order by overdue_amount desc, member limit 1
        """,
        {"dimension": dimension},
    )
    page = open_app(sample_home, monkeypatch, cut=dimension, member=member)
    assert not page.exception
    assert cuts.DIMENSIONS[dimension] in sentence(page)
    assert FMT.number(dso, 1) in sentence(page)
    tile = next(found for found in html(page) if 'class="label">Overdue<' in found)
    assert FMT.short_money(overdue, "EUR") in tile
    members = next(table.value for table in page.dataframe if "member_words" in table.value.columns)
    (whole,) = _kpis(
        marts,
        "overdue_amount",
        f"period_kind = 'week' and scope = 'all' and period_ending_on = {NEWEST}",
    )
    assert sum(members["overdue_amount"]) == whole
    page.button(key="show-all").click().run()
    assert not page.exception
    assert cuts.DIMENSIONS[dimension] not in sentence(page)


def test_a_member_nobody_knows_is_everybody(sample_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_app(sample_home, monkeypatch, cut="segment", member="nobody' or 1=1 --")
    assert not page.exception
    assert "Segment" not in sentence(page)


def test_the_weekly_page_says_why_by_the_bridge(app: AppTest, marts: duckdb.DuckDBPyConnection) -> None:
    value, effect = one(
        marts,
        f"""
        select value, effect from rpt_kpi_bridge
        where period_kind = 'week' and period_ending_on = {NEWEST} and entity_id = '*'
            and reporting_currency = 'EUR' and measure = 'dso'
        order by abs(value) desc limit 1
        """,
    )
    told = f"{EFFECTS[DSO][effect].said} {FMT.signed(FMT.number(value, 1), value)}"
    assert told in sentence(app)
    assert any("the effects, before rounding, add up to" in found and "exactly" in found for found in html(app))
    drivers = next(table.value for table in app.dataframe if "share" in table.value.columns)
    assert 0 < len(drivers) <= 10


def test_the_first_tile_is_the_dso_that_policy_names(changed_app: ChangedApp, marts: duckdb.DuckDBPyConnection) -> None:
    page = changed_app("update rpt_passport set headline_dso = 'dso_countback_days'")
    (countback,) = _kpis(
        marts, "dso_countback_days", f"scope = 'all' and period_kind = 'week' and period_ending_on = {NEWEST}"
    )
    first = next(found for found in html(page) if 'class="enc-tile"' in found)
    assert "countback method" in first
    assert f'<span class="figure">{FMT.days(countback)}</span>' in first
    # The other one takes its place among the further figures, so that neither is lost.
    assert 'href="figure?figure=dso_days' in next(found for found in html(page) if 'class="section"' in found)
