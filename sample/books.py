"""The sample company's books: the general ledger of one of its entities, made from its canonical extracts.

Every accounting form (a FEC, a system's export of ledger lines) is another way of writing the same books, so what is
owed by them is what is owed by the extracts: in one currency, per customer, to the cent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb

SQL_FOLDER = Path(__file__).parent / "sql"
RECEIVABLE, BILLS, DEPOSITS = "411000", "413000", "419100"
SALES, TAX, BANK, LOSSES, CARRIED = "707000", "445710", "512000", "654000", "890000"
ACCOUNT_NAMES = {
    RECEIVABLE: "Clients",
    BILLS: "Clients - Effets à recevoir",
    DEPOSITS: "Clients - Avances et acomptes reçus",
    SALES: "Ventes de marchandises",
    TAX: "TVA collectée",
    BANK: "Banque",
    LOSSES: "Pertes sur créances irrécouvrables",
    CARRIED: "Bilan d'ouverture",
}
CUSTOMER_ACCOUNTS = (RECEIVABLE, BILLS, DEPOSITS)
KIND_NAMES = {
    "invoice": "Facture",
    "debit_note": "Note de débit",
    "credit_note": "Avoir",
    "opening": "Report",
    "write_off": "Créance irrécouvrable",
    "adjustment": "Régularisation",
    "payment": "Règlement",
    "deposit": "Acompte",
    "refund": "Remboursement",
    "bounce": "Impayé",
}
JOURNAL_NAMES = {"VE": "Ventes", "BQ": "Banque", "OD": "Opérations diverses", "EF": "Effets", "AN": "À nouveaux"}


@dataclass(frozen=True)
class Line:
    """One line of an entry. Amounts in the books' currency; ``group`` joins lines set against each other."""

    entry: int
    journal: str
    posted_on: date
    account: str
    customer_id: str | None
    document_ref: str
    document_on: date
    due_on: date | None
    kind: str
    label: str
    amount: Decimal
    """Debit positive."""
    group: str | None = None


@dataclass
class Books:
    """The lines of one entity in one currency, in the order they were booked."""

    entity_id: str
    currency: str
    as_of_on: date
    lines: list[Line] = field(default_factory=list)
    customer_names: dict[str, str] = field(default_factory=dict)

    def of_customers(self) -> Iterator[Line]:
        """The lines on the customers' accounts."""
        return (line for line in self.lines if line.account in CUSTOMER_ACCOUNTS)

    def balances(self) -> dict[str, Decimal]:
        """What each customer owes on the as-of day, all its accounts together; nothing owed is left out."""
        owed: dict[str, Decimal] = defaultdict(Decimal)
        for line in self.of_customers():
            owed[str(line.customer_id)] += line.amount
        return {customer: amount for customer, amount in owed.items() if amount}


@dataclass(frozen=True)
class _Document:
    document_id: str
    document_ref: str
    kind: str
    customer_id: str
    currency: str
    posted_on: date
    document_on: date
    due_on: date | None
    matures_on: date | None
    amount: Decimal
    tax_amount: Decimal
    original_id: str | None


@dataclass(frozen=True)
class _Link:
    credit_id: str
    debit_id: str
    amount: Decimal
    applied_on: date


def read_books(extracts: Path, *, entity_id: str, currency: str, as_of_on: date) -> Books:
    """The books of ``entity_id`` by the canonical ``extracts``: documents in ``currency``, posted by ``as_of_on``.

    What was set against documents of another currency is left out with all that belongs to it.
    """
    with duckdb.connect() as connection:
        for table in ("invoices", "payments", "allocations", "customers"):
            path = str(extracts / f"{table}.csv").replace("'", "''")
            connection.execute(f"create view {table} as select * from read_csv('{path}', all_varchar = true)")
        for name, value in (("entity", entity_id), ("currency", currency), ("as_of_on", as_of_on)):
            connection.execute(f"set variable {name} = ?", [value])
        connection.execute((SQL_FOLDER / "books.sql").read_text(encoding="utf-8"))
        documents = [
            _Document(*row)
            for row in connection.execute("select * from documents order by posted_on, document_id").fetchall()
        ]
        links = [
            _Link(*row)
            for row in connection.execute("select * from links order by applied_on, credit_id, debit_id").fetchall()
        ]
        names = dict(connection.execute("select customer_id, customer_name from customers").fetchall())
    groups = _groups(documents, links)
    foreign = {groups[one.document_id] for one in documents if one.currency != currency}
    books = Books(entity_id, currency, as_of_on, customer_names=names)
    kept = {one.document_id: one for one in documents if groups[one.document_id] not in foreign}
    booked = _Booking(books, groups)
    for document in kept.values():
        booked.document(document)
    for link in links:
        credit = kept.get(link.credit_id)
        if credit is not None and credit.kind == "deposit" and link.debit_id in kept:
            booked.deposit_taken_up(credit, link)
    # By day, and an entry's lines together in the order they were made: the order of a journal.
    order = sorted({line.entry: line.posted_on for line in books.lines}.items(), key=lambda item: (item[1], item[0]))
    number = {entry: place for place, (entry, _) in enumerate(order, start=1)}
    books.lines = sorted(
        (Line(**{**vars(line), "entry": number[line.entry]}) for line in books.lines), key=lambda line: line.entry
    )
    return books


def _groups(documents: Iterable[_Document], links: Iterable[_Link]) -> dict[str, str]:
    """For each document the first of those it hangs together with by what was set against what."""
    top: dict[str, str] = {one.document_id: one.document_id for one in documents}

    def find(document_id: str) -> str:
        while top[document_id] != document_id:
            top[document_id] = top[top[document_id]]
            document_id = top[document_id]
        return document_id

    for link in links:
        one, other = sorted((find(link.credit_id), find(link.debit_id)))
        top[other] = one
    return {document_id: find(document_id) for document_id in top}


class _Booking:
    """Writes the entries of documents into books."""

    def __init__(self, books: Books, groups: dict[str, str]) -> None:
        self.books, self.groups, self.entries = books, groups, 0

    def document(self, document: _Document) -> None:
        """The entry of a document; a bill has a second one on the day it matures."""
        amount, others = document.amount, []
        account, journal, day = RECEIVABLE, "BQ", document.posted_on
        match document.kind:
            case "invoice" | "debit_note" | "credit_note":
                journal = "VE"
                others = [(SALES, -(amount - document.tax_amount)), (TAX, -document.tax_amount)]
            case "opening":
                journal, others = "AN", [(CARRIED, -amount)]
            case "write_off" | "adjustment":
                journal, others = "OD", [(LOSSES, -amount)]
            case "deposit":
                account, others = DEPOSITS, [(BANK, -amount)]
            case "payment" if document.matures_on is not None:
                self._bill(document)
                return
            case _:
                others = [(BANK, -amount)]
        group = self.groups[document.document_id]
        self._entry(document, journal, day, [(account, amount, group), *((one, value, None) for one, value in others)])

    def _bill(self, document: _Document) -> None:
        assert document.matures_on is not None
        group, bill = self.groups[document.document_id], f"bill {document.document_id}"
        received = min(document.document_on, document.posted_on)
        self._entry(document, "EF", received, [(BILLS, -document.amount, bill), (RECEIVABLE, document.amount, group)])
        if document.matures_on <= self.books.as_of_on:
            paid_on = max(document.matures_on, received)
            self._entry(document, "BQ", paid_on, [(BANK, -document.amount, None), (BILLS, document.amount, bill)])

    def deposit_taken_up(self, deposit: _Document, link: _Link) -> None:
        """The entry that takes a deposit up on the day it is set against something."""
        group = self.groups[deposit.document_id]
        day = max(link.applied_on, deposit.posted_on)
        self._entry(deposit, "OD", day, [(DEPOSITS, link.amount, group), (RECEIVABLE, -link.amount, group)])

    def _entry(
        self, document: _Document, journal: str, day: date, sides: list[tuple[str, Decimal, str | None]]
    ) -> None:
        self.entries += 1
        label = f"{KIND_NAMES[document.kind]} {document.document_ref}"
        for account, amount, group in sides:
            if amount:
                of_customer = account in CUSTOMER_ACCOUNTS
                self.books.lines.append(
                    Line(
                        entry=self.entries,
                        journal=journal,
                        posted_on=day,
                        account=account,
                        customer_id=document.customer_id if of_customer else None,
                        document_ref=document.document_ref,
                        document_on=document.document_on,
                        due_on=document.due_on if of_customer else None,
                        kind=document.kind,
                        label=label,
                        amount=amount,
                        group=group if of_customer else None,
                    )
                )
