"""A FEC is known by its header and its name, and every line of it is kept."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from ingest.recognise import recognise
from tests.ingest.extracts import Extracts, counts, only

NAME = "123456789FEC20251231.txt"
AS_OF = date(2025, 12, 31)
HEADER = (
    "JournalCode|JournalLib|EcritureNum|EcritureDate|CompteNum|CompteLib|CompAuxNum|CompAuxLib|PieceRef|PieceDate|"
    "EcritureLib|Debit|Credit|EcritureLet|DateLet|ValidDate|Montantdevise|Idevise"
)


def line(
    entry: str, day: str, account: str, debit: str, credit: str, *, customer: str = "", piece: str = "F1", let: str = ""
) -> str:
    """One line, with bars where the file has tabs."""
    named = f"Client {customer}" if customer else ""
    return "|".join(
        (
            *("VE", "Ventes", entry, day, account, "Compte", customer, named, piece, day),
            *("Écriture", debit, credit, let, "", day, "", ""),
        )
    )


def fec(*lines: str) -> str:
    """The content of a file."""
    return "\n".join((HEADER, *lines)).replace("|", "\t") + "\n"


SALE = (
    line("1", "20250110", "411000", "1200,00", "0,00", customer="C1"),
    line("1", "20250110", "707000", "0,00", "1000,00"),
    line("1", "20250110", "445710", "0,00", "200,00"),
)
PAID = (
    line("2", "20250301", "512000", "1200,00", "0,00", piece="VIR"),
    line("2", "20250301", "411000", "0,00", "1200,00", customer="C1", piece="VIR"),
)


def test_it_is_known_by_its_header(extracts: Extracts) -> None:
    found = recognise(extracts.write("export.txt", fec(*SALE)))
    assert (found.source, [table.table for table in found.tables]) == ("fec", ["ledger_lines"])


def test_every_line_is_kept_with_its_amounts_as_they_stand(extracts: Extracts) -> None:
    report = extracts.load((NAME, fec(*SALE, *PAID)), as_of=AS_OF)
    assert counts(only(report)) == (5, 5, 0, 0, 0, 0)
    assert extracts.current("ledger_lines", "account, customer_id, posted_on, debit, credit", order="_line") == [
        ("411000", "C1", date(2025, 1, 10), Decimal("1200.00"), Decimal("0.00")),
        ("707000", None, date(2025, 1, 10), Decimal("0.00"), Decimal("1000.00")),
        ("445710", None, date(2025, 1, 10), Decimal("0.00"), Decimal("200.00")),
        ("512000", None, date(2025, 3, 1), Decimal("1200.00"), Decimal("0.00")),
        ("411000", "C1", date(2025, 3, 1), Decimal("0.00"), Decimal("1200.00")),
    ]


def test_lettering_changes_a_line_and_makes_no_other(extracts: Extracts) -> None:
    extracts.load((NAME, fec(*SALE, *PAID)), as_of=AS_OF)
    lettered = [row.replace("|||20250", "|AA||20250") if "|411000|" in row else row for row in (*SALE, *PAID)]
    report = extracts.load((NAME, fec(*lettered)), as_of=AS_OF)
    assert counts(only(report)) == (5, 0, 2, 3, 0, 0)
    assert extracts.rows(
        "select distinct matching_code from raw.ledger_lines where _replaced_in is null and customer_id = 'C1'"
    ) == [("AA",)]


def test_lines_that_are_alike_are_two(extracts: Extracts) -> None:
    report = extracts.load((NAME, fec(SALE[0], SALE[0])), as_of=AS_OF)
    assert counts(only(report)) == (2, 2, 0, 0, 0, 0)
    assert len(set(extracts.current("ledger_lines", "line_id"))) == 2


def test_another_year_closes_nothing_of_this_one(extracts: Extracts) -> None:
    extracts.load((NAME, fec(*SALE)), as_of=AS_OF)
    next_year = "123456789FEC20261231.txt"
    report = extracts.load((next_year, fec(line("1", "20260110", "411000", "5,00", "0,00"))), as_of=date(2026, 1, 31))
    assert counts(only(report)) == (1, 1, 0, 0, 0, 0)
    assert len(extracts.current("ledger_lines", "line_id")) == 4
