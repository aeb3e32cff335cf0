"""The watch list page against the marts: the list of a day or of any past week."""

from __future__ import annotations

import csv
import io
import json
import shutil
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from dashboards.lib import credit_words, export, glossary, publication
from dashboards.lib.db import Warehouse
from dashboards.lib.format import Formatter
from dashboards.lib.queries import choices, watch_list
from dashboards.lib.queries.watch_list import Choice, Listed, Section, Sort
from dashboards.lib.view import View
from tests.dashboards.conftest import (
    ChangedApp,
    changed,
    choose,
    go,
    html,
    of_entity,
    one,
    open_app,
    plain,
    ran,
    sentence,
    shown_table,
)

FMT = Formatter()
ENTITIES = ("*", "FR", "PL", "UK")


@pytest.fixture
def page(app: AppTest) -> AppTest:
    """The watch list, run once."""
    return go(app, "watch_list")


@pytest.fixture
def newest(warehouse: Warehouse) -> Listed:
    """The list of the build's day."""
    weeks = choices.weeks(warehouse)
    return Listed(next(week for week in weeks if week.as_of_on == warehouse.publication.as_of_on), is_newest=True)


def _count(marts: duckdb.DuckDBPyConnection, condition: str) -> int:
    return int(one(marts, f"select count(*) from rpt_watch_list where entity_id = '*' and {condition}")[0])


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
    table = shown_table(page, "since")
    assert len(table) == within
    assert any(f"Not shown: {watched - within} beyond" in found for found in html(page))
    page.toggle(key="capacity").set_value(False).run()
    assert len(shown_table(page, "since")) == watched
    assert not any("Not shown" in found for found in html(page))


def test_the_list_is_ranked_by_expected_loss_with_what_is_needed_to_act(
    page: AppTest, marts: duckdb.DuckDBPyConnection
) -> None:
    table = shown_table(page, "since")
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
    everyone = shown_table(page, "since")
    choose(page, "tier", ["E"])
    assert set(shown_table(page, "since")["risk_tier"]) == {"E"}
    assert len(shown_table(page, "since")) == _count(marts, "list_section = 'watch' and risk_tier = 'E'")
    choose(page, "tier", [])
    choose(page, "listed", ["entered"])
    assert set(shown_table(page, "since")["since"]) == {"New this week"}
    assert len(shown_table(page, "since")) == _count(marts, "list_section = 'watch' and change = 'entered'")
    choose(page, "listed", ["entered", "stays"])
    owner = everyone.iloc[0]["collector"]
    page.multiselect(key="owner").set_value([owner]).run()
    assert 0 < len(shown_table(page, "since")) < len(everyone)
    assert all(owner in (row["sales_owner"], row["collector"]) for _, row in shown_table(page, "since").iterrows())
    page.multiselect(key="owner").set_value([]).run()
    page.multiselect(key="reason").set_value(["very_old"]).run()
    assert len(shown_table(page, "since")) == _count(marts, "list_section = 'watch' and reason_codes like '%very_old%'")
    page.multiselect(key="reason").set_value([]).run()
    page.selectbox(key="at-least-choice").set_value("100000").run()
    assert 0 < len(shown_table(page, "since")) < len(everyone)
    assert all(
        max(row["own_risk_amount"], row["overdue_amount"]) >= 100_000
        for _, row in shown_table(page, "since").iterrows()
    )


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
    values = list(shown_table(page, "since")[column].dropna())
    assert len(values) > 1
    assert values == sorted(values, reverse=True)


def test_any_week_is_replayed_by_a_step_or_by_its_day(page: AppTest, marts: duckdb.DuckDBPyConnection) -> None:
    (day,) = one(marts, "select as_of_on from rpt_passport")
    for back in (7, 14):
        page.button(key="list-week-before").click().run()
        ran(page)
        assert FMT.day(day - timedelta(days=back), weekday=True) in sentence(page)
    assert page.query_params["week"] == str(day - timedelta(days=14))
    page.selectbox(key="list-choice").set_value(day - timedelta(days=364)).run()
    then = day - timedelta(days=364)
    assert FMT.day(then, weekday=True) in sentence(ran(page))
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
    table = shown_table(page, "since")
    names = ["customer_name", "expected_loss_amount", "own_risk_amount", "reasons"]
    assert [tuple(row) for row in table[names].itertuples(index=False)] == expected
    assert not {"last_action_on", "promise_due_on", "next_stage_on", "last_note"} & set(table.columns)
    assert not [toggle for toggle in page.toggle if toggle.key == "capacity"]
    page.button(key="list-week-after").click().run()
    assert FMT.day(then + timedelta(days=7), weekday=True) in sentence(ran(page))
    page.button(key="newest-week").click().run()
    assert FMT.day(day, weekday=True) in sentence(ran(page))
    assert "last_action_on" in shown_table(page, "since")


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

    page = go(open_app(home, monkeypatch), "watch_list")
    assert FMT.day(day, weekday=True) in sentence(ran(page))
    assert "last_action_on" in shown_table(page, "since")
    page.button(key="list-week-before").click().run()
    before = end - timedelta(days=7)
    assert FMT.day(before, weekday=True) in sentence(ran(page))
    assert "last_action_on" not in shown_table(page, "since")
    assert page.query_params["list"] == str(before)
    page.button(key="list-week-after").click().run()
    assert FMT.day(day, weekday=True) in sentence(ran(page))
    assert "last_action_on" in shown_table(page, "since")


@pytest.mark.parametrize("entity", ENTITIES)
@pytest.mark.parametrize("section", list(Section))
def test_the_newest_list_replayed_is_the_newest_list(
    warehouse: Warehouse, view: View, newest: Listed, entity: str, section: Section
) -> None:
    """Two marts, two ways: what a past week would show of the newest is what the newest shows."""
    of = of_entity(view, entity)
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
    if entity == "*" and section is not Section.SET_ASIDE:
        assert live, "nobody wrote a note in the sample"


@pytest.mark.parametrize("entity", ENTITIES)
def test_totals_and_tiles_are_the_sums_of_the_rows(
    warehouse: Warehouse, view: View, newest: Listed, entity: str
) -> None:
    of = of_entity(view, entity)
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
    own = go(open_app(sample_home, monkeypatch, owner=collector), "watch_list")
    assert set(shown_table(own, "since")["collector"]) == {collector}
    own.toggle(key="capacity").set_value(False).run()
    assert len(shown_table(own, "since")) == _count(marts, f"list_section = 'watch' and collector = $${collector}$$")


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


def test_what_nobody_provided_is_said_and_is_no_zero(changed_app: ChangedApp) -> None:
    app = changed_app(
        "update rpt_watch_list set covered_amount = null, limit_amount = null",
        "update rpt_credit_exposures set cover_state = 'not provided'",
    )
    page = go(app, "watch_list")
    assert any("Not provided for any of these customers:" in found and "limit, cover" in found for found in html(page))
    assert shown_table(page, "since")["covered_amount"].isna().all()
    page.button(key="list-week-before").click().run()
    assert shown_table(page, "since")["covered_amount"].isna().all()


def test_a_formula_in_a_note_is_text_in_the_files(monkeypatch: pytest.MonkeyPatch, app: AppTest) -> None:
    asked: dict[str, bytes] = {}

    def instead(rows: Any, columns: Any, name: str, facts: export.About, *, key: str) -> None:
        rows = rows() if callable(rows) else rows
        written = [{**rows[0], "last_note": '=HYPERLINK("x")', "customer_name": "@sum"}]
        asked[name] = export.to_csv(written, columns, facts)

    monkeypatch.setattr(export, "buttons", instead)
    go(app, "watch_list")
    text = asked["watch-list-2026-03-29"].decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO("".join(line for line in text.splitlines(True) if not line.startswith("#"))))
    assert (row["last_note"], row["customer_name"]) == ('\'=HYPERLINK("x")', "'@sum")


def test_every_rule_of_the_policy_has_its_words(project_root: Path) -> None:
    with (project_root / "seeds" / "watch_rules.csv").open(encoding="utf-8", newline="") as rules:
        assert {row["reason_code"] for row in csv.DictReader(rules)} == set(credit_words.REASONS)


def _set_aside(customer_id: str, day: date) -> list[str]:
    """Reviewed until ten days from now: by Bo until a week ago, then by Ann Roy."""
    until = day + timedelta(days=10)
    weekly = (
        f"update fct_watch_list_weekly set new_reasons_count = 0, list_section = 'set_aside', "
        f"reviewed_until_on = '{until}', reviewed_by = '{{name}}' "
        f"where customer_id = '{customer_id}' and as_of_on >= '{{since}}'"
    )
    return [
        weekly.format(name="Bo", since=day - timedelta(days=21)),
        weekly.format(name="Ann Roy", since=day - timedelta(days=7)),
        "update rpt_watch_list set list_section = 'set_aside', is_within_capacity = false, "
        f"reviewed_until_on = '{until}', reviewed_by = 'Ann Roy' where customer_id = '{customer_id}'",
    ]


def test_who_was_reviewed_until_a_later_day_is_set_aside(
    sample_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, marts: duckdb.DuckDBPyConnection
) -> None:
    customer_id, name, reasons = one(
        marts,
        "select customer_id, customer_name, reasons from rpt_watch_list where entity_id = '*' "
        "and list_section = 'watch' and collector_rank <= 3 "
        "and entered_on <= (select as_of_on from rpt_passport) - 28 order by list_rank limit 1",
    )
    (day,) = one(marts, "select as_of_on from rpt_passport")
    watched = _count(marts, "list_section = 'watch'")
    until = FMT.day(day + timedelta(days=10))
    home = changed(sample_home, tmp_path, *_set_aside(customer_id, day))
    page = go(open_app(home, monkeypatch), "watch_list")
    assert f"{watched - 1} customers are watched" in plain(sentence(page))
    assert "at own risk; one is set aside." in sentence(page)
    assert name not in sentence(page)
    page.toggle(key="capacity").set_value(False).run()
    worked_on, aside, _ = [found.value for found in page.dataframe if "since" in found.value]
    assert len(worked_on) == watched - 1
    assert name not in set(worked_on["customer_name"])
    assert list(zip(aside["customer_name"], aside["reviewed_until_on"], aside["reviewed_by"], strict=True)) == [
        (name, day + timedelta(days=10), "Ann Roy")
    ]
    assert any("1 customer set aside: " in plain(found) for found in html(page))
    assert "<td>set aside</td>" in next(found for found in html(page) if 'class="label">On the list<' in found)
    page.button(key="list-week-before").click().run()
    assert "one is set aside" in sentence(ran(page)), "the note was written on that week's last day"
    page.button(key="list-week-before").click().run()
    ran(page)
    (aside,) = [found.value for found in page.dataframe if "reviewed_by" in found.value]
    assert list(aside["reviewed_by"]) == ["Bo"]
    page = go(open_app(home, monkeypatch, customer=customer_id), "customer")
    assert any(f"On the watch list, set aside until {until}: {reasons}" in found for found in html(page))


def test_a_list_with_somebody_set_aside_is_replayed_as_it_is(
    sample_home: Path, tmp_path: Path, view: View, newest: Listed, marts: duckdb.DuckDBPyConnection
) -> None:
    (customer_id,) = one(
        marts,
        "select customer_id from rpt_watch_list where entity_id = '*' and list_section = 'watch' "
        "and change = 'stays' order by list_rank limit 1",
    )
    day = newest.week.as_of_on
    warehouse = Warehouse(publication.current(changed(sample_home, tmp_path, *_set_aside(customer_id, day))))
    replayed = Listed(newest.week, is_newest=False)
    for listed in (newest, replayed):
        (row,) = watch_list.watched(warehouse, view, listed, Choice(), Section.SET_ASIDE)
        assert (row["customer_id"], row["reviewed_until_on"], row["reviewed_by"]) == (
            customer_id,
            day + timedelta(days=10),
            "Ann Roy",
        )
        assert customer_id not in {
            row["customer_id"] for row in watch_list.watched(warehouse, view, listed, Choice(), Section.WATCH)
        }
        changes = watch_list.changes(warehouse, view, listed)
        assert changes["set_aside_count"] == 1
        assert watch_list.history(warehouse, view, listed)[-1]["customers_count"] == changes["customers_count"]


def test_a_new_reason_is_told_beside_since_when(page: AppTest, marts: duckdb.DuckDBPyConnection) -> None:
    page.toggle(key="capacity").set_value(False).run()
    rows = marts.execute(
        """
        select customer_name, new_reasons_count from fct_watch_list_weekly
        inner join dim_customers using (customer_id)
        where as_of_on = (select as_of_on from rpt_passport) and change = 'stays' and not is_insolvent
        """
    ).fetchall()
    since = dict(zip(shown_table(page, "since")["customer_name"], shown_table(page, "since")["since"], strict=True))
    assert any(count for _, count in rows)
    for name, count in rows:
        assert plain(since[name]).endswith(f" · {plain(FMT.count(count, 'new reason'))}") == (count > 0)
