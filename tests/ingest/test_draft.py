"""A draft mapping: its guesses have grounds, it loads nothing until a person confirmed it, and then it loads."""

from __future__ import annotations

import random
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
import xlsxwriter
import yaml

from ingest import catalogue
from ingest.errors import FileError, MappingError
from ingest.inspect import draft_of, inspect_all
from ingest.loader import load
from tests.ingest.extracts import Extracts, counts, only

AS_OF = date(2024, 12, 31)
FRENCH = (
    "N° pièce;Type;Client;Date;Echéance;Montant TTC;Devise;Etat;Remise\n"
    "F1;FAC;C1;03/04/2024;25/04/2024;1.200,50;EUR;V;5\n"
    "A2;AVO;C1;05/04/2024;;200,00;EUR;V;0\n"
    "F3;ZZZ;C2;06/04/2024;28/04/2024;80,00;EUR;B;0\n"
)


def drafted(*paths: Path, name: str = "my_erp") -> str:
    """The draft of files that no mapping knows."""
    return draft_of(inspect_all(paths), name)


def decided(folder: Path, content: str, *choices: tuple[str, str]) -> Path:
    """A draft after a person: each choice (what stands there, what it becomes) is made wherever it stands."""
    for before, after in (*choices, ("confirmed: false", "confirmed: true")):
        assert before in content, before
        content = content.replace(before, after)
    path = folder / "decided.yml"
    path.write_text(content, encoding="utf-8")
    return path


def test_every_guess_has_its_ground(extracts: Extracts) -> None:
    content = drafted(extracts.write("debiteurs.txt", FRENCH.encode("windows-1252")))
    plain = yaml.safe_load(content)
    assert plain["file"] == {
        "encoding": "windows-1252",
        "delimiter": ";",
        "decimal_mark": ",",
        "thousands_mark": ".",
        "date_format": "%d/%m/%Y",
    }
    (table,) = plain["tables"]
    assert table["table"] == "invoices"
    assert table["columns"] == {
        "invoice_id": "N° pièce",
        "customer_id": "Client",
        "posted_on": "Date",
        "due_on": "Echéance",
        "amount": "Montant TTC",
        "currency": "Devise",
        "document_type": "Type",
        "status": "Etat",
    }
    below = content[content.index("base_currency") :]
    for line in below.splitlines():
        key = re.match(r"\s*(- )?\S+: \S", line)
        assert key is None or "  # " in line or line.lstrip().startswith(("#", "- column")), line
    assert "its words say number + document" in content
    assert "the day comes first: 'Date', 'Echéance' has a first number 28" in content
    assert "#   Remise: its words say discount (French)" in content


def test_codes_are_read_by_word_lists_and_unknown_ones_left_undecided(extracts: Extracts) -> None:
    content = drafted(extracts.write("debiteurs.txt", FRENCH))
    (table,) = yaml.safe_load(content)["tables"]
    kinds = table["values"]["document_type"]
    assert (kinds["FAC"], kinds["AVO"]) == ("invoice", "credit_note")
    assert "invoice" in kinds["ZZZ"]["undecided"]
    assert table["values"]["status"] == {"V": "posted", "B": "draft"}
    assert table["sign"] == "by_type"


def test_a_draft_is_refused_until_all_is_decided_and_confirmed(extracts: Extracts) -> None:
    path = extracts.write("debiteurs.txt", FRENCH)
    content = drafted(path)
    own = extracts.write("own.yml", content)
    with pytest.raises(MappingError) as caught:
        extracts.load(("debiteurs.txt", FRENCH), source=own)
    assert "is a draft, and nothing is loaded on a guess" in str(caught.value)
    assert "tables.1.kind: full or delta" in str(caught.value)
    assert "tables.1.values.document_type.ZZZ: invoice or debit_note" in str(caught.value)
    assert "set `confirmed: true`" in str(caught.value)

    only_confirmed = decided(extracts.folder, content)
    with pytest.raises(MappingError, match=r"tables\.1\.kind"):
        extracts.load(("debiteurs.txt", FRENCH), source=only_confirmed)

    only_decided = re.sub(r"ZZZ: \{undecided.*?\}", "ZZZ: invoice", content)
    only_decided = only_decided.replace("{undecided: [full, delta]}", "full")
    own.write_text(only_decided, encoding="utf-8")
    with pytest.raises(MappingError) as caught:
        extracts.load(("debiteurs.txt", FRENCH), source=own)
    assert "To be confirmed" in str(caught.value)
    assert "To be decided" not in str(caught.value)
    assert extracts.rows("select count(*) from duckdb_tables() where schema_name = 'raw' and table_name = 'loads'") in (
        [(0,)],
        [(1,)],
    )
    assert extracts.rows("select count(*) from raw.loads") == [(0,)]


def test_a_draft_that_a_person_decided_loads(extracts: Extracts) -> None:
    data = FRENCH.encode("cp850")
    content = drafted(extracts.write("debiteurs.txt", data))
    unknown = re.search(r"ZZZ: (\{undecided.*?\})", content)
    assert unknown is not None
    source = decided(extracts.folder, content, ("{undecided: [full, delta]}", "full"), (unknown[0], "ZZZ: debit_note"))
    report = extracts.load(("debiteurs.txt", data), source=source, as_of=AS_OF)
    assert counts(only(report)) == (3, 3, 0, 0, 0, 0)
    assert extracts.current("invoices", "invoice_id, document_type, amount, posted_on, due_on, status") == [
        ("A2", "credit_note", Decimal("-200.00"), date(2024, 4, 5), None, "posted"),
        ("F1", "invoice", Decimal("1200.50"), date(2024, 4, 3), date(2024, 4, 25), "posted"),
        ("F3", "debit_note", Decimal("80.00"), date(2024, 4, 6), date(2024, 4, 28), "draft"),
    ]


def test_minuses_behind_numbers_and_brackets_load_as_the_draft_says(extracts: Extracts) -> None:
    rows = ("F1,C1,2024-04-13,1.50", "N2,C2,2024-04-14,2.50-", "N3,C2,2024-04-15,(3.00)")
    data = "\n".join(("Invoice No,Customer,Invoice Date,Total", *rows)) + "\n"
    content = drafted(extracts.write("sales.csv", data))
    assert re.search(r"trailing_minus: true +# a minus behind the number \(2\.50-\)", content)
    assert re.search(r"parentheses: true +# brackets for a minus \(\(3\.00\)\)", content)
    source = decided(extracts.folder, content, ("{undecided: [full, delta]}", "full"), ("{undecided: []}", "USD"))
    report = extracts.load(("sales.csv", data), source=source, as_of=AS_OF)
    assert counts(only(report)) == (3, 3, 0, 0, 0, 0)
    assert extracts.current("invoices", "amount", order="invoice_id") == [
        (Decimal("1.50"),),
        (Decimal("-2.50"),),
        (Decimal("-3.00"),),
    ]


def test_an_ambiguous_day_is_left_to_a_person(extracts: Extracts) -> None:
    data = "Invoice No,Customer,Invoice Date,Total\nF1,C1,03/04/2024,1.50\nF2,C2,05/06/2024,2.50\n"
    content = drafted(extracts.write("sales.csv", data))
    assert '{undecided: ["%d/%m/%Y", "%m/%d/%Y"]}' in content
    assert "nothing decides" in content
    for choice, day in (("%d/%m/%Y", date(2024, 4, 3)), ("%m/%d/%Y", date(2024, 3, 4))):
        source = decided(
            extracts.folder,
            content,
            ('{undecided: ["%d/%m/%Y", "%m/%d/%Y"]}', f'"{choice}"'),
            ("{undecided: [full, delta]}", "full"),
            ("{undecided: []}", "USD"),
        )
        extracts.load(("sales.csv", data), source=source, as_of=AS_OF)
        assert extracts.current("invoices", "posted_on", order="invoice_id")[0] == (day,)


def test_a_file_in_a_language_of_its_own_with_titles_above_loads(extracts: Extracts) -> None:
    rows = "".join(f"R{number};10001;01.11.2024;01.12.2024;1.000,00;EUR\r\n" for number in range(20))
    data = (
        "Offene Posten;;;;;\r\nStand;31.12.2024;;;;\r\n\r\n"
        f"Belegnummer;Debitor;Belegdatum;Fälligkeit;Betrag;Währung\r\n{rows}R20;10002;15.11.2024;;x;EUR\r\n"
    ).encode("windows-1252")
    content = drafted(extracts.write("op_liste.csv", data))
    assert yaml.safe_load(content)["file"]["header_row"] == 4
    source = decided(
        extracts.folder,
        content,
        ("{undecided: [full, delta]}", "full"),
    )
    extracts.load(("op_liste.csv", data), source=source, as_of=AS_OF)
    current = extracts.current("invoices", "customer_id, due_on, amount")
    assert current == [("10001", date(2024, 12, 1), Decimal("1000.00"))] * 20
    # The line is that of the file, titles counted.
    assert extracts.rejects("line, column_name, value, raw_line") == [
        (25, "amount", "x", "R20;10002;15.11.2024;;x;EUR")
    ]


SAP = (
    "BUKRS;KUNNR;BELNR;BLART;BLDAT;BUDAT;ZFBDT;DMBTR;WRBTR;WAERS;SHKZG;AUGBL;AUGDT\n"
    "1000;C1;90001;RV;20240305;20240306;20240305;100,00;110,00;USD;S;14001;20240405\n"
    "1000;C1;14001;DZ;20240405;20240405;20240405;100,00;110,00;USD;H;14001;20240405\n"
)


def test_an_amount_with_a_side_is_read_as_ledger_lines_of_both_sides(extracts: Extracts) -> None:
    content = drafted(extracts.write("bsad.txt", SAP))
    assert "the day that terms count from" in content
    source = decided(extracts.folder, content, ("{undecided: [full, delta]}", "full"))
    report = extracts.load(("bsad.txt", SAP), source=source, as_of=AS_OF)
    assert [counts(result)[:2] for result in report.files] == [(1, 1), (1, 1)]
    assert extracts.current(
        "ledger_lines", "document_ref, document_type, debit, credit, base_debit, base_credit, matching_code, currency"
    ) == [
        ("14001", "payment", Decimal("0.00"), Decimal("110.00"), None, Decimal("100.00"), "14001", "USD"),
        ("90001", "invoice", Decimal("110.00"), Decimal("0.00"), Decimal("100.00"), None, "14001", "USD"),
    ]


def test_files_looked_at_together_tell_the_customer_by_its_ids(extracts: Extracts) -> None:
    customers = extracts.write("partners.csv", "Code,Name,E-mail\nC1,Alpha,a@a\nC2,Beta,b@b\nC3,Gamma,c@c\n")
    sales = "Invoice,Rel,Invoice Date,Total\nF1,C1,2024-03-01,1.50\nF2,C3,2024-03-02,2.50\n"
    alone = drafted(extracts.write("sales.csv", sales))
    assert "customer_id: {undecided" not in alone
    assert "customer_id: Rel" in alone
    content = drafted(extracts.folder / "sales.csv", customers)
    assert "100% of its values are ids of the customers file" in content
    source = decided(extracts.folder, content, ("{undecided: [full, delta]}", "full"), ("{undecided: []}", "USD"))
    mapping = catalogue.find(source)
    assert [table.table for table in mapping.tables] == ["invoices", "customers"]
    report = extracts.load(("sales.csv", sales), ("partners.csv", customers.read_text()), source=source, as_of=AS_OF)
    assert {result.table_name: result.rows_new for result in report.files} == {"invoices": 2, "customers": 3}


def test_two_columns_that_say_the_same_are_left_to_a_person(extracts: Extracts) -> None:
    data = "Invoice No,Invoice Number,Customer No,Invoice Date,Total\nF1,X1,C1,2024-03-01,1.50\n"
    content = drafted(extracts.write("sales.csv", data))
    assert "invoice_id: {undecided: [Invoice No, Invoice Number]}" in content


def test_a_name_that_its_values_belie_is_not_taken(extracts: Extracts) -> None:
    data = "Invoice No,Customer No,Invoice Date,Due Date,Total,Open\nF1,C1,2024-03-01,30 days,1.50,Yes\n"
    content = drafted(extracts.write("sales.csv", data))
    (table,) = yaml.safe_load(content)["tables"]
    assert "due_on" not in table["columns"]
    assert "open_amount" not in table["columns"]
    assert "its values are no days (30 days)" in content


@pytest.mark.parametrize("name", ["Reminder date", "Period end", "Value date"])
def test_the_only_day_of_a_file_is_proposed_whatever_its_name(extracts: Extracts, name: str) -> None:
    """Its name says nothing of the day a document was posted, or something else: a person decides, not the draft."""
    rows = "A1,C1,2026-01-05,5.00\nA2,C2,2026-01-25,7.00\n"
    path = extracts.write("days.csv", f"Invoice No,Customer,{name},Amount\n{rows}")
    content = draft_of(inspect_all([path]), "days")
    assert re.search(rf"posted_on: {name} +# by its values: the only column left that holds days", content)


def test_payments_among_invoices_are_dropped_and_said_so(extracts: Extracts) -> None:
    data = "Type,Num,Customer,Invoice Date,Due Date,Amount\nInvoice,1,C1,2024-03-01,2024-04-01,5.00\n"
    data += "Payment,2,C1,2024-03-05,,-5.00\n"
    content = drafted(extracts.write("list.csv", data))
    (table,) = yaml.safe_load(content)["tables"]
    assert table["filters"] == [{"column": "Type", "drop": ["Payment"]}]
    assert "need a table `payments` of their own" in content


@pytest.mark.parametrize(
    ("header", "table"),
    [
        ("Account,Entry Date,Debit,Credit", "ledger_lines"),
        ("Konto;Belegdatum;Umsatz;Soll/Haben-Kennzeichen", "ledger_lines"),
        ("Payment No,Customer,Payment Date,Amount,Payment Method", "payments"),
        ("Payment ID,Invoice No,Amount Applied,Date Applied", "allocations"),
        ("Customer No,Customer Name,Country", "customers"),
        ("Factura,Cliente,Fecha emisión,Fecha vencimiento,Importe,Pendiente", "invoices"),
    ],
)
def test_which_table_a_file_is_follows_its_columns(extracts: Extracts, header: str, table: str) -> None:
    delimiter = ";" if ";" in header else ","
    names = header.split(delimiter)
    path = extracts.write("x.csv", f"{header}\n{delimiter * (len(names) - 1)}\n")
    assert f"- table: {table} " in drafted(path)


def test_columns_of_no_table_are_left_undecided(extracts: Extracts) -> None:
    content = drafted(extracts.write("x.csv", "Colour,Weight\nred,5\n"))
    assert "- table: {undecided: [invoices, payments" in content
    source = decided(extracts.folder, content)
    with pytest.raises(MappingError, match=r"tables\.1\.table"):
        catalogue.find(source)


def test_a_list_of_what_is_open_may_be_of_its_own_kind(extracts: Extracts) -> None:
    content = drafted(extracts.write("aged.csv", "Invoice No,Customer,Due Date,Balance Due\n1,C,2024-01-01,5.00\n"))
    assert "{undecided: [full, delta, open_items]}" in content
    assert "amount: Balance Due" in content
    assert "'Balance Due' is zero in none of all 1 rows, as in a list of what is open" in content


def test_a_file_that_a_mapping_knows_needs_no_draft(extracts: Extracts) -> None:
    path = extracts.write("customers.csv", "customer_id,customer_name\nC1,A\n")
    with pytest.raises(FileError, match="no draft is needed, a built-in mapping"):
        drafted(path)


def test_a_file_without_a_header_gets_no_draft(extracts: Extracts) -> None:
    path = extracts.write("x.csv", "1,2024-01-01,5.00\n2,2024-01-02,6.00\n")
    with pytest.raises(FileError, match="no line of column names"):
        drafted(path)


def test_confirming_changes_nothing_of_how_a_file_is_read(extracts: Extracts) -> None:
    path = extracts.write("own.yml", "name: own\ndescription: x\nconfirmed: true\ntables: [{table: customers}]\n")
    with_mark = catalogue.find(path).fingerprint()
    path.write_text("name: own\ndescription: y\ntables: [{table: customers}]\n", encoding="utf-8")
    assert catalogue.find(path).fingerprint() == with_mark


@pytest.mark.parametrize("value", ["a: b", "x # y", "'q'", '"q"', "0411", "true", "a{b", "- a", "é, ü", "12", ""])
def test_any_column_name_comes_back_as_it_stands(extracts: Extracts, value: str) -> None:
    cells = f'"{value.replace(chr(34), chr(34) * 2)}"' if value else "empty"
    data = f"Invoice No,Customer No,Invoice Date,{cells}\n1,C,2024-01-01,5.00\n2,D,2024-01-02,6.00\n"
    content = drafted(extracts.write("x.csv", data))
    source = decided(extracts.folder, content, ("{undecided: [full, delta]}", "full"), ("{undecided: []}", "EUR"))
    columns = catalogue.find(source).tables[0].columns
    assert isinstance(columns, dict)
    assert columns["amount"] == (value or "empty")


def test_names_of_the_contract_are_taken_as_such(extracts: Extracts) -> None:
    data = "invoice_id;customer_id;posted_on;amount;is_disputed;delivered_on\nF1;C;01.02.2024;1,50;true;02.02.2024\n"
    (table,) = yaml.safe_load(drafted(extracts.write("x.csv", data)))["tables"]
    assert {name: header for name, header in table["columns"].items() if name != header} == {}
    assert set(table["columns"]) == {
        *("invoice_id", "customer_id", "posted_on", "amount", "is_disputed", "delivered_on")
    }


@pytest.mark.parametrize("sign", ["\x00", "\x1b[31m", "\u2028", "\x85", "\t"])
def test_what_a_file_holds_steers_neither_the_draft_nor_a_terminal(extracts: Extracts, sign: str) -> None:
    data = f"Invoice No,Customer No,Invoice Date,Total{sign}Due,Rest {sign}\n1,C{sign},2024-01-01,5.00,{sign}x\n"
    path = extracts.write("x.csv", data)
    content = drafted(path)
    assert sign not in content
    assert sign not in str(inspect_all([path])[0])
    mapping = yaml.safe_load(content)
    assert f"Total{sign}Due" in mapping["tables"][0]["columns"].values()


def test_any_bytes_end_in_a_draft_or_a_message(extracts: Extracts) -> None:
    chance = random.Random(7)
    start = "Liste;;;\nN° pièce;Client;Date;Montant TTC\n" + 'F1;"C;1";03/04/2024;1.200,50\n' * 20
    for _ in range(60):
        data = bytearray(start.encode("windows-1252"))
        for _ in range(chance.randrange(1, 12)):
            at = chance.randrange(len(data))
            data[at : at + chance.randrange(20)] = chance.choice([b'"', b"\r", b"\x00", b"\n", b";", b"\xff\xfe", b""])
        path = extracts.write("x.csv", bytes(data))
        try:
            content = drafted(path)
        except FileError:
            continue
        mapping = extracts.write("x.yml", content)
        with pytest.raises(MappingError, match="is a draft"):
            catalogue.find(mapping)


def test_a_type_and_a_currency_without_a_telling_name_are_told_by_their_values(extracts: Extracts) -> None:
    rows = "F1,C1,2024-03-01,5.00,Invoice,EUR\nA2,C1,2024-03-02,-2.00,Credit Note,USD\n"
    content = drafted(extracts.write("x.csv", f"Invoice No,Customer No,Invoice Date,Total,Blorb,Zork\n{rows}"))
    (table,) = yaml.safe_load(content)["tables"]
    assert (table["columns"]["document_type"], table["columns"]["currency"]) == ("Blorb", "Zork")
    assert "by its values: the only column left that holds types" in content
    assert table["sign"] == "as_given"


def test_due_days_before_their_invoice_are_a_hint_and_decide_nothing(extracts: Extracts) -> None:
    rows = "F1,C1,03/04/2024,05/03/2024,1.50\nF2,C1,01/02/2024,02/03/2024,1.50\n"
    content = drafted(extracts.write("x.csv", f"Invoice No,Customer No,Invoice Date,Due Date,Total\n{rows}"))
    assert '{undecided: ["%d/%m/%Y", "%m/%d/%Y"]}' in content
    assert "read as %d/%m/%Y, 1 of 2 rows are due before their day" in content
    assert "read as %m/%d/%Y, 0 of 2 rows are due before their day" in content


def test_codes_of_a_side_that_nobody_knows_are_left_to_a_person(extracts: Extracts) -> None:
    data = "Konto;Belegdatum;Umsatz;Soll/Haben-Kennzeichen\n1;2024-01-01;5,00;X\n2;2024-01-02;5,00;Y\n"
    content = drafted(extracts.write("x.csv", data))
    assert content.count("keep: {undecided: [X, Y]}") == 2


LOADED = [
    (
        "payments",
        "Payment No;Customer No;Payment Date;Amount;Currency;Payment Method\nP1;C1;2024-03-01;1,50;EUR;Wire\n",
        [("P1", "C1", date(2024, 3, 1), Decimal("1.50"), "Wire")],
        "payment_id, customer_id, received_on, amount, method",
    ),
    (
        "allocations",
        "N° règlement;N° facture;Montant imputé;Date imputation\nP1;F1;1,50;01/03/2024\nP1;F2;1,50;31/03/2024\n",
        [("P1", "F1", Decimal("1.50")), ("P1", "F2", Decimal("1.50"))],
        "credit_id, debit_id, amount",
    ),
    (
        "customers",
        "Kundennummer;Name;Land;E-Mail\n10001;Müller;DE;a@example.org\n",
        [("10001", "Müller", "DE", "a@example.org")],
        "customer_id, customer_name, country_code, email",
    ),
    (
        "ledger_lines",
        "Fecha;Asiento;Cuenta;Cliente;Concepto;Debe;Haber\n31/03/2024;7;430000;C1;Venta;1.000,50;\n",
        [("7", "430000", "C1", Decimal("1000.50"), Decimal("0.00"))],
        "entry_ref, account, customer_id, debit, credit",
    ),
]


@pytest.mark.parametrize(("table", "data", "rows", "columns"), LOADED, ids=[table for table, *_ in LOADED])
def test_a_draft_of_each_table_loads(
    extracts: Extracts, table: str, data: str, rows: list[tuple[object, ...]], columns: str
) -> None:
    content = drafted(extracts.write("x.txt", data.encode("windows-1252")))
    choices = [
        (found, "EUR" if "base_currency" in line else "full")
        for line, found in re.findall(r"(.*?)(\{undecided: \[(?:full, delta)?\]\})", content)
    ]
    source = decided(extracts.folder, content, *choices)
    report = extracts.load(("x.txt", data.encode("windows-1252")), source=source, as_of=AS_OF)
    assert only(report).table_name == table
    assert extracts.current(table, columns) == rows


def test_a_workbook_with_titles_parquet_and_json_lines_load_by_their_drafts(extracts: Extracts) -> None:
    names, row = ["Invoice No", "Customer No", "Invoice Date", "Total"], ["F1", "C1", date(2024, 3, 1), 1.5]
    with xlsxwriter.Workbook(extracts.folder / "a.xlsx", {"default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet()
        for at, cells in enumerate([["Open items"], [], names, row]):
            sheet.write_row(at, 0, cells)
    with duckdb.connect() as connection:
        columns = (
            '\'F1\' as "Invoice No", \'C1\' as "Customer No", date \'2024-03-01\' as "Invoice Date", 1.50 as "Total"'
        )
        for suffix, kind in (("parquet", "parquet"), ("jsonl", "json")):
            connection.execute(f"copy (select {columns}) to '{extracts.folder / 'a'}.{suffix}' (format {kind})")
    for suffix in ("xlsx", "parquet", "jsonl"):
        path = extracts.folder / f"a.{suffix}"
        content = drafted(path, name=f"own_{suffix}")
        source = decided(extracts.folder, content, ("{undecided: [full, delta]}", "full"), ("{undecided: []}", "EUR"))
        with duckdb.connect() as connection:
            load(connection, [path], source=source, as_of=AS_OF)
            assert connection.execute("select invoice_id, posted_on, amount from raw.invoices").fetchall() == [
                ("F1", date(2024, 3, 1), Decimal("1.50"))
            ]


@pytest.mark.parametrize("start", ["Invoice No,Customer No,Invoice Date,Total\n1,", "1-1-1"])
@pytest.mark.parametrize("filling", ["1", "1-", "nr", '"', "1.1,"])
def test_values_without_an_end_neither_hang_nor_break(extracts: Extracts, start: str, filling: str) -> None:
    path = extracts.write("x.csv", start + filling * 50_000)
    try:
        content = drafted(path)
    except FileError as error:
        content = str(error)
    assert "x.csv" in content


def test_files_of_one_draft_may_be_written_in_different_ways(extracts: Extracts) -> None:
    sales = (
        "Offene Posten\n\nBelegnr;Debitor;Belegdatum;Bruttobetrag\n"
        "R1;10001;2024-04-03;1.190,00\nR2;10002;2024-04-04;-50,00\n"
    ).encode("windows-1252")
    customers = "Kundennr,Name,Kreditlimit\n10001,Müller,1000\n10002,Café,2000\n".encode()
    paths = [extracts.write("op.csv", sales), extracts.write("kunden.csv", customers)]
    content = drafted(*paths)
    choices = [("{undecided: [full, delta]}", "full"), ("{undecided: []}", "EUR")]
    source = decided(extracts.folder, content, *choices)
    other = catalogue.find(source)
    assert [other.format_of(table).header_row for table in other.tables] == [3, 1]
    report = extracts.load(("op.csv", sales), ("kunden.csv", customers), source=source, as_of=AS_OF)
    assert {result.table_name: result.rows_new for result in report.files} == {"invoices": 2, "customers": 2}
