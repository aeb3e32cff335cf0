"""The documents: canonical rows of text read into what the ledger knows, drafts and voids left out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from tests.oracle.days import due_by_terms
from tests.oracle.money import ZERO, share

Row = Mapping[str, str]
Tables = Mapping[str, Sequence[Row]]
"""Canonical table name -> rows of text columns; a column that is absent or empty is not given."""

CASH = frozenset({"payment", "deposit"})
SALES = frozenset({"invoice", "debit_note", "credit_note"})
BILLED = frozenset({"invoice", "debit_note"})
CLAIMS = frozenset({"invoice", "debit_note", "opening"})
"""What late rates and days to pay speak of, above zero (ruling 13), and what may be due in parts."""


def sales_month(day: date) -> str:
    """The name of a calendar month's credit sales; names are in the order of months."""
    return f"sales of {day.year:04}-{day.month:02}"


@dataclass(frozen=True)
class Part:
    """An instalment, or the whole of a document that has none."""

    instalment_no: int
    due_on: date
    amount: Decimal


@dataclass(frozen=True, eq=False)
class Document:
    """One document of the sub-ledger; ``amount`` is signed: positive = the customer owes more."""

    entity_id: str
    kind: str
    number: str
    customer_id: str
    account: str
    currency: str
    amount: Decimal
    given_base_amount: Decimal | None
    invoiced_on: date
    posted_on: date
    received_on: date
    """Receipt day of cash, posting day of all else."""
    parts: tuple[Part, ...]
    """By instalment number."""
    original: Document | None = None
    """The payment a bounce takes back."""
    is_flagged_disputed: bool = False
    is_due_on_derived: bool = False

    @cached_property
    def sales_month(self) -> str:
        """The measure that its sale adds to, for counting back."""
        return sales_month(self.posted_on)

    @cached_property
    def document_id(self) -> str:
        """Unique in the entity."""
        return f"{self.kind}:{self.number}"

    @property
    def parts_oldest_due_first(self) -> list[Part]:
        """In the order that credits and disputes fill them."""
        return sorted(self.parts, key=lambda part: (part.due_on, part.instalment_no))


@dataclass(frozen=True)
class Entity:
    """A legal entity and how its cash is set against its documents."""

    entity_id: str
    base_currency: str
    allocation_policy: str


@dataclass(frozen=True)
class Customer:
    """A customer, given or derived from the documents (ruling 10)."""

    customer_id: str
    customer_kind: str = "private"
    segment: str | None = None
    sales_owner: str | None = None
    collector: str | None = None
    country_code: str | None = None
    payment_terms: str | None = None
    parent_customer_id: str | None = None


@dataclass(frozen=True)
class StatedAllocation:
    """A row of `allocations` between two known documents; ``amount`` below zero takes an earlier one back."""

    allocation_id: str
    credit: Document
    debit: Document
    amount: Decimal
    credit_amount: Decimal
    instalment_no: int | None
    effective_on: date
    reversed_on: date | None


@dataclass(frozen=True)
class Dispute:
    """What a customer contests of a document; no amount: all that is open."""

    opened_on: date
    closed_on: date | None
    amount: Decimal | None


class Books:
    """Everything the tables say, by name."""

    def __init__(self, tables: Tables, as_of: date) -> None:
        self.as_of = as_of
        self.customers = {row["customer_id"]: _customer(row) for row in tables.get("customers", ())}
        self._given = {row["entity_id"]: row for row in tables.get("entities", ())}
        self._schedules = _schedules(tables.get("instalments", ()))
        self._policies = _policies(tables, self._given)
        self.documents: list[Document] = []
        self.settlements: list[StatedAllocation] = []
        invoices = [row for row in tables.get("invoices", ()) if _get(row, "status", "posted") == "posted"]
        self._meant = _meant(invoices)
        self._named = _named(tables.get("allocations", ()))
        for row in invoices:
            self._add_invoice(row)
        self._add_payments(tables.get("payments", ()))
        names = dict.fromkeys([*self._given, *(document.entity_id for document in self.documents)])
        self.entities = {
            name: Entity(name, self._base_currency(name), self._policies.get(name, "fifo")) for name in names
        }
        for document in self.documents:
            self.customers.setdefault(document.customer_id, Customer(document.customer_id))
        self.by_number: dict[tuple[str, str], list[Document]] = defaultdict(list)
        for document in self.documents:
            self.by_number[document.entity_id, document.number].append(document)
        self.stated = [*self.settlements, *self._stated(tables.get("allocations", ()))]
        self.disputes = self._disputes(tables.get("disputes", ()))
        self.groups = _groups(self.customers)

    def is_counted(self, customer_id: str) -> bool:
        """Whether figures know the customer: those of the group itself are left out."""
        return self.customers[customer_id].customer_kind != "intragroup"

    def _base_currency(self, entity_id: str) -> str:
        return self._given[entity_id]["base_currency"]

    def _add_invoice(self, row: Row) -> None:
        entity_id = _get(row, "entity_id", "MAIN")
        amount = Decimal(row["amount"])
        kind = _get(row, "document_type", "invoice" if amount >= 0 else "credit_note")
        posted_on = date.fromisoformat(row["posted_on"])
        invoiced_on = _day(row, "invoiced_on") or posted_on
        whole = Part(1, self._due_on(row, invoiced_on), amount)
        schedule = self._schedules.get((entity_id, row["invoice_id"]), ())
        is_meant = kind in CLAIMS and amount > 0 and kind == self._meant.get((entity_id, row["invoice_id"]))
        adds_up = is_meant and bool(schedule) and sum((part.amount for part in schedule), ZERO) == amount
        adds_up = adds_up and all(part.amount > 0 for part in schedule)
        document = Document(
            entity_id=entity_id,
            kind=kind,
            number=row["invoice_id"],
            customer_id=row["customer_id"],
            account=_get(row, "account", "AR"),
            currency=_get(row, "currency", "") or self._base_currency(entity_id),
            amount=amount,
            given_base_amount=_amount(row, "base_amount"),
            invoiced_on=invoiced_on,
            posted_on=posted_on,
            received_on=posted_on,
            parts=tuple(schedule) if adds_up else (whole,),
            is_flagged_disputed=_get(row, "is_disputed", "false").lower() in ("true", "1", "yes"),
            is_due_on_derived=not adds_up and not row.get("due_on"),
        )
        self.documents.append(document)
        self._add_settlement(row, document)

    def _add_settlement(self, row: Row, document: Document) -> None:
        """A one-row-an-invoice file says what was paid, and perhaps when: a payment at the invoice's own rate."""
        settled_on, given = _day(row, "settled_on"), _amount(row, "paid_amount")
        still_open = _amount(row, "open_amount")
        if settled_on is None and given is None and still_open is None:
            return
        sign = 1 if document.amount > 0 else -1
        # Credits settle, too: where less was paid than is no longer open, what is open decides.
        said = [abs(given)] if given is not None else []
        said += [sign * (document.amount - still_open)] if still_open is not None else []
        # What allocations name is told with its payment, and not told twice.
        named = sum(
            (
                sign * amount
                for kind, amount in self._named.get((document.entity_id, document.number), ())
                if kind in ("", document.kind) and sign * amount > 0
            ),
            ZERO,
        )
        paid = max(said, default=abs(document.amount)) - named
        if paid <= 0:
            return
        # Received when it was paid, also where the invoice was posted only later.
        posted_on = settled_on or self.as_of
        base_amount = document.given_base_amount
        payment = Document(
            entity_id=document.entity_id,
            kind="payment" if document.amount > 0 else "refund",
            number=document.document_id,
            customer_id=document.customer_id,
            account=document.account,
            currency=document.currency,
            amount=-paid if document.amount > 0 else paid,
            given_base_amount=None if base_amount is None else -share(base_amount, paid, abs(document.amount)),
            invoiced_on=posted_on,
            posted_on=posted_on,
            received_on=posted_on,
            parts=(Part(1, posted_on, -paid if document.amount > 0 else paid),),
        )
        self.documents.append(payment)
        credit, debit = (payment, document) if document.amount > 0 else (document, payment)
        self.settlements.append(
            StatedAllocation(
                allocation_id=f"settled:{document.entity_id}:{credit.document_id}:{debit.document_id}",
                credit=credit,
                debit=debit,
                amount=paid,
                credit_amount=paid,
                instalment_no=None,
                effective_on=max(posted_on, document.posted_on),
                reversed_on=None,
            )
        )

    def _due_on(self, row: Row, invoiced_on: date) -> date:
        """Given, else by the document's terms, else by the customer's, else the document's own day."""
        given = _day(row, "due_on")
        if given:
            return given
        customer = self.customers.get(row["customer_id"])
        terms = _get(row, "payment_terms", "") or (customer and customer.payment_terms) or ""
        return due_by_terms(terms, invoiced_on) or invoiced_on

    def _add_payments(self, rows: Sequence[Row]) -> None:
        counted = [row for row in rows if _get(row, "status", "posted") == "posted"]
        payments: dict[tuple[str, str], list[Document]] = defaultdict(list)
        for row in counted:
            if _get(row, "payment_type", "payment") != "bounce":
                document = self._payment(row, None)
                self.documents.append(document)
                if document.kind in CASH:
                    payments[document.entity_id, document.number].append(document)
        for row in counted:
            if _get(row, "payment_type", "payment") == "bounce":
                entity_id, name = _get(row, "entity_id", "MAIN"), _get(row, "original_payment_id", "")
                self.documents.append(self._payment(row, self._returned(row, payments.get((entity_id, name), []))))

    def _returned(self, row: Row, payments: list[Document]) -> Document | None:
        """The payment a bounce takes back: the first posted that has the number.

        As stated: in its own currency, of its customer before another's, of its amount before others.
        """
        entity_id = _get(row, "entity_id", "MAIN")
        if self._policies.get(entity_id, "fifo") != "fifo":
            currency = _get(row, "currency", "") or self._base_currency(entity_id)
            payments = [payment for payment in payments if payment.currency == currency]
            payments = [payment for payment in payments if payment.customer_id == row["customer_id"]] or payments
            payments = [payment for payment in payments if payment.amount == -Decimal(row["amount"])] or payments
        return min(payments, key=lambda payment: (payment.posted_on, payment.kind != "payment"), default=None)

    def _payment(self, row: Row, original: Document | None) -> Document:
        entity_id, kind = _get(row, "entity_id", "MAIN"), _get(row, "payment_type", "payment")
        written_on = received_on = date.fromisoformat(row["received_on"])
        posted_on = _day(row, "posted_on") or received_on
        matures_on = _day(row, "matures_on")
        if matures_on:
            # Ruling 1: posted, allocated and received on the later of the two.
            posted_on = received_on = max(posted_on, matures_on)
        sign = -1 if kind in CASH else 1
        base_amount = _amount(row, "base_amount")
        due_on = posted_on
        # A payment that comes only later cannot change what the bounce was due when it came.
        if original and original.posted_on <= posted_on and self._policies.get(entity_id, "fifo") == "fifo":
            due_on = original.received_on
        amount = sign * Decimal(row["amount"])
        return Document(
            entity_id=entity_id,
            kind=kind,
            number=row["payment_id"],
            customer_id=row["customer_id"],
            account=_get(row, "account", "AR"),
            currency=_get(row, "currency", "") or self._base_currency(entity_id),
            amount=amount,
            given_base_amount=None if base_amount is None else sign * abs(base_amount),
            invoiced_on=written_on,
            posted_on=posted_on,
            received_on=received_on,
            parts=(Part(1, due_on, amount),),
            original=original,
        )

    def _find(self, entity_id: str, number: str, kind: str, is_debit: bool) -> Document | None:
        found = [
            document
            for document in self.by_number.get((entity_id, number), ())
            if (document.amount > 0) == is_debit and kind in ("", document.kind)
        ]
        return found[0] if len(found) == 1 else None

    def _stated(self, rows: Sequence[Row]) -> list[StatedAllocation]:
        found = []
        for row in rows:
            entity_id = _get(row, "entity_id", "MAIN")
            credit = self._find(entity_id, row["credit_id"], _get(row, "credit_kind", ""), is_debit=False)
            debit = self._find(entity_id, row["debit_id"], _get(row, "debit_kind", ""), is_debit=True)
            if credit is None or debit is None:
                continue
            amount = Decimal(row["amount"])
            credit_amount = amount if credit.currency == debit.currency else _amount(row, "credit_amount")
            if credit_amount is None:
                continue
            posted_on = max(credit.posted_on, debit.posted_on)
            number = _get(row, "instalment_no", "")
            found.append(
                StatedAllocation(
                    allocation_id=row["allocation_id"],
                    credit=credit,
                    debit=debit,
                    amount=amount,
                    credit_amount=credit_amount,
                    instalment_no=int(number) if number else None,
                    effective_on=max(posted_on, _day(row, "applied_on") or posted_on),
                    reversed_on=_day(row, "reversed_on"),
                )
            )
        return found

    def _disputes(self, rows: Sequence[Row]) -> dict[Document, list[Dispute]]:
        found: dict[Document, list[Dispute]] = defaultdict(list)
        for row in rows:
            entity_id = _get(row, "entity_id", "MAIN")
            for document in self.by_number.get((entity_id, row["invoice_id"]), ()):
                if document.amount > 0 and document.kind == self._meant.get((entity_id, row["invoice_id"])):
                    opened_on = date.fromisoformat(row["opened_on"])
                    found[document].append(Dispute(opened_on, _day(row, "closed_on"), _amount(row, "amount")))
        return found


def _get(row: Row, column: str, default: str) -> str:
    return row.get(column) or default


def _day(row: Row, column: str) -> date | None:
    text = row.get(column)
    return date.fromisoformat(text) if text else None


def _amount(row: Row, column: str) -> Decimal | None:
    text = row.get(column)
    return Decimal(text) if text else None


def _customer(row: Row) -> Customer:
    return Customer(
        customer_id=row["customer_id"],
        customer_kind=_get(row, "customer_kind", "private"),
        segment=row.get("segment") or None,
        sales_owner=row.get("sales_owner") or None,
        collector=row.get("collector") or None,
        country_code=row.get("country_code") or None,
        payment_terms=row.get("payment_terms") or None,
        parent_customer_id=row.get("parent_customer_id") or None,
    )


def _schedules(rows: Sequence[Row]) -> dict[tuple[str, str], list[Part]]:
    found: dict[tuple[str, str], list[Part]] = defaultdict(list)
    for row in rows:
        part = Part(int(row["instalment_no"]), date.fromisoformat(row["due_on"]), Decimal(row["amount"]))
        found[_get(row, "entity_id", "MAIN"), row["invoice_id"]].append(part)
    # A part of nothing is no part.
    return {
        name: sorted((part for part in parts if part.amount), key=lambda part: part.instalment_no)
        for name, parts in found.items()
    }


def _named(rows: Sequence[Row]) -> dict[tuple[str, str], list[tuple[str, Decimal]]]:
    """What allocations that have not ended take off documents, signed as these are, and the kind they name."""
    named: dict[tuple[str, str], list[tuple[str, Decimal]]] = defaultdict(list)
    for row in rows:
        if _get(row, "reversed_on", ""):
            continue
        entity_id, amount = _get(row, "entity_id", "MAIN"), Decimal(row["amount"])
        named[entity_id, row["debit_id"]].append((_get(row, "debit_kind", ""), amount))
        own = _amount(row, "credit_amount")
        named[entity_id, row["credit_id"]].append((_get(row, "credit_kind", ""), -(amount if own is None else own)))
    return named


def _meant(invoices: Sequence[Row]) -> dict[tuple[str, str], str]:
    """The kind of document that a number means where it is told of a debit: several kinds may share it."""
    found: dict[tuple[str, str], str] = {}
    kinds = ("invoice", "debit_note", "opening", "adjustment")
    for row in invoices:
        name, kind = (_get(row, "entity_id", "MAIN"), row["invoice_id"]), _get(row, "document_type", "invoice")
        if Decimal(row["amount"]) > 0 and kinds.index(kind) < kinds.index(found.get(name, kinds[-1])):
            found[name] = kind
        elif Decimal(row["amount"]) > 0:
            found.setdefault(name, kind)
    return found


def _policies(tables: Tables, given: Mapping[str, Row]) -> dict[str, str]:
    """As given, else `stated` where the entity has any allocation, else `fifo` (ruling 4)."""
    stated = {_get(row, "entity_id", "MAIN") for row in tables.get("allocations", ())}
    for row in tables.get("invoices", ()):
        if row.get("settled_on") or row.get("paid_amount") or row.get("open_amount"):
            stated.add(_get(row, "entity_id", "MAIN"))
    names = {*given, *stated}
    return {
        name: _get(given.get(name, {}), "allocation_policy", "stated" if name in stated else "fifo") for name in names
    }


def _groups(customers: Mapping[str, Customer]) -> dict[str, str]:
    """The highest customer above each, where the group has two customers or more; else ``Standing alone``."""

    def top(customer_id: str) -> str:
        seen = {customer_id}
        while customer_id in customers:
            parent = customers[customer_id].parent_customer_id
            if not parent or parent in seen:
                break
            seen.add(parent)
            customer_id = parent
        return customer_id

    tops = {customer_id: top(customer_id) for customer_id in customers}
    sizes = Counter(tops.values())
    return {customer_id: name if sizes[name] > 1 else "Standing alone" for customer_id, name in tops.items()}
