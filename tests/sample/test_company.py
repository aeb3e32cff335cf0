"""The sample company's proportions against the targets it is made for, measured from its files alone."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

import sample
from tests.sample.company import Query, read_company
from tests.sample.targets import TARGETS, Target

IDS = [target.figure for target in TARGETS]


def _scalar(company: duckdb.DuckDBPyConnection, sql: str) -> float:
    row = company.execute(sql).fetchone()
    assert row is not None
    return float(row[0])


@pytest.fixture(scope="module")
def other_company(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    """A company of another seed."""
    folder: Path = tmp_path_factory.mktemp("other")
    sample.generate(folder, invoices=20000, seed=8)
    return read_company(folder)


@pytest.mark.parametrize("target", TARGETS, ids=IDS)
def test_figure_hits_its_target(company: duckdb.DuckDBPyConnection, target: Target) -> None:
    assert target.least <= _scalar(company, target.sql) <= target.most


@pytest.mark.parametrize("target", TARGETS, ids=IDS)
def test_another_seed_stays_near(other_company: duckdb.DuckDBPyConnection, target: Target) -> None:
    assert target.least - target.stray <= _scalar(other_company, target.sql) <= target.most + target.stray


def test_new_customers_come_evenly(query: Query) -> None:
    rows = query(
        "select (created_on - date '2023-04-03') // 364 as year_no, count(*) from customers"
        " where created_on >= date '2023-04-03' group by year_no order by year_no"
    )

    assert [year for year, _ in rows] == [0, 1, 2]
    assert all(22 <= count <= 28 for _, count in rows), rows


def test_nobody_buys_before_the_account_is_opened(query: Query) -> None:
    assert query("select count(*) from invoices join customers using (customer_id) where invoiced_on < created_on") == [
        (0,)
    ]


def test_receipts_come_on_working_days(query: Query) -> None:
    assert query("select count(*) from payments where isodow(received_on) > 5") == [(0,)]


def test_big_groups_pay_after_the_years_end(query: Query) -> None:
    shares: dict[bool, float] = dict(
        query(
            """
            with members as (
                select customer_id, parent_customer_id is not null or customer_id in (
                    select parent_customer_id from customers where parent_customer_id is not null
                ) as is_in_group
                from customers
            )
            select is_in_group, avg((month(settled_on) = 12)::int)
            from lateness inner join members using (customer_id)
            where month(due_on) = 12 and day(due_on) >= 5 and settled_on is not null and document_type = 'invoice'
                and days_late < 30
            group by is_in_group
            """
        )
    )

    assert shares[True] < 0.25
    assert shares[False] > shares[True] + 0.25


def test_every_kind_of_document_occurs(query: Query) -> None:
    kinds = {tuple(row) for row in query("select distinct document_type, status from invoices")}

    assert {
        ("invoice", "posted"),
        ("invoice", "draft"),
        ("invoice", "void"),
        ("credit_note", "posted"),
        ("debit_note", "posted"),
        ("opening", "posted"),
        ("write_off", "posted"),
    } <= kinds
    assert {row[0] for row in query("select distinct payment_type from payments")} == {
        "payment",
        "deposit",
        "refund",
        "bounce",
    }
    assert {row[0] for row in query("select distinct currency from invoices")} == {"EUR", "GBP", "PLN", "USD"}


def test_customers_are_made_up_and_looked_after(query: Query) -> None:
    assert query("select count(*) - count(distinct customer_name) from customers") == [(0,)]
    assert query("select count(*) from customers where email not like '%.example'") == [(0,)]
    assert query("select count(sales_owner) = count(*) and count(collector) = count(*) from customers") == [(True,)]
    assert query("select count(distinct segment) >= 4, count(distinct collector) >= 4 from customers") == [(True, True)]
