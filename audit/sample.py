"""The confirmation sample: seeded, stratified by amount, the same on every machine.

Population: debits open at the day, in the main reporting currency. Three strata of about a third of the population's
amount each: with items from the largest down, the bound of a stratum is the amount at which the running sum has
reached a third (two thirds) of the whole; an item at the bound is in the higher stratum. Each stratum gives a third
of the sample, the higher ones what does not divide; one that has too few gives its places to the others, largest
first. So a currency unit in a large item is as likely to be asked about as one in a small item. Within a stratum the
items drawn are those with the lowest SHA-256 of `seed|entity|document|instalment`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from audit.marts import Marts, Row

STRATA = ("high", "middle", "low")


@dataclass(frozen=True)
class Drawn:
    """The items to confirm, and the strata they were drawn from."""

    items: list[Row]
    strata: list[Row]


def explained(size: int, seed: int) -> list[str]:
    """How the sample was drawn, in words that let anyone draw it again."""
    return [
        f"{size} items asked for, seed {seed}. Population: debits open at the day, in reporting currency.",
        "Strata: with the largest first, each holds about a third of the amount; their bounds are on the sheet Strata.",
        "Within a stratum: the lowest SHA-256 of seed|entity|document id|instalment (column Draw).",
    ]


def shares(size: int, held: Sequence[int]) -> list[int]:
    """How many items each stratum gives: equal parts, the first ones what does not divide, none more than it holds.

    >>> shares(10, [2, 5, 50])
    [2, 4, 4]
    """
    given = [0] * len(held)
    left = min(size, sum(held))
    while left:
        open_strata = [place for place, most in enumerate(held) if given[place] < most]
        part, rest = divmod(left, len(open_strata))
        for order, place in enumerate(open_strata):
            more = min(part + (order < rest), held[place] - given[place])
            given[place] += more
            left -= more
    return given


def draw(marts: Marts, *, size: int, seed: int) -> Drawn:
    """Draw from the table ``open_items``."""
    marts.connection.execute(
        """
        create or replace temp table population as
        with running as (
            select
                *, sum(reporting_open_amount) over (
                    order by reporting_open_amount desc, entity_id, document_id, instalment_no
                    rows between unbounded preceding and current row
                ) - reporting_open_amount as amount_before,
                sum(reporting_open_amount) over () as amount_of_all
            from open_items
            where open_amount > 0 and reporting_open_amount > 0
        ),
        bounds as (
            select
                min(case when 3 * amount_before < amount_of_all then reporting_open_amount end) as high_from,
                min(case when 3 * amount_before < 2 * amount_of_all then reporting_open_amount end) as middle_from
            from running
        )
        select
            running.*,
            case
                when reporting_open_amount >= high_from then 1 when reporting_open_amount >= middle_from then 2 else 3
            end as stratum_order,
            sha256(concat_ws('|', $seed, entity_id, document_id, instalment_no)) as draw
        from running
        cross join bounds
        """,
        {"seed": str(seed)},
    )
    strata = marts.rows(
        """
        select
            stratum_order, min(reporting_currency) as reporting_currency, min(reporting_open_amount) as from_amount,
            max(reporting_open_amount) as to_amount, count(*) as items_count,
            cast(sum(reporting_open_amount) as decimal(18, 2)) as items_amount
        from population group by stratum_order order by stratum_order
        """
    )
    given = shares(size, [int(str(stratum["items_count"])) for stratum in strata])
    items: list[Row] = []
    for stratum, count in zip(strata, given, strict=True):
        stratum["stratum"] = STRATA[int(str(stratum["stratum_order"])) - 1]
        drawn = marts.rows(
            "select * from population where stratum_order = $stratum order by draw limit $count",
            {"stratum": stratum["stratum_order"], "count": count},
        )
        stratum["drawn_count"] = len(drawn)
        stratum["drawn_amount"] = sum((Decimal(str(item["reporting_open_amount"])) for item in drawn), Decimal("0.00"))
        items += [{**item, "stratum": stratum["stratum"]} for item in drawn]
    for number, item in enumerate(items, start=1):
        item["sample_no"] = number
    return Drawn(items, strata)
