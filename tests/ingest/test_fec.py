"""A FEC is known by its header and its name, and every line of it is kept."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest

from ingest import exchange
from ingest.errors import FileError
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


def test_a_name_that_does_not_say_the_company_is_refused(extracts: Extracts) -> None:
    with pytest.raises(FileError, match=r"export\.txt: its name must say the slice, .* rename the file"):
        extracts.load(("export.txt", fec(*SALE)), as_of=AS_OF)


WRITTEN = {
    "tabs": fec(*SALE, *PAID).encode(),
    "bars": "\n".join((HEADER, *SALE, *PAID)).encode(),
    "byte-order mark": b"\xef\xbb\xbf" + fec(*SALE, *PAID).encode(),
    "Windows-1252": fec(*SALE, *PAID).encode("windows-1252"),
    "ISO 8859-15": fec(*SALE, *PAID).encode("iso-8859-15"),
    "DOS": fec(*SALE, *PAID).encode("cp850"),
    "CR LF": fec(*SALE, *PAID).replace("\n", "\r\n").encode(),
    "CR CR LF": fec(*SALE, *PAID).replace("\n", "\r\r\n").encode(),
    "CR": fec(*SALE, *PAID).replace("\n", "\r").encode(),
    "separator after each line": fec(*SALE, *PAID).replace("\n", "\t\n").encode(),
    "separator after each line but the first": fec(*SALE, *PAID)
    .replace("\n", "\t\n")
    .replace("\t\n", "\n", 1)
    .encode(),
    "other case": fec(*SALE, *PAID).replace("Debit", "DEBIT").replace("CompAuxNum", "compauxnum").encode(),
    "padded": fec(*SALE, *PAID).replace("1200,00", "      1200,00").replace("C1", "C1      ").encode(),
    "zeros before": fec(*SALE, *PAID).replace("1200,00", "00000001200,00").encode(),
    "empty for zero": fec(*SALE, *PAID).replace("\t0,00\t", "\t\t").encode(),
    "no day of the document": re.sub("\tF1\t20250110", "\tF1\t", fec(*SALE, *PAID)).encode(),
    "1900 for no day": re.sub("\tF1\t20250110", "\tF1\t19000101", fec(*SALE, *PAID)).encode(),
    "more columns": re.sub("\n", "\t20250301\tVIR\t\n", fec(*SALE, *PAID))
    .replace("\t20250301\tVIR\t\n", "\tDateRglt\tModeRglt\tNatOp\n", 1)
    .encode(),
}


@pytest.mark.parametrize("form", WRITTEN)
def test_every_way_of_writing_it_is_the_same_books(extracts: Extracts, form: str) -> None:
    report = extracts.load((NAME, WRITTEN[form]), as_of=AS_OF)
    assert counts(only(report)) == (5, 5, 0, 0, 0, 0)
    assert extracts.current("ledger_lines", "account, invoiced_on, debit, credit, label", order="_line") == [
        ("411000", date(2025, 1, 10), Decimal("1200.00"), Decimal("0.00"), "Écriture"),
        ("707000", date(2025, 1, 10), Decimal("0.00"), Decimal("1000.00"), "Écriture"),
        ("445710", date(2025, 1, 10), Decimal("0.00"), Decimal("200.00"), "Écriture"),
        ("512000", date(2025, 3, 1), Decimal("1200.00"), Decimal("0.00"), "Écriture"),
        ("411000", date(2025, 3, 1), Decimal("0.00"), Decimal("1200.00"), "Écriture"),
    ]


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("tabs", "read with encoding utf-8, delimiter tab, as found in its bytes"),
        ("bars", "read with encoding utf-8, delimiter vertical bar, as found in its bytes"),
        ("Windows-1252", "read with encoding windows-1252, delimiter tab, as found in its bytes"),
        ("DOS", "read with encoding cp850, delimiter tab, as found in its bytes"),
    ],
)
def test_what_was_found_in_the_bytes_is_told(extracts: Extracts, form: str, words: str) -> None:
    assert words in only(extracts.load((NAME, WRITTEN[form]), as_of=AS_OF)).warnings


@pytest.mark.parametrize(("debit_side", "credit_side"), [("D", "C"), ("+1", "-1")])
def test_amount_and_side_are_debit_and_credit(extracts: Extracts, debit_side: str, credit_side: str) -> None:
    header = HEADER.replace("Debit|Credit", "Montant|Sens")
    rows = [
        row.replace("|1200,00|0,00|", f"|1200,00|{debit_side}|").replace("|0,00|1200,00|", f"|1200,00|{credit_side}|")
        for row in (SALE[0], PAID[1])
    ]
    extracts.load((NAME, "\n".join((header, *rows))), as_of=AS_OF)
    assert extracts.current("ledger_lines", "debit, credit", order="_line") == [(1200, 0), (0, 1200)]


def test_a_side_that_is_neither_is_rejected(extracts: Extracts) -> None:
    header = HEADER.replace("Debit|Credit", "Montant|Sens")
    row = SALE[0].replace("|1200,00|0,00|", "|1200,00|X|")
    report = extracts.load((NAME, "\n".join((header, row))), as_of=AS_OF)
    assert counts(only(report)) == (1, 0, 0, 0, 1, 0)
    assert set(extracts.rejects()) == {
        (2, side, "Sens = X", "is not a number written with decimal mark ,") for side in ("debit", "credit")
    }


def test_a_line_without_any_amount_is_rejected(extracts: Extracts) -> None:
    report = extracts.load((NAME, fec(SALE[0].replace("|1200,00|0,00|", "|||"))), as_of=AS_OF)
    assert counts(only(report)) == (1, 0, 0, 0, 1, 0)
    assert extracts.rejects() == [(2, "debit", None, "is empty, and so is the credit")]


def test_quotes_are_letters(extracts: Extracts) -> None:
    report = extracts.load((NAME, fec(SALE[0].replace("Écriture", 'Tube 3" long'), SALE[1])), as_of=AS_OF)
    assert counts(only(report)) == (2, 2, 0, 0, 0, 0)
    assert extracts.current("ledger_lines", "label", order="_line")[0] == ('Tube 3" long',)


def test_a_year_exported_anew_is_the_same_year(extracts: Extracts) -> None:
    """Another day in the name, more lines: nothing is taken twice."""
    extracts.load(("123456789FEC20250331.txt", fec(*SALE)), as_of=date(2025, 3, 31))
    report = extracts.load(("123456789FEC20250630.txt", fec(*SALE, *PAID)), as_of=date(2025, 6, 30))
    assert counts(only(report)) == (5, 2, 0, 3, 0, 0)
    assert only(report).slice == "entity=123456789,period=2025-01"


def test_a_line_posted_late_into_an_earlier_month_does_not_make_another_year(extracts: Extracts) -> None:
    """Nor does one that is gone: what was loaded of the year gives way to what is exported now."""
    march = line("1", "20250310", "411000", "1200,00", "0,00", customer="C1")
    extracts.load(("123456789FEC20250331.txt", fec(march)), as_of=date(2025, 3, 31))
    february = line("2", "20250214", "411000", "50,00", "0,00", customer="C1", piece="F2")
    corrected = line("1", "20250310", "411000", "1300,00", "0,00", customer="C1")
    june = line("3", "20250610", "411000", "10,00", "0,00", customer="C1", piece="F3")
    report = extracts.load(("123456789FEC20250630.txt", fec(february, corrected, june)), as_of=date(2025, 6, 30))
    assert only(report).slice == "entity=123456789,period=2025-03"
    assert extracts.rows("select sum(debit) from raw.ledger_lines where _replaced_in is null") == [
        (Decimal("1360.00"),)
    ]
    lettered = line("1", "20250310", "411000", "1300,00", "0,00", customer="C1", let="A")
    report = extracts.load(("123456789FEC20250731.txt", fec(lettered, june)), as_of=date(2025, 7, 31))
    assert only(report).slice == "entity=123456789,period=2025-03"
    assert extracts.rows(
        "select matching_code, debit from raw.ledger_lines where _replaced_in is null order by debit"
    ) == [(None, Decimal("10.00")), ("A", Decimal("1300.00"))]


def test_the_next_year_is_another_one(extracts: Extracts) -> None:
    """Also where a stray line of the old one lies in it."""
    stray = line("2", "20260102", "411000", "5,00", "0,00", customer="C1", piece="F2")
    extracts.load((NAME, fec(*SALE, stray)), as_of=AS_OF)
    new = [line(str(day), f"202601{day:02}", "411000", "7,00", "0,00", customer="C1") for day in (1, 9, 28)]
    report = extracts.load(("123456789FEC20260131.txt", fec(*new)), as_of=date(2026, 1, 31))
    assert only(report).slice == "entity=123456789,period=2026-01"
    assert extracts.rows("select count(distinct _slice) from raw.ledger_lines where _replaced_in is null") == [(2,)]


def test_two_exports_of_one_year_are_not_added_up(extracts: Extracts) -> None:
    with pytest.raises(
        FileError, match=r"FEC20250331\.txt and .*FEC20250630\.txt hold the same days .* the newer one only"
    ):
        extracts.load(
            ("123456789FEC20250331.txt", fec(*SALE)), ("123456789FEC20250630.txt", fec(*SALE, *PAID)), as_of=AS_OF
        )
    assert extracts.rows("select count(*) from raw.loads") == [(0,)]


def test_customers_of_two_companies_are_kept_apart(extracts: Extracts) -> None:
    extracts.load((NAME, fec(*SALE)), (NAME.replace("123456789", "987654321"), fec(*SALE)), as_of=AS_OF)
    assert extracts.rows(
        "select entity_id, customer_id, customer_name from raw.ledger_lines where account = '411000' order by 1"
    ) == [
        ("123456789", "123456789:C1", "Client C1"),
        ("987654321", "987654321:C1", "Client C1"),
    ]


def test_every_line_is_kept_with_its_amounts_as_they_stand(extracts: Extracts) -> None:
    report = extracts.load((NAME, fec(*SALE, *PAID)), as_of=AS_OF)
    assert counts(only(report)) == (5, 5, 0, 0, 0, 0)
    assert extracts.current("ledger_lines", "account, customer_id, posted_on, debit, credit", order="_line") == [
        ("411000", "123456789:C1", date(2025, 1, 10), Decimal("1200.00"), Decimal("0.00")),
        ("707000", "123456789:707000", date(2025, 1, 10), Decimal("0.00"), Decimal("1000.00")),
        ("445710", "123456789:445710", date(2025, 1, 10), Decimal("0.00"), Decimal("200.00")),
        ("512000", "123456789:512000", date(2025, 3, 1), Decimal("1200.00"), Decimal("0.00")),
        ("411000", "123456789:C1", date(2025, 3, 1), Decimal("0.00"), Decimal("1200.00")),
    ]


def test_lettering_changes_a_line_and_makes_no_other(extracts: Extracts) -> None:
    extracts.load((NAME, fec(*SALE, *PAID)), as_of=AS_OF)
    lettered = [row.replace("|||20250", "|AA||20250") if "|411000|" in row else row for row in (*SALE, *PAID)]
    report = extracts.load((NAME, fec(*lettered)), as_of=AS_OF)
    assert counts(only(report)) == (5, 0, 2, 3, 0, 0)
    assert extracts.rows(
        "select distinct matching_code from raw.ledger_lines where _replaced_in is null and account = '411000'"
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


def test_a_rejected_line_goes_out_and_comes_back_mended(extracts: Extracts) -> None:
    """Of a file with quotes that are letters, in a code page of DOS, with its company in its name."""
    bad = SALE[0].replace("|20250110|411000|", "|2025-01-10|411000|").replace("Écriture", "Tube 3\" d'été")
    report = extracts.load((NAME, fec(bad, *SALE[1:]).encode("cp850")), as_of=AS_OF)
    assert counts(only(report)) == (3, 2, 0, 0, 1, 0)
    ((path, rows),) = exchange.export(
        extracts.connection, exchange.lines(extracts.connection), extracts.folder / "rejects.csv"
    )
    assert rows == 1
    path.write_bytes(path.read_bytes().replace(b"2025-01-10", b"20250110"))
    exchange.reload(extracts.connection, path, lambda _: None)
    assert extracts.current("ledger_lines", "entity_id, customer_id, label, debit", order="account")[0] == (
        ("123456789", "123456789:C1", "Tube 3\" d'été", Decimal("1200.00"))
    )
    assert [line.state for line in exchange.lines(extracts.connection)] == ["mended"]
