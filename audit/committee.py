"""For the credit committee, from the published file: the parts of its page, and the same as one workbook.

Each part is a query on marts and its headings; the dashboard's page and `encours committee` read the same parts, so
they cannot say different things. Amounts are in the main reporting currency, of all entities, as of the build's day.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from audit import decision, passport, words
from audit.marts import Row, opened
from audit.publication import published_file
from audit.tables import Fact, Workbook, save
from encours import console
from encours.errors import EncoursError
from encours.settings import Settings

Read = Callable[[str, Mapping[str, object]], Sequence[Row]]
"""Runs a query with its named parameters on a published file."""


@dataclass(frozen=True)
class Asked:
    """How much the committee wants to see: so many of the largest, so many days ahead, disputes from an amount."""

    largest: int = 20
    days: int = 60
    disputed_from: Decimal = Decimal(10_000)


@dataclass(frozen=True)
class Part:
    """One part of the agenda: its sheet, a query, headings by column, and what a reader must know of it."""

    key: str
    title: str
    query: str
    columns: Mapping[str, str]
    note: str
    tables: Sequence[str] = field(default=())


_WHO = {"customer_id": "Customer", "customer_name": "Customer's name", "risk_tier": "Tier"}
_OWNERS = {"sales_owner": "Sales owner", "collector": "Collector"}

PARTS = (
    Part(
        "largest",
        "Largest exposures",
        """
        select
            row_number() over (order by exposure_amount desc, customer_id) as largest_rank,
            *,
            exposure_amount / nullif(sum(greatest(exposure_amount, 0)) over (), 0) as share_rate
        from marts.rpt_credit_exposures
        order by largest_rank
        limit $largest
        """,
        {
            "largest_rank": "Rank",
            **_WHO,
            "risk_score": "Score",
            "exposure_amount": "Exposure",
            "share_rate": "Share of all",
            "overdue_amount": "Overdue",
            "limit_state": "Limit",
            "limit_amount": "Granted",
            "recommended_limit_amount": "Recommended",
            "utilisation_rate": "Used (rate)",
            "cover_state": "Cover",
            "insured_amount": "Insured",
            "own_risk_amount": "Own risk",
            "terms_days": "Terms, days",
            "recommended_terms_days": "Recommended terms, days",
            "limit_review_due_on": "Review by",
            "recommended_formula": "Recommended by",
            **_OWNERS,
        },
        "The largest exposures of all customers but intragroup ones, with what is granted and recommended.",
    ),
    Part(
        "excesses",
        "Over the limit",
        """
        select *
        from marts.rpt_credit_exposures
        where excess_amount > 0
        order by reporting_excess_amount desc, customer_id
        """,
        {
            **_WHO,
            "exposure_amount": "Exposure",
            "limit_amount": "Granted",
            "reporting_excess_amount": "Over",
            "utilisation_rate": "Used (rate)",
            "overdue_amount": "Overdue",
            "insured_amount": "Insured",
            "recommended_limit_amount": "Recommended",
            "limit_currency": "Limit's currency",
            "granted_amount": "Granted, its currency",
            "used_amount": "Used, its currency",
            "excess_amount": "Over, its currency",
            "limit_approved_by": "Approved by",
            **_OWNERS,
        },
        "Everybody whose exposure is above its limit; the excess is that of the limit's currency, at the limit's rate.",
        ("credit_limits",),
    ),
    Part(
        "expiring",
        "Expiring",
        """
        with dated as (
            select *, 'Own limit' as expiring, 1 as kind_order, limit_valid_to_on as expires_on,
                own_limit_amount as expiring_amount, limit_currency as expiring_currency
            from marts.rpt_credit_exposures
            union all
            select *, 'Temporary limit', 2, temporary_valid_to_on, temporary_limit_amount, limit_currency
            from marts.rpt_credit_exposures
            union all
            select *, 'Cover of ' || insurer, 3, cover_valid_to_on, insurer_limit_amount, null
            from marts.rpt_credit_exposures
            where cover_status in ('active', 'reduced')
        )
        select *, expires_on - as_of_on as days_left
        from dated
        where expires_on between as_of_on and as_of_on + $days
        order by expires_on, kind_order, customer_id
        """,
        {
            **_WHO,
            "expiring": "What expires",
            "expires_on": "Last day",
            "days_left": "Days left",
            "expiring_amount": "Amount",
            "expiring_currency": "Its currency (empty: the main one)",
            "exposure_amount": "Exposure",
            "limit_amount": "Granted now",
            "recommended_limit_amount": "Recommended",
            "insured_amount": "Insured",
            **_OWNERS,
        },
        "Limits and covers whose last day comes within the days asked for.",
        ("credit_limits", "credit_covers"),
    ),
    Part(
        "reviews",
        "Reviews due",
        """
        select *, limit_review_due_on - as_of_on as days_left
        from marts.rpt_credit_exposures
        where limit_review_due_on <= as_of_on
        order by exposure_amount desc, customer_id
        """,
        {
            **_WHO,
            "exposure_amount": "Exposure",
            "limit_amount": "Granted",
            "recommended_limit_amount": "Recommended",
            "limit_reviewed_on": "Last reviewed",
            "limit_review_due_on": "Review by",
            "days_left": "Days left",
            "limit_approved_by": "Approved by",
            **_OWNERS,
        },
        "Limits that nobody reviewed within the days their tier asks for, the largest exposure first.",
        ("credit_limits",),
    ),
    Part(
        "overrides",
        "Overrides",
        """
        select * from marts.rpt_tier_overrides
        order by outcome <> 'running', to_on desc, override_id
        """,
        {
            **_WHO,
            "scored_tier_at_start": "Scored at its start",
            "scored_tier_at_end": "Scored at its end",
            "from_on": "From",
            "to_on": "To",
            "days_left": "Days left",
            "reason": "Reason",
            "approved_by": "Approved by",
            "exposure_at_start_amount": "Exposure at its start",
            "exposure_at_end_amount": "Exposure at its end",
            "overdue_at_start_amount": "Overdue at its start",
            "overdue_at_end_amount": "Overdue at its end",
            "matured_count": "Invoices matured",
            "late_count": "Late",
            "seriously_late_count": "Seriously late",
            "late_rate": "Late (rate)",
            "outcome": "Outcome",
        },
        "Tiers set by hand, running ones first, with what came of them; the end is the build's day while one runs.",
        ("tier_overrides",),
    ),
    Part(
        "migration",
        "Migration",
        """
        select * from marts.rpt_tier_migrations as moves
        where week_ending_on = (
            select max(week_ending_on) from marts.rpt_tier_migrations as newest
            where newest.step_weeks = moves.step_weeks
        )
        order by step_weeks desc, from_tier = 'new', from_tier, to_tier = 'gone', to_tier
        """,
        {
            "step_weeks": "Weeks",
            "compared_week_on": "From the week ending",
            "week_ending_on": "To the week ending",
            "from_tier": "From tier",
            "to_tier": "To tier",
            "movement": "Movement",
            "customers_count": "Customers",
            "from_exposure_amount": "Exposure before",
            "exposure_amount": "Exposure after",
        },
        "Customers and exposure that moved between tiers in the newest steps of 13 and of 4 weeks; new and gone apart.",
    ),
    Part(
        "cases",
        "Specific cases",
        """
        with cases as (
            select customer_id, 1 as case_order, 'Insolvent' as case_words, exposure_amount as case_amount,
                'Insolvency proceedings are open' as detail
            from marts.rpt_credit_exposures
            where is_insolvent
            union all
            select customer_id, 2, 'First payment never made', overdue_amount, reasons
            from marts.rpt_watch_list
            where entity_id = '*' and change <> 'left'
                and list_contains(string_split(reason_codes, ','), 'first_payment_missed')
            union all
            select customer_id, 3, 'Large dispute', disputed_amount,
                cast(cast(100 * disputed_amount / nullif(receivable_amount, 0) as decimal(18, 0)) as varchar)
                || ' % of what is owed is disputed'
            from marts.rpt_credit_exposures
            where disputed_amount >= $disputed_from
            union all
            select factors.customer_id, 4, 'Earlier default', exposures.exposure_amount, factors.explanation
            from marts.fct_risk_factors as factors
            inner join marts.rpt_credit_exposures as exposures
                on exposures.customer_id = factors.customer_id
            where factors.factor = 'prior_default' and factors.value > 0
                and not coalesce(exposures.is_insolvent, false) and exposures.exposure_amount > 0
        )
        select cases.case_words, cases.case_amount, cases.detail, exposures.*
        from cases
        inner join marts.rpt_credit_exposures as exposures
            on exposures.customer_id = cases.customer_id
        order by cases.case_order, cases.case_amount desc, cases.customer_id
        """,
        {
            "case_words": "Case",
            **_WHO,
            "case_amount": "Amount of the case",
            "detail": "Detail",
            "exposure_amount": "Exposure",
            "overdue_amount": "Overdue",
            "limit_amount": "Granted",
            "insured_amount": "Insured",
            "own_risk_amount": "Own risk",
            **_OWNERS,
        },
        "Insolvent customers, first payments never made, disputes from the amount asked for, earlier defaults that "
        "still have an exposure.",
    ),
)

_DECIDED = """
    with asked as (
        select unnest(cast($customers as varchar[])) as customer_id
    ),
    orders as (
        select
            customer_id,
            count(*) filter (where decision <> 'release') as held_count,
            sum(reporting_amount) filter (where decision <> 'release') as held_amount
        from marts.rpt_order_decisions
        group by customer_id
    )
    select exposures.*, orders.held_count, orders.held_amount
    from marts.rpt_credit_exposures as exposures
    inner join asked
        on asked.customer_id = exposures.customer_id
    left join orders
        on orders.customer_id = exposures.customer_id
    order by exposures.exposure_amount desc, exposures.customer_id
"""
DECISIONS = {
    **_WHO,
    "exposure_amount": "Exposure",
    "limit_amount": "Granted",
    "recommended_limit_amount": "Recommended",
    "held_count": "Orders held",
    "held_amount": "Amount held",
    "proposed_words": "Proposed decision",
    "proposed_limit_amount": "Proposed limit",
    "recommended_terms_days": "Proposed terms, days",
    "decided_words": "Decision",
    "decided_limit": "Limit decided",
    "decided_terms": "Terms decided",
    "decided_by": "Name",
    "decided_on": "Day",
}
"""The sheet to decide on: a proposal a customer, and room for what is decided."""

_GIVEN = """
    select
        any_value(as_of_on) as as_of_on,
        coalesce(bool_or(limit_state <> 'not provided'), false) as credit_limits,
        coalesce(bool_or(cover_state <> 'not provided'), false) as credit_covers
    from marts.rpt_credit_exposures
"""
_CURRENCY = """
    select any_value(reporting_currency) as currency from marts.fct_customer_weekly where entity_id = '*'
"""


@dataclass(frozen=True)
class Agenda:
    """All parts of one publication: rows by part, the proposals, and what was not provided."""

    asked: Asked
    parts: Mapping[str, list[Row]]
    decisions: list[Row]
    as_of_on: object
    currency: str
    not_provided: frozenset[str]

    def lacks(self, part: Part) -> list[str]:
        """The optional tables of a part that were not provided."""
        return [name for name in part.tables if name in self.not_provided]


def gather(read: Read, asked: Asked) -> Agenda:
    """Read all parts."""
    parameters = {"largest": asked.largest, "days": asked.days, "disputed_from": asked.disputed_from}

    def rows(query: str) -> list[Row]:
        return list(read(query, {name: value for name, value in parameters.items() if f"${name}" in query}))

    parts = {part.key: rows(part.query) for part in PARTS}
    given = next(iter(rows(_GIVEN)), {})
    currency = str(next(iter(rows(_CURRENCY)), {}).get("currency") or "")
    named = {row["customer_id"] for key in ("largest", "excesses", "cases") for row in parts[key]}
    decided = read(_DECIDED, {"customers": sorted(map(str, named))}) if named else []
    return Agenda(
        asked,
        parts,
        [_proposed(row, currency) for row in decided],
        given.get("as_of_on"),
        currency,
        frozenset(name for name in ("credit_limits", "credit_covers") if not given.get(name)),
    )


def _proposed(row: Row, currency: str) -> Row:
    proposal = decision.recommended(row, decision.plain_money(currency))
    return {**row, "proposed_words": proposal.words, "proposed_limit_amount": proposal.limit_amount}


def workbook(read: Read, asked: Asked, file: str) -> bytes:
    """The agenda as a workbook: a cover with the passport, a sheet a part, and the proposals with room to decide.

    The same figures give the same bytes. ``file`` is the published file's name.
    """
    agenda = gather(read, asked)
    book = Workbook()
    book.facts(
        "Cover",
        [*_cover(agenda), ("Passport", None), *passport.told(read("select * from marts.rpt_passport", {}), file)],
    )
    for part in PARTS:
        lacks = agenda.lacks(part)
        notes = [part.note]
        if lacks:
            notes.append(f"Not provided: {', '.join(lacks)}. What rests on it is unknown, not zero.")
        book.sheet(part.title, [_written(row) for row in agenda.parts[part.key]], part.columns, notes=notes)
    note = (
        "What the figures propose for the largest, those over the limit and the specific cases; the committee decides."
    )
    book.sheet("Decisions", agenda.decisions, DECISIONS, notes=[note])
    return book.bytes()


def _written(row: Row) -> Row:
    """A row as the workbook has it: states in words, and amounts inside sentences with their thousands marked."""
    states: Row = {name: words.state(row[name]) for name in ("limit_state", "cover_state") if name in row}
    told: Row = {
        name: words.told(str(row[name]), words.plain_amount)
        for name in ("recommended_formula", "detail")
        if row.get(name) is not None
    }
    return {**row, **states, **told}


def _cover(agenda: Agenda) -> list[Fact]:
    return [
        ("For the credit committee", None),
        ("As of", agenda.as_of_on),
        ("Amounts in", agenda.currency),
        ("Of", "All entities, all customers but intragroup ones"),
        ("Largest exposures shown", agenda.asked.largest),
        ("Days ahead for what expires", agenda.asked.days),
        ("Disputes from", agenda.asked.disputed_from),
        *((f"{part.title}, rows", len(agenda.parts[part.key])) for part in PARTS),
        ("Decisions, rows", len(agenda.decisions)),
        *((f"Table {name}", "not provided") for name in sorted(agenda.not_provided)),
    ]


def write(settings: Settings, asked: Asked, out: Path) -> None:
    """Write the workbook.

    Raises:
        EncoursError: nothing is published, the file is older than the credit marts, or it cannot be written.
    """
    if out.suffix.lower() != ".xlsx":
        raise EncoursError(f"{out}: the file's name must end in .xlsx.")
    with opened(published_file(settings)) as marts, console.working("committee") as progress:
        if not marts.has("rpt_credit_exposures"):
            raise EncoursError(f"{marts.file} holds no credit exposures: build and publish again.")
        progress("reading and writing")
        save(out, workbook(marts.rows, asked, marts.file))
        as_of_on = marts.as_of_on
    console.say(f"{out}: what the credit committee decides on, as of {as_of_on}.")
