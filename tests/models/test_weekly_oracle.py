"""The weekly marts against the naive form: every item at every week's end, its allocations added up then and there.

The marts move amounts between states and run them up; this asks each week end anew, item by item, and knows
nothing of intervals. It reads the sample company's items and allocations only.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

NAIVE_WEEKS = """
    create temp table naive as
    with weeks as (
        select distinct week_ending_on, as_of_on from marts.fct_customer_weekly
    ),
    items as (
        select items.*, (select reporting_currency from marts.fct_customer_weekly limit 1) as reporting_currency
        from marts.fct_receivable_items as items
    ),
    settled as (
        select weeks.week_ending_on, moves.entity_id, moves.document_id, moves.instalment_no,
               sum(moves.amount) as settled_amount
        from weeks
        join (
            select entity_id, debit_document_id as document_id, instalment_no, effective_on, reversed_on,
                   -debit_amount as amount
            from marts.fct_allocations
            union all
            select entity_id, credit_document_id, 1, effective_on, reversed_on, credit_amount
            from marts.fct_allocations
        ) as moves
            on moves.effective_on <= weeks.as_of_on
            and (moves.reversed_on is null or moves.reversed_on > weeks.as_of_on)
        group by all
    )
    select weeks.week_ending_on, weeks.as_of_on, items.entity_id, items.customer_id, items.currency, items.due_on,
           items.amount + coalesce(settled.settled_amount, 0) as open_amount
    from weeks
    join items on items.posted_on <= weeks.as_of_on
    left join settled using (week_ending_on, entity_id, document_id, instalment_no)
    where items.amount + coalesce(settled.settled_amount, 0) <> 0
"""


@pytest.fixture(scope="module")
def warehouse(sample_home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The built sample with the naive weeks beside it, in memory only."""
    connection = duckdb.connect(config={"threads": 2})
    connection.execute(f"attach '{sample_home / 'build' / 'encours.duckdb'}' as built (read_only); use built")
    connection.execute(NAIVE_WEEKS.replace("temp table naive", "table memory.main.naive"))
    yield connection
    connection.close()


def test_the_naive_weeks_are_many(warehouse: duckdb.DuckDBPyConnection) -> None:
    """A comparison of nothing with nothing would pass."""
    weeks, rows = warehouse.execute(
        "select count(distinct week_ending_on), count(*) from memory.main.naive"
    ).fetchall()[0]
    assert weeks > 150
    assert rows > 100_000


def test_ageing_by_week_equals_the_naive_form(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Every week, entity, currency and bucket, to the cent, and none missing on either side."""
    differences = warehouse.execute("""
        with naive as (
            select week_ending_on, entity_id, currency,
                   case
                       when open_amount < 0 then 'unapplied'
                       when as_of_on - due_on <= 0 then 'not_due'
                       when as_of_on - due_on <= 30 then '1-30'
                       when as_of_on - due_on <= 60 then '31-60'
                       when as_of_on - due_on <= 90 then '61-90'
                       when as_of_on - due_on <= 120 then '91-120'
                       else 'over_120'
                   end as aging_bucket,
                   sum(open_amount) as open_amount, count(*) as items_count
            from memory.main.naive group by all
        ),
        marts as (
            select week_ending_on, entity_id, currency, aging_bucket,
                   sum(open_amount) as open_amount, sum(items_count) as items_count
            from built.marts.fct_aging_weekly group by all
        )
        select * from naive full join marts using (week_ending_on, entity_id, currency, aging_bucket)
        where naive.open_amount is distinct from marts.open_amount
           or naive.items_count is distinct from marts.items_count
    """).fetchall()
    assert differences == []


def test_customer_weeks_equal_the_naive_form(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Every customer of the entity that bills in its own currency only, every week, to the cent."""
    differences = warehouse.execute("""
        with plain_customers as (
            -- Documents in the reporting currency only: no conversion stands between the two forms.
            select entity_id, customer_id from built.marts.fct_receivable_items
            group by all
            having bool_and(currency = 'EUR' and base_currency = 'EUR')
        ),
        counted as (select customer_id from built.marts.dim_customers where customer_kind <> 'intragroup'),
        naive as (
            select week_ending_on, entity_id, customer_id,
                   sum(open_amount) as receivable_amount,
                   sum(case when open_amount > 0 and due_on >= as_of_on then open_amount else 0 end) as not_due_amount,
                   sum(case when open_amount > 0 and due_on < as_of_on then open_amount else 0 end) as overdue_amount,
                   sum(case when open_amount > 0 and as_of_on - due_on > 90 then open_amount else 0 end)
                       as over_90_amount,
                   sum(case when open_amount < 0 then open_amount else 0 end) as unapplied_amount
            from memory.main.naive
            semi join plain_customers using (entity_id, customer_id)
            semi join counted using (customer_id)
            group by all
        ),
        marts as (
            select week_ending_on, entity_id, customer_id, receivable_amount, not_due_amount, overdue_amount,
                   over_90_amount, unapplied_amount
            from built.marts.fct_customer_weekly
            semi join plain_customers using (entity_id, customer_id)
            where entity_id <> '*' and (not_due_amount <> 0 or overdue_amount <> 0 or unapplied_amount <> 0)
        )
        (from naive except from marts) union all (from marts except from naive)
    """).fetchall()
    assert differences == []


def test_late_rates_equal_the_naive_form(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Counts of matured and late items of every week of an entity, asked anew with what that week knew."""
    differences = warehouse.execute("""
        with weeks as (
            select period_ending_on, as_of_on from built.marts.fct_kpis
            where period_kind = 'week' group by all
        ),
        matured as (
            select weeks.period_ending_on, weeks.as_of_on, items.entity_id, items.document_id, items.instalment_no,
                   items.amount, items.due_on
            from weeks
            join built.marts.fct_receivable_items as items
                on items.posted_on <= weeks.as_of_on
                and items.due_on < weeks.as_of_on and items.due_on >= weeks.as_of_on - 90
            join built.marts.dim_customers as customers using (customer_id)
            where items.item_kind in ('invoice', 'debit_note', 'opening') and items.amount > 0
                and customers.customer_kind <> 'intragroup'
        ),
        states as (
            select matured.period_ending_on, matured.entity_id, matured.document_id, matured.instalment_no,
                   matured.amount,
                   matured.amount - coalesce(sum(allocations.debit_amount), 0) as late_amount
            from matured
            left join built.marts.fct_allocations as allocations
                on allocations.entity_id = matured.entity_id
                and allocations.debit_document_id = matured.document_id
                and allocations.instalment_no = matured.instalment_no
                and allocations.effective_on <= matured.as_of_on
                and (allocations.reversed_on is null or allocations.reversed_on > matured.as_of_on)
                and allocations.received_on <= matured.due_on
            group by matured.period_ending_on, matured.entity_id, matured.document_id, matured.instalment_no,
                     matured.amount
        ),
        naive as (
            select period_ending_on, entity_id, count(*) as matured_items_count,
                   count(*) filter (where late_amount > greatest(5, amount * 0.005)) as late_items_count
            from states group by all
        ),
        marts as (
            select period_ending_on, entity_id, matured_items_count, late_items_count
            from built.marts.fct_kpis
            where period_kind = 'week' and scope = 'all' and reporting_currency = 'EUR' and entity_id <> '*'
                and matured_items_count > 0
        )
        (from naive except from marts) union all (from marts except from naive)
    """).fetchall()
    assert differences == []
