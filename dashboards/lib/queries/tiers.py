"""The portfolio by tier: what each tier means, how customers moved, and the tiers set by hand."""

from __future__ import annotations

from dashboards.lib.db import Row, Warehouse
from dashboards.lib.view import View

_POLICY = """
    select
        risk_tier,
        tier_label,
        customers_count,
        exposure_amount,
        overdue_amount,
        review_days,
        max_terms_days,
        deposit_rate,
        dunning_pace,
        credit_action
    from marts.rpt_risk_tiers
    where week_ending_on = $week
    order by tier_order
"""

_MOVES = """
    select *
    from marts.rpt_tier_migrations
    where step_weeks = $step_weeks
        and week_ending_on = (
            select max(week_ending_on) from marts.rpt_tier_migrations
            where step_weeks = $step_weeks and week_ending_on <= $week
        )
    order by from_tier, to_tier
"""

_OVERRIDES = """
    select *
    from marts.rpt_tier_overrides
    order by outcome <> 'running', to_on desc, override_id
"""


def policy(warehouse: Warehouse, view: View) -> list[Row]:
    """Each tier in the week in view: how many customers, what they owe, and what the policy asks of them."""
    return warehouse.rows(_POLICY, {"week": view.week.ending_on})


def moves(warehouse: Warehouse, view: View, step_weeks: int) -> list[Row]:
    """Customers and exposure by tier before and after, of the newest step of so many weeks by the week in view."""
    return warehouse.rows(_MOVES, {"week": view.week.ending_on, "step_weeks": step_weeks})


def overrides(warehouse: Warehouse) -> list[Row]:
    """Tiers set by hand, those still in effect first."""
    return warehouse.rows(_OVERRIDES, {})
