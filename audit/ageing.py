"""The aged balance of any day, on either basis, in any slabs: a filter on the intervals, without a build."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from audit.marts import Marts, Row
from audit.slabs import Slab
from encours.errors import EncoursError

_NO_BOUND = 1_000_000


class Basis(StrEnum):
    """From which day items age."""

    DUE = "due"
    INVOICE = "invoice"


class By(StrEnum):
    """What a row is: a customer of an entity, or an entity; in each currency."""

    CUSTOMER = "customer"
    ENTITY = "entity"


def aged(marts: Marts, day: date, basis: Basis, by: By, slabs: Sequence[Slab]) -> list[Row]:
    """What is open at the end of ``day``: a row an entity (and customer), currency and bucket.

    Columns: entity_id, customer_id (by customer), currency, bucket_order, aging_bucket, base_currency, open_amount,
    base_open_amount, items_count. Exact; buckets with nothing in them have no row.

    Raises:
        EncoursError: the file cannot speak of the day, or the buckets do not add up to the ledger's balance.
    """
    marts.check_day(day)
    marts.connection.execute(
        "create or replace temp table slabs (bucket_order integer, aging_bucket varchar, is_unapplied boolean, "
        "from_days integer, to_days integer)"
    )
    marts.connection.executemany(
        "insert into slabs values (?, ?, ?, ?, ?)",
        [
            (
                slab.bucket_order,
                slab.aging_bucket,
                slab.is_unapplied,
                -_NO_BOUND if slab.from_days is None else slab.from_days,
                _NO_BOUND if slab.to_days is None else slab.to_days,
            )
            for slab in slabs
        ],
    )
    keys = "entity_id, currency" if by is By.ENTITY else "entity_id, customer_id, currency"
    aging_day = "due_on" if basis is Basis.DUE else "invoiced_on"
    # Whole days first: a few thousand ages find their slab, not millions of items.
    marts.connection.execute(
        f"""
        create or replace temp table aged as
        with by_age as (
            select
                {keys}, base_currency, open_amount < 0 as is_unapplied, $day - {aging_day} as age_days,
                sum(open_amount) as open_amount, sum(base_open_amount) as base_open_amount, count(*) as items_count
            from fct_item_intervals
            where valid_from_on <= $day and (valid_to_on is null or valid_to_on > $day)
            group by all
        )
        select
            {keys}, slabs.bucket_order, slabs.aging_bucket, base_currency,
            cast(sum(open_amount) as decimal(18, 2)) as open_amount,
            cast(sum(base_open_amount) as decimal(18, 2)) as base_open_amount,
            cast(sum(items_count) as bigint) as items_count
        from by_age
        inner join slabs
            on by_age.is_unapplied = slabs.is_unapplied
            and (slabs.is_unapplied or by_age.age_days between slabs.from_days and slabs.to_days)
        group by all
        """,
        {"day": day},
    )
    _tie(marts, day, keys)
    return marts.rows(f"select * from aged order by {keys}, bucket_order")


def _tie(marts: Marts, day: date, keys: str) -> None:
    """Hold the buckets against the balance of the ledger's events on the day."""
    wrong = marts.rows(
        f"""
        select {keys}, sum(aged) as aged, sum(ledger) as ledger
        from (
            select {keys}, open_amount as aged, 0 as ledger, base_open_amount as base_aged, 0 as base_ledger from aged
            union all
            select {keys}, 0, amount, 0, base_amount from fct_receivable_events where event_on <= $day
        )
        group by all
        having sum(aged) <> sum(ledger) or sum(base_aged) <> sum(base_ledger)
        order by {keys}
        limit 1
        """,
        {"day": day},
    )
    for row in wrong:
        key = " / ".join(str(row[name]) for name in keys.split(", "))
        raise EncoursError(
            f"The buckets of {key} on {day} add up to {row['aged']}, the ledger to {row['ledger']}: "
            "the published file is not sound. Build and publish again."
        )
