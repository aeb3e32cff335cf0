"""A rejected row is known by where it stands: one file may fill several tables and slices, one line hold many rows."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from ingest import exchange
from ingest.errors import ToleranceError
from tests.ingest.extracts import Extracts, counts, invoices, only
from tests.ingest.mending import exported, reload, rows_of, states
from tests.ingest.test_xml import DOCUMENT, MAPPING

TWO_SLICES = """
name: own
description: One list of two companies, and of their customers.
tables:
  - table: invoices
    file_name: list
    slice: {entity: FR}
    filters: [{column: company, keep: [FR]}]
    columns: {invoice_id: number, customer_id: customer, posted_on: day, amount: amount}
  - table: invoices
    file_name: list
    slice: {entity: UK}
    filters: [{column: company, drop: [FR]}]
    columns: {invoice_id: number, customer_id: customer, posted_on: day, amount: amount}
  - table: customers
    file_name: list
    distinct: true
    columns: {customer_id: customer, customer_name: name}
"""
LIST = """\
company,number,customer,name,day,amount
FR,1,C-1,One,2026-01-05,1.00
FR,2,C-1,One,soon,2.00
UK,1,,Two,soon,3.00
"""


class TestSeveralSlices:
    """A file of two slices of one table, and of another table."""

    def test_each_is_mended_once_and_into_its_own(self, extracts: Extracts) -> None:
        extracts.start()
        mapping = extracts.write("own.yml", TWO_SLICES)
        extracts.load(("list.csv", LIST), source=mapping)
        assert states(extracts) == [
            (2, "customers", 4, "open"),
            (2, "invoices", 3, "open"),
            (2, "invoices", 4, "open"),
        ]
        of_customers, of_invoices = exported(extracts, ("soon", "2026-01-06"), (",,Two", ",C-2,Two"))
        assert [row[:6] for row in rows_of(of_invoices)[1:]] == [
            ["2", "invoices", "entity=FR", "list.csv", "3", "2"],
            ["2", "invoices", "entity=UK", "list.csv", "4", "3"],
        ]
        assert [counts(result)[:2] for result in reload(extracts, of_invoices).files] == [(1, 1), (1, 1)]
        assert [state for _, _, _, state in states(extracts)] == ["open", "mended", "mended"]
        assert extracts.current("invoices", "entity_id, invoice_id, _slice", "all") == [
            ("FR", "1", "entity=FR"),
            ("FR", "2", "entity=FR"),
            ("UK", "1", "entity=UK"),
        ]
        assert extracts.rows("select slice, rejected_in, line from raw.mended_rejects order by 1") == [
            ("entity=FR", 2, 3),
            ("entity=UK", 2, 4),
        ]
        assert only(reload(extracts, of_customers)).rows_new == 1
        assert {state for _, _, _, state in states(extracts)} == {"mended"}

    def test_a_row_in_both_is_rejected_in_both_and_mended_in_each(self, extracts: Extracts) -> None:
        """A reject of one slice is no reject of the other, though file, line and table are the same."""
        extracts.start()
        mapping = extracts.write("own.yml", TWO_SLICES.replace("drop: [FR]", "drop: [UK]"))
        extracts.load(("list.csv", LIST), source=mapping)
        places = [line.place for line in exchange.lines(extracts.connection) if line.place.table_name == "invoices"]
        assert [(place.slice, place.line) for place in places] == [("entity=FR", 3), ("entity=UK", 3)]
        _, path = exported(extracts, ("soon", "2026-01-06"))
        one = path.with_name("one.csv")
        one.write_text("".join(f"{','.join(row)}\n" for row in rows_of(path) if row[2] != "entity=FR"))
        assert only(reload(extracts, one)).slice == "entity=UK"
        assert [
            (line.place.slice, line.state) for line in exchange.lines(extracts.connection) if line.place.line == 3
        ] == [("entity=FR", "open"), ("entity=UK", "mended")]


class TestLeftOut:
    """A mended row that the mapping's filters leave out would be nowhere."""

    @pytest.fixture
    def loaded(self, extracts: Extracts) -> Extracts:
        mapping = extracts.write(
            "own.yml",
            "name: own\ndescription: Own.\ntables:\n  - {table: invoices, filters: [{column: kind, keep: [I]}]}\n",
        )
        extracts.start()
        rows = invoices(
            "FR,I-1,C,soon,1.00,I",
            "FR,I-2,C,soon,2.00,I",
            header="entity_id,invoice_id,customer_id,posted_on,amount,kind",
        )
        extracts.load(("list.csv", rows), source=mapping)
        return extracts

    def test_is_refused_and_stays_a_reject(self, loaded: Extracts) -> None:
        (path,) = exported(loaded, ("soon", "2026-01-05"), ("2.00,I", "2.00,X"))
        with pytest.raises(
            ToleranceError,
            match=r"(?s)1 of 2 rows are rejected.*leaves out by its filters \(kind\): mend what they look at: "
            r"rejects\.csv, line 3",
        ):
            reload(loaded, path)
        assert [state for *_, state in states(loaded)] == ["open", "open"]
        assert loaded.current("invoices", "invoice_id") == []
        assert loaded.rows("select max(load_id) from raw.loads") == [(2,)]

    def test_a_row_that_repeats_another_is_in_the_books(self, extracts: Extracts) -> None:
        """`distinct` leaves the second one out: it is the same customer."""
        extracts.start()
        mapping = extracts.write("own.yml", TWO_SLICES)
        extracts.load(("list.csv", LIST + "UK,2,,Two,2026-01-05,4.00\n"), source=mapping)
        of_customers, _ = exported(extracts, (",,Two", ",C-2,Two"))
        result = only(reload(extracts, of_customers))
        assert (result.rows_new, result.rows_filtered, result.rows_rejected) == (1, 1, 0)
        assert [state for _, table, _, state in states(extracts) if table == "customers"] == ["mended", "mended"]


class TestXml:
    """Elements go out as rows of the values that were read, wherever in the file those stand."""

    def test_elements_are_mended_as_rows(self, extracts: Extracts) -> None:
        mapping = extracts.write("own.yml", MAPPING)
        bad = DOCUMENT.replace(">7,50<", ">7.5x<").replace("07.02.2026", "2026-02-07")
        assert only(extracts.load(("ledger.xml", bad), source=mapping)).rows_rejected == 2
        (path,) = exported(extracts)
        header, first, second = rows_of(path)
        assert header[8:] == [
            "join(../@no, Nr)",
            "'@client|Client/Code",
            "../Day",
            "sum(Lines/Line/Amount)",
            "Remark",
            "/Ledger/Head/Currency",
        ]
        assert first[4:6] + first[8:] == ["9", "2", "01/2", "C2", "05.01.2026", "7.5x", "", "EUR"]
        assert second[8:] == ["02/1", "C3", "2026-02-07", "1", "", "EUR"]
        text = path.read_text(encoding="utf-8").replace("7.5x", '"7,50"').replace("2026-02-07", "07.02.2026")
        path.write_text(text, encoding="utf-8")
        assert counts(only(reload(extracts, path))) == (2, 2, 0, 0, 0, 0)
        assert extracts.current("invoices", "invoice_id, amount, currency", "1")[1:] == [
            ("01/2", Decimal("7.50"), "EUR"),
            ("02/1", Decimal("1.00"), "EUR"),
        ]
        assert [state for *_, state in states(extracts)] == ["mended", "mended"]
        # The same elements in the next file are known again, though they stand on other lines.
        again = only(extracts.load(("ledger.xml", bad.replace("<x:Head>", "\n\n<x:Head>")), source=mapping))
        assert (again.rows_mended_before, again.rows_vanished) == (2, 0)

    def test_rows_of_one_line_are_told_apart(self, extracts: Extracts) -> None:
        mapping = extracts.write("own.yml", MAPPING)
        flat = DOCUMENT.replace("\n", " ").replace(">7,50<", ">x<").replace("07.02.2026", "then")
        extracts.load(("ledger.xml", flat), source=mapping)
        assert extracts.rows("select line, record, amount, currency from raw.rejects order by record") == [
            (1, 2, None, "EUR"),
            (1, 3, Decimal("1.00"), "EUR"),
        ]
        (path,) = exported(extracts, ("then", "07.02.2026"))
        head, _, second = path.read_text(encoding="utf-8").splitlines()
        path.write_text(f"{head}\n{second}\n", encoding="utf-8")
        assert only(reload(extracts, path)).rows_new == 1
        assert [state for *_, state in states(extracts)] == ["open", "mended"]

    def test_cells_stand_with_the_reject(self, extracts: Extracts) -> None:
        mapping = extracts.write("own.yml", MAPPING)
        extracts.load(("ledger.xml", DOCUMENT.replace(">7,50<", ">x<")), source=mapping)
        ((cells,),) = extracts.rows("select cells from raw.rejects")
        assert json.loads(cells) == ["01/2", "C2", "05.01.2026", "x", None, "EUR"]
