"""The sample company's books owe what its extracts owe, whatever form they are written in."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from sample import generate
from sample.books import CUSTOMER_ACCOUNTS, Books, read_books
from sample.fec import MANNERS, write_fec

AS_OF = date(2026, 3, 29)


@pytest.fixture(scope="module")
def extracts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The canonical extracts of a small company."""
    folder = tmp_path_factory.mktemp("company")
    generate(folder, invoices=2000, seed=11)
    return folder


@pytest.fixture(scope="module")
def books(extracts: Path) -> Books:
    """The books of its French entity."""
    return read_books(extracts, entity_id="FR", currency="EUR", as_of_on=AS_OF)


@pytest.fixture(scope="module")
def files(books: Books, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Its FEC files, oldest first."""
    folder = tmp_path_factory.mktemp("fec")
    return [folder / name for name in write_fec(books, folder)]


def test_every_entry_balances(books: Books) -> None:
    entries: dict[int, Decimal] = defaultdict(Decimal)
    for line in books.lines:
        entries[line.entry] += line.amount
    assert len(entries) > 2000
    assert set(entries.values()) == {Decimal(0)}


def test_entries_are_numbered_by_day_without_a_gap(books: Books) -> None:
    days: dict[int, set[date]] = defaultdict(set)
    for line in books.lines:
        days[line.entry].add(line.posted_on)
    assert list(days) == list(range(1, len(days) + 1))
    in_order = [day for (day,) in days.values()]
    assert in_order == sorted(in_order)


def test_a_customer_of_one_currency_owes_what_its_documents_come_to(extracts: Path, books: Books) -> None:
    """By the extracts: documents less payments, of customers that never had one in another currency.

    A bill is money on the day it matures, and owed until then.
    """
    owed: dict[str, Decimal] = defaultdict(Decimal)
    foreign = set()
    for name, day in (("invoices.csv", "posted_on"), ("payments.csv", "posted_on")):
        with (extracts / name).open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                if row["entity_id"] != "FR" or row["status"] != "posted" or row[day] > AS_OF.isoformat():
                    continue
                if (row.get("matures_on") or "") > AS_OF.isoformat():
                    continue
                if row["currency"] != "EUR":
                    foreign.add(row["customer_id"])
                sign = -1 if row.get("payment_type") in ("payment", "deposit") else 1
                owed[row["customer_id"]] += sign * Decimal(row["amount"])
    expected = {customer: amount for customer, amount in owed.items() if amount and customer not in foreign}
    assert len(expected) > 5
    assert {customer: amount for customer, amount in books.balances().items() if customer not in foreign} == expected


def _rows(path: Path, place: int) -> list[dict[str, str]]:
    manner = MANNERS[place]
    text = path.read_bytes().decode(manner.encoding)
    lines = [
        line.removesuffix(manner.delimiter) if manner.ends_in_delimiter else line for line in re.split("\r*\n", text)
    ]
    header, *rows = (line.split(manner.delimiter) for line in lines if line)
    return [dict(zip(header, row, strict=True)) for row in rows]


def _amount(row: dict[str, str]) -> Decimal:
    def number(name: str) -> Decimal:
        return Decimal(row[name].strip().replace(",", "."))

    if "Sens" in row:
        return number("Montant") * (1 if row["Sens"] == "D" else -1)
    return number("Debit") - number("Credit")


def test_each_year_balances_and_the_last_owes_what_the_books_owe(books: Books, files: list[Path]) -> None:
    for place, path in enumerate(files):
        rows = _rows(path, place)
        assert sum(map(_amount, rows)) == 0, path.name
    owed: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        if row["CompteNum"] in CUSTOMER_ACCOUNTS:
            owed[row["CompAuxNum"]] += _amount(row)
    assert {customer: amount for customer, amount in owed.items() if amount} == books.balances()


def test_the_traps_of_the_format_are_in_it(files: list[Path]) -> None:
    years = [_rows(path, place) for place, path in enumerate(files)]
    assert len({(manner.delimiter, manner.encoding, manner.line_end) for manner in MANNERS}) == len(MANNERS)
    groups: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    customers_of_code = defaultdict(set)
    for row in years[1]:
        if row["EcritureLet"]:
            groups[row["CompteNum"], row["CompAuxNum"], row["EcritureLet"]] += _amount(row)
            customers_of_code[row["EcritureLet"]].add(row["CompAuxNum"])
    assert any(groups.values())
    assert not all(groups.values())
    assert max(map(len, customers_of_code.values())) > 5
    opening = [row for row in years[1] if row["JournalCode"] == "AN" and row["CompAuxNum"]]
    assert {row["PieceRef"] == "SOLDE" for row in opening} == {True, False}
    assert {"19000101"} < {row["PieceDate"] for row in opening}
    assert any(row["EcritureLet"] and not row["DateLet"] for row in years[1])
    assert {row["PieceRef"] for row in years[2] if row["CompteNum"] == "512000"} == {"00000000"}
