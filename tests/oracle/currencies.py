"""Rates and conversions: direct, the inverse pair, through the euro; carried seven days (rulings 23 and 24)."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from tests.oracle.days import month_start
from tests.oracle.documents import Books, Document, Entity, Row, Tables
from tests.oracle.money import money


class MissingRateError(Exception):
    """There is no rate for a currency on a day on which one is needed."""

    def __init__(self, from_currency: str, to_currency: str, day: date) -> None:
        super().__init__(f"no rate from {from_currency} to {to_currency} on {day}")
        self.from_currency, self.to_currency, self.day = from_currency, to_currency, day


class Rates:
    """The rates given, and what an amount is worth by them."""

    def __init__(self, rows: Sequence[Row], carry_days: int) -> None:
        self._carry = timedelta(days=carry_days)
        given: dict[tuple[str, str], dict[date, Fraction]] = defaultdict(dict)
        for row in rows:
            day = date.fromisoformat(row["rate_on"])
            given[row["from_currency"], row["to_currency"]][day] = Fraction(row["rate"])
        self._given = {pair: sorted(rates.items()) for pair, rates in given.items()}

    def rate(self, from_currency: str, to_currency: str, day: date) -> Fraction | None:
        """What one unit is worth, exactly; none where no rate reaches the day."""
        if from_currency == to_currency:
            return Fraction(1)
        found = self._pair(from_currency, to_currency, day)
        if found is None and "EUR" not in (from_currency, to_currency):
            first, second = self._pair(from_currency, "EUR", day), self._pair("EUR", to_currency, day)
            if first is not None and second is not None:
                found = first * second
        return found

    def convert(self, amount: Decimal, from_currency: str, to_currency: str, day: date) -> Decimal:
        """``amount`` in the other currency, rounded once."""
        rate = self.rate(from_currency, to_currency, day)
        if rate is None:
            raise MissingRateError(from_currency, to_currency, day)
        return money(Fraction(amount) * rate)

    def _pair(self, from_currency: str, to_currency: str, day: date) -> Fraction | None:
        direct = self._carried(from_currency, to_currency, day)
        if direct is not None:
            return direct
        inverse = self._carried(to_currency, from_currency, day)
        return None if inverse is None else 1 / inverse

    def _carried(self, from_currency: str, to_currency: str, day: date) -> Fraction | None:
        rates = self._given.get((from_currency, to_currency), [])
        place = bisect_right(rates, day, key=lambda rate: rate[0])
        if place == 0 or day - rates[place - 1][0] > self._carry:
            return None
        return rates[place - 1][1]


def missing_rates(tables: Tables, as_of: date, carry_days: int = 7) -> set[tuple[str, str, date]]:
    """The currencies and day of each rate that a document or a target up to the as-of day needs and does not have.

    Reported is in every currency that books are kept in.
    """
    books, rates = Books(tables, as_of), Rates(tables.get("fx_rates", ()), carry_days)
    currencies = {entity.base_currency for entity in books.entities.values()}
    needed: set[tuple[str, str, date]] = set()
    for document in books.documents:
        if document.posted_on <= as_of:
            base_currency = books.entities[document.entity_id].base_currency
            others = currencies - {base_currency}
            if document.given_base_amount is None:
                others = currencies | {base_currency}
            needed |= {(document.currency, other, document.posted_on) for other in others}
    for row in tables.get("targets", ()):
        day = date.fromisoformat(row["period_on"])
        if month_start(day) <= as_of and row["entity_id"] in books.entities:
            base_currency = books.entities[row["entity_id"]].base_currency
            needed |= {(base_currency, other, min(day, as_of)) for other in currencies}
    return {(one, other, day) for one, other, day in needed if rates.rate(one, other, day) is None}


def base_amount(document: Document, entity: Entity, rates: Rates) -> Decimal:
    """A document in the currency its entity's books are kept in: at its own rate, else the posting day's."""
    if document.currency == entity.base_currency:
        return document.amount
    if document.given_base_amount is not None:
        return document.given_base_amount
    return rates.convert(document.amount, document.currency, entity.base_currency, document.posted_on)


def reporting_amount(document: Document, entity: Entity, currency: str, rates: Rates) -> Decimal:
    """A document in a reporting currency: straight from its own, once; the base amount where that is the currency."""
    if currency == entity.base_currency:
        return base_amount(document, entity, rates)
    return rates.convert(document.amount, document.currency, currency, document.posted_on)


def main_currency(entities: Iterable[Entity], currencies: Sequence[str]) -> str:
    """The reporting currency that most books are kept in; the euro among equals."""
    books = Counter(entity.base_currency for entity in entities)
    return min(currencies, key=lambda currency: (-books[currency], currency != "EUR", currency))
