"""The watch list and the alerts: what the pages show is what the marts hold, of the newest list and any past week."""

from __future__ import annotations

import csv
import io
import json
import shutil
import zipfile
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import duckdb
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboards.lib import export, glossary
from dashboards.lib.db import Warehouse
from dashboards.lib.format import Formatter
from dashboards.lib.queries import alerts, choices, watch_list
from dashboards.lib.queries.watch_list import Choice, Listed, Section, Sort
from dashboards.lib.view import View
from dashboards.sections.alerted import events, file_name, file_names, told
from tests.dashboards.conftest import choose, html, one, open_app, sentence

FMT = Formatter()
ENTITIES = ("*", "FR", "PL", "UK")


@pytest.fixture
def page(app: AppTest) -> AppTest:
    """The watch list, run once."""
    return _ran(app.switch_page("app_pages/watch_list.py").run())


@pytest.fixture
def newest(warehouse: Warehouse) -> Listed:
    """The list of the build's day."""
    weeks = choices.weeks(warehouse)
    return Listed(next(week for week in weeks if week.as_of_on == warehouse.publication.as_of_on), is_newest=True)


def _ran(page: AppTest) -> AppTest:
    assert not page.exception, page.exception
    return page


def _table(page: AppTest, column: str = "since") -> Any:
    """The first table that has a column: of those with how long they are on the list, that of the watched."""
    return next(found.value for found in page.dataframe if column in found.value)


def _count(marts: duckdb.DuckDBPyConnection, condition: str) -> int:
    return int(one(marts, f"select count(*) from rpt_watch_list where entity_id = '*' and {condition}")[0])


def _of(view: View, entity: str) -> View:
    return View(view.week, view.newest, entity, entity, view.currency, view.main_currency)


def test_the_page_opens_with_who_came_in_and_whom_to_look_at_first(
    page: AppTest, marts: duckdb.DuckDBPyConnection
) -> None:
    head = sentence(page)
    watched, amount = one(
        marts,
        "select count(*), sum(own_risk_amount) from rpt_watch_list where entity_id = '*' and list_section = 'watch'",
    )
    first, action = one(
        marts,
        """
        select customer_name, recommended_action from rpt_watch_list
        where entity_id = '*' and list_section = 'watch' and list_rank = 1
        """,
    )
    (biggest,) = one(
        marts,
        """
        select customer_name from rpt_watch_list
        where entity_id = '*' and list_section = 'watch' and change = 'entered' order by list_rank limit 1
        """,
    )
    assert f"{watched}\u00a0customers are watched, {FMT.short_money(amount, 'EUR')} at own risk" in head
    assert f"{_count(marts, 'change = $$entered$$')} came in" in head
    assert f"Biggest new risk: {biggest}" in head
    assert f"First on the list: {first}" in head
    assert action[1:] in head


def test_the_list_is_cut_to_capacity_and_says_how_many_more_there_are(
    page: AppTest, marts: duckdb.DuckDBPyConnection
) -> None:
    watched = _count(marts, "list_section = 'watch'")
    within = _count(marts, "list_section = 'watch' and is_within_capacity")
    assert 0 < within < watched
    table = _table(page)
    assert len(table) == within
    assert any(f"Not shown: {watched - within} beyond" in found for found in html(page))
    page.toggle(key="capacity").set_value(False).run()
    assert len(_table(page)) == watched
    assert not any("Not shown" in found for found in html(page))


def test_the_list_is_ranked_by_expected_loss_with_what_is_needed_to_act(
    page: AppTest, marts: duckdb.DuckDBPyConnection
) -> None:
    table = _table(page)
    expected = marts.execute(
        """
        select customer_name, expected_loss_amount, recommended_action, next_stage_on, last_action_on, promise_due_on,
            notify_by_on, review_due_on, utilisation_rate, covered_amount, limit_amount, tier_seriously_late_rate
        from rpt_watch_list
        where entity_id = '*' and list_section = 'watch' and is_within_capacity
        order by list_rank
        """
    ).fetchall()
    names = [str(column[0]) for column in marts.description or []]
    shown = table[names].astype(object).where(table[names].notna(), None)
    assert [tuple(row) for row in shown.itertuples(index=False)] == expected
    losses = list(table["expected_loss_amount"])
    assert losses == sorted(losses, reverse=True)
    assert set(table["last_action_on"].dropna()), "contacts are of the newest list"


def test_reasons_of_everyone_who_came_in_and_left_stand_in_full(
    page: AppTest, marts: duckdb.DuckDBPyConnection
) -> None:
    people = [found for found in html(page) if "enc-scroll enc-people" in found]
    assert len(people) == 2
    for place, change in enumerate(("entered", "left")):
        rows = marts.execute(
            """
            select customer_id, reasons, recommended_action from rpt_watch_list
            where entity_id = '*' and change = ?
            """,
            [change],
        ).fetchall()
        assert len(rows) == people[place].count("<tr><td>") > 0
        for customer_id, reasons, action in rows:
            assert (f"<small>{action}</small>" in people[place]) == (change == "entered")
            assert f"customer?customer={customer_id}" in people[place]
            assert reasons.replace("&", "&amp;") in people[place]


def test_the_insolvent_are_apart(page: AppTest, marts: duckdb.DuckDBPyConnection) -> None:
    names = {
        name
        for (name,) in marts.execute(
            "select customer_name from rpt_watch_list where entity_id = '*' and list_section = 'insolvent'"
        ).fetchall()
    }
    assert names
    page.toggle(key="capacity").set_value(False).run()
    watched, insolvent = [found.value for found in page.dataframe if "since" in found.value]
    assert set(insolvent["customer_name"]) == names
    assert names.isdisjoint(watched["customer_name"])


def test_filters_narrow_the_list(page: AppTest, marts: duckdb.DuckDBPyConnection) -> None:
    page.toggle(key="capacity").set_value(False).run()
    everyone = _table(page)
    choose(page, "tier", ["E"])
    assert set(_table(page)["risk_tier"]) == {"E"}
    assert len(_table(page)) == _count(marts, "list_section = 'watch' and risk_tier = 'E'")
    choose(page, "tier", [])
    choose(page, "listed", ["entered"])
    assert set(_table(page)["since"]) == {"New this week"}
    assert len(_table(page)) == _count(marts, "list_section = 'watch' and change = 'entered'")
    choose(page, "listed", ["entered", "stays"])
    owner = everyone.iloc[0]["collector"]
    page.multiselect(key="owner").set_value([owner]).run()
    assert 0 < len(_table(page)) < len(everyone)
    assert all(owner in (row["sales_owner"], row["collector"]) for _, row in _table(page).iterrows())
    page.multiselect(key="owner").set_value([]).run()
    page.multiselect(key="reason").set_value(["very_old"]).run()
    assert len(_table(page)) == _count(marts, "list_section = 'watch' and reason_codes like '%very_old%'")
    page.multiselect(key="reason").set_value([]).run()
    page.selectbox(key="at-least-choice").set_value("100000").run()
    assert 0 < len(_table(page)) < len(everyone)
    assert all(max(row["own_risk_amount"], row["overdue_amount"]) >= 100_000 for _, row in _table(page).iterrows())


@pytest.mark.parametrize(
    ("sort", "column"),
    [
        ("own_risk", "own_risk_amount"),
        ("overdue", "overdue_amount"),
        ("score", "risk_score"),
        ("oldest", "oldest_days_past_due"),
    ],
)
def test_the_list_is_sorted_as_asked(page: AppTest, sort: str, column: str) -> None:
    page.selectbox(key="sort-choice").set_value(sort).run()
    values = list(_table(page)[column].dropna())
    assert len(values) > 1
    assert values == sorted(values, reverse=True)


def test_any_week_is_replayed_by_a_step_or_by_its_day(page: AppTest, marts: duckdb.DuckDBPyConnection) -> None:
    (day,) = one(marts, "select as_of_on from rpt_passport")
    for back in (7, 14):
        page.button(key="list-week-before").click().run()
        _ran(page)
        assert FMT.day(day - timedelta(days=back), weekday=True) in sentence(page)
    assert page.query_params["week"] == str(day - timedelta(days=14))
    page.selectbox(key="list-choice").set_value(day - timedelta(days=364)).run()
    then = day - timedelta(days=364)
    assert FMT.day(then, weekday=True) in sentence(_ran(page))
    expected = marts.execute(
        """
        select customer_name, expected_loss_amount, weeks.own_risk_amount, reasons
        from fct_watch_list_weekly as weeks
        inner join dim_customers using (customer_id)
        where week_ending_on = ? and change <> 'left' and not is_insolvent
        order by list_rank
        """,
        [then],
    ).fetchall()
    table = _table(page)
    names = ["customer_name", "expected_loss_amount", "own_risk_amount", "reasons"]
    assert [tuple(row) for row in table[names].itertuples(index=False)] == expected
    assert not {"last_action_on", "promise_due_on", "next_stage_on", "last_note"} & set(table.columns)
    assert not [toggle for toggle in page.toggle if toggle.key == "capacity"]
    page.button(key="list-week-after").click().run()
    assert FMT.day(then + timedelta(days=7), weekday=True) in sentence(_ran(page))
    page.button(key="newest-week").click().run()
    assert FMT.day(day, weekday=True) in sentence(_ran(page))
    assert "last_action_on" in _table(page)


def test_a_week_in_progress_has_the_newest_list_and_the_week_before_can_be_replayed(
    sample_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The build's day made a Wednesday: the list of that day opens, last Sunday's is one step back."""
    home = tmp_path / "home"
    shutil.copytree(sample_home / "published", home / "published")
    pointer_file = home / "published" / "current.json"
    pointer = json.loads(pointer_file.read_text(encoding="utf-8"))
    with duckdb.connect(home / "published" / pointer["file"]) as connection:
        (end,) = one(connection, "select max(period_ending_on) from marts.fct_kpis where period_kind = 'week'")
        assert isinstance(end, date)
        day = end - timedelta(days=4)
        connection.execute(
            """
            update marts.fct_kpis set as_of_on = $day, is_complete = false
            where period_kind = 'week' and period_ending_on = $end
            """,
            {"day": day, "end": end},
        )
    pointer_file.write_text(json.dumps({**pointer, "as_of_on": str(day)}), encoding="utf-8")

    page = open_app(home, monkeypatch).switch_page("app_pages/watch_list.py").run()
    assert FMT.day(day, weekday=True) in sentence(_ran(page))
    assert "last_action_on" in _table(page)
    page.button(key="list-week-before").click().run()
    before = end - timedelta(days=7)
    assert FMT.day(before, weekday=True) in sentence(_ran(page))
    assert "last_action_on" not in _table(page)
    assert page.query_params["list"] == str(before)
    page.button(key="list-week-after").click().run()
    assert FMT.day(day, weekday=True) in sentence(_ran(page))
    assert "last_action_on" in _table(page)


@pytest.mark.parametrize("entity", ENTITIES)
@pytest.mark.parametrize("section", list(Section))
def test_the_newest_list_replayed_is_the_newest_list(
    warehouse: Warehouse, view: View, newest: Listed, entity: str, section: Section
) -> None:
    """Two marts, two ways: what a past week would show of the newest is what the newest shows."""
    of = _of(view, entity)
    live = watch_list.watched(warehouse, of, newest, Choice(), section)
    past = watch_list.watched(warehouse, of, Listed(newest.week, is_newest=False), Choice(), section)
    shared = (
        *("customer_id", "customer_name", "entity_id", "sales_owner", "collector", "list_section", "list_rank"),
        *("risk_tier", "previous_risk_tier", "risk_score", "entered_on", "exposure_amount", "own_risk_amount"),
        *("overdue_amount", "oldest_days_past_due", "tier_seriously_late_rate", "is_rate_measured"),
        *("expected_loss_amount", "reasons", "reason_codes", "change"),
    )

    def plain(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
        return [tuple(row[name] for name in shared) for row in rows]

    assert plain(past) == plain(live)
    if entity == "*":
        assert live


@pytest.mark.parametrize("entity", ENTITIES)
def test_totals_and_tiles_are_the_sums_of_the_rows(
    warehouse: Warehouse, view: View, newest: Listed, entity: str
) -> None:
    of = _of(view, entity)
    choice = Choice(tiers=("C", "D", "E"), at_least=Decimal(10_000), sort=Sort.OWN_RISK, within_capacity=True)
    rows = watch_list.watched(warehouse, of, newest, choice, Section.WATCH)
    totals = watch_list.totals(warehouse, of, newest, choice, Section.WATCH)
    assert rows
    assert totals["shown_count"] == len(rows) <= totals["customers_count"]
    for column in ("own_risk_amount", "overdue_amount", "expected_loss_amount"):
        assert totals[column] == sum(row[column] for row in rows), column
    everyone = watch_list.watched(warehouse, of, newest, Choice(), Section.WATCH)
    last = watch_list.history(warehouse, of, newest)[-1]
    changes = watch_list.changes(warehouse, of, newest)
    collectors = watch_list.capacity(warehouse, of)
    assert last["customers_count"] == changes["customers_count"] == len(everyone)
    assert sum(row["customers_count"] for row in collectors) == len(everyone)
    assert sum(row["within_count"] for row in collectors) == changes["within_count"]
    assert last["own_risk_amount"] == changes["own_risk_amount"] == sum(row["own_risk_amount"] for row in everyone)
    assert last["expected_loss_amount"] == changes["expected_loss_amount"]
    assert len(watch_list.came_in(warehouse, of, newest)) == changes["entered_count"]


def test_capacity_is_that_of_the_policy(page: AppTest, warehouse: Warehouse, view: View) -> None:
    rows = watch_list.capacity(warehouse, view)
    assert rows
    for row in rows:
        assert row["within_count"] == min(row["customers_count"], row["accounts_a_week"])
        assert row["beyond_count"] == row["customers_count"] - row["within_count"]
    card = next(found for found in html(page) if "Accounts a week</th>" in found)
    assert all(row["collector"] in card for row in rows)


def test_a_collector_s_name_leads_to_its_accounts(
    page: AppTest, sample_home: Path, monkeypatch: pytest.MonkeyPatch, marts: duckdb.DuckDBPyConnection
) -> None:
    (collector,) = one(marts, "select collector from rpt_watch_list where list_section = 'watch' order by 1 limit 1")
    card = next(found for found in html(page) if "Accounts a week</th>" in found)
    assert f'href="watch_list?{urlencode({"owner": collector})}"' in card
    own = open_app(sample_home, monkeypatch, owner=collector).switch_page("app_pages/watch_list.py").run()
    assert set(_table(_ran(own))["collector"]) == {collector}
    own.toggle(key="capacity").set_value(False).run()
    assert len(_table(own)) == _count(marts, f"list_section = 'watch' and collector = $${collector}$$")


def test_the_rate_that_ranks_the_list_is_shown_and_explained(page: AppTest, marts: duckdb.DuckDBPyConnection) -> None:
    strip = next(found for found in html(page) if 'class="enc-tiers"' in found)
    rates = marts.execute(
        "select distinct tier_seriously_late_rate from rpt_watch_list where entity_id = '*' and list_section = 'watch'"
    ).fetchall()
    assert len(rates) > 1
    for (rate,) in rates:
        assert f"{FMT.rate(rate)} seriously late" in strip
    assert any("own risk × this rate ranks the list" in found for found in html(page))


@pytest.mark.parametrize(
    "label", ["On the list", "Own risk", "Expected loss", "Came in, left", "Within capacity", "Insolvent, apart"]
)
def test_every_tile_has_its_definition_one_click_away(page: AppTest, label: str) -> None:
    said = [str(found.value) for found in page.markdown]
    assert any(f"**{label}**" in found and glossary.meaning("Watch list", label) in found for found in said)


def test_what_nobody_provided_is_said_and_is_no_zero(
    sample_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    shutil.copytree(sample_home / "published", home / "published")
    pointer = json.loads((home / "published" / "current.json").read_text(encoding="utf-8"))
    with duckdb.connect(home / "published" / pointer["file"]) as connection:
        connection.execute("update marts.rpt_watch_list set covered_amount = null, limit_amount = null")
        connection.execute("update marts.rpt_credit_exposures set cover_state = 'not provided'")
    page = _ran(open_app(home, monkeypatch).switch_page("app_pages/watch_list.py").run())
    assert any("Not provided for any of these customers:" in found and "limit, cover" in found for found in html(page))
    assert _table(page)["covered_amount"].isna().all()
    page.button(key="list-week-before").click().run()
    assert _table(page)["covered_amount"].isna().all()


def test_a_formula_in_a_note_is_text_in_the_files(monkeypatch: pytest.MonkeyPatch, app: AppTest) -> None:
    asked: dict[str, bytes] = {}

    def instead(rows: Any, columns: Any, name: str, facts: export.About, *, key: str) -> None:
        rows = rows() if callable(rows) else rows
        written = [{**rows[0], "last_note": '=HYPERLINK("x")', "customer_name": "@sum"}]
        asked[name] = export.to_csv(written, columns, facts)

    monkeypatch.setattr(export, "buttons", instead)
    _ran(app.switch_page("app_pages/watch_list.py").run())
    text = asked["watch-list-2026-03-29"].decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO("".join(line for line in text.splitlines(True) if not line.startswith("#"))))
    assert (row["last_note"], row["customer_name"]) == ('\'=HYPERLINK("x")', "'@sum")


@pytest.fixture
def alerts_page(app: AppTest) -> AppTest:
    """The alerts, run once."""
    return _ran(app.switch_page("app_pages/alerts.py").run())


def test_alerts_stand_once_with_everyone_they_are_told_to(
    alerts_page: AppTest, marts: duckdb.DuckDBPyConnection
) -> None:
    (count,) = one(
        marts, "select count(*) from (select distinct alert_kind, customer_id, document_number from rpt_alerts)"
    )
    assert f"{count}\u00a0alerts for" in sentence(alerts_page)
    table = _table(alerts_page, "told_to")
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
    assert len(_table(_ran(alerts_page), "told_to")) == count
    assert set(_table(alerts_page, "told_to")["told_to"]) == {f"{recipient} (collector)"}
    assert any(f"alerts for {recipient}" in found for found in html(alerts_page))
    alerts_page.selectbox(key="recipient-choice").set_value("").run()
    choose(alerts_page, "role", ["management"])
    assert set(_table(alerts_page, "told_to")["told_to"]) == {"Management"}
    choose(alerts_page, "role", [])
    kind, label = one(marts, "select alert_kind, any_value(alert_label) from rpt_alerts group by 1 order by 1 limit 1")
    alerts_page.multiselect(key="kind").set_value([kind]).run()
    assert set(_table(alerts_page, "told_to")["alert_label"]) == {label}


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
    page = open_app(sample_home, monkeypatch, recipient=recipient).switch_page("app_pages/alerts.py").run()
    _ran(page)
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
    _ran(open_app(sample_home, monkeypatch).switch_page("app_pages/alerts.py").run())
    names = [name for (name,) in marts.execute("select distinct recipient from rpt_alerts").fetchall()]
    with zipfile.ZipFile(io.BytesIO(made["archive"])) as archive:
        assert set(archive.namelist()) == {f"alerts-{file_name(name)}-2026-03-29.xlsx" for name in names}
        assert all(archive.read(name)[:2] == b"PK" for name in archive.namelist())
    assert made["name"] == "alerts-2026-03-29.zip"


def test_alerts_of_an_entity_are_those_of_its_customers(warehouse: Warehouse, view: View) -> None:
    everything = alerts.alerts(warehouse, view)
    found = [alerts.alerts(warehouse, _of(view, entity)) for entity in ENTITIES[1:]]
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


@pytest.mark.parametrize(
    ("detail", "expected"),
    [
        ("Exposure rose by 10094.39 to 108838.55 in a week", "Exposure rose by 10,094.39 to 108,838.55 in a week"),
        ("Invoice FR-2026-03-31 on 2026-03-31", "Invoice FR-2026-03-31 on 31 Mar 2026"),
        ("Invoice A-1200.50 by 2026-04-02: 4 days left", "Invoice A-1200.50 by 2 Apr 2026: 4 days left"),
        ("Tier A a week ago, B now", "Tier A a week ago, B now"),
    ],
)
def test_amounts_and_days_of_an_alert_are_written_for_a_reader(detail: str, expected: str) -> None:
    assert told(detail, FMT) == expected


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
