"""Why DSO moved between two rows, exactly: terms, lateness, disputes, unapplied, sales, and rates apart (ruling 20)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from tests.oracle.company import Company
from tests.oracle.days import Period, month_end, month_start
from tests.oracle.items import DOCUMENT_CURRENCY, Item
from tests.oracle.kpis import Kpis, Sums
from tests.oracle.measures import balances_and_flows
from tests.oracle.money import ZERO, money
from tests.oracle.overdue import OVERDUE_EFFECTS, OverdueChange, overdue_changes

COMPONENTS = ("not_due_amount", "overdue_amount", "disputed_overdue_amount", "unapplied_amount", "sales_amount")

DSO_EFFECTS = ("terms", "lateness", "disputes", "unapplied", "sales", "fx")

BridgeKey = tuple[str, date, str, str, str, str]
"""period_kind, period_ending_on, entity_id, reporting_currency, measure, effect."""


@dataclass(frozen=True)
class Effect:
    """One effect: what of the move from the opening to the closing value it makes up."""

    as_of_on: date
    is_complete: bool
    compared_on: date
    effect_order: int
    opening_value: Fraction
    closing_value: Fraction
    value: Fraction


@dataclass(frozen=True)
class Balances:
    """The parts of a row that DSO is made of."""

    not_due: Decimal
    overdue: Decimal
    disputed_overdue: Decimal
    unapplied: Decimal
    sales: Decimal
    window_days: int

    @property
    def receivable(self) -> Decimal:
        """The balance is the sum of its parts."""
        return self.not_due + self.overdue + self.unapplied

    @property
    def dso(self) -> Fraction | None:
        """Balance by sales, times days; null where the balance is negative or nothing was sold."""
        if self.receivable < 0 or self.sales <= 0:
            return None
        return Fraction(self.receivable) * self.days_by_sales

    @property
    def days_by_sales(self) -> Fraction:
        """What one unit of balance is in days."""
        return self.window_days / Fraction(self.sales)


def dso_effects(opening: Balances, closing: Balances) -> dict[str, Fraction]:
    """Each part's change at the mean of days by sales; sales at the mean balance. They add up to the change of DSO."""
    mean = (opening.days_by_sales + closing.days_by_sales) / 2
    mean_receivable = Fraction(opening.receivable + closing.receivable) / 2
    lateness = (closing.overdue - closing.disputed_overdue) - (opening.overdue - opening.disputed_overdue)
    return {
        "terms": Fraction(closing.not_due - opening.not_due) * mean,
        "lateness": Fraction(lateness) * mean,
        "disputes": Fraction(closing.disputed_overdue - opening.disputed_overdue) * mean,
        "unapplied": Fraction(closing.unapplied - opening.unapplied) * mean,
        "sales": mean_receivable * (closing.days_by_sales - opening.days_by_sales),
    }


class Bridges:
    """The bridges of a company, for any distance between the rows."""

    def __init__(self, company: Company, kpis: Kpis) -> None:
        self._company = company
        self._kpis = kpis
        self._changes: dict[tuple[Item, str], list[OverdueChange]] = {}
        self._rows = {(period.period_kind, period.period_ending_on): period for period in kpis.periods}

    def rows(self, weeks_before: int, months_before: int) -> dict[BridgeKey, Effect]:
        """`rpt_kpi_bridge` for 1 and 1; `rpt_kpi_bridge_comparisons` for 4 weeks, or 52 weeks and 12 months.

        Effects on the overdue balance are sums of days: an item that became overdue and was paid between the two rows
        counts in both effects.
        """
        found: dict[BridgeKey, Effect] = {}
        items_of: dict[str, list[Item]] = defaultdict(list)
        for item in self._company.counted:
            items_of[item.document.entity_id].append(item)
            items_of["*"].append(item)
        for entity_id, items in items_of.items():
            first = min(item.document.posted_on for item in items)
            for period in self._kpis.periods:
                before = self._before(period, weeks_before, months_before)
                if before is None or before.as_of_on < first:
                    continue
                for currency in self._company.currencies:
                    effects = (
                        *self._overdue(items, before, period, currency),
                        *self._dso(entity_id, items, before, period, currency),
                    )
                    for measure, effect, row in effects:
                        name = (period.period_kind, period.period_ending_on, entity_id, currency, measure, effect)
                        found[name] = row
        return found

    def _before(self, period: Period, weeks: int, months: int) -> Period | None:
        ending_on = period.period_ending_on
        if period.period_kind == "week":
            return self._rows.get(("week", ending_on - timedelta(days=7 * weeks)))
        return self._rows.get(("month", month_end(month_start(ending_on, months))))

    def _overdue(
        self, items: list[Item], before: Period, period: Period, currency: str
    ) -> Iterator[tuple[str, str, Effect]]:
        opening = Fraction(self._sums(items, before, currency)["overdue_amount"])
        closing = Fraction(self._sums(items, period, currency)["overdue_amount"])
        effects = dict.fromkeys(OVERDUE_EFFECTS, ZERO)
        for item in items:
            for changed_on, effect, amount in self._overdue_changes(item, currency):
                if before.as_of_on < changed_on <= period.as_of_on:
                    effects[effect] += amount
        for effect, value in effects.items():
            yield "overdue", effect, _effect(before, period, OVERDUE_EFFECTS, effect, opening, closing, Fraction(value))

    def _overdue_changes(self, item: Item, currency: str) -> list[OverdueChange]:
        if (item, currency) not in self._changes:
            self._changes[item, currency] = list(overdue_changes(item, currency))
        return self._changes[item, currency]

    def _dso(
        self, entity_id: str, items: list[Item], before: Period, period: Period, currency: str
    ) -> Iterator[tuple[str, str, Effect]]:
        opening = _balances(self._sums(items, before, currency), before)
        closing = _balances(self._sums(items, period, currency), period)
        if opening.dso is None or closing.dso is None:
            return
        effects: dict[str, Fraction] = {}
        at_opening_rates = closing
        if self._has_rates(entity_id, currency):
            constant = self._at_rates_of(items, before, period, currency)
            if constant.dso is not None:
                at_opening_rates = constant
                effects["fx"] = closing.dso - constant.dso
            else:
                effects["fx"] = Fraction(0)
        effects |= dso_effects(opening, at_opening_rates)
        for effect, value in effects.items():
            yield "dso", effect, _effect(before, period, DSO_EFFECTS, effect, opening.dso, closing.dso, value)

    def _has_rates(self, entity_id: str, currency: str) -> bool:
        return entity_id == "*" or self._company.entities[entity_id].base_currency != currency

    def _sums(self, items: list[Item], period: Period, currency: str) -> Sums:
        sums: Sums = defaultdict(lambda: ZERO)
        for item in items:
            for name, value, _ in self._kpis.measures(item, period, currency):
                sums[name] += value
        return sums

    def _at_rates_of(self, items: list[Item], before: Period, period: Period, currency: str) -> Balances:
        """The closing amounts at the opening row's rates, by document currency and part."""
        by_currency: dict[str, list[Item]] = defaultdict(list)
        for item in items:
            by_currency[item.document.currency].append(item)
        sums: Sums = defaultdict(lambda: ZERO)
        for own in by_currency.values():
            opening, closing = self._sums(own, before, currency), self._sums(own, period, currency)
            opening_document, closing_document = _in_document_currency(own, before), _in_document_currency(own, period)
            for name in COMPONENTS:
                if opening_document[name] == 0:
                    sums[name] += closing[name]
                else:
                    rate = Fraction(opening[name]) / Fraction(opening_document[name])
                    sums[name] += money(Fraction(closing_document[name]) * rate)
        return _balances(sums, period)


def _in_document_currency(items: list[Item], period: Period) -> Sums:
    """The same sums in the documents' one currency, unconverted."""
    sums: Sums = defaultdict(lambda: ZERO)
    for item in items:
        for name, value, _ in balances_and_flows(item, period, DOCUMENT_CURRENCY):
            sums[name] += value
    return sums


def _effect(
    before: Period,
    period: Period,
    effects: Sequence[str],
    effect: str,
    opening: Fraction,
    closing: Fraction,
    value: Fraction,
) -> Effect:
    return Effect(
        as_of_on=period.as_of_on,
        is_complete=period.is_complete,
        compared_on=before.period_ending_on,
        effect_order=effects.index(effect) + 1,
        opening_value=opening,
        closing_value=closing,
        value=value,
    )


def _balances(sums: Sums, period: Period) -> Balances:
    return Balances(
        not_due=sums["not_due_amount"],
        overdue=sums["overdue_amount"],
        disputed_overdue=sums["disputed_overdue_amount"],
        unapplied=sums["unapplied_amount"],
        sales=sums["sales_amount"],
        window_days=period.window_days,
    )
