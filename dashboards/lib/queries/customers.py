"""One customer: balance and behaviour over time, open items, payments, and why this tier."""

from __future__ import annotations

from dashboards.lib.db import Row, Warehouse
from dashboards.lib.view import View

_CHOICES = """
    select
        customers.customer_id,
        coalesce(customers.customer_name, customers.customer_id) as customer_name
    from marts.dim_customers as customers
    left join marts.fct_customer_weekly as weekly
        on weekly.customer_id = customers.customer_id
        and weekly.week_ending_on = $week
        and weekly.entity_id = $entity
    where customers.customer_id = $customer
        or weekly.customer_id is not null
    order by weekly.receivable_amount desc nulls last, customers.customer_id
    limit 3000
"""

_PROFILE = """
    select
        customers.*,
        coalesce(parents.customer_name, customers.group_customer_id) as group_name,
        exposures.limit_amount,
        exposures.limit_state,
        watched.reasons,
        watched.list_section,
        watched.reviewed_until_on,
        watched.recommended_action,
        watched.review_due_on,
        watched.last_paid_on,
        watched.change as watch_change
    from marts.dim_customers as customers
    left join marts.dim_customers as parents
        on parents.customer_id = customers.group_customer_id
    left join marts.rpt_credit_exposures as exposures
        on exposures.customer_id = customers.customer_id
    left join marts.rpt_watch_list as watched
        on watched.customer_id = customers.customer_id
        and watched.entity_id = $entity
        and watched.change <> 'left'
    where customers.customer_id = $customer
"""

# A week in which a customer owes, buys and pays nothing has no row: it is drawn as zero, rates stay unknown.
_WEEKLY = """
    with own as (
        select * from marts.fct_customer_weekly
        where customer_id = $customer
            and entity_id = $entity
            and week_ending_on between $week - $span_days and $week
    ),
    weeks as (
        select cast(unnest(range(first_on, $week + 1, interval 7 day)) as date) as week_ending_on
        from (select min(week_ending_on) as first_on from own)
        where first_on is not null
    )
    select
        weeks.week_ending_on,
        own.week_ending_on is not null as has_row,
        coalesce(own.receivable_amount, 0) as receivable_amount,
        coalesce(own.not_due_amount, 0) as not_due_amount,
        coalesce(own.overdue_amount, 0) as overdue_amount,
        coalesce(own.unapplied_amount, 0) as unapplied_amount,
        coalesce(own.exposure_amount, 0) as exposure_amount,
        own.insured_amount,
        coalesce(own.own_risk_amount, 0) as own_risk_amount,
        own.late_payment_rate_by_value,
        own.days_beyond_terms,
        coalesce(own.overdue_amount, 0) - lag(coalesce(own.overdue_amount, 0)) over (order by weeks.week_ending_on)
            as overdue_amount_change
    from weeks
    left join own
        on own.week_ending_on = weeks.week_ending_on
    order by weeks.week_ending_on
"""

_TIERS = """
    select
        week_ending_on,
        risk_tier,
        risk_score,
        behaviour_score,
        solvency_score,
        is_behaviour_only,
        policy_version
    from marts.fct_customer_risk_weekly
    where customer_id = $customer
        and week_ending_on between $week - $span_days and $week
    order by week_ending_on
"""

_TIER_NOW = """
    with weeks as (
        select
            week_ending_on,
            risk_tier,
            lag(risk_tier) over (order by week_ending_on) as tier_before,
            risk_score,
            behaviour_score,
            solvency_score,
            is_behaviour_only,
            policy_version,
            scored_tier,
            override_id
        from marts.fct_customer_risk_weekly
        where customer_id = $customer and week_ending_on <= $week
    ),
    changes as (
        select
            max(week_ending_on) as since_on,
            max_by(tier_before, week_ending_on) as previous_risk_tier
        from weeks
        where risk_tier is distinct from tier_before
    )
    select
        weeks.*,
        changes.since_on,
        changes.previous_risk_tier,
        datediff('week', changes.since_on, weeks.week_ending_on) as weeks_in_tier,
        overrides.reason as override_reason,
        overrides.approved_by as override_approved_by,
        overrides.to_on as override_to_on
    from weeks
    cross join changes
    left join marts.rpt_tier_overrides as overrides
        on overrides.override_id = weeks.override_id
    order by weeks.week_ending_on desc
    limit 1
"""

_FACTORS = """
    select
        factor_group,
        cap_group,
        cap_points,
        factor,
        factor_label,
        value,
        points,
        most_points,
        points / nullif(most_points, 0) as share_of_most,
        explanation,
        is_missing,
        is_stale
    from marts.fct_risk_factors
    where customer_id = $customer
    order by factor_group, factor_order
"""

_OPEN_ITEMS = """
    select
        document_id,
        document_number,
        item_kind,
        instalment_no,
        entity_id,
        invoiced_on,
        due_on,
        $day - due_on as days_past_due,
        currency,
        open_amount,
        reporting_open_amount,
        disputed_amount
    from marts.fct_item_intervals
    where customer_id = $customer
        and ($entity = '*' or entity_id = $entity)
        and valid_from_on <= $day
        and (valid_to_on is null or valid_to_on > $day)
        and open_amount <> 0
    order by due_on, document_number, instalment_no
"""

_OWED = """
    select
        count(*) as items_count,
        count(*) filter (where open_amount > 0 and due_on < $day) as overdue_count,
        sum(reporting_open_amount) filter (where open_amount > 0) as owed_amount,
        sum(reporting_open_amount) filter (where open_amount > 0 and due_on < $day) as overdue_amount,
        $day - min(due_on) filter (where open_amount > 0 and due_on < $day) as oldest_days_past_due
    from marts.fct_item_intervals
    where customer_id = $customer
        and ($entity = '*' or entity_id = $entity)
        and valid_from_on <= $day
        and (valid_to_on is null or valid_to_on > $day)
        and open_amount <> 0
"""

_DUE_CALENDAR = """
    select
        cast(date_trunc('week', due_on) as date) + 6 as due_week_ending_on,
        due_on < $day as is_overdue,
        sum(reporting_open_amount) as open_amount,
        count(*) as items_count
    from marts.fct_item_intervals
    where customer_id = $customer
        and ($entity = '*' or entity_id = $entity)
        and valid_from_on <= $day
        and (valid_to_on is null or valid_to_on > $day)
        and open_amount > 0
    group by all
    order by due_week_ending_on
"""

_PAYMENTS = """
    with payments as (
        select *
        from marts.fct_receivable_items
        where customer_id = $customer
            and ($entity = '*' or entity_id = $entity)
            and item_kind in ('payment', 'deposit', 'refund', 'bounce')
            and posted_on <= $day
        order by posted_on desc, document_number
        limit 200
    ),
    applied as (
        select
            allocations.entity_id,
            allocations.credit_document_id as document_id,
            count(distinct allocations.debit_document_id) as invoices_count,
            sum(allocations.credit_amount) as applied_amount,
            min(allocations.received_on) as received_on,
            sum(allocations.debit_amount * (allocations.received_on - debits.due_on))
                / nullif(sum(allocations.debit_amount), 0) as days_beyond_terms
        from marts.fct_allocations as allocations
        inner join payments
            on payments.entity_id = allocations.entity_id
            and payments.document_id = allocations.credit_document_id
        left join marts.fct_receivable_items as debits
            on debits.customer_id = $customer
            and debits.entity_id = allocations.entity_id
            and debits.document_id = allocations.debit_document_id
            and debits.instalment_no = allocations.instalment_no
        where allocations.customer_id = $customer
            and allocations.effective_on <= $day
            and (allocations.reversed_on is null or allocations.reversed_on > $day)
        group by all
    )
    select
        coalesce(applied.received_on, payments.posted_on) as received_on,
        payments.document_number,
        payments.item_kind,
        payments.currency,
        -payments.amount as paid_amount,
        applied.applied_amount,
        applied.invoices_count,
        applied.days_beyond_terms
    from payments
    left join applied
        on applied.entity_id = payments.entity_id
        and applied.document_id = payments.document_id
    order by received_on desc, payments.document_number
"""


def choices(warehouse: Warehouse, view: View, customer_id: str | None) -> list[Row]:
    """Customers with a balance in the week in view, the largest first, and the one asked for."""
    return warehouse.rows(
        _CHOICES, {"week": view.week.ending_on, "entity": view.entity_id, "customer": customer_id or ""}
    )


def profile(warehouse: Warehouse, view: View, customer_id: str) -> Row | None:
    """Who the customer is, with its watch-list row where it has one; None for an unknown customer."""
    return warehouse.row(_PROFILE, {"customer": customer_id, "entity": view.entity_id})


def weekly(warehouse: Warehouse, view: View, customer_id: str, weeks: int) -> list[Row]:
    """Balance and behaviour week by week, oldest first, in the main reporting currency."""
    return warehouse.rows(_WEEKLY, {**_of(view, customer_id), "week": view.week.ending_on, "span_days": weeks * 7})


def tiers(warehouse: Warehouse, view: View, customer_id: str, weeks: int) -> list[Row]:
    """Tier and scores week by week, oldest first."""
    return warehouse.rows(_TIERS, {"customer": customer_id, "week": view.week.ending_on, "span_days": weeks * 7})


def tier_now(warehouse: Warehouse, view: View, customer_id: str) -> Row | None:
    """The tier in the week in view, since when it stands, and the one before."""
    return warehouse.row(_TIER_NOW, {"customer": customer_id, "week": view.week.ending_on})


def factors(warehouse: Warehouse, customer_id: str) -> list[Row]:
    """The factors behind the tier as of the build's day, in the policy's order; ``share_of_most`` is 0..1."""
    return warehouse.rows(_FACTORS, {"customer": customer_id})


def open_items(warehouse: Warehouse, view: View, customer_id: str) -> list[Row]:
    """Documents open on the day in view, oldest due day first; credits are negative."""
    return warehouse.rows(_OPEN_ITEMS, {**_of(view, customer_id), "day": view.week.as_of_on})


def owed(warehouse: Warehouse, view: View, customer_id: str) -> Row:
    """What is open and overdue on the day in view, in the main reporting currency; credits left apart."""
    return warehouse.row(_OWED, {**_of(view, customer_id), "day": view.week.as_of_on}) or {}


def due_calendar(warehouse: Warehouse, view: View, customer_id: str) -> list[Row]:
    """Open invoices by the week they are or were due, in the main reporting currency."""
    return warehouse.rows(_DUE_CALENDAR, {**_of(view, customer_id), "day": view.week.as_of_on})


def payments(warehouse: Warehouse, view: View, customer_id: str) -> list[Row]:
    """The newest 200 payments up to the day in view; ``days_beyond_terms`` is weighted by amount."""
    return warehouse.rows(_PAYMENTS, {**_of(view, customer_id), "day": view.week.as_of_on})


def _of(view: View, customer_id: str) -> dict[str, object]:
    return {"customer": customer_id, "entity": view.entity_id}
