"""The sample company's books as FEC files, one a calendar year, each in another of the ways programs write them.

The traps of the format are in them on purpose: tabs and bars, three encodings and a byte-order mark, amounts padded or
with their side apart, CR CR LF, a separator after each line, days of 1900 for none, references that are zeros or
shared, lettering codes used again by customer and by year, groups that do not balance, years that open with one line a
customer or with one a document.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import count
from pathlib import Path
from zlib import crc32

from sample.books import ACCOUNT_NAMES, CARRIED, CUSTOMER_ACCOUNTS, JOURNAL_NAMES, Books, Line, read_books
from sample.generator import SampleSummary, generate

SIREN = "123456789"
SIGNED = ("Montant", "Sens")
HEADER = (
    *("JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "CompAuxNum", "CompAuxLib"),
    *("PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit", "EcritureLet", "DateLet", "ValidDate"),
    *("Montantdevise", "Idevise"),
)


@dataclass(frozen=True)
class Manner:
    """One way of writing a FEC."""

    delimiter: str = "\t"
    encoding: str = "utf-8"
    line_end: str = "\n"
    ends_in_delimiter: bool = False
    width: int = 0
    """Amounts are padded to so many characters."""
    has_sides: bool = False
    """Amount and side in place of debit and credit."""
    dates_lettering: bool = True


MANNERS = (
    Manner(delimiter="|", encoding="cp850", line_end="\r\n", width=14),
    Manner(encoding="windows-1252", line_end="\r\r\n", dates_lettering=False),
    Manner(encoding="utf-8-sig", has_sides=True),
    Manner(encoding="utf-8", line_end="\r\n", ends_in_delimiter=True),
)
"""The years' in turn."""


def generate_fec(
    out: Path, *, invoices: int = 20000, seed: int = 7, progress: Callable[[str], None] | None = None
) -> SampleSummary:
    """Write the sample company's French entity as FEC files to ``out``; arguments and errors as those of `generate`."""
    with tempfile.TemporaryDirectory(prefix="encours-sample-") as folder:
        made = generate(Path(folder), invoices=invoices, seed=seed, progress=progress)
        if progress is not None:
            progress("Keeping the books")
        books = read_books(Path(folder), entity_id="FR", currency="EUR", as_of_on=made.as_of_on)
    return replace(made, out=out, rows=write_fec(books, out))


def write_fec(books: Books, out: Path) -> dict[str, int]:
    """Write ``books`` to the folder ``out``, a file a year, the last up to the as-of day; lines by file."""
    out.mkdir(parents=True, exist_ok=True)
    years = range(min(line.posted_on for line in books.lines).year, books.as_of_on.year + 1)
    written = {}
    for place, year in enumerate(years):
        closing = min(date(year, 12, 31), books.as_of_on)
        path = out / f"{SIREN}FEC{closing:%Y%m%d}.txt"
        manner = MANNERS[place % len(MANNERS)]
        rows = _year(books, year, is_first=place == 0)
        path.write_bytes(_written(rows, manner, books).encode(manner.encoding))
        written[path.name] = len(rows)
    return written


@dataclass(frozen=True)
class _Row:
    line: Line
    code: str | None = None
    lettered_on: date | None = None


def _year(books: Books, year: int, *, is_first: bool) -> list[_Row]:
    """The rows of a year: what it opens with, then what was booked in it."""
    of_year = [line for line in books.lines if line.posted_on.year == year]
    before = [line for line in books.of_customers() if line.posted_on.year < year]
    opening = [] if is_first else _opening(before, date(year, 1, 1))
    rows = [*opening, *of_year]
    # The year's file is written on the last day of the books: it holds what was lettered until then.
    ends: dict[tuple[str, str, str], date] = {}
    balances: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    sizes: dict[tuple[str, str, str], int] = defaultdict(int)
    for line in books.of_customers():
        if line.group is not None:
            key = (str(line.customer_id), line.account, line.group)
            ends[key] = max(ends.get(key, line.posted_on), line.posted_on)
            balances[key] += line.amount
            sizes[key] += 1
    codes: dict[tuple[str, str, str], str] = {}
    numbers: dict[tuple[str, str], Iterator[int]] = defaultdict(count)
    # Where years open with one line a customer, a program goes on counting its codes; else it begins anew each year.
    for line in books.of_customers():
        key = (str(line.customer_id), line.account, str(line.group))
        if key not in codes and line.group is not None and not carries_documents(key[0]):
            codes[key] = letters(next(numbers[key[:2]]))
    found = []
    for line in rows:
        key = (str(line.customer_id), line.account, str(line.group))
        if line.group is None or not _is_lettered(line, sizes[key], balances[key]):
            found.append(_Row(line))
            continue
        if key not in codes:
            codes[key] = letters(next(numbers[key[:2]]))
        found.append(_Row(line, codes[key], ends[key] if not balances[key] else None))
    return found


def _is_lettered(line: Line, size: int, balance: Decimal) -> bool:
    """Whole groups are; of those that leave something open every third, which then do not balance."""
    return size > 1 and (not balance or crc32(str(line.group).encode()) % 3 == 0)


def carries_documents(customer_id: str) -> bool:
    """Whether the years open with one line a document for this customer; else with one line in all."""
    return crc32(customer_id.encode()) % 2 == 0


def _opening(before: list[Line], day: date) -> list[Line]:
    """What a year opens with, balanced by one line."""
    left: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    open_groups: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for line in before:
        left[str(line.customer_id), line.account] += line.amount
        open_groups[str(line.customer_id), line.account, line.group or str(line.entry)] += line.amount
    opened: list[Line] = []
    for line in before:
        customer = str(line.customer_id)
        if carries_documents(customer) and open_groups[customer, line.account, line.group or str(line.entry)]:
            opened.append(replace(line, entry=0, journal="AN", posted_on=day))
    for (customer, account), amount in sorted(left.items()):
        if amount and not carries_documents(customer):
            opened.append(
                Line(0, "AN", day, account, customer, "SOLDE", date(1900, 1, 1), None, "opening", "Report", amount)
            )
    total = sum((line.amount for line in opened), Decimal(0))
    if total:
        opened.append(Line(0, "AN", day, CARRIED, None, "SOLDE", day, None, "opening", "Report", -total))
    return opened


def letters(number: int) -> str:
    """AA, AB, … ZZ, AAA, …"""
    letters, number = "", number + 26
    while True:
        letters = chr(ord("A") + number % 26) + letters
        number = number // 26 - 1
        if number < 0:
            return letters


def _written(rows: list[_Row], manner: Manner, books: Books) -> str:
    header = list(HEADER)
    if manner.has_sides:
        header[header.index("Debit") : header.index("Credit") + 1] = SIGNED
    write = _row_writer(manner, books)
    lines = [manner.delimiter.join(header), *(manner.delimiter.join(write(row)) for row in rows)]
    ends = manner.delimiter + manner.line_end if manner.ends_in_delimiter else manner.line_end
    return "".join(line + ends for line in lines)


def _row_writer(manner: Manner, books: Books) -> Callable[[_Row], list[str]]:
    def amount(value: Decimal) -> str:
        return f"{value:.2f}".replace(".", ",").rjust(manner.width)

    def write(row: _Row) -> list[str]:
        line = row.line
        is_customer = line.account in CUSTOMER_ACCOUNTS
        size = abs(line.amount)
        side = "D" if line.amount > 0 else "C"
        sides = [amount(size), side]
        if not manner.has_sides:
            sides = [amount(size if side == "D" else Decimal(0)), amount(size if side == "C" else Decimal(0))]
        # A bank's lines have no document of their own.
        reference = "00000000" if line.journal == "BQ" and not is_customer else line.document_ref
        day = "19000101" if line.document_on.year == 1900 else f"{line.document_on:%Y%m%d}"
        return [
            *(line.journal, JOURNAL_NAMES[line.journal], str(line.entry), f"{line.posted_on:%Y%m%d}"),
            *(line.account, ACCOUNT_NAMES[line.account]),
            line.customer_id or "",
            books.customer_names.get(line.customer_id or "", ""),
            *(reference, day, line.label.replace(manner.delimiter, " "), *sides),
            row.code or "",
            f"{row.lettered_on:%Y%m%d}" if row.lettered_on and manner.dates_lettering else "",
            f"{line.posted_on:%Y%m%d}",
            *("", ""),
        ]

    return write
