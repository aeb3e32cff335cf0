"""Which customers moved the overdue amount, and by which documents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from dashboards.lib.db import Row, Warehouse
from dashboards.lib.view import View

_MOVED = """
    with this as (
        select customer_id, overdue_amount, receivable_amount
        from marts.fct_customer_weekly
        where week_ending_on = $week and entity_id = $entity
    ),
    was as (
        select customer_id, overdue_amount
        from marts.fct_customer_weekly
        where week_ending_on = $before and entity_id = $entity
    ),
    moved as (
        select
            coalesce(this.customer_id, was.customer_id) as customer_id,
            coalesce(this.overdue_amount, 0) as overdue_amount,
            coalesce(this.receivable_amount, 0) as receivable_amount,
            coalesce(this.overdue_amount, 0) - coalesce(was.overdue_amount, 0) as overdue_change
        from this
        full outer join was
            on this.customer_id = was.customer_id
    ),
    ranked as (
        select
            *,
            sum(overdue_change) over () as total_change,
            sum(overdue_change) filter (where overdue_change > 0) over () as risen_amount,
            sum(overdue_change) filter (where overdue_change < 0) over () as fallen_amount
        from moved
        where overdue_change <> 0
    )
"""

_MOVERS = f"""
    {_MOVED},
    biggest as (
        select * from ranked
        order by abs(overdue_change) desc, customer_id
        limit $limit
    ),
    overdue_items as (
        select
            intervals.customer_id,
            intervals.entity_id,
            intervals.document_id,
            intervals.instalment_no,
            max(intervals.reporting_open_amount) filter (
                where intervals.valid_from_on <= $day
                    and (intervals.valid_to_on is null or intervals.valid_to_on > $day)
                    and intervals.due_on < $day
            ) as overdue_now,
            max(intervals.reporting_open_amount) filter (
                where intervals.valid_from_on <= $before
                    and (intervals.valid_to_on is null or intervals.valid_to_on > $before)
                    and intervals.due_on < $before
            ) as overdue_before,
            max(intervals.due_on) as due_on
        from marts.fct_item_intervals as intervals
        where intervals.customer_id in (select customer_id from biggest)
            and ($entity = '*' or intervals.entity_id = $entity)
            and intervals.open_amount > 0
            and intervals.due_on < $day
            and (intervals.valid_to_on is null or intervals.valid_to_on > $before)
        group by all
    ),
    causes as (
        select
            customer_id,
            sum(overdue_now) filter (where overdue_before is null) as newly_overdue_amount,
            count(*) filter (where overdue_before is null and overdue_now is not null) as newly_overdue_count,
            sum(overdue_before) filter (where overdue_now is null) as settled_amount,
            count(*) filter (where overdue_now is null and overdue_before is not null) as settled_count,
            sum(overdue_now - overdue_before) as changed_amount,
            $day - min(due_on) filter (where overdue_now is not null) as oldest_days_past_due
        from overdue_items
        group by customer_id
    )
    select
        biggest.customer_id,
        coalesce(customers.customer_name, biggest.customer_id) as customer_name,
        customers.sales_owner,
        biggest.overdue_change,
        biggest.overdue_amount,
        biggest.receivable_amount,
        causes.newly_overdue_amount,
        coalesce(causes.newly_overdue_count, 0) as newly_overdue_count,
        causes.settled_amount,
        coalesce(causes.settled_count, 0) as settled_count,
        coalesce(causes.changed_amount, 0) as changed_amount,
        causes.oldest_days_past_due
    from biggest
    left join causes
        on causes.customer_id = biggest.customer_id
    left join marts.dim_customers as customers
        on customers.customer_id = biggest.customer_id
    order by abs(biggest.overdue_change) desc, biggest.customer_id
"""

_CONCENTRATION = f"""
    {_MOVED},
    same_way as (
        select
            abs(overdue_change) as size,
            row_number() over (order by abs(overdue_change) desc, customer_id) as place
        from ranked
        where sign(overdue_change) = sign(total_change)
    )
    select
        (select sum(overdue_change) from ranked) as total_change,
        sum(size) filter (where place <= 3) / sum(size) as top_three_share,
        count(*) as customers_count
    from same_way
"""


@dataclass(frozen=True)
class Concentration:
    """How much of a change in overdue the three customers behind most of it explain (0..1)."""

    total_change: Decimal | None
    top_three_share: float | None
    customers_count: int


def movers(warehouse: Warehouse, view: View, days_before: int, limit: int = 10) -> list[Row]:
    """The customers whose overdue changed most, with the documents that became overdue or were settled."""
    return warehouse.rows(_MOVERS, {**_parameters(view, days_before), "day": view.week.as_of_on, "limit": limit})


def concentration(warehouse: Warehouse, view: View, days_before: int) -> Concentration:
    """The change in overdue over all customers, and the share of its three biggest in the same direction."""
    row = warehouse.row(_CONCENTRATION, _parameters(view, days_before)) or {}
    return Concentration(row.get("total_change"), row.get("top_three_share"), row.get("customers_count") or 0)


def _parameters(view: View, days_before: int) -> dict[str, date | str]:
    return {
        "week": view.week.ending_on,
        "before": view.week.ending_on - timedelta(days=days_before),
        "entity": view.entity_id,
    }
