"""Xero: its invoices, credit notes, payments, overpayments, prepayments and allocations, as tables of its API; and its
report *Receivable Invoice Summary*.

Traps on purpose: bills among the invoices, and what was paid of them among the payments; voided documents with an
amount still due; amounts without a sign; what settled an invoice told twice, by its own row and by its payments. In the
report: lines of title above the column names, a blank line and a total, overpayments and prepayments without a number.

Xero keeps no accounts of bills receivable and no entries on a customer's account: what is owed by one is an invoice,
what is taken off a credit note. A prepayment that is set against an invoice is no entry of its own.
"""

from __future__ import annotations

import csv
import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from sample.books import DEPOSITS, RECEIVABLE, Books, Line
from sample.systems.settled import NumberedLine, applications, groups

HEADERS: dict[str, tuple[str, ...]] = {
    "invoice": (
        *("invoice_id", "contact_id", "date", "due_date", "fully_paid_on_date", "amount_credited", "amount_due"),
        *("amount_paid", "total", "total_tax", "currency_code", "currency_rate", "invoice_number", "status", "type"),
        "_fivetran_synced",
    ),
    "credit_note": (
        *("credit_note_id", "contact_id", "date", "remaining_credit", "total", "total_tax", "currency_code"),
        *("currency_rate", "credit_note_number", "status", "type"),
    ),
    "payment": (
        *("payment_id", "contact_id", "invoice_id", "credit_note_id", "overpayment_id", "prepayment_id", "date"),
        *("amount", "currency_code", "currency_rate", "payment_type", "reference", "status"),
    ),
    "overpayment": (
        *("overpayment_id", "contact_id", "date", "remaining_credit", "total", "currency_code", "currency_rate"),
        *("reference", "status", "type"),
    ),
    "prepayment": (
        *("prepayment_id", "contact_id", "date", "remaining_credit", "total", "currency_code", "currency_rate"),
        *("reference", "status", "type"),
    ),
    "allocation": ("allocation_id", "credit_type", "credit_id", "invoice_id", "amount", "date"),
    "contact": ("contact_id", "name"),
}
REPORT = (
    *("Invoice Number", "Contact", "Invoice Date", "Due Date", "Gross", "Balance", "Status", "Source"),
    "Last Payment Date",
)
PAID_BACK = {
    "credit_note": "ARCREDITPAYMENT",
    "overpayment": "AROVERPAYMENTPAYMENT",
    "prepayment": "ARPREPAYMENTPAYMENT",
}
CREDIT_TYPES = {
    "credit_note": "ACCRECCREDIT",
    "overpayment": "RECEIVE-OVERPAYMENT",
    "prepayment": "RECEIVE-PREPAYMENT",
}


def form_of(line: Line) -> str:
    """What Xero makes of a line: a table's name, ``payment``, ``refund``, or ``taken_up`` where it is no document."""
    if line.kind == "deposit":
        return "prepayment" if line.account == DEPOSITS and line.amount < 0 else "taken_up"
    if line.journal == "BQ" and line.account == RECEIVABLE:
        return "payment" if line.amount < 0 else "refund" if line.kind == "refund" else "invoice"
    return "invoice" if line.amount > 0 else "credit_note"


def xero_id(*words: object) -> str:
    """The identifier of what ``words`` name."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, " ".join(map(str, words))))


@dataclass
class _Document:
    """A line that is a document of its own."""

    line: Line
    table: str
    document_id: str
    paid: Decimal = Decimal(0)
    credited: Decimal = Decimal(0)
    last_on: date | None = None

    @property
    def left(self) -> Decimal:
        return abs(self.line.amount) - self.paid - self.credited

    def settle(self, amount: Decimal, on: date, *, paid: bool) -> None:
        if paid:
            self.paid += amount
        else:
            self.credited += amount
        self.last_on = max(on, self.last_on or on)


@dataclass
class _Tables:
    books: Books
    rows: dict[str, list[list[str]]] = field(default_factory=lambda: defaultdict(list))
    documents: dict[int, _Document] = field(default_factory=dict)
    prepayments: dict[tuple[str | None, str], _Document] = field(default_factory=dict)
    over: dict[int, Decimal] = field(default_factory=dict)
    """What of a payment's line no invoice took."""
    overpaid: list[tuple[Line, Decimal, Decimal, date | None]] = field(default_factory=list)
    """Of each overpayment: its line, its amount, what is left of it, and the last day any was paid back."""

    def money(self) -> list[str]:
        return [self.books.currency, "1"]

    def pay(
        self, line: NumberedLine, amount: Decimal, on: date, kind: str, target: str, words: Sequence[object]
    ) -> None:
        """A row of `payment` that settles ``target``, a document's identifier of table ``kind``."""
        places = ["invoice", "credit_note", "overpayment", "prepayment"]
        self.rows["payment"].append(
            [
                *(xero_id("payment", *words), xero_id("contact", line.line.customer_id)),
                *(target if place == kind else "" for place in places),
                *(f"{on}", f"{amount:.2f}", *self.money(), PAID_BACK.get(kind, "ACCRECPAYMENT")),
                *(line.line.document_ref, "AUTHORISED"),
            ]
        )

    def allocate(self, credit: str, credit_id: str, invoice_id: str, amount: Decimal, on: date) -> None:
        self.rows["allocation"].append(
            [
                xero_id("allocation", credit_id, invoice_id, on, len(self.rows["allocation"])),
                *(CREDIT_TYPES[credit], credit_id, invoice_id, f"{amount:.2f}", f"{on}"),
            ]
        )


def write_xero(books: Books, out: Path) -> dict[str, int]:
    """Write the seven tables and the canonical `entities.csv` that says the base currency; rows by file."""
    tables = _tables(books)
    for document in tables.documents.values():
        tables.rows[document.table].append(_document_row(tables, document))
    _plant(tables)
    tables.rows["contact"] = [
        [xero_id("contact", customer), name] for customer, name in sorted(books.customer_names.items())
    ]
    written = {f"xero_{name}.csv": len(tables.rows[name]) for name in HEADERS}
    for name, header in HEADERS.items():
        with (out / f"xero_{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(header)
            writer.writerows(tables.rows[name])
    return {**written, **_write_entity(books, out)}


def write_xero_report(books: Books, out: Path) -> dict[str, int]:
    """Write the report *Receivable Invoice Summary* as CSV, and `entities.csv`; rows by file."""
    tables = _tables(books)
    rows = [_report_row(books, document) for document in tables.documents.values()]
    rows += [
        [
            *("", books.customer_names[str(lines.customer_id)], _day(lines.posted_on), ""),
            *(f"-{total:,.2f}", f"-{left:,.2f}" if left else "0.00", "Awaiting Payment" if left else "Paid"),
            *("Receivable Overpayment", _day(paid_back_on) if paid_back_on is not None else ""),
        ]
        for lines, total, left, paid_back_on in tables.overpaid
    ]
    for status in ("Voided", "Deleted"):
        rows.append([f"{status} 1", *rows[0][1:6], status, *rows[0][7:]])
    rows.append([""] * len(REPORT))
    total = sum((Decimal(row[5].replace(",", "")) for row in rows[:-3]), Decimal(0))
    rows.append(["Total", *[""] * 4, f"{total:,.2f}", "", "", ""])
    path = out / "Receivable_Invoice_Summary.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerows(
            [["Receivable Invoice Summary"], ["Modèle SAS"], [f"For the period to {_day(books.as_of_on)}"]]
        )
        writer.writerows([[""], REPORT, *rows])
    return {path.name: len(rows), **_write_entity(books, out)}


def _report_row(books: Books, one: _Document) -> list[str]:
    line, sign = one.line, "-" if one.line.amount < 0 else ""
    sources = {"invoice": "Invoice", "credit_note": "Credit Note", "prepayment": "Prepayment"}
    number = f"{line.document_ref}-{line.entry}" if one.table != "prepayment" else ""
    return [
        *(number, books.customer_names[str(line.customer_id)], _day(line.document_on)),
        _day(line.due_on or line.document_on) if one.table == "invoice" else "",
        *(f"{line.amount:,.2f}", f"{sign if one.left else ''}{one.left:,.2f}"),
        *("Awaiting Payment" if one.left else "Paid", f"Receivable {sources[one.table]}"),
        _day(one.last_on) if one.last_on is not None else "",
    ]


def _day(day: date) -> str:
    return f"{day:%d %b %Y}"


def _write_entity(books: Books, out: Path) -> dict[str, int]:
    (out / "entities.csv").write_text(f"entity_id,base_currency\nXERO,{books.currency}\n", encoding="utf-8")
    return {"entities.csv": 1}


def _tables(books: Books) -> _Tables:
    """What Xero makes of the books, with the rows of payments, overpayments and allocations."""
    tables = _Tables(books)
    every = groups(books)
    for one in (one for group in every for one in group.lines):
        form = form_of(one.line)
        if form in ("invoice", "credit_note", "prepayment"):
            made = _Document(one.line, form, xero_id(form, one.number))
            tables.documents[one.number] = made
            if form == "prepayment":
                tables.prepayments[one.line.customer_id, one.line.document_ref] = made
        elif form == "payment":
            tables.over[one.number] = -one.line.amount
    lines = {one.number: one for group in every for one in group.lines}
    refunds = []
    for group in every:
        for part in applications(group):
            if form_of(part.debit.line) == "refund":
                refunds.append(part)
            elif part.debit.number in tables.documents:
                _settle(tables, part.credit, part.debit, part.amount, part.applied_on)
    for part in refunds:
        _pay_back(tables, part.credit, part.debit, part.amount, part.applied_on)
    for number, left in tables.over.items():
        if left:
            _overpayment(tables, lines[number], left)
    return tables


def _settle(tables: _Tables, credit: NumberedLine, debit: NumberedLine, amount: Decimal, on: date) -> None:
    """An invoice settled by a payment, a credit note or a prepayment."""
    invoice, form = tables.documents[debit.number], form_of(credit.line)
    if form == "payment":
        tables.pay(credit, amount, on, "invoice", invoice.document_id, (credit.number, debit.number))
        tables.over[credit.number] -= amount
    else:
        source = (
            tables.prepayments[credit.line.customer_id, credit.line.document_ref]
            if form == "taken_up"
            else tables.documents[credit.number]
        )
        tables.allocate(source.table, source.document_id, invoice.document_id, amount, on)
        source.settle(amount, on, paid=False)
    invoice.settle(amount, on, paid=form == "payment")


def _pay_back(tables: _Tables, credit: NumberedLine, debit: NumberedLine, amount: Decimal, on: date) -> None:
    """Money paid back of a credit; of a payment, what was paid back is an overpayment."""
    form = form_of(credit.line)
    if form == "payment":
        kind, target = "overpayment", xero_id("overpayment", credit.number)
    else:
        source = (
            tables.prepayments[credit.line.customer_id, credit.line.document_ref]
            if form == "taken_up"
            else tables.documents[credit.number]
        )
        kind, target = source.table, source.document_id
        source.settle(amount, on, paid=True)
    tables.pay(debit, amount, debit.line.posted_on, kind, target, (credit.number, debit.number))


def _overpayment(tables: _Tables, one: NumberedLine, total: Decimal) -> None:
    document_id = xero_id("overpayment", one.number)
    refunds = [row for row in tables.rows["payment"] if row[4] == document_id]
    left = total - sum((Decimal(row[7]) for row in refunds), Decimal(0))
    last_on = max((date.fromisoformat(row[6]) for row in refunds), default=None)
    tables.overpaid.append((one.line, total, left, last_on))
    tables.rows["overpayment"].append(
        [
            *(document_id, xero_id("contact", one.line.customer_id), f"{one.line.posted_on}", f"{left:.2f}"),
            *(f"{total:.2f}", *tables.money(), one.line.document_ref),
            *("AUTHORISED" if left else "PAID", "RECEIVE-OVERPAYMENT"),
        ]
    )


def _document_row(tables: _Tables, one: _Document) -> list[str]:
    line, total = one.line, abs(one.line.amount)
    start = [one.document_id, xero_id("contact", line.customer_id), f"{line.document_on}"]
    status = "AUTHORISED" if one.left else "PAID"
    if one.table == "invoice":
        return [
            *(
                *start,
                f"{line.due_on or line.document_on}",
                "" if one.left else f"{one.last_on}",
                f"{one.credited:.2f}",
            ),
            *(f"{one.left:.2f}", f"{one.paid:.2f}", f"{total:.2f}", "0.00", *tables.money(), line.document_ref),
            *(status, "ACCREC", f"{tables.books.as_of_on} 22:00:00.000 UTC"),
        ]
    tax = ["0.00"] if one.table == "credit_note" else []
    return [
        *(*start, f"{one.left:.2f}", f"{total:.2f}", *tax, *tables.money(), line.document_ref),
        *(status, CREDIT_TYPES[one.table]),
    ]


def _plant(tables: _Tables) -> None:
    """Rows that owe nothing here."""
    for place, (name, column, value) in enumerate(_planted()):
        row = list(tables.rows[name][0])
        row[0], row[HEADERS[name].index(column)] = xero_id("planted", place), value
        tables.rows[name].append(row)


def _planted() -> Iterator[tuple[str, str, str]]:
    yield "invoice", "type", "ACCPAY"
    yield "invoice", "status", "VOIDED"
    yield "credit_note", "type", "ACCPAYCREDIT"
    yield "credit_note", "status", "DELETED"
    yield "payment", "payment_type", "ACCPAYPAYMENT"
    yield "payment", "status", "DELETED"
    yield "allocation", "credit_type", "ACCPAYCREDIT"
