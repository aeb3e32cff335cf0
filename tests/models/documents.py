"""Canonical rows, written the way a bookkeeper would say them: the documents of a test's entities.

A row knows its table and its own columns; the entity it belongs to fills in the rest (``entity_id``, the customer's
code, ids that are unique beyond an entity), so that one file a table holds the documents of every case.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

T = date(2024, 3, 31)
"""The report day of most cases from other systems: a Sunday and the end of a month."""

AS_OF = "2026-08-12"
"""The day the warehouse of all cases is built for: a Wednesday within a month, later than any case's own day."""


def after_t(days: int) -> str:
    """The day ``days`` after T (before, where negative), as ISO text."""
    return (T + timedelta(days=days)).isoformat()


@dataclass(frozen=True)
class Row:
    """One row of a canonical table: ISO days, decimal amounts, all as text."""

    table: str
    values: Mapping[str, str]
    customer: str = ""
    """Which of the entity's customers; empty: its only one."""


def _row(table: str, customer: str = "", /, **columns: str | None) -> Row:
    return Row(table, {name: value for name, value in columns.items() if value is not None}, customer)


def invoice(
    invoice_id: str, amount: str, posted_on: str, due_on: str | None = None, *, customer: str = "", **columns: str
) -> Row:
    """An invoice; ``document_type`` among ``columns`` makes it another document of the table `invoices`."""
    columns.setdefault("document_type", "invoice")
    return _row(
        "invoices", customer, invoice_id=invoice_id, amount=amount, posted_on=posted_on, due_on=due_on, **columns
    )


def credit_note(invoice_id: str, amount: str, posted_on: str, *, customer: str = "", **columns: str) -> Row:
    """A credit note; its amount is negative."""
    return invoice(invoice_id, amount, posted_on, posted_on, customer=customer, document_type="credit_note", **columns)


def adjustment(invoice_id: str, amount: str, posted_on: str, *, customer: str = "", **columns: str) -> Row:
    """A journal entry on the customer's account, either sign."""
    return invoice(invoice_id, amount, posted_on, posted_on, customer=customer, document_type="adjustment", **columns)


def payment(payment_id: str, amount: str, received_on: str, *, customer: str = "", **columns: str) -> Row:
    """Money received; ``payment_type`` among ``columns`` makes it a deposit, refund or bounce."""
    columns.setdefault("payment_type", "payment")
    return _row("payments", customer, payment_id=payment_id, amount=amount, received_on=received_on, **columns)


def bounce(payment_id: str, amount: str, received_on: str, original: str | None, *, customer: str = "") -> Row:
    """A payment given back by the bank; ``original`` is the payment it takes back."""
    return _row(
        "payments",
        customer,
        payment_id=payment_id,
        amount=amount,
        received_on=received_on,
        payment_type="bounce",
        original_payment_id=original,
    )


def allocation(credit_id: str, debit_id: str, amount: str, applied_on: str | None = None, **columns: str) -> Row:
    """An amount of a credit set against a debit; without a day, on the later posting day of the two."""
    return _row(
        "allocations", "", credit_id=credit_id, debit_id=debit_id, amount=amount, applied_on=applied_on, **columns
    )


def schedule(invoice_id: str, *parts: tuple[str, str]) -> tuple[Row, ...]:
    """The instalments of an invoice, each (due day, amount), numbered from 1."""
    return tuple(
        _row("instalments", "", invoice_id=invoice_id, instalment_no=str(number), due_on=due_on, amount=amount)
        for number, (due_on, amount) in enumerate(parts, start=1)
    )


def dispute(dispute_id: str, invoice_id: str, opened_on: str, closed_on: str | None = None, **columns: str) -> Row:
    """A dispute of an invoice, of all of it where no ``amount`` is given."""
    return _row(
        "disputes",
        "",
        dispute_id=dispute_id,
        invoice_id=invoice_id,
        opened_on=opened_on,
        closed_on=closed_on,
        **columns,
    )


def rate(rate_on: str, from_currency: str, to_currency: str, value: str) -> Row:
    """One ``from_currency`` is ``value`` of ``to_currency``."""
    return _row("fx_rates", "", rate_on=rate_on, from_currency=from_currency, to_currency=to_currency, rate=value)


def gl_balance(balance_on: str, amount: str, **columns: str) -> Row:
    """The control account's balance at the end of a day."""
    return _row("gl_balances", "", balance_on=balance_on, amount=amount, **columns)


def reconciling_item(item_id: str, from_on: str, amount: str, explanation: str, **columns: str) -> Row:
    """A difference between ledger and sub-ledger that somebody explained."""
    return _row(
        "gl_reconciling_items", "", item_id=item_id, from_on=from_on, amount=amount, explanation=explanation, **columns
    )


def target(period_on: str, amount: str) -> Row:
    """Cash planned to be collected in the month of ``period_on``, in the entity's base currency."""
    return _row("targets", "", measure="collected_amount", period_on=period_on, amount=amount)


def customer(name: str, **columns: str) -> Row:
    """What is known of one of the entity's customers beyond its code."""
    return _row("customers", name, **columns)


@dataclass(frozen=True, kw_only=True)
class Entity:
    """An entity and its documents. Its customers are those its documents name, unless ``has_customers`` is false."""

    entity_id: str
    documents: tuple[Row, ...]
    base_currency: str = "EUR"
    allocation_policy: str = "stated"
    """``stated``, ``fifo``, or empty: not given."""
    has_customers: bool = True

    def customer_id(self, name: str) -> str:
        """The code of one of its customers: customers are the same everywhere, so each entity has its own."""
        return f"{self.entity_id}-{name}" if name else self.entity_id


ID_COLUMNS = {"allocations": "allocation_id", "disputes": "dispute_id", "gl_reconciling_items": "item_id"}
"""Tables whose key does not hold the entity: their ids must differ between entities."""

WORLD_RATES = (
    ("EUR", "USD", "1.07"),
    ("EUR", "INR", "85.6"),
    ("USD", "INR", "80"),
    ("GBP", "USD", "1.26"),
    ("GBP", "EUR", "1.17757009"),
    ("CAD", "USD", "0.80"),
    ("CAD", "EUR", "0.74766355"),
)
"""What one unit of the first currency is worth in the second on every day a document is posted.

Figures of all entities are made in every currency that books are kept in, so every document needs its rates.
"""


@dataclass
class Extracts:
    """Canonical CSV files of many entities, one file a table."""

    rows: dict[str, list[dict[str, str]]] = field(default_factory=dict)

    def add(self, entity: Entity) -> None:
        """Take in an entity with its documents and customers."""
        self._add(
            "entities",
            {
                "entity_id": entity.entity_id,
                "base_currency": entity.base_currency,
                "allocation_policy": entity.allocation_policy,
            },
        )
        customers: dict[str, dict[str, str]] = {}
        for row in entity.documents:
            values = dict(row.values)
            if row.table in ("invoices", "payments", "customers"):
                values["customer_id"] = entity.customer_id(row.customer)
                if "parent_customer_id" in values:
                    values["parent_customer_id"] = entity.customer_id(values["parent_customer_id"])
                known = customers.setdefault(values["customer_id"], {})
                if row.table == "customers":
                    known.update(values)
                    continue
            if row.table != "fx_rates":
                values["entity_id"] = entity.entity_id
            id_column = ID_COLUMNS.get(row.table)
            if id_column in values:
                values[id_column] = f"{entity.entity_id}:{values[id_column]}"
            self._add(row.table, values)
        if entity.has_customers:
            for customer_id, known in customers.items():
                self._add("customers", {"customer_id": customer_id, **known})

    def add_rates(self, rates: Iterable[tuple[str, str, str]], until: str) -> None:
        """Give every day on which a document is posted, up to ``until``, the same ``rates``.

        A rate that an entity brings for a day itself stays.
        """
        own = {(row["rate_on"], row["from_currency"], row["to_currency"]) for row in self._of("fx_rates")}
        days = {
            row.get("posted_on") or row["received_on"] for table in ("invoices", "payments") for row in self._of(table)
        }
        days |= {row["matures_on"] for row in self._of("payments") if "matures_on" in row}
        for day in sorted(day for day in days if day <= until):
            for from_currency, to_currency, value in rates:
                if (day, from_currency, to_currency) in own:
                    continue
                self._add(
                    "fx_rates",
                    {"rate_on": day, "from_currency": from_currency, "to_currency": to_currency, "rate": value},
                )

    def write(self, folder: Path) -> None:
        """Write one CSV file a table into ``folder``."""
        folder.mkdir(parents=True, exist_ok=True)
        for table, rows in self.rows.items():
            columns: Sequence[str] = list(dict.fromkeys(column for row in rows for column in row))
            with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, columns, restval="")
                writer.writeheader()
                writer.writerows(rows)

    def _of(self, table: str) -> list[dict[str, str]]:
        return self.rows.get(table, [])

    def _add(self, table: str, values: dict[str, str]) -> None:
        self.rows.setdefault(table, []).append(values)
