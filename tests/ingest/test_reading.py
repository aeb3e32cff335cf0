"""How mappings read files: formats, encodings, marks, codes, signs, filters, and what stands in for what is absent."""

from __future__ import annotations

import json
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import duckdb
import pytest
import xlsxwriter

from ingest import typing_sql
from ingest.errors import FileError
from ingest.mapping import FileFormat
from tests.ingest.extracts import AS_OF, Extracts, counts, invoices, only

OWN = """
name: own
description: An ERP of ours.
base_currency: EUR
file: {file}
tables:
  - table: invoices
    columns: {{invoice_id: No, customer_id: Client, posted_on: Day, amount: Total}}
    {more}
"""
ROWS = [
    ("F1", "Müller & Söhne", date(2026, 1, 5), Decimal("1234.50")),
    ("F2", "Żak", date(2026, 1, 6), Decimal("-7.00")),
]
READ = "invoice_id, customer_id, posted_on, amount"


def own(extracts: Extracts, file: str = "{}", more: str = "kind: full") -> str:
    """Write a mapping and give its path."""
    return str(extracts.write("own.yml", OWN.format(file=file, more=more)))


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("{}", "No,Client,Day,Total\nF1,Müller & Söhne,2026-01-05,1234.50\nF2,Żak,2026-01-06,-7\n"),
        ("{}", "\ufeffNo,Client,Day,Total\nF1,Müller & Söhne,2026-01-05,1234.5\nF2,Żak,2026-01-06,-7.0\n"),
        ("{}", "No,Client,Day,Total\r\nF1,Müller & Söhne,2026-01-05,1234.50\r\nF2,Żak,2026-01-06,-7\r\n"),
        ("{}", "No,Client,Day,Total\rF1,Müller & Söhne,2026-01-05,1234.50\rF2,Żak,2026-01-06,-7\r"),
        ("{}", ' no , CLIENT,"Day",Total\nF1,"Müller & Söhne",2026-01-05,"1234.50"\nF2,Żak,2026-01-06,-7'),
        (
            "{delimiter: ';', decimal_mark: ',', thousands_mark: '.', date_format: '%d/%m/%Y'}",
            "No;Client;Day;Total\nF1;Müller & Söhne;05/01/2026;1.234,50\nF2;Żak;06/01/2026;-7\n",
        ),
        (
            "{delimiter: \"\\t\", thousands_mark: ',', date_format: '%m/%d/%Y'}",
            "No\tClient\tDay\tTotal\nF1\tMüller & Söhne\t1/5/2026\t1,234.50\nF2\tŻak\t01/06/2026\t-7.00\n",
        ),
        (
            "{delimiter: '|', thousands_mark: ' ', decimal_mark: ',', date_format: '%Y%m%d', quote: \"'\"}",
            "No|Client|Day|Total\nF1|'Müller & Söhne'|20260105|1 234,5\nF2|Żak|20260106|-7,00\n",
        ),
        ("{trim: true}", "No,Client,Day,Total\nF1 , Müller & Söhne,2026-01-05, 1234.50\n F2,Żak  ,2026-01-06,-7\n"),
        (
            "{null_values: ['-', 'NULL']}",
            "No,Client,Day,Total,Paid\nF1,Müller & Söhne,2026-01-05,1234.50,-\nF2,Żak,2026-01-06,-7,NULL\n",
        ),
    ],
)
def test_delimited_text(extracts: Extracts, file: str, content: str) -> None:
    result = only(extracts.load(("list.csv", content), source=own(extracts, file)))
    assert counts(result) == (2, 2, 0, 0, 0, 0)
    assert extracts.current("invoices", READ) == ROWS


@pytest.mark.parametrize(
    ("encoding", "name"), [("windows-1252", "Cœur €"), ("iso-8859-15", "Cœur €"), ("utf-8-sig", "Cœur €")]
)
def test_encodings(extracts: Extracts, encoding: str, name: str) -> None:
    content = f"No,Client,Day,Total\nF1,{name},2026-01-05,1\nF2,{name},soon,1\n".encode(encoding)
    extracts.load(("list.csv", content), source=own(extracts, f"{{encoding: {encoding}}}"))
    assert extracts.current("invoices", "customer_id") == [(name,)]
    assert extracts.rejects("line, raw_line") == [(3, f"F2,{name},soon,1")]


@pytest.mark.parametrize(
    ("amount", "is_read"),
    [
        ("1.234,50", True),
        ("1234,50", True),
        ("1.234.567,00", True),
        ("1.23", False),
        ("12.34,00", False),
        ("1,234.50", False),
    ],
)
def test_a_thousands_mark_in_the_wrong_place_is_no_thousands_mark(
    extracts: Extracts, amount: str, is_read: bool
) -> None:
    marks = "{delimiter: ';', decimal_mark: ',', thousands_mark: '.'}"
    result = only(
        extracts.load(("list.csv", f"No;Client;Day;Total\nF1;C;2026-01-05;{amount}\n"), source=own(extracts, marks))
    )
    assert result.rows_new == is_read
    assert result.rows_rejected == (not is_read)


def test_line_breaks_in_values_where_the_mapping_allows_them(extracts: Extracts) -> None:
    content = (
        'No,Client,Day,Total\nF1,"Two\nlines ""quoted""",2026-01-05,1\n\nF2,C,soon,2\n'
        'F3,"Three\n\nlines",2026-01-05,x\n'
        "F4,C\nF5,C,2026-01-05,5\n"
    )
    result = only(extracts.load(("list.csv", content), source=own(extracts, "{multiline: true}")))
    assert counts(result) == (5, 2, 0, 0, 3, 0)
    assert extracts.current("invoices", "invoice_id, customer_id, _line") == [
        ("F1", 'Two\nlines "quoted"', 1),
        ("F5", "C", 5),
    ]
    assert extracts.rejects("line, column_name, raw_line") == [
        (5, "posted_on", "F2,C,soon,2"),
        (6, "amount", 'F3,"Three\n\nlines",2026-01-05,x'),
        (9, None, "F4,C"),
    ]


def test_an_unquoted_thousands_mark_does_not_shift_columns_unseen(extracts: Extracts) -> None:
    """The reader passes over one empty column too many: 1,000.00 would become 1, and the rest a reference."""
    extracts.start()
    header = "entity_id,invoice_id,customer_id,posted_on,amount,reference,account"
    content = invoices(
        "FR,I-1,C-1,2026-01-05,1,000.00,,",
        'FR,I-2,"C,1",2026-01-05,2.00,,',
        'FR,I-3,"C,1",2026-01-05,3,000.00,,',
        header=header,
    )
    result = only(extracts.load(("invoices.csv", content)))
    assert counts(result) == (3, 1, 0, 0, 2, 0)
    assert extracts.current("invoices", "invoice_id, customer_id, amount") == [("I-2", "C,1", Decimal("2.00"))]
    assert extracts.rejects("line, raw_line") == [
        (2, "FR,I-1,C-1,2026-01-05,1,000.00,,"),
        (4, 'FR,I-3,"C,1",2026-01-05,3,000.00,,'),
    ]


def test_parquet(extracts: Extracts) -> None:
    query = " union all ".join(
        f"select '{number}' as No, '{client}' as Client, date '{day}' as Day, cast({amount} as decimal(18, 2)) as Total"
        for number, client, day, amount in ROWS
    )
    path = extracts.folder / "list.parquet"
    duckdb.sql(f"copy ({query} union all select 'F3', null, null, 5.00) to '{path}' (format parquet)")
    result = only(extracts.load(("list.parquet", path.read_bytes()), source=own(extracts)))
    assert counts(result) == (3, 2, 0, 0, 1, 0)
    assert extracts.current("invoices", READ) == ROWS
    assert {(line, column, reason) for line, column, _, reason in extracts.rejects()} == {
        (3, "customer_id", "is empty"),
        (3, "posted_on", "is empty"),
    }
    ((raw_line,),) = {tuple(row) for row in extracts.rejects("raw_line")}
    assert json.loads(raw_line)["No"] == "F3"


def test_json_lines(extracts: Extracts) -> None:
    lines = [
        {"No": number, "Client": client, "Day": f"{day}", "Total": float(amount), "more": {"deep": [1]}}
        for number, client, day, amount in ROWS
    ]
    content = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in [*lines, {"No": "F3", "Total": 0.125}])
    result = only(extracts.load(("list.jsonl", content), source=own(extracts)))
    assert counts(result) == (3, 2, 0, 0, 1, 0)
    assert extracts.current("invoices", READ) == ROWS
    assert ("amount", "0.125", "has more than 2 decimals") in extracts.rejects("column_name, value, reason")


def test_excel(extracts: Extracts) -> None:
    path = extracts.folder / "list.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Cover")
        sheet = book.add_worksheet("Open items")
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_row(0, 0, ["No", "Client", "Day", "Total"])
        for line, (number, client, on, amount) in enumerate(ROWS, start=1):
            sheet.write_row(line, 0, [number, client])
            sheet.write_datetime(line, 2, on, day)
            sheet.write_number(line, 3, float(amount))
        sheet.write_row(4, 0, ["F4", "C", "soon", 4])
    mapping = own(extracts, "{sheet: Open items, date_format: '%d/%m/%Y'}")
    result = only(extracts.load(("list.xlsx", path.read_bytes()), source=mapping))
    assert counts(result) == (3, 2, 0, 0, 1, 0)
    assert extracts.current("invoices", READ) == ROWS
    # Line 5 of the sheet: the fourth row of cells, a blank one before it.
    assert extracts.rejects() == [(5, "posted_on", "soon", "is not a day written as %d/%m/%Y")]


class TestDefaults:
    """What the loader fills where the row alone tells it, and what it leaves to the models."""

    def test_invoices(self, extracts: Extracts) -> None:
        content = "invoice_id,customer_id,posted_on,amount\nI-1,C-1,2026-01-05,0.00\nI-2,C-1,2026-01-05,-1.00\n"
        extracts.load(("entities.csv", "entity_id,base_currency\nMAIN,EUR\n"), ("invoices.csv", content))
        columns = "entity_id, account, document_type, invoiced_on, status, due_on, currency, base_amount, is_disputed"
        assert extracts.current("invoices", columns, "invoice_id") == [
            ("MAIN", "AR", kind, date(2026, 1, 5), "posted", None, None, None, None)
            for kind in ("invoice", "credit_note")
        ]

    def test_payments(self, extracts: Extracts) -> None:
        content = "payment_id,customer_id,received_on,amount\nP-1,C-1,2026-01-05,1.00\n"
        extracts.load(("entities.csv", "entity_id,base_currency\nMAIN,EUR\n"), ("payments.csv", content))
        columns = "entity_id, account, payment_type, posted_on, status, financing, currency, matures_on"
        assert extracts.current("payments", columns) == [
            ("MAIN", "AR", "payment", date(2026, 1, 5), "posted", "none", None, None)
        ]

    def test_customers(self, extracts: Extracts) -> None:
        extracts.load(("customers.csv", "customer_id\nC-1\n"))
        assert extracts.current("customers", "customer_kind, customer_name, created_on") == [("private", None, None)]

    def test_allocations_are_numbered_by_content_and_occurrence(self, extracts: Extracts) -> None:
        extracts.start()
        head, row = "entity_id,credit_id,invoice_id,amount", "FR,P-1,I-1,1.00"
        first = only(extracts.load(("allocations.csv", f"{head}\n{row}\nFR,P-1,I-2,1.00\n{row}\n")))
        assert counts(first) == (3, 3, 0, 0, 0, 0)
        ids = extracts.current("allocations", "debit_id, allocation_id", "debit_id, allocation_id")
        assert [(debit, identity[-2:]) for debit, identity in ids] == [("I-1", "-1"), ("I-1", "-2"), ("I-2", "-1")]
        assert ids[0][1][:-2] == ids[1][1][:-2]
        # One of the two alike is gone: the other is the same row, wherever it stands in the file.
        second = only(extracts.load(("allocations.csv", f"{head}\nFR,P-1,I-2,1.00\n{row}\n")))
        assert counts(second) == (2, 0, 0, 2, 0, 1)

    def test_given_allocation_ids_stay(self, extracts: Extracts) -> None:
        extracts.start()
        content = "allocation_id,entity_id,credit_id,debit_id,amount\nA-1,FR,P-1,I-1,1.00\n,FR,P-1,I-1,1.00\n"
        extracts.load(("allocations.csv", content))
        assert [identity[0] for (identity,) in extracts.current("allocations", "allocation_id")] == ["#", "A"]


@pytest.mark.parametrize(
    ("sign", "given", "read"),
    [
        ("as_given", ("10.00", "-4.00"), ("10.00", "-4.00")),
        ("reversed", ("-10.00", "4.00"), ("10.00", "-4.00")),
        ("by_type", ("10.00", "4.00"), ("10.00", "-4.00")),
    ],
)
def test_signs(extracts: Extracts, sign: str, given: tuple[str, str], read: tuple[str, str]) -> None:
    more = f"sign: {sign}\n    values: {{document_type: {{FAC: invoice, AVO: credit_note}}}}"
    text = OWN.format(file="{}", more=more).replace(
        "amount: Total", "amount: Total, tax_amount: Tax, document_type: Kind"
    )
    mapping = extracts.write("own.yml", text)
    rows = [f"F1,C,2026-01-05,{given[0]},{given[0]},FAC", f"F2,C,2026-01-05,{given[1]},{given[1]},AVO"]
    content = "\n".join(["No,Client,Day,Total,Tax,Kind", *rows])
    extracts.load(("list.csv", content), source=mapping)
    assert extracts.current("invoices", "document_type, amount, tax_amount", "invoice_id") == [
        ("invoice", Decimal(read[0]), Decimal(read[0])),
        ("credit_note", Decimal(read[1]), Decimal(read[1])),
    ]


def test_filtered_rows_are_counted_apart(extracts: Extracts) -> None:
    more = "filters: [{column: Kind, keep: [S, T]}, {column: State, drop: [void]}]"
    content = (
        "No,Client,Day,Total,Kind,State\nF1,C,2026-01-05,1,S,ok\nF2,C,2026-01-05,2,B,ok\nF3,C,soon,3,S,void\n"
        "F4,C,2026-01-05,x,T,\nF5,C,2026-01-05,5,,ok\nF6,C,2026-01-05,6,T,\n"
    )
    result = only(extracts.load(("list.csv", content), source=own(extracts, more=more)))
    assert counts(result) == (3, 2, 0, 0, 1, 0)
    assert result.rows_filtered == 3
    assert extracts.current("invoices", "invoice_id, _line") == [("F1", 1), ("F6", 6)]
    assert extracts.rejects("line, raw_line") == [(5, "F4,C,2026-01-05,x,T,")]


def test_customer_codes_of_an_entity_are_prefixed(extracts: Extracts) -> None:
    text = (
        "name: own\ndescription: Own.\nbase_currency: EUR\ntables:\n"
        "  - {table: invoices, file_name: bills, customer_scope: entity, constants: {entity_id: FR}}\n"
        "  - {table: customers, file_name: names, customer_scope: entity, constants: {entity_id: FR}}\n"
    )
    mapping = extracts.write("own.yml", text)
    extracts.load(
        ("bills.csv", "invoice_id,customer_id,posted_on,amount\nI-1,C-1,2026-01-05,1.00\n"),
        ("names.csv", "customer_id,customer_name,parent_customer_id\nC-1,Acme,C-0\nC-0,Acme Group,\n"),
        source=mapping,
    )
    assert extracts.current("invoices", "customer_id") == [("FR:C-1",)]
    assert extracts.current("customers", "customer_id, parent_customer_id") == [("FR:C-0", None), ("FR:C-1", "FR:C-0")]


@pytest.mark.parametrize(("quoted", "pair"), [("direct", ("USD", "EUR")), ("inverse", ("EUR", "USD"))])
def test_rates_quoted_the_other_way(extracts: Extracts, quoted: str, pair: tuple[str, str]) -> None:
    text = (
        "name: own\ndescription: Own.\ntables:\n  - table: fx_rates\n"
        f"    columns: {{rate_on: day, from_currency: of, to_currency: in, rate: rate}}\n    quoted: {quoted}\n"
    )
    extracts.load(("rates.csv", "day,of,in,rate\n2026-01-05,USD,EUR,1.1\n"), source=extracts.write("own.yml", text))
    assert extracts.current("fx_rates", "from_currency, to_currency, rate") == [(*pair, Decimal("1.1"))]


def test_a_wide_file_becomes_rows(extracts: Extracts) -> None:
    content = "Date,USD,JPY,GBP,\n2026-01-06,1.1,N/A,0.9,\n2026-01-05,x,160.5,,\n"
    result = only(extracts.load(("eurofxref.csv", content), as_of=None))
    assert counts(result) == (4, 3, 0, 0, 1, 0)
    assert result.rows_filtered == 2
    assert result.as_of_on == date(2026, 1, 6)
    assert extracts.current("fx_rates", "to_currency, rate, _line") == [
        ("GBP", Decimal("0.9"), 1),
        ("JPY", Decimal("160.5"), 2),
        ("USD", Decimal("1.1"), 1),
    ]
    assert extracts.rejects("line, column_name, value, raw_line") == [(3, "rate", "x", "2026-01-05,x,160.5,,")]


@pytest.mark.parametrize("quoted", ["document_per_base", "base_per_document"])
def test_conversion_is_exact(quoted: str) -> None:
    """Against Python's decimals, over amounts and rates with many ties."""
    amounts = ["0", "0.01", "-0.01", "0.05", "100", "-2250", "1.15", "-3.45", "9999999999.99", "-123456789.01"]
    rates = ["1", "2", "0.5", "4", "0.563704", "1.2345678901", "1.5", "8", "0.04", "0.0000000001", "99999999"]
    amount, rate = "a", "r"
    expression = typing_sql.converted(
        amount, rate, "document_per_base" if quoted == "document_per_base" else "base_per_document", FileFormat()
    )
    rows = duckdb.execute(
        f"select a, r, {expression} from (select unnest({amounts}) as a) cross join (select unnest({rates}) as r)"
    ).fetchall()
    assert len(rows) == len(amounts) * len(rates)
    for given, by, found in rows:
        exact = Decimal(given) / Decimal(by) if quoted == "document_per_base" else Decimal(given) * Decimal(by)
        expected = exact.quantize(Decimal("0.01"), ROUND_HALF_UP)
        assert found == (expected if abs(expected) < Decimal(10) ** 16 else None), (given, by)


@pytest.mark.parametrize("rate", ["0", "-1", "", "x", "1e3", "1.23456789012"])
def test_conversion_by_a_rate_that_is_none(rate: str) -> None:
    expression = typing_sql.converted("'1.00'", f"'{rate}'", "document_per_base", FileFormat())
    assert duckdb.execute(f"select {expression}").fetchall() == [(None,)]


def test_an_unreadable_rate_rejects_the_row(extracts: Extracts) -> None:
    text = OWN.format(file="{}", more="kind: full").replace(
        "amount: Total", "amount: Total, base_amount: {amount: Total, rate: Rate, quoted: document_per_base}"
    )
    content = "No,Client,Day,Total,Rate\nF1,C,2026-01-05,3,2\nF2,C,2026-01-05,3,0\nF3,C,2026-01-05,3,\n"
    extracts.load(("list.csv", content), source=extracts.write("own.yml", text), as_of=AS_OF)
    assert extracts.current("invoices", "invoice_id, base_amount") == [("F1", Decimal("1.50")), ("F3", None)]
    ((line, column, value, reason),) = extracts.rejects()
    assert (line, column, value) == (3, "base_amount", "3 at 0")
    assert "rate is not above zero" in reason


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "windows-1252", "cp850", "cp437", "utf-16", "utf-16-le", "utf-16-be"])
def test_titles_above_the_header_are_passed_over_and_counted_in_lines(
    extracts: Extracts, encoding: str, end: str
) -> None:
    mapping = extracts.write(
        "own.yml",
        "name: own\ndescription: x\nbase_currency: EUR\n"
        f"file: {{encoding: {encoding}, delimiter: ';', header_row: 4}}\n"
        "tables:\n  - table: invoices\n"
        "    columns: {invoice_id: Nr, customer_id: Kunde, posted_on: Tag, amount: Geld}\n",
    )
    lines = [
        *('Übersicht;"quote', "", "Stand;;;", "Nr;Kunde;Tag;Geld", "1;Müller;2024-03-01;1.50"),
        *("2;Jörg;2024-13-01;3.00", "3;J", "4;K;2024-03-02;2.00;", ""),
    ]
    extracts.load(("x.csv", end.join(lines).encode(encoding)), source=mapping)
    assert extracts.current("invoices", "invoice_id, customer_id") == [("1", "Müller")]
    assert extracts.rejects("line, column_name, raw_line") == [
        (6, "posted_on", "2;Jörg;2024-13-01;3.00"),
        (7, None, "3;J"),
        (8, None, "4;K;2024-03-02;2.00;"),
    ]


def test_a_header_below_the_end_of_the_file_is_refused(extracts: Extracts) -> None:
    mapping = extracts.write(
        "own.yml",
        "name: own\ndescription: x\nfile: {header_row: 9}\ntables: [{table: customers, columns: {customer_id: Nr}}]\n",
    )
    with pytest.raises(FileError, match="line 9 is empty or beyond its end"):
        extracts.load(("x.csv", "Nr\n1\n"), source=mapping)
