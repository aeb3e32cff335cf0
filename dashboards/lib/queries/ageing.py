"""The aged balance of any day, from the intervals: by customer, entity, segment, and its documents.

Buckets become columns here, in SQL, from the slabs of the policy; credits stay apart as their own column.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

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


MOST_ROWS = 2_000
_AMOUNT_COLUMN = {Amounts.REPORTING: "reporting_open_amount", Amounts.BASE: "base_open_amount"}
_AGE_COLUMN = {Basis.DUE: "due_on", Basis.INVOICE: "invoiced_on"}
_GROUP_COLUMNS = {
    Grouping.CUSTOMER: ("customer_id", "customer_name"),
    Grouping.ENTITY: ("entity_id", "entity_name"),
    Grouping.SEGMENT: ("segment", "segment"),
}


def _open_items(basis: Basis, amounts: Amounts) -> str:
    """Open items on $day with their slab; a negative one is unapplied, whatever its age."""
    return f"""
    open_items as (
        select
            intervals.entity_id,
            coalesce(entities.entity_name, intervals.entity_id) as entity_name,
            intervals.customer_id,
            coalesce(customers.customer_name, intervals.customer_id) as customer_name,
            coalesce(customers.segment, 'Not given') as segment,
            intervals.document_id,
            intervals.document_number,
            intervals.instalment_no,
            intervals.item_kind,
            intervals.currency,
            intervals.invoiced_on,
            intervals.due_on,
            $day - intervals.due_on as days_past_due,
            intervals.open_amount as document_open_amount,
            intervals.{_AMOUNT_COLUMN[amounts]} as open_amount,
            intervals.disputed_amount,
            buckets.bucket_order,
            buckets.aging_bucket
        from marts.fct_item_intervals as intervals
        left join marts.dim_customers as customers
            on customers.customer_id = intervals.customer_id
        left join marts.dim_entities as entities
            on entities.entity_id = intervals.entity_id
        inner join marts.dim_aging_buckets as buckets
            on case
                when intervals.open_amount < 0 then buckets.aging_bucket = 'unapplied'
                else
                    buckets.aging_bucket <> 'unapplied'
                    and $day - intervals.{_AGE_COLUMN[basis]} >= coalesce(buckets.from_days, -1000000)
                    and $day - intervals.{_AGE_COLUMN[basis]} <= coalesce(buckets.to_days, 1000000)
            end
        where intervals.valid_from_on <= $day
            and (intervals.valid_to_on is null or intervals.valid_to_on > $day)
            and intervals.open_amount <> 0
            and ($entity = '*' or intervals.entity_id = $entity)
    )
    """


def _bucket_columns(buckets: Sequence[Row]) -> str:
    return ",\n        ".join(
        f"coalesce(sum(open_amount) filter (where bucket_order = {int(bucket['bucket_order'])}), 0)"
        f" as bucket_{int(bucket['bucket_order'])}"
        for bucket in buckets
    )


def _share_columns(buckets: Sequence[Row]) -> str:
    return ",\n            ".join(
        f"bucket_{int(bucket['bucket_order'])} / nullif(invoices_amount, 0) as share_{int(bucket['bucket_order'])}"
        for bucket in buckets
    )


def _aged(grouping: Grouping, basis: Basis, amounts: Amounts, buckets: Sequence[Row]) -> str:
    key, name = _GROUP_COLUMNS[grouping]
    unapplied = next((int(row["bucket_order"]) for row in buckets if row["aging_bucket"] == "unapplied"), -1)
    not_due = next((int(row["bucket_order"]) for row in buckets if row["aging_bucket"] == "not_due"), -1)
    return f"""
    with {_open_items(basis, amounts)},
    aged as (
    select
        grouping({key}) = 1 as is_total,
        case when grouping({key}) = 1 then '*' else {key} end as group_id,
        case when grouping({key}) = 1 then 'Total' else any_value({name}) end as group_name,
        count(*) as items_count,
        count(distinct customer_id) as customers_count,
        sum(open_amount) as balance_amount,
        coalesce(sum(open_amount) filter (where bucket_order <> {unapplied}), 0) as invoices_amount,
        coalesce(sum(open_amount) filter (where bucket_order not in ({unapplied}, {not_due})), 0) as overdue_amount,
        max(days_past_due) filter (where document_open_amount > 0 and days_past_due > 0) as oldest_days_past_due,
        {_bucket_columns(buckets)}
    from open_items
    where $search = '' or contains(lower(customer_name || ' ' || customer_id), lower($search))
    group by grouping sets (({key}), ())
    ),
    placed as (
        select
            *,
            row_number() over (order by is_total, invoices_amount desc, balance_amount, group_id) as place,
            count(*) over () - 1 as groups_count,
            balance_amount - invoices_amount as unapplied_amount,
            overdue_amount / nullif(invoices_amount, 0) as overdue_rate,
            {_share_columns(buckets)}
        from aged
    )
    select * from placed
    where is_total or place <= $limit
    order by place
    """


def _documents(basis: Basis, amounts: Amounts) -> str:
    return f"""
    with {_open_items(basis, amounts)}
    select
        document_number,
        item_kind,
        instalment_no,
        entity_name,
        invoiced_on,
        due_on,
        days_past_due,
        aging_bucket,
        currency,
        document_open_amount,
        open_amount,
        disputed_amount
    from open_items
    where ($customer is null or customer_id = $customer)
        and ($segment is null or segment = $segment)
        and ($group_entity is null or entity_id = $group_entity)
        and ($search = '' or contains(lower(customer_name || ' ' || customer_id), lower($search)))
    order by due_on, document_number, instalment_no
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
    return warehouse.rows(
        _aged(grouping, basis, amounts, buckets),
        {"day": view.week.as_of_on, "entity": view.entity_id, "search": search.strip(), "limit": MOST_ROWS},
    )


def documents(
    warehouse: Warehouse,
    view: View,
    grouping: Grouping,
    group_id: str,
    *,
    basis: Basis = Basis.DUE,
    amounts: Amounts = Amounts.REPORTING,
    search: str = "",
) -> list[Row]:
    """The open documents behind one row of the aged balance, oldest due day first."""
    return warehouse.rows(
        _documents(basis, amounts),
        {
            "day": view.week.as_of_on,
            "entity": view.entity_id,
            "customer": group_id if grouping is Grouping.CUSTOMER else None,
            "segment": group_id if grouping is Grouping.SEGMENT else None,
            "group_entity": group_id if grouping is Grouping.ENTITY else None,
            "search": search.strip(),
        },
    )
