"""What a decision memo says of one customer on the build's day: asked, granted, recommended, unusual, mitigating."""

from __future__ import annotations

from dashboards.lib.db import Row, Warehouse

_CHOICES = """
    select
        exposures.customer_id,
        coalesce(exposures.customer_name, exposures.customer_id) as customer_name
    from marts.rpt_credit_exposures as exposures
    order by exposures.customer_id = $customer desc, exposures.exposure_amount desc, exposures.customer_id
    limit 3000
"""

_FACTS = """
    select
        exposures.*,
        customers.registration_id,
        customers.sector,
        customers.created_on,
        customers.first_invoiced_on,
        customers.insolvency_on,
        customers.parent_customer_id,
        coalesce(parents.customer_name, customers.parent_customer_id) as parent_name,
        parent_exposures.risk_tier as parent_tier,
        risk.behaviour_score,
        risk.solvency_score,
        risk.is_behaviour_only,
        risk.weeks_in_tier,
        risk.policy_version,
        risk.scored_tier,
        overrides.reason as override_reason,
        overrides.approved_by as override_approved_by,
        overrides.to_on as override_to_on,
        groups.members_count as group_members_count,
        groups.exposure_amount as group_exposure_amount,
        groups.limit_amount as group_limit_amount,
        watched.reasons,
        watched.list_section,
        watched.reviewed_until_on,
        watched.recommended_action,
        onboarding.stage,
        onboarding.level_label,
        onboarding.requested_on,
        onboarding.approved_on,
        onboarding.approved_by,
        onboarding.approved_limit_amount,
        onboarding.stepped_limit_amount,
        onboarding.incident_label,
        onboarding.frozen_on,
        onboarding.missing
    from marts.rpt_credit_exposures as exposures
    inner join marts.dim_customers as customers
        on customers.customer_id = exposures.customer_id
    left join marts.dim_customers as parents
        on parents.customer_id = customers.parent_customer_id
    left join marts.rpt_credit_exposures as parent_exposures
        on parent_exposures.customer_id = customers.parent_customer_id
    left join marts.fct_customer_risk_weekly as risk
        on risk.customer_id = exposures.customer_id
        and risk.as_of_on = exposures.as_of_on
    left join marts.rpt_tier_overrides as overrides
        on overrides.override_id = risk.override_id
    left join marts.rpt_group_exposures as groups
        on groups.group_customer_id = exposures.group_customer_id
    left join marts.rpt_watch_list as watched
        on watched.customer_id = exposures.customer_id
        and watched.entity_id = '*'
        and watched.change <> 'left'
    left join marts.rpt_onboarding as onboarding
        on onboarding.customer_id = exposures.customer_id
    where exposures.customer_id = $customer
"""

_FACTORS = """
    select
        factor_group,
        factor,
        factor_label,
        points,
        most_points,
        explanation,
        is_missing,
        is_stale
    from marts.fct_risk_factors
    where customer_id = $customer
    order by factor_group, is_missing, points desc nulls last, factor_order
"""

# Of each measure more is worse: the newest week beside the customer's own 52 weeks before it, and beside its segment.
_UNUSUAL = """
    with build as (
        select max(as_of_on) as as_of_on from marts.rpt_credit_exposures
    ),
    segment as (
        select segment as own_segment from marts.rpt_credit_exposures
        where customer_id = $customer
    ),
    weeks as (
        select
            weeks.*,
            weeks.customer_id = $customer as is_own,
            weeks.as_of_on = build.as_of_on as is_now
        from marts.fct_customer_weekly as weeks
        inner join marts.rpt_credit_exposures as exposures
            on exposures.customer_id = weeks.customer_id
        cross join build
        cross join segment
        where weeks.entity_id = '*'
            and (
                (weeks.customer_id = $customer and weeks.as_of_on between build.as_of_on - 364 and build.as_of_on)
                or (weeks.as_of_on = build.as_of_on and exposures.segment is not distinct from own_segment)
            )
    ),
    measures as (
        select is_own, is_now, unnest([
            {'measure': 'exposure_amount', 'value': cast(exposure_amount as double)},
            {'measure': 'overdue_rate', 'value': cast(overdue_amount as double)
                / nullif(cast(receivable_amount - unapplied_amount as double), 0)},
            {'measure': 'average_overdue_age_days', 'value': average_overdue_age_days},
            {'measure': 'days_beyond_terms_13w', 'value': days_beyond_terms_13w},
            {'measure': 'late_payment_rate_by_value', 'value': late_payment_rate_by_value},
            {'measure': 'ordered_amount', 'value': cast(ordered_amount as double)},
            {'measure': 'disputed_amount', 'value': cast(disputed_amount as double)}
        ], recursive := true)
        from weeks
    ),
    now as (
        select measure, any_value(value) as value_now
        from measures
        where is_own and is_now
        group by measure
    ),
    compared as (
        select
            measures.measure,
            now.value_now,
            count(measures.value) filter (where is_own and not is_now) as own_weeks,
            median(measures.value) filter (where is_own and not is_now) as own_median,
            max(measures.value) filter (where is_own and not is_now) as own_max,
            avg(case when measures.value < now.value_now then 1.0 else 0.0 end)
                filter (where is_own and not is_now and measures.value is not null) as own_below_rate,
            count(measures.value) filter (where is_now and not is_own) as segment_count,
            median(measures.value) filter (where is_now and not is_own) as segment_median,
            avg(case when measures.value < now.value_now then 1.0 else 0.0 end)
                filter (where is_now and not is_own and measures.value is not null) as segment_below_rate
        from measures
        inner join now
            on now.measure = measures.measure
        where now.value_now is not null
        group by measures.measure, now.value_now
    )
    select
        *,
        coalesce(own_weeks >= $least_weeks and own_below_rate >= $unusual_rate and value_now > own_median, false)
            as is_unusual_for_it,
        coalesce(
            segment_count >= $least_others and segment_below_rate >= $unusual_rate and value_now > segment_median, false
        ) as is_unusual_in_segment
    from compared
"""

_HISTORY = """
    select
        max(posted_on) as last_paid_on,
        count(distinct document_id) as payments_count
    from marts.fct_receivable_items
    cross join (select max(as_of_on) as as_of_on from marts.rpt_credit_exposures) as build
    where customer_id = $customer
        and item_kind in ('payment', 'deposit')
        and amount < 0
        and posted_on > as_of_on - 364
        and posted_on <= as_of_on
"""

LEAST_WEEKS = 13
LEAST_OTHERS = 5
UNUSUAL_RATE = 0.9
"""From here on a value is unusual: worse than nine in ten of the weeks, or of the segment."""


def choices(warehouse: Warehouse, customer_id: str | None) -> list[Row]:
    """Customers with an exposure, a limit or a cover: the one asked for, then the largest."""
    return warehouse.rows(_CHOICES, {"customer": customer_id or ""})


def facts(warehouse: Warehouse, customer_id: str) -> Row | None:
    """Exposure, limit, cover, tier, group, parent, acceptance of one customer; None for an unknown one."""
    return warehouse.row(_FACTS, {"customer": customer_id})


def factors(warehouse: Warehouse, customer_id: str) -> list[Row]:
    """Its factors by sub-score, the most points first, missing ones last."""
    return warehouse.rows(_FACTORS, {"customer": customer_id})


def unusual(warehouse: Warehouse, customer_id: str) -> list[Row]:
    """Its measures beside its own 52 weeks and its segment; rates are 0..1, of how many it is worse than."""
    return warehouse.rows(
        _UNUSUAL,
        {
            "customer": customer_id,
            "least_weeks": LEAST_WEEKS,
            "least_others": LEAST_OTHERS,
            "unusual_rate": UNUSUAL_RATE,
        },
    )


def history(warehouse: Warehouse, customer_id: str) -> Row:
    """How many payments came in of it in 52 weeks, and when the last."""
    return warehouse.row(_HISTORY, {"customer": customer_id}) or {}
