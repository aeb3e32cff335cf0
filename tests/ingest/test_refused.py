"""Files that cannot be what they are taken for: the load is refused, with the way out, and nothing of it stays."""

from __future__ import annotations

import io
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingest.errors import FileError, IngestError, MappingError
from ingest.loader import load
from tests.ingest.extracts import AS_OF, ENTITIES, INVOICE_HEADER, Extracts, counts, invoices, only

ROW = "FR,I-1,C-1,2026-01-05,1.00"
LATIN = invoices("FR,I-1,Müller,2026-01-05,1.00").encode("windows-1252")


def _damaged() -> bytes:
    """A Parquet file whose end, which is looked at first, is whole, and whose first page is not."""
    out = io.BytesIO()
    row = {"entity_id": "FR", "invoice_id": "I-1", "customer_id": "C-1", "posted_on": "2026-01-05", "amount": "1.00"}
    pq.write_table(pa.table({name: [value] for name, value in row.items()}), out)
    head, value, rest = out.getvalue().partition(b"\x02\x00\x00\x00FR")
    return head[:-2] + b"\xff\xff" + value + rest


REFUSED: list[tuple[str, str | bytes, str]] = [
    ("empty", "", r"invoices\.csv: the file is empty"),
    ("blank", "\n\n", r"invoices\.csv: the file is empty"),
    (
        "column missing",
        invoices("FR,I-1,C-1,2026-01-05,1.00", header="entity_id,invoice_id,customer_id,posted,amount"),
        r"canonical \(invoices\) lacks 'posted_on'; did you mean 'posted'\?",
    ),
    ("delimiter", invoices(ROW).replace(",", ";"), r"line 1: not split by ',', but by ';'\. Say `delimiter: ';'`"),
    ("tab", invoices(ROW).replace(",", "\t"), r"not split by ',', but by '\\t'"),
    ("encoding of a row", LATIN, r"invoices\.csv, line 2: not utf-8\..*`encoding: windows-1252`"),
    (
        "encoding of the header",
        invoices(ROW, header=INVOICE_HEADER + ",état").encode("windows-1252"),
        r"invoices\.csv, line 1: not utf-8",
    ),
    ("utf-16", invoices(ROW).encode("utf-16"), r"is UTF-16.*save it as UTF-8"),
    ("quote never closed", invoices(ROW, 'FR,"I-2,C-1,2026-01-05,1.00', ROW), r"line 3: a quote \(\"\) opens here"),
    (
        "quote closed lines later",
        invoices(ROW, 'FR,"I-2,C-1,2026-01-05,1.00', ROW, 'FR,I-3",C-1,2026-01-05,1.00', ROW),
        r"line 3: a quoted value runs on to line 5\..*`multiline: true`",
    ),
    ("two columns of one name", invoices(ROW + ",2.00", header=INVOICE_HEADER + ",amount"), "two columns are called"),
    ("not a workbook", b"PK not a zip", "cannot be read as an Excel workbook"),
    ("not parquet", b"PAR0", "cannot be read as parquet"),
    ("a damaged page of parquet", _damaged(), "cannot be read as parquet: .*Fetch or export it again"),
    ("not json", b"{not json}\n", "is not JSON lines"),
]
SUFFIX = {
    "not a workbook": "xlsx",
    "not parquet": "parquet",
    "a damaged page of parquet": "parquet",
    "not json": "jsonl",
}


@pytest.mark.parametrize(("case", "content", "message"), REFUSED, ids=[case for case, *_ in REFUSED])
def test_refused(extracts: Extracts, case: str, content: str | bytes, message: str) -> None:
    extracts.start()
    good = extracts.write("payments.csv", "payment_id,customer_id,received_on,amount\nP-1,C-1,2026-01-05,1.00\n")
    bad = extracts.write(f"invoices.{SUFFIX.get(case, 'csv')}", content)
    with pytest.raises(IngestError, match=f"(?s){message}"):
        load(extracts.connection, [good, bad], as_of=AS_OF)
    assert extracts.rows("select count(*) from raw.payments") == [(0,)]
    assert extracts.rows("select max(load_id) from raw.loads") == [(1,)]


@pytest.mark.parametrize(("case", "content", "message"), REFUSED[2:5], ids=[case for case, *_ in REFUSED[2:5]])
def test_refused_with_a_mapping_of_ones_own(extracts: Extracts, case: str, content: str, message: str) -> None:
    mapping = extracts.write("own.yml", "name: own\ndescription: Own.\ntables: [{table: invoices}]\n")
    expected = message.removeprefix(r"canonical \(invoices\) lacks ").replace("'posted_on'", "column 'posted_on'")
    with pytest.raises(FileError, match=f"(?s){expected}"):
        extracts.load(("list.csv", content), source=mapping)


class TestEmptyPictures:
    """A header and no rows."""

    def test_is_refused_where_rows_are_current(self, extracts: Extracts) -> None:
        extracts.start()
        extracts.load(("invoices.csv", invoices(ROW)))
        with pytest.raises(FileError, match=r"without rows would withdraw all invoices of canonical \(slice \*\)"):
            extracts.load(("invoices.csv", invoices()))
        assert extracts.current("invoices", "invoice_id") == [("I-1",)]

    def test_is_taken_where_there_is_nothing_to_withdraw(self, extracts: Extracts) -> None:
        extracts.start()
        assert counts(only(extracts.load(("invoices.csv", invoices())))) == (0, 0, 0, 0, 0, 0)
        assert extracts.rows("select rows_read, control_amount from raw.loads where load_id = 2") == [(0, None)]

    def test_is_taken_where_the_mapping_allows_it(self, extracts: Extracts) -> None:
        extracts.start()
        mapping = extracts.write(
            "own.yml", "name: own\ndescription: Own.\ntables: [{table: invoices, allow_empty: true}]\n"
        )
        extracts.load(("list.csv", invoices(ROW)), source=mapping)
        assert counts(only(extracts.load(("list.csv", invoices()), source=mapping))) == (0, 0, 0, 0, 0, 1)


def test_withdrawing_most_rows_is_warned_of(extracts: Extracts) -> None:
    extracts.start()
    rows = [f"FR,I-{number},C-1,2026-01-05,1.00" for number in range(30)]
    assert only(extracts.load(("invoices.csv", invoices(*rows)))).warnings == []
    result = only(extracts.load(("invoices.csv", invoices(*rows[:5]))))
    assert result.rows_vanished == 25
    assert result.warnings == [
        "withdraws 25 of the 30 rows of invoices that were current in slice *; "
        "if the file is only a part of the picture, load all its parts together"
    ]


class TestPaths:
    """What is named to be loaded."""

    def test_a_folder_is_its_extracts(self, extracts: Extracts) -> None:
        extracts.write("entities.csv", ENTITIES)
        extracts.write("invoices.csv", invoices(ROW))
        extracts.write("notes.csv", "week,what\n1,nothing\n")
        extracts.write("readme.md", "# Not an extract\n")
        extracts.write("later/invoices.csv", invoices(ROW.replace("I-1", "I-2")))
        report = load(extracts.connection, [extracts.folder], as_of=AS_OF)
        assert [result.file for result in report.files] == ["entities.csv", "invoices.csv"]
        assert report.warnings == ["notes.csv: left out, no mapping knows its header"]

    def test_a_misspelt_header_in_a_folder_is_not_left_out(self, extracts: Extracts) -> None:
        extracts.write("entities.csv", ENTITIES)
        extracts.write("invoices.csv", invoices(ROW).replace("posted_on", "posted"))
        with pytest.raises(MappingError, match=r"invoices\.csv: no source mapping fits"):
            load(extracts.connection, [extracts.folder], as_of=AS_OF)

    def test_a_named_file_nobody_knows(self, extracts: Extracts) -> None:
        with pytest.raises(MappingError, match=r"(?s)notes\.csv: no source mapping fits\. Nearest:.*docs/mappings\.md"):
            extracts.load(("notes.csv", "week,what\n1,nothing\n"))

    def test_nothing_there(self, extracts: Extracts) -> None:
        with pytest.raises(FileError, match="no such file or folder"):
            load(extracts.connection, [extracts.folder / "absent.csv"], as_of=AS_OF)
        with pytest.raises(FileError, match="no extract in this folder"):
            load(extracts.connection, [extracts.folder], as_of=AS_OF)
        with pytest.raises(FileError, match="no file named"):
            load(extracts.connection, [], as_of=AS_OF)

    def test_named_twice(self, extracts: Extracts) -> None:
        path = extracts.write("invoices.csv", invoices(ROW))
        with pytest.raises(FileError, match=r"invoices\.csv: named twice"):
            load(extracts.connection, [path, extracts.folder], as_of=AS_OF)

    def test_only_unknown_files(self, extracts: Extracts, tmp_path: Path) -> None:
        extracts.write("notes.csv", "week,what\n1,nothing\n")
        with pytest.raises(FileError, match="none of the files"):
            load(extracts.connection, [tmp_path], as_of=AS_OF)


def test_columns_that_are_not_read_are_named(extracts: Extracts) -> None:
    extracts.start()
    result = only(extracts.load(("invoices.csv", invoices(ROW + ",x", header=INVOICE_HEADER + ",due_om"))))
    assert result.warnings == ["columns that are not canonical, not read: due_om; did you mean 'due_on'?"]
