"""Each page runs, opens with a sentence made of the figures, and shows what the marts hold."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from dashboards.lib import export, glossary, passport
from dashboards.lib.db import Row
from dashboards.lib.format import Formatter
from dashboards.lib.navigate import PAGES, PageEntry
from dashboards.lib.tables import Column
from tests.dashboards.conftest import APP, ChangedApp, go, html, one, open_app, sentence

FMT = Formatter()
FILES = sorted(path.name for path in (APP.parent / "app_pages").glob("*.py"))


def test_every_page_file_is_in_the_navigation() -> None:
    assert sorted(entry.file for entry in PAGES) == [f"app_pages/{name}" for name in FILES]


@pytest.mark.parametrize("name", FILES)
def test_page_runs_and_says_where_when_and_how_fresh(app: AppTest, marts: duckdb.DuckDBPyConnection, name: str) -> None:
    page = go(app, name)
    head = sentence(page)
    (as_of,) = one(marts, "select as_of_on from rpt_passport")
    assert "All entities" in head
    assert FMT.day(as_of, weekday=True) in head
    assert "loaded" in head


@pytest.mark.parametrize("name", FILES)
def test_every_page_has_the_passport_at_its_foot(app: AppTest, marts: duckdb.DuckDBPyConnection, name: str) -> None:
    shown = html(go(app, name))
    foot = next(found for found in shown if 'class="enc-passport"' in found)
    build_id, code_version, policy_hash, stated, rejected = one(
        marts,
        """
        select build_id, code_version, policy_hash, stated_allocations_rate, rejected_amount from rpt_passport
        """,
    )
    for told in (build_id, code_version, policy_hash, f"{FMT.rate(stated)} stated", f"rejected {FMT.amount(rejected)}"):
        assert told in foot
    whole = next(found for found in shown if "enc-facts" in found and "Policy hash" in found)
    for fact in passport.FACTS:
        assert f"<dt>{fact.label}</dt>" in whole


@pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry.title)
def test_every_page_has_its_definitions_one_click_away(app: AppTest, entry: PageEntry) -> None:
    page = go(app, Path(entry.file).name)
    words = next(found for found in html(page) if 'class="enc-words"' in found)
    assert glossary.PAGES[entry.title]
    for name, meaning in glossary.PAGES[entry.title]:
        assert f"<dt>{escape(name)}</dt><dd>{escape(meaning)}</dd>" in words


def test_every_file_to_take_away_carries_the_passport(
    sample_home: Path, monkeypatch: pytest.MonkeyPatch, marts: duckdb.DuckDBPyConnection
) -> None:
    asked: list[tuple[str, bytes]] = []

    def instead(
        rows: Sequence[Row] | Callable[[], Sequence[Row]],
        columns: Sequence[Column],
        name: str,
        facts: export.About,
        *,
        key: str,
    ) -> None:
        found = rows() if callable(rows) else rows
        asked.append((key, export.to_csv(found[:2], columns, facts)))
        assert export.to_excel(found[:2], columns, name, facts)

    monkeypatch.setattr(export, "buttons", instead)
    (build_id,) = one(marts, "select build_id from rpt_passport")
    app = open_app(sample_home, monkeypatch)
    seen = set()
    for name in FILES:
        asked.clear()
        go(app, name)
        assert asked, name
        for key, written in asked:
            lines = written.decode("utf-8-sig").splitlines()
            assert f"# Build: {build_id}" in lines, key
            assert {f"# {fact.label}" for fact in passport.FACTS} <= {line.split(":")[0] for line in lines}, key
            seen.add(key)
    assert {"members", "months", "sections", "figure-rows", "due-calendar", "roll-forward", "statutory"} <= seen
    assert {"watch", "insolvent", "came-in", "left", "alerts"} <= seen


def test_the_passport_tells_every_column_of_its_mart(marts: duckdb.DuckDBPyConnection) -> None:
    columns = {name for name, *_ in marts.execute("describe rpt_passport").fetchall()}
    assert {fact.column for fact in passport.FACTS} == columns


def test_data_health_says_what_the_passport_says(app: AppTest, marts: duckdb.DuckDBPyConnection) -> None:
    page = go(app, "data_health")
    (tests,) = one(marts, "select count(*) from rpt_tests")
    (files,) = one(marts, "select count(*) from rpt_loads")
    (build_id,) = one(marts, "select build_id from rpt_passport")
    assert f"All {FMT.number(tests)} tests passed." in sentence(page)
    tables = {column: table.value for table in page.dataframe for column in table.value.columns}
    assert len(tables["rows_vanished"]) == files
    assert len(tables["test_name"]) == tests
    assert any(build_id in found for found in html(page))


def test_nothing_published_tells_the_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_app(tmp_path, monkeypatch)
    assert not page.exception
    assert any("Nothing is published yet" in found for found in html(page))
    assert any("make demo" in str(found.value) for found in page.code)


@pytest.mark.parametrize("pointer", ["{", "[]", '{"file": "gone.duckdb"}', '{"build_id": "b"}'])
def test_a_broken_pointer_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pointer: str) -> None:
    (tmp_path / "published").mkdir()
    (tmp_path / "published" / "current.json").write_text(pointer, encoding="utf-8")
    page = open_app(tmp_path, monkeypatch)
    assert not page.exception
    assert any("cannot be read" in found for found in html(page))


def test_pages_follow_the_pointer(sample_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    shutil.copytree(sample_home / "published", home / "published")
    page = open_app(home, monkeypatch)
    pointer_file = home / "published" / "current.json"
    pointer = json.loads(pointer_file.read_text(encoding="utf-8"))
    later = home / "published" / "later.duckdb"
    shutil.copy(home / "published" / pointer["file"], later)
    with duckdb.connect(str(later)) as connection:
        connection.execute("update marts.fct_kpis set dso_days = 77.7 where scope = 'all'")
    pointer_file.write_text(json.dumps({**pointer, "file": later.name, "build_id": "later"}), encoding="utf-8")
    page.run()
    assert "77.7 days" in sentence(page)


def test_assumed_due_days_stand_under_a_banner_on_every_page(changed_app: ChangedApp) -> None:
    page = changed_app("update rpt_passport set are_due_days_assumed = true, assumed_due_days_rate = 0.81")
    for name in FILES:
        shown = go(page, name)
        assert any("Due days of 81" in found and "enc-banner" in found for found in html(shown)), name


def test_a_file_of_an_earlier_version_is_told_with_the_way_out(changed_app: ChangedApp) -> None:
    page = changed_app("alter table rpt_rejects drop column finding_number")
    shown = go(page, "data_health")
    assert not shown.exception
    assert any("Run `encours build`" in found and "enc-banner" in found for found in html(shown))
    assert any("finding_number" in found for found in html(shown))
    assert any("enc-passport" in found for found in html(shown))


def test_unexplained_ledger_difference_stands_under_a_banner_on_every_page(changed_app: ChangedApp) -> None:
    page = changed_app("update rpt_passport set tie_out_status = 'unexplained', unexplained_gl_amount = 1240.55")
    for name in FILES:
        shown = go(page, name)
        assert any("1,240.55" in found and "enc-banner" in found for found in html(shown)), name
