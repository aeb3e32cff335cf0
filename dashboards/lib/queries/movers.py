"""Which customers moved the overdue amount, and by which documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from dashboards.lib.db import Row, Warehouse
from dashboards.lib.queries import cuts
from dashboards.lib.view import Cut, View


def can_tell(view: View) -> bool:
    """Whether customers' weeks can be narrowed to what is in view: to all, or to customers of one member."""
    return view.cut is None or cuts.of_customers(view.cut.dimension) is not None


def _narrowed(cut: Cut | None) -> str:
    if cut is None:
        return ""
    return f"""
            and customer_id in (
                select customer_id from marts.dim_customers as customers where {cuts.of_customers(cut.dimension)}
            )"""


def _moves(cut: Cut | None) -> str:
    return f"""
    with weeks as (
        select
            customer_id,
            coalesce(sum(overdue_amount) filter (where week_ending_on = $week), 0) as overdue_amount,
            coalesce(sum(overdue_amount) filter (where week_ending_on = $before), 0) as overdue_before
        from marts.fct_customer_weekly
        where week_ending_on in ($week, $before) and entity_id = $entity{_narrowed(cut)}
        group by customer_id
    ),
    moved as (
        select
            customer_id,
            overdue_amount,
            overdue_amount - overdue_before as overdue_change,
            sum(overdue_amount - overdue_before) over () as total_change
        from weeks
        where overdue_amount <> overdue_before
    ),
    placed as (
        select
            *,
            sign(overdue_change) = sign(total_change) as is_same_way,
            row_number() over (
                partition by sign(overdue_change) order by abs(overdue_change) desc, customer_id
            ) as place_same_way
        from moved
    ),
    shared as (
        select
            *,
            sum(abs(overdue_change)) filter (where is_same_way and place_same_way <= 3) over ()
                / nullif(sum(abs(overdue_change)) filter (where is_same_way) over (), 0) as top_three_share,
            count(*) filter (where is_same_way) over () as same_way_count
        from placed
    )
    select
        shared.customer_id,
        coalesce(customers.customer_name, shared.customer_id) as customer_name,
        customers.sales_owner,
        shared.overdue_change,
        shared.overdue_amount,
        shared.total_change,
        shared.top_three_share,
        shared.same_way_count
    from shared
    left join marts.dim_customers as customers
        on customers.customer_id = shared.customer_id
    order by abs(shared.overdue_change) desc, shared.customer_id
    limit $limit
"""


def _causes(customers: int) -> str:
    """Named one by one, customers are found by where they are stored: the mart is sorted by them."""
    names = ", ".join(f"$customer_{place}" for place in range(customers))
    return f"""
    with overdue_items as (
        select
            customer_id,
            entity_id,
            document_id,
            instalment_no,
            max(due_on) as due_on,
            max(reporting_open_amount) filter (
                where valid_from_on <= $day and (valid_to_on is null or valid_to_on > $day)
            ) as overdue_now,
            max(reporting_open_amount) filter (
                where valid_from_on <= $before and (valid_to_on is null or valid_to_on > $before) and due_on < $before
            ) as overdue_before
        from marts.fct_item_intervals
        where customer_id in ({names})
            and ($entity = '*' or entity_id = $entity)
            and open_amount > 0
            and due_on < $day
            and (valid_to_on is null or valid_to_on > $before)
        group by all
    )
    select
        customer_id,
        sum(overdue_now) filter (where overdue_before is null) as newly_overdue_amount,
        count(*) filter (where overdue_before is null and overdue_now is not null) as newly_overdue_count,
        sum(overdue_before) filter (where overdue_now is null) as settled_amount,
        count(*) filter (where overdue_now is null and overdue_before is not null) as settled_count,
        coalesce(sum(overdue_now - overdue_before), 0) as changed_amount,
        $day - min(due_on) filter (where overdue_now is not null) as oldest_days_past_due
    from overdue_items
    group by customer_id
    """


_NO_CAUSE: Row = {
    "newly_overdue_amount": None,
    "newly_overdue_count": 0,
    "settled_amount": None,
    "settled_count": 0,
    "changed_amount": Decimal(0),
    "oldest_days_past_due": None,
}


@dataclass(frozen=True)
class Concentration:
    """How much of a change in overdue the three customers behind most of it explain (0..1).

    ``customers_count``: how many moved the same way as the total; ``names`` of the three, the biggest first.
    """

    total_change: Decimal | None
    top_three_share: float | None
    customers_count: int
    names: tuple[str, ...] = ()


def movers(warehouse: Warehouse, view: View, days_before: int, limit: int = 10) -> list[Row]:
    """The customers whose overdue changed most, with the documents that became overdue or were settled."""
    moved = _moved(warehouse, view, days_before, limit)
    if not moved:
        return []
    causes = {row["customer_id"]: row for row in _why(warehouse, view, days_before, moved)}
    return [{**row, **_NO_CAUSE, **causes.get(row["customer_id"], {})} for row in moved]


def concentration(warehouse: Warehouse, view: View, days_before: int, limit: int = 10) -> Concentration:
    """The change in overdue over all customers, and the share of its three biggest in the same direction."""
    moved = _moved(warehouse, view, days_before, limit)
    if not moved:
        return Concentration(None, None, 0)
    first = moved[0]
    way = first["total_change"]
    names = tuple(row["customer_name"] for row in moved if row["overdue_change"] * way > 0)[:3]
    return Concentration(way, first["top_three_share"], first["same_way_count"], names)


def _moved(warehouse: Warehouse, view: View, days_before: int, limit: int) -> list[Row]:
    return warehouse.rows(
        _moves(view.cut),
        {
            "week": view.week.ending_on,
            "before": view.week.ending_on - timedelta(days=days_before),
            "entity": view.entity_id,
            "limit": limit,
            **({} if view.cut is None else {"member": view.cut.member}),
        },
    )


def _why(warehouse: Warehouse, view: View, days_before: int, moved: Sequence[Row]) -> list[Row]:
    customers = {f"customer_{place}": row["customer_id"] for place, row in enumerate(moved)}
    return warehouse.rows(
        _causes(len(customers)),
        {
            "day": view.week.as_of_on,
            "before": view.week.ending_on - timedelta(days=days_before),
            "entity": view.entity_id,
            **customers,
        },
    )
