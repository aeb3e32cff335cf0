"""The file of notes: only ever added to, whole lines only, loaded like any source."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import fields
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from ingest import notes
from ingest.contract import TABLE_BY_NAME
from ingest.errors import FileError, NoteError
from ingest.loader import load
from ingest.notes import Draft
from tests.ingest.extracts import Extracts, counts
from tests.models.compiled import PROJECT_ROOT

MONDAY = datetime(2026, 3, 30, 8, 15, 42, 999, tzinfo=UTC)
SAID = Draft("C1", "Ann", "Waits for the credit note")


def _file(folder: Path) -> Path:
    return folder / "account_notes.jsonl"


def test_a_note_is_a_line_with_the_columns_of_the_contract(tmp_path: Path) -> None:
    draft = Draft(
        " C1 ",
        "Ann",
        "Two lines,\r\nand a bell\a\tand a tab ",
        status="promised",
        next_on=date(2026, 4, 13),
        promised_amount=Decimal("1200.5"),
        promised_due_on=date(2026, 4, 10),
    )
    note = notes.add(tmp_path / "notes", draft, now=MONDAY)
    (line,) = _file(tmp_path / "notes").read_text(encoding="utf-8").splitlines()
    assert json.loads(line) == {
        "note_id": note.note_id,
        "customer_id": "C1",
        "written_at": "2026-03-30T08:15:42Z",
        "author": "Ann",
        "text": "Two lines,\nand a bell and a tab",
        "status": "promised",
        "next_on": "2026-04-13",
        "promised_amount": "1200.50",
        "promised_due_on": "2026-04-10",
    }
    assert [field.name for field in fields(note)] == [column.name for column in TABLE_BY_NAME["account_notes"].columns]
    assert notes.read(tmp_path / "notes") == [note]


def test_what_was_written_is_never_changed(tmp_path: Path) -> None:
    notes.add(tmp_path, SAID, now=MONDAY)
    before = _file(tmp_path).read_bytes()
    notes.add(tmp_path, SAID, now=MONDAY)
    after = _file(tmp_path).read_bytes()
    assert after.startswith(before)
    first, second = notes.read(tmp_path)
    assert first.note_id != second.note_id
    assert (first.written_at, first.text) == (second.written_at, second.text)


def test_the_moment_is_written_in_utc(tmp_path: Path) -> None:
    local = datetime.fromisoformat("2026-03-30T00:30:00+02:00")
    assert f"{notes.add(tmp_path, SAID, now=local).written_at}" == "2026-03-29 22:30:00+00:00"


@pytest.mark.parametrize(
    ("draft", "words"),
    [
        (Draft("", "Ann", "x"), "speaks of a customer"),
        (Draft("C1", " ", "x"), "who wrote it"),
        (Draft("C1", "Ann", " \n "), "says nothing"),
        (Draft("C1", "Ann", "x" * 4001), "4,001 characters"),
        (Draft("C1", "Ann", status="promise"), "did you mean 'promised'"),
        (Draft("C1", "Ann", next_on=date(2026, 3, 29)), "2026-03-29, is gone by"),
        (Draft("C1", "Ann", promised_amount=Decimal(5)), "an amount and a day"),
        (Draft("C1", "Ann", promised_due_on=date(2026, 4, 1)), "an amount and a day"),
        (Draft("C1", "Ann", promised_amount=Decimal(0), promised_due_on=date(2026, 4, 1)), "above zero"),
        (Draft("C1", "Ann", promised_amount=Decimal("NaN"), promised_due_on=date(2026, 4, 1)), "above zero"),
        (Draft("C1", "Ann", promised_amount=Decimal("1E+16"), promised_due_on=date(2026, 4, 1)), "cannot be"),
        (Draft("C1", "Ann", promised_amount=Decimal("1.005"), promised_due_on=date(2026, 4, 1)), "two decimals"),
        (Draft("C1", "Ann", promised_amount=Decimal(5), promised_due_on=date(2026, 3, 29)), "2026-03-29, is gone by"),
    ],
)
def test_a_note_that_cannot_be_is_refused_and_nothing_is_written(tmp_path: Path, draft: Draft, words: str) -> None:
    with pytest.raises(NoteError, match=words):
        notes.add(tmp_path, draft, now=MONDAY)
    assert not list(tmp_path.iterdir())


def test_a_half_written_line_is_put_aside_by_the_next_note(tmp_path: Path) -> None:
    first = notes.add(tmp_path, SAID, now=MONDAY)
    with _file(tmp_path).open("ab") as file:
        file.write(b'{"note_id": "N-2", "te')
    assert notes.read(tmp_path) == [first]
    second = notes.add(tmp_path, SAID, now=MONDAY)
    assert notes.read(tmp_path) == [first, second]
    assert (tmp_path / "account_notes.cut.txt").read_bytes() == b'{"note_id": "N-2", "te\n'


def test_a_whole_line_that_lacks_its_end_stays(tmp_path: Path) -> None:
    first = notes.add(tmp_path, SAID, now=MONDAY)
    _file(tmp_path).write_bytes(_file(tmp_path).read_bytes().rstrip(b"\n"))
    second = notes.add(tmp_path, SAID, now=MONDAY)
    assert notes.read(tmp_path) == [first, second]
    assert not (tmp_path / "account_notes.cut.txt").exists()


def test_a_disk_that_fills_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    notes.add(tmp_path, SAID, now=MONDAY)
    before = _file(tmp_path).read_bytes()
    write = os.write

    def write_some(handle: int, line: memoryview) -> int:
        if len(line) <= 20:
            raise OSError(28, "No space left on device")
        return write(handle, line[: len(line) - 20])

    monkeypatch.setattr(os, "write", write_some)
    with pytest.raises(NoteError, match="No space left"):
        notes.add(tmp_path, SAID, now=MONDAY)
    assert _file(tmp_path).read_bytes() == before


WRITE_MANY = """
import sys
from pathlib import Path
from ingest import notes
# On a machine with other work one of the writers may wait for long: that is no matter of this test.
notes.PATIENCE_SECONDS = 600
for number in range(25):
    notes.add(Path(sys.argv[1]), notes.Draft("C1", sys.argv[2], f"{number} " + "x" * 3000))
"""
"""A program of its own: what else these tests have run is none of it."""


def test_writers_at_the_same_time_lose_and_mix_nothing(tmp_path: Path) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITE_MANY, str(tmp_path), author], cwd=PROJECT_ROOT)
        for author in ("Ann", "Bo", "Cy")
    ]
    assert [writer.wait(timeout=600) for writer in writers] == [0, 0, 0]
    found = notes.read(tmp_path)
    assert len({note.note_id for note in found}) == 75
    for author in ("Ann", "Bo", "Cy"):
        numbers = [int(note.text.split()[0]) for note in found if note.author == author]
        assert numbers == list(range(25))


def test_notes_are_loaded_as_written_and_the_same_file_is_no_news(extracts: Extracts) -> None:
    folder = extracts.folder / "notes"
    promise = Draft("C1", "Ann", promised_amount=Decimal("1200.50"), promised_due_on=date(2026, 4, 10))
    first = notes.add(folder, promise, now=MONDAY)
    report = load(extracts.connection, [], own=[_file(folder)])
    assert counts(report.files) == (1, 1, 0, 0, 0, 0)
    assert report.files[0].as_of_on == date(2026, 3, 30)
    assert load(extracts.connection, [], own=[_file(folder)]).load_id is None

    second = notes.add(folder, Draft("C2", "Bo", 'Says "no"', "disputed", date(2026, 4, 2)), now=MONDAY)
    assert counts(load(extracts.connection, [], own=[_file(folder)]).files) == (2, 1, 0, 1, 0, 0)
    columns = ", ".join(field.name for field in fields(first))
    moment = datetime.fromisoformat("2026-03-30T08:15:42")
    expected = {
        tuple(value or None for value in (vars(note) | {"written_at": moment}).values()) for note in (first, second)
    }
    assert set(extracts.current("account_notes", columns)) == expected


def test_own_files_are_read_by_themselves_whatever_the_source_of_the_others(extracts: Extracts) -> None:
    notes.add(extracts.folder / "notes", SAID, now=MONDAY)
    path = extracts.write("entities.csv", "entity_id,base_currency\nFR,EUR\n")
    report = load(
        extracts.connection,
        [path],
        own=[_file(extracts.folder / "notes")],
        source="canonical",
        as_of=date(2026, 3, 29),
    )
    assert {(result.source, result.table_name) for result in report.files} == {
        ("canonical", "entities"),
        ("encours_notes", "account_notes"),
    }


def test_a_half_written_file_is_refused_with_its_line_and_nothing_is_loaded(extracts: Extracts) -> None:
    folder = extracts.folder / "notes"
    notes.add(folder, SAID, now=MONDAY)
    with _file(folder).open("ab") as file:
        file.write(b'{"note_id": "N-2", "te')
    with pytest.raises(FileError, match=r"account_notes.jsonl, line 2: breaks off .*`encours note add`"):
        load(extracts.connection, [], own=[_file(folder)])
    notes.add(folder, SAID, now=MONDAY)
    assert counts(load(extracts.connection, [], own=[_file(folder)]).files) == (2, 2, 0, 0, 0, 0)
