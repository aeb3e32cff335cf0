"""Rejected rows go out as they came, come back mended into their slice, and stay while the file still has them bad."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter

from ingest import exchange
from ingest.errors import FileError, IngestError, ToleranceError
from ingest.mended_file import MARKS
from ingest.report import LoadReport
from tests.ingest.extracts import Extracts, counts, invoices, only

OWN = (
    "name: own\ndescription: Own.\nbase_currency: EUR\n"
    "file: {{encoding: windows-1252, delimiter: ';', decimal_mark: ','}}\ntables:\n  - {{table: invoices, kind: {}}}\n"
)
HEADER = "invoice_id;customer_id;posted_on;amount;reference"
GOOD = ["I-1;C;2026-01-05;1,00;Zoé", "I-2;C;2026-01-05;2,00;b"]
BAD = ["I-3;C;05/01/2026;3,00;café", ";C;2026-01-05;4,00;no id", "I-5;C;2026-01-05"]
DAYS = [date(2026, 2, day) for day in range(1, 10)]


def content(*rows: str) -> bytes:
    return invoices(*rows, header=HEADER).encode("windows-1252")


def begin(extracts: Extracts, kind: str = "full") -> Path:
    """Load two good rows and three bad ones."""
    mapping = extracts.write("own.yml", OWN.format(kind))
    assert counts(only(extracts.load(("list.csv", content(*GOOD, *BAD)), source=mapping))) == (5, 2, 0, 0, 3, 0)
    return mapping


def out(extracts: Extracts, **changes: str) -> Path:
    """Export what is open, with texts replaced."""
    path = extracts.folder / "rejects.csv"
    chosen = [line for line in exchange.lines(extracts.connection) if line.state == "open"]
    ((written, rows),) = exchange.export(extracts.connection, chosen, path)
    assert rows == len(chosen)
    text = written.read_text(encoding="windows-1252")
    for before, after in changes.items():
        assert before in text
        text = text.replace(before, after)
    written.write_text(text, encoding="windows-1252")
    return written


def rewrite(path: Path, rows: list[list[str]], delimiter: str = ";") -> Path:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8-sig", newline="")
    return path


def cells(path: Path) -> list[list[str]]:
    with path.open(encoding="windows-1252", newline="") as stream:
        return list(csv.reader(stream, delimiter=";"))


def reload(extracts: Extracts, path: Path) -> LoadReport:
    return exchange.reload(extracts.connection, path, lambda _: None)


def states(extracts: Extracts) -> list[tuple[int, int, str, int | None]]:
    return [
        (line.place.load_id, line.place.line, line.state, line.mended_in)
        for line in exchange.lines(extracts.connection)
    ]


def mend(extracts: Extracts) -> LoadReport:
    """Mend all three and load them."""
    path = out(extracts)
    header, day, key, short = cells(path)
    day[10], key[8], short[8:] = "2026-01-05", "I-4", ["I-5", "C", "2026-01-05", "5,00", ""]
    return reload(extracts, rewrite(path, [header, day, key, short]))


CURRENT = [("I-1", "1.00"), ("I-2", "2.00"), ("I-3", "3.00"), ("I-4", "4.00"), ("I-5", "5.00")]


def current(extracts: Extracts) -> list[tuple[str, str]]:
    return [(key, str(amount)) for key, amount in extracts.current("invoices", "invoice_id, amount")]


def test_an_export_has_the_original_and_the_reasons(extracts: Extracts) -> None:
    begin(extracts)
    assert cells(out(extracts)) == [
        [*MARKS, *HEADER.split(";")],
        [
            "1",
            "invoices",
            "*",
            "list.csv",
            "4",
            "3",
            "posted_on",
            "is not a day written as %Y-%m-%d",
            *BAD[0].split(";"),
        ],
        ["1", "invoices", "*", "list.csv", "5", "4", "invoice_id", "is empty", *BAD[1].split(";")],
        [
            "1",
            "invoices",
            "*",
            "list.csv",
            "6",
            "5",
            "",
            "the line has fewer columns than the header",
            *BAD[2].split(";"),
        ],
    ]


@pytest.mark.parametrize("kind", ["full", "delta"])
def test_mended_rows_join_their_slice_and_close_nothing(extracts: Extracts, kind: str) -> None:
    begin(extracts, kind)
    result = only(mend(extracts))
    assert counts(result) == (3, 3, 0, 0, 0, 0)
    assert (result.source, result.slice, result.as_of_on) == ("own", "*", date(2026, 1, 31))
    assert current(extracts) == CURRENT
    assert states(extracts) == [(1, line, "mended", 2) for line in (4, 5, 6)]
    assert extracts.rows("select load_id, kind, rows_read, rows_rejected from raw.loads order by 1") == [
        (1, kind, 5, 3),
        (2, "mended", 3, 0),
    ]
    assert extracts.rows("select sum(read_amount) from raw.load_totals where load_id = 2") == [(Decimal("12.00"),)]


def test_mending_takes_no_day_back_and_holds_no_file_up(extracts: Extracts) -> None:
    mapping = begin(extracts)
    path = out(extracts, **{"05/01/2026": "2026-01-05"})
    mended = rewrite(path, cells(path)[:2])
    report = exchange.reload(extracts.connection, mended, lambda _: None, date(2026, 3, 31))
    assert only(report).as_of_on == date(2026, 3, 31)
    result = only(extracts.load(("list.csv", content(*GOOD)), source=mapping, as_of=DAYS[0]))
    assert counts(result) == (2, 0, 0, 2, 0, 1)


def test_some_now_some_later(extracts: Extracts) -> None:
    begin(extracts)
    path = out(extracts, **{"05/01/2026": "2026-01-05"})
    reload(extracts, rewrite(path, cells(path)[:2]))
    assert states(extracts) == [(1, 4, "mended", 2), (1, 5, "open", None), (1, 6, "open", None)]
    assert len(cells(out(extracts))) == 3


def test_a_row_still_bad_refuses_all(extracts: Extracts) -> None:
    begin(extracts)
    path = out(extracts, **{"05/01/2026": "2026-01-05"})
    with pytest.raises(
        ToleranceError, match=r"(?s)2 of 3 rows are rejected.*invoice_id is empty: rejects\.csv, line 3"
    ):
        reload(extracts, path)
    assert extracts.rows("select max(load_id) from raw.loads") == [(1,)]
    assert [state for _, _, state, _ in states(extracts)] == ["open"] * 3


class TestNextFile:
    """What the next full file does to mended rows."""

    def test_the_same_bytes_change_nothing(self, extracts: Extracts) -> None:
        mapping = begin(extracts)
        mend(extracts)
        assert extracts.load(("list.csv", content(*GOOD, *BAD)), source=mapping).status == "unchanged"

    def test_bad_lines_that_come_again_keep_them(self, extracts: Extracts) -> None:
        mapping = begin(extracts)
        mend(extracts)
        for load_id, more in ((3, "I-6;C;2026-02-01;6,00;"), (4, "I-6;C;2026-02-01;6,60;")):
            # The lines stand elsewhere now, and are told by what they hold.
            rows = content(more, *BAD, *GOOD)
            result = only(extracts.load(("list.csv", rows), source=mapping, as_of=DAYS[load_id]))
            assert (result.rows_read, result.rows_rejected, result.rows_vanished) == (6, 3, 0)
            assert result.rows_mended_before == 3
            assert [row for row in current(extracts) if row[0] != "I-6"] == CURRENT
            assert states(extracts)[-3:] == [(load_id, line, "mended", 2) for line in (3, 4, 5)]

    def test_rows_the_system_mended_count(self, extracts: Extracts) -> None:
        mapping = begin(extracts)
        mend(extracts)
        rows = content(*GOOD, "I-3;C;2026-01-05;3,00;café", "I-4;C;2026-01-05;44,00;no id", "I-5;C;2026-01-05;5,00;")
        result = only(extracts.load(("list.csv", rows), source=mapping, as_of=DAYS[0]))
        assert counts(result) == (5, 0, 1, 4, 0, 0)
        assert dict(current(extracts))["I-4"] == "44.00"

    def test_rows_that_are_gone_vanish(self, extracts: Extracts) -> None:
        mapping = begin(extracts)
        mend(extracts)
        result = only(extracts.load(("list.csv", content(*GOOD, BAD[1])), source=mapping, as_of=DAYS[0]))
        assert counts(result) == (3, 0, 0, 2, 1, 2)
        assert current(extracts) == [CURRENT[0], CURRENT[1], CURRENT[3]]

    def test_of_two_lines_alike_one_mended_is_one_open(self, extracts: Extracts) -> None:
        mapping = extracts.write("own.yml", OWN.format("full"))
        extracts.load(("list.csv", content(*GOOD, BAD[1], BAD[1])), source=mapping)
        path = out(extracts)
        header, first, _ = cells(path)
        first[8] = "I-4"
        reload(extracts, rewrite(path, [header, first]))
        extracts.load(("list.csv", content(BAD[1], BAD[1], *GOOD)), source=mapping, as_of=DAYS[0])
        assert [state for load_id, _, state, _ in states(extracts) if load_id == 3] == ["mended", "open"]

    def test_mended_lines_do_not_use_up_the_tolerance(self, extracts: Extracts) -> None:
        begin(extracts)
        mend(extracts)
        strict = extracts.write("own.yml", OWN.format("full") + "tolerance: {rejected_rows: 0, rejected_amount: 100}\n")
        result = only(extracts.load(("list.csv", content(*BAD, *GOOD)), source=strict, as_of=DAYS[0]))
        assert result.rows_rejected == 3
        with pytest.raises(ToleranceError, match=r"1 of 6 rows are rejected"):
            extracts.load(("list.csv", content(*BAD, *GOOD, "I-9;C;soon;1,00;")), source=strict, as_of=DAYS[1])


class TestRefused:
    """Files that cannot be what they are taken for."""

    def test_of_a_picture_that_is_past(self, extracts: Extracts) -> None:
        mapping = begin(extracts)
        path = out(extracts)
        extracts.load(("list.csv", content(*GOOD, *BAD[1:])), source=mapping, as_of=DAYS[0])
        assert [state for _, _, state, _ in states(extracts)] == ["past"] * 3 + ["open"] * 2
        with pytest.raises(FileError, match=r"line 2: line 4 of list\.csv was rejected in load 1, and a newer file"):
            reload(extracts, path)

    def test_a_row_that_came_anew_in_a_delta(self, extracts: Extracts) -> None:
        mapping = begin(extracts, "delta")
        path = out(extracts, **{"05/01/2026": "2026-01-05"})
        extracts.load(("list.csv", content("I-3;C;2026-01-06;33,00;newer")), source=mapping, as_of=DAYS[0])
        with pytest.raises(ToleranceError, match=r"came anew in load 2, after the line was rejected in load 1"):
            reload(extracts, rewrite(path, cells(path)[:2]))
        assert dict(current(extracts))["I-3"] == "33.00"

    def test_twice(self, extracts: Extracts) -> None:
        begin(extracts)
        mend(extracts)
        with pytest.raises(FileError, match=r"rejects\.csv, line 2: line 4 of list\.csv was mended in load 2"):
            reload(extracts, extracts.folder / "rejects.csv")

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            (lambda rows: rows[1].__setitem__(0, ""), r"line 2: its first columns no longer say"),
            # Digits to Python, and no number.
            (lambda rows: rows[1].__setitem__(0, "\u00b2"), r"line 2: its first columns no longer say"),
            (lambda rows: rows[1].__setitem__(4, "9" * 5_000), r"line 2: its first columns no longer say"),
            (lambda rows: rows[1].__setitem__(4, "99"), r"line 2: load 1 rejected no line 99 of list\.csv"),
            (lambda rows: rows[0].__setitem__(8, "invoice"), r"'invoice_id' is missing; did you mean 'invoice'\?"),
            (lambda rows: rows[1].append("more"), r"line 2: has 6 values for the 5 columns"),
            (lambda rows: rows.append(rows[1]), r"line 5: line 4 of list\.csv stands here twice"),
            (lambda rows: rows[0].__setitem__(0, "load"), "is not a file of rejected rows"),
            (lambda rows: rows.clear(), "is not a file of rejected rows"),
            (lambda rows: rows.__delitem__(slice(1, None)), "holds no mended row"),
        ],
    )
    def test_with_other_columns(self, extracts: Extracts, change: object, message: str) -> None:
        begin(extracts)
        path = out(extracts)
        rows = cells(path)
        assert callable(change)
        change(rows)
        with pytest.raises(IngestError, match=message):
            reload(extracts, rewrite(path, rows))
        assert extracts.rows("select max(load_id) from raw.loads") == [(1,)]


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_whatever_the_spreadsheet_makes_of_the_file(extracts: Extracts, delimiter: str) -> None:
    begin(extracts)
    path = out(extracts, **{"05/01/2026": "2026-01-05"})
    assert counts(only(reload(extracts, rewrite(path, cells(path)[:2], delimiter)))) == (1, 1, 0, 0, 0, 0)
    assert extracts.current("invoices", "reference")[2] == ("café",)


def test_a_workbook_will_do(extracts: Extracts) -> None:
    begin(extracts)
    book = extracts.folder / "mended.xlsx"
    rows = cells(out(extracts, **{"05/01/2026": "2026-01-05"}))[:2]
    with xlsxwriter.Workbook(book) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, rows[0])
        sheet.write_row(
            1, 0, [int(rows[1][0]), *rows[1][1:4], *map(int, rows[1][4:6]), *rows[1][6:11], 3.0, rows[1][12]]
        )
    assert counts(only(reload(extracts, book))) == (1, 1, 0, 0, 0, 0)


SOURCES = {"us": ("%m/%d/%Y", "cp850"), "fr": ("%d/%m/%Y", "windows-1252")}
"""The days and the encoding of two sources."""


class TestSeveralForms:
    """Sources that write days, numbers and letters each in their way, all of which have rejects."""

    def begin(self, extracts: Extracts, *names: str, file: str = "é") -> None:
        """Load a row with an amount that is none, of each source in turn."""
        for name in names:
            days, encoding = SOURCES[name]
            mapping = extracts.write(
                f"{name}.yml",
                f"name: {name}\ndescription: x\nbase_currency: EUR\n"
                f"file: {{encoding: {encoding}, date_format: '{days}'}}\ntables: [{{table: invoices}}]\n",
            )
            text = invoices(f"{name},C,03/04/2026,10x,café", header=HEADER.replace(";", ","))
            extracts.load((f"{file}-{name}.csv", text.encode(encoding)), source=mapping)

    def out(self, extracts: Extracts, name: str) -> tuple[Path, list[list[str]]]:
        """The file of what is rejected of one source, mended, and its rows."""
        chosen = [line for line in exchange.lines(extracts.connection) if line.place.source == name]
        ((path, _),) = exchange.export(extracts.connection, chosen, extracts.folder / f"mend-{name}.csv")
        path.write_bytes(path.read_bytes().replace(b"10x", b"10"))
        with path.open(encoding=SOURCES[name][1], newline="") as stream:
            return path, list(csv.reader(stream))

    @pytest.mark.parametrize("order", [("us", "fr"), ("fr", "us")])
    @pytest.mark.parametrize(("name", "day"), [("us", date(2026, 3, 4)), ("fr", date(2026, 4, 3))])
    def test_a_day_in_a_workbook_is_that_day(
        self, extracts: Extracts, order: tuple[str, str], name: str, day: date
    ) -> None:
        self.begin(extracts, *order)
        _, (header, row) = self.out(extracts, name)
        with xlsxwriter.Workbook(book := extracts.folder / "mended.xlsx") as workbook:
            sheet = workbook.add_worksheet()
            sheet.write_row(0, 0, header)
            sheet.write_row(1, 0, row)
            place = header.index("posted_on")
            sheet.write_datetime(1, place, day, workbook.add_format({"num_format": "yyyy-mm-dd"}))
        reload(extracts, book)
        assert extracts.current("invoices", "invoice_id, posted_on") == [(name, day)]

    @pytest.mark.parametrize("order", [("us", "fr"), ("fr", "us")])
    @pytest.mark.parametrize("name", ["us", "fr"])
    def test_letters_are_those_of_its_own_encoding(self, extracts: Extracts, order: tuple[str, str], name: str) -> None:
        self.begin(extracts, *order)
        reload(extracts, self.out(extracts, name)[0])
        assert extracts.current("invoices", "invoice_id, reference") == [(name, "café")]

    def test_rows_of_both_in_one_file_are_refused(self, extracts: Extracts) -> None:
        self.begin(extracts, "us", "fr")
        path, rows = self.out(extracts, "us")
        rewrite(path, [*rows, self.out(extracts, "fr")[1][1]], ",")
        with pytest.raises(FileError, match=r"line 3: line 2 of é-fr\.csv was read in another way"):
            reload(extracts, path)

    def test_bytes_of_neither_encoding_are_refused(self, extracts: Extracts) -> None:
        self.begin(extracts, "us", "fr", file="list")
        path, _ = self.out(extracts, "fr")
        path.write_bytes(path.read_bytes().replace("café".encode("windows-1252"), b"caf\x81"))
        with pytest.raises(FileError, match=r"mend-fr\.csv: is neither UTF-8 nor windows-1252; save it as UTF-8"):
            reload(extracts, path)


def test_a_formula_goes_out_harmless_and_comes_back_as_it_was(extracts: Extracts) -> None:
    mapping = extracts.write("own.yml", OWN.format("full"))
    texts = ["=cmd|' /C calc'!A0", "+SUM(1)", "@x", "-1+2", "'=quoted", "'plain", "-5,00", "+33 1 23"]
    rows = [f"I-{number};{text};soon;-1,00;{text}" for number, text in enumerate(texts)]
    extracts.load(("list.csv", content(*rows)), source=mapping)
    path = out(extracts, soon="2026-01-05")
    written = [row[9] for row in cells(path)[1:]]
    assert written == [*(f"'{text}" for text in texts[:5]), *texts[5:]]
    assert [row[11] for row in cells(path)[1:]] == ["-1,00"] * len(texts)
    assert only(reload(extracts, path)).rows_new == len(texts)
    assert [row[0] for row in extracts.current("invoices", "reference", "invoice_id")] == texts


def test_a_long_value_goes_out_and_comes_back(extracts: Extracts) -> None:
    """Longer than Python's reader takes unless it is told to, in a file whose lines are walked one by one."""
    mapping = extracts.write("own.yml", OWN.format("full"))
    long = "x" * 200_000
    extracts.load(("list.csv", content("", f"I-1;C;soon;1,00;{long}")), source=mapping)
    path = out(extracts, soon="2026-01-05")
    assert only(reload(extracts, path)).rows_new == 1
    assert extracts.current("invoices", "reference") == [(long,)]


def test_json_lines_go_out_as_a_table(extracts: Extracts) -> None:
    mapping = extracts.write(
        "own.yml", "name: own\ndescription: Own.\nbase_currency: EUR\ntables: [{table: invoices}]\n"
    )
    line = '{"invoice_id": "I-1", "customer_id": "C", "posted_on": "soon", "amount": 1.50, "is_disputed": true}\n'
    extracts.load(("list.jsonl", line), source=mapping)
    path = extracts.folder / "rejects.csv"
    exchange.export(extracts.connection, exchange.lines(extracts.connection), path)
    text = path.read_text(encoding="utf-8-sig")
    assert text.splitlines()[1].endswith("I-1,C,soon,1.50,true")
    path.write_text(text.replace("soon", "2026-01-05"))
    assert counts(only(reload(extracts, path))) == (1, 1, 0, 0, 0, 0)


def test_several_headers_are_several_files(extracts: Extracts) -> None:
    extracts.start()
    extracts.load(
        ("invoices.csv", invoices("FR,I-1,C,soon,1.00")),
        ("payments.csv", "payment_id,customer_id,received_on,amount,entity_id\nP-1,C,soon,1.00,FR\n"),
    )
    written = exchange.export(extracts.connection, exchange.lines(extracts.connection), extracts.folder / "r.csv")
    assert [(path.name, rows) for path, rows in written] == [
        ("r-1-canonical-invoices.csv", 1),
        ("r-2-canonical-payments.csv", 1),
    ]
    path = written[1][0]
    path.write_text(path.read_text().replace("P-1,C,soon", "P-1,C,2026-01-05"))
    assert only(reload(extracts, path)).table_name == "payments"
