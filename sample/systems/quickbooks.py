"""QuickBooks Desktop: the report *Transaction Detail* of the receivable accounts, as its CSV export writes it.

Traps on purpose: a first column without a heading that holds the names of groups, rows of groups and of totals between
the transactions, days as in the United States, one empty side of two, and nothing that says what was set against what.
"""

from __future__ import annotations

import csv
from decimal import Decimal
from itertools import groupby
from pathlib import Path

from sample.books import ACCOUNT_NAMES, Books, Line

HEADER = (
    *("", "Trans #", "Type", "Date", "Due Date", "Num", "Name", "Memo", "Account", "Split", "Debit", "Credit"),
    "Balance",
)
TYPES = {"invoice": "Invoice", "debit_note": "Invoice", "credit_note": "Credit Memo"}


def write_quickbooks(books: Books, out: Path) -> dict[str, int]:
    """Write the report and the canonical `entities.csv` that says the home currency; rows by file."""
    rows: list[list[str]] = []
    lines = sorted(books.of_customers(), key=lambda line: (line.account, line.entry))
    for account, of_account in groupby(lines, key=lambda line: line.account):
        rows.append([ACCOUNT_NAMES[account], *[""] * (len(HEADER) - 1)])
        balance = Decimal(0)
        for line in of_account:
            balance += line.amount
            rows.append(_row(line, balance))
        rows.append([f"Total {ACCOUNT_NAMES[account]}", *[""] * (len(HEADER) - 2), f"{balance:.2f}"])
    path = out / "QuickBooks Transaction Detail.csv"
    with path.open("w", encoding="windows-1252", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADER)
        writer.writerows(rows)
    (out / "entities.csv").write_text(f"entity_id,base_currency\nMAIN,{books.currency}\n", encoding="utf-8")
    return {path.name: len(rows), "entities.csv": 1}


def _row(line: Line, balance: Decimal) -> list[str]:
    return [
        *("", str(line.entry), _type(line), f"{line.posted_on:%m/%d/%Y}"),
        f"{line.due_on:%m/%d/%Y}" if line.due_on is not None else "",
        *(line.document_ref, str(line.customer_id), line.label, ACCOUNT_NAMES[line.account], "-SPLIT-"),
        f"{line.amount:.2f}" if line.amount > 0 else "",
        f"{-line.amount:.2f}" if line.amount < 0 else "",
        f"{balance:.2f}",
    ]


def _type(line: Line) -> str:
    if line.journal == "BQ":
        return "Payment" if line.amount < 0 else "Check"
    return TYPES.get(line.kind, "General Journal")
