"""The marts beside the oracle: every row and column of each, to the cent; what differs, in words."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tests.models.compiled import Warehouse
from tests.oracle import Oracle


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
    "rpt_due_calendar",
)
"""The marts that are set beside the oracle."""

OF_THE_LOAD = {"rpt_load_drifts", "rpt_loads", "rpt_passport", "rpt_publications", "rpt_rejects", "rpt_reported_kpis"}
"""Marts that tell of files, times and builds: there are none in memory."""

NOT_TOLD: Mapping[str, Mapping[str, str]] = {
    "fct_allocations": {
        "allocation_id": "a name; what stands between two items is compared whatever it is called",
        "applied_on": "as the source gives it; what counts is effective_on",
        "credit_through_amount": "a running sum that keeps the rounding of parts together; no figure of its own",
        "allocation_source": "how it was known, told by cases of its own",
    },
    "fct_item_intervals": {
        "valid_from_on": "the oracle is asked day by day",
        "valid_to_on": "the oracle is asked day by day",
    },
}
"""Columns of a compared mart that the oracle does not tell, each with its reason. No other may be passed over.

Of `fct_receivable_events` balances are compared, not rows: an event has no columns of its own to be told.
"""

KPI_KEY = ("period_kind", "period_ending_on", "entity_id", "scope", "reporting_currency")

ITEM_KEY = ("entity_id", "document_id", "instalment_no")

DAYS_WITHIN = timedelta(days=40)
"""Open items are compared on each day of so long before the as-of day, and at the end of every row before."""


def differences(warehouse: Warehouse, oracle: Oracle) -> Iterator[Difference]:
    """All that the marts of ``warehouse`` and ``oracle`` do not both say. The marts `COMPARED` must have been made."""
    yield from _allocations(warehouse, oracle)
    yield from _open_items(warehouse, oracle)
    yield from _ledger_balances(warehouse, oracle)
    yield from compare(
        "fct_receivable_items", ITEM_KEY, _all(warehouse, "fct_receivable_items"), oracle.receivable_items()
    )
    key: tuple[str, ...] = ("week_ending_on", "entity_id", "segment", "currency", "aging_bucket")
    buckets = {place: asdict(row) for place, row in oracle.aging_weekly().items()}
    yield from compare("fct_aging_weekly", key, _all(warehouse, "fct_aging_weekly"), buckets)
    yield from compare("fct_kpis", KPI_KEY, _all(warehouse, "fct_kpis"), oracle.kpis())
    key = ("entity_id", "reporting_currency", "calendar_basis", "due_order")
    yield from compare("rpt_due_calendar", key, _all(warehouse, "rpt_due_calendar"), oracle.due_calendar())


def _all(warehouse: Warehouse, mart: str) -> list[dict[str, object]]:
    return warehouse.records(f"select * from marts.{mart}")


def is_same(seen: object, wanted: object) -> bool:
    """Amounts, days and counts exactly; a ratio as the double nearest to it, or next to it."""
    match seen, wanted:
        case float(), Fraction():
            return math.isclose(seen, float(wanted), rel_tol=1e-14, abs_tol=1e-14)
        case float(), _:
            return wanted is not None and seen == wanted
    return seen == wanted


def compare(
    mart: str,
    key_names: tuple[str, ...],
    records: Iterable[Mapping[str, object]],
    wanted: Mapping[Any, Mapping[str, object]],
) -> Iterator[Difference]:
    """Rows by key: each on both sides, with the same columns, equal in each."""
    seen = {tuple(row[name] for name in key_names): row for row in records}
    place_of_entity, not_told = key_names.index("entity_id"), NOT_TOLD.get(mart, {})
    for key in sorted(seen.keys() | wanted.keys(), key=str):
        entity_id, place = str(key[place_of_entity]), " ".join(map(str, key))
        if key not in wanted:
            yield Difference(entity_id, mart, f"{place}: not wanted: {_told(seen[key])}")
        elif key not in seen:
            yield Difference(entity_id, mart, f"{place}: missing: {_told(wanted[key])}")
        else:
            for name in sorted((seen[key].keys() - {*key_names, *not_told}) ^ wanted[key].keys()):
                who = "the mart" if name in wanted[key] else "the oracle"
                yield Difference(entity_id, mart, f"{place} {name}: {who} does not know this column", name)
            for name, value in wanted[key].items():
                if name in seen[key] and not is_same(seen[key][name], value):
                    text = f"{place} {name}: {seen[key][name]}, the oracle says {_said(value)}"
                    yield Difference(entity_id, mart, text, name)


def _told(row: Mapping[str, object]) -> str:
    return ", ".join(f"{name} {_said(value)}" for name, value in row.items())


def _said(value: object) -> object:
    return float(value) if isinstance(value, Fraction) else value


ALLOCATION_KEY = (
    "entity_id",
    "credit_document_id",
    "debit_document_id",
    "instalment_no",
    "effective_on",
    "reversed_on",
)


def _allocations(warehouse: Warehouse, oracle: Oracle) -> Iterator[Difference]:
    """What of each credit stood against each debit, between which days, whatever rows it is made of."""
    wanted: dict[tuple[object, ...], dict[str, object]] = {}
    for each in oracle.allocations():
        row = {name: getattr(each, name) for name in ("credit_amount", "debit_amount")}
        key = tuple(getattr(each, name) for name in ALLOCATION_KEY)
        wanted[key] = _added(wanted.get(key), {**row, **each.described})
    seen: dict[tuple[object, ...], dict[str, object]] = {}
    for record in _all(warehouse, "fct_allocations"):
        key = tuple(record[name] for name in ALLOCATION_KEY)
        seen[key] = _added(seen.get(key), record)
    yield from compare("fct_allocations", ALLOCATION_KEY, seen.values(), wanted)


def _added(before: Mapping[str, object] | None, row: Mapping[str, object]) -> dict[str, object]:
    """The row with the amounts of those before it."""
    sums = dict(row)
    for name in ("credit_amount", "debit_amount") if before else ():
        amount, more = before[name] if before else None, row[name]
        assert isinstance(amount, Decimal)
        assert isinstance(more, Decimal)
        sums[name] = amount + more
    return sums


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
    """What is open of each item at the end of a day, in every currency, and what of it is disputed."""
    mart = "fct_item_intervals"
    spans = _all(warehouse, mart)
    for day in _days(oracle):
        seen: dict[tuple[object, ...], Mapping[str, object]] = {}
        for span in spans:
            valid_from_on, valid_to_on = span["valid_from_on"], span["valid_to_on"]
            assert isinstance(valid_from_on, date)
            assert valid_to_on is None or isinstance(valid_to_on, date)
            if valid_from_on <= day and (valid_to_on is None or day < valid_to_on):
                key = tuple(span[name] for name in ITEM_KEY)
                if key in seen:
                    yield Difference(str(key[0]), mart, f"{key}: two spans on {day}")
                seen[key] = span
        for difference in compare(mart, ITEM_KEY, seen.values(), oracle.intervals(day)):
            yield replace(difference, text=f"on {day} {difference.text}")


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
