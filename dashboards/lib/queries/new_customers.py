"""New customers and prospects: where each stands, what is missing, and how first payments went."""

from __future__ import annotations

from collections.abc import Sequence

from dashboards.lib.db import Row, Warehouse

_TOTALS = """
    select
        count(*) filter (where stage = 'watched') as watched_count,
        count(*) filter (where stage = 'frozen') as frozen_count,
        count(*) filter (where breach_amount > 0) as breached_count,
        sum(breach_amount) as breach_amount,
        count(*) filter (where stage = 'graduated' and graduated_on > as_of_on - 91) as graduated_count,
        count(*) filter (where stage = 'prospect') as prospects_count,
        count(*) filter (where stage in ('watched', 'frozen') and missing is not null) as missing_count,
        sum(exposure_amount) filter (where stage in ('watched', 'frozen')) as exposure_amount,
        max(as_of_on) as as_of_on,
        count(*) filter (where acceptance = 'not_provided') = count(*) as is_not_provided
    from marts.rpt_onboarding
"""

_ROWS = """
    select
        onboarding.*,
        customers.sales_owner,
        customers.segment
    from marts.rpt_onboarding as onboarding
    left join marts.dim_customers as customers
        on customers.customer_id = onboarding.customer_id
    where list_contains($stages, onboarding.stage)
        and (
            len($levels) = 0
            or list_contains($levels, coalesce(cast(onboarding.acceptance_level as varchar), 'not given'))
        )
        and (not $only_missing or onboarding.missing is not null)
    order by
        onboarding.breach_amount desc nulls last,
        onboarding.stage <> 'frozen',
        onboarding.exposure_amount desc,
        onboarding.customer_id
"""

_COHORTS = """
    select *
    from marts.rpt_first_payment_cohorts
    where acceptance_level = $level
    order by first_invoiced_month_on desc
    limit $months
"""

_COVERAGE = """
    select
        coalesce(cast(acceptance_level as varchar), 'not given') as acceptance_level,
        any_value(level_label) as level_label,
        count(*) as customers_count,
        count(*) filter (where is_file_complete) as file_count,
        count(*) filter (where has_enough_references) as references_count,
        count(*) filter (where has_bureau_score) as bureau_count,
        count(*) filter (where is_approved_before_first_invoice) as approved_in_time_count,
        count(is_approved_before_first_invoice) as approval_asked_count,
        count(*) filter (where is_within_approver_limit) as within_limit_count,
        count(is_within_approver_limit) as limit_asked_count
    from marts.rpt_onboarding
    where stage <> 'not_new'
    group by all
    order by acceptance_level
"""


def totals(warehouse: Warehouse) -> Row:
    """How many are watched, frozen, above their freeze, graduated in 13 weeks, and prospects."""
    return warehouse.row(_TOTALS) or {}


def rows(
    warehouse: Warehouse, stages: Sequence[str], levels: Sequence[str] = (), *, only_missing: bool = False
) -> list[Row]:
    """The new customers of some stages and levels (none: all), the largest breach first."""
    return warehouse.rows(_ROWS, {"stages": list(stages), "levels": list(levels), "only_missing": only_missing})


def cohorts(warehouse: Warehouse, level: str, months: int) -> list[Row]:
    """First payments by month of the first invoice, oldest first; ``level`` is a level, or ``*``."""
    return warehouse.rows(_COHORTS, {"level": level, "months": months})[::-1]


def coverage(warehouse: Warehouse) -> list[Row]:
    """By acceptance level: how many files are complete, have references, a bureau score, an approval in time."""
    return warehouse.rows(_COVERAGE)
