"""The whole company replayed once: its items with their allocations, in every currency."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from tests.oracle.currencies import Rates, base_amount, main_currency, reporting_amount
from tests.oracle.days import SEEDS, month_start
from tests.oracle.documents import Books, Document, Entity, Tables
from tests.oracle.fifo import oldest_first
from tests.oracle.items import DOCUMENT_CURRENCY, Item, attach
from tests.oracle.ledger import Piece, Replay, name_pieces
from tests.oracle.money import shares

FUNDING_RATE = Decimal("0.05")


def policy_of_the_seed() -> dict[str, Decimal]:
    """The parameters of the definitions, by name."""
    with (SEEDS / "policy.csv").open(encoding="utf-8", newline="") as file:
        return {"funding_rate": FUNDING_RATE} | {row["policy"]: Decimal(row["value"]) for row in csv.DictReader(file)}


class Company:
    """Documents up to the as-of day, their items, and what was set against what."""

    def __init__(
        self,
        tables: Tables,
        as_of: date,
        policy: Mapping[str, Decimal] | None,
        reporting_currencies: Sequence[str] | None,
    ) -> None:
        self.as_of = as_of
        self.policy = policy_of_the_seed() | dict(policy or {})
        self.books = Books(tables, as_of)
        self.rates = Rates(tables.get("fx_rates", ()), int(self.policy["fx_carry_days"]))
        self.entities = self.books.entities
        self.currencies = list(
            reporting_currencies or sorted({entity.base_currency for entity in self.entities.values()})
        )
        self.main_currency = main_currency(self.entities.values(), self.currencies)
        self.documents = [document for document in self.books.documents if document.posted_on <= as_of]
        self.pieces: list[Piece] = []
        for entity in self.entities.values():
            self.pieces += self._allocate(entity)
        name_pieces(self.pieces)
        self.amounts = {document: self._amounts(document) for document in self.documents}
        self.items = [item for document in self.documents for item in self._items(document)]
        attach(self.items, self.pieces)
        self.counted = [item for item in self.items if item.customer.customer_kind != "intragroup"]

    def _allocate(self, entity: Entity) -> list[Piece]:
        documents = [document for document in self.documents if document.entity_id == entity.entity_id]
        if entity.allocation_policy == "fifo":
            return oldest_first(documents)
        stated = [row for row in self.books.stated if row.credit.entity_id == entity.entity_id]
        return Replay(documents, stated, self.as_of).pieces

    def _amounts(self, document: Document) -> dict[str, Decimal]:
        """A document in base currency, under the name ``""``, and in each reporting currency."""
        entity = self.entities[document.entity_id]
        amounts = {"": base_amount(document, entity, self.rates)}
        for currency in self.currencies:
            amounts[currency] = reporting_amount(document, entity, currency, self.rates)
        return amounts

    def _items(self, document: Document) -> list[Item]:
        parts = document.parts_oldest_due_first
        spread = {
            name: shares(amount, [part.amount for part in parts]) for name, amount in self.amounts[document].items()
        }
        siblings: list[Item] = []
        for number, part in enumerate(parts):
            siblings.append(
                Item(
                    document=document,
                    part=part,
                    customer=self.books.customers[document.customer_id],
                    base_amount=spread[""][number],
                    siblings=siblings,
                    disputes=self.books.disputes.get(document, ()),
                    reporting_amounts={DOCUMENT_CURRENCY: part.amount}
                    | {currency: spread[currency][number] for currency in self.currencies},
                    cash_amounts=self.amounts,
                )
            )
        return siblings

    def targets(self, tables: Tables) -> dict[tuple[str, str], dict[str, Decimal]]:
        """What each entity should collect in a month (``YYYY-MM``), in each reporting currency."""
        found: dict[tuple[str, str], dict[str, Decimal]] = defaultdict(dict)
        for row in tables.get("targets", ()):
            entity = self.entities.get(row.get("entity_id") or "MAIN")
            if entity is None or row["measure"] != "collected_amount":
                continue
            day, amount = date.fromisoformat(row["period_on"]), Decimal(row["amount"])
            if month_start(day) > self.as_of:
                continue
            amounts = found[entity.entity_id, f"{day:%Y-%m}"]
            for currency in self.currencies:
                converted = amount
                if currency != entity.base_currency:
                    converted = self.rates.convert(amount, entity.base_currency, currency, min(day, self.as_of))
                amounts[currency] = amounts.get(currency, Decimal("0.00")) + converted
        return dict(found)
