"""The oracle against numbers that are written down: every case of the marts, asked of it instead of them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache

import pytest

from tests.models.books import AgingBasis, AmountBasis, Amounts, Books
from tests.models.case import Case
from tests.models.documents import AS_OF, WORLD_RATES, Extracts
from tests.models.expectations import (
    Aging,
    Allocations,
    Disputed,
    Expectation,
    ItemColumns,
    Kpis,
    OpenItems,
    WeeklyCounts,
)
from tests.models.golden.cases import GOLDEN_CASES
from tests.models.published.collection import COLLECTION_CASES
from tests.models.rulings.cases import RULING_CASES
from tests.models.rulings.conventions import CONVENTION_CASES
from tests.oracle import OpenItem, Oracle

LOADED_ON = date.fromisoformat(AS_OF)
CASES = (*GOLDEN_CASES, *COLLECTION_CASES, *RULING_CASES, *CONVENTION_CASES)
ASKED = (Aging, Disputed, ItemColumns, Kpis, OpenItems, WeeklyCounts)


class OracleBooks(Books):
    """Answers as the marts of a built file would, from the oracle."""

    def __init__(self, case: Case, as_of: date = LOADED_ON) -> None:
        extracts = Extracts()
        extracts.add(case)
        extracts.add_rates(WORLD_RATES, until=AS_OF)
        for number, row in enumerate(extracts.rows.get("allocations", ())):
            row.setdefault("allocation_id", f"row {number:04}")
        # What a build of all cases reports in, as far as the case asks for it.
        asked = {each.currency for each in case.expected if isinstance(each, Kpis) and each.currency}
        currencies = sorted({"EUR", case.base_currency, *asked})
        self.oracle = Oracle(extracts.rows, as_of, reporting_currencies=currencies)
        self.base_currency = case.base_currency

    def open_items_on(self, entity_id: str, day: date, amounts: AmountBasis = "document") -> Amounts:
        return {name: _amount(item, amounts) for name, item in self._open(day).items()}

    def disputed_on(self, entity_id: str, day: date) -> Amounts:
        return {name: item.disputed_amount for name, item in self._open(day).items() if item.disputed_amount}

    def aging_on(
        self,
        entity_id: str,
        day: date,
        basis: AgingBasis = "due",
        amounts: AmountBasis = "document",
        customer_id: str | None = None,
        currency: str | None = None,
    ) -> Amounts:
        found: Amounts = {}
        for item in self._open(day).values():
            if customer_id in (None, item.customer_id) and currency in (None, item.currency):
                bucket = item.aging_bucket_due if basis == "due" else item.aging_bucket_invoice
                assert bucket is not None
                found[bucket] = found.get(bucket, Decimal(0)) + _amount(item, amounts)
        return found

    def weekly_aging(self, entity_id: str, week_ending_on: date) -> tuple[Amounts, dict[str, int]]:
        found: Amounts = {}
        counts: dict[str, int] = {}
        for key, row in self.oracle.aging_weekly().items():
            if key[0] == week_ending_on and key[1] == entity_id:
                found[key[4]] = found.get(key[4], Decimal(0)) + row.open_amount
                counts[key[4]] = counts.get(key[4], 0) + row.items_count
        return found, counts

    def items(self, entity_id: str) -> dict[str, dict[str, object]]:
        return {self._name(key): dict(row) for key, row in self.oracle.receivable_items().items()}

    def kpis(
        self, entity_id: str, period_kind: str, period_ending_on: date, scope: str = "all", currency: str | None = None
    ) -> dict[str, object] | None:
        key = (period_kind, period_ending_on, entity_id, scope, currency or self.base_currency)
        row = self.oracle.kpis().get(key)
        if row is None:
            return None
        return {name: float(value) if isinstance(value, Fraction) else value for name, value in row.items()}

    def _open(self, day: date) -> dict[str, OpenItem]:
        return {self._name(key): item for key, item in self.oracle.open_items(day).items()}

    def _name(self, key: tuple[str, str, int]) -> str:
        _, document_id, instalment_no = key
        number = document_id.partition(":")[2]
        parts = sum(1 for item in self.oracle.company.items if item.key[:2] == key[:2])
        return f"{number}/{instalment_no}" if parts > 1 else number


def _amount(item: OpenItem, amounts: AmountBasis) -> Decimal:
    return item.open_amount if amounts == "document" else item.base_open_amount


@cache
def _books(entity_id: str) -> OracleBooks:
    (case,) = (case for case in CASES if case.entity_id == entity_id)
    return OracleBooks(case)


def _seen(expectation: Expectation, books: OracleBooks, case: Case) -> object:
    if isinstance(expectation, Allocations):
        return {
            (
                row.credit_document_id.partition(":")[2],
                row.debit_document_id.partition(":")[2],
                row.instalment_no,
                str(row.debit_amount),
                str(row.effective_on),
                None if row.reversed_on is None else str(row.reversed_on),
            )
            for row in books.oracle.allocations()
        }
    return expectation.seen(books, case.entity_id, case.report_on)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.entity_id)
def test_the_oracle_says_what_the_case_says(case: Case) -> None:
    books = _books(case.entity_id)
    for expectation in case.expected:
        if isinstance(expectation, (*ASKED, Allocations)):
            assert _seen(expectation, books, case) == expectation.wanted(), expectation


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.entity_id)
def test_open_items_add_up_to_the_ledger_in_every_month(case: Case) -> None:
    oracle = _books(case.entity_id).oracle
    for period in (period for period in oracle.periods() if period.period_kind == "month"):
        balances = oracle.ledger_balances(period.as_of_on)
        for item_key, item in oracle.open_items(period.as_of_on).items():
            balances[item_key[0], item.currency] -= item.open_amount
        assert not any(balances.values())


KNOWN_LATER = ("cohort_billed_amount", "at_risk_amount", "at_risk_rate")
"""What a month's row knows only 90 days after its end."""


@pytest.mark.parametrize("case", RULING_CASES, ids=lambda case: case.entity_id)
def test_a_past_day_is_the_same_from_the_history_and_asked_anew(case: Case) -> None:
    later = case.report_on + timedelta(days=92)
    history, anew = OracleBooks(case, later).oracle, OracleBooks(case, case.report_on).oracle
    assert history.open_items(case.report_on) == anew.open_items(case.report_on)
    rows = {key: row for key, row in anew.kpis().items() if row["is_complete"]}
    assert rows
    for key, row in rows.items():
        assert {name: history.kpis()[key][name] for name in row if name not in KNOWN_LATER} == {
            name: value for name, value in row.items() if name not in KNOWN_LATER
        }
