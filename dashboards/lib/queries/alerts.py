"""Whom to tell what: the alerts of the build's day."""

from __future__ import annotations

from collections.abc import Sequence

from dashboards.lib.db import Row, Warehouse
from dashboards.lib.view import View

_OF_ENTITY = """
    from marts.rpt_alerts as alerts
    where (
        $entity = '*'
        or exists (
            select 1
            from marts.fct_customer_weekly as weeks
            where weeks.customer_id = alerts.customer_id
                and weeks.entity_id = $entity
                and weeks.as_of_on = (select any_value(as_of_on) from marts.rpt_passport)
        )
    )
"""

_ALERTS = f"""
    select
        alert_kind,
        alert_order,
        alert_label,
        customer_id,
        customer_name,
        document_number,
        recipient_role,
        recipient,
        alert_on,
        amount,
        detail
    {_OF_ENTITY}
        and (len($kinds) = 0 or list_contains($kinds, alert_kind))
        and (len($roles) = 0 or list_contains($roles, recipient_role))
        and (len($recipients) = 0 or list_contains($recipients, recipient))
    order by alert_order, amount desc, customer_id, document_number, recipient_role
"""

_RECIPIENTS = f"""
    select
        recipient,
        recipient_role,
        count(*) as alerts_count,
        count(distinct alerts.customer_id) as customers_count,
        min(alert_on) filter (where alert_on >= (select any_value(as_of_on) from marts.rpt_passport)) as next_on,
        max(amount) as largest_amount
    {_OF_ENTITY}
    group by recipient, recipient_role
    order by alerts_count desc, recipient
"""


def alerts(
    warehouse: Warehouse,
    view: View,
    *,
    kinds: Sequence[str] = (),
    roles: Sequence[str] = (),
    recipients: Sequence[str] = (),
) -> list[Row]:
    """The alerts, a row each and recipient, the most urgent kind first; empty sequences mean "all"."""
    asked = {"kinds": list(kinds), "roles": list(roles), "recipients": list(recipients)}
    return warehouse.rows(_ALERTS, {"entity": view.entity_id, **asked})


def recipients(warehouse: Warehouse, view: View) -> list[Row]:
    """Who is told, how much, and by when."""
    return warehouse.rows(_RECIPIENTS, {"entity": view.entity_id})
