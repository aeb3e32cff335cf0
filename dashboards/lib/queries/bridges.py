"""Why DSO and overdue moved: the effects between two rows, exact, and who weighs most in each."""

from __future__ import annotations

from dashboards.lib.db import Row, Warehouse
from dashboards.lib.queries.kpis import A_YEAR, FOUR_WEEKS, LAST_WEEK
from dashboards.lib.view import View

COMPARISONS = {LAST_WEEK: "previous", FOUR_WEEKS: "four_weeks", A_YEAR: "year"}

_EFFECTS = """
    with bridges as (
        select
            'previous' as comparison,
            *
        from marts.rpt_kpi_bridge
        union all by name
        select * from marts.rpt_kpi_bridge_comparisons
    )
    select
        compared_on,
        effect_order,
        effect,
        value,
        opening_value,
        closing_value,
        closing_value - opening_value as change,
        sum(value) over () as effects_value
    from bridges
    where period_kind = 'week'
        and period_ending_on = $week
        and entity_id = $entity
        and reporting_currency = $currency
        and measure = $measure
        and comparison = $comparison
    order by effect_order
"""

_DRIVERS = """
    select
        drivers.driver_rank,
        drivers.customer_id,
        coalesce(customers.customer_name, drivers.customer_id) as customer_name,
        drivers.document_entity_id as entity_id,
        drivers.document_id,
        case when drivers.document_id is not null
            then substr(drivers.document_id, strpos(drivers.document_id, ':') + 1) end as document_number,
        drivers.value,
        drivers.value / nullif(drivers.effect_value, 0) as share
    from marts.rpt_kpi_bridge_drivers as drivers
    left join marts.dim_customers as customers
        on customers.customer_id = drivers.customer_id
    where drivers.period_kind = 'week'
        and drivers.period_ending_on = $week
        and drivers.entity_id = $entity
        and drivers.measure = $measure
        and drivers.effect = $effect
    order by drivers.driver_rank
"""


def effects(warehouse: Warehouse, view: View, measure: str, days_before: int) -> list[Row]:
    """The effects on ``measure`` (`dso`, `overdue`) since the row ``days_before``, in their order; empty: no bridge.

    ``effects_value`` is their sum, ``change`` what they must add up to.
    """
    return warehouse.rows(
        _EFFECTS,
        {
            "week": view.week.ending_on,
            "entity": view.entity_id,
            "currency": view.currency,
            "measure": measure,
            "comparison": COMPARISONS[days_before],
        },
    )


def drivers(warehouse: Warehouse, view: View, measure: str, effect: str) -> list[Row]:
    """The ten customers (DSO) or documents (overdue) behind an effect since the week before, in the main currency."""
    return warehouse.rows(
        _DRIVERS,
        {"week": view.week.ending_on, "entity": view.entity_id, "measure": measure, "effect": effect},
    )
