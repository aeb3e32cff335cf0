"""Lists of open items, week by week: what is open of each document on the accounts of customers on the list's day.

Traps on purpose: a list tells what is open and never what the document came to; what was settled between two lists is
only gone, and credits go with what they were set against; money not yet applied stands in the list beside the invoices.
"""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from sample.books import Books, Line
from sample.systems.settled import Group, NumberedLine, applications, groups

WEEKS = 6
"""Lists written: of the as-of day and of the same weekday of the weeks before."""

HEADER = ("entity", "document", "type", "customer", "posted_on", "due_on", "open_amount", "currency")
TYPES = {"invoice": "INV", "debit_note": "DBN", "credit_note": "CRN", "opening": "OPE"}


def list_days(books: Books) -> list[date]:
    """The days of the lists, oldest first."""
    return [books.as_of_on - timedelta(weeks=week) for week in reversed(range(WEEKS))]


def write_open_items(books: Books, out: Path) -> dict[str, int]:
    """Write a list a week and the canonical `entities.csv` that says the currency; rows by file."""
    all_groups = groups(books)
    told = Counter(line.document_ref for line in books.of_customers())
    rows_by_file = {"entities.csv": 1}
    for day in list_days(books):
        rows = sorted(row for group in all_groups for row in _rows(books, group, day, told))
        path = out / f"open_items_{day}.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(HEADER)
            writer.writerows(rows)
        rows_by_file[path.name] = len(rows)
    (out / "entities.csv").write_text(
        f"entity_id,base_currency\n{books.entity_id},{books.currency}\n", encoding="utf-8"
    )
    return rows_by_file


def _rows(books: Books, group: Group, day: date, told: Counter[str]) -> list[list[str]]:
    """The lines of a group that are open on a day, as the list has them."""
    then = Group(tuple(one for one in group.lines if one.line.posted_on <= day))
    left = {one.number: one.line.amount for one in then.lines}
    for applied in applications(then):
        left[applied.debit.number] -= applied.amount
        left[applied.credit.number] += applied.amount
    return [_row(books, one, left[one.number], told) for one in then.lines if left[one.number]]


def _row(books: Books, one: NumberedLine, open_amount: Decimal, told: Counter[str]) -> list[str]:
    line = one.line
    # A number that several lines have says nothing alone: a list names the line then.
    number = line.document_ref if told[line.document_ref] == 1 else f"{line.document_ref}-{one.number}"
    return [
        *(books.entity_id, number, _type(line), str(line.customer_id), line.posted_on.isoformat()),
        *(line.due_on.isoformat() if line.due_on is not None else "", f"{open_amount:.2f}", books.currency),
    ]


def _type(line: Line) -> str:
    if line.journal == "BQ" and line.amount < 0:
        return "PAY"
    return TYPES.get(line.kind, "ADJ")
