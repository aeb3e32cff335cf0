"""Queries against the marts by another way: sums, joins by hand, the naive form."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

import duckdb
import pytest

from dashboards.lib.db import Warehouse
from dashboards.lib.queries import ageing, choices, customers, health, kpis, movers, tiers
from dashboards.lib.queries.ageing import Amounts, Basis, Grouping
from dashboards.lib.view import View
from tests.dashboards.conftest import one


def test_dso_is_the_sum_of_its_parts_every_week(warehouse: Warehouse, view: View) -> None:
    rows = kpis.history(warehouse, view, "all", 104)
    assert len(rows) == 105
    for row in rows:
        parts = row["best_possible_dso_days"] + row["average_days_delinquent"] + row["unapplied_days"]
        assert parts == pytest.approx(row["dso_days"], abs=1e-9)


def test_history_steps_by_a_week_and_ends_in_view(warehouse: Warehouse, view: View) -> None:
    days = [row["period_ending_on"] for row in kpis.history(warehouse, view, "all", 52)]
    assert days[-1] == view.week.ending_on
    assert {later - earlier for earlier, later in pairwise(days)} == {timedelta(days=7)}


def test_ageing_over_time_equals_the_balance(warehouse: Warehouse, view: View) -> None:
    balances = {row["period_ending_on"]: row["receivable_amount"] for row in kpis.history(warehouse, view, "all", 52)}
    rows = kpis.ageing_history(warehouse, view, 52)
    assert {row["period_ending_on"] for row in rows} == set(balances)
    for row in rows:
        assert row["total_amount"] == balances[row["period_ending_on"]]


def test_entities_add_up_to_all(warehouse: Warehouse, view: View) -> None:
    *entities, together = kpis.by_entity(warehouse, view, "all")
    assert together["entity_id"] == "*"
    for column in ("receivable_amount", "overdue_amount", "overdue_amount_change"):
        assert sum((row[column] for row in entities), Decimal(0)) == together[column]
    assert all(len(row["dso_trend"]) == 53 for row in entities)


@pytest.mark.parametrize("days", [kpis.LAST_WEEK, kpis.FOUR_WEEKS])
def test_movers_add_up_to_the_change_in_overdue(warehouse: Warehouse, view: View, days: int) -> None:
    everybody = movers.movers(warehouse, view, days, limit=10_000)
    change = kpis.comparison(warehouse, view, "all")[days]["overdue_amount_change"]
    assert sum((row["overdue_change"] for row in everybody), Decimal(0)) == change
    assert movers.concentration(warehouse, view, days).total_change == change
    sizes = [abs(row["overdue_change"]) for row in everybody]
    assert sizes == sorted(sizes, reverse=True)


def test_why_a_customer_moved_explains_all_of_it(warehouse: Warehouse, view: View) -> None:
    rows = movers.movers(warehouse, view, kpis.LAST_WEEK, limit=10_000)
    assert rows
    for row in rows:
        told = (row["newly_overdue_amount"] or 0) - (row["settled_amount"] or 0) + row["changed_amount"]
        assert told == row["overdue_change"], row["customer_id"]


def test_concentration_is_the_share_of_the_three_biggest(warehouse: Warehouse, view: View) -> None:
    found = movers.concentration(warehouse, view, kpis.LAST_WEEK)
    assert found.total_change is not None
    way = 1 if found.total_change > 0 else -1
    same = [row["overdue_change"] for row in movers.movers(warehouse, view, kpis.LAST_WEEK, limit=10_000)]
    sizes = sorted((abs(change) for change in same if change * way > 0), reverse=True)
    assert found.customers_count == len(sizes)
    assert found.top_three_share == pytest.approx(float(sum(sizes[:3]) / sum(sizes)))


@pytest.mark.parametrize("grouping", list(Grouping))
@pytest.mark.parametrize("basis", list(Basis))
def test_documents_add_up_to_their_row(warehouse: Warehouse, view: View, grouping: Grouping, basis: Basis) -> None:
    buckets = kpis.buckets(warehouse)
    first = ageing.aged_balance(warehouse, view, grouping, basis=basis, buckets=buckets)[0]
    documents = ageing.documents(warehouse, view, grouping, first["group_id"], basis=basis, buckets=buckets)
    assert sum((row["open_amount"] for row in documents), Decimal(0)) == first["balance_amount"]
    assert len(documents) == first["items_count"]
    for bucket in buckets:
        mine = [row["open_amount"] for row in documents if row["bucket_order"] == bucket["bucket_order"]]
        assert sum(mine, Decimal(0)) == first[f"bucket_{bucket['bucket_order']}"]


def test_aged_balance_of_the_build_s_day_equals_the_mart(
    warehouse: Warehouse, view: View, marts: duckdb.DuckDBPyConnection
) -> None:
    """``rpt_aging`` is made by another model, per entity and in its own currency."""
    for entity in choices.entities(warehouse):
        own = View(view.week, view.newest, entity["entity_id"], entity["entity_name"], "EUR", "EUR")
        for basis in Basis:
            total = ageing.aged_balance(
                warehouse, own, Grouping.ENTITY, basis=basis, amounts=Amounts.BASE, buckets=kpis.buckets(warehouse)
            )[-1]
            expected = marts.execute(
                "select bucket_order, sum(base_open_amount) from rpt_aging"
                " where entity_id = $entity and aging_basis = $basis group by all",
                {"entity": entity["entity_id"], "basis": basis.value},
            ).fetchall()
            assert expected
            for order, amount in expected:
                assert total[f"bucket_{order}"] == amount


def test_aged_balance_of_a_past_week_equals_its_history(warehouse: Warehouse, view: View) -> None:
    past = next(
        week for week in choices.weeks(warehouse) if week.ending_on <= view.week.ending_on - timedelta(days=200)
    )
    earlier = View(past, view.newest, "*", "All entities", view.currency, view.main_currency)
    buckets = kpis.buckets(warehouse)
    total = ageing.aged_balance(warehouse, earlier, Grouping.CUSTOMER, buckets=buckets)[-1]
    history = {
        row["bucket_order"]: row["open_amount"]
        for row in kpis.ageing_history(warehouse, earlier, 1)
        if row["period_ending_on"] == past.ending_on
    }
    assert {bucket["bucket_order"]: total[f"bucket_{bucket['bucket_order']}"] for bucket in buckets} == {
        bucket["bucket_order"]: history.get(bucket["bucket_order"], Decimal(0)) for bucket in buckets
    }


def test_a_customer_s_weeks_have_no_gaps(warehouse: Warehouse, view: View, marts: duckdb.DuckDBPyConnection) -> None:
    """A customer with a week without a row is drawn as owing nothing then."""
    customer_id, rows = one(
        marts,
        """
        select customer_id, count(*) from fct_customer_weekly
        where entity_id = '*' group by customer_id
        having count(*) < datediff('week', min(week_ending_on), max(week_ending_on)) + 1
        order by count(*) desc, customer_id limit 1
        """,
    )
    weeks = customers.weekly(warehouse, view, customer_id, 1_000)
    assert sum(row["has_row"] for row in weeks) == rows < len(weeks)
    assert all(row["receivable_amount"] == 0 for row in weeks if not row["has_row"])


def test_a_customer_s_open_items_equal_its_week(warehouse: Warehouse, view: View) -> None:
    largest = customers.choices(warehouse, view, None)[0]["customer_id"]
    week = customers.weekly(warehouse, view, largest, 1)[-1]
    items = customers.open_items(warehouse, view, largest)
    assert sum((row["reporting_open_amount"] for row in items), Decimal(0)) == week["receivable_amount"]
    calendar = customers.due_calendar(warehouse, view, largest)
    owed = customers.owed(warehouse, view, largest)
    assert sum((row["open_amount"] for row in calendar), Decimal(0)) == owed["owed_amount"]
    assert owed["overdue_amount"] == week["overdue_amount"]


def test_payments_are_never_applied_beyond_their_amount(warehouse: Warehouse, view: View) -> None:
    largest = customers.choices(warehouse, view, None)[0]["customer_id"]
    rows = customers.payments(warehouse, view, largest)
    assert rows
    assert all((row["applied_amount"] or 0) <= row["paid_amount"] for row in rows if row["item_kind"] == "payment")
    received = [row["received_on"] for row in rows]
    assert received == sorted(received, reverse=True)


def test_tier_since_is_its_first_week_in_a_row(warehouse: Warehouse, view: View) -> None:
    largest = customers.choices(warehouse, view, None)[0]["customer_id"]
    now = customers.tier_now(warehouse, view, largest)
    history = customers.tiers(warehouse, view, largest, 1_000)
    assert now is not None
    current = history[-1]["risk_tier"]
    since = history[-1]["week_ending_on"]
    for row in reversed(history):
        if row["risk_tier"] != current:
            break
        since = row["week_ending_on"]
    assert now["risk_tier"] == current
    assert now["since_on"] == since
    assert now["weeks_in_tier"] == (history[-1]["week_ending_on"] - since).days // 7


def test_an_unknown_customer_has_no_profile(warehouse: Warehouse, view: View) -> None:
    assert customers.profile(warehouse, view, "nobody' or 1=1 --") is None


def test_moves_end_at_the_tiers_of_the_week(warehouse: Warehouse, view: View) -> None:
    now = {row["risk_tier"]: row["customers_count"] for row in tiers.policy(warehouse, view)}
    for weeks in (4, 13):
        moves = tiers.moves(warehouse, view, weeks)
        assert {row["step_weeks"] for row in moves} == {weeks}
        assert {row["week_ending_on"] for row in moves} == {view.week.ending_on}
        for letter, count in now.items():
            assert sum(row["customers_count"] for row in moves if row["to_tier"] == letter) == count


def test_everything_reconciles(warehouse: Warehouse) -> None:
    found = health.reconciliation(warehouse)
    assert found["rows_count"] > 0
    assert found["broken_count"] == 0


def test_the_file_is_read_only_and_alone(warehouse: Warehouse) -> None:
    with pytest.raises(duckdb.Error):
        warehouse.rows("delete from marts.fct_kpis")
    with pytest.raises(duckdb.Error):
        warehouse.rows("select * from read_csv('/etc/passwd')")
