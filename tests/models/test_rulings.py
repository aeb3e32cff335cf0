"""Each ruling of metrics 7, and convention of metrics 1, that the ledger and the present marts must follow."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.models.books import Books
from tests.models.case import Case
from tests.models.documents import Entity, Extracts, invoice
from tests.models.rulings.ages import AGES_AND_COSTS
from tests.models.rulings.cases import NOT_OF_THE_PRESENT_MARTS, RULING_CASES
from tests.models.rulings.conventions import CONVENTION_CASES

RunEncours = Callable[..., CompletedProcess[str]]


@pytest.mark.parametrize("case", [*RULING_CASES, *CONVENTION_CASES, *AGES_AND_COSTS], ids=lambda case: case.entity_id)
def test_the_marts_follow_the_ruling(case: Case, books: Books) -> None:
    for expectation in case.expected:
        assert expectation.seen(books, case.entity_id, case.report_on) == expectation.wanted(), expectation
    assert books.open_by_currency_on(case.entity_id, case.report_on) == books.ledger_balance_on(
        case.entity_id, case.report_on
    )


def test_every_ruling_has_a_case_or_a_reason() -> None:
    told = {int(case.entity_id[1:3]) for case in RULING_CASES}
    assert told.isdisjoint(NOT_OF_THE_PRESENT_MARTS)
    assert told | set(NOT_OF_THE_PRESENT_MARTS) == set(range(1, 29))


def test_ruling_10_a_customer_not_given_is_derived_and_said_so(books: Books) -> None:
    assert books.rows(
        "select customer_name, customer_kind, is_derived from marts.dim_customers where customer_id = 'R10'"
    ) == [("R10", "private", True)]
    assert books.rows("select key from marts.rpt_exceptions where exception_kind = 'customer not given'") == [("R10",)]


def test_ruling_24_a_missing_rate_fails_the_build_naming_currency_and_day(
    tmp_path: Path, run_encours: RunEncours
) -> None:
    extracts = Extracts()
    # One day further than a rate is carried.
    extracts.add(Entity(entity_id="E", documents=(invoice("I", "10.00", "2024-03-09", currency="ISK"),)))
    extracts.add_rates([("EUR", "ISK", "150")], until="2024-03-09")
    extracts.rows["fx_rates"][0]["rate_on"] = "2024-03-01"
    extracts.write(tmp_path / "extracts")
    loaded = run_encours(["load", tmp_path / "extracts", "--as-of", "2024-03-31"], tmp_path)
    assert loaded.returncode == 0, loaded.stderr
    done = run_encours(["build", "--select", "+assert_no_rate_is_missing"], tmp_path)
    assert done.returncode == 1
    assert "ISK" in done.stderr
    assert "2024-03-09" in done.stderr


def test_ruling_26_totals_are_in_reporting_currencies_alone(books: Books) -> None:
    totals = {
        str(table)
        for (table,) in books.rows(
            "select table_name from duckdb_columns() where schema_name = 'marts' and column_name = 'entity_id'"
        )
        if books.rows(f"select 1 from marts.{table} where entity_id = '*' limit 1")
    }
    in_document_currency = {
        "fct_aging_weekly",
        "rpt_aging",
        "rpt_tie_out",
        "fct_receivable_items",
        "fct_item_intervals",
    }
    assert "fct_kpis" in totals
    assert totals.isdisjoint(in_document_currency)
    assert books.rows(
        "select distinct reporting_currency from marts.fct_kpis where entity_id = '*' order by all"
    ) == books.rows("select distinct base_currency from marts.dim_entities order by all")
