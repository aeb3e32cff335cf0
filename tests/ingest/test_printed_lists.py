"""Aged lists as programs print them: groups, subtotals, pages, an amount in the column of its age."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter

from ingest import exchange
from ingest.errors import ControlError, FileError, MappingError
from ingest.loader import load
from tests.ingest.extracts import ENTITIES, Extracts, counts, only

MAPPING = """
name: printed
description: An aged list, printed.
file: {header_row: 3, date_format: "%d/%m/%Y", thousands_mark: ",", parentheses: true, credit_mark: CR}
tables:
  - table: invoices
    kind: open_items
    columns:
      invoice_id: Number
      customer_id: Customer
      document_type: Type
      posted_on: Date
      due_on: Due
      amount: {sum: [Current, 1 - 30, Over 30]}
    constants: {entity_id: FR, currency: EUR}
    values: {document_type: {Invoice: invoice, Credit: credit_note}}
    control_date: {file: 'list_(\\d{4}-\\d{2}-\\d{2})'}
    printed:
      group: {column: Customer, like: '^(C[0-9]+) ', blank: [Number]}
      fill_down: [Customer]
      subtotal: {column: Customer, like: '^Total C[0-9]+'}
      total: {column: Customer, like: '^Grand total'}
      drop:
        - {column: Customer, like: '^(Page [0-9]+|Aged list.*)$'}
        - {column: Date, like: '^Date$'}
"""
HEAD = ["Aged list as of 31 January 2026", "", "Customer,Type,Number,Date,Due,Current,1 - 30,Over 30"]
BODY = [
    'C042 "Boulangerie, Petit"'.replace('"', ""),
    ',Invoice,F-1,05/12/2025,04/01/2026,,"1,200.50",',
    ",Credit,A-2,12/01/2026,,(200.00),,",
    'Total C042,,,,,(200.00),"1,200.50",0.00',
    "Page 1",
    "Aged list as of 31 January 2026",
    "Customer,Type,Number,Date,Due,Current,1 - 30,Over 30",
    "C077 Garage Ortiz,,,,,,,",
    ",Invoice,F-3,20/01/2026,19/02/2026,80.00,,",
    ",Invoice,F-4,20/06/2025,20/07/2025,,,75.25",
    ",Credit,A-5,20/01/2026,19/02/2026,10.00 CR,,",
    "Total C077 Garage Ortiz,,,,,70.00,,75.25",
    "",
    'Grand total,,,,,(130.00),"1,200.50",75.25',
]
BODY[0] = '"C042 Boulangerie, Petit"'
F_3, F_4, TOTAL = (f"{BODY[place]}\n" for place in (8, 9, 13))
READ = "invoice_id, customer_id, cast(amount as varchar), strftime(due_on, '%d/%m/%Y')"
ITEMS = [
    ("A-2", "C042", "-200.00", None),
    ("A-5", "C077", "-10.00", "19/02/2026"),
    ("F-1", "C042", "1200.50", "04/01/2026"),
    ("F-3", "C077", "80.00", "19/02/2026"),
    ("F-4", "C077", "75.25", "20/07/2025"),
]


@pytest.fixture
def mapping(extracts: Extracts) -> Path:
    extracts.load(("entities.csv", ENTITIES))
    return extracts.write("printed.yml", MAPPING)


def text(body: list[str]) -> str:
    return "\n".join([*HEAD, *body]) + "\n"


def changed(before: str, after: str) -> str:
    content = text(BODY)
    assert content.count(before) == 1
    return content.replace(before, after)


def test_the_items_are_taken_and_all_else_is_counted(extracts: Extracts, mapping: Path) -> None:
    result = only(extracts.load(("list_2026-01-31.csv", text(BODY)), source=mapping, as_of=None))
    assert counts(result) == (5, 5, 0, 0, 0, 0)
    # Two groups, two subtotals, a total, and a page's two headings with its number; the blank line is no row.
    assert result.rows_filtered == 8
    assert result.control_amount == Decimal("1145.75")
    assert extracts.current("invoices", READ) == ITEMS


def test_a_workbook_is_read_alike(extracts: Extracts, mapping: Path) -> None:
    path = extracts.folder / "list_2026-01-31.xlsx"
    extracts.write("printed.yml", MAPPING.replace("file: {", "file: {format: xlsx, "))
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Aged list"])
        sheet.write_row(2, 0, HEAD[2].split(","))
        sheet.write_row(3, 0, ["C042 Boulangerie"])
        sheet.write_row(4, 1, ["Invoice", "F-1", "05/12/2025", "04/01/2026", "", 1200.5])
        sheet.write_row(6, 1, ["Credit", "A-2", "12/01/2026", "", "(200.00)"])
        sheet.write_row(7, 0, ["Total C042", "", "", "", "", -200, 1200.5])
        sheet.write_row(8, 0, ["Grand total", "", "", "", "", -200, 1200.5])
    result = only(load(extracts.connection, [path], source=mapping))
    assert counts(result) == (2, 2, 0, 0, 0, 0)
    assert extracts.current("invoices", READ) == [ITEMS[0], ITEMS[2]]


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (F_3, "", r"C077 Garage Ortiz: 145\.25 printed, 65\.25 found, difference -80\.00"),
        (F_4, F_4.replace("75.25", "75.26"), r"145\.26 found, difference 0\.01"),
        ("Total C077 Garage Ortiz,,,,,70.00,,75.25\n", "", "C077 Garage Ortiz: no subtotal after 3 items"),
        (TOTAL, "", "there is none: the file broke off"),
        (TOTAL, "Grand total,,,,,1.00,,\n", r"total: 1\.00 printed, 1,145\.75 found"),
        (TOTAL, "Grand total,,,,,much,,\n", "its amount cannot be read"),
        ("Page 1\n", TOTAL, "2 lines are totals"),
    ],
)  # fmt: skip
def test_what_it_prints_must_be_what_is_read(
    extracts: Extracts, mapping: Path, before: str, after: str, words: str
) -> None:
    with pytest.raises(ControlError, match=words):
        extracts.load(("list_2026-01-31.csv", changed(before, after)), source=mapping, as_of=None)
    assert extracts.current("invoices", "count(*)") == [(0,)]


def test_a_line_that_is_none_of_these_is_rejected_not_passed_over(extracts: Extracts, mapping: Path) -> None:
    content = changed("Page 1\n", "Printed by Anne\n").replace("F-4,20/06/2025", "F-4,soon")
    result = only(extracts.load(("list_2026-01-31.csv", content), source=mapping, as_of=None))
    assert counts(result) == (6, 4, 0, 0, 2, 0)
    # The faults of one line come in no order.
    assert sorted(extracts.rejects("line, column_name, coalesce(value, '')")) == [
        (8, "amount", ""),
        (8, "invoice_id", ""),
        (8, "posted_on", ""),
        (13, "posted_on", "soon"),
    ]
    raw = extracts.rows("select distinct raw_line from raw.rejects where line = 13")
    assert raw == [(",Invoice,F-4,soon,20/07/2025,,,75.25",)]


TOTAL_ONLY = MAPPING.replace("      subtotal: {column: Customer, like: '^Total C[0-9]+'}\n", "").replace(
    "'^(Page", "'^(Total C.*|Page"
)


@pytest.mark.parametrize(
    "mapping_text", [TOTAL_ONLY, MAPPING.replace("^Total C[0-9]+'", "^Total C[0-9]+', checked: false")]
)
def test_items_below_a_heading_that_is_not_read_are_not_given_to_the_group_before(
    extracts: Extracts, mapping: Path, mapping_text: str
) -> None:
    """The total agrees all the same."""
    assert mapping_text != MAPPING
    extracts.write("printed.yml", mapping_text)
    assert only(extracts.load(("list_2026-01-30.csv", text(BODY)), source=mapping, as_of=None)).rows_rejected == 0
    content = changed("C077 Garage Ortiz,,,,,,,", "C077 Garage,,Ortiz,,,,,")
    words = (
        r"list_2026-01-31\.csv: 'C077 Garage' stands where groups are headed \(Customer\) and is not read as a heading"
        r"(.|\n)*3 items below it would go to 'C042 Boulangerie, Petit'"
    )
    with pytest.raises(ControlError, match=words):
        extracts.load(("list_2026-01-31.csv", content), source=mapping, as_of=None)
    # Where nothing hangs on it, it is one rejected line; so is an item that cannot be read.
    content = content.replace("C077 Garage,,Ortiz,,,,,\n", "C077 Garage Ortiz,,,,,,,\n").replace(
        TOTAL, "Anne,,,,,,,\n" + TOTAL
    )
    content = content.replace("F-3,20/01/2026", "F-3,soon")
    result = only(extracts.load(("list_2026-01-31.csv", content), source=mapping, as_of=None))
    assert result.rows_rejected == 2


def test_a_heading_beside_what_items_say_themselves(extracts: Extracts, mapping: Path) -> None:
    """Groups are headed in a column that items fill too: what has no amount is no item."""
    own = MAPPING[: MAPPING.index("    printed:")] + (
        "    printed:\n      group: {column: Type, like: '^Customer$'}\n      fill_down: [Customer]\n"
        "      total: {column: Type, like: '^Total'}\n"
    )
    extracts.write("printed.yml", own)
    lines = [
        "C042,Customer,,,,,,", ",Invoice,F-1,05/12/2025,04/01/2026,10.00,,", ",Invoice,F-2,soon,04/01/2026,20.00,,",
        "C077,Customer,,,,,,", ",Invoice,F-3,05/12/2025,04/01/2026,30.00,,", ",Total,,,,60.00,,",
    ]  # fmt: skip
    result = only(extracts.load(("list_2026-01-31.csv", text(lines)), source=mapping, as_of=None))
    assert (result.rows_read, result.rows_rejected) == (3, 1)
    lines[3] = "C077,Kunde,,,,,,"
    with pytest.raises(ControlError, match="'Kunde' stands where groups are headed"):
        extracts.load(("list_2026-02-01.csv", text(lines)), source=mapping, as_of=None)


@pytest.mark.parametrize(
    "line", ["C077 Garage, Ortiz, Söhne, und, Co, KG, Bonn, Köln, Rhein", '"C077 Garage" Ortiz,,,,,,,']
)
def test_a_line_that_does_not_split_is_told_and_nothing_taken(extracts: Extracts, mapping: Path, line: str) -> None:
    content = changed("C077 Garage Ortiz,,,,,,,", line)
    with pytest.raises(FileError, match=r"list_2026-01-31\.csv, line 11: .* may head the items below it"):
        extracts.load(("list_2026-01-31.csv", content), source=mapping, as_of=None)
    assert extracts.current("invoices", "count(*)") == [(0,)]


@pytest.mark.parametrize("titles", [0, 2])
def test_bytes_of_another_encoding_are_told_by_their_line(extracts: Extracts, mapping: Path, titles: int) -> None:
    changed_text = changed("C077 Garage Ortiz,,,,,,,", "C077 Bäcker,,,,,,,")
    content = "\n".join(changed_text.split("\n")[2 - titles :]).encode("windows-1252")
    own = MAPPING.replace("header_row: 3", f"header_row: {titles + 1}")
    extracts.write("printed.yml", own)
    with pytest.raises(FileError, match=rf"list_2026-01-31\.csv, line {9 + titles}: not utf-8\. .*windows-1252"):
        extracts.load(("list_2026-01-31.csv", content), source=mapping, as_of=None)
    extracts.write("printed.yml", own.replace("file: {", "file: {encoding: windows-1252, "))
    assert only(extracts.load(("list_2026-01-31.csv", content), source=mapping, as_of=None)).rows_rejected == 0


def test_a_rejected_item_is_mended_with_its_customer(extracts: Extracts, mapping: Path) -> None:
    """The heading is not in the file of rejects: who the customer is must be written there."""
    content = text(BODY).replace("F-4,20/06/2025", "F-4,soon")
    extracts.load(("list_2026-01-31.csv", content), source=mapping, as_of=None)
    path = extracts.folder / "rejects.csv"
    exchange.export(extracts.connection, list(exchange.lines(extracts.connection)), path)
    words = path.read_text(encoding="utf-8")
    path.write_text(words.replace(",Invoice,F-4,soon", "C077,Invoice,F-4,20/06/2025"), encoding="utf-8")
    exchange.reload(extracts.connection, path, lambda _: None)
    assert extracts.current("invoices", READ) == ITEMS


class TestWhatHeadingsSaidOfMendedItems:
    """A heading may say more than who the customer is, and a row without it must not be taken by a default."""

    def begin(self, extracts: Extracts, heading: str = "C042 Petit,USD,,,,,,") -> tuple[Path, str]:
        """A list in two currencies of which an item is rejected: the file of rejects, with its day mended."""
        extracts.load(("entities.csv", ENTITIES))
        own = MAPPING[: MAPPING.index("    printed:")].replace(
            "invoice_id: Number", "invoice_id: Number\n      currency: Ccy"
        )
        own = own.replace("entity_id: FR, currency: EUR", "entity_id: FR").replace(
            "document_type: Type", "reference: Type"
        )
        own = re.sub(r"    values: .*\n", "", own).replace("header_row: 3", "header_row: 1")
        own += (
            "    printed:\n      group: {column: Customer, like: '^(C[0-9]+)'}\n      fill_down: [customer, Ccy]\n"
            "      total: {column: Customer, like: '^Grand total'}\n"
        )
        mapping = extracts.write("printed.yml", "base_currency: EUR\n" + own)
        lines = ["Customer,Ccy,Type,Number,Date,Due,Current,1 - 30,Over 30", heading + ","]
        lines += [",,Invoice,F-1,soon,04/01/2026,10.00,,", "Grand total,,,,,,10.00,,"]
        result = only(extracts.load(("list_2026-01-31.csv", "\n".join(lines) + "\n"), source=mapping, as_of=None))
        assert result.rows_rejected == 1
        path = extracts.folder / "rejects.csv"
        exchange.export(extracts.connection, list(exchange.lines(extracts.connection)), path)
        return path, path.read_text(encoding="utf-8").replace("soon", "05/12/2025")

    def test_must_be_written_there(self, extracts: Extracts) -> None:
        path, words = self.begin(extracts)
        for cells, empty in ((",,", "Customer"), ("C042,,", "Ccy"), ("C042, ,", "Ccy"), (",USD,", "Customer")):
            path.write_text(words.replace(",,,Invoice", f",{cells}Invoice"), encoding="utf-8")
            with pytest.raises(FileError, match=rf"rejects\.csv, line 2: '{empty}' is empty, .* write there what"):
                exchange.reload(extracts.connection, path, lambda _: None)
        assert extracts.current("invoices", "count(*)") == [(0,)]
        # Written there, it looks like a heading: the item is one all the same.
        path.write_text(words.replace(",,,Invoice", ",C042,USD,Invoice"), encoding="utf-8")
        exchange.reload(extracts.connection, path, lambda _: None)
        assert extracts.current("invoices", "invoice_id, customer_id, currency") == [("F-1", "C042", "USD")]

    def test_or_that_it_said_nothing(self, extracts: Extracts) -> None:
        path, words = self.begin(extracts, "C042 Petit,,,,,,,")
        path.write_text(words.replace(",,,Invoice", ",C042,-,Invoice"), encoding="utf-8")
        exchange.reload(extracts.connection, path, lambda _: None)
        assert extracts.current("invoices", "invoice_id, customer_id, currency") == [("F-1", "C042", None)]


def test_a_control_total_is_that_of_the_items(extracts: Extracts, mapping: Path) -> None:
    extracts.write("printed.yml", MAPPING + "    control_totals: {rows: 5, amount: '1145.75'}\n")
    extracts.load(("list_2026-01-31.csv", text(BODY)), source=mapping, as_of=None)
    extracts.write("printed.yml", MAPPING + "    control_totals: {rows: 6, amount: '1145.76'}\n")
    with pytest.raises(ControlError, match=r"rows: 6 expected, 5 found(.|\n)*1,145\.76 expected, 1,145\.75 found"):
        extracts.load(("list_2026-02-01.csv", text(BODY)), source=mapping, as_of=None)


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("(12.50)", "-12.50"), ("( 12.50 )", "-12.50"), ("12.50CR", "-12.50"), ("12.50 CR", "-12.50"),
        ("12.50 DR", "12.50"), ("12.50", "12.50"), ('"(1,012.50)"', "-1012.50"), ("-3", "-3.00"),
        ("(12.50", None), ("12.50)", None), ("(12.50) CR", None), ("CR", None), ("12.505 CR", None), ("(-3)", None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("source", ["Open", "{sum: [Open, Nothing]}"])
def test_ways_to_write_what_is_below_zero(extracts: Extracts, source: str, written: str, amount: str | None) -> None:
    extracts.load(("entities.csv", ENTITIES))
    own = extracts.write(
        "own.yml",
        "name: own\ndescription: x\nfile: {parentheses: true, credit_mark: CR, debit_mark: DR, thousands_mark: ','}\n"
        "tables: [{table: invoices, kind: open_items, columns: {invoice_id: Number, customer_id: Customer, "
        f"posted_on: Date, amount: {source}}}, constants: {{entity_id: FR}}}}]\n",
    )
    result = only(
        extracts.load(("x.csv", f"Number,Customer,Date,Open,Nothing\nA,C,2026-01-05,{written},\n"), source=own)
    )
    assert result.rows_rejected == (amount is None)
    assert extracts.current("invoices", "cast(amount as varchar)") == ([] if amount is None else [(amount,)])


@pytest.mark.parametrize(
    ("printed", "words"),
    [
        ("{fill_down: [Customer]}", "group and fill_down go together"),
        ("{group: {column: Customer, like: '(a)(b)'}, fill_down: [Customer]}", "at most one part"),
        ("{total: {column: Customer, like: '(?!x)'}}", "is not a regular expression"),
        ("{subtotal: {column: Customer, like: 'x'}}", "needs a group"),
        ("{}", "give group and fill_down"),
    ],
)
def test_a_form_that_cannot_be_is_refused(extracts: Extracts, printed: str, words: str) -> None:
    own = extracts.write("own.yml", MAPPING[: MAPPING.index("    printed:")] + f"    printed: {printed}\n")
    with pytest.raises(MappingError, match=words):
        extracts.load(("x.csv", text(BODY)), source=own)


@pytest.mark.parametrize(("written", "agrees"), [("(1.00)", True), ("1.00 CR", True), ("1.00", False), ("1.00)", None)])
def test_a_trailer_is_written_as_its_amounts_are(extracts: Extracts, written: str, agrees: bool | None) -> None:
    extracts.load(("entities.csv", ENTITIES))
    own = extracts.write(
        "own.yml",
        "name: own\ndescription: x\nfile: {parentheses: true, credit_mark: CR}\ntables: [{table: invoices, kind: "
        "open_items, constants: {entity_id: FR}, control_totals: {trailer: {starts: Total, amount: 4}}, "
        "columns: {invoice_id: Number, customer_id: Customer, posted_on: Date, amount: Open}}]\n",
    )
    file = ("x.csv", f"Number,Customer,Date,Open\nA,C,2026-01-05,(1.00)\nTotal,,,{written}\n")
    if agrees:
        assert only(extracts.load(file, source=own)).rows_new == 1
    else:
        with pytest.raises(ControlError, match="is no amount" if agrees is None else r"1\.00 expected, -1\.00 found"):
            extracts.load(file, source=own)


def test_the_example_of_the_page(extracts: Extracts, project_root: Path) -> None:
    page = (project_root / "docs" / "mappings.md").read_text(encoding="utf-8")
    file, rest = re.findall(r"```(?:yaml)?\n(.*?)```", page[page.index("## Printed lists") :], flags=re.S)[:2]
    own = extracts.write(
        "own.yml", f"name: own\ndescription: x\nbase_currency: EUR\n{rest}    constants: {{entity_id: FR}}\n"
    )
    result = only(extracts.load(("list.csv", file), source=own))
    assert (result.rows_read, result.rows_rejected, result.rows_filtered) == (2, 0, 4)
    assert extracts.current("invoices", READ) == [ITEMS[0], ITEMS[2]]
