"""New customers: what the page shows is what the mart holds; prospects are apart."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from dashboards.lib.format import Formatter
from dashboards.lib.sentence import first_payments
from dashboards.lib.sentence import new_customers as sentence_of
from tests.dashboards.conftest import choose, go, html, one, sentence, shown_table

FMT = Formatter()


@pytest.fixture
def page(app: AppTest) -> AppTest:
    """The page, run once."""
    return go(app, "new_customers")


def test_the_page_opens_with_who_is_watched_and_shows_them(page: AppTest, marts: duckdb.DuckDBPyConnection) -> None:
    watched, frozen, breached, amount = one(
        marts,
        """
        select
            count(*) filter (where stage = 'watched'),
            count(*) filter (where stage = 'frozen'),
            count(*) filter (where breach_amount > 0),
            sum(breach_amount)
        from rpt_onboarding
        """,
    )
    head = sentence(page)
    assert f"{watched + frozen}\u00a0new customers are watched" in head
    assert FMT.short_money(amount, "EUR") in head
    table = shown_table(page, "stage_words")
    assert len(table) == watched + frozen
    assert set(table["stage_words"]) == {"Watched", "Frozen"}
    assert (table["breach_amount"].fillna(0) > 0).sum() == breached
    facts = next(found for found in html(page) if "Above their freeze" in found)
    assert FMT.short_money(amount, "EUR") in facts


def test_due_days_are_said_in_words(page: AppTest, marts: duckdb.DuckDBPyConnection) -> None:
    customer_id, late = one(
        marts,
        """
        select customer_name, first_late_days from rpt_onboarding
        where stage = 'frozen' and first_due_state = 'unpaid' order by first_late_days desc limit 1
        """,
    )
    table = shown_table(page, "stage_words")
    (shown,) = table[table["customer_name"] == customer_id]["first_words"]
    assert shown == f"unpaid {late} d"


def test_stages_levels_and_gaps_narrow_the_list(page: AppTest, marts: duckdb.DuckDBPyConnection) -> None:
    choose(page, "stage", ["graduated"])
    (graduated,) = one(marts, "select count(*) from rpt_onboarding where stage = 'graduated'")
    assert len(shown_table(page, "stage_words")) == graduated
    choose(page, "level", ["1"])
    (known,) = one(marts, "select count(*) from rpt_onboarding where stage = 'graduated' and acceptance_level = 1")
    assert len(shown_table(page, "stage_words")) == known < graduated
    page.toggle(key="missing").set_value(True).run()
    (gaps,) = one(
        marts,
        """
        select count(*) from rpt_onboarding
        where stage = 'graduated' and acceptance_level = 1 and missing is not null
        """,
    )
    assert len(shown_table(page, "stage_words")) == gaps < known


def test_prospects_are_apart_from_customers(page: AppTest, marts: duckdb.DuckDBPyConnection) -> None:
    names = {
        name
        for (name,) in marts.execute("select customer_name from rpt_onboarding where stage = 'prospect'").fetchall()
    }
    assert names
    assert set(shown_table(page, "waiting_days")["customer_name"]) == names
    choose(page, "stage", [])
    assert names.isdisjoint(shown_table(page, "stage_words")["customer_name"])


def test_cohorts_and_coverage_are_those_of_the_marts(page: AppTest, marts: duckdb.DuckDBPyConnection) -> None:
    decided, late, defaulted = one(
        marts,
        """
        select sum(decided_count), sum(late_count + defaulted_count), sum(defaulted_count)
        from (
            select * from rpt_first_payment_cohorts where acceptance_level = '*'
            order by first_invoiced_month_on desc limit 24
        )
        """,
    )
    assert any(f"{late} of {decided} first payments were late" in found for found in html(page))
    assert defaulted > 0
    table = shown_table(page, "bureau")
    known, whole = one(
        marts,
        """
        select count(*) filter (where has_bureau_score), count(*) from rpt_onboarding
        where stage <> 'not_new' and acceptance_level = 2
        """,
    )
    assert f"{known} of {whole}" in set(table["bureau"])


@pytest.mark.parametrize(
    ("totals", "words"),
    [
        ({}, "No new customer is watched."),
        ({"prospects_count": 1}, "No new customer is watched. One prospect has bought nothing yet."),
        ({"watched_count": 1}, "1\u00a0new customer is watched, none of them frozen."),
        (
            {"watched_count": 1, "frozen_count": 2, "breached_count": 1, "breach_amount": 5000},
            "two of them frozen after an incident; one buys on, €5.0k above the freeze.",
        ),
        ({"watched_count": 0, "frozen_count": 2}, "two of them frozen after an incident."),
    ],
)
def test_the_sentence_in_its_cases(totals: dict[str, Any], words: str) -> None:
    assert words in sentence_of(totals, "EUR", FMT)


def test_first_payments_none_decided() -> None:
    assert first_payments([], FMT) == "No first due day has passed yet"


def test_every_stage_of_the_mart_is_on_the_page(marts: duckdb.DuckDBPyConnection) -> None:
    stages = {stage for (stage,) in marts.execute("select distinct stage from rpt_onboarding").fetchall()}
    assert stages <= {"prospect", "watched", "frozen", "graduated", "not_new"}
