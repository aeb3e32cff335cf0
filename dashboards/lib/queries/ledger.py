"""The books behind the figures: how the balance rolled forward, what falls due, and what was reported before."""

from __future__ import annotations

from dashboards.lib.db import Row, Warehouse
from dashboards.lib.view import View

# Signed so that the months add up: opening and what moved it make closing.
MOVES = (
    "billed_amount",
    "credited_amount",
    "collected_amount",
    "refunded_amount",
    "bounced_amount",
    "written_off_amount",
    "adjusted_amount",
    "fx_amount",
)

_ROLL_FORWARD = f"""
    select
        *,
        {" + ".join(("opening_amount", *MOVES))} = closing_amount as adds_up
    from marts.rpt_roll_forward
    where amount_basis = $basis
        and ($entity = '*' or entity_id = $entity)
        and month_ending_on <= last_day($day)
        and month_ending_on > last_day($day - interval 13 month)
    order by month_ending_on desc, entity_id, currency
"""

_DUE_CALENDAR = """
    select
        calendar_basis,
        due_order,
        due_kind,
        week_ending_on,
        due_amount,
        items_count,
        as_of_on,
        sum(due_amount) over (partition by calendar_basis) as total_amount,
        sum(due_amount) filter (where due_kind = 'week') over (partition by calendar_basis) as weeks_amount
    from marts.rpt_due_calendar
    where entity_id = $entity
        and reporting_currency = $currency
    order by calendar_basis, due_order
"""

_RESTATED = """
    select
        publication_number,
        published_at,
        build_id,
        period_ending_on,
        reported_value,
        restated,
        difference
    from marts.rpt_reported_kpis
    where publication_number > 0
        and period_kind = 'week'
        and entity_id = $entity
        and scope = 'all'
        and reporting_currency = $currency
        and measure = $measure
        and difference <> 0
    order by period_ending_on desc, publication_number desc
    limit 500
"""

_RESTATED_STATE = """
    select
        count(distinct publication_number) as publications_count,
        count(distinct publication_number) filter (where difference <> 0) as differing_count,
        count(*) filter (where difference <> 0) as values_count,
        min(published_at) as first_published_at
    from marts.rpt_reported_kpis
    where publication_number > 0
"""

_RESTATEMENTS = """
    select
        restated.publication_number,
        restated.published_at,
        restated.entity_id,
        restated.document_id,
        substr(restated.document_id, strpos(restated.document_id, ':') + 1) as document_number,
        restated.item_kind,
        restated.customer_id,
        coalesce(customers.customer_name, restated.customer_id) as customer_name,
        restated.valid_from_on,
        restated.valid_to_on,
        restated.reason,
        restated.reporting_currency,
        restated.before_reporting_amount,
        restated.after_reporting_amount,
        restated.reporting_difference_amount
    from marts.rpt_restatements as restated
    left join marts.dim_customers as customers
        on customers.customer_id = restated.customer_id
    where ($entity = '*' or restated.entity_id = $entity)
    order by restated.publication_number desc, abs(restated.reporting_difference_amount) desc, restated.document_id
    limit 1000
"""


def roll_forward(warehouse: Warehouse, view: View, basis: str) -> list[Row]:
    """The balance month by month, the newest first, 13 months; ``adds_up``: opening and moves make closing."""
    return warehouse.rows(_ROLL_FORWARD, {"basis": basis, "entity": view.entity_id, "day": view.week.as_of_on})


def due_calendar(warehouse: Warehouse, view: View) -> list[Row]:
    """What falls due from the build's day on, on both bases; ``total_amount`` is not due + overdue."""
    return warehouse.rows(_DUE_CALENDAR, {"entity": view.entity_id, "currency": view.currency})


def restated(warehouse: Warehouse, view: View, measure: str) -> list[Row]:
    """Weeks whose figure is another now than a publication said, the newest first."""
    return warehouse.rows(_RESTATED, {"entity": view.entity_id, "currency": view.currency, "measure": measure})


def restated_state(warehouse: Warehouse) -> Row:
    """How many publications are on record, and how many say what is no longer so."""
    return warehouse.row(_RESTATED_STATE) or {}


def restatements(warehouse: Warehouse, view: View) -> list[Row]:
    """The documents behind the differences, the newest publication first; the 1,000 that weigh most."""
    return warehouse.rows(_RESTATEMENTS, {"entity": view.entity_id})
