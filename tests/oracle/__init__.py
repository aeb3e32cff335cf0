"""The independent oracle: the ledger and every metric again, in plain Python, slow and obvious.

Written from the definitions of the figures alone; it knows nothing of the SQL. Amounts are exact decimals, ratios
exact fractions.

Readings it takes where the definitions leave a choice:

* On one day negative allocations take back first (in the order of their ids), then dated endings end: a source that
  says both takes back once. What they do not find in effect they take from that day's allocations between the same
  documents, the last by its id first.
* A part of 0.00 is no part of a schedule; one with a part below zero is ignored.
* A number that several documents share means, in a schedule or a dispute, the first of invoice, debit note, opening and
  (disputes alone) adjustment; for a bounce, the payment or deposit posted first (`stated`: of its customer before
  others', and of those, of its amount).
* A target is converted at its own day, or at the as-of day where that comes first; a month not yet begun has none.
* The last instalment, which takes what is beyond and the rounding rest, is the one due last.
* The credit's own amount of an allocation over instalments in another currency is spread by running sums.
* A part of an allocation in the other currency is its share, rounded; what stays keeps the rest.
* Cash counts by allocation row and instalment as it stood on the row's day, converted and rounded there: how a later
  ending splits the row changes nothing before.
* A rate carried for days goes before the inverse pair of the day itself, and that before the euro.
* Countback's history begins with the first invoice, debit note or credit note.
* `id` in the orders of ruling 4 is `document_id`, which alone is unique in an entity.
* The due calendar shifts by the customer's days beyond terms in the item's own entity, so that the entities add up to
  `*`; what is overdue is waited for like everything else, from the next day on.
* Which of several settlements of one day comes first matters to the rounding of bridges alone: endings, then by name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from tests.oracle.bridges import BridgeKey, Bridges, Effect
from tests.oracle.company import Company
from tests.oracle.control import ControlAccounts, TieOutKey, TieOutRow
from tests.oracle.customers import (
    CalendarKey,
    CalendarRow,
    CustomerWeek,
    CustomerWeekKey,
    customer_weekly,
    due_calendar,
)
from tests.oracle.days import Period, periods
from tests.oracle.documents import Document, Tables
from tests.oracle.figures import Figures, Value
from tests.oracle.items import OpenItem, open_item
from tests.oracle.kpis import DimensionKey, KpiKey, Kpis
from tests.oracle.listings import AgingKey, AgingRow, Columns, aging_weekly, allocation, interval, receivable_item
from tests.oracle.money import ZERO
from tests.oracle.roll_forward import RollForwardKey, roll_forward

__all__ = [
    "Allocation",
    "BridgeKey",
    "CalendarKey",
    "CalendarRow",
    "CustomerWeek",
    "CustomerWeekKey",
    "DimensionKey",
    "Effect",
    "Figures",
    "KpiKey",
    "OpenItem",
    "Oracle",
    "Period",
    "RollForwardKey",
    "Tables",
    "TieOutKey",
    "Value",
]


@dataclass(frozen=True)
class Allocation:
    """What of a credit was set against an instalment, from its day to the day it ended, if it had by the as-of day."""

    entity_id: str
    credit_document_id: str
    debit_document_id: str
    instalment_no: int
    credit_amount: Decimal
    debit_amount: Decimal
    effective_on: date
    reversed_on: date | None
    described: Columns
    """What else the mart says of it."""


class Oracle:
    """Everything the marts should say of the tables on the as-of day."""

    def __init__(
        self,
        tables: Tables,
        as_of: date,
        *,
        policy: Mapping[str, Decimal] | None = None,
        reporting_currencies: Sequence[str] | None = None,
    ) -> None:
        self.company = Company(tables, as_of, policy, reporting_currencies)
        self._tables = tables

    @property
    def main_currency(self) -> str:
        """The reporting currency of customers: the one most books are kept in, the euro among equals."""
        return self.company.main_currency

    def allocations(self) -> list[Allocation]:
        """All that was in effect on some day up to the as-of day."""
        return [
            Allocation(
                piece.credit.entity_id,
                piece.credit.document_id,
                piece.debit.document_id,
                piece.instalment_no,
                piece.credit_amount,
                piece.debit_amount,
                piece.effective_on,
                piece.reversed_on,
                allocation(piece, self._due_days[piece.debit, piece.instalment_no]),
            )
            for piece in self.company.pieces
        ]

    @cached_property
    def _due_days(self) -> dict[tuple[Document, int], date]:
        return {(item.document, item.part.instalment_no): item.part.due_on for item in self.company.items}

    def intervals(self, day: date) -> dict[tuple[str, str, int], Columns]:
        """The rows of `fct_item_intervals` that hold a day, by (entity_id, document_id, instalment_no)."""
        return {item.key: interval(item, self.company, day) for item in self.company.items if item.open_on(day)}

    def open_items(self, day: date) -> dict[tuple[str, str, int], OpenItem]:
        """What is open at the end of a day, by (entity_id, document_id, instalment_no)."""
        return {item.key: open_item(item, day) for item in self.company.items if item.open_on(day)}

    def ledger_balances(self, day: date) -> dict[tuple[str, str], Decimal]:
        """Balance by entity and currency at the end of a day: posting and exchange events alone."""
        found: dict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
        for document in self.company.documents:
            if document.posted_on <= day:
                found[document.entity_id, document.currency] += document.amount
        for piece in self.company.pieces:
            if piece.is_in_effect(day) and piece.credit.currency != piece.debit.currency:
                found[piece.credit.entity_id, piece.credit.currency] += piece.credit_amount
                found[piece.debit.entity_id, piece.debit.currency] -= piece.debit_amount
        return dict(found)

    def ledger_base_balances(self, day: date) -> dict[tuple[str, str], Decimal]:
        """The same in base currency, by entity and document currency: postings, and what settlements relieve."""
        found: dict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
        for item in self.company.items:
            if item.document.posted_on <= day:
                found[item.document.entity_id, item.document.currency] += item.base_open_on(day)
        return dict(found)

    def receivable_items(self) -> dict[tuple[str, str, int], Columns]:
        """`fct_receivable_items` as of the as-of day, by (entity_id, document_id, instalment_no)."""
        return {item.key: receivable_item(item, self.company, self.company.as_of) for item in self.company.items}

    def aging_weekly(self) -> dict[AgingKey, AgingRow]:
        """`fct_aging_weekly`: (week_ending_on, entity_id, segment, currency, aging_bucket) -> the bucket."""
        first = min((item.document.posted_on for item in self.company.items), default=None)
        weeks = [] if first is None else periods(first, self.company.as_of)
        return aging_weekly(self.company, weeks)

    @cached_property
    def _kpis(self) -> Kpis:
        return Kpis(self.company, self.company.targets(self._tables))

    def periods(self) -> list[Period]:
        """Week rows, then month rows, from the first posting on."""
        return self._kpis.periods

    @cached_property
    def _kpi_rows(self) -> dict[KpiKey, Figures]:
        return self._kpis.rows()

    def kpis(self) -> dict[KpiKey, Figures]:
        """`fct_kpis`: (period_kind, period_ending_on, entity_id, scope, reporting_currency) -> every other column."""
        return self._kpi_rows

    def kpis_by_dimension(self) -> dict[DimensionKey, Figures]:
        """`fct_kpis_by_dimension`: the key of `fct_kpis`, then dimension and member -> every other column."""
        return self._kpis.rows_by_dimension()

    def bridges(self, weeks_before: int = 1, months_before: int = 1) -> dict[BridgeKey, Effect]:
        """`rpt_kpi_bridge`; its comparisons by the other distances (4 weeks; 52 weeks and 12 months)."""
        return Bridges(self.company, self._kpis).rows(weeks_before, months_before)

    def roll_forward(self) -> dict[RollForwardKey, Figures]:
        """`rpt_roll_forward`: (month_ending_on, entity_id, currency, amount_basis) -> every other column."""
        return roll_forward(self.company, ControlAccounts(self.company, self._tables))

    def tie_out(self) -> dict[TieOutKey, TieOutRow]:
        """`rpt_tie_out`: (balance_on, entity_id, account, currency, amount_basis) -> every other column."""
        return ControlAccounts(self.company, self._tables).tie_out()

    def customer_weekly(self) -> dict[CustomerWeekKey, CustomerWeek]:
        """`fct_customer_weekly`: (week_ending_on, entity_id, customer_id) -> all that is not credit risk."""
        return customer_weekly(self.company, self._kpis)

    def due_calendar(self) -> dict[CalendarKey, CalendarRow]:
        """`rpt_due_calendar`: (entity_id, reporting_currency, calendar_basis, due_order) -> every other column."""
        return due_calendar(self.company, self._kpis)
