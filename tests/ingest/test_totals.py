"""Amounts by currency add up as rows do, and a load is refused where they are not what its control says."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from ingest.errors import ControlError, FileError, MappingError
from ingest.loader import load
from tests.ingest.extracts import AS_OF, Extracts, counts, invoices, only

HEADER = "entity_id,invoice_id,customer_id,posted_on,amount,currency"
TOTALS = (
    "select currency, rows_read, rows_new, rows_changed, rows_unchanged, rows_rejected, rows_vanished, rows_unknown, "
    "read_amount, new_amount, changed_amount, unchanged_amount, rejected_amount, vanished_amount "
    "from raw.load_totals where load_id = {} and table_name = 'invoices' order by currency"
)


def money(*values: str) -> tuple[Decimal, ...]:
    return tuple(Decimal(value) for value in values)


def test_amounts_by_currency_follow_the_rows(extracts: Extracts) -> None:
    extracts.start()
    first = invoices(
        "FR,I-1,C,2026-01-05,100.00,",
        "FR,I-2,C,2026-01-05,20.00,USD",
        "FR,I-3,C,2026-01-05,3.00,USD",
        "UK,I-4,C,2026-01-05,-4.00,",
        header=HEADER,
    )
    extracts.load(("invoices.csv", first))
    # The base currency of the entity stands in for the one a row does not tell.
    assert extracts.rows(TOTALS.format(2)) == [
        ("EUR", 1, 1, 0, 0, 0, 0, 0, *money("100.00", "100.00", "0.00", "0.00", "0.00", "0.00")),
        ("GBP", 1, 1, 0, 0, 0, 0, 0, *money("-4.00", "-4.00", "0.00", "0.00", "0.00", "0.00")),
        ("USD", 2, 2, 0, 0, 0, 0, 0, *money("23.00", "23.00", "0.00", "0.00", "0.00", "0.00")),
    ]
    second = invoices(
        "FR,I-1,C,2026-01-05,100.00,",
        "FR,I-2,C,2026-01-05,25.00,USD",
        "FR,I-5,C,soon,5.00,USD",
        "FR,I-6,C,2026-01-06,many,USD",
        "FR,I-7,C",
        "FR,I-8,C,2026-01-06,8.00,USD",
        header=HEADER,
    )
    extracts.load(("invoices.csv", second))
    assert extracts.rows(TOTALS.format(3)) == [
        ("*", 1, 0, 0, 0, 1, 0, 1, *money("0.00", "0.00", "0.00", "0.00", "0.00", "0.00")),
        ("EUR", 1, 0, 0, 1, 0, 0, 0, *money("100.00", "0.00", "0.00", "100.00", "0.00", "0.00")),
        ("GBP", 0, 0, 0, 0, 0, 1, 0, *money("0.00", "0.00", "0.00", "0.00", "0.00", "-4.00")),
        ("USD", 4, 1, 1, 0, 2, 1, 1, *money("38.00", "8.00", "25.00", "0.00", "5.00", "3.00")),
    ]


def test_both_sides_of_the_books_are_summed(extracts: Extracts) -> None:
    header = "account,journal,entry_ref,posted_on,debit,credit,customer_id"
    extracts.start()
    rows = (
        "411,VE,1,2026-01-05,120.00,0.00,C",
        "706,VE,1,2026-01-05,0.00,120.00,C",
        "411,BQ,2,2026-01-06,0.00,20.00,C",
    )
    mapping = extracts.write(
        "books.yml",
        "name: books\ndescription: Books.\nbase_currency: EUR\ntables: [{table: ledger_lines}]\n",
    )
    extracts.load(("lines.csv", "\n".join((header, *rows)) + "\n"), source=mapping)
    assert extracts.rows("select amount_column, currency, rows_read, read_amount from raw.load_totals order by 1") == [
        ("credit", "EUR", 3, Decimal("140.00")),
        ("debit", "EUR", 3, Decimal("120.00")),
    ]


def test_totals_of_more_than_18_digits(extracts: Extracts) -> None:
    extracts.start()
    largest = "9999999999999999.99"
    extracts.load(("invoices.csv", invoices(*(f"FR,I-{n},C,2026-01-05,{largest}" for n in range(2)))))
    assert extracts.rows("select read_amount from raw.load_totals") == [(Decimal("19999999999999999.98"),)]


OWN = "name: own\ndescription: Own.\nbase_currency: EUR\ntables:\n  - table: invoices\n{}"
CONTENT = invoices(
    "FR,I-1,C,2026-01-05,100.00,EUR", "FR,I-2,C,2026-01-05,20.50,USD", "FR,I-3,C,2026-01-05,-3.00,USD", header=HEADER
)


def own(extracts: Extracts, *lines: str) -> Path:
    return extracts.write("own.yml", OWN.format("".join(f"    {line}\n" for line in lines)))


class TestConstants:
    """Totals given in the mapping."""

    @pytest.mark.parametrize(
        "totals",
        [
            "{rows: 3}",
            "{rows: 3, amount: 117.50}",
            "{amount: {EUR: 100.00, USD: 17.50}}",
            "[{rows: 3}, {amount: 117.50}]",
        ],
    )
    def test_that_agree(self, extracts: Extracts, totals: str) -> None:
        mapping = own(extracts, f"control_totals: {totals}")
        assert counts(only(extracts.load(("list.csv", CONTENT), source=mapping))) == (3, 3, 0, 0, 0, 0)

    @pytest.mark.parametrize(
        ("totals", "message"),
        [
            (
                "{rows: 4}",
                r"list\.csv: does not agree .*\(mapping own\):\n  rows: 4 expected, 3 found, difference -1\n",
            ),
            ("{amount: 1117.50}", r"amount: 1,117\.50 expected, 117\.50 found, difference -1,000\.00"),
            (
                "{amount: {EUR: 100.00, USD: 17.00}}",
                r"\n  amount USD: 17\.00 expected, 17\.50 found, difference 0\.50\n",
            ),
            ("{amount: {EUR: 100.00}}", r"amount USD: 0\.00 expected, 17\.50 found"),
            ("{amount: {EUR: 100.00, USD: 17.50, GBP: 1}}", r"amount GBP: 1 expected, 0\.00 found"),
        ],
    )
    def test_that_differ_refuse_the_whole_load(self, extracts: Extracts, totals: str, message: str) -> None:
        mapping = own(extracts, f"control_totals: {totals}")
        other = extracts.write("entities.csv", "entity_id,base_currency\nZZ,EUR\n")
        bad = extracts.write("list.csv", CONTENT)
        with pytest.raises(ControlError, match=f"(?s){message}"):
            load(extracts.connection, [bad], own=[other], source=mapping, as_of=AS_OF)
        for table in ("invoices", "entities", "loads", "load_totals", "rejects"):
            assert extracts.rows(f"select count(*) from raw.{table}") == [(0,)]

    def test_a_rejected_row_counts_and_one_without_amount_is_named(self, extracts: Extracts) -> None:
        mapping = own(extracts, "control_totals: {rows: 3, amount: 117.50}")
        assert (
            only(
                extracts.load(("list.csv", CONTENT.replace("I-2,C,2026-01-05", "I-2,C,soon")), source=mapping)
            ).rows_rejected
            == 1
        )
        with pytest.raises(ControlError, match=r"(?s)97\.00 found.*The amounts of 1 rejected rows cannot be read"):
            extracts.load(("list.csv", CONTENT.replace("20.50", "2O.50")), source=mapping)

    def test_filtered_rows_are_in_the_file(self, extracts: Extracts) -> None:
        mapping = own(
            extracts, "filters: [{column: invoice_id, drop: [I-3]}]", "control_totals: {rows: 3, amount: 117.50}"
        )
        assert only(extracts.load(("list.csv", CONTENT), source=mapping)).rows_filtered == 1

    def test_signs_are_those_of_the_file(self, extracts: Extracts) -> None:
        content = invoices(
            "FR,I-1,C,2026-01-05,100.00,invoice",
            "FR,K-1,C,2026-01-05,30.00,credit_note",
            header="entity_id,invoice_id,customer_id,posted_on,amount,document_type",
        )
        mapping = own(extracts, "sign: by_type", "control_totals: {amount: 130.00}")
        assert only(extracts.load(("list.csv", content), source=mapping)).control_amount == Decimal("70.00")
        mapping = own(extracts, "sign: by_type", "control_totals: {amount: 70.00, sign: as_loaded}")
        assert only(extracts.load(("list.csv", content), source=mapping)).control_amount == Decimal("70.00")

    @pytest.mark.parametrize(
        ("totals", "message"),
        [
            ("{}", "give rows, amount, file or trailer"),
            ("{rows: 1, of: base_amount}", "of 'base_amount' no totals are kept"),
            ("{row: 1}", "unknown key 'row'; did you mean 'rows'"),
            ("{file: {name: total.csv, rows: n}}", r"name must hold \{stem\}"),
            ("{file: {name: '../{stem}.csv', rows: n}}", "without a folder"),
        ],
    )
    def test_a_wrong_key_is_named(self, extracts: Extracts, totals: str, message: str) -> None:
        with pytest.raises(MappingError, match=message):
            extracts.load(("list.csv", CONTENT), source=own(extracts, f"control_totals: {totals}"))


class TestControlFile:
    """Totals in a file beside the extract."""

    RULE = "control_totals: {file: {name: '{stem}.ctl.csv', rows: n, amount: total, currency: cur, delimiter: ';'}}"

    def test_by_currency_and_in_a_folder(self, extracts: Extracts, tmp_path: Path) -> None:
        mapping = own(extracts, self.RULE)
        landing = tmp_path / "landing"
        landing.mkdir()
        (landing / "list.csv").write_text(CONTENT)
        (landing / "list.ctl.csv").write_text("cur;n;total\nEUR;1;100.00\nUSD;2;17.50\n")
        report = load(extracts.connection, [landing], source=mapping, as_of=AS_OF)
        assert counts(only(report)) == (3, 3, 0, 0, 0, 0)
        assert report.warnings == ["entity 'FR' derived from list.csv, base currency EUR"]
        (landing / "list.csv").write_text(CONTENT.replace("20.50", "20.40"))
        with pytest.raises(ControlError, match=r"\(list\.ctl\.csv\):\n  amount USD: 17\.50 expected, 17\.40 found"):
            load(extracts.connection, [landing], source=mapping, as_of=AS_OF)

    def test_of_several_extracts(self, extracts: Extracts) -> None:
        mapping = own(extracts, "control_totals: {file: {name: all.ctl, file: extract, rows: n}}")
        extracts.write("all.ctl", "extract,n\na.csv,3\nb.csv,1\n")
        extracts.load(("a.csv", CONTENT), source=mapping)
        with pytest.raises(ControlError, match=r"b\.csv: .*\n  rows: 1 expected, 2 found, difference 1"):
            extracts.load(("b.csv", invoices("FR,J-1,C,2026-01-05,1.00", "FR,J-2,C,2026-01-05,1.00")), source=mapping)
        with pytest.raises(ControlError, match=r"all\.ctl: has no line for c\.csv"):
            extracts.load(("c.csv", invoices("FR,J-1,C,2026-01-05,1.00")), source=mapping)

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (None, r"its control file list\.ctl\.csv is not beside it"),
            ("cur;count;total\nEUR;1;100.00\n", r"list\.ctl\.csv: has no column 'n'"),
            ("cur;n;total\nEUR;one;100.00\n", "'one' is no number of rows"),
            ("cur;n;total\nEUR;1;many\n", "'many' is no amount"),
            ("", "has no column 'n'"),
            # Python's own ways to say what these are end in a traceback, or in a number nobody wrote.
            (f"cur;n;total\nEUR;{'9' * 5_000};1.00\n", "'9{80}' is no number of rows"),
            ("cur;n;total\nEUR;1;1e999999999\n", "'1e999999999' is no amount"),
            ("cur;n;total\nEUR;1;1_000.00\n", "'1_000.00' is no amount"),
            ("cur;n;total\nEUR;1;nan\n", "'nan' is no amount"),
            (f"cur;n;total\nEUR;1;{'x' * 3_000_000}\n", "cannot be split into columns: field larger"),
        ],
    )
    def test_that_cannot_be_read(self, extracts: Extracts, content: str | None, message: str) -> None:
        if content is not None:
            extracts.write("list.ctl.csv", content)
        with pytest.raises(ControlError, match=message):
            extracts.load(("list.csv", CONTENT), source=own(extracts, self.RULE))


class TestTrailer:
    """Totals in the last line."""

    RULE = "control_totals: {trailer: {starts: END, rows: 2, amount: 3}}"

    @pytest.mark.parametrize("end", ["END,3,117.50", "END,3,117.50\n", "END,3,117.50,,,\r\n\r\n"])
    def test_is_no_row(self, extracts: Extracts, end: str) -> None:
        result = only(extracts.load(("list.csv", CONTENT + end), source=own(extracts, self.RULE)))
        assert counts(result) == (3, 3, 0, 0, 0, 0)

    def test_that_differs(self, extracts: Extracts) -> None:
        with pytest.raises(ControlError, match=r"\(the last line of list\.csv\):\n  rows: 4 expected, 3 found"):
            extracts.load(("list.csv", CONTENT + "END,4,117.50\n"), source=own(extracts, self.RULE))

    def test_that_is_missing_means_the_file_broke_off(self, extracts: Extracts) -> None:
        with pytest.raises(ControlError, match=r"list\.csv: its last line should be the trailer .* The file broke off"):
            extracts.load(("list.csv", CONTENT), source=own(extracts, self.RULE))


class TestQuotesOverLines:
    """Where values may take several lines, a quote gone astray must not swallow rows."""

    RULE = "file: {multiline: true}"
    CONTENT = ("FR,I-1,C,2026-01-05,1.00,one", "FR,I-2,C,2026-01-05,2.00,two", "FR,I-3,C,2026-01-05,3.00,three")
    WIDE = "entity_id,invoice_id,customer_id,posted_on,amount,reference"

    def test_a_value_of_several_lines_is_one_row(self, extracts: Extracts) -> None:
        rows = ['FR,I-1,C,2026-01-05,1.00,"one, or', "", 'two, or three"', "", *self.CONTENT[1:]]
        result = only(extracts.load(("list.csv", invoices(*rows, header=self.WIDE)), source=own(extracts, self.RULE)))
        assert counts(result) == (3, 3, 0, 0, 0, 0)
        assert extracts.current("invoices", "reference")[0] == ("one, or\n\ntwo, or three",)

    @pytest.mark.parametrize(
        ("rows", "lines"),
        [
            (['FR,I-1,"C,2026-01-05,1.00,one', CONTENT[1], 'FR,I-3",C,2026-01-05,3.00,three'], "line 2: .* to line 4"),
            (['FR,I-1,"C,2026-01-05,1.00,one', 'FR,I-2",C,2026-01-05,2.00,two', CONTENT[2]], "line 2: .* to line 3"),
        ],
    )
    def test_lines_that_are_rows_of_their_own_refuse_the_file(
        self, extracts: Extracts, rows: list[str], lines: str
    ) -> None:
        with pytest.raises(FileError, match=rf"list\.csv, {lines}.*rows of their own"):
            extracts.load(("list.csv", invoices(*rows, header=self.WIDE)), source=own(extracts, self.RULE))
