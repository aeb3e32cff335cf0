"""The alerts page and its files against the mart: whom to tell what."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path
from typing import Any

import duckdb
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboards.lib import export, glossary
from dashboards.lib.db import Warehouse
from dashboards.lib.format import Formatter
from dashboards.lib.queries import alerts
from dashboards.lib.view import View
from dashboards.sections.alerted import events, file_name, file_names
from tests.dashboards.conftest import choose, go, html, of_entity, one, open_app, ran, sentence, shown_table

FMT = Formatter()
ENTITIES = ("*", "FR", "PL", "UK")


@pytest.fixture
def alerts_page(app: AppTest) -> AppTest:
    """The alerts, run once."""
    return go(app, "alerts")


def test_alerts_stand_once_with_everyone_they_are_told_to(
    alerts_page: AppTest, marts: duckdb.DuckDBPyConnection
) -> None:
    (count,) = one(
        marts, "select count(*) from (select distinct alert_kind, customer_id, document_number from rpt_alerts)"
    )
    assert f"{count}\u00a0alerts for" in sentence(alerts_page)
    table = shown_table(alerts_page, "told_to")
    assert len(table) == count > 0
    people = ", ".join(table["told_to"])
    for (recipient,) in marts.execute("select distinct recipient from rpt_alerts").fetchall():
        assert recipient in people


def test_alerts_narrow_by_recipient_role_and_kind(alerts_page: AppTest, marts: duckdb.DuckDBPyConnection) -> None:
    recipient, count = one(
        marts,
        """
        select recipient, count(*) from rpt_alerts where recipient_role = 'collector'
        group by recipient order by count(*) desc, recipient limit 1
        """,
    )
    alerts_page.selectbox(key="recipient-choice").set_value(recipient).run()
    assert len(shown_table(ran(alerts_page), "told_to")) == count
    assert set(shown_table(alerts_page, "told_to")["told_to"]) == {f"{recipient} (collector)"}
    assert any(f"alerts for {recipient}" in found for found in html(alerts_page))
    alerts_page.selectbox(key="recipient-choice").set_value("").run()
    choose(alerts_page, "role", ["management"])
    assert set(shown_table(alerts_page, "told_to")["told_to"]) == {"Management"}
    choose(alerts_page, "role", [])
    kind, label = one(marts, "select alert_kind, any_value(alert_label) from rpt_alerts group by 1 order by 1 limit 1")
    alerts_page.multiselect(key="kind").set_value([kind]).run()
    assert set(shown_table(alerts_page, "told_to")["alert_label"]) == {label}


def test_files_of_alerts_are_named_after_their_recipient(
    monkeypatch: pytest.MonkeyPatch, sample_home: Path, marts: duckdb.DuckDBPyConnection
) -> None:
    asked: list[tuple[str, list[dict[str, Any]]]] = []

    def instead(rows: Any, columns: Any, name: str, facts: export.About, *, key: str) -> None:
        asked.append((name, list(rows)))

    monkeypatch.setattr(export, "buttons", instead)
    recipient, count = one(
        marts, "select recipient, count(*) from rpt_alerts group by recipient order by count(*) desc, recipient limit 1"
    )
    page = go(open_app(sample_home, monkeypatch, recipient=recipient), "alerts")
    ran(page)
    name, rows = asked[-1]
    assert name == f"alerts-{file_name(recipient)}-2026-03-29"
    assert len(rows) == count
    assert {row["recipient"] for row in rows} == {recipient}


def test_each_recipient_gets_a_workbook_of_its_own(
    sample_home: Path, monkeypatch: pytest.MonkeyPatch, marts: duckdb.DuckDBPyConnection
) -> None:
    made: dict[str, Any] = {}
    draw = st.download_button

    def instead(label: str, **options: Any) -> bool:
        if options["key"] == "alerts-each":
            made["archive"] = options["data"]()
            made["name"] = options["file_name"]
        return draw(label, **options)

    monkeypatch.setattr(st, "download_button", instead)
    go(open_app(sample_home, monkeypatch), "alerts")
    names = [name for (name,) in marts.execute("select distinct recipient from rpt_alerts").fetchall()]
    with zipfile.ZipFile(io.BytesIO(made["archive"])) as archive:
        assert set(archive.namelist()) == {f"alerts-{file_name(name)}-2026-03-29.xlsx" for name in names}
        assert all(archive.read(name)[:2] == b"PK" for name in archive.namelist())
    assert made["name"] == "alerts-2026-03-29.zip"


def test_alerts_of_an_entity_are_those_of_its_customers(warehouse: Warehouse, view: View) -> None:
    everything = alerts.alerts(warehouse, view)
    found = [alerts.alerts(warehouse, of_entity(view, entity)) for entity in ENTITIES[1:]]
    assert all(len(rows) < len(everything) for rows in found)
    assert {row["customer_id"] for rows in found for row in rows} == {row["customer_id"] for row in everything}
    assert sum(row["alerts_count"] for row in alerts.recipients(warehouse, view)) == len(everything)


def test_every_kind_of_the_policy_says_what_it_means(project_root: Path, alerts_page: AppTest) -> None:
    with (project_root / "seeds" / "alert_rules.csv").open(encoding="utf-8", newline="") as rules:
        kinds = {row["alert_kind"]: row["alert_label"] for row in csv.DictReader(rules)}
    assert set(kinds) == set(glossary.ALERT_KINDS)
    card = next(found for found in html(alerts_page) if "enc-table enc-kinds" in found)
    for _, meaning in glossary.ALERT_KINDS.values():
        assert meaning.replace("'", "&#x27;") in card


def test_a_recipient_in_a_file_name_is_plain_and_none_is_there_twice() -> None:
    assert file_name("A. M./../b_c") == "a-m-b-c"
    assert file_name("...") == "recipient"
    assert file_names(["Łukasz", "Inès Cardot", "A. B", "A B"]) == {
        "A B": "a-b",
        "A. B": "a-b-2",
        "Inès Cardot": "inès-cardot",
        "Łukasz": "łukasz",
    }


def test_two_documents_of_a_customer_are_two_alerts() -> None:
    row = {
        "alert_kind": "large_invoice_due",
        "customer_id": "C",
        "document_number": "1",
        "recipient": "Ann",
        "recipient_role": "collector",
        "detail": "",
    }
    rows = [row, {**row, "recipient": "Bo", "recipient_role": "sales_owner"}, {**row, "document_number": "2"}]
    assert [found["told_to"] for found in events(rows, FMT)] == ["Ann (collector), Bo (sales owner)", "Ann (collector)"]
