"""The customers to watch, filtered and sorted; and what came in and went out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from dashboards.lib.db import Row, Warehouse
from dashboards.lib.view import View


class Sort(StrEnum):
    """The orders a watch list is read in."""

    OWN_RISK = "own_risk"
    OVERDUE = "overdue"
    SCORE = "score"
    OLDEST = "oldest"
    NAME = "name"


_ORDER = {
    Sort.OWN_RISK: "own_risk_amount desc nulls last",
    Sort.OVERDUE: "overdue_amount desc nulls last",
    Sort.SCORE: "risk_score desc nulls last",
    Sort.OLDEST: "oldest_days_past_due desc nulls last",
    Sort.NAME: "customer_name",
}

_REASONS = "string_split(coalesce(reason_codes, ''), ',')"

_FILTERED = f"""
    from marts.rpt_watch_list
    where entity_id = $entity
        and (len($tiers) = 0 or list_contains($tiers, risk_tier))
        and (len($owners) = 0 or list_contains($owners, sales_owner) or list_contains($owners, collector))
        and (len($reasons) = 0 or list_has_any($reasons, {_REASONS}))
        and greatest(coalesce(own_risk_amount, 0), coalesce(overdue_amount, 0)) >= $at_least
        and list_contains($changes, change)
"""

_TOTALS = f"""
    select
        count(*) as customers_count,
        sum(own_risk_amount) as own_risk_amount,
        sum(overdue_amount) as overdue_amount,
        sum(exposure_amount) as exposure_amount
    {_FILTERED}
"""

_CHANGES = """
    with rows_of_entity as (
        select * from marts.rpt_watch_list
        where entity_id = $entity
    ),
    biggest as (
        select * from rows_of_entity
        where change = 'entered'
        order by own_risk_amount desc nulls last, customer_id
        limit 1
    )
    select
        count(*) filter (where change <> 'left') as customers_count,
        sum(own_risk_amount) filter (where change <> 'left') as own_risk_amount,
        count(*) filter (where change = 'entered') as entered_count,
        count(*) filter (where change = 'left') as left_count,
        (select customer_name from biggest) as biggest_name,
        (select own_risk_amount from biggest) as biggest_own_risk_amount,
        (select oldest_days_past_due from biggest) as biggest_oldest_days,
        (select reasons from biggest) as biggest_reasons
    from rows_of_entity
"""

_TIERS = """
    select
        this.risk_tier,
        this.customers_count,
        this.customers_count - was.customers_count as customers_count_change,
        this.exposure_amount,
        this.overdue_amount,
        this.own_risk_amount
    from marts.rpt_risk_tiers as this
    left join marts.rpt_risk_tiers as was
        on was.risk_tier = this.risk_tier and was.week_ending_on = $week - 7
    where this.week_ending_on = $week
    order by this.risk_tier
"""

_OWNERS = """
    select distinct owner
    from (
        select unnest([sales_owner, collector]) as owner
        from marts.rpt_watch_list
        where entity_id = $entity
    )
    where owner is not null
    order by owner
"""

_REASON_CODES = f"""
    select distinct unnest({_REASONS}) as reason_code
    from marts.rpt_watch_list
    where entity_id = $entity
    order by reason_code
"""


@dataclass(frozen=True)
class Choice:
    """What the reader asked to see; empty sequences mean "all"."""

    tiers: Sequence[str] = ()
    reasons: Sequence[str] = ()
    owners: Sequence[str] = ()
    at_least: Decimal = Decimal(0)
    changes: Sequence[str] = ("entered", "stays")
    sort: Sort = Sort.OWN_RISK


def watched(warehouse: Warehouse, view: View, choice: Choice) -> list[Row]:
    """The chosen rows in the chosen order."""
    return warehouse.rows(f"select * {_FILTERED} order by {_ORDER[choice.sort]}, customer_id", _of(view, choice))


def totals(warehouse: Warehouse, view: View, choice: Choice) -> Row:
    """Count and amounts of the chosen rows."""
    return warehouse.row(_TOTALS, _of(view, choice)) or {}


def changes(warehouse: Warehouse, view: View) -> Row:
    """How many are watched, came in and left, and the biggest newcomer."""
    return warehouse.row(_CHANGES, {"entity": view.entity_id}) or {}


def tiers(warehouse: Warehouse, view: View) -> list[Row]:
    """All customers by tier in the week in view, with the change in count on the week before."""
    return warehouse.rows(_TIERS, {"week": view.week.ending_on})


def owners(warehouse: Warehouse, view: View) -> list[str]:
    """Sales owners and collectors of watched customers."""
    return [row["owner"] for row in warehouse.rows(_OWNERS, {"entity": view.entity_id})]


def reason_codes(warehouse: Warehouse, view: View) -> list[str]:
    """The reasons met in the list, by code."""
    found = warehouse.rows(_REASON_CODES, {"entity": view.entity_id})
    return [row["reason_code"] for row in found if row["reason_code"]]


def _of(view: View, choice: Choice) -> dict[str, object]:
    return {
        "entity": view.entity_id,
        "tiers": list(choice.tiers),
        "reasons": list(choice.reasons),
        "owners": list(choice.owners),
        "at_least": choice.at_least,
        "changes": list(choice.changes),
    }
