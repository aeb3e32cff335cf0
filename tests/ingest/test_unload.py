"""Withdrawing a load: what was current before it is current again, and every load's knowledge stays as it was."""

from __future__ import annotations

from datetime import date

import pytest

from ingest.contract import TABLES
from ingest.errors import OrderError
from ingest.loader import load
from ingest.unload import unload
from tests.ingest.clocks import HISTORY, PAYMENTS, A, B, known
from tests.ingest.extracts import ENTITIES, Extracts, counts, invoices, only

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
