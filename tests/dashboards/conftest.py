"""The app over the published sample: in process for behaviour, in a browser for what only a browser shows."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import ButtonGroup

from dashboards.lib import publication
from dashboards.lib.db import Warehouse
from dashboards.lib.queries import choices
from dashboards.lib.view import ALL_ENTITIES, View

APP = Path(__file__).resolve().parents[2] / "dashboards" / "app.py"
TIMEOUT = 60

ChangedApp = Callable[..., AppTest]


@pytest.fixture(scope="session")
def marts(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """A copy of the published sample, opened beside the dashboards' own code."""
    pointer = json.loads((sample_home / "published" / "current.json").read_text(encoding="utf-8"))
    # One process opens a file with one configuration only, and the pages have their own.
    copied = shutil.copy(sample_home / "published" / pointer["file"], tmp_path_factory.mktemp("marts") / "copy.duckdb")
    with duckdb.connect(str(copied), read_only=True) as connection:
        connection.execute("set schema = 'marts'")
        yield connection


@pytest.fixture
def app(sample_home: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The app on the published sample, at its first page, run once."""
    return open_app(sample_home, monkeypatch)


def open_app(home: Path, monkeypatch: pytest.MonkeyPatch, **parameters: str) -> AppTest:
    """The app on the files under ``home``, with query parameters as in an address, run once."""
    monkeypatch.setenv(publication.HOME_VARIABLE, str(home))
    test = AppTest.from_file(str(APP), default_timeout=TIMEOUT)
    for name, value in parameters.items():
        test.query_params[name] = value
    return test.run()


def go(app: AppTest, name: str) -> AppTest:
    """The page of a file of `app_pages`, run; it must not fail."""
    return ran(app.switch_page(f"app_pages/{name.removesuffix('.py')}.py").run())


def ran(page: AppTest) -> AppTest:
    """A page that did not fail."""
    assert not page.exception, page.exception
    return page


def shown_table(page: AppTest, column: str) -> Any:
    """The first table of the page that has a column, as it is shown."""
    return next(found.value for found in page.dataframe if column in found.value)


def of_entity(view: View, entity: str) -> View:
    """The same view of one entity."""
    return View(view.week, view.newest, entity, entity, view.currency, view.main_currency)


def changed(sample_home: Path, home: Path, *statements: str) -> Path:
    """A copy of the published sample under ``home``, with changes of its own to the marts."""
    shutil.copytree(sample_home / "published", home / "published")
    pointer = json.loads((home / "published" / "current.json").read_text(encoding="utf-8"))
    file = home / "published" / pointer["file"]
    file.chmod(0o644)
    with duckdb.connect(str(file)) as connection:
        connection.execute("set schema = 'marts'")
        for statement in statements:
            connection.execute(statement)
    return home


@pytest.fixture
def changed_app(sample_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ChangedApp:
    """``changed_app(*statements, **parameters)``: the app on the sample, with changes to its marts."""

    def opened(*statements: str, **parameters: str) -> AppTest:
        return open_app(changed(sample_home, tmp_path, *statements), monkeypatch, **parameters)

    return opened


def tile(page: AppTest, label: str) -> str:
    """The markup of the tile of a label."""
    return next(found for found in html(page) if f'class="label">{label}<' in found)


def sentence(app: AppTest) -> str:
    """The head of the page with its sentence, as markup."""
    return next(found for found in html(app) if 'class="enc-sentence"' in found)


def html(app: AppTest) -> list[str]:
    """All pieces of markup of the page."""
    return [str(found.value) for found in app.html]


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def choose(app: AppTest, key: str, value: object) -> None:
    """Choose in a group of buttons, which AppTest lists under no name of its own, and run."""
    control = app.get_by_key(key)
    assert isinstance(control, ButtonGroup)
    control.set_value(value).run()


def one(marts: duckdb.DuckDBPyConnection, sql: str, parameters: dict[str, Any] | None = None) -> tuple[Any, ...]:
    """The one row of a query."""
    row = marts.execute(sql, parameters or {}).fetchone()
    assert row is not None
    return row


@pytest.fixture
def warehouse(sample_home: Path) -> Warehouse:
    """The published sample as the pages see it."""
    st.cache_data.clear()
    return Warehouse(publication.current(sample_home))


@pytest.fixture
def view(warehouse: Warehouse) -> View:
    """The newest complete week, all entities, in the main currency."""
    newest = next(week for week in choices.weeks(warehouse) if week.is_complete)
    main = choices.main_currency(warehouse)
    assert main is not None
    return View(newest, newest, ALL_ENTITIES, "All entities", main, main)
