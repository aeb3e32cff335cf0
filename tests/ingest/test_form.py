"""What `encours inspect` finds in the bytes of a file: encoding, delimiter, header, days and marks."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path

import duckdb
import pytest
import xlsxwriter

from ingest.errors import FileError
from ingest.inspect import draft_of, inspect_all
from ingest.proposal import values
from ingest.proposal.form import form_of
from ingest.proposal.values import ColumnValues, date_form, look, marks_of

FRENCH = "Pièce;Client;Libellé;Montant TTC\nF1;Société Générale;Règlement à 30 jours;1,50\nF2;Café Noël;Reçu;2,00\n"


def write(folder: Path, content: str | bytes, name: str = "export.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    ("encoding", "found", "words"),
    [
        ("utf-8", "utf-8", "UTF-8"),
        ("utf-8-sig", "utf-8-sig", "UTF-8 with a byte-order mark"),
        ("windows-1252", "windows-1252", "probably Windows-1252"),
        ("cp850", "cp850", "probably CP850"),
        ("cp437", "cp850", "CP437 would read it alike"),
        ("utf-16", "utf-16", "UTF-16 with a byte-order mark"),
        ("utf-16-le", "utf-16-le", "UTF-16 without a byte-order mark"),
        ("utf-16-be", "utf-16-be", "UTF-16 without a byte-order mark"),
    ],
)
def test_an_encoding_is_told_by_its_bytes(tmp_path: Path, encoding: str, found: str, words: str) -> None:
    form = form_of(write(tmp_path, FRENCH.encode(encoding)))
    assert form.encoding is not None
    assert form.encoding.name == found
    assert words in form.encoding.ground
    assert form.header == ("Pièce", "Client", "Libellé", "Montant TTC")
    assert form.rows[0] == ("F1", "Société Générale", "Règlement à 30 jours", "1,50")


def test_letters_of_one_latin_encoding_only_tell_it_from_the_others(tmp_path: Path) -> None:
    form = form_of(write(tmp_path, "Nom;Montant\nŒuvre;10 €\nBœuf;20 €\n".encode("iso-8859-15")))
    assert form.encoding is not None
    assert form.encoding.name == "iso-8859-15"
    form = form_of(write(tmp_path, "Nom;Montant\nŒuvre;10 €\nBœuf;20 €\n".encode("windows-1252")))
    assert form.encoding is not None
    assert form.encoding.name == "windows-1252"


def test_an_accent_far_behind_the_beginning_is_still_found(tmp_path: Path) -> None:
    content = b"a;b\n" + b"x;1\n" * 400_000 + "é;2\n".encode("windows-1252")
    form = form_of(write(tmp_path, content))
    assert form.encoding is not None
    assert form.encoding.name == "windows-1252"
    assert not form.is_whole


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_delimiter_is_the_one_that_splits_evenly(tmp_path: Path, delimiter: str) -> None:
    rows = [["No", "Name", "Amount"], ["1", "A; B", '"1,5|0"'], ["2", "C", "2"]]
    content = "\n".join(delimiter.join(row if delimiter != ";" else [row[0], "A", row[2]]) for row in rows)
    form = form_of(write(tmp_path, content))
    assert form.delimiter == delimiter
    assert len(form.header) == 3


@pytest.mark.parametrize(
    ("content", "row", "titles"),
    [
        ("a,b,c\n1,2,3\n", 1, ()),
        ("Aged Receivables\nACME Ltd\n\nNo,Date,Amount\n1,2024-01-01,5\n", 4, ("Aged Receivables", "ACME Ltd")),
        ("Open items,,\nAs of,2024-01-31,\nNo,Date,Amount\n1,2024-01-01,5\n", 3, ("Open items", "As of · 2024-01-31")),
        (
            'EXTF;700;21;"Buchungsstapel";7\nUmsatz;Konto;Datum\n1,00;10000;0101\n',
            2,
            ("EXTF · 700 · 21 · Buchungsstapel · 7",),
        ),
    ],
)
def test_titles_above_the_header_are_told_from_it(tmp_path: Path, content: str, row: int, titles: tuple[str]) -> None:
    form = form_of(write(tmp_path, content))
    assert (form.header_row, form.titles) == (row, titles)


def test_a_file_without_a_header_is_said_to_have_none(tmp_path: Path) -> None:
    form = form_of(write(tmp_path, "1,2024-01-01,5.00\n2,2024-01-02,6.00\n"))
    assert form.header_row == 0
    assert form.header == ("column 1", "column 2", "column 3")
    assert len(form.rows) == 2


@pytest.mark.parametrize(
    ("content", "words"),
    [("a\nb\n", "LF"), ("a\r\nb\r\n", "CR LF"), ("a\rb\r", "CR"), ("a\r\nb\n", "CR LF and LF mixed")],
)
def test_line_ends(tmp_path: Path, content: str, words: str) -> None:
    assert form_of(write(tmp_path, content)).line_ends == words


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="is empty"):
        form_of(write(tmp_path, " \n"))


def test_a_sheet_may_have_titles_above_its_header(tmp_path: Path) -> None:
    path = tmp_path / "aged.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate([["Aged list"], [], ["No", "Customer", "Amount"], ["1", "C1", 5.5]]):
            sheet.write_row(at, 0, row)
    form = form_of(path)
    assert (form.format, form.header_row, form.header) == ("xlsx", 3, ("No", "Customer", "Amount"))
    assert form.rows == (("1", "C1", "5.5"),)


def test_rows_of_parquet_and_json_lines_come_from_their_readers(tmp_path: Path) -> None:
    query = "select 'F' || i as no, date '2024-03-01' as day, 1.50::decimal(18, 2) as amount from range(7000) as t(i)"
    with duckdb.connect() as connection:
        connection.execute(f"copy ({query}) to '{tmp_path / 'a.parquet'}'")
    form = form_of(tmp_path / "a.parquet")
    assert (form.header, form.rows[0], form.is_whole) == (("no", "day", "amount"), ("F0", "2024-03-01", "1.50"), False)
    lines = "\n".join(json.dumps({"no": f"F{number}", "amount": 1.5}) for number in range(3))
    form = form_of(write(tmp_path, lines, "a.jsonl"))
    assert (form.header, form.rows[2], form.is_whole) == (("no", "amount"), ("F2", "1.5"), True)


def dates(path: Path) -> values.DateForm:
    form = form_of(path)
    found = date_form(path, form, look(form))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("days", "options"),
    [
        (["2024-03-04"], ("%Y-%m-%d",)),
        (["20240304", "20241231"], ("%Y%m%d",)),
        (["2024/3/4"], ("%Y/%m/%d",)),
        (["03/04/2024"], ("%d/%m/%Y", "%m/%d/%Y")),
        (["03/04/2024", "13/04/2024"], ("%d/%m/%Y",)),
        (["03/04/2024", "04/13/2024"], ("%m/%d/%Y",)),
        (["03.04.24", "31.04.24"], ("%d.%m.%y",)),
        (["3-4-2024", "25-4-2024"], ("%d-%m-%Y",)),
        (["04-Mar-2024"], ("%d-%b-%Y",)),
        (["2024-03-04T10:11:12Z"], ("%Y-%m-%dT%H:%M:%SZ",)),
        (["2024-03-04 10:11:12.123"], ("%Y-%m-%d %H:%M:%S.%g",)),
        (["25/03/2024 10:11"], ("%d/%m/%Y %H:%M",)),
    ],
)
def test_how_days_are_written(tmp_path: Path, days: list[str], options: tuple[str, ...]) -> None:
    found = dates(write(tmp_path, "No,Day\n" + "".join(f"F{at},{day}\n" for at, day in enumerate(days))))
    assert found.options == options
    for day in days if len(options) == 1 else []:
        with duckdb.connect() as connection:
            (read,) = connection.execute(
                "select try_strptime(?, ?)", [day.replace("31.04", "30.04"), options[0]]
            ).fetchall()
        assert read[0] is not None


def test_an_undecided_day_says_what_was_looked_at(tmp_path: Path) -> None:
    found = dates(write(tmp_path, "No,Day\nA,03/04/2024\nB,05/06/2024\n"))
    assert "nothing decides" in found.ground
    assert "03/04/2024" in found.ground
    assert "all 2 rows" in found.ground


def test_one_value_far_behind_the_sample_decides_for_the_whole_file(tmp_path: Path) -> None:
    rows = "A,03/04/2024,é\n" * 100_000
    path = write(tmp_path, (f"No,Day,Text\n{rows}B,25/04/2024,é\n").encode("windows-1252"))
    found = dates(path)
    assert found.options == ("%d/%m/%Y",)
    assert "all rows of the file" in found.ground


def test_a_file_too_large_to_read_whole_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(values, "CHEAP_BYTES", 1 << 20)
    found = dates(write(tmp_path, "No,Day\n" + "A,03/04/2024\n" * 100_000 + "B,25/04/2024\n"))
    assert len(found.options) == 2
    assert "too large" in found.ground
    assert "the first" in found.ground


@pytest.mark.parametrize(
    ("numbers", "options", "thousands"),
    [
        (["1.50", "2"], (".",), ""),
        (["1,50", "2"], (",",), ""),
        (["1.234,50", "7,10"], (",",), "."),
        (["1,234.50", "7.10"], (".",), ","),
        (["1 234,50"], (",",), " "),
        (["1\u202f234,50"], (",",), "\u202f"),
        (["1'234.50"], (".",), "'"),
        (["1.234.567"], (",",), "."),
        (["1,234", "5,678"], (",", "."), ""),
        (["1,234", "5,67"], (",",), ""),
        (["1,234", "5.67"], (".",), ","),
        (["12", "7"], (".",), ""),
        (["1.50", "2,50"], (".", ","), ""),
    ],
)
def test_marks_of_numbers(tmp_path: Path, numbers: list[str], options: tuple[str, ...], thousands: str) -> None:
    form = form_of(write(tmp_path, "No;Amount\n" + "".join(f"F{at};{number}\n" for at, number in enumerate(numbers))))
    found = marks_of(form, [look(form)[1]])
    assert found is not None
    assert (found.options, found.thousands) == (options, thousands)


def test_ways_of_writing_beside_the_plain_one_are_named(tmp_path: Path) -> None:
    form = form_of(write(tmp_path, "No;Amount\nA;1,50-\nB;(2,50)\nC;€ 3,00\n"))
    found = marks_of(form, [look(form)[1]])
    assert found is not None
    assert found.oddities == (
        "a minus behind the number (1,50-)",
        "brackets for a minus ((2,50))",
        "a currency sign (€ 3,00)",
    )


def test_no_column_is_a_day_by_a_few_values(tmp_path: Path) -> None:
    form = form_of(write(tmp_path, "No;What\nA;2024-01-01\nB;later\n"))
    assert look(form)[1] == ColumnValues(1, 2, set(), set(), 2, ("2024-01-01", "later"), "2024-01-01")


def test_a_large_file_is_looked_at_in_little_memory(tmp_path: Path) -> None:
    line = b"F1;C1;03/04/2024;1.200,50;R\xe8glement\n"
    path = write(tmp_path, b"No;Customer;Date;Amount;Text\n" + line * (48 * (1 << 20) // len(line)))
    tracemalloc.start()
    form = form_of(path)
    date_form(path, form, look(form))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert not form.is_whole
    assert peak < path.stat().st_size


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xef\xbb\xbf<?xml version='1.0'?><a/>", "an XML file"),
        (b"PK\x03\x04rest", "a zip or Excel file"),
        (b"\x1f\x8b\x08\x00", "a gzip file"),
        (b"%PDF-1.7", "a PDF file"),
        (bytes.fromhex("d0cf11e0a1b11ae1"), "an old Excel (.xls) file"),
    ],
)
def test_what_is_no_delimited_text_is_named_and_not_split(tmp_path: Path, content: bytes, words: str) -> None:
    path = write(tmp_path, content)
    form = form_of(path)
    assert (form.words, form.header, form.rows) == (words, (), ())
    with pytest.raises(FileError, match="no draft is made"):
        draft_of(inspect_all([path]), "own")
