"""A person says that a rejected row needs no mending: that is kept, with who and why, and counts until reopened."""

from __future__ import annotations

from datetime import date

import pytest

from ingest import decisions, exchange
from ingest.decisions import DecisionError
from ingest.errors import FileError
from ingest.exchange import Line
from ingest.unload import unload
from tests.ingest.extracts import Extracts, invoices, only
from tests.ingest.mending import exported, reload, states

BAD = invoices("FR,I-1,C-1,2026-01-05,1.00", "FR,TEST,C-1,soon,2.00", "FR,I-3,C-1,later,3.00")


@pytest.fixture
def loaded(extracts: Extracts) -> Extracts:
    """Load 2 rejects the lines 3 and 4."""
    extracts.start()
    extracts.load(("invoices.csv", BAD))
    return extracts


def line(extracts: Extracts, number: int) -> Line:
    return next(each for each in exchange.lines(extracts.connection) if each.place.line == number)


def dismiss(extracts: Extracts, number: int = 3) -> None:
    decisions.dismiss(extracts.connection, [line(extracts, number)], author="Ada", reason="a test customer")


def test_a_dismissed_row_is_no_longer_open_and_says_who_and_why(loaded: Extracts) -> None:
    dismiss(loaded)
    assert [state for *_, state in states(loaded)] == ["dismissed", "open"]
    number = line(loaded, 3).decision_id
    assert number is not None
    found = decisions.newest(loaded.connection, [number])[number]
    assert (found.author, found.decision, found.reason) == ("Ada", "dismissed", "a test customer")
    assert loaded.rows("select known_at_load_id, rejected_in, line, record from raw.reject_decisions") == [(2, 2, 3, 2)]
    # It is not among those to be mended, and not in the books.
    (path,) = exported(loaded)
    assert "TEST" not in path.read_text()
    assert loaded.current("invoices", "invoice_id") == [("I-1",)]


def test_every_decision_is_kept_and_the_newest_counts(loaded: Extracts) -> None:
    dismiss(loaded)
    decisions.reopen(loaded.connection, [line(loaded, 3)], author="Bo", reason="it was billed")
    assert [state for *_, state in states(loaded)] == ["open", "open"]
    dismiss(loaded)
    assert [state for *_, state in states(loaded)] == ["dismissed", "open"]
    assert loaded.rows("select decision_id, author, decision from raw.reject_decisions order by 1") == [
        (1, "Ada", "dismissed"),
        (2, "Bo", "reopened"),
        (3, "Ada", "dismissed"),
    ]


def test_the_same_row_in_the_next_file_stays_dismissed(loaded: Extracts) -> None:
    dismiss(loaded)
    moved = invoices(
        "FR,I-1,C-1,2026-01-05,1.00", "FR,I-3,C-1,later,3.00", "FR,I-4,C-1,then,4.00", "FR,TEST,C-1,soon,2.00"
    )
    loaded.load(("invoices.csv", moved), as_of=date(2026, 2, 7))
    assert [state for *_, state in states(loaded)] == ["past", "past", "open", "open", "dismissed"]
    unload(loaded.connection, 3)
    assert [state for *_, state in states(loaded)] == ["dismissed", "open", "past", "past", "past"]


def test_a_row_that_says_something_else_is_another(loaded: Extracts) -> None:
    dismiss(loaded)
    loaded.load(("invoices.csv", BAD.replace("2.00", "2.50")), as_of=date(2026, 2, 7))
    assert [state for load_id, _, _, state in states(loaded) if load_id == 3] == ["open", "open"]


def test_a_dismissed_row_is_mended_only_once_it_is_reopened(loaded: Extracts) -> None:
    (path,) = exported(loaded, ("soon", "2026-01-06"), ("later", "2026-01-07"))
    dismiss(loaded)
    with pytest.raises(FileError, match=r"line 3 of invoices\.csv was dismissed.*--reopen WHY"):
        reload(loaded, path)
    decisions.reopen(loaded.connection, [line(loaded, 3)], author="Bo", reason="it was billed")
    assert only(reload(loaded, path)).rows_new == 2
    assert {state for *_, state in states(loaded)} == {"mended"}


@pytest.mark.parametrize(("author", "reason"), [("", "why"), ("Ada", " ")])
def test_a_decision_says_who_and_why(loaded: Extracts, author: str, reason: str) -> None:
    with pytest.raises(DecisionError, match="needs a reason and a name"):
        decisions.dismiss(loaded.connection, [line(loaded, 3)], author=author, reason=reason)


def test_only_what_is_open_is_dismissed_all_or_none(loaded: Extracts) -> None:
    dismiss(loaded)
    both = exchange.lines(loaded.connection)
    with pytest.raises(DecisionError, match=r"line 3 of invoices\.csv \(load 2\) is dismissed, not open"):
        decisions.dismiss(loaded.connection, both[::-1], author="Ada", reason="both")
    with pytest.raises(DecisionError, match="is open, not dismissed"):
        decisions.reopen(loaded.connection, both, author="Ada", reason="both")
    assert loaded.rows("select count(*) from raw.reject_decisions") == [(1,)]
