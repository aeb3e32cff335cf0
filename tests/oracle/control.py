"""Control accounts: what the general ledger says beside what its items add up to (metrics 2, ruling 25)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tests.oracle.company import Company
from tests.oracle.days import periods
from tests.oracle.documents import Tables
from tests.oracle.figures import Figures
from tests.oracle.items import Item
from tests.oracle.money import ZERO

AccountKey = tuple[str, str, str, str]
"""entity_id, account, currency, amount_basis."""

TieOutKey = tuple[date, str, str, str, str]
"""balance_on, then the account."""

TieOutRow = dict[str, Decimal | str | None]


@dataclass(frozen=True)
class _Given:
    """A balance of the general ledger, or an amount that explains a part of the difference."""

    entity_id: str
    account: str
    currency: str
    amount: Decimal
    from_on: date
    to_on: date | None


class ControlAccounts:
    """The accounts of a company, what is open on them and what the ledger says."""

    def __init__(self, company: Company, tables: Tables) -> None:
        self._company = company
        self._items: dict[AccountKey, list[Item]] = defaultdict(list)
        for item in company.items:
            document = item.document
            base_currency = company.entities[document.entity_id].base_currency
            self._items[document.entity_id, document.account, document.currency, "document"].append(item)
            self._items[document.entity_id, document.account, base_currency, "base"].append(item)
        self._balances = [
            balance for balance in self._given(tables, "gl_balances", "balance_on") if balance.from_on <= company.as_of
        ]
        self._explained = self._given(tables, "gl_reconciling_items", "from_on")
        self.ledger: dict[AccountKey, dict[date, Decimal]] = defaultdict(dict)
        for balance in self._balances:
            for basis in self._bases(balance):
                key = (balance.entity_id, balance.account, balance.currency, basis)
                self.ledger[key][balance.from_on] = balance.amount

    def _given(self, tables: Tables, table: str, day: str) -> list[_Given]:
        entities = self._company.entities
        return [
            _Given(
                entity_id=row["entity_id"],
                account=row.get("account") or "AR",
                currency=row.get("currency") or entities[row["entity_id"]].base_currency,
                amount=Decimal(row["amount"]),
                from_on=date.fromisoformat(row[day]),
                to_on=date.fromisoformat(row["to_on"]) if row.get("to_on") else None,
            )
            for row in tables.get(table, ())
            if row["entity_id"] in entities
        ]

    def _bases(self, balance: _Given) -> tuple[str, ...]:
        """In base currency it speaks of all that the account holds; with nothing foreign on it, of documents too."""
        base_currency = self._company.entities[balance.entity_id].base_currency
        if balance.currency != base_currency:
            return ("document",)
        held = self._items.get((balance.entity_id, balance.account, base_currency, "base"), ())
        is_foreign = any(item.document.currency != base_currency for item in held)
        return ("base",) if is_foreign else ("base", "document")

    def open_amounts(self, key: AccountKey, day: date) -> list[Decimal]:
        """What is open of each item of an account at the end of a day."""
        amounts = [(item.open_on(day), item.base_open_on(day)) for item in self._items.get(key, ())]
        return [base if key[3] == "base" else amount for amount, base in amounts if amount]

    def explained(self, key: AccountKey, day: date) -> Decimal:
        """What somebody explained of the difference of a day."""
        return sum(
            (
                item.amount
                for item in self._explained
                if (item.entity_id, item.account, item.currency) == key[:3]
                and item.from_on <= day
                and (item.to_on is None or day <= item.to_on)
            ),
            ZERO,
        )

    def tie_out(self) -> dict[TieOutKey, TieOutRow]:
        """Each account at each week's end and on each day that gives any balance."""
        first = min((item.document.posted_on for item in self._company.items), default=None)
        weeks = [] if first is None else periods(first, self._company.as_of)
        days = {week.as_of_on for week in weeks if week.period_kind == "week"}
        days |= {balance.from_on for balance in self._balances}
        return {(day, *key): self._row(key, day) for key in {*self._items, *self.ledger} for day in days}

    def _row(self, key: AccountKey, day: date) -> TieOutRow:
        amounts = self.open_amounts(key, day)
        balance = sum(amounts, ZERO)
        given = self.ledger.get(key, {}).get(day)
        row: TieOutRow = dict.fromkeys(("buckets_amount", "open_amount", "receivable_amount"), balance)
        row["unapplied_amount"] = sum((amount for amount in amounts if amount < 0), ZERO)
        row["gl_amount"] = given
        row["gl_source"] = None if given is None else "given"
        row["explained_amount"] = row["unexplained_amount"] = None
        row["tie_out_status"] = "not tied"
        if given is not None:
            explained = self.explained(key, day)
            unexplained = given - balance - explained
            is_tied = abs(unexplained) <= self._company.policy["gl_tolerance_amount"]
            row["explained_amount"], row["unexplained_amount"] = explained, unexplained
            row["tie_out_status"] = "tied" if is_tied else "unexplained"
        return row

    def together(self, entity_id: str, currency: str, basis: str, day: date) -> Figures:
        """All accounts of an entity and currency, on a day on which each that was posted to gives a balance."""
        keys = [
            key
            for key in {*self._items, *self.ledger}
            if (key[0], key[2], key[3]) == (entity_id, currency, basis)
            and (
                day in self.ledger.get(key, {})
                or any(item.document.posted_on <= day for item in self._items.get(key, ()))
            )
        ]
        names = ("gl_amount", "explained_amount", "unexplained_amount")
        sums: Figures = dict.fromkeys(names)
        if keys and all(day in self.ledger.get(key, {}) for key in keys):
            ledger = sum((self.ledger[key][day] for key in keys), ZERO)
            explained = sum((self.explained(key, day) for key in keys), ZERO)
            balance = sum((amount for key in keys for amount in self.open_amounts(key, day)), ZERO)
            sums = dict(zip(names, (ledger, explained, ledger - balance - explained), strict=True))
        return sums
