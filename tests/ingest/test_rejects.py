"""Each fault of a row: what is said of it, where, and that only this row is left out."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from tests.ingest.extracts import INVOICE_HEADER, Extracts, counts, invoices, only

GOOD = "FR,I-1,C-1,2026-01-05,100.00"
BAD_DAY = "is not a day written as %Y-%m-%d"
NO_NUMBER = "is not a number written with decimal mark ."
COLUMNS = f"{INVOICE_HEADER},document_type,status,currency,is_disputed,base_amount"

FAULTS = [
    # (row, column, value, how the reason begins)
    ("FR,,C-1,2026-01-05,1.00,,,,,", "invoice_id", None, "is empty"),
    ("FR,I-2,C-1,,1.00,,,,,", "posted_on", None, "is empty"),
    ("FR,I-2,C-1,2026-01-05,,,,,,", "amount", None, "is empty"),
    ("FR,I-2,C-1,2026-13-05,1.00,,,,,", "posted_on", "2026-13-05", BAD_DAY),
    ("FR,I-2,C-1,05/01/2026,1.00,,,,,", "posted_on", "05/01/2026", BAD_DAY),
    ("FR,I-2,C-1,0202-01-05,1.00,,,,,", "posted_on", "0202-01-05", "is a day before 1901 or after 2999"),
    ("FR,I-2,C-1,2026-01-05,abc,,,,,", "amount", "abc", NO_NUMBER),
    ('FR,I-2,C-1,2026-01-05,"1,00",,,,,', "amount", "1,00", NO_NUMBER),
    ("FR,I-2,C-1,2026-01-05,1E+05,,,,,", "amount", "1E+05", NO_NUMBER),
    ("FR,I-2,C-1,2026-01-05,1e3,,,,,", "amount", "1e3", NO_NUMBER),
    ("FR,I-2,C-1,2026-01-05,NaN,,,,,", "amount", "NaN", NO_NUMBER),
    ("FR,I-2,C-1,2026-01-05,1.005,,,,,", "amount", "1.005", "has more than 2 decimals"),
    ("FR,I-2,C-1,2026-01-05,1.00000000001,,,,,", "amount", "1.00000000001", "has more than 2 decimals"),
    ("FR,I-2,C-1,2026-01-05,12345678901234567.00,,,,,", "amount", "12345678901234567.00", "does not fit 18 digits"),
    ("FR,I-2,C-1,2026-01-05,1.00,bill,,,,", "document_type", "bill", "is none of: invoice, debit_note"),
    ("FR,I-2,C-1,2026-01-05,-1.00,invoice,,,,", "amount", "-1.00", "has the wrong sign for a document of type invoice"),
    (
        "FR,I-2,C-1,2026-01-05,-1.00,debit_note,,,,",
        "amount",
        "-1.00",
        "has the wrong sign for a document of type debit",
    ),
    ("FR,I-2,C-1,2026-01-05,1.00,credit_note,,,,", "amount", "1.00", "has the wrong sign for a document of type cred"),
    ("FR,I-2,C-1,2026-01-05,1.00,write_off,,,,", "amount", "1.00", "has the wrong sign for a document of type write"),
    ("FR,I-2,C-1,2026-01-05,1.00,,open,,,", "status", "open", "is none of: posted, draft, void"),
    ("FR,I-2,C-1,2026-01-05,1.00,,,eur,,", "currency", "eur", "is not an ISO currency code"),
    ("FR,I-2,C-1,2026-01-05,1.00,,,EURO,,", "currency", "EURO", "is not an ISO currency code"),
    ("FR,I-2,C-1,2026-01-05,1.00,,,,perhaps,", "is_disputed", "perhaps", "is neither true nor false"),
    ("FR,I-2,C-1,2026-01-05,1.00,,,,,-1.00", "base_amount", "-1.00", "has the other sign than amount"),
    ("FR,I-2,C-1,2026-01-05", None, None, "the line has fewer columns than the header"),
    ("FR,I-2,C-1,2026-01-05,1,000.00,,,,,", None, None, "the line has more columns than the header"),
    ('FR,"I"-2,C-1,2026-01-05,1.00,,,,,', None, None, "a quote inside a quoted value is not doubled"),
]


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Extracts]:
    """One invoices file that holds all of `FAULTS`, each between two good rows, loaded."""
    made = Extracts(tmp_path_factory.mktemp("faulty"))
    made.start()
    rows = [f"FR,G-0,C-1,2026-01-05,1.00{',' * 5}"]
    for number, (row, *_) in enumerate(FAULTS, start=1):
        rows += [row, f"FR,G-{number},C-1,2026-01-05,1.00{',' * 5}"]
    made.load(("invoices.csv", invoices(*rows, header=COLUMNS)))
    yield made
    made.connection.close()


@pytest.mark.parametrize("number", range(len(FAULTS)), ids=[fault[0] for fault in FAULTS])
def test_fault_is_told_with_line_column_and_reason(faulty: Extracts, number: int) -> None:
    row, column, value, reason = FAULTS[number]
    ((found_column, found_value, found_reason, severity, file, raw_line),) = faulty.rows(
        f"select column_name, value, reason, severity, file, raw_line from raw.rejects where line = {2 * number + 3}"
    )
    assert (found_column, found_value) == (column, value)
    assert found_reason.startswith(reason)
    assert (severity, file, raw_line) == ("reject", "invoices.csv", row)


def test_rows_between_faulty_ones_are_taken(faulty: Extracts) -> None:
    assert faulty.rows("select invoice_id, _line from raw.invoices order by _line") == [
        (f"G-{number}", 2 * number + 1) for number in range(len(FAULTS) + 1)
    ]
    assert faulty.rows("select rows_read, rows_new, rows_rejected from raw.loads where table_name = 'invoices'") == [
        (2 * len(FAULTS) + 1, len(FAULTS) + 1, len(FAULTS))
    ]


def test_each_fault_of_a_row_is_listed_and_the_row_counted_once(extracts: Extracts) -> None:
    extracts.start()
    result = only(extracts.load(("invoices.csv", invoices("FR,,C-1,2026-99-99,1.001"))))
    assert result.rows_rejected == result.rows_read == 1
    assert [(column, reason) for _, column, _, reason in extracts.rejects()] == [
        ("amount", "has more than 2 decimals"),
        ("invoice_id", "is empty"),
        ("posted_on", "is not a day written as %Y-%m-%d"),
    ]


@pytest.mark.parametrize("amount", ["100", "100.5", "100.50", "+100.50", "100.5000", " 100.50", "-0.00"])
def test_amounts_that_lose_nothing_are_taken(extracts: Extracts, amount: str) -> None:
    extracts.start()
    extracts.load(("invoices.csv", invoices(f"FR,I-1,C-1,2026-01-05,{amount}")))
    assert extracts.current("invoices", "amount") == [(Decimal(amount.strip()).quantize(Decimal("0.01")),)]


@pytest.mark.parametrize(
    ("header", "row", "column", "reason"),
    [
        ("payment_id,customer_id,received_on,amount,entity_id", "P,C,2026-01-05,-1.00,FR", "amount", "is negative"),
        (
            "payment_id,customer_id,received_on,amount,entity_id,payment_type",
            "P,C,2026-01-05,-1.00,FR,refund",
            "amount",
            "is negative",
        ),
        (
            "payment_id,customer_id,received_on,amount,entity_id,payment_type",
            "P,C,2026-01-05,1.00,FR,cash",
            "payment_type",
            "is none of: payment, deposit, refund, bounce",
        ),
        (
            "payment_id,customer_id,received_on,amount,entity_id,posted_on",
            "P,C,2026-01-05,1.00,FR,soon",
            "posted_on",
            "is not a day",
        ),
    ],
)
def test_payments(extracts: Extracts, header: str, row: str, column: str, reason: str) -> None:
    extracts.start()
    result = only(extracts.load(("payments.csv", f"{header}\n{row}\n")))
    assert counts(result) == (1, 0, 0, 0, 1, 0)
    ((_, found_column, _, found_reason),) = extracts.rejects()
    assert found_column == column
    assert found_reason.startswith(reason)


@pytest.mark.parametrize(
    ("rate", "reason"),
    [
        ("0", "is not above zero"),
        ("-1.1", "is not above zero"),
        ("1.123456789", "has more than 8 decimals"),
        ("n/a", "is not a number"),
    ],
)
def test_rates(extracts: Extracts, rate: str, reason: str) -> None:
    result = only(
        extracts.load(("fx_rates.csv", f"rate_on,from_currency,to_currency,rate\n2026-01-05,EUR,USD,{rate}\n"))
    )
    assert result.rows_rejected == 1
    ((_, column, value, found),) = extracts.rejects()
    assert (column, value) == ("rate", rate)
    assert found.startswith(reason)


@pytest.mark.parametrize(
    ("number", "reason"),
    [("1.5", "is not a whole number"), ("0", "is below 1"), ("one", "is not a whole number"), ("", "is empty")],
)
def test_instalment_numbers(extracts: Extracts, number: str, reason: str) -> None:
    extracts.start()
    content = f"entity_id,invoice_id,instalment_no,due_on,amount\nFR,I-1,{number},2026-02-01,1.00\n"
    extracts.load(("instalments.csv", content))
    ((_, column, _, found),) = extracts.rejects()
    assert (column, found) == ("instalment_no", reason)


def test_rejected_amount_and_control_amount(extracts: Extracts) -> None:
    extracts.start()
    content = invoices(
        "FR,I-1,C-1,2026-01-05,100.00",
        "FR,I-2,C-1,not a day,20.00",
        "FR,I-3,C-1,2026-01-05,3.001",
        "FR,I-4,,2026-01-05,4.00",
        "FR,I-5,C-1,2026-01-05",
        "FR,I-6,C-1,2026-01-05,6.00",
        "FR,I-6,C-1,2026-01-05,6.00",
    )
    result = only(extracts.load(("invoices.csv", content)))
    assert result.control_amount == Decimal("106.00")
    # 20.00 (its day), 4.00 (no customer), 6.00 (comes twice), and 3.001 as the 3.00 it would be.
    assert result.rejected_amount == Decimal("33.00")
    assert extracts.rows("select control_amount, rejected_amount from raw.loads where table_name = 'invoices'") == [
        (Decimal("106.00"), Decimal("33.00"))
    ]


class TestDuplicates:
    """A key that comes more than once."""

    def test_alike_the_first_stands(self, extracts: Extracts) -> None:
        extracts.start()
        row = "FR,I-1,C-1,2026-01-05,100.00"
        result = only(extracts.load(("invoices.csv", invoices(row, "FR,I-2,C-1,2026-01-05,1.00", row, row))))
        assert counts(result) == (4, 2, 0, 0, 2, 0)
        assert extracts.current("invoices", "invoice_id, _line") == [("I-1", 1), ("I-2", 2)]
        key, value = "entity_id, document_type, invoice_id", "FR / invoice / I-1"
        reason = "repeats an earlier row, alike in all columns"
        assert extracts.rejects() == [(4, key, value, reason), (5, key, value, reason)]

    def test_different_none_stands(self, extracts: Extracts) -> None:
        extracts.start()
        result = only(
            extracts.load(("invoices.csv", invoices("FR,I-1,C-1,2026-01-05,100.00", "FR,I-1,C-1,2026-01-05,100.01")))
        )
        assert counts(result) == (2, 0, 0, 0, 2, 0)
        assert [reason for *_, reason in extracts.rejects()] == ["the key comes 2 times with different content"] * 2

    def test_of_changes_read_together_the_later_day_counts(self, extracts: Extracts, tmp_path: Path) -> None:
        """As if loaded one after the other, whatever their names; alike on one day, once; unlike on one day, none."""
        extracts.start()
        mapping = tmp_path / "months.yml"
        mapping.write_text(
            "name: months\ndescription: Changes of a month.\ntables:\n  - table: invoices\n    kind: delta\n"
            "    file_name: '.'\n    columns: {invoice_id: id, customer_id: id, posted_on: day, amount: amount}\n"
            "    constants: {entity_id: FR}\n    control_date: {column: day}\n",
            encoding="utf-8",
        )
        report = extracts.load(
            ("b_january.csv", "id,day,amount\nI-1,2026-01-05,100.00\nI-2,2026-01-05,7.00\nI-3,2026-01-31,1.00\n"),
            ("a_february.csv", "id,day,amount\nI-1,2026-01-05,90.00\nI-4,2026-02-28,2.00\nI-5,2026-02-28,3.00\n"),
            ("c_february.csv", "id,day,amount\nI-4,2026-02-28,2.00\nI-5,2026-02-28,4.00\n"),
            source=mapping,
            as_of=None,
        )
        assert extracts.current("invoices", "invoice_id, amount", "1") == [
            ("I-1", Decimal("90.00")),
            ("I-2", Decimal("7.00")),
            ("I-3", Decimal("1.00")),
            ("I-4", Decimal("2.00")),
        ]
        assert {result.file: (counts(result), result.rows_filtered) for result in report.files} == {
            "b_january.csv": ((2, 2, 0, 0, 0, 0), 1),
            "a_february.csv": ((3, 2, 0, 0, 1, 0), 0),
            "c_february.csv": ((1, 0, 0, 0, 1, 0), 1),
        }
        assert [reason for *_, reason in extracts.rejects()] == ["the key comes 2 times with different content"] * 2

    def test_same_id_of_another_entity_or_type_is_no_duplicate(self, extracts: Extracts) -> None:
        extracts.start()
        result = only(
            extracts.load(
                (
                    "invoices.csv",
                    invoices("FR,1,C-1,2026-01-05,1.00", "UK,1,C-1,2026-01-05,1.00", "FR,1,C-1,2026-01-05,-1.00"),
                )
            )
        )
        assert counts(result) == (3, 3, 0, 0, 0, 0)

    def test_over_two_files_of_one_picture(self, extracts: Extracts) -> None:
        extracts.start()
        row = "FR,I-1,C-1,2026-01-05,100.00"
        report = extracts.load(("invoices_a.csv", invoices(row)), ("invoices_b.csv", invoices(row)))
        assert [counts(result) for result in report.files] == [(1, 1, 0, 0, 0, 0), (1, 0, 0, 0, 1, 0)]

    def test_contradiction_leaves_what_is_current(self, extracts: Extracts) -> None:
        extracts.start()
        extracts.load(("invoices.csv", invoices("FR,I-1,C-1,2026-01-05,1.00")))
        result = only(
            extracts.load(("invoices.csv", invoices("FR,I-1,C-1,2026-01-05,2.00", "FR,I-1,C-1,2026-01-05,3.00")))
        )
        assert counts(result) == (2, 0, 0, 0, 2, 0)
        assert extracts.current("invoices", "amount") == [(Decimal("1.00"),)]


class TestOwners:
    """A key that is current elsewhere."""

    def test_of_another_source_is_named(self, extracts: Extracts) -> None:
        extracts.start()
        extracts.load(("invoices.csv", invoices("FR,I-1,C-1,2026-01-05,1.00")))
        other = extracts.write(
            "other.yml", "name: other\ndescription: The same columns, another system.\ntables:\n  - {table: invoices}\n"
        )
        result = only(
            extracts.load(
                ("theirs.csv", invoices("FR,I-1,C-1,2026-01-05,1.00", "FR,I-2,C-1,2026-01-05,1.00")), source=other
            )
        )
        assert counts(result) == (2, 1, 0, 0, 1, 0)
        ((line, column, value, reason),) = extracts.rejects()
        assert (line, column, value) == (2, "entity_id, document_type, invoice_id", "FR / invoice / I-1")
        assert reason == "belongs to source canonical, slice * (file invoices.csv, load 2)"
        assert extracts.current("invoices", "invoice_id, _source") == [("I-1", "canonical"), ("I-2", "other")]


def test_current_row_of_a_rejected_one_stays(extracts: Extracts) -> None:
    extracts.start()
    extracts.load(("invoices.csv", invoices(*(f"FR,I-{number},C-1,2026-01-05,1.00" for number in range(1, 5)))))
    result = only(
        extracts.load(
            (
                "invoices.csv",
                invoices("FR,I-1,C-1,bad,1.00", "FR,I-2,C-1,2026-01-05", "FR,I-3,C-1,2026-01-05,1.001"),
            )
        )
    )
    # A bad day, a short line, a third decimal: their rows could not be read. Only I-4 is really gone.
    assert counts(result) == (3, 0, 0, 0, 3, 1)
    assert extracts.current("invoices", "invoice_id") == [("I-1",), ("I-2",), ("I-3",)]


def test_a_credit_note_whose_amount_cannot_be_read_stays(extracts: Extracts) -> None:
    extracts.start()
    extracts.load(("invoices.csv", invoices("FR,K-1,C-1,2026-01-05,-1.00", "FR,I-1,C-1,2026-01-05,1.00")))
    result = only(extracts.load(("invoices.csv", invoices("FR,K-1,C-1,2026-01-05,x", "FR,I-1,C-1,2026-01-05,1.00"))))
    assert counts(result) == (2, 0, 0, 1, 1, 0)


class TestWarnings:
    """A row that is odd and taken."""

    CONTENT = "entity_id,invoice_id,customer_id,posted_on,amount,due_on\nFR,I-1,C-1,2026-01-05,1.00,2025-01-05\n"

    def test_due_before_the_document(self, extracts: Extracts) -> None:
        extracts.start()
        result = only(extracts.load(("invoices.csv", self.CONTENT)))
        assert counts(result) == (1, 1, 0, 0, 0, 0)
        assert extracts.rows("select line, column_name, value, reason, severity, raw_line from raw.rejects") == [
            (
                2,
                "due_on",
                "2025-01-05",
                "is before the document's own day, 2026-01-05",
                "warning",
                "FR,I-1,C-1,2026-01-05,1.00,2025-01-05",
            )
        ]

    def test_is_not_told_again_for_a_row_that_did_not_change(self, extracts: Extracts) -> None:
        extracts.start()
        extracts.load(("invoices.csv", self.CONTENT))
        extracts.load(("invoices.csv", self.CONTENT + "FR,I-2,C-1,2026-01-05,1.00,2026-02-05\n"))
        assert extracts.rows("select load_id, severity from raw.rejects") == [(2, "warning")]


class TestLines:
    """The line told is the one an editor shows, whatever stands before it."""

    BAD = "FR,I-9,C-1,2026-01-05,x"

    def lines_of(self, extracts: Extracts, content: str | bytes) -> list[tuple[object, ...]]:
        extracts.start()
        extracts.load(("invoices.csv", content))
        return extracts.rejects("line, raw_line")

    def test_after_blank_lines(self, extracts: Extracts) -> None:
        content = invoices(GOOD, "", "", self.BAD, "", GOOD.replace("I-1", "I-2"))
        assert self.lines_of(extracts, content) == [(5, self.BAD)]
        assert extracts.current("invoices", "invoice_id, _line") == [("I-1", 1), ("I-2", 3)]

    def test_after_a_short_line(self, extracts: Extracts) -> None:
        content = invoices("FR,I-0", GOOD, self.BAD, GOOD.replace("I-1", "I-2"), "a,b,c,d,e,f,g", self.BAD)
        assert self.lines_of(extracts, content) == [
            (2, "FR,I-0"),
            (4, self.BAD),
            (6, "a,b,c,d,e,f,g"),
            (7, self.BAD),
        ]
        assert extracts.current("invoices", "invoice_id, _line") == [("I-1", 2), ("I-2", 4)]

    def test_after_blank_and_short_lines(self, extracts: Extracts) -> None:
        content = invoices("", "FR,I-0", "", GOOD, "FR,I-9,C-1,never,1.00", self.BAD)
        assert self.lines_of(extracts, content) == [
            (3, "FR,I-0"),
            (6, "FR,I-9,C-1,never,1.00"),
            (7, self.BAD),
        ]
        assert extracts.current("invoices", "invoice_id, _line") == [("I-1", 2)]

    def test_with_windows_line_ends_and_byte_order_mark(self, extracts: Extracts) -> None:
        content = b"\xef\xbb\xbf" + invoices(GOOD, self.BAD, "FR,I-0").replace("\n", "\r\n").encode()
        assert self.lines_of(extracts, content) == [(3, self.BAD), (4, "FR,I-0")]

    def test_with_mixed_line_ends(self, extracts: Extracts) -> None:
        content = invoices(GOOD, GOOD.replace("I-1", "I-2")).encode() + f"{self.BAD}\r\n{self.BAD}\r".encode()
        assert self.lines_of(extracts, content) == [(4, self.BAD), (5, self.BAD)]

    def test_in_a_large_file_read_in_pieces(self, extracts: Extracts) -> None:
        rows = [f"FR,I-{number},C-1,2026-01-05,{number}.00" for number in range(200_000)]
        for number in (70_000, 140_001, 199_999):
            rows[number] = f"FR,I-{number},C-1,2026-01-05,many"
        rows[100_000] = "FR,I-100000,C-1,once,1.00"
        assert self.lines_of(extracts, invoices(*rows)) == [
            (number + 2, rows[number]) for number in (70_000, 100_000, 140_001, 199_999)
        ]
        assert extracts.rows(
            "select count(*), count(*) filter (_line = split_part(invoice_id, '-', 2)::int + 1) from raw.invoices"
        ) == [(199_996, 199_996)]
