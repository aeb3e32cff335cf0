"""Rows of figures: what every item adds, summed by entity and `*`, and by the members of each dimension."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from decimal import Decimal

from tests.oracle.company import Company
from tests.oracle.days import Period, periods
from tests.oracle.figures import Figures, beside_target, figures
from tests.oracle.items import Item
from tests.oracle.measures import Measure, measures
from tests.oracle.money import ZERO

SCOPES = ("all", "clean")

KpiKey = tuple[str, date, str, str, str]
"""period_kind, period_ending_on, entity_id, scope, reporting_currency."""

DimensionKey = tuple[str, date, str, str, str, str, str]
"""The same, then dimension and member."""

NONE = "Not given"

DIMENSIONS: dict[str, Callable[[Item, Company], str]] = {
    "segment": lambda item, company: item.customer.segment or NONE,
    "sales_owner": lambda item, company: item.customer.sales_owner or NONE,
    "collector": lambda item, company: item.customer.collector or NONE,
    "country_code": lambda item, company: item.customer.country_code or NONE,
    "group_customer_id": lambda item, company: company.books.groups[item.customer.customer_id],
    "currency": lambda item, company: item.document.currency,
}

Sums = dict[str, Decimal]
Group = tuple[str, ...]


def entity_and_total(item: Item) -> tuple[str, str]:
    """The two rows of figures an item counts in."""
    return (item.document.entity_id, "*")


class Kpis:
    """Figures of every period of a company; what an item adds to a row is worked out once."""

    def __init__(self, company: Company, targets: dict[tuple[str, str], dict[str, Decimal]]) -> None:
        self._company = company
        self._targets = targets
        self._measures: dict[tuple[Item, Period, str], list[Measure]] = {}
        self._figures_of: dict[tuple[tuple[Item, ...], Period, str], tuple[Figures, Figures]] = {}
        first = min((item.document.posted_on for item in company.counted), default=None)
        self.periods: list[Period] = [] if first is None else periods(first, company.as_of)

    def measures(self, item: Item, period: Period, currency: str) -> list[Measure]:
        """What the item adds to the row of the period."""
        key = (item, period, currency)
        if key not in self._measures:
            self._measures[key] = list(measures(item, period, currency, self._company.policy))
        return self._measures[key]

    def rows(self) -> dict[KpiKey, Figures]:
        """`fct_kpis`."""

        def groups(item: Item) -> list[Group]:
            return [(name,) for name in entity_and_total(item)]

        found: dict[KpiKey, Figures] = {}
        for period, currency, (entity_id,), scope, row in self._rows(groups):
            key = (period.period_kind, period.period_ending_on, entity_id, scope, currency)
            found[key] = beside_target(row, self._target(period, currency, entity_id))
        return found

    def rows_by_dimension(self) -> dict[DimensionKey, Figures]:
        """`fct_kpis_by_dimension`; targets are the entities' and no member has one."""
        company = self._company

        def groups(item: Item) -> list[Group]:
            members = [(dimension, member(item, company)) for dimension, member in DIMENSIONS.items()]
            return [(entity_id, *member) for entity_id in entity_and_total(item) for member in members]

        found: dict[DimensionKey, Figures] = {}
        for period, currency, (entity_id, dimension, member), scope, row in self._rows(groups):
            key = (period.period_kind, period.period_ending_on, entity_id, scope, currency, dimension, member)
            found[key] = beside_target(row, None)
        return found

    def _rows(self, groups: Callable[[Item], Iterable[Group]]) -> Iterator[tuple[Period, str, Group, str, Figures]]:
        """The row of each period, currency, group and scope, from the group's first posting on."""
        items_of: dict[Group, list[Item]] = defaultdict(list)
        for item in self._company.counted:
            for group in groups(item):
                items_of[group].append(item)
        for group, items in items_of.items():
            first = min(item.document.posted_on for item in items)
            for period in self.periods:
                if period.as_of_on >= first:
                    for currency in self._company.currencies:
                        rows = self._figures(tuple(items), period, currency)
                        for scope, row in zip(SCOPES, rows, strict=True):
                            yield period, currency, group, scope, row

    def _figures(self, items: tuple[Item, ...], period: Period, currency: str) -> tuple[Figures, Figures]:
        """The rows `all` and `clean` of some items; members that hold the same items have the same."""
        key = (items, period, currency)
        if key not in self._figures_of:
            all_sums: Sums = {}
            clean_sums: Sums = {}
            for item in items:
                for name, value, clean in self.measures(item, period, currency):
                    all_sums[name] = all_sums.get(name, ZERO) + value
                    clean_sums[name] = clean_sums.get(name, ZERO) + clean
            company = self._company
            row = figures(all_sums, period, company.as_of, company.policy)
            same = all_sums == clean_sums
            clean_row = row if same else figures(clean_sums, period, company.as_of, company.policy)
            self._figures_of[key] = (row, clean_row)
        return self._figures_of[key]

    def _target(self, period: Period, currency: str, entity_id: str) -> Decimal | None:
        if period.period_kind == "week":
            return None
        month = f"{period.period_ending_on:%Y-%m}"
        given = [
            amounts[currency]
            for (name, target_month), amounts in self._targets.items()
            if target_month == month and entity_id in (name, "*")
        ]
        return sum(given, ZERO) if given else None
