"""Withdrawing a load: what was current before it is current again, and every load's knowledge stays as it was."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from ingest import exchange
from ingest.contract import TABLES
from ingest.errors import OrderError, ToleranceError
from ingest.loader import load
from ingest.unload import unload
from tests.ingest.clocks import HISTORY, PAYMENTS, A, B, known
from tests.ingest.extracts import ENTITIES, Extracts, counts, invoices, only
from tests.ingest.mending import exported, reload, states

CURRENT = "invoice_id, customer_id, amount"


def test_what_was_current_before_is_current_again(extracts: Extracts) -> None:
    extracts.start()
    extracts.load(("invoices.csv", A))
    before = extracts.current("invoices", CURRENT)
    extracts.load(("invoices.csv", B), as_of=date(2026, 2, 7))
    done = unload(extracts.connection, 3)
    assert extracts.current("invoices", CURRENT) == before
    assert (done.load_id, done.unloaded) == (4, 3)
    (result,) = done.slices
    assert (result.rows_withdrawn, result.rows_changed, result.rows_back) == (1, 1, 1)
    # What came back is a new version, which names the load whose file says so.
    assert extracts.rows(
        "select invoice_id, _loaded_in, _replaced_in, _stated_in from raw.invoices where invoice_id in ('I-2', 'I-3') "
        "order by all"
    ) == [("I-2", 2, 3, None), ("I-2", 3, 4, None), ("I-2", 4, None, 2), ("I-3", 2, 3, None), ("I-3", 4, None, 2)]


def test_the_manifest_tells_who_withdrew_what(extracts: Extracts) -> None:
    extracts.start()
    extracts.load(("invoices.csv", A))
    extracts.load(("invoices.csv", B), as_of=date(2026, 2, 7))
    unload(extracts.connection, 3)
    assert extracts.rows(
        "select load_id, kind, status, as_of_on, unloaded_in, rows_read, rows_new, rows_changed, rows_unchanged, "
        "rows_vanished, rows_rejected from raw.loads where table_name = 'invoices' order by 1"
    ) == [
        (2, "full", "loaded", date(2026, 1, 31), None, 3, 3, 0, 0, 0, 0),
        (3, "full", "loaded", date(2026, 2, 7), 4, 3, 1, 1, 1, 1, 0),
        (4, "unload", "loaded", date(2026, 1, 31), None, 2, 1, 1, 0, 1, 0),
    ]


def test_the_same_file_can_be_loaded_again_and_an_older_day_is_no_longer_late(extracts: Extracts) -> None:
    extracts.start()
    extracts.load(("invoices.csv", A))
    extracts.load(("invoices.csv", B), as_of=date(2026, 2, 7))
    unload(extracts.connection, 3)
    # What holds again is the same as last time; what was withdrawn is news.
    assert extracts.load(("invoices.csv", A)).status == "unchanged"
    assert counts(only(extracts.load(("invoices.csv", B), as_of=date(2026, 2, 3)))) == (3, 1, 1, 1, 0, 1)


def test_the_first_load_of_all_can_be_withdrawn(extracts: Extracts) -> None:
    extracts.load(("entities.csv", ENTITIES), ("invoices.csv", A))
    unload(extracts.connection, 1)
    assert extracts.current("invoices", CURRENT) == []
    assert extracts.current("entities", "entity_id") == []
    assert counts(extracts.load(("entities.csv", ENTITIES), ("invoices.csv", A)).files) == (5, 5, 0, 0, 0, 0)


def test_a_given_entity_gives_way_to_the_derived_one_again(extracts: Extracts) -> None:
    mapping = extracts.write(
        "books.yml", "name: books\ndescription: Ours.\nbase_currency: SEK\ntables:\n  - {table: invoices}\n"
    )
    extracts.load(("list.csv", A), source=mapping)
    extracts.load(("entities.csv", ENTITIES))
    unload(extracts.connection, 2)
    assert extracts.current("entities", "entity_id, base_currency, _slice") == [("FR", "SEK", "derived")]


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (9, r"There is no load 9; the newest is 5\."),
        (2, r"Load 2 cannot be withdrawn alone: .* load 3 \(invoices, as of 2026-02-07\)\. Unload those first"),
        (5, r"Load 5 is itself an unload, of load 4"),
        (4, r"Load 4 was unloaded before, in load 5"),
        (1, r"Load 1 brought entity 'FR', which 3 current rows of invoices name \(invoices\.csv, load 3\)"),
    ],
)
def test_what_later_loads_rest_on_is_not_withdrawn(extracts: Extracts, number: int, words: str) -> None:
    extracts.start()
    extracts.load(("invoices.csv", A))
    extracts.load(("invoices.csv", B), as_of=date(2026, 2, 7))
    extracts.load(("payments.csv", PAYMENTS))
    unload(extracts.connection, 4)
    before = {table.name: extracts.rows(f"select * from raw.{table.name} order by all") for table in TABLES}
    with pytest.raises(OrderError, match=words):
        unload(extracts.connection, number)
    assert {table.name: extracts.rows(f"select * from raw.{table.name} order by all") for table in TABLES} == before
    assert extracts.rows("select max(load_id) from raw.loads") == [(5,)]


def test_a_key_that_another_slice_has_taken_since_is_named(extracts: Extracts) -> None:
    mapping = extracts.write(
        "monthly.yml",
        "name: monthly\ndescription: A file a month.\ntables:\n"
        "  - table: invoices\n    slice: {file: '^(?P<period>[0-9]{4}-[0-9]{2})'}\n",
    )
    extracts.start()
    both = invoices("FR,I-1,C,2026-01-05,1.00", "FR,I-2,C,2026-01-05,1.00")
    extracts.load(("2026-01.csv", both), source=mapping)
    extracts.load(("2026-01.csv", invoices("FR,I-2,C,2026-01-05,1.00")), source=mapping)
    extracts.load(("2026-02.csv", invoices("FR,I-1,C,2026-02-05,1.00")), source=mapping)
    with pytest.raises(OrderError, match=r"load 4 has brought since \(2026-02\.csv: 1 rows, such as .*I-1\)"):
        unload(extracts.connection, 3)
    unload(extracts.connection, 4)
    unload(extracts.connection, 3)
    assert extracts.current("invoices", "invoice_id, _slice") == [("I-1", "period=2026-01"), ("I-2", "period=2026-01")]


def test_rows_that_were_rejected_because_of_it_are_told(extracts: Extracts) -> None:
    mapping = extracts.write(
        "monthly.yml",
        "name: monthly\ndescription: A file a month.\ntables:\n"
        "  - table: invoices\n    slice: {file: '^(?P<period>[0-9]{4}-[0-9]{2})'}\n",
    )
    extracts.start()
    extracts.load(("2026-01.csv", invoices("FR,I-1,C,2026-01-05,1.00")), source=mapping)
    extracts.load(("2026-02.csv", invoices("FR,I-1,C,2026-01-05,1.00", "FR,I-2,C,2026-02-05,1.00")), source=mapping)
    done = unload(extracts.connection, 2)
    assert done.warnings == [
        "1 rows of 2026-02.csv were rejected in load 3, because their keys belonged to load 2: "
        "to take them in, `encours unload 3` and load that file again"
    ]


def test_notes_of_the_team_stay(extracts: Extracts) -> None:
    notes = extracts.write(
        "account_notes.jsonl",
        '{"note_id": "N1", "customer_id": "C-1", "written_at": "2026-01-20 10:00:00", "author": "A", "text": "T"}\n',
    )
    extracts.start()
    path = extracts.write("invoices.csv", A)
    load(extracts.connection, [path], own=[notes], as_of=date(2026, 1, 31))
    unload(extracts.connection, 2)
    assert extracts.current("account_notes", "note_id") == [("N1",)]
    assert extracts.current("invoices", "invoice_id") == []
    assert extracts.rows("select table_name, unloaded_in from raw.loads where load_id = 2 order by 1") == [
        ("account_notes", None),
        ("invoices", 3),
    ]


def test_what_a_load_knew_is_a_warehouse_loaded_only_so_far(extracts: Extracts) -> None:
    """Changes, vanishings, a correction, unloads, late and out-of-order files: row for row, lineage and all."""
    loaded_only_so_far = []
    for number, step in enumerate(HISTORY, start=1):
        step(extracts)
        so_far = known(extracts, number)
        # What is known after the newest load is what is current.
        assert len(so_far["invoices"]) == len(extracts.current("invoices", "invoice_id"))
        assert len(so_far["payments"]) == len(extracts.current("payments", "payment_id"))
        loaded_only_so_far.append(so_far)
    assert extracts.rows("select max(load_id) from raw.loads") == [(len(HISTORY),)]
    for number, so_far in enumerate(loaded_only_so_far, start=1):
        assert known(extracts, number) == so_far, f"load {number}"
    # Not all alike: the clock does something.
    assert len({str(so_far["invoices"] + so_far["payments"]) for so_far in loaded_only_so_far}) > len(HISTORY) - 5


class TestRejects:
    """What is open, mended or past once a load of a rejected or a mended row is withdrawn."""

    BAD = invoices("FR,I-1,C-1,2026-01-05,1.00", "FR,I-2,C-1,soon,2.00")
    WORSE = invoices("FR,I-1,C-1,2026-01-05,1.00", "FR,I-2,C-1,soon,2.00", "FR,I-3,C-1,later,3.00")
    GOOD = invoices("FR,I-1,C-1,2026-01-05,1.00", "FR,I-2,C-1,2026-01-06,2.00")

    @pytest.fixture
    def mended(self, extracts: Extracts) -> Extracts:
        """Load 2 rejects a line, load 3 mends it."""
        extracts.start()
        extracts.load(("invoices.csv", self.BAD))
        self.mend(extracts)
        assert states(extracts) == [(2, "invoices", 3, "mended")]
        return extracts

    def mend(self, extracts: Extracts) -> None:
        (path,) = exported(extracts, ("soon", "2026-01-06"))
        assert only(reload(extracts, path)).rows_new == 1

    def test_a_reject_of_a_withdrawn_load_is_past(self, extracts: Extracts) -> None:
        extracts.start()
        extracts.load(("invoices.csv", self.BAD))
        unload(extracts.connection, 2)
        assert states(extracts) == [(2, "invoices", 3, "past")]

    def test_of_a_withdrawn_delta_too(self, extracts: Extracts) -> None:
        mapping = extracts.write(
            "moves.yml", "name: moves\ndescription: What moved.\ntables:\n  - {table: invoices, kind: delta}\n"
        )
        extracts.start()
        extracts.load(("moves.csv", self.BAD), source=mapping)
        unload(extracts.connection, 2)
        assert states(extracts) == [(2, "invoices", 3, "past")]

    def test_a_reject_is_open_again_once_its_mending_is_withdrawn(self, mended: Extracts) -> None:
        with pytest.raises(OrderError, match="cannot be withdrawn alone"):
            unload(mended.connection, 2)
        unload(mended.connection, 3)
        assert states(mended) == [(2, "invoices", 3, "open")]
        assert mended.current("invoices", "invoice_id") == [("I-1",)]
        # The same line in the next file is no longer one that was mended.
        result = only(mended.load(("invoices.csv", self.WORSE), as_of=date(2026, 2, 7)))
        assert (result.rows_rejected, result.rows_mended_before) == (2, 0)

    def test_it_can_be_mended_anew(self, mended: Extracts) -> None:
        unload(mended.connection, 3)
        self.mend(mended)
        assert [(line.state, line.mended_in) for line in exchange.lines(mended.connection)] == [("mended", 5)]
        assert mended.current("invoices", "invoice_id") == [("I-1",), ("I-2",)]

    def test_rejects_of_the_picture_before_are_open_again(self, extracts: Extracts) -> None:
        extracts.start()
        extracts.load(("invoices.csv", self.BAD))
        extracts.load(("invoices.csv", self.GOOD), as_of=date(2026, 2, 7))
        assert states(extracts) == [(2, "invoices", 3, "past")]
        unload(extracts.connection, 3)
        assert states(extracts) == [(2, "invoices", 3, "open")]
        self.mend(extracts)
        assert states(extracts) == [(2, "invoices", 3, "mended")]

    def test_a_mended_row_put_back_is_known_as_mended(self, mended: Extracts) -> None:
        """A picture without the line closed the mended row; withdrawn, the row stands again, and so for the next."""
        mended.load(("invoices.csv", invoices("FR,I-1,C-1,2026-01-05,1.00")), as_of=date(2026, 2, 7))
        assert mended.current("invoices", "invoice_id") == [("I-1",)]
        unload(mended.connection, 4)
        assert mended.current("invoices", "invoice_id") == [("I-1",), ("I-2",)]
        assert states(mended) == [(2, "invoices", 3, "mended")]
        # Only the version that states its load is left where the older one was given up.
        mended.rows("delete from raw.invoices where _replaced_in is not null")
        result = only(mended.load(("invoices.csv", self.WORSE), as_of=date(2026, 2, 8)))
        assert (result.rows_rejected, result.rows_mended_before, result.rows_vanished) == (2, 1, 0)
        assert mended.current("invoices", "invoice_id") == [("I-1",), ("I-2",)]

    def test_what_an_unload_put_back_has_overtaken_nothing(self, extracts: Extracts) -> None:
        mapping = extracts.write(
            "moves.yml", "name: moves\ndescription: What moved.\ntables:\n  - {table: invoices, kind: delta}\n"
        )
        extracts.start()
        for rows in ("FR,I-2,C-1,2026-01-06,1.00", "FR,I-2,C-1,soon,2.00", "FR,I-2,C-1,2026-01-06,3.00"):
            extracts.load(("moves.csv", invoices(rows)), source=mapping)
        (path,) = exported(extracts, ("soon", "2026-01-06"))
        with pytest.raises(ToleranceError, match="came anew in load 4, after the line was rejected in load 3"):
            reload(extracts, path)
        unload(extracts.connection, 4)
        assert only(reload(extracts, path)).rows_changed == 1
        assert extracts.current("invoices", "invoice_id, amount") == [("I-2", Decimal("2.00"))]
