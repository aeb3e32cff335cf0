"""Odoo: all journal items with their reconciliations, as the list's export writes them, with the labels of its fields.

Traps on purpose: drafts, lines of sections and notes without an amount, partial reconciliations (`P12`) beside full
ones (`12`), amounts without trailing zeros, lines of all accounts, a supplier's bill with
deductible tax on an account that begins with 411, as Belgian books number it.
"""

from __future__ import annotations

import csv
from decimal import Decimal
from itertools import count
from pathlib import Path

from sample.books import ACCOUNT_NAMES, BANK, DEPOSITS, JOURNAL_NAMES, LOSSES, RECEIVABLE, SALES, TAX, Books, Line
from sample.systems.settled import groups

COMPANY = "Société Modèle SAS"
HEADER = (
    *(
        "ID",
        "Date",
        "Invoice/Bill Date",
        "Due Date",
        "Number",
        "Type",
        "Journal",
        "Journal/Code",
        "Partner/ID",
        "Partner",
    ),
    *(
        "Account",
        "Account/Code",
        "Account/Type",
        "Label",
        "Debit",
        "Credit",
        "Amount in Currency",
        "Currency",
        "Matching #",
    ),
    *("Company", "Company Currency", "Status"),
)
TYPES = {"invoice": "Customer Invoice", "debit_note": "Customer Invoice", "credit_note": "Customer Credit Note"}
ACCOUNT_TYPES = {
    RECEIVABLE: "Receivable",
    DEPOSITS: "Current Liabilities",
    SALES: "Income",
    TAX: "Current Liabilities",
    BANK: "Bank and Cash",
    LOSSES: "Expenses",
}


def write_odoo(books: Books, out: Path) -> dict[str, int]:
    """Write the file; rows by file."""
    codes: dict[int, str] = {}
    numbers = count(1)
    for group in groups(books):
        sides = {one.line.amount > 0 for one in group.lines}
        if group.is_closed or len(sides) > 1:
            code = f"{next(numbers)}" if group.is_closed else f"P{next(numbers)}"
            codes |= {one.number: code for one in group.lines}
    customers = {name: place for place, name in enumerate(sorted(books.customer_names), start=7)}
    path = out / "Journal Item (account.move.line).csv"
    rows = [_row(books, number, line, codes.get(number, ""), customers) for number, line in enumerate(books.lines, 1)]
    first = rows[0]
    draft = [f"{len(rows) + 1}", *first[1:-1], "Draft"]
    note = [f"{len(rows) + 2}", *first[1:]]
    for name, value in (("Account", ""), ("Account/Code", ""), ("Account/Type", ""), ("Debit", "0"), ("Credit", "0")):
        note[HEADER.index(name)] = value
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
        writer.writerow(HEADER)
        writer.writerows([*rows, draft, note, *_bill(first, len(rows) + 3)])
    return {path.name: len(rows) + 4}


def _bill(like: list[str], number: int) -> list[list[str]]:
    """The lines of a supplier's bill that are no customer's, whatever their accounts' numbers."""
    lines = []
    for place, (code, kind, debit, credit) in enumerate(
        (("411000", "Current Assets", "42", "0"), ("440000", "Payable", "0", "42")), start=number
    ):
        line = [f"{place}", *like[1:]]
        for name, value in (
            *(("Type", "Vendor Bill"), ("Journal", "Vendor Bills"), ("Journal/Code", "BILL"), ("Number", "BILL/1")),
            *(("Partner/ID", "9999"), ("Partner", "A supplier"), ("Account", code), ("Account/Code", code)),
            *(("Account/Type", kind), ("Debit", debit), ("Credit", credit), ("Matching #", "")),
            *(("Amount in Currency", debit if debit != "0" else f"-{credit}"), ("Due Date", "")),
        ):
            line[HEADER.index(name)] = value
        lines.append(line)
    return lines


def _row(books: Books, number: int, line: Line, code: str, customers: dict[str, int]) -> list[str]:
    customer = line.customer_id or ""
    journal = JOURNAL_NAMES[line.journal]
    is_document = line.kind in TYPES
    return [
        str(number),
        f"{line.posted_on}",
        f"{line.document_on}" if is_document else "",
        f"{line.due_on}" if line.due_on is not None else "",
        f"{line.document_ref}",
        TYPES.get(line.kind, "Journal Entry"),
        journal,
        line.journal,
        str(customers[customer]) if customer else "",
        books.customer_names.get(customer, ""),
        f"{line.account} {ACCOUNT_NAMES[line.account]}",
        line.account,
        ACCOUNT_TYPES.get(line.account, "Receivable" if customer else "Equity"),
        line.label,
        _number(max(line.amount, Decimal(0))),
        _number(max(-line.amount, Decimal(0))),
        _number(line.amount),
        books.currency,
        code,
        COMPANY,
        books.currency,
        "Posted",
    ]


def _number(amount: Decimal) -> str:
    return f"{amount.normalize():f}"
