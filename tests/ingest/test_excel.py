"""Workbooks as people keep them: titles above the table, several sheets, numbers and days kept as text."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from ingest.errors import FileError, IngestError, MappingError, ToleranceError
from tests.ingest.extracts import Extracts, counts, only
from tests.ingest.mending import exported, reload

MAPPING = """
name: own
description: An aged list kept by hand.
base_currency: EUR
file: FILE
tables:
  - table: invoices
    columns: {invoice_id: Nº, customer_id: Cliente, posted_on: Fecha, amount: Importe}
"""
HEADER = ["Nº", "Cliente", "Fecha", "Importe"]
NIGHT = datetime.fromisoformat("2026-01-07T23:59")
READ = "invoice_id, customer_id, posted_on, amount"


def workbook(fill: Callable[[Any], None]) -> bytes:
    """The bytes of a workbook that ``fill`` writes."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        fill(book)
    return made.getvalue()


def load(extracts: Extracts, content: bytes, file: str) -> Any:
    """Load a workbook by `MAPPING` with ``file`` as its settings."""
    mapping = extracts.write("own.yml", MAPPING.replace("FILE", file))
    return only(extracts.load(("list.xlsx", content), source=mapping))


def aged_list(book: Any) -> None:
    """Two lines of title, a blank one, a blank column, a table of three items, a total, a second sheet."""
    sheet = book.add_worksheet("Saldos abiertos")
    book.add_worksheet("Notas").write(0, 0, "Revisar con Marta")
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    sheet.write(0, 1, "ACME Iberia, S.L.")
    sheet.write(1, 1, "Saldos abiertos a 31/01/2026")
    sheet.write_row(3, 1, HEADER)
    for row, (number, client, on, amount) in enumerate(
        [
            ("00042", 1001, date(2026, 1, 5), 1200.5),
            ("F-2", "0017", "06/01/2026", "1.234,56"),
            ("F-3", "C\n1", NIGHT, -80),
        ],
        start=4,
    ):
        sheet.write_string(row, 1, number)
        sheet.write(row, 2, client)
        sheet.write(row, 3, on, day if isinstance(on, date) else None)
        sheet.write(row, 4, amount)
    sheet.write_row(7, 1, ["Total", "", "", 2355.06])


SPANISH = "sheet: Saldos abiertos, date_format: '%d/%m/%Y', decimal_mark: ',', thousands_mark: '.'"
ITEMS = [
    ("00042", "1001", date(2026, 1, 5), Decimal("1200.50")),
    ("F-2", "0017", date(2026, 1, 6), Decimal("1234.56")),
    ("F-3", "C 1", date(2026, 1, 7), Decimal("-80.00")),
]


def test_a_range_is_the_table_inside_a_sheet(extracts: Extracts) -> None:
    """Real days and written ones, numbers and numbers kept as text, codes as text with their leading zeros."""
    result = load(extracts, workbook(aged_list), f"{{{SPANISH}, range: 'B4:E7'}}")
    assert counts(result) == (3, 3, 0, 0, 0, 0)
    assert extracts.current("invoices", READ, "_line") == ITEMS


@pytest.mark.parametrize("where", ["range: 'B4:E'", "range: 'b4:zz'", "header_row: 4"])
def test_what_stands_below_the_table_is_rejected_with_its_row(extracts: Extracts, where: str) -> None:
    """Without an end the total is read as an item: it is told, by the sheet's own row, and not taken."""
    result = load(extracts, workbook(aged_list), f"{{{SPANISH}, {where}}}")
    assert counts(result) == (4, 3, 0, 0, 1, 0)
    assert extracts.current("invoices", READ, "_line") == ITEMS
    assert extracts.rejects("line, column_name, value") == [(8, "customer_id", None), (8, "posted_on", None)]
    (raw,) = {raw for (raw,) in extracts.rows("select raw_line from raw.rejects")}
    assert raw.lstrip(",").startswith('Total,,,"2355,06"')


def test_excels_binary_leftovers_are_no_decimals_and_real_decimals_stay(extracts: Extracts) -> None:
    """0.1 + 0.2 is stored as 0.30000000000000004 and shown as 0.3; 10.005 has three decimals and is rejected."""

    def fill(book: Any) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        for row, amount in enumerate([0.3, 123456789012.34, 10.005, 10], start=1):
            sheet.write_row(row, 0, [f"F-{row}", "C", "2026-01-05", amount])

    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook(fill))) as before, zipfile.ZipFile(content, "w") as after:
        for name in before.namelist():
            after.writestr(name, before.read(name).replace(b"<v>0.3</v>", b"<v>0.30000000000000004</v>"))
    assert b"0.30000000000000004" in zipfile.ZipFile(content).read("xl/worksheets/sheet1.xml")
    assert counts(load(extracts, content.getvalue(), "{}")) == (4, 3, 0, 0, 1, 0)
    assert extracts.current("invoices", "invoice_id, amount", "invoice_id") == [
        ("F-1", Decimal("0.30")),
        ("F-2", Decimal("123456789012.34")),
        ("F-4", Decimal("10.00")),
    ]
    assert extracts.rejects("line, value, reason") == [(4, "10.005", "has more than 2 decimals")]


ERROR = "is an error of the workbook: mend its formula, or name it among the mapping's `null_values`"


class TestErrors:
    """Cells that hold an error are no empty cells: the row is rejected by the error's name and place."""

    @staticmethod
    def of(*rows: list[Any]) -> bytes:
        """A workbook of these rows from the second on; texts that begin with # are errors."""

        def fill(book: Any) -> None:
            sheet = book.add_worksheet("Hoja \u00e9 & 1")
            sheet.write_row(0, 0, [*HEADER, "Nota"])
            for number, row in enumerate(rows, start=1):
                for column, value in enumerate(row):
                    if str(value).startswith("#"):
                        sheet.write_formula(number, column, "=NA()", None, value)
                    else:
                        sheet.write(number, column, value)

        return workbook(fill)

    def test_each_is_named_with_its_column(self, extracts: Extracts) -> None:
        content = self.of(
            ["F-1", "C", "2026-01-05", "#N/A"],
            [],
            ["F-2", "#REF!", "2026-01-05", 1],
            ["F-3", "C", "#DIV/0!", 1],
            ["#NAME?", "C", 46027, 1],
            ["F-5", "C", "2026-01-05", 5, "#VALUE!"],
        )
        # The last one's error stands in a column that is not read.
        assert counts(load(extracts, content, "{}")) == (5, 1, 0, 0, 4, 0)
        assert extracts.rejects() == [
            (2, "amount", "#N/A", ERROR),
            (4, "customer_id", "#REF!", ERROR),
            (5, "posted_on", "#DIV/0!", ERROR),
            (6, "invoice_id", "#NAME?", ERROR),
            (6, "posted_on", "46027", "is not a day written as %Y-%m-%d"),
        ]

    def test_an_optional_text_is_none_of_its_kind_either(self, extracts: Extracts) -> None:
        mapping = extracts.write(
            "own.yml", MAPPING.replace("FILE", "{}").replace("amount: Importe", "amount: Importe, reference: Nota")
        )
        content = self.of(["F-1", "C", "2026-01-05", 1, "#VALUE!"], ["F-2", "C", "2026-01-05", 2, "text"])
        assert counts(only(extracts.load(("list.xlsx", content), source=mapping))) == (2, 1, 0, 0, 1, 0)
        assert extracts.rejects() == [(2, "reference", "#VALUE!", ERROR)]

    @pytest.mark.parametrize(
        ("form", "column"),
        [
            (
                "values: {document_type: {X: invoice, '*': invoice}}\n    columns: {document_type: Nota, ",
                "document_type",
            ),
            ("columns: {reference: {join: [Nota, Cliente]}, ", "reference"),
            ("filters: [{column: Nota, keep: [X]}]\n    columns: {", "Nota"),
            ("filters: [{column: Nota, drop: [Y]}]\n    columns: {", "Nota"),
        ],
    )
    def test_neither_codes_nor_joins_nor_filters_hide_one(self, extracts: Extracts, form: str, column: str) -> None:
        words = MAPPING.replace("FILE", "{}").replace("    columns: {", f"    {form}")
        mapping = extracts.write("own.yml", words)
        content = self.of(["F-1", "C", "2026-01-05", 1, "#VALUE!"], ["F-2", "C", "2026-01-05", 2, "X"])
        result = only(extracts.load(("list.xlsx", content), source=mapping))
        assert (result.rows_new, result.rows_rejected, result.rows_filtered) == (1, 1, 0)
        assert extracts.rejects() == [(2, column, "#VALUE!", ERROR)]

    def test_named_among_the_nulls_it_is_empty(self, extracts: Extracts) -> None:
        content = self.of(["F-1", "C", "2026-01-05", "#N/A"], ["F-2", "C", "2026-01-05", "#REF!"])
        load(extracts, content, "{null_values: ['#N/A']}")
        assert extracts.rejects() == [(2, "amount", None, "is empty"), (3, "amount", "#REF!", ERROR)]

    def test_places_need_not_be_written(self, extracts: Extracts) -> None:
        """Rows and cells without their places follow each other."""
        content = io.BytesIO()
        made = self.of(["F-1", "C", "2026-01-05", 1], ["F-2", "C", "2026-01-05", "#REF!"])
        with zipfile.ZipFile(io.BytesIO(made)) as before, zipfile.ZipFile(content, "w") as after:
            for name in before.namelist():
                data = before.read(name)
                if name.endswith("sheet1.xml"):
                    data = re.sub(rb' r="[A-Z]*[0-9]+"', b"", data)
                after.writestr(name, data)
        load(extracts, content.getvalue(), "{}")
        assert extracts.rejects() == [(3, "amount", "#REF!", ERROR)]

    def test_mended_rows_are_held_to_it_too(self, extracts: Extracts) -> None:
        load(extracts, self.of(["F-1", "#REF!", "2026-01-05", 1], ["F-2", "#N/A", "2026-01-05", 2]), "{}")
        (path,) = exported(extracts, ("#REF!", "C"))
        with pytest.raises(ToleranceError, match=r"customer_id is an error of the workbook"):
            reload(extracts, path)
        path.write_text(path.read_text().replace("#N/A", "C"))
        assert only(reload(extracts, path)).rows_new == 2


@pytest.mark.parametrize("epoch", [True, False])
def test_days_count_from_1900_or_from_1904(extracts: Extracts, epoch: bool) -> None:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"date_1904": epoch}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, ["F-1", "C"])
        sheet.write_datetime(1, 2, date(2026, 1, 5), book.add_format({"num_format": "d mmm yyyy"}))
        sheet.write(1, 3, 1)
    load(extracts, made.getvalue(), "{}")
    assert extracts.current("invoices", "posted_on") == [(date(2026, 1, 5),)]


def test_a_hidden_sheet_is_not_in_the_way(extracts: Extracts) -> None:
    def fill(book: Any) -> None:
        book.add_worksheet("Empty")
        hidden = book.add_worksheet("Lists")
        hidden.write(0, 0, "x")
        hidden.hide()
        sheet = book.add_worksheet("Items")
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, ["F-1", "C", "2026-01-05", 1])

    assert counts(load(extracts, workbook(fill), "{}")) == (1, 1, 0, 0, 0, 0)


REFUSED: list[tuple[str, bytes, str, str]] = [
    ("several sheets", workbook(aged_list), "{}", r"several sheets: Saldos abiertos, Notas\. Say which with `sheet: "),
    ("no such sheet", workbook(aged_list), "{sheet: Saldo abiertos}", "did you mean 'Saldos abiertos'"),
    ("an empty header row", workbook(aged_list), f"{{{SPANISH}, header_row: 3}}", "row 3 is empty"),
    ("a range beyond the table", workbook(aged_list), f"{{{SPANISH}, range: 'B40:E90'}}", "B40:E90 is empty"),
    ("a range beside the columns", workbook(aged_list), f"{{{SPANISH}, range: 'B4:D7'}}", "column 'Importe'"),
    ("an empty workbook", workbook(lambda book: book.add_worksheet()), "{}", "the sheet is empty"),
    ("no workbook", b"PK\x03\x04 and nothing more", "{}", "is damaged or cut off"),
    ("a text file", b"a;b\n1;2\n", "{}", "cannot be read as an Excel workbook"),
    ("an old or protected one", bytes.fromhex("d0cf11e0a1b11ae1") + bytes(512), "{}", r"old Excel file \(\.xls\), or"),
]


@pytest.mark.parametrize(("case", "content", "file", "message"), REFUSED, ids=[case for case, *_ in REFUSED])
def test_refused(extracts: Extracts, case: str, content: bytes, file: str, message: str) -> None:
    with pytest.raises(IngestError, match=message):
        load(extracts, content, file)
    assert extracts.rows("select count(*) from raw.loads") == [(0,)]


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("{range: B4}", "range 'B4' is none"),
        ("{range: 'K4:B9'}", "ends before it begins"),
        ("{range: 'B9:K4'}", "ends before it begins"),
        ("{range: 'B4:K9', header_row: 4}", "either range"),
        ("{header_row: 0}", "greater than or equal to 1"),
    ],
)
def test_a_range_that_is_none_is_a_wrong_mapping(extracts: Extracts, file: str, message: str) -> None:
    with pytest.raises(MappingError, match=message):
        load(extracts, workbook(aged_list), file)


def test_a_workbook_with_a_matching_header_needs_no_mapping(extracts: Extracts) -> None:
    def fill(book: Any) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["entity_id", "base_currency"])
        sheet.write_row(1, 0, ["FR", "EUR"])

    assert only(extracts.load(("entities.xlsm", workbook(fill)))).source == "canonical"


def test_a_named_file_that_is_none_says_so(extracts: Extracts) -> None:
    path: Path = extracts.write("list.xlsx", b"")
    with pytest.raises(FileError, match="cannot be read as an Excel workbook"):
        extracts.load((path.name, b""))
