"""Dynamics 365 Business Central: customer ledger entries and detailed customer ledger entries, as workbooks.

Traps on purpose: applications in two rows of which one speaks of the applying entry itself, applications taken back
(`Unapplied`), payment tolerance that is no entry of its own, no currency where it is the local one, real dates and
numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import xlsxwriter

from sample.books import Books, Line
from sample.systems.settled import Application, applications, groups

ENTRY_HEADER = (
    *("Entry No.", "Posting Date", "Document Date", "Document Type", "Document No.", "Customer No.", "Customer Name"),
    *("Description", "Currency Code", "Amount", "Amount (LCY)", "Due Date", "Open"),
)
DETAIL_HEADER = (
    *(
        "Entry No.",
        "Cust. Ledger Entry No.",
        "Entry Type",
        "Posting Date",
        "Document Type",
        "Document No.",
        "Customer No.",
    ),
    *("Currency Code", "Amount", "Amount (LCY)", "Initial Entry Due Date", "Initial Document Type"),
    *("Applied Cust. Ledger Entry No.", "Unapplied"),
)
TYPES = {
    "invoice": "Invoice",
    "debit_note": "Invoice",
    "credit_note": "Credit Memo",
    "payment": "Payment",
    "refund": "Refund",
}
Cell = str | int | Decimal | date | None


def write_business_central(books: Books, out: Path) -> dict[str, int]:
    """Write the two workbooks and the canonical `entities.csv` that says the local currency; rows by file."""
    details = _Details()
    tolerated: set[int] = set()
    parts: list[Application] = []
    for group in groups(books):
        of_group = list(applications(group))
        for part in of_group:
            others = [one for one in of_group if one.credit.number == part.credit.number]
            if part.credit.line.kind == "write_off" and others == [part] and not group.balance:
                tolerated.add(part.credit.number)
        parts += of_group
    entries: list[list[Cell]] = []
    for number, line in enumerate(books.lines, start=1):
        if line.customer_id is None or number in tolerated:
            continue
        entries.append(_entry(books, number, line))
        details.add(number, "Initial Entry", line.posted_on, line, line, line.amount, None)
    for place, part in enumerate(sorted(parts, key=lambda part: part.applied_on)):
        debit, credit = part.debit, part.credit
        if credit.number in tolerated:
            details.add(
                debit.number, "Payment Tolerance", credit.line.posted_on, credit.line, debit.line, -part.amount, None
            )
            continue
        # Now and then an invoice is applied to a payment that was there before.
        applying, applied = (debit, credit) if place % 5 == 0 else (credit, debit)
        sign = -1 if applied is debit else 1
        for unapplied in (True, False) if place % 50 == 0 else (False,):
            for direction in (1, -1) if unapplied else (1,):
                amount = sign * direction * part.amount
                day = part.applied_on
                details.add(
                    applied.number, "Application", day, applying.line, applied.line, amount, applying.number, unapplied
                )
                details.add(
                    applying.number,
                    "Application",
                    day,
                    applying.line,
                    applying.line,
                    -amount,
                    applying.number,
                    unapplied,
                )
    (out / "entities.csv").write_text(f"entity_id,base_currency\nMAIN,{books.currency}\n", encoding="utf-8")
    return {
        "Customer Ledger Entries.xlsx": _write(out / "Customer Ledger Entries.xlsx", ENTRY_HEADER, entries),
        "Detailed Customer Ledger Entries.xlsx": _write(
            out / "Detailed Customer Ledger Entries.xlsx", DETAIL_HEADER, details.rows
        ),
        "entities.csv": 1,
    }


def _entry(books: Books, number: int, line: Line) -> list[Cell]:
    return [
        number,
        line.posted_on,
        line.document_on,
        TYPES.get(line.kind),
        line.document_ref,
        line.customer_id,
        books.customer_names.get(str(line.customer_id)),
        line.label,
        None,
        line.amount,
        line.amount,
        line.due_on or line.posted_on,
        "",
    ]


class _Details:
    """The detailed entries, numbered as they are added."""

    def __init__(self) -> None:
        self.rows: list[list[Cell]] = []

    def add(
        self,
        entry: int,
        kind: str,
        day: date,
        of: Line,
        initial: Line,
        amount: Decimal,
        applied: int | None,
        unapplied: bool = False,
    ) -> None:
        self.rows.append(
            [
                *(len(self.rows) + 1, entry, kind, day, TYPES.get(of.kind), of.document_ref, initial.customer_id),
                *(None, amount, amount, initial.due_on or initial.posted_on, TYPES.get(initial.kind)),
                *(applied or 0, "Yes" if unapplied else "No"),
            ]
        )


def _write(path: Path, header: Sequence[str], rows: Sequence[Sequence[Cell]]) -> int:
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        # Else the moment of writing would be in it, and no two files were alike.
        book.set_properties({"created": datetime(2026, 1, 1, tzinfo=UTC)})
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, header)
        for number, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write_datetime(number, column, value, day)
                elif value is not None:
                    sheet.write(number, column, value)
    return len(rows)
