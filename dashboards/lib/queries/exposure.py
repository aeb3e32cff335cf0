"""Exposure on the build's day beside limits and covers, by customer, item and group, and how concentrated it is.

Amounts are in the main reporting currency, of all entities; what a limit grants and how far it is passed is in the
limit's own currency, and `reporting_excess_amount` is that excess at the limit's rate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from dashboards.lib.db import Row, Warehouse
from dashboards.lib.queries import choices

FOUR_WEEKS = 28

# Answers to "is it so?" of each state a reader may ask for; unknown is no.
_STATES = """
    [
        case when excess_amount > 0 then 'over_limit' end,
        case when limit_state = 'expired' then 'expired' end,
        case when limit_state = 'none' then 'no_limit' end,
        case when limit_review_due_on <= as_of_on then 'review_due' end,
        case when limit_amount > recommended_limit_amount then 'above_recommended' end,
        case when insured_amount > 0 then 'insured' end,
        case when cover_state in ('refused', 'cancelled', 'reduced') then 'cover_cut' end
    ]
"""

_CHOSEN = f"""
    select
        *,
        count(*) over () as chosen_count,
        sum(exposure_amount) over () as chosen_amount
    from marts.rpt_credit_exposures
    where (len($tiers) = 0 or list_contains($tiers, risk_tier))
        and (len($owners) = 0 or list_contains($owners, sales_owner) or list_contains($owners, collector))
        and (len($states) = 0 or list_has_any($states, {_STATES}))
        and exposure_amount >= $at_least
    order by exposure_amount desc, customer_id
    limit $most
"""

_TOTALS = f"""
    with exposures as (
        select * from marts.rpt_credit_exposures
    ),
    before as (
        select
            sum(weeks.exposure_amount) as exposure_amount,
            sum(weeks.own_risk_amount) as own_risk_amount,
            sum(weeks.insured_amount) as insured_amount
        from marts.fct_customer_weekly as weeks
        inner join marts.dim_customers as customers
            on customers.customer_id = weeks.customer_id
            and customers.customer_kind <> 'intragroup'
        where weeks.entity_id = '*'
            and weeks.week_ending_on = (
                select max(as_of_on) from marts.fct_customer_weekly
                where is_complete_week and as_of_on <= (select max(as_of_on) from exposures) - {FOUR_WEEKS}
            )
    )
    select
        count(*) as customers_count,
        sum(exposures.exposure_amount) as exposure_amount,
        sum(exposures.exposure_amount) - max(before.exposure_amount) as exposure_change,
        sum(exposures.own_risk_amount) as own_risk_amount,
        sum(exposures.own_risk_amount) - max(before.own_risk_amount) as own_risk_change,
        sum(exposures.insured_amount) as insured_amount,
        sum(exposures.insured_amount) - max(before.insured_amount) as insured_change,
        sum(limit_amount) as limit_amount,
        sum(reporting_excess_amount) as excess_amount,
        count(*) filter (where exposures.excess_amount > 0) as excess_count,
        max_by(customer_name, reporting_excess_amount) filter (where exposures.excess_amount > 0) as most_excess_name,
        max(reporting_excess_amount) filter (where exposures.excess_amount > 0) as most_excess_amount,
        count(*) filter (where limit_review_due_on <= as_of_on) as reviews_due_count,
        count(*) filter (where limit_state = 'given') as limits_count,
        count(*) filter (where limit_state = 'expired') as expired_count,
        count(*) filter (where exposures.insured_amount > 0) as insured_count,
        sum(deposits_asked_amount) as deposits_asked_amount,
        sum(deposits_received_amount) as deposits_received_amount,
        sum(ordered_amount) as ordered_amount,
        sum(delivered_not_billed_amount) as delivered_not_billed_amount,
        coalesce(bool_or(limit_state <> 'not provided'), false) as has_limits,
        coalesce(bool_or(cover_state <> 'not provided'), false) as has_covers,
        coalesce(bool_or(ordered_amount is not null), false) as has_orders
    from exposures
    cross join before
"""
_NOTIFICATIONS = """
    select * from marts.rpt_insured_items
    where list_contains($states, notification_state)
    order by notify_by_on, reporting_open_amount desc, document_id, instalment_no
"""

_UNBOUND = """
    select * from marts.rpt_insured_items
    where not_eligible_reason is not null
    order by reporting_open_amount desc, document_id, instalment_no
"""

_COVER = """
    select
        count(*) filter (where notification_state = 'to_notify') as to_notify_count,
        sum(reporting_open_amount) filter (where notification_state = 'to_notify') as to_notify_amount,
        min(days_to_notify) as fewest_days,
        count(*) filter (where notification_state = 'missed') as missed_count,
        sum(reporting_open_amount) filter (where notification_state = 'missed') as missed_amount,
        count(*) filter (where not_eligible_reason is not null) as unbound_count,
        sum(reporting_open_amount) filter (where not_eligible_reason is not null) as unbound_amount
    from marts.rpt_insured_items
"""

_GROUPS = """
    select * from marts.rpt_group_exposures
    order by exposure_amount desc, group_customer_id
"""

_CONCENTRATION = """
    select
        concentration.*,
        coalesce(customers.customer_name, concentration.largest_member) as largest_name
    from marts.rpt_concentration as concentration
    left join marts.dim_customers as customers
        on concentration.concentration_kind in ('customer', 'group')
        and customers.customer_id = concentration.largest_member
    order by
        case concentration_kind when 'customer' then 1 when 'group' then 2 when 'segment' then 3 else 4 end,
        concentration_kind
"""


@dataclass(frozen=True)
class Choice:
    """What the reader asked to see; empty sequences mean "all"."""

    tiers: Sequence[str] = ()
    owners: Sequence[str] = ()
    states: Sequence[str] = ()
    at_least: Decimal | None = None


def exposures(warehouse: Warehouse, choice: Choice, most: int | None = None) -> list[Row]:
    """So many of the chosen customers, or all, the largest exposure first; each row says what all come to."""
    # Credits exceed debits at some: they are customers too, unless an amount is asked for.
    least = Decimal("-1e15") if choice.at_least is None else choice.at_least
    return warehouse.rows(
        _CHOSEN,
        {
            "tiers": list(choice.tiers),
            "owners": list(choice.owners),
            "states": list(choice.states),
            "at_least": least,
            "most": most,
        },
    )


def totals(warehouse: Warehouse) -> Row:
    """All customers together, beside four weeks before; amounts of a table that was not given are unknown."""
    return warehouse.row(_TOTALS) or {}


def owners(warehouse: Warehouse) -> list[str]:
    """Sales owners and collectors of the customers."""
    return choices.owners(warehouse, "marts.rpt_credit_exposures")


def cover(warehouse: Warehouse) -> Row:
    """What is to be notified, what was missed, and what no cover binds, all together."""
    return warehouse.row(_COVER) or {}


def notifications(warehouse: Warehouse, states: Sequence[str]) -> list[Row]:
    """Items of customers with a cover in these states of notification, the nearest day first."""
    return warehouse.rows(_NOTIFICATIONS, {"states": list(states)})


def unbound(warehouse: Warehouse) -> list[Row]:
    """Items of customers with a cover that no cover binds, or no longer, with the reason."""
    return warehouse.rows(_UNBOUND)


def groups(warehouse: Warehouse) -> list[Row]:
    """Groups of two customers or more, the largest exposure first."""
    return warehouse.rows(_GROUPS)


def concentration(warehouse: Warehouse) -> list[Row]:
    """How concentrated exposure is: by customer, group, segment, country."""
    return warehouse.rows(_CONCENTRATION)
