"""The figures cut by a dimension: its members side by side, and what makes a row one of a member's."""

from __future__ import annotations

from collections.abc import Sequence

from dashboards.lib.db import Row, Warehouse
from dashboards.lib.view import Cut, View

DIMENSIONS = {
    "segment": "Segment",
    "sales_owner": "Sales owner",
    "collector": "Collector",
    "country_code": "Country",
    "group_customer_id": "Group",
    "currency": "Document currency",
}
NOT_GIVEN, ALONE = "Not given", "Standing alone"
"""The members of customers without the attribute, and of those in no group of two or more, as the marts name them."""

MOST_MEMBERS = 1_000
FIGURES = (
    "receivable_amount",
    "overdue_amount",
    "current_rate",
    "over_90_rate",
    "average_overdue_age_days",
    "dso_days",
    "late_payment_rate_by_value",
    "days_beyond_terms",
    "collection_effectiveness_rate",
    "unapplied_amount",
    "sales_amount",
    "collected_amount",
    "written_off_amount",
)

# As ``int_kpi_cells`` has it: a group of one is a customer.
_MEMBERS = {
    "segment": f"coalesce(customers.segment, '{NOT_GIVEN}')",
    "sales_owner": f"coalesce(customers.sales_owner, '{NOT_GIVEN}')",
    "collector": f"coalesce(customers.collector, '{NOT_GIVEN}')",
    "country_code": f"coalesce(customers.country_code, '{NOT_GIVEN}')",
    "group_customer_id": f"""case
            when customers.group_customer_id in (
                select group_customer_id from marts.dim_customers group by group_customer_id having count(*) > 1
            ) then customers.group_customer_id
            else '{ALONE}' end""",
}


def of_customers(dimension: str) -> str | None:
    """The condition that one of ``customers`` is of ``$member``; None for what is no attribute of customers."""
    member = _MEMBERS.get(dimension)
    return None if member is None else f"{member} = $member"


def of_items(dimension: str) -> str:
    """The condition that an item with its ``customers`` is of ``$member``."""
    return of_customers(dimension) or "items.currency = $member"


def rows_of(cut: Cut | None) -> str:
    """The mart with the figures in view, narrowed to ``$dimension`` and ``$member`` where one is chosen."""
    if cut is None:
        return "marts.fct_kpis"
    return "(select * from marts.fct_kpis_by_dimension where dimension = $dimension and member = $member)"


def parameters_of(cut: Cut | None) -> dict[str, object]:
    """What ``rows_of`` asks for."""
    return {} if cut is None else {"dimension": cut.dimension, "member": cut.member}


def _members(columns: Sequence[str], limit: int | None) -> str:
    most = "" if limit is None else f"limit {int(limit)}"
    return f"""
    with weeks as (
        select * from marts.fct_kpis_by_dimension
        where dimension = $dimension
            and period_kind = 'week'
            and period_ending_on in ($week, $week - 7)
            and entity_id = $entity
            and scope = $scope
            and reporting_currency = $currency
    )
    select
        this.dimension,
        this.member,
        groups.customer_name as group_name,
        {", ".join(f"this.{column}" for column in columns)},
        this.overdue_amount - was.overdue_amount as overdue_amount_change,
        count(*) over () as members_count,
        sum(this.overdue_amount) over () as overdue_total
    from weeks as this
    left join weeks as was
        on was.member = this.member
        and was.period_ending_on = $week - 7
    left join marts.dim_customers as groups
        on this.dimension = 'group_customer_id'
        and groups.customer_id = this.member
    where this.period_ending_on = $week
    order by this.overdue_amount desc, this.member
    {most}
    """


_HAS_MEMBER = """
    select case when $dimension = 'group_customer_id' then (
        select any_value(customer_name) from marts.dim_customers where customer_id = $member
    ) end as group_name
    from marts.fct_kpis_by_dimension
    where dimension = $dimension and member = $member
    limit 1
"""


def members(warehouse: Warehouse, view: View, dimension: str, scope: str, *, limit: int | None = None) -> list[Row]:
    """The members of a dimension in the week in view, those with most overdue first; their amounts add up to all.

    ``members_count`` says how many there are, whatever ``limit`` leaves out.
    """
    return warehouse.rows(
        _members(FIGURES, limit),
        {
            "dimension": dimension,
            "week": view.week.ending_on,
            "entity": view.entity_id,
            "scope": scope,
            "currency": view.currency,
        },
    )


def member(warehouse: Warehouse, dimension: str, code: str) -> Row | None:
    """Whether the marts know a member: its row with the ``group_name`` of a group, else None."""
    if dimension not in DIMENSIONS or not code:
        return None
    return warehouse.row(_HAS_MEMBER, {"dimension": dimension, "member": code})
