"""The watch list of any week: who is on it and why, who came in and went out, and what is needed to act.

The newest list is `rpt_watch_list`, of the build's day: it knows the last contact, promises, notes and what is next. A
past week is replayed from `fct_watch_list_weekly`, by what was known of balances and risk then, with who was set aside
by the notes written by then; names and owners are those of now. Of an entity both say what that entity is owed; rank,
tier and expected loss are the customer's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from dashboards.lib.db import Row, Warehouse
from dashboards.lib.queries import choices
from dashboards.lib.view import View, Week


class Section(StrEnum):
    """The lists a week has: whom to work on; set aside and insolvent ones apart; who left since the week before."""

    WATCH = "watch"
    SET_ASIDE = "set_aside"
    INSOLVENT = "insolvent"
    LEFT = "left"


class Sort(StrEnum):
    """The orders a watch list is read in."""

    EXPECTED_LOSS = "expected_loss"
    OWN_RISK = "own_risk"
    OVERDUE = "overdue"
    SCORE = "score"
    OLDEST = "oldest"
    NAME = "name"


_ORDER = {
    Sort.EXPECTED_LOSS: "list_rank nulls last, expected_loss_amount desc",
    Sort.OWN_RISK: "own_risk_amount desc nulls last",
    Sort.OVERDUE: "overdue_amount desc nulls last",
    Sort.SCORE: "risk_score desc nulls last",
    Sort.OLDEST: "oldest_days_past_due desc nulls last",
    Sort.NAME: "customer_name",
}

_LIVE = "select * from marts.rpt_watch_list where entity_id = $entity"

# As the newest list is made, for any week: an entity's row is there where it has, or had a week before, the customer.
_PAST = """
    select
        listed.customer_id,
        customers.customer_name,
        $entity as entity_id,
        customers.segment,
        customers.sales_owner,
        customers.collector,
        listed.list_section,
        listed.list_rank,
        null as is_within_capacity,
        listed.risk_tier,
        listed.previous_risk_tier,
        listed.risk_score,
        listed.entered_on,
        coalesce(balances.exposure_amount, 0) as exposure_amount,
        listed.limit_amount,
        null as utilisation_rate,
        case when covers.is_provided then balances.insured_amount end as covered_amount,
        coalesce(balances.own_risk_amount, 0) as own_risk_amount,
        coalesce(balances.overdue_amount, 0) as overdue_amount,
        case
            when $entity = '*' then nullif(listed.oldest_days_past_due, 0)
            else datediff('day', oldest.due_on, listed.as_of_on)
        end as oldest_days_past_due,
        listed.tier_seriously_late_rate,
        listed.is_rate_measured,
        listed.expected_loss_amount,
        listed.reasons,
        listed.reason_codes,
        listed.new_reasons_count,
        listed.reviewed_until_on,
        listed.reviewed_by,
        listed.change
    from marts.fct_watch_list_weekly as listed
    inner join marts.dim_customers as customers
        on customers.customer_id = listed.customer_id
    inner join (
        select distinct customer_id
        from marts.fct_customer_weekly
        where entity_id = $entity and week_ending_on in ($week, $week - 7)
    ) as places
        on places.customer_id = listed.customer_id
    left join marts.fct_customer_weekly as balances
        on balances.customer_id = listed.customer_id
        and balances.week_ending_on = listed.week_ending_on
        and balances.entity_id = $entity
    left join (
        select customer_id, min(due_on) as due_on
        from marts.fct_item_intervals
        where $entity <> '*'
            and entity_id = $entity
            and open_amount > 0
            and due_on < $day
            and valid_from_on <= $day
            and (valid_to_on is null or valid_to_on > $day)
        group by customer_id
    ) as oldest
        on oldest.customer_id = listed.customer_id
    cross join (
        select count(*) > 0 as is_provided
        from marts.rpt_credit_exposures
        where cover_state <> 'not provided'
    ) as covers
    where listed.week_ending_on = $week
"""

_REASONS = "string_split(coalesce(reason_codes, ''), ',')"

_FILTERED = f"""
    where list_section = $section
        and (len($tiers) = 0 or list_contains($tiers, risk_tier))
        and (len($owners) = 0 or list_contains($owners, sales_owner) or list_contains($owners, collector))
        and (len($reasons) = 0 or list_has_any($reasons, {_REASONS}))
        and greatest(coalesce(own_risk_amount, 0), coalesce(overdue_amount, 0)) >= $at_least
        and (list_section = 'left' or list_contains($changes, change))
"""

_WITHIN = "(not $within_capacity or list_section <> 'watch' or coalesce(is_within_capacity, true))"

_TOTALS = f"""
    select
        count(*) as customers_count,
        count(*) filter (where {_WITHIN}) as shown_count,
        sum(own_risk_amount) filter (where {_WITHIN}) as own_risk_amount,
        sum(overdue_amount) filter (where {_WITHIN}) as overdue_amount,
        sum(expected_loss_amount) filter (where {_WITHIN}) as expected_loss_amount
"""

_CHANGES = """
    select
        count(*) filter (where list_section = 'watch') as customers_count,
        sum(own_risk_amount) filter (where list_section = 'watch') as own_risk_amount,
        sum(expected_loss_amount) filter (where list_section = 'watch') as expected_loss_amount,
        count(*) filter (where list_section = 'set_aside') as set_aside_count,
        count(*) filter (where list_section = 'insolvent') as insolvent_count,
        sum(own_risk_amount) filter (where list_section = 'insolvent') as insolvent_own_risk_amount,
        count(*) filter (where change = 'entered') as entered_count,
        count(*) filter (where change = 'left') as left_count,
        count(*) filter (where list_section = 'watch' and is_within_capacity) as within_count
"""

# Who came in, and who heads the list: the first by rank.
_FIRST = """
    select
        customer_id,
        customer_name,
        risk_tier,
        own_risk_amount,
        oldest_days_past_due,
        utilisation_rate,
        reasons,
        {action} as recommended_action
"""

_HISTORY = """
    select
        listed.week_ending_on,
        count(*) filter (where listed.list_section = 'watch') as customers_count,
        sum(balances.own_risk_amount) filter (where listed.list_section = 'watch') as own_risk_amount,
        sum(listed.expected_loss_amount) filter (where listed.list_section = 'watch') as expected_loss_amount,
        count(*) filter (where listed.change = 'entered') as entered_count,
        count(*) filter (where listed.list_section = 'insolvent') as insolvent_count
    from marts.fct_watch_list_weekly as listed
    left join marts.fct_customer_weekly as balances
        on balances.customer_id = listed.customer_id
        and balances.week_ending_on = listed.week_ending_on
        and balances.entity_id = $entity
    where listed.week_ending_on between $week - 364 and $week
        and ($entity = '*' or balances.customer_id is not null)
    group by listed.week_ending_on
    order by listed.week_ending_on
"""

_TIERS = """
    select
        this.risk_tier,
        this.tier_label,
        this.customers_count,
        this.customers_count - was.customers_count as customers_count_change,
        this.exposure_amount,
        this.overdue_amount,
        this.tier_seriously_late_rate,
        this.is_rate_measured
    from marts.rpt_risk_tiers as this
    left join marts.rpt_risk_tiers as was
        on was.risk_tier = this.risk_tier and was.week_ending_on = $week - 7
    where this.week_ending_on = $week
    order by this.risk_tier
"""

_CAPACITY = """
    select
        collector,
        max(accounts_a_week) as accounts_a_week,
        count(*) as customers_count,
        count(*) filter (where is_within_capacity) as within_count,
        count(*) filter (where not is_within_capacity) as beyond_count,
        sum(own_risk_amount) filter (where not is_within_capacity) as beyond_own_risk_amount,
        sum(expected_loss_amount) as expected_loss_amount
    from marts.rpt_watch_list
    where entity_id = $entity and list_section = 'watch'
    group by collector
    order by beyond_count desc, expected_loss_amount desc, collector
"""


@dataclass(frozen=True)
class Listed:
    """Which list is read: that of a week; ``is_newest``: that of the build's day, with what is known of it only."""

    week: Week
    is_newest: bool


@dataclass(frozen=True)
class Choice:
    """What the reader asked to see; empty sequences mean "all"."""

    tiers: Sequence[str] = ()
    reasons: Sequence[str] = ()
    owners: Sequence[str] = ()
    at_least: Decimal = Decimal(0)
    changes: Sequence[str] = ("entered", "stays")
    sort: Sort = Sort.EXPECTED_LOSS
    within_capacity: bool = False


def watched(warehouse: Warehouse, view: View, listed: Listed, choice: Choice, section: Section) -> list[Row]:
    """The chosen rows of a section in the chosen order."""
    sql = f"select * from ({_source(listed)}) {_FILTERED} and {_WITHIN} order by {_ORDER[choice.sort]}, customer_id"
    return warehouse.rows(sql, _of(view, listed) | _asked(choice, section))


def totals(warehouse: Warehouse, view: View, listed: Listed, choice: Choice, section: Section) -> Row:
    """Count and amounts of the chosen rows of a section, and how many there are beyond the team's capacity too."""
    sql = f"{_TOTALS} from ({_source(listed)}) {_FILTERED}"
    return warehouse.row(sql, _of(view, listed) | _asked(choice, section)) or {}


def changes(warehouse: Warehouse, view: View, listed: Listed) -> Row:
    """How many are watched, came in and left; the newcomer that heads the list, and the first to call."""
    of, source = _of(view, listed), _source(listed)
    row = warehouse.row(f"{_CHANGES} from ({source})", of) or {}
    ordered = "order by list_rank nulls last, expected_loss_amount desc, customer_id limit 1"
    action = "recommended_action" if listed.is_newest else "null"
    on_the_list = f"{_FIRST.format(action=action)} from ({source}) where list_section = 'watch'"
    newest = warehouse.row(f"{on_the_list} and change = 'entered' {ordered}", of)
    return {**row, "biggest": newest, "first": warehouse.row(f"{on_the_list} {ordered}", of)}


def came_in(warehouse: Warehouse, view: View, listed: Listed) -> list[Row]:
    """Everyone that came in, the insolvent too, by rank."""
    sql = (
        f"select * from ({_source(listed)}) where change = 'entered' order by {_ORDER[Sort.EXPECTED_LOSS]}, customer_id"
    )
    return warehouse.rows(sql, _of(view, listed))


def history(warehouse: Warehouse, view: View, listed: Listed) -> list[Row]:
    """The lists of a year up to the week, oldest first."""
    return warehouse.rows(_HISTORY, {"entity": view.entity_id, "week": listed.week.ending_on})


def tiers(warehouse: Warehouse, week: date) -> list[Row]:
    """All customers by tier in a week, with the change on the week before and what the tier was worth."""
    return warehouse.rows(_TIERS, {"week": week})


def capacity(warehouse: Warehouse, view: View) -> list[Row]:
    """Each collector's accounts on the newest list, and how many of them fit into a week."""
    return warehouse.rows(_CAPACITY, {"entity": view.entity_id})


def owners(warehouse: Warehouse, view: View, listed: Listed) -> list[str]:
    """Sales owners and collectors of the customers on the list."""
    return choices.owners(warehouse, f"({_source(listed)})", _of(view, listed))


def reason_codes(warehouse: Warehouse, view: View, listed: Listed) -> list[str]:
    """The reasons met in the list, by code."""
    sql = f"select distinct unnest({_REASONS}) as reason_code from ({_source(listed)}) order by reason_code"
    return [row["reason_code"] for row in warehouse.rows(sql, _of(view, listed)) if row["reason_code"]]


def _source(listed: Listed) -> str:
    return _LIVE if listed.is_newest else _PAST


def _of(view: View, listed: Listed) -> dict[str, object]:
    if listed.is_newest:
        return {"entity": view.entity_id}
    return {"entity": view.entity_id, "week": listed.week.ending_on, "day": listed.week.as_of_on}


def _asked(choice: Choice, section: Section) -> dict[str, object]:
    return {
        "section": section.value,
        "tiers": list(choice.tiers),
        "reasons": list(choice.reasons),
        "owners": list(choice.owners),
        "at_least": choice.at_least,
        "changes": list(choice.changes),
        "within_capacity": choice.within_capacity,
    }
