"""Rows without an id of their own: those alike in all columns are told apart by how often a file has them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.errors import ToleranceError
from tests.ingest.extracts import Extracts, counts
from tests.ingest.mending import exported, reload, states

ALLOCATIONS = """
name: own
description: What was paid with what.
tables:
  - table: allocations
    kind: KIND
    columns: {credit_id: credit, debit_id: debit, amount: amount, entity_id: entity}
    constants: {credit_kind: payment}
"""
DATED = "    control_date: {file: 'paid_(\\d{4}-\\d{2}-\\d{2})'}\n"
FIRST, SECOND, OTHER = "P-1,I-1,10.00,FR", "P-2,I-2,20.00,FR", "P-3,I-3,30.00,FR"


def content(*rows: str) -> str:
    return "\n".join(("credit,debit,amount,entity", *rows)) + "\n"


def mapping(extracts: Extracts, kind: str, more: str = "") -> Path:
    extracts.start()
    return extracts.write("own.yml", ALLOCATIONS.replace("KIND", kind) + more)


def paid(extracts: Extracts) -> list[tuple[str, str, int]]:
    """Credit, occurrence by its id, and the load it came with."""
    return [
        (credit, allocation.rpartition("-")[2], load)
        for credit, allocation, load in extracts.current(
            "allocations", "credit_id, allocation_id, _loaded_in", "credit_id, allocation_id"
        )
    ]


@pytest.mark.parametrize("days", [("2026-01-01", "2026-01-02"), ("2026-01-02", "2026-01-01"), ("2026-01-01",) * 2])
def test_files_of_changes_count_together_what_they_count_one_by_one(
    extracts: Extracts, tmp_path: Path, days: tuple[str, str]
) -> None:
    """What a file of changes repeats of another is the same row; what it repeats of itself is not."""
    files = [
        (f"paid_{days[0]}_a.csv", content(FIRST, SECOND, SECOND)),
        (f"paid_{days[1]}_b.csv", content(FIRST, FIRST, SECOND, OTHER)),
    ]
    source = mapping(extracts, "delta", DATED)
    report = extracts.load(*files, source=source, as_of=None)
    assert counts(report.files)[4] == 0
    together = [row[:2] for row in paid(extracts)]
    assert together == [("P-1", "1"), ("P-1", "2"), ("P-2", "1"), ("P-2", "2"), ("P-3", "1")]

    one_by_one = Extracts(tmp_path / "one_by_one")
    source = mapping(one_by_one, "delta", DATED)
    for file in files:
        one_by_one.load(file, source=source, as_of=None)
    assert [row[:2] for row in paid(one_by_one)] == together
    one_by_one.connection.close()


def test_files_of_one_picture_are_counted_through(extracts: Extracts) -> None:
    source = mapping(extracts, "full")
    extracts.load(("paid_1.csv", content(FIRST)), ("paid_2.csv", content(FIRST, OTHER)), source=source)
    assert paid(extracts) == [("P-1", "1", 2), ("P-1", "2", 2), ("P-3", "1", 2)]


@pytest.mark.parametrize("kind", ["full", "delta"])
def test_a_mended_row_like_one_in_the_books_is_another(extracts: Extracts, kind: str) -> None:
    source = mapping(extracts, kind)
    bad = [FIRST.replace("10.00", amount) for amount in ("10.OO", "1O.00")]
    extracts.load(("paid.csv", content(FIRST, *bad)), source=source)
    # One by one: the second counts on from the first.
    for load, (before, left) in enumerate((("10.OO", 1), ("1O.00", 0)), start=3):
        (path,) = exported(extracts, (before, "10.00"))
        path.write_text("\n".join(row for row in path.read_text().splitlines() if "O" not in row.split(",")[-2]) + "\n")
        assert counts(reload(extracts, path).files) == (1, 1, 0, 0, 0, 0)
        assert [state for *_, state in states(extracts)].count("open") == left
        assert paid(extracts)[-1] == ("P-1", str(load - 1), load)
    # As often as the file comes as it was, and once it comes right.
    for rows in ((FIRST, *bad, OTHER), (FIRST, FIRST, FIRST)):
        extracts.load(("paid.csv", content(*rows)), source=source)
        assert [row for row in paid(extracts) if row[0] == "P-1"] == [("P-1", "1", 2), ("P-1", "2", 3), ("P-1", "3", 4)]


@pytest.mark.parametrize("kind", ["full", "delta"])
def test_mended_rows_that_are_alike_are_told_apart_in_one_load(extracts: Extracts, kind: str) -> None:
    source = mapping(extracts, kind)
    extracts.load(("paid.csv", content(FIRST, "P-1,I-1,10.OO,FR", "P-1,I-1,10.OO,FR")), source=source)
    (path,) = exported(extracts, ("10.OO", "10.00"))
    assert counts(reload(extracts, path).files) == (2, 2, 0, 0, 0, 0)
    assert paid(extracts) == [("P-1", "1", 2), ("P-1", "2", 3), ("P-1", "3", 3)]


@pytest.mark.parametrize("kind", ["full", "delta"])
def test_a_row_like_the_mended_one_of_a_line_still_wrong_is_another(extracts: Extracts, kind: str) -> None:
    source = mapping(extracts, kind)
    wrong = "P-1,I-1,10.OO,FR"
    extracts.load(("paid.csv", content(wrong, OTHER)), source=source)
    (path,) = exported(extracts, ("10.OO", "10.00"))
    reload(extracts, path)
    for rows, expected in (
        ((FIRST, FIRST, wrong), [("P-1", "1", 3), ("P-1", "2", 4), ("P-1", "3", 4)]),
        ((FIRST, FIRST, wrong, SECOND), [("P-1", "1", 3), ("P-1", "2", 4), ("P-1", "3", 4)]),
        ((FIRST, FIRST, FIRST), [("P-1", "1", 3), ("P-1", "2", 4), ("P-1", "3", 4)]),
    ):
        extracts.load(("paid.csv", content(*rows)), source=source)
        assert [row for row in paid(extracts) if row[0] == "P-1"] == expected
        assert not [state for *_, state in states(extracts) if state == "open"]


def test_a_mended_row_that_had_stayed_is_there_already(extracts: Extracts) -> None:
    """Its line could not be taken, but what it holds was known, so the row stayed in the books."""
    source = mapping(extracts, "full")
    extracts.load(("paid.csv", content(FIRST, SECOND)), source=source)
    extracts.load(("paid.csv", content(FIRST + ",?", SECOND)), source=source)
    (path,) = exported(extracts, (",?", ""))
    assert counts(reload(extracts, path).files) == (1, 0, 0, 1, 0, 0)
    # A line too long beside one alike is another row.
    extracts.load(("paid.csv", content(FIRST, FIRST + ",!", SECOND)), source=source)
    (path,) = exported(extracts, (",!", ""))
    assert counts(reload(extracts, path).files) == (1, 1, 0, 0, 0, 0)
    assert paid(extracts) == [("P-1", "1", 2), ("P-1", "2", 6), ("P-2", "1", 2)]


def test_a_mended_row_of_changes_that_another_file_has_is_the_same_row(extracts: Extracts) -> None:
    """As if its file had been right at once."""
    source = mapping(extracts, "delta")
    extracts.load(("paid_1.csv", content(FIRST)), source=source)
    extracts.load(("paid_2.csv", content("P-1,I-1,10.OO,FR", OTHER)), source=source)
    (path,) = exported(extracts, ("10.OO", "10.00"))
    assert counts(reload(extracts, path).files) == (1, 0, 0, 1, 0, 0)
    assert paid(extracts) == [("P-1", "1", 2), ("P-3", "1", 3)]


def test_a_mended_row_that_came_anew_is_refused(extracts: Extracts) -> None:
    """A later file of changes has the row right: the mended one is it, and no second."""
    source = mapping(extracts, "delta")
    extracts.load(("paid_1.csv", content("P-1,I-1,10.OO,FR")), source=source)
    (path,) = exported(extracts, ("10.OO", "10.00"))
    extracts.load(("paid_2.csv", content(FIRST)), source=source)
    with pytest.raises(ToleranceError, match="came anew in load 3, after the line was rejected in load 2"):
        reload(extracts, path)
    assert paid(extracts) == [("P-1", "1", 3)]
