"""Orders to decide on as of the build's day, and what was delivered and is not billed yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashboards.lib.db import Row, Warehouse
from dashboards.lib.queries import choices
from dashboards.lib.view import ALL_ENTITIES, View

_BY_DECISION = "case decision when 'block' then 1 when 'approve' then 2 else 3 end"
_OF_ENTITY = "($entity = '*' or entity_id = $entity)"

_FILTERED = f"""
    from marts.rpt_order_decisions
    cross join (select max(as_of_on) as as_of_on from marts.rpt_credit_exposures) as build
    where {_OF_ENTITY}
        and (len($decisions) = 0 or list_contains($decisions, decision))
        and (len($rules) = 0 or list_contains($rules, rule_code))
        and (len($tiers) = 0 or list_contains($tiers, risk_tier))
        and (len($owners) = 0 or list_contains($owners, sales_owner) or list_contains($owners, collector))
        and (not $unsigned or has_signed_document = false)
        and ($within_days is null or delivered_on - as_of_on <= $within_days)
"""

_ORDERS = f"""
    select
        * exclude (as_of_on),
        delivered_on - as_of_on as days_to_delivery,
        count(*) over () as chosen_count,
        sum(reporting_amount) over () as chosen_amount
    {_FILTERED}
    order by
        {_BY_DECISION},
        delivered_on nulls last,
        reporting_amount desc,
        entity_id,
        order_id
    limit $most
"""

_DECISIONS = f"""
    select
        decision,
        count(*) as orders_count,
        count(distinct customer_id) as customers_count,
        sum(reporting_amount) as reporting_amount,
        count(*) filter (where has_signed_document = false) as unsigned_count,
        sum(reporting_amount) filter (where has_signed_document = false) as unsigned_amount
    from marts.rpt_order_decisions
    where {_OF_ENTITY}
    group by decision
    order by {_BY_DECISION}
"""

_RULES = f"""
    select
        decision,
        rule_code,
        count(*) as orders_count,
        count(distinct customer_id) as customers_count,
        sum(reporting_amount) as reporting_amount,
        min(delivered_on) as next_delivered_on
    from marts.rpt_order_decisions
    where {_OF_ENTITY} and ($customer is null or customer_id = $customer)
    group by decision, rule_code
    order by {_BY_DECISION}, reporting_amount desc, rule_code
"""

_DELIVERED = """
    select
        customer_id,
        customer_name,
        risk_tier,
        sales_owner,
        collector,
        delivered_not_billed_amount,
        exposure_amount,
        delivered_not_billed_amount / nullif(exposure_amount, 0) as exposure_rate,
        limit_amount,
        limit_state
    from marts.rpt_credit_exposures
    where delivered_not_billed_amount > 0
    order by delivered_not_billed_amount desc, customer_id
"""

_UNBILLED = """
    select * from marts.rpt_unbilled_deliveries
    order by days_unbilled desc, reporting_amount desc nulls last, entity_id, order_id
"""

_GIVEN = """
    select coalesce(bool_or(ordered_amount is not null), false) as is_given
    from marts.rpt_credit_exposures
"""


@dataclass(frozen=True)
class Choice:
    """What the reader asked to see; empty sequences mean "all"."""

    decisions: Sequence[str] = ()
    rules: Sequence[str] = ()
    tiers: Sequence[str] = ()
    owners: Sequence[str] = ()
    unsigned: bool = False
    within_days: int | None = None


def is_given(warehouse: Warehouse) -> bool:
    """Whether the table of orders was provided."""
    return bool((warehouse.row(_GIVEN) or {}).get("is_given"))


def orders(warehouse: Warehouse, view: View, choice: Choice, most: int | None = None) -> list[Row]:
    """So many of the chosen orders, or all: blocked first, then to approve; the next delivery first.

    Each row says how many are chosen, and what they come to.
    """
    return warehouse.rows(
        _ORDERS,
        {
            "entity": view.entity_id,
            "decisions": list(choice.decisions),
            "rules": list(choice.rules),
            "tiers": list(choice.tiers),
            "owners": list(choice.owners),
            "unsigned": choice.unsigned,
            "within_days": choice.within_days,
            "most": most,
        },
    )


def decisions(warehouse: Warehouse, view: View) -> list[Row]:
    """Orders and amounts by what is to be done with them."""
    return warehouse.rows(_DECISIONS, {"entity": view.entity_id})


def rules(warehouse: Warehouse, view: View) -> list[Row]:
    """Orders and amounts by the rule that decides."""
    return warehouse.rows(_RULES, {"entity": view.entity_id, "customer": None})


def rules_of(warehouse: Warehouse, customer_id: str) -> list[Row]:
    """The same of one customer, in all entities."""
    return warehouse.rows(_RULES, {"entity": ALL_ENTITIES, "customer": customer_id})


def owners(warehouse: Warehouse) -> list[str]:
    """Sales owners and collectors of customers with orders."""
    return choices.owners(warehouse, "marts.rpt_order_decisions")


def delivered_not_billed(warehouse: Warehouse) -> list[Row]:
    """Customers with deliveries not billed yet, of all entities, the largest first."""
    return warehouse.rows(_DELIVERED)


def unbilled(warehouse: Warehouse) -> list[Row]:
    """Orders delivered and not billed yet, of all entities, the longest unbilled first."""
    return warehouse.rows(_UNBILLED)
