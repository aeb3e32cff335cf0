"""A rejected row keeps its line, its text and the very bytes of the file, whatever the file is."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
import xlsxwriter

from ingest.loader import load
from tests.ingest.extracts import AS_OF, Extracts, invoices

OWN = "name: own\ndescription: Own.\nbase_currency: EUR\nfile: {}\ntables: [{{table: invoices}}]\n"
HEADER = "invoice_id,customer_id,posted_on,amount,reference"
GOOD = "I-1,C,2026-01-05,1.00,fine"


def kept(extracts: Extracts) -> list[tuple[int, bytes]]:
    return [(line, bytes(raw)) for line, raw in extracts.rejects("distinct line, raw_bytes")]


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("encoding", "bad"),
    [
        ("utf-8", "I-2,C,soon,1.00,Café €"),
        ("utf-8-sig", "I-2,C,soon,1.00,Café €"),
        ("windows-1252", "I-2,C,soon,1.00,Café €"),
        ("iso-8859-15", "I-2,C,soon,1.00,Café €"),
        ("windows-1252", "I-2,Café"),
    ],
)
def test_bytes_of_a_line(extracts: Extracts, encoding: str, bad: str, ending: str) -> None:
    mapping = extracts.write("own.yml", OWN.format(f"{{encoding: {encoding}}}"))
    content = ending.join((HEADER, GOOD, bad, "I-3,C,2026-01-05,3.00,é", ""))
    extracts.load(("list.csv", content.encode(encoding)), source=mapping)
    assert kept(extracts) == [(3, bad.encode(encoding.removesuffix("-sig")))]
    assert extracts.rejects("distinct raw_line") == [(bad,)]


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1252"])
def test_bytes_of_a_record_of_several_lines_with_mixed_line_ends(extracts: Extracts, encoding: str) -> None:
    mapping = extracts.write("own.yml", OWN.format(f"{{encoding: {encoding}, multiline: true}}"))
    bad = 'I-2,C,soon,1.00,"é\r\n\nfin"'
    content = f"{HEADER}\r{GOOD}\n\n{bad}\r\nI-3,C,never,3.00,é".encode(encoding)
    extracts.load(("list.csv", content), source=mapping)
    assert kept(extracts) == [(4, bad.encode(encoding)), (7, "I-3,C,never,3.00,é".encode(encoding))]


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1252"])
@pytest.mark.parametrize("above", ["", "Report\r\r\nof March\r\r\n"])
def test_bytes_of_lines_that_end_in_two_carriage_returns(extracts: Extracts, encoding: str, above: str) -> None:
    """Programs make CR CR LF of CR LF: one line end, and the bytes are not those of a line before."""
    lines_above = above.count("\n")
    mapping = extracts.write("own.yml", OWN.format(f"{{encoding: {encoding}, header_row: {lines_above + 1}}}"))
    bad = "I-2,C,soon,1.00,é"
    content = above + "\r\r\n".join((HEADER, GOOD, bad, "I-3,C,2026-01-05,3.00,é", ""))
    extracts.load(("list.csv", content.encode(encoding)), source=mapping)
    assert kept(extracts) == [(3 + lines_above, bad.encode(encoding))]


def test_bytes_of_a_line_far_into_a_large_file(extracts: Extracts) -> None:
    mapping = extracts.write("own.yml", OWN.format("{encoding: windows-1252}"))
    rows = [f"I-{number},C,2026-01-05,1.00,{'é' * 60}" for number in range(90_000)]
    for number in (0, 61_000, 89_999):
        rows[number] = f"I-{number},C,soon,1.00,é{number}"
    extracts.load(("list.csv", invoices(*rows, header=HEADER).encode("windows-1252")), source=mapping)
    assert kept(extracts) == [(n + 2, rows[n].encode("windows-1252")) for n in (0, 61_000, 89_999)]


def test_json_lines(extracts: Extracts) -> None:
    mapping = extracts.write("own.yml", OWN.format("{format: jsonl}"))
    good = json.dumps({"invoice_id": "I-1", "customer_id": "C", "posted_on": "2026-01-05", "amount": 1.5})
    bad = '{"invoice_id": "I-2",  "customer_id": "Zoé", "posted_on": "2026-01-05", "amount": 1.005}'
    extracts.load(("list.jsonl", f"{good}\n\n{bad}\n"), source=mapping)
    assert kept(extracts) == [(3, bad.encode())]
    assert extracts.rejects("raw_line, value") == [(bad, "1.005")]


def test_formats_without_lines_keep_the_values(extracts: Extracts, tmp_path: Path) -> None:
    mapping = extracts.write("own.yml", OWN.format("{}"))
    path = tmp_path / "list.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select 'I-1' as invoice_id, 'C' as customer_id, date '2026-01-05' as posted_on, "
            f"unnest([1.00, 1.005]) as amount) to '{path}' (format parquet)"
        )
    load(extracts.connection, [path], source=mapping, as_of=AS_OF)
    ((line, raw_line, raw_bytes),) = extracts.rejects("line, raw_line, raw_bytes")
    assert (line, raw_bytes) == (2, None)
    assert json.loads(raw_line) == {
        "invoice_id": "I-1",
        "customer_id": "C",
        "posted_on": "2026-01-05",
        "amount": "1.005",
    }

    book = tmp_path / "list.xlsx"
    with xlsxwriter.Workbook(book) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, HEADER.split(","))
        sheet.write_row(2, 0, ["J-1", "C", "soon", 1.5, "x"])
    load(extracts.connection, [book], source=mapping, as_of=AS_OF)
    assert extracts.rows("select line, raw_line, raw_bytes from raw.rejects where file = 'list.xlsx'") == [
        (3, "J-1,C,soon,1.5,x", None)
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "windows-1252"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("more", ["", ",one too many"])
def test_all_of_a_long_line_is_kept(extracts: Extracts, encoding: str, ending: str, more: str) -> None:
    """The reader tells ten thousand bytes of a line it rejects: amount and key may stand behind them."""
    mapping = extracts.write("own.yml", OWN.format(f"{{encoding: {encoding}}}"))
    header, long = "reference,invoice_id,customer_id,posted_on,amount", "é" * 30_000
    bad = [f"{long}{number},I-{number},C,soon,{number}.50{more}" for number in (2, 3)]
    content = ending.join((header, "fine,I-1,C,2026-01-05,1.00", *bad, "fine,I-4,C,2026-01-05,4.00", ""))
    extracts.load(("list.csv", content.encode(encoding)), source=mapping)
    assert kept(extracts) == [
        (number, line.encode(encoding.removesuffix("-sig"))) for number, line in enumerate(bad, start=3)
    ]
    known = ("0.00", 2) if more else ("6.00", 0)
    totals = "select cast(sum(rejected_amount) as varchar), sum(rows_unknown) from raw.load_totals"
    assert extracts.rows(totals) == [known]


def test_all_of_a_long_record_of_several_lines_is_kept(extracts: Extracts) -> None:
    mapping = extracts.write("own.yml", OWN.format("{multiline: true}"))
    bad = f'I-2,C,soon,2.50,"{"é" * 9_000}\nand {"ü" * 9_000}"'
    content = "\n".join((HEADER, GOOD, bad, "I-3,C,2026-01-05,3.00,é", ""))
    extracts.load(("list.csv", content.encode()), source=mapping)
    assert kept(extracts) == [(3, bad.encode())]
