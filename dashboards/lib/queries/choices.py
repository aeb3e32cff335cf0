"""What the global filters offer: weeks, entities, reporting currencies, and how fresh the loads are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from dashboards.lib.db import Row, Warehouse
from dashboards.lib.view import Week

_WEEKS = """
    select distinct
        period_ending_on,
        as_of_on,
        is_complete
    from marts.fct_kpis
    where period_kind = 'week'
    order by period_ending_on desc
"""

_ENTITIES = """
    select
        entity_id,
        coalesce(entity_name, entity_id) as entity_name,
        base_currency
    from marts.dim_entities
    where entity_id <> '*'
    order by entity_name
"""

_CURRENCIES = """
    select distinct reporting_currency
    from marts.fct_kpis
    order by reporting_currency
"""

_MAIN_CURRENCY = """
    select reporting_currency
    from marts.fct_customer_weekly
    limit 1
"""

_OWNERS = """
    select distinct owner
    from (select unnest([sales_owner, collector]) as owner from {source})
    where owner is not null
    order by owner
"""

_FRESHNESS = """
    select
        -- Notes are written by people all day: they do not make the documents newer.
        (select max(loaded_at) from marts.rpt_loads where source <> 'encours_notes') as loaded_at,
        passport.*
    from (select 1) as anything
    left join marts.rpt_passport as passport on true
"""


@dataclass(frozen=True)
class Freshness:
    """When the newest load came in, whether the build ties to the general ledger, and whether it knows its due days."""

    loaded_at: datetime | None
    tie_out_status: str | None
    unexplained_gl_amount: Decimal | None
    assumed_due_days_rate: float | None
    """Share of due days that are assumed, where it is more than the policy lets pass; else None."""


def weeks(warehouse: Warehouse) -> list[Week]:
    """All weeks with figures, newest first."""
    return [Week(row["period_ending_on"], row["as_of_on"], bool(row["is_complete"])) for row in warehouse.rows(_WEEKS)]


def entities(warehouse: Warehouse) -> list[Row]:
    """Entities by name: ``entity_id``, ``entity_name``, ``base_currency``."""
    return warehouse.rows(_ENTITIES)


def currencies(warehouse: Warehouse) -> list[str]:
    """The reporting currencies figures exist in."""
    return [row["reporting_currency"] for row in warehouse.rows(_CURRENCIES)]


def main_currency(warehouse: Warehouse) -> str | None:
    """The reporting currency customer figures are kept in."""
    row = warehouse.row(_MAIN_CURRENCY)
    return row["reporting_currency"] if row else None


def owners(warehouse: Warehouse, source: str, parameters: Mapping[str, object] | None = None) -> list[str]:
    """Sales owners and collectors of the rows of ``source``, a mart or a query in brackets, by name."""
    return [row["owner"] for row in warehouse.rows(_OWNERS.format(source=source), parameters)]


def freshness(warehouse: Warehouse) -> Freshness:
    """How fresh the loads are, the tie-out in a word, and how many due days are assumed."""
    row = warehouse.row(_FRESHNESS) or {}
    return Freshness(
        row.get("loaded_at"),
        row.get("tie_out_status"),
        row.get("unexplained_gl_amount"),
        row.get("assumed_due_days_rate") if row.get("are_due_days_assumed") else None,
    )
