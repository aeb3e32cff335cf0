"""ERPNext: the payment ledger as its report view exports it, with the company.

Traps on purpose: payments that are several lines, one against each invoice; lines taken back (`DeLinked`) beside those
that took their place; suppliers' lines; returns that are sales invoices below zero; numbered rows.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Protocol

from sample.books import ACCOUNT_NAMES, Books, Line
from sample.systems.settled import Group, NumberedLine, applications, groups

COMPANY, ABBREVIATION = "Société Modèle", "SM"
HEADER = (
    *(
        "Sr",
        "ID",
        "Posting Date",
        "Company",
        "Account Type",
        "Account",
        "Party Type",
        "Party",
        "Due Date",
        "Voucher Type",
    ),
    *("Voucher No", "Against Voucher Type", "Against Voucher No", "Amount", "Currency", "Amount in Account Currency"),
    *("DeLinked", "Remarks"),
)
PREFIXES = {"Payment Entry": "ACC-PAY", "Journal Entry": "ACC-JV"}


class Adder(Protocol):
    """Adds an amount of a line against another."""

    def __call__(
        self, one: NumberedLine, against: NumberedLine, amount: Decimal, *, delinked: bool = False
    ) -> None: ...


def write_erpnext(books: Books, out: Path) -> dict[str, int]:
    """Write the two files; rows by file."""
    rows: list[list[str]] = []

    def add(one: NumberedLine, against: NumberedLine, amount: Decimal, *, delinked: bool = False) -> None:
        line = one.line
        rows.append(
            [
                str(len(rows) + 1),
                f"ple{one.number:07d}{len(rows):07d}",
                f"{line.posted_on}",
                COMPANY,
                "Receivable",
                f"{line.account} - {ACCOUNT_NAMES[line.account]} - {ABBREVIATION}",
                "Customer",
                str(line.customer_id),
                f"{line.due_on}" if line.due_on is not None else "",
                *_voucher(line),
                *_voucher(against.line),
                f"{amount:.2f}",
                books.currency,
                f"{amount:.2f}",
                str(int(delinked)),
                line.label,
            ]
        )

    for group in groups(books):
        _of_group(group, add)
    supplier = list(rows[0])
    for name, value in (("ID", "ple-supplier"), ("Account Type", "Payable"), ("Party Type", "Supplier")):
        supplier[HEADER.index(name)] = value
    rows.append(supplier)
    return {
        "Payment Ledger Entry.csv": _write(out / "Payment Ledger Entry.csv", HEADER, rows),
        "Company.csv": _write(
            out / "Company.csv",
            ("Sr", "ID", "Abbr", "Default Currency"),
            [["1", COMPANY, ABBREVIATION, books.currency]],
        ),
    }


def _of_group(group: Group, add: Adder) -> None:
    """The lines of a group: each debit against itself, each credit against the debits it settles."""
    left = defaultdict(Decimal, {one.number: one.line.amount for one in group.lines})
    parts = list(applications(group))
    for one in group.lines:
        if one.line.amount > 0:
            add(one, one, one.line.amount)
    for part in parts:
        if left[part.credit.number] == part.credit.line.amount and part.credit.number % 3 == 0:
            # Came in against nothing, and was reconciled later.
            add(part.credit, part.credit, part.credit.line.amount, delinked=True)
        add(part.credit, part.debit, -part.amount)
        left[part.credit.number] += part.amount
    for one in group.lines:
        if one.line.amount < 0 and left[one.number]:
            add(one, one, left[one.number])


def _voucher(line: Line) -> tuple[str, str]:
    """Type and number."""
    if line.kind in ("invoice", "debit_note", "credit_note"):
        return "Sales Invoice", line.document_ref
    kind = "Payment Entry" if line.journal == "BQ" else "Journal Entry"
    return kind, f"{PREFIXES[kind]}-{line.posted_on.year}-{line.entry:05d}"


def _write(path: Path, header: tuple[str, ...], rows: list[list[str]]) -> int:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(header)
        writer.writerows(rows)
    return len(rows)
