"""What a load does to what was loaded before: the same again, changes, what vanished, and the order of loads."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from ingest.errors import FileError, IngestError, OrderError
from ingest.loader import load
from tests.ingest.extracts import AS_OF, Extracts, counts, invoices, only

A = invoices("FR,I-1,C-1,2026-01-05,1.00", "FR,I-2,C-1,2026-01-06,2.00", "FR,I-3,C-1,2026-01-07,3.00")
B = invoices("FR,I-1,C-1,2026-01-05,1.00", "FR,I-2,C-2,2026-01-06,2.00", "FR,I-4,C-1,2026-01-08,4.00")
VERSIONS = "select invoice_id, customer_id, _loaded_in, _replaced_in from raw.invoices order by all"


def test_same_again_is_nothing(extracts: Extracts) -> None:
    extracts.start()
    extracts.load(("invoices.csv", A))
    before = extracts.rows("select * from raw.loads")
    report = extracts.load(("invoices.csv", A), as_of=date(2026, 2, 28))
    assert (report.status, report.load_id) == ("unchanged", None)
    assert only(report).status == "unchanged"
    assert only(report).as_of_on == AS_OF
    assert extracts.rows("select * from raw.loads") == before


def test_changed_and_vanished_rows_are_closed(extracts: Extracts) -> None:
    extracts.start()
    assert counts(only(extracts.load(("invoices.csv", A)))) == (3, 3, 0, 0, 0, 0)
    assert counts(only(extracts.load(("invoices.csv", B)))) == (3, 1, 1, 1, 0, 1)
    assert extracts.rows(VERSIONS) == [
        ("I-1", "C-1", 2, None),
        ("I-2", "C-1", 2, 3),
        ("I-2", "C-2", 3, None),
        ("I-3", "C-1", 2, 3),
        ("I-4", "C-1", 3, None),
    ]


def test_first_content_comes_back_as_new_versions(extracts: Extracts) -> None:
    extracts.start()
    for content in (A, B, A):
        extracts.load(("invoices.csv", content))
    known_at = "_loaded_in <= {load} and coalesce(_replaced_in > {load}, true)"
    as_known = {
        number: extracts.rows(
            f"select invoice_id, customer_id from raw.invoices where {known_at.format(load=number)} order by all"
        )
        for number in (1, 2, 3, 4)
    }
    assert as_known[1] == []
    assert as_known[2] == as_known[4] == [("I-1", "C-1"), ("I-2", "C-1"), ("I-3", "C-1")]
    assert as_known[3] == [("I-1", "C-1"), ("I-2", "C-2"), ("I-4", "C-1")]
    assert extracts.rows(
        "select load_id, rows_new, rows_changed, rows_unchanged, rows_vanished from raw.loads "
        "where table_name = 'invoices' order by load_id"
    ) == [(2, 3, 0, 0, 0), (3, 1, 1, 1, 1), (4, 1, 1, 1, 1)]


def test_delta_leaves_what_it_does_not_name(extracts: Extracts) -> None:
    extracts.start()
    mapping = extracts.write(
        "moves.yml",
        "name: moves\ndescription: What moved.\ntables:\n  - {table: invoices, kind: delta}\n",
    )
    first = only(extracts.load(("moves_1.csv", A), source=mapping))
    second = only(extracts.load(("moves_2.csv", B), source=mapping))
    assert counts(first) == (3, 3, 0, 0, 0, 0)
    assert counts(second) == (3, 1, 1, 1, 0, 0)
    assert extracts.current("invoices", "invoice_id, customer_id") == [
        ("I-1", "C-1"),
        ("I-2", "C-2"),
        ("I-3", "C-1"),
        ("I-4", "C-1"),
    ]
    # No news is no news, and an older delta does not withdraw anything.
    empty = only(extracts.load(("moves_3.csv", invoices()), source=mapping, as_of=date(2025, 1, 1)))
    assert counts(empty) == (0, 0, 0, 0, 0, 0)


def test_several_files_of_one_load_are_one_picture(extracts: Extracts) -> None:
    extracts.start()
    one, two = invoices("FR,I-1,C-1,2026-01-05,1.00"), invoices("FR,I-2,C-1,2026-01-05,2.00")
    extracts.load(("invoices_1.csv", one), ("invoices_2.csv", two))
    report = extracts.load(("invoices_1.csv", one), ("invoices_2.csv", invoices("FR,I-3,C-1,2026-01-05,2.00")))
    assert [counts(result) for result in report.files] == [(1, 0, 0, 1, 0, 1), (1, 1, 0, 0, 0, 0)]
    # A row that only moved from one file to the other is the same row.
    both = invoices("FR,I-3,C-1,2026-01-05,2.00", "FR,I-1,C-1,2026-01-05,1.00")
    report = extracts.load(("invoices_1.csv", both), ("invoices_2.csv", invoices()))
    assert [counts(result) for result in report.files] == [(2, 0, 0, 2, 0, 0), (0, 0, 0, 0, 0, 0)]


SLICED = (
    "name: monthly\ndescription: A file a month and entity.\ntables:\n"
    "  - table: invoices\n    slice: {file: '^(?P<entity>[A-Z]+)_(?P<period>[0-9]{4}-[0-9]{2})'}\n"
)


class TestSlices:
    """A full file pictures its slice and nothing else."""

    def test_only_the_slice_is_closed(self, extracts: Extracts) -> None:
        extracts.start()
        mapping = extracts.write("monthly.yml", SLICED)
        extracts.load(("FR_2026-01.csv", invoices("FR,I-1,C,2026-01-05,1.00")), source=mapping)
        extracts.load(("FR_2026-02.csv", invoices("FR,I-2,C,2026-02-05,1.00")), source=mapping)
        result = only(extracts.load(("FR_2026-01.csv", invoices("FR,I-3,C,2026-01-05,1.00")), source=mapping))
        assert (result.slice, counts(result)) == ("entity=FR,period=2026-01", (1, 1, 0, 0, 0, 1))
        assert extracts.current("invoices", "invoice_id, _slice") == [
            ("I-2", "entity=FR,period=2026-02"),
            ("I-3", "entity=FR,period=2026-01"),
        ]

    def test_a_row_of_another_slice_is_rejected_unless_that_slice_gives_it_up(self, extracts: Extracts) -> None:
        extracts.start()
        mapping = extracts.write("monthly.yml", SLICED)
        row = "FR,I-1,C,2026-01-05,1.00"
        extracts.load(("FR_2026-01.csv", invoices(row, "FR,I-0,C,2026-01-05,1.00")), source=mapping)
        result = only(extracts.load(("FR_2026-02.csv", invoices(row)), source=mapping))
        assert counts(result) == (1, 0, 0, 0, 1, 0)
        assert extracts.rejects("reason") == [
            ("belongs to source monthly, slice entity=FR,period=2026-01 (file FR_2026-01.csv, load 2)",)
        ]
        report = extracts.load(
            ("FR_2026-01.csv", invoices("FR,I-0,C,2026-01-05,1.00")),
            ("FR_2026-02.csv", invoices(row.replace("01-05", "02-05"))),
            source=mapping,
        )
        assert [counts(each) for each in report.files] == [(1, 0, 0, 1, 0, 0), (1, 0, 1, 0, 0, 0)]
        assert extracts.current("invoices", "invoice_id, _slice") == [
            ("I-0", "entity=FR,period=2026-01"),
            ("I-1", "entity=FR,period=2026-02"),
        ]

    def test_a_name_that_does_not_tell_is_refused(self, extracts: Extracts) -> None:
        mapping = extracts.write("monthly.yml", SLICED)
        with pytest.raises(FileError, match=r"export\.csv: its name must say the slice"):
            extracts.load(("export.csv", A), source=mapping)

    def test_unchanged_slices_are_not_read(self, extracts: Extracts) -> None:
        extracts.start()
        mapping = extracts.write("monthly.yml", SLICED)
        january = ("FR_2026-01.csv", invoices("FR,I-1,C,2026-01-05,1.00"))
        extracts.load(january, source=mapping)
        report = extracts.load(january, ("FR_2026-02.csv", invoices("FR,I-2,C,2026-02-05,1.00")), source=mapping)
        assert [result.status for result in report.files] == ["unchanged", "loaded"]
        assert extracts.rows("select file from raw.loads where load_id = 3") == [("FR_2026-02.csv",)]


class TestOrder:
    """As-of days and their order."""

    def test_an_older_full_file_is_refused(self, extracts: Extracts) -> None:
        extracts.start()
        extracts.load(("invoices.csv", A))
        with pytest.raises(OrderError, match=r"is of 2026-01-30, .* already loaded as of 2026-01-31.*--out-of-order"):
            extracts.load(("invoices.csv", B), as_of=date(2026, 1, 30))
        assert extracts.rows(VERSIONS) == [("I-1", "C-1", 2, None), ("I-2", "C-1", 2, None), ("I-3", "C-1", 2, None)]
        assert counts(only(extracts.load(("invoices.csv", B), as_of=date(2026, 1, 30), out_of_order=True))) == (
            3,
            1,
            1,
            1,
            0,
            1,
        )

    def test_no_day_is_refused(self, extracts: Extracts) -> None:
        with pytest.raises(OrderError, match=r"invoices\.csv: nothing says which day .* --as-of"):
            extracts.load(("invoices.csv", A), as_of=None)
        assert extracts.rows("select count(*) from raw.invoices") == [(0,)]

    @pytest.mark.parametrize(
        ("rule", "file"),
        [("{column: posted_on}", "list.csv"), ("{file: '_([0-9]{8})', format: '%Y%m%d'}", "list_20260107.csv")],
    )
    def test_the_mapping_can_tell(self, extracts: Extracts, rule: str, file: str) -> None:
        extracts.start()
        mapping = extracts.write(
            "dated.yml",
            f"name: dated\ndescription: Dated.\ntables:\n  - table: invoices\n    control_date: {rule}\n",
        )
        assert only(extracts.load((file, A), source=mapping, as_of=None)).as_of_on == date(2026, 1, 7)
        other = A.replace("3.00", "3.50")
        assert only(extracts.load((file, other), source=mapping)).as_of_on == AS_OF

    @pytest.mark.parametrize("file", ["list.csv", "list_20261399.csv"])
    def test_a_name_without_the_day_is_refused(self, extracts: Extracts, file: str) -> None:
        mapping = extracts.write(
            "dated.yml",
            "name: dated\ndescription: Dated.\ntables:\n  - table: invoices\n"
            "    control_date: {file: '_([0-9]{8})', format: '%Y%m%d'}\n",
        )
        with pytest.raises(FileError, match=r"list.*control_date"):
            extracts.load((file, A), source=mapping, as_of=None)


def test_another_mapping_reads_the_same_bytes_again(extracts: Extracts) -> None:
    extracts.start()
    text = "name: ours\ndescription: {}\ntables:\n  - {{table: invoices, {}}}\n"
    first = extracts.write("ours.yml", text.format("Ours.", "kind: full"))
    extracts.load(("list.csv", A), source=first)
    # Other words of description: the same mapping. Another constant: other rows.
    reworded = extracts.write("ours.yml", text.format("Ours, in other words.", "kind: full"))
    assert extracts.load(("list.csv", A), source=reworded).status == "unchanged"
    changed = extracts.write("ours.yml", text.format("Ours.", "constants: {payment_terms: 30_net}"))
    assert counts(only(extracts.load(("list.csv", A), source=changed))) == (3, 0, 3, 0, 0, 0)


class TestEntities:
    """Entities that documents name and nobody defines."""

    MAPPING = "name: books\ndescription: Ours.\nbase_currency: {}\ntables:\n  - {{table: invoices}}\n"

    def test_are_derived_with_the_base_currency_of_the_mapping(self, extracts: Extracts) -> None:
        mapping = extracts.write("books.yml", self.MAPPING.format("SEK"))
        report = extracts.load(("list.csv", A), source=mapping)
        assert report.warnings == ["entity 'FR' derived from list.csv, base currency SEK"]
        assert extracts.current("entities", "entity_id, base_currency, _slice, _line") == [
            ("FR", "SEK", "derived", None)
        ]

    def test_are_refused_without_one(self, extracts: Extracts) -> None:
        with pytest.raises(IngestError, match=r"invoices\.csv: names entity 'FR', which no entities row defines"):
            extracts.load(("invoices.csv", A))
        assert extracts.rows("select count(*) from raw.invoices") == [(0,)]
        assert extracts.rows("select count(*) from raw.loads") == [(0,)]

    def test_give_way_to_given_ones_of_any_source(self, extracts: Extracts) -> None:
        mapping = extracts.write("books.yml", self.MAPPING.format("SEK"))
        extracts.load(("list.csv", A), source=mapping)
        result = only(extracts.load(("entities.csv", "entity_id,base_currency\nFR,EUR\nUK,GBP\n")))
        assert counts(result) == (2, 1, 1, 0, 0, 0)
        assert extracts.current("entities", "entity_id, base_currency, _source") == [
            ("FR", "EUR", "canonical"),
            ("UK", "GBP", "canonical"),
        ]

    def test_of_two_mappings_must_agree_on_the_currency(self, extracts: Extracts) -> None:
        extracts.load(("list.csv", A), source=extracts.write("books.yml", self.MAPPING.format("SEK")))
        other = extracts.write("other.yml", self.MAPPING.format("NOK").replace("books", "other"))
        with pytest.raises(IngestError, match=r"entity 'FR' .* SEK, .* NOK"):
            extracts.load(("theirs.csv", A.replace("I-", "J-")), source=other)

    def test_withdrawn_while_documents_need_them_are_refused(self, extracts: Extracts) -> None:
        extracts.start()
        extracts.load(("invoices.csv", A))
        with pytest.raises(IngestError, match="entity 'FR'"):
            extracts.load(("entities.csv", "entity_id,base_currency\nUK,GBP\n"))
        assert extracts.current("entities", "entity_id") == [("FR",), ("UK",)]


def test_nothing_is_half_done(extracts: Extracts) -> None:
    extracts.start()
    everything = (
        "select (select count(*) from raw.invoices), (select count(*) from raw.payments), count(*) from raw.loads"
    )
    before = extracts.rows(everything)
    good = extracts.write("invoices.csv", A)
    bad = extracts.write("payments.csv", "payment_id,customer_id,amount\nP-1,C-1,1.00\n")
    with pytest.raises(IngestError, match=r"payments\.csv: .*\n.*lacks 'received_on'"):
        load(extracts.connection, [good, bad], as_of=AS_OF)
    assert extracts.rows(everything) == before
    assert extracts.rows("select table_name from duckdb_tables() where temporary") == []
    assert counts(only(extracts.load(("invoices.csv", A)))) == (3, 3, 0, 0, 0, 0)


def test_an_open_transaction_is_refused(extracts: Extracts) -> None:
    path = extracts.write("invoices.csv", A)
    extracts.connection.execute("begin transaction")
    with pytest.raises(IngestError, match="open transaction"):
        load(extracts.connection, [path], as_of=AS_OF)
    extracts.connection.execute("rollback")


def test_settings_of_the_connection_stay(extracts: Extracts) -> None:
    extracts.connection.execute("set preserve_insertion_order = false")
    extracts.start()
    assert extracts.rows("select current_setting('preserve_insertion_order')") == [(False,)]


def test_rows_hashed_by_another_engine_are_still_the_same(extracts: Extracts) -> None:
    extracts.start()
    extracts.load(("invoices.csv", A))
    extracts.connection.execute("update raw.invoices set _row_hash = _row_hash + 1")
    assert counts(only(extracts.load(("invoices.csv", B)))) == (3, 1, 1, 1, 0, 1)


def test_a_column_the_contract_has_gained_is_added(extracts: Extracts) -> None:
    extracts.start()
    extracts.load(("invoices.csv", A))
    extracts.connection.execute("alter table raw.invoices drop column reference")
    extracts.connection.execute("alter table raw.loads drop column mapping_sha256")
    assert counts(only(extracts.load(("invoices.csv", B)))) == (3, 1, 1, 1, 0, 1)
    assert extracts.current("invoices", "reference") == [(None,)] * 3


def test_exact_amounts(extracts: Extracts) -> None:
    extracts.start()
    largest = "9999999999999999.99"
    extracts.load(("invoices.csv", invoices(f"FR,I-1,C,2026-01-05,{largest}", "FR,I-2,C,2026-01-05,0.01")))
    assert extracts.current("invoices", "amount") == [(Decimal("0.01"),), (Decimal(largest),)]
