"""The ledger the naive way: one customer's documents replayed day by day, as the rulings of metrics 7 word it.

An oracle for the models: it knows no intervals, no cumulative sums and no recursion, only what is open now and what
happens next. Amounts in one currency.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from tests.models.documents import Row

ZERO = Decimal("0.00")
Open = dict[str, Decimal]


@dataclass
class Part:
    """A document, or an instalment of one, with what is open of it."""

    label: str
    number: int
    due_on: date
    open_amount: Decimal


@dataclass
class Document:
    """A document of the books."""

    number: str
    kind: str
    amount: Decimal
    posted_on: date
    received_on: date
    original: str
    parts: list[Part]


@dataclass(frozen=True)
class Request:
    """An allocation as the source gave it."""

    allocation_id: str
    credit: str
    debit: str
    amount: Decimal
    instalment_no: int | None
    effective_on: date
    reversed_on: date | None


@dataclass
class Active:
    """An allocation in effect: what is left of it on each part of its debit."""

    request: Request
    left: dict[int, Decimal] = field(default_factory=dict)

    @property
    def amount(self) -> Decimal:
        return sum(self.left.values(), ZERO)


def read(rows: Sequence[Row]) -> tuple[dict[str, Document], list[Request]]:
    """The documents by number and the allocations that name two of them, in the order they are taken."""
    schedules: dict[str, list[Row]] = {}
    for row in rows:
        if row.table == "instalments":
            schedules.setdefault(row.values["invoice_id"], []).append(row)
    documents = {
        document.number: document
        for row in rows
        if row.table in ("invoices", "payments")
        for document in [_document(row, schedules)]
    }
    requests = [
        _request(row, documents)
        for row in rows
        if row.table == "allocations" and {row.values["credit_id"], row.values["debit_id"]} <= documents.keys()
    ]
    return documents, sorted(requests, key=lambda request: (request.effective_on, request.allocation_id.encode()))


def stated_on(rows: Sequence[Row], day: date) -> Open:
    """What is open at the end of ``day`` where only what is stated counts."""
    documents, requests = read(rows)
    free = {document.number: -document.amount for document in documents.values() if document.amount < 0}
    active: list[Active] = []
    returns = _returns(documents)
    days = {request.effective_on for request in requests} | {moment for moment, _, _ in returns}
    days |= {request.reversed_on for request in requests if request.reversed_on}
    for today in sorted(moment for moment in days if moment <= day):
        _end(today, requests, active, documents, free)
        for request in requests:
            never = request.reversed_on is not None and request.reversed_on <= request.effective_on
            if request.effective_on == today and request.amount > 0 and not never:
                _take(request, active, documents, free)
        for moment, bounce, payment in returns:
            if moment == today:
                _return(bounce, payment, active, documents, free)
    found = {}
    for document in documents.values():
        if document.posted_on > day:
            continue
        if document.amount < 0:
            found[document.number] = -free[document.number]
        else:
            found.update({part.label: part.open_amount for part in document.parts})
    return {label: amount for label, amount in found.items() if amount}


def fifo_on(rows: Sequence[Row], day: date) -> Open:
    """What is open at the end of ``day`` where credits pay debits oldest first."""
    documents, _ = read(rows)
    for document in documents.values():
        original = documents.get(document.original)
        # A payment that comes only later must not move what is there already.
        if document.kind == "bounce" and original is not None and original.posted_on <= document.posted_on:
            document.parts[0].due_on = original.received_on
    posted = [document for document in documents.values() if document.posted_on <= day]
    credit = sum((-document.amount for document in posted if document.amount < 0), ZERO)
    debit = sum((document.amount for document in posted if document.amount > 0), ZERO)
    found: Open = {}
    debits = [(document, part) for document in posted if document.amount > 0 for part in document.parts]
    debits.sort(key=lambda d: (d[0].posted_on, d[1].due_on, f"{d[0].kind}:{d[0].number}".encode(), d[1].number))
    for _, part in debits:
        paid = min(part.open_amount, credit)
        credit -= paid
        found[part.label] = part.open_amount - paid
    for document in sorted(
        (document for document in posted if document.amount < 0),
        key=lambda d: (d.posted_on, f"{d.kind}:{d.number}".encode()),
    ):
        used = min(-document.amount, debit)
        debit -= used
        found[document.number] = document.amount + used
    return {label: amount for label, amount in found.items() if amount}


def disputed_on(rows: Sequence[Row], open_items: Open, day: date) -> Open:
    """The disputed part of ``open_items``: disputes add up, go to the oldest due first, at most what is open."""
    documents, _ = read(rows)
    found: Open = {}
    for document in documents.values():
        amounts = [
            Decimal(row.values.get("amount", str(document.amount)))
            for row in rows
            if row.table == "disputes"
            and row.values["invoice_id"] == document.number
            and row.values["opened_on"] <= day.isoformat() < row.values.get("closed_on", "9999-12-31")
        ]
        left = sum(amounts, ZERO)
        for part in sorted(document.parts, key=lambda part: (part.due_on, part.number)):
            disputed = min(left, max(open_items.get(part.label, ZERO), ZERO))
            left -= disputed
            if disputed:
                found[part.label] = disputed
    return found


def _returns(documents: dict[str, Document]) -> list[tuple[date, Document, Document]]:
    """The bounces of known payments, in order: day, bounce, payment. None returns what is not posted yet."""
    found = []
    for bounce in documents.values():
        payment = documents.get(bounce.original)
        if bounce.kind == "bounce" and payment is not None and payment.kind in ("payment", "deposit"):
            found.append((max(bounce.posted_on, payment.posted_on), bounce, payment))
    return sorted(found, key=lambda each: (each[0], each[1].number.encode()))


def _end(
    today: date, requests: list[Request], active: list[Active], documents: dict[str, Document], free: Open
) -> None:
    """What ends today: what was reversed, and what a negative allocation takes back, the latest first."""
    for entry in active:
        if entry.request.reversed_on == today:
            _release(entry, entry.amount, documents, free)
    for request in requests:
        if request.effective_on == today and request.amount < 0:
            left = -request.amount
            for entry in reversed(active):
                if (entry.request.credit, entry.request.debit) == (request.credit, request.debit):
                    left -= _release(entry, min(left, entry.amount), documents, free)


def _take(request: Request, active: list[Active], documents: dict[str, Document], free: Open) -> None:
    """Put an allocation into effect, or leave it out whole where its credit has less free."""
    if request.amount > free[request.credit]:
        return
    free[request.credit] -= request.amount
    entry, left = Active(request), request.amount
    parts = documents[request.debit].parts
    for index, part in enumerate(parts):
        if request.instalment_no is not None:
            amount = left if part.number == request.instalment_no else ZERO
        else:
            amount = left if index == len(parts) - 1 else min(left, max(part.open_amount, ZERO))
        if amount:
            entry.left[index] = amount
            part.open_amount -= amount
            left -= amount
    active.append(entry)


def _return(
    bounce: Document, payment: Document, active: list[Active], documents: dict[str, Document], free: Open
) -> None:
    """Take back the payment's allocations, the latest first, up to the bounce, and clear it against the payment."""
    left = bounce.amount
    for entry in reversed(active):
        if entry.request.credit == payment.number:
            left -= _release(entry, min(left, entry.amount), documents, free)
    cleared = min(bounce.amount, free[payment.number])
    free[payment.number] -= cleared
    bounce.parts[0].open_amount -= cleared


def _release(entry: Active, amount: Decimal, documents: dict[str, Document], free: Open) -> Decimal:
    """Take ``amount`` back from an allocation, the last of its instalments by number first (ruling 5)."""
    free[entry.request.credit] += amount
    left = amount
    parts = documents[entry.request.debit].parts
    for index in sorted(entry.left, key=lambda index: parts[index].number, reverse=True):
        taken = min(left, entry.left[index])
        entry.left[index] -= taken
        parts[index].open_amount += taken
        left -= taken
    return amount


def _document(row: Row, schedules: dict[str, list[Row]]) -> Document:
    values = row.values
    amount = Decimal(values["amount"])
    if row.table == "invoices":
        number, kind, posted_on = values["invoice_id"], values["document_type"], values["posted_on"]
        received_on = posted_on
    else:
        number, kind, received_on = values["payment_id"], values["payment_type"], values["received_on"]
        posted_on = values.get("posted_on", received_on)
        amount = amount if kind in ("refund", "bounce") else -amount
    parts = [
        Part(
            f"{number}/{part.values['instalment_no']}",
            int(part.values["instalment_no"]),
            date.fromisoformat(part.values["due_on"]),
            Decimal(part.values["amount"]),
        )
        for part in schedules.get(number, [])
    ]
    parts.sort(key=lambda part: (part.due_on, part.number))
    due_on = date.fromisoformat(values.get("due_on") or posted_on)
    return Document(
        number,
        kind,
        amount,
        date.fromisoformat(posted_on),
        date.fromisoformat(received_on),
        values.get("original_payment_id", ""),
        parts or [Part(number, 1, due_on, amount)],
    )


def _request(row: Row, documents: dict[str, Document]) -> Request:
    values = row.values
    both = max(documents[values["credit_id"]].posted_on, documents[values["debit_id"]].posted_on)
    return Request(
        values["allocation_id"],
        values["credit_id"],
        values["debit_id"],
        Decimal(values["amount"]),
        int(values["instalment_no"]) if "instalment_no" in values else None,
        max(both, date.fromisoformat(values["applied_on"])) if "applied_on" in values else both,
        date.fromisoformat(values["reversed_on"]) if "reversed_on" in values else None,
    )
