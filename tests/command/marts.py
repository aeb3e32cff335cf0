"""The marts that publishing reads and keeps, written by hand: a few items and the figures that follow from them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import duckdb

from encours.stamp import Stamp

_KPIS = """
create or replace table marts.fct_kpis as
with items as (
    select spans.*, greatest(as_of_on - due_on, 0) as days_past_due, as_of_on, period_ending_on
    from marts.fct_item_intervals as spans
    inner join marts.dim_customers using (customer_id)
    inner join periods on valid_from_on <= as_of_on and coalesce(valid_to_on > as_of_on, true)
    where customer_kind <> 'intragroup'
),
posted as (
    select
        periods.as_of_on,
        sum(reporting_amount) filter (item_kind = 'invoice') as sales_amount,
        -sum(reporting_amount) filter (item_kind = 'payment') as collected_amount
    from marts.fct_receivable_items
    inner join marts.dim_customers using (customer_id)
    inner join periods on posted_on <= as_of_on and posted_on > as_of_on - 91
    where customer_kind <> 'intragroup'
    group by all
)
select
    'week' as period_kind, periods.period_ending_on, periods.as_of_on, entities.entity_id, 'all' as scope,
    'EUR' as reporting_currency, 91 as window_days, 364 as window_12m_days,
    coalesce(sum(reporting_open_amount), 0)::decimal(18, 2) as receivable_amount,
    coalesce(sum(reporting_open_amount) filter (open_amount > 0 and days_past_due > 0), 0)::decimal(18, 2)
        as overdue_amount,
    coalesce(sum(reporting_open_amount) filter (open_amount > 0 and days_past_due > 90), 0)::decimal(18, 2)
        as over_90_amount,
    coalesce(sum(reporting_disputed_amount), 0)::decimal(18, 2) as disputed_amount,
    coalesce(any_value(posted.sales_amount), 0)::decimal(18, 2) as sales_amount,
    coalesce(any_value(posted.collected_amount), 0)::decimal(18, 2) as collected_amount,
    (coalesce(sum(reporting_open_amount), 0) * 91 / any_value(posted.sales_amount))::double as dso_days
from periods
cross join (values ('S'), ('*')) as entities (entity_id)
left join items using (period_ending_on, as_of_on)
left join posted using (as_of_on)
group by all
"""

_MEASURES = (
    "receivable_amount, overdue_amount, over_90_amount, disputed_amount, sales_amount, collected_amount, dso_days"
)


@dataclass(frozen=True)
class Item:
    """One document of customer C in EUR: what was open of it from which day on, and the disputed part."""

    document_id: str
    posted_on: date
    due_on: date
    amount: int
    open_amounts: tuple[tuple[date, int], ...] = ()
    """After the posting: (day, open amount from then on)."""
    disputed_amount: int = 0
    reporting_rate: int = 1
    customer_id: str = "C"

    @property
    def spans(self) -> list[tuple[date, date | None, int]]:
        """From, to (exclusive), open amount; spans with nothing open are left out."""
        states = dict([(self.posted_on, self.amount), *self.open_amounts])
        days = sorted(states)
        ends: list[date | None] = [*days[1:], None]
        return [(day, end, states[day]) for day, end in zip(days, ends, strict=True) if states[day]]


def write_marts(
    connection: duckdb.DuckDBPyConnection,
    built: Stamp,
    items: tuple[Item, ...] = (),
    *,
    weeks: int = 3,
    intragroup: str = "",
) -> None:
    """Write the marts of ``built``: ``items`` and the figures of the last ``weeks``, as its models would."""
    connection.execute(
        "create or replace table marts.dim_customers as "
        "select unnest(['C', 'X']) as customer_id, case when unnest(['C', 'X']) = ? then 'intragroup' else 'private' "
        "end as customer_kind",
        [intragroup],
    )
    connection.execute(
        "create or replace table marts.fct_receivable_items (entity_id varchar, document_id varchar, instalment_no "
        "integer, item_kind varchar, customer_id varchar, currency varchar, posted_on date, due_on date, "
        "amount decimal(18, 2), reporting_amount decimal(18, 2))"
    )
    connection.execute(
        "create or replace table marts.fct_item_intervals (entity_id varchar, document_id varchar, instalment_no "
        "integer, customer_id varchar, due_on date, valid_from_on date, valid_to_on date, open_amount decimal(18, 2), "
        "reporting_open_amount decimal(18, 2), reporting_disputed_amount decimal(18, 2))"
    )
    for item in items:
        if item.posted_on > built.as_of_on:
            continue
        connection.execute(
            "insert into marts.fct_receivable_items values ('S', ?, 1, split_part(?, ':', 1), ?, 'EUR', ?, ?, ?, ?)",
            [
                item.document_id,
                item.document_id,
                item.customer_id,
                item.posted_on,
                item.due_on,
                item.amount,
                item.amount * item.reporting_rate,
            ],
        )
        for valid_from_on, valid_to_on, open_amount in item.spans:
            reporting_amount = open_amount * item.reporting_rate
            connection.execute(
                "insert into marts.fct_item_intervals values ('S', ?, 1, ?, ?, ?, ?, ?, ?, ?)",
                [
                    item.document_id,
                    item.customer_id,
                    item.due_on,
                    valid_from_on,
                    valid_to_on,
                    open_amount,
                    reporting_amount,
                    item.disputed_amount,
                ],
            )
    _write_figures(connection, built, weeks)
    _write_publications(connection, built)


def _write_figures(connection: duckdb.DuckDBPyConnection, built: Stamp, weeks: int) -> None:
    """The weeks that end on Sundays, the last of which speaks of the as-of day."""
    sunday = built.as_of_on + timedelta(days=7 - built.as_of_on.isoweekday())
    connection.execute("create or replace temp table periods (period_ending_on date, as_of_on date)")
    for back in range(weeks):
        ending_on = sunday - timedelta(weeks=back)
        connection.execute("insert into periods values (?, ?)", [ending_on, min(ending_on, built.as_of_on)])
    connection.execute(_KPIS)


def _write_publications(connection: duckdb.DuckDBPyConnection, built: Stamp) -> None:
    """The marts that speak of publications, with what the raw history has kept until now."""
    connection.execute(
        """
        create or replace table marts.rpt_publications (
            publication_number integer not null, published_at timestamp, build_id varchar, code_version varchar,
            policy_hash varchar, as_of_on date, known_at_load_id integer, newest_load_id integer, is_past boolean,
            reporting_currency varchar, compared_with_number integer, comparison varchar, is_shown boolean
        )
        """
    )
    connection.execute(
        "insert into marts.rpt_publications values (0, null, ?, ?, ?, ?, ?, null, false, 'EUR', null, "
        "'not published', true)",
        [built.build_id, built.code_version, built.policy_hash, built.as_of_on, built.known_at_load_id],
    )
    connection.execute(
        f"""
        create or replace table marts.rpt_reported_kpis as
        with wide as (select period_kind, period_ending_on, as_of_on, entity_id, scope, reporting_currency,
            {", ".join(f"cast({measure} as decimal(28, 8)) as {measure}" for measure in _MEASURES.split(", "))}
            from marts.fct_kpis),
        long as (unpivot wide on {_MEASURES}
            into name measure value measured)
        select
            0 as publication_number, null::timestamp as published_at, '{built.build_id}' as build_id,
            false as is_past, {built.known_at_load_id} as known_at_load_id, period_kind, period_ending_on, as_of_on,
            period_ending_on <= as_of_on as is_complete, entity_id, scope, reporting_currency, measure,
            measured as reported_value, measured as restated, as_of_on as restated_as_of_on,
            (measured - measured)::decimal(28, 8) as difference
        from long
        """
    )
    parts = ("", "reporting_", "overdue_", "over_90_", "disputed_")
    amounts = ", ".join(
        f"before_{part}amount decimal(18, 2), after_{part}amount decimal(18, 2), {part}difference_amount decimal(18, 2)"
        for part in parts
    )
    connection.execute(
        f"""
        create or replace table marts.rpt_restatements (
            publication_number integer, compared_with_number integer, published_at timestamp, build_id varchar,
            restatement_basis varchar, entity_id varchar, document_id varchar, instalment_no integer,
            item_kind varchar, customer_id varchar, currency varchar, reporting_currency varchar,
            valid_from_on date, valid_to_on date, reason varchar, before_due_on date, after_due_on date, {amounts}
        )
        """
    )
