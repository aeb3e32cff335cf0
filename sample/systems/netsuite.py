"""NetSuite: the results of two saved searches, the receivable lines and what was applied to what, as CSV.

Traps on purpose: days as a user of the United States writes them, amounts with thousands marks, a payment that is one
line with as many applications as it settles invoices, an estimate, which posts nothing.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from sample.books import ACCOUNT_NAMES, Books, Line
from sample.systems.settled import applications, groups

SUBSIDIARY = "Modèle SAS"
LINES = (
    *(
        "Internal ID",
        "Line ID",
        "Type",
        "Date",
        "Due Date",
        "Document Number",
        "Customer",
        "Customer Name",
        "Subsidiary",
    ),
    *("Account", "Memo", "Currency", "Base Currency", "Amount (Foreign Currency)", "Amount", "Posting"),
)
APPLICATIONS = (
    *("Internal ID", "Line ID", "Type", "Applied To Internal ID", "Applied To Line ID", "Applied To Type"),
    *("Applied Amount (Foreign Currency)", "Date", "Subsidiary"),
)
TYPES = {"invoice": "Invoice", "debit_note": "Invoice", "credit_note": "Credit Memo", "refund": "Customer Refund"}


def write_netsuite(books: Books, out: Path) -> dict[str, int]:
    """Write the two files; rows by file."""
    lines = [
        _line(books, number, line) for number, line in enumerate(books.lines, start=1) if line.customer_id is not None
    ]
    estimate = list(lines[0])
    for name, value in (("Internal ID", "9000001"), ("Type", "Estimate"), ("Posting", "No")):
        estimate[LINES.index(name)] = value
    lines.append(estimate)
    applied = [
        [
            *(str(part.credit.line.entry), str(part.credit.number), _type(part.credit.line)),
            *(str(part.debit.line.entry), str(part.debit.number), _type(part.debit.line)),
            *(_amount(part.amount), _day(part.applied_on), SUBSIDIARY),
        ]
        for group in groups(books)
        for part in applications(group)
    ]
    return {
        "NetSuite receivable lines.csv": _write(out / "NetSuite receivable lines.csv", LINES, lines),
        "NetSuite receivable applications.csv": _write(
            out / "NetSuite receivable applications.csv", APPLICATIONS, applied
        ),
    }


def _line(books: Books, number: int, line: Line) -> list[str]:
    return [
        *(str(line.entry), str(number), _type(line), _day(line.posted_on)),
        *(_day(line.due_on) if line.due_on is not None else "", line.document_ref, str(line.customer_id)),
        *(books.customer_names.get(str(line.customer_id), ""), SUBSIDIARY),
        *(f"{line.account} {ACCOUNT_NAMES[line.account]}", line.label, books.currency, books.currency),
        *(_amount(line.amount), _amount(line.amount), "Yes"),
    ]


def _type(line: Line) -> str:
    if line.journal in ("OD", "EF", "AN"):
        return "Deposit Application" if line.kind == "deposit" else "Journal"
    if line.kind in TYPES:
        return TYPES[line.kind]
    if line.kind == "deposit":
        return "Customer Deposit"
    return "Payment" if line.amount < 0 else "Journal"


def _day(day: date) -> str:
    return f"{day.month}/{day.day}/{day.year}"


def _amount(amount: Decimal) -> str:
    return f"{amount:,.2f}"


def _write(path: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(header)
        writer.writerows(rows)
    return len(rows)
