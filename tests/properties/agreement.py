"""The marts beside the oracle: every row and column both know, to the cent; what differs, in words."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tests.models.compiled import Warehouse
from tests.oracle import OpenItem, Oracle


@dataclass(frozen=True)
class Difference:
    """What one of the two says of an entity (or of ``*``) and the other does not."""

    entity_id: str
    mart: str
    text: str
    column: str = ""

    def __str__(self) -> str:
        return f"{self.mart} {self.text}"


COMPARED = (
    "fct_allocations",
    "fct_item_intervals",
    "fct_receivable_events",
    "fct_receivable_items",
    "fct_aging_weekly",
    "fct_kpis",
)
"""The marts that are set beside the oracle."""

KPI_KEY = ("period_kind", "period_ending_on", "entity_id", "scope", "reporting_currency")

DAYS_WITHIN = timedelta(days=40)
"""Open items are compared on each day of so long before the as-of day, and at the end of every row before."""

ITEM_KEY = ("entity_id", "document_id", "instalment_no")


def differences(warehouse: Warehouse, oracle: Oracle) -> Iterator[Difference]:
    """All that the marts of ``warehouse`` and ``oracle`` do not both say. The marts `COMPARED` must have been made."""
    yield from _allocations(warehouse, oracle)
    yield from _open_items(warehouse, oracle)
    yield from _ledger_balances(warehouse, oracle)
    yield from compare(
        "fct_receivable_items",
        {key_of(row, ITEM_KEY): row for row in warehouse.records("select * from marts.fct_receivable_items")},
        oracle.receivable_items(),
    )
    yield from _aging_weekly(warehouse, oracle)
    yield from compare(
        "fct_kpis",
        {key_of(row, KPI_KEY): row for row in warehouse.records("select * from marts.fct_kpis")},
        {key: flagged(row) for key, row in oracle.kpis().items()},
        place_of_entity=2,
    )


def flagged(row: Mapping[str, object]) -> Mapping[str, object]:
    """A row of figures; the flag of countback speaks of its days, and where there are none it says nothing."""
    if row["dso_countback_days"] is None:
        return {name: value for name, value in row.items() if name != "is_countback_exhausted"}
    return row


def is_same(seen: object, wanted: object) -> bool:
    """Amounts, days and counts exactly; a ratio as the double nearest to it, or next to it."""
    match seen, wanted:
        case float(), Fraction():
            return math.isclose(seen, float(wanted), rel_tol=1e-14, abs_tol=1e-14)
        case float(), _:
            return wanted is not None and seen == wanted
    return seen == wanted


def key_of(row: Mapping[str, object], names: tuple[str, ...]) -> tuple[object, ...]:
    return tuple(row[name] for name in names)


def compare(
    mart: str,
    seen: Mapping[tuple[object, ...], Mapping[str, object]],
    wanted: Mapping[Any, Mapping[str, object]],
    place_of_entity: int = 0,
) -> Iterator[Difference]:
    """Rows by key: each on both sides, equal in each column that both have."""
    for key in sorted(seen.keys() | wanted.keys(), key=str):
        entity_id, place = str(key[place_of_entity]), " ".join(map(str, key))
        if key not in wanted:
            yield Difference(entity_id, mart, f"{place}: not wanted: {_told(seen[key])}")
        elif key not in seen:
            yield Difference(entity_id, mart, f"{place}: missing: {_told(wanted[key])}")
        else:
            for name, value in wanted[key].items():
                if name in seen[key] and not is_same(seen[key][name], value):
                    text = f"{place} {name}: {seen[key][name]}, the oracle says {_said(value)}"
                    yield Difference(entity_id, mart, text, name)


def _told(row: Mapping[str, object]) -> str:
    return ", ".join(f"{name} {_said(value)}" for name, value in row.items())


def _said(value: object) -> object:
    return float(value) if isinstance(value, Fraction) else value


def _allocations(warehouse: Warehouse, oracle: Oracle) -> Iterator[Difference]:
    """What of each credit stood against each debit, between which days."""
    seen: dict[tuple[object, ...], tuple[object, object]] = {
        tuple(row[:6]): (row[6], row[7])
        for row in warehouse.rows(
            """
            select
                entity_id, credit_document_id, debit_document_id, instalment_no, effective_on, reversed_on,
                sum(credit_amount), sum(debit_amount)
            from marts.fct_allocations group by all
            """
        )
    }
    wanted: dict[tuple[object, ...], tuple[Decimal, Decimal]] = {}
    for each in oracle.allocations():
        key: tuple[object, ...] = (
            each.entity_id,
            each.credit_document_id,
            each.debit_document_id,
            each.instalment_no,
            each.effective_on,
            each.reversed_on,
        )
        before = wanted.get(key, (Decimal(0), Decimal(0)))
        wanted[key] = (before[0] + each.credit_amount, before[1] + each.debit_amount)
    for key in sorted(seen.keys() | wanted.keys(), key=str):
        if seen.get(key) != wanted.get(key):
            said = f"{' '.join(map(str, key))}: {_sums(seen.get(key))}, the oracle says {_sums(wanted.get(key))}"
            yield Difference(str(key[0]), "fct_allocations", said)


def _sums(amounts: tuple[object, object] | None) -> str:
    return "nothing" if amounts is None else f"{amounts[0]} for {amounts[1]}"


def _days(oracle: Oracle) -> list[date]:
    as_of = oracle.company.as_of
    days = {period.as_of_on for period in oracle.periods()}
    first = min((document.posted_on for document in oracle.company.documents), default=as_of)
    day = max(first - timedelta(days=1), as_of - DAYS_WITHIN)
    while day <= as_of:
        days.add(day)
        day += timedelta(days=1)
    return sorted(days)


def _open_items(warehouse: Warehouse, oracle: Oracle) -> Iterator[Difference]:
    """What is open of each item at the end of a day, in document and base currency, and what of it is disputed."""
    spans = warehouse.records("select * from marts.fct_item_intervals")
    for day in _days(oracle):
        seen: dict[tuple[object, ...], Mapping[str, object]] = {}
        for span in spans:
            valid_from_on, valid_to_on = span["valid_from_on"], span["valid_to_on"]
            assert isinstance(valid_from_on, date)
            assert valid_to_on is None or isinstance(valid_to_on, date)
            if valid_from_on <= day and (valid_to_on is None or day < valid_to_on):
                key = key_of(span, ITEM_KEY)
                if key in seen:
                    yield Difference(str(key[0]), "fct_item_intervals", f"{key}: two spans on {day}")
                seen[key] = span
        wanted = {key: _columns(item) for key, item in oracle.open_items(day).items()}
        for difference in compare("fct_item_intervals", seen, wanted):
            yield replace(difference, text=f"on {day} {difference.text}")


def _columns(item: OpenItem) -> dict[str, object]:
    return {
        name: getattr(item, name)
        for name in ("customer_id", "account", "currency", "open_amount", "base_open_amount", "disputed_amount")
    }


def _ledger_balances(warehouse: Warehouse, oracle: Oracle) -> Iterator[Difference]:
    """The balance of each row's day, from the events that make it."""
    for day in sorted({period.as_of_on for period in oracle.periods()}):
        seen = {
            (str(entity_id), str(currency)): balance
            for entity_id, currency, balance in warehouse.rows(
                """
                select entity_id, currency, sum(amount) from marts.fct_receivable_events
                where event_on <= $day and event_kind not in ('applied', 'transfer')
                group by all having sum(amount) <> 0
                """,
                {"day": day},
            )
        }
        wanted = {key: balance for key, balance in oracle.ledger_balances(day).items() if balance}
        for key in sorted(seen.keys() | wanted.keys()):
            if seen.get(key) != wanted.get(key):
                said = f"{key} on {day}: {seen.get(key)}, the oracle says {wanted.get(key)}"
                yield Difference(key[0], "fct_receivable_events", said)


def _aging_weekly(warehouse: Warehouse, oracle: Oracle) -> Iterator[Difference]:
    """Each bucket of each week, in document and base currency, and how many items are in it."""
    key = ("week_ending_on", "entity_id", "segment", "currency", "aging_bucket")
    rows = warehouse.records(
        """
        select
            week_ending_on, entity_id, segment, currency, aging_bucket,
            sum(open_amount) as open_amount, sum(base_open_amount) as base_open_amount,
            sum(disputed_amount) as disputed_amount, sum(items_count) as items_count
        from marts.fct_aging_weekly group by all
        """
    )
    wanted = {
        key: {
            "open_amount": row.open_amount,
            "base_open_amount": row.base_open_amount,
            "disputed_amount": row.disputed_amount,
            "items_count": row.items_count,
        }
        for key, row in oracle.aging_weekly().items()
    }
    yield from compare("fct_aging_weekly", {key_of(row, key): row for row in rows}, wanted, place_of_entity=1)
