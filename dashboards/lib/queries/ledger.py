"""The books behind the figures: roll-forward, revaluation, statutory tables, and what was reported before."""

from __future__ import annotations

from datetime import date

from dashboards.lib.db import Row, Warehouse
from dashboards.lib.view import View

MOST_ROWS = 1_000
# Signed so that the months add up: opening and what moved it make closing.
MOVES = (
    "billed_amount",
    "credited_amount",
    "collected_amount",
    "refunded_amount",
    "bounced_amount",
    "written_off_amount",
    "adjusted_amount",
    "fx_amount",
)

_ROLL_FORWARD = f"""
    select
        *,
        {" + ".join(("opening_amount", *MOVES))} = closing_amount as adds_up
    from marts.rpt_roll_forward
    where amount_basis = $basis
        and ($entity = '*' or entity_id = $entity)
        and month_ending_on <= last_day($day)
        and month_ending_on > last_day($day - interval 13 month)
    order by month_ending_on desc, entity_id, currency
"""

# As ``rpt_roll_forward`` has it: in document currency an exchange alone is left of what an allocation moves; in base
# all of it, whose pairs add up to zero but for what was realised.
_FLOW = {
    "document": "case when events.event_kind = 'exchange' then 'fx' else events.event_kind end",
    "base": """case
            when events.event_kind in ('applied', 'transfer', 'exchange', 'realised_fx') then 'fx'
            else events.event_kind end""",
}
_MOVED = {"document": ("currency", "amount"), "base": ("base_currency", "base_amount")}


def _moved(basis: str) -> str:
    currency, amount = _MOVED[basis]
    return f"""
    with moved as (
        select
            events.entity_id,
            events.document_id,
            any_value(events.customer_id) as customer_id,
            max(events.event_on) as event_on,
            sum(events.{amount}) as amount
        from marts.fct_receivable_events as events
        where events.entity_id = $entity
            and events.{currency} = $currency
            and events.event_on between $from and $to
            and {_FLOW[basis]} = $flow
        group by events.entity_id, events.document_id
        having sum(events.{amount}) <> 0
    )
    select
        moved.entity_id,
        moved.document_id,
        substr(moved.document_id, strpos(moved.document_id, ':') + 1) as document_number,
        substr(moved.document_id, 1, strpos(moved.document_id, ':') - 1) as item_kind,
        moved.customer_id,
        coalesce(customers.customer_name, moved.customer_id) as customer_name,
        moved.event_on,
        moved.amount,
        sum(moved.amount) over () as total_amount,
        count(*) over () as rows_count
    from moved
    left join marts.dim_customers as customers
        on customers.customer_id = moved.customer_id
    order by abs(moved.amount) desc, moved.document_id
    limit $limit
    """


_REVALUATION = """
    select
        revaluation.*,
        coalesce(entities.entity_name, revaluation.entity_id) as entity_name
    from marts.rpt_revaluation as revaluation
    left join marts.dim_entities as entities
        on entities.entity_id = revaluation.entity_id
    where $entity = '*' or revaluation.entity_id = $entity
    order by revaluation.entity_id, revaluation.currency
"""

_REVALUED_ITEMS = """
    select
        items.entity_id,
        items.document_id,
        items.document_number,
        items.item_kind,
        items.customer_id,
        coalesce(customers.customer_name, items.customer_id) as customer_name,
        items.posted_on,
        items.due_on,
        items.currency,
        items.open_amount,
        items.base_currency,
        items.base_open_amount,
        sum(items.open_amount) over () as open_total,
        sum(items.base_open_amount) over () as base_open_total,
        count(*) over () as rows_count
    from marts.fct_receivable_items as items
    left join marts.dim_customers as customers
        on customers.customer_id = items.customer_id
    where items.is_open
        and items.entity_id = $entity
        and items.currency = $currency
    order by abs(items.open_amount) desc, items.document_id, items.instalment_no
    limit $limit
"""

_STATUTORY_YEARS = """
    select
        delays.entity_id,
        coalesce(any_value(entities.entity_name), delays.entity_id) as entity_name,
        delays.year_ending_on,
        list(distinct delays.tax_basis order by delays.tax_basis) as tax_bases
    from marts.rpt_statutory_delays as delays
    left join marts.dim_entities as entities
        on entities.entity_id = delays.entity_id
    where $entity = '*' or delays.entity_id = $entity
    group by delays.entity_id, delays.year_ending_on
    order by delays.entity_id, delays.year_ending_on desc
"""

_STATUTORY = """
    select *
    from marts.rpt_statutory_delays
    where entity_id = $entity
        and year_ending_on = $year
        and tax_basis = $tax_basis
    order by statutory_table, column_order
"""

_RESTATED = """
    select
        publication_number,
        published_at,
        build_id,
        period_kind,
        period_ending_on,
        as_of_on,
        reported_value,
        restated,
        difference
    from marts.rpt_reported_kpis
    where publication_number > 0
        and period_kind = $kind
        and entity_id = $entity
        and scope = 'all'
        and reporting_currency = $currency
        and measure = $measure
        and difference <> 0
    order by period_ending_on desc, publication_number desc
    limit 500
"""

_RESTATED_STATE = """
    select
        count(distinct publication_number) as publications_count,
        count(distinct publication_number) filter (where difference <> 0) as differing_count,
        count(*) filter (where difference <> 0) as values_count,
        min(published_at) as first_published_at
    from marts.rpt_reported_kpis
    where publication_number > 0
"""

# The days late of each column of the statutory tables, and whether it holds the disputed invoices.
DELAYS = {
    "0": (0, 0, False),
    "1-30": (1, 30, False),
    "31-60": (31, 60, False),
    "61-90": (61, 90, False),
    "91+": (91, 1_000_000, False),
    "total": (1, 1_000_000, False),
    "disputed": (1, 1_000_000, True),
}
# As ``rpt_statutory_delays`` has them: I, open at the year's end; II, by how late an invoice got within the year.
_CONCERNED = {
    "I": """
        select
            spans.document_id,
            spans.instalment_no,
            $year - spans.due_on as delay_days,
            spans.disputed_amount > 0 as is_disputed,
            spans.base_open_amount as value
        from spans
        where spans.valid_from_on <= $year
            and coalesce(spans.valid_to_on, date '9999-12-31') > $year
            and spans.due_on <= $year""",
    "II": """
        select
            issued.document_id,
            issued.instalment_no,
            coalesce(late.delay_days, 0) as delay_days,
            coalesce(late.is_disputed, false) as is_disputed,
            issued.base_amount as value
        from issued
        left join (
            select
                document_id,
                instalment_no,
                max(least($year, coalesce(valid_to_on, date '9999-12-31') - 1) - due_on) as delay_days,
                bool_or(disputed_amount > 0) as is_disputed
            from spans
            where $year >= greatest(valid_from_on, due_on + 1)
                and greatest(cast(date_trunc('month', $year) - interval 11 month as date), due_on + 1)
                < coalesce(valid_to_on, date '9999-12-31')
            group by document_id, instalment_no
        ) as late
            on late.document_id = issued.document_id
            and late.instalment_no = issued.instalment_no
        where late.document_id is not null
            or (
                issued.due_on between cast(date_trunc('month', $year) - interval 11 month as date) and $year
                and issued.posted_on <= $year
            )""",
}


def _delayed(table: str) -> str:
    return f"""
    with issued as (
        select * from marts.fct_receivable_items
        where entity_id = $entity
            and item_kind in ('invoice', 'debit_note', 'opening')
            and amount > 0
    ),
    spans as (
        select * from marts.fct_item_intervals
        where entity_id = $entity
            and item_kind in ('invoice', 'debit_note', 'opening')
            and amount > 0
            and open_amount > 0
    ),
    concerned as ({_CONCERNED[table]}
    )
    select
        issued.entity_id,
        issued.document_id,
        issued.document_number,
        issued.instalment_no,
        issued.item_kind,
        issued.customer_id,
        coalesce(customers.customer_name, issued.customer_id) as customer_name,
        issued.posted_on,
        issued.due_on,
        concerned.delay_days,
        issued.base_currency,
        concerned.value,
        sum(concerned.value) over () as total_value,
        (select count(distinct document_id) from concerned
            where delay_days between $least and $most and is_disputed = $disputed) as documents_count
    from concerned
    inner join issued
        on issued.document_id = concerned.document_id
        and issued.instalment_no = concerned.instalment_no
    left join marts.dim_customers as customers
        on customers.customer_id = issued.customer_id
    where concerned.delay_days between $least and $most
        and concerned.is_disputed = $disputed
    order by concerned.value desc, issued.document_id, issued.instalment_no
    limit $limit
    """


# What one side of a restatement, `before` or `after`, is of a balance; of no other figure is it told here.
_SIDES = {
    "receivable_amount": "{side}_reporting_amount",
    "overdue_amount": "{side}_overdue_amount",
    "over_90_amount": "{side}_over_90_amount",
    "disputed_amount": "{side}_disputed_amount",
    "unapplied_amount": "case when {side}_amount < 0 then {side}_reporting_amount else 0 end",
}
EXPLAINED = tuple(_SIDES)
"""The figures whose differences are sums of documents, one by one."""


def _behind(measure: str) -> str:
    before, after = (_SIDES[measure].format(side=f"restated.{side}") for side in ("before", "after"))
    return f"""
    with found as (
        select
            restated.*,
            {before} as before_value,
            {after} as after_value,
            {after} - ({before}) as value
        from marts.rpt_restatements as restated
        where restated.publication_number > $number
            and restated.restatement_basis = 'balance'
            and restated.valid_from_on <= $day
            and (restated.valid_to_on is null or restated.valid_to_on > $day)
            and ($entity = '*' or restated.entity_id = $entity)
    )
    select
        found.publication_number,
        found.entity_id,
        found.document_id,
        substr(found.document_id, strpos(found.document_id, ':') + 1) as document_number,
        found.item_kind,
        found.customer_id,
        coalesce(customers.customer_name, found.customer_id) as customer_name,
        found.reason,
        found.reporting_currency,
        found.before_value,
        found.after_value,
        found.value,
        sum(found.value) over () as total_value,
        count(*) over () as rows_count
    from found
    left join marts.dim_customers as customers
        on customers.customer_id = found.customer_id
    where found.value <> 0
    order by abs(found.value) desc, found.document_id, found.publication_number
    limit $limit
    """


_NOT_COMPARED = """
    select count(*) as publications_count
    from marts.rpt_publications
    where publication_number > $number
        and not is_past
        and comparison <> 'compared'
"""

_RESTATEMENTS = """
    select
        restated.publication_number,
        restated.published_at,
        restated.entity_id,
        restated.document_id,
        substr(restated.document_id, strpos(restated.document_id, ':') + 1) as document_number,
        restated.item_kind,
        restated.customer_id,
        coalesce(customers.customer_name, restated.customer_id) as customer_name,
        restated.valid_from_on,
        restated.valid_to_on,
        restated.reason,
        restated.reporting_currency,
        restated.before_reporting_amount,
        restated.after_reporting_amount,
        restated.reporting_difference_amount
    from marts.rpt_restatements as restated
    left join marts.dim_customers as customers
        on customers.customer_id = restated.customer_id
    where ($entity = '*' or restated.entity_id = $entity)
    order by restated.publication_number desc, abs(restated.reporting_difference_amount) desc, restated.document_id
    limit 1000
"""


def delayed(
    warehouse: Warehouse,
    entity_id: str,
    year_ending_on: date,
    table: str,
    column: str,
    *,
    limit: int | None = MOST_ROWS,
) -> list[Row]:
    """The invoices of one column (a key of ``DELAYS``) of a statutory table, the largest first, tax included.

    ``documents_count`` and ``total_value`` speak of all of them.
    """
    least, most, disputed = DELAYS[column]
    return warehouse.rows(
        _delayed(table),
        {
            "entity": entity_id,
            "year": year_ending_on,
            "least": least,
            "most": most,
            "disputed": disputed,
            "limit": limit,
        },
    )


def roll_forward(warehouse: Warehouse, view: View, basis: str) -> list[Row]:
    """The balance month by month, the newest first, 13 months; ``adds_up``: opening and moves make closing."""
    return warehouse.rows(_ROLL_FORWARD, {"basis": basis, "entity": view.entity_id, "day": view.week.as_of_on})


def moved_documents(warehouse: Warehouse, row: Row, flow: str, *, limit: int | None = MOST_ROWS) -> list[Row]:
    """The documents behind one move (`billed`, …, `fx`) of a row of the roll-forward, those that weigh most first.

    What an allocation moves from one document to another in base adds up to zero; both stand there with their half.
    """
    return warehouse.rows(
        _moved(row["amount_basis"]),
        {
            "entity": row["entity_id"],
            "currency": row["currency"],
            "from": row["month_ending_on"].replace(day=1),
            "to": row["month_ending_on"],
            "flow": flow,
            "limit": limit,
        },
    )


def revaluation(warehouse: Warehouse, view: View) -> list[Row]:
    """What is open in foreign currency on the build's day, beside its value at that day's rate."""
    return warehouse.rows(_REVALUATION, {"entity": view.entity_id})


def revalued_items(warehouse: Warehouse, row: Row, *, limit: int | None = MOST_ROWS) -> list[Row]:
    """The open items that one row of the revaluation adds up; ``open_total`` and ``rows_count`` speak of all."""
    return warehouse.rows(_REVALUED_ITEMS, {"entity": row["entity_id"], "currency": row["currency"], "limit": limit})


def statutory_years(warehouse: Warehouse, view: View) -> list[Row]:
    """The financial years that statutory tables exist for, by entity, the newest first, with their tax bases."""
    return warehouse.rows(_STATUTORY_YEARS, {"entity": view.entity_id})


def statutory(warehouse: Warehouse, entity_id: str, year_ending_on: date, tax_basis: str) -> list[Row]:
    """Both statutory tables of an entity's financial year, column by column."""
    return warehouse.rows(_STATUTORY, {"entity": entity_id, "year": year_ending_on, "tax_basis": tax_basis})


def restated(warehouse: Warehouse, view: View, measure: str, kind: str = "week") -> list[Row]:
    """Weeks (or months) whose figure is another now than a publication said, the newest first."""
    return warehouse.rows(
        _RESTATED,
        {"entity": view.entity_id, "currency": view.currency, "measure": measure, "kind": kind},
    )


def behind(warehouse: Warehouse, view: View, measure: str, row: Row, *, limit: int | None = MOST_ROWS) -> list[Row]:
    """The documents that make a balance (one of ``EXPLAINED``) another than a publication said, by later publications.

    ``total_value`` is the sum of all of them: the difference, in the main currency.
    """
    return warehouse.rows(
        _behind(measure),
        {
            "number": row["publication_number"],
            "day": row["as_of_on"],
            "entity": view.entity_id,
            "limit": limit,
        },
    )


def were_compared(warehouse: Warehouse, row: Row) -> bool:
    """Whether the documents of all publications after a row's were compared: not so where the rules changed."""
    return not (warehouse.row(_NOT_COMPARED, {"number": row["publication_number"]}) or {}).get("publications_count")


def restated_state(warehouse: Warehouse) -> Row:
    """How many publications are on record, and how many say what is no longer so."""
    return warehouse.row(_RESTATED_STATE) or {}


def restatements(warehouse: Warehouse, view: View) -> list[Row]:
    """The documents behind the differences, the newest publication first; the 1,000 that weigh most."""
    return warehouse.rows(_RESTATEMENTS, {"entity": view.entity_id})
