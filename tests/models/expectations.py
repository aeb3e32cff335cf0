"""What a case says must be seen in the marts, and how it is looked up.

Each expectation is whole: a document, a bucket or an exception it does not name must not be there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Protocol

from tests.models.books import AgingBasis, AmountBasis, Books

Value = str | int | Fraction | bool | None
"""An amount or a rounded ratio as text, a count, an exact ratio, or that there is none."""


class Expectation(Protocol):
    """Something that must be seen of an entity."""

    def seen(self, books: Books, entity_id: str, report_on: date) -> object:
        """What the marts show, in the form of :meth:`wanted`."""

    def wanted(self) -> object:
        """What must be shown."""


def as_written(seen: object, wanted: Value) -> Value:
    """``seen`` in the form ``wanted`` is written in; equal to it only where it holds.

    Amounts are exact. A ratio is a double: against text it is rounded to the text's decimals, half up; against a
    fraction it must be the double nearest to it.
    """
    match seen, wanted:
        case Decimal(), str():
            return wanted if seen == Decimal(wanted) else str(seen)
        case float(), str():
            return str(Decimal(repr(seen)).quantize(Decimal(wanted), ROUND_HALF_UP))
        case float(), Fraction():
            return wanted if seen == float(wanted) else Fraction(seen)
        case date(), _:
            return seen.isoformat()
        case None | bool() | int() | str(), _:
            return seen
    return repr(seen)


def _written(seen: Mapping[str, object], wanted: Mapping[str, Value]) -> dict[str, Value]:
    return {name: as_written(value, wanted.get(name)) for name, value in seen.items()}


def _exactly(amounts: Mapping[str, Decimal]) -> dict[str, Decimal]:
    return dict(sorted(amounts.items()))


def _decimals(amounts: Mapping[str, str]) -> dict[str, Decimal]:
    return _exactly({name: Decimal(amount) for name, amount in amounts.items()})


@dataclass(frozen=True)
class OpenItems:
    """All that is open at the end of a day (the case's, unless given), by document or ``document/instalment``."""

    amounts: Mapping[str, str]
    on: str | None = None
    basis: AmountBasis = "document"

    def seen(self, books: Books, entity_id: str, report_on: date) -> object:
        return _exactly(books.open_items_on(entity_id, _day(self.on, report_on), self.basis))

    def wanted(self) -> object:
        return _decimals(self.amounts)


@dataclass(frozen=True)
class Disputed:
    """All disputed parts of what is open at the end of a day, by document or ``document/instalment``."""

    amounts: Mapping[str, str]
    on: str | None = None

    def seen(self, books: Books, entity_id: str, report_on: date) -> object:
        return _exactly(books.disputed_on(entity_id, _day(self.on, report_on)))

    def wanted(self) -> object:
        return _decimals(self.amounts)


@dataclass(frozen=True)
class Aging:
    """All that is open at the end of a day, by bucket; of one customer or currency where named."""

    buckets: Mapping[str, str]
    on: str | None = None
    by: AgingBasis = "due"
    customer: str | None = None
    currency: str | None = None
    basis: AmountBasis = "document"

    def seen(self, books: Books, entity_id: str, report_on: date) -> object:
        customer_id = f"{entity_id}-{self.customer}" if self.customer else None
        day = _day(self.on, report_on)
        return _exactly(books.aging_on(entity_id, day, self.by, self.basis, customer_id, self.currency))

    def wanted(self) -> object:
        return _decimals(self.buckets)


@dataclass(frozen=True)
class WeeklyCounts:
    """How many items are in each bucket of the week that ends on the case's day."""

    counts: Mapping[str, int]

    def seen(self, books: Books, entity_id: str, report_on: date) -> object:
        return books.weekly_aging(entity_id, report_on)[1]

    def wanted(self) -> object:
        return dict(self.counts)


@dataclass(frozen=True)
class Kpis:
    """Figures of one row of `fct_kpis`: amounts exact, ratios as rounded as they are written."""

    figures: Mapping[str, Value]
    ending: str | None = None
    period: str = "month"
    scope: str = "all"
    currency: str | None = None

    def seen(self, books: Books, entity_id: str, report_on: date) -> object:
        row = books.kpis(entity_id, self.period, _day(self.ending, report_on), self.scope, self.currency)
        if row is None:
            return "no such row"
        return _written({name: row[name] for name in self.figures}, self.figures)

    def wanted(self) -> object:
        return dict(self.figures)


@dataclass(frozen=True)
class ItemColumns:
    """Columns of `fct_receivable_items`, by document: as of the day of the whole build, not of the case."""

    items: Mapping[str, Mapping[str, Value]]

    def seen(self, books: Books, entity_id: str, report_on: date) -> object:
        items = books.items(entity_id)
        return {
            label: _written({name: items[label][name] for name in columns}, columns)
            if label in items
            else "no such item"
            for label, columns in self.items.items()
        }

    def wanted(self) -> object:
        return {label: dict(columns) for label, columns in self.items.items()}


@dataclass(frozen=True)
class TieOut:
    """One row of `rpt_tie_out`: an account's balances on a day, in document or base currency."""

    figures: Mapping[str, Value]
    account: str = "AR"
    currency: str = "EUR"
    basis: AmountBasis = "base"
    on: str | None = None

    def seen(self, books: Books, entity_id: str, report_on: date) -> object:
        found = books.records(
            "select * from marts.rpt_tie_out "
            "where entity_id = ? and account = ? and currency = ? and amount_basis = ? and balance_on = ?",
            [entity_id, self.account, self.currency, self.basis, _day(self.on, report_on)],
        )
        return [_written({name: row[name] for name in self.figures}, self.figures) for row in found]

    def wanted(self) -> object:
        return [dict(self.figures)]


@dataclass(frozen=True)
class Revaluation:
    """All rows of `rpt_revaluation`, by currency: as of the day of the whole build, not of the case."""

    currencies: Mapping[str, Mapping[str, Value]]

    def seen(self, books: Books, entity_id: str, report_on: date) -> object:
        found = books.records("select * from marts.rpt_revaluation where entity_id = ?", [entity_id])
        return {
            str(row["currency"]): _written(
                {name: row[name] for name in self.currencies.get(str(row["currency"]), row)},
                self.currencies.get(str(row["currency"]), {}),
            )
            for row in found
        }

    def wanted(self) -> object:
        return {currency: dict(figures) for currency, figures in self.currencies.items()}


@dataclass(frozen=True)
class RollForward:
    """One month of `rpt_roll_forward`; without figures: that there is no such row. Its columns must add up."""

    figures: Mapping[str, Value]
    currency: str = "EUR"
    basis: AmountBasis = "document"
    ending: str | None = None

    def seen(self, books: Books, entity_id: str, report_on: date) -> object:
        found = books.records(
            "select *, opening_amount + billed_amount + credited_amount + collected_amount + refunded_amount "
            "+ bounced_amount + written_off_amount + adjusted_amount + fx_amount as added from marts.rpt_roll_forward "
            "where entity_id = ? and currency = ? and amount_basis = ? and month_ending_on = ?",
            [entity_id, self.currency, self.basis, _day(self.ending, report_on)],
        )
        return [
            (_written({name: row[name] for name in self.figures}, self.figures), row["added"] == row["closing_amount"])
            for row in found
        ]

    def wanted(self) -> object:
        return [(dict(self.figures), True)] if self.figures else []


BRIDGE_PRECISION = Fraction(1, 10**9)
"""To how much of a day a bridge of DSO is held."""


@dataclass(frozen=True)
class Bridge:
    """All effects of one bridge from the row before, in the entity's base currency; without effects: there is none.

    Amounts (text) are exact; days (fractions) hold to a billionth.
    """

    effects: Mapping[str, str | Fraction]
    opening: str | Fraction = ""
    closing: str | Fraction = ""
    measure: str = "dso"
    ending: str | None = None
    period: str = "month"

    def seen(self, books: Books, entity_id: str, report_on: date) -> object:
        found = books.records(
            "select effect, opening_value, closing_value, value from marts.rpt_kpi_bridge "
            "inner join marts.dim_entities as entities using (entity_id) "
            "where entity_id = ? and measure = ? and period_kind = ? and period_ending_on = ? "
            "and reporting_currency = entities.base_currency",
            [entity_id, self.measure, self.period, _day(self.ending, report_on)],
        )
        return {
            str(row["effect"]): tuple(
                _as_held(row[name], wanted)
                for name, wanted in (
                    ("opening_value", self.opening),
                    ("closing_value", self.closing),
                    ("value", self.effects.get(str(row["effect"]), "")),
                )
            )
            for row in found
        }

    def wanted(self) -> object:
        return {effect: (self.opening, self.closing, value) for effect, value in self.effects.items()}


def _as_held(seen: object, wanted: str | Fraction) -> str | Fraction:
    """``wanted`` where it is seen, else what is: amounts to the last digit, days to a billionth."""
    assert isinstance(seen, Decimal), f"{seen!r} is not an exact figure"
    if isinstance(wanted, Fraction):
        return wanted if abs(Fraction(seen) - wanted) <= BRIDGE_PRECISION else Fraction(seen)
    return wanted if wanted and seen == Decimal(wanted) else str(seen)


@dataclass(frozen=True)
class Exceptions:
    """The exceptions listed for the entity: kind and key of each, all of them."""

    keys: frozenset[tuple[str, str]]

    def __init__(self, *keys: tuple[str, str]) -> None:
        object.__setattr__(self, "keys", frozenset(keys))

    def seen(self, books: Books, entity_id: str, report_on: date) -> object:
        rows = books.rows("select exception_kind, key from marts.rpt_exceptions where entity_id = ?", [entity_id])
        return {(str(kind), str(key).removeprefix(f"{entity_id}:")) for kind, key in rows}

    def wanted(self) -> object:
        return set(self.keys)


@dataclass(frozen=True)
class Allocations:
    """All of the entity's allocations: (credit, debit, instalment, amount, first day, day it ended or none)."""

    rows: frozenset[tuple[str, str, int, str, str, str | None]]

    def __init__(self, *rows: tuple[str, str, int, str, str, str | None]) -> None:
        object.__setattr__(self, "rows", frozenset(rows))

    def seen(self, books: Books, entity_id: str, report_on: date) -> object:
        return {
            (
                str(credit).partition(":")[2],
                str(debit).partition(":")[2],
                number,
                str(amount),
                str(effective_on),
                None if reversed_on is None else str(reversed_on),
            )
            for credit, debit, number, amount, effective_on, reversed_on in books.rows(
                "select credit_document_id, debit_document_id, instalment_no, debit_amount, effective_on, reversed_on "
                "from marts.fct_allocations where entity_id = ?",
                [entity_id],
            )
        }

    def wanted(self) -> object:
        return set(self.rows)


@dataclass(frozen=True)
class Events:
    """All events of some kinds: (kind, day, document, amount, amount in base)."""

    kinds: tuple[str, ...]
    rows: tuple[tuple[str, str, str, str, str], ...]

    def seen(self, books: Books, entity_id: str, report_on: date) -> object:
        return sorted(
            (str(kind), str(event_on), str(document).partition(":")[2], str(amount), str(base_amount))
            for kind, event_on, document, amount, base_amount in books.rows(
                "select event_kind, event_on, document_id, amount, base_amount from marts.fct_receivable_events "
                "where entity_id = ? and list_contains(?, event_kind)",
                [entity_id, list(self.kinds)],
            )
        )

    def wanted(self) -> object:
        return sorted(self.rows)


def _day(given: str | None, report_on: date) -> date:
    return report_on if given is None else date.fromisoformat(given)
