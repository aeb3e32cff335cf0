"""What falls due from the build's day on, as agreed and as customers are used to pay, and the documents of a week."""

from __future__ import annotations

from dashboards.lib.db import Row, Warehouse
from dashboards.lib.queries.families import COLUMNS, converted, counted, of_interval
from dashboards.lib.view import View

AGREED, SHIFTED = "agreed", "shifted"
MOST_ROWS = 1_000

_CALENDAR = """
    select
        calendar_basis,
        due_order,
        due_kind,
        week_ending_on,
        due_amount,
        already_overdue_amount,
        disputed_amount,
        items_count,
        as_of_on,
        sum(due_amount) over (partition by calendar_basis) as total_amount,
        sum(due_amount) filter (where due_kind = 'week') over (partition by calendar_basis) as weeks_amount
    from marts.rpt_due_calendar
    where entity_id = $entity
        and reporting_currency = $currency
    order by calendar_basis, due_order
"""


def _documents() -> str:
    open_amount = of_interval("base_open_amount", "reporting_open_amount", "open_amount")
    return f"""
    with habits as (
        select
            entity_id,
            customer_id,
            cast(round(days_beyond_terms) as integer) as usual_delay_days
        from marts.fct_customer_weekly
        where week_ending_on = (select max(week_ending_on) from marts.fct_customer_weekly)
            and entity_id <> '*'
            and days_beyond_terms is not null
    ),
    open_debits as (
        select {COLUMNS},
            items.open_amount as own_amount,
            {open_amount} as value
        from marts.fct_item_intervals as items
        {counted("")}
        {converted("items", also="items.reporting_currency <> $currency")}
        where items.valid_to_on is null
            and items.open_amount > 0
            and ($entity = '*' or items.entity_id = $entity)
    ),
    expected as (
        select
            open_debits.*,
            case when $basis = '{SHIFTED}' then coalesce(habits.usual_delay_days, 0) end as usual_delay_days,
            case
                when $basis = '{AGREED}' then open_debits.due_on
                else greatest(open_debits.due_on + coalesce(habits.usual_delay_days, 0), $day + 1)
            end as falls_due_on
        from open_debits
        left join habits
            on habits.entity_id = open_debits.entity_id
            and habits.customer_id = open_debits.customer_id
    )
    select
        *,
        sum(value) over () as total_value,
        count(*) over () as rows_count
    from expected
    where case
        when $kind = 'overdue' then falls_due_on < $day
        when $kind = 'later' then falls_due_on > $last
        else falls_due_on >= $day and falls_due_on between cast($week as date) - 6 and cast($week as date)
    end
    order by value desc, entity_id, document_id, instalment_no
    limit $limit
    """


def calendar(warehouse: Warehouse, view: View) -> list[Row]:
    """What falls due from the build's day on, on both bases; ``total_amount`` is not due + overdue."""
    return warehouse.rows(_CALENDAR, {"entity": view.entity_id, "currency": view.currency})


def documents(
    warehouse: Warehouse, view: View, rows: list[Row], slot: Row, *, limit: int | None = MOST_ROWS
) -> list[Row]:
    """The open items of one slot of the calendar ``rows``, the largest first, on the slot's basis.

    ``total_value`` and ``rows_count`` speak of all of them, whatever ``limit`` leaves out.
    """
    last = max(row["week_ending_on"] for row in rows if row["week_ending_on"] is not None)
    return warehouse.rows(
        _documents(),
        {
            "entity": view.entity_id,
            "currency": view.currency,
            "basis": slot["calendar_basis"],
            "kind": slot["due_kind"],
            "week": slot["week_ending_on"],
            "day": slot["as_of_on"],
            "last": last,
            "limit": limit,
        },
    )
