"""The aged balance of any day, from the intervals: by customer, entity, segment, and its documents.

Buckets become columns here, in SQL, from the slabs of the policy; credits stay apart as their own column.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from dashboards.lib.buckets import NOT_DUE, UNAPPLIED, is_overdue
from dashboards.lib.db import Row, Warehouse
from dashboards.lib.view import View


class Basis(StrEnum):
    """The day an item's age counts from."""

    DUE = "due"
    INVOICE = "invoice"


class Grouping(StrEnum):
    """What a row of the aged balance is."""

    CUSTOMER = "customer"
    ENTITY = "entity"
    SEGMENT = "segment"


class Amounts(StrEnum):
    """The currency amounts are shown in: reporting, or the one entity's own."""

    REPORTING = "reporting"
    BASE = "base"


MOST_ROWS = 1_000
_AMOUNT_COLUMN = {Amounts.REPORTING: "reporting_open_amount", Amounts.BASE: "base_open_amount"}
_AGE_COLUMN = {Basis.DUE: "due_on", Basis.INVOICE: "invoiced_on"}
_GROUP_COLUMN = {
    Grouping.CUSTOMER: "intervals.customer_id",
    Grouping.ENTITY: "intervals.entity_id",
    Grouping.SEGMENT: "coalesce(customers.segment, 'Not given')",
}
_GROUP_NAME = {
    Grouping.CUSTOMER: "(select any_value(customer_name) from marts.dim_customers where customer_id = group_id)",
    Grouping.ENTITY: "(select any_value(entity_name) from marts.dim_entities where entity_id = group_id)",
    Grouping.SEGMENT: "group_id",
}
_CUSTOMERS = """
        left join marts.dim_customers as customers
            on customers.customer_id = intervals.customer_id"""
_FOUND = """
            and intervals.customer_id in (
                select customer_id from marts.dim_customers
                where contains(lower(coalesce(customer_name, '') || ' ' || customer_id), lower($search))
            )"""


def _slab(basis: Basis, buckets: Sequence[Row]) -> str:
    """The order of an item's slab; a negative amount is unapplied, whatever its age."""
    age = f"$day - intervals.{_AGE_COLUMN[basis]}"
    unapplied = next((int(row["bucket_order"]) for row in buckets if row["aging_bucket"] == UNAPPLIED), 0)
    slabs = "".join(
        f" when {age} >= {int(row['from_days'])} then {int(row['bucket_order'])}"
        for row in reversed(buckets)
        if is_overdue(row)
    )
    not_due = next((int(row["bucket_order"]) for row in buckets if row["aging_bucket"] == NOT_DUE), 0)
    return f"case when intervals.open_amount < 0 then {unapplied}{slabs} else {not_due} end"


def _open_on_day(search: str) -> str:
    """What makes an item open on $day, of the entity in view and of the customers looked for."""
    return f"""
        intervals.valid_from_on <= $day
            and (intervals.valid_to_on is null or intervals.valid_to_on > $day)
            and intervals.open_amount <> 0
            and ($entity = '*' or intervals.entity_id = $entity){_FOUND if search else ""}"""


def _per_slab(buckets: Sequence[Row], column: str) -> str:
    """One column a slab; ``{order}`` in the template stands for its order."""
    return ",\n            ".join(column.format(order=int(bucket["bucket_order"])) for bucket in buckets)


def _aged(grouping: Grouping, basis: Basis, amounts: Amounts, buckets: Sequence[Row], search: str) -> str:
    overdue = ", ".join(str(int(row["bucket_order"])) for row in buckets if is_overdue(row)) or "-1"
    unapplied = next((int(row["bucket_order"]) for row in buckets if row["aging_bucket"] == UNAPPLIED), -1)
    slab_amounts = _per_slab(
        buckets, "coalesce(sum(open_amount) filter (where bucket_order = {order}), 0) as bucket_{order}"
    )
    slab_shares = _per_slab(buckets, "bucket_{order} / nullif(invoices_amount, 0) as share_{order}")
    return f"""
    with open_items as (
        select
            {_GROUP_COLUMN[grouping]} as group_id,
            intervals.customer_id,
            intervals.{_AMOUNT_COLUMN[amounts]} as open_amount,
            case when intervals.open_amount > 0 and intervals.due_on < $day then $day - intervals.due_on end
                as days_past_due,
            {_slab(basis, buckets)} as bucket_order
        from marts.fct_item_intervals as intervals{_CUSTOMERS if grouping is Grouping.SEGMENT else ""}
        where {_open_on_day(search)}
    ),
    aged as (
        select
            grouping(group_id) = 1 as is_total,
            coalesce(group_id, '*') as group_id,
            count(*) as items_count,
            count(distinct customer_id) as customers_count,
            sum(open_amount) as balance_amount,
            coalesce(sum(open_amount) filter (where bucket_order <> {unapplied}), 0) as invoices_amount,
            coalesce(sum(open_amount) filter (where bucket_order in ({overdue})), 0) as overdue_amount,
            max(days_past_due) as oldest_days_past_due,
            {slab_amounts}
        from open_items
        group by grouping sets ((group_id), ())
    ),
    placed as (
        select
            *,
            row_number() over (order by is_total, invoices_amount desc, balance_amount, group_id) as place,
            count(*) over () - 1 as groups_count
        from aged
    )
    select
        *,
        case when is_total then 'Total' else coalesce({_GROUP_NAME[grouping]}, group_id) end as group_name,
        balance_amount - invoices_amount as unapplied_amount,
        overdue_amount / nullif(invoices_amount, 0) as overdue_rate,
        {slab_shares}
    from placed
    where is_total or place <= $limit
    order by place
    """


def _documents(grouping: Grouping, basis: Basis, amounts: Amounts, buckets: Sequence[Row], search: str) -> str:
    return f"""
    select
        intervals.document_number,
        intervals.item_kind,
        intervals.instalment_no,
        coalesce(entities.entity_name, intervals.entity_id) as entity_name,
        intervals.invoiced_on,
        intervals.due_on,
        $day - intervals.due_on as days_past_due,
        {_slab(basis, buckets)} as bucket_order,
        intervals.currency,
        intervals.open_amount as document_open_amount,
        intervals.{_AMOUNT_COLUMN[amounts]} as open_amount,
        intervals.disputed_amount,
        count(*) over () as documents_count
    from marts.fct_item_intervals as intervals{_CUSTOMERS if grouping is Grouping.SEGMENT else ""}
    left join marts.dim_entities as entities
        on entities.entity_id = intervals.entity_id
    where {_GROUP_COLUMN[grouping]} = $group and {_open_on_day(search)}
    order by intervals.due_on, intervals.document_number, intervals.instalment_no
    limit $limit
    """


def aged_balance(
    warehouse: Warehouse,
    view: View,
    grouping: Grouping,
    *,
    basis: Basis = Basis.DUE,
    amounts: Amounts = Amounts.REPORTING,
    buckets: Sequence[Row],
    search: str = "",
) -> list[Row]:
    """The aged balance on the day in view, largest first, the grand total over all of them last (``is_total``).

    At most ``MOST_ROWS`` groups are listed; ``groups_count`` says how many there are.
    ``bucket_<order>`` holds the open amount of each slab, ``share_<order>`` its share of the open invoices (0..1);
    ``balance_amount`` = ``invoices_amount`` + ``unapplied_amount``.
    """
    looked_for = search.strip()
    return warehouse.rows(
        _aged(grouping, basis, amounts, buckets, looked_for), _parameters(view, looked_for, limit=MOST_ROWS)
    )


def documents(
    warehouse: Warehouse,
    view: View,
    grouping: Grouping,
    group_id: str,
    *,
    basis: Basis = Basis.DUE,
    amounts: Amounts = Amounts.REPORTING,
    buckets: Sequence[Row],
    search: str = "",
) -> list[Row]:
    """The open documents behind one row of the aged balance, oldest due day first.

    At most ``MOST_ROWS`` are listed; ``documents_count`` says how many there are.
    """
    looked_for = search.strip()
    return warehouse.rows(
        _documents(grouping, basis, amounts, buckets, looked_for),
        {**_parameters(view, looked_for, limit=MOST_ROWS), "group": group_id},
    )


def _parameters(view: View, search: str, *, limit: int) -> dict[str, object]:
    always = {"day": view.week.as_of_on, "entity": view.entity_id, "limit": limit}
    return {**always, "search": search} if search else always
