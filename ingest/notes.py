"""Notes of the credit team: one file that is only ever added to, loaded like any other source.

A note is a line of JSON with the columns of ``account_notes``. It is on the disk when :func:`add` returns, and nothing
that was written is changed: a second thought is a second note. A program that is stopped while it writes leaves half a
line; the loader refuses that file, and the next note puts the half line aside, into a file of its own, before it is
added.
"""

from __future__ import annotations

import csv
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path

from filelock import FileLock, Timeout

from ingest.errors import NoteError, nearest

SOURCE = "encours_notes"
"""The source mapping that reads them."""
FILE_NAME = "account_notes.jsonl"
CUT_FILE_NAME = "account_notes.cut.txt"
"""What half-written lines were put aside into, each as it stood."""
STATUSES_FILE = Path(__file__).resolve().parent.parent / "seeds" / "note_statuses.csv"
LONGEST_TEXT = 4000
PATIENCE_SECONDS = 10
_LARGEST_AMOUNT = Decimal(10) ** 16


@dataclass(frozen=True)
class Draft:
    """What somebody wants to note of a customer; something of it must be said beside who and of whom."""

    customer_id: str
    author: str
    text: str = ""
    status: str = ""
    """A code of ``seeds/note_statuses.csv``, or nothing."""
    next_on: date | None = None
    """Day to come back to the account: reviewed until then."""
    promised_amount: Decimal | None = None
    promised_due_on: date | None = None


@dataclass(frozen=True)
class Note:
    """A note as it lies in the file; its fields are the columns of ``account_notes``."""

    note_id: str
    customer_id: str
    written_at: datetime
    """UTC, to the second."""
    author: str
    text: str
    status: str
    next_on: date | None
    promised_amount: Decimal | None
    promised_due_on: date | None

    def line(self) -> str:
        """The note as one line of JSON, with its line end: amounts and days as text, nothing as null."""
        values = {name: _written(value) if value not in (None, "") else None for name, value in asdict(self).items()}
        return json.dumps(values, ensure_ascii=False) + "\n"


@cache
def statuses() -> dict[str, str]:
    """The statuses a note may set, code and words, in the order of the policy."""
    with STATUSES_FILE.open(encoding="utf-8", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: int(row["status_order"]))
    return {row["status"]: row["status_label"] for row in rows}


def file_in(folder: Path) -> Path:
    """The file of notes of ``folder``."""
    return folder / FILE_NAME


def add(folder: Path, draft: Draft, *, now: datetime | None = None) -> Note:
    """Add a note to the file in ``folder``, making both where they are missing.

    ``now`` is the moment it is written (with a time zone), default this one.

    Raises:
        NoteError: the note says nothing, or something that cannot be; the file cannot be written. Nothing was added.
    """
    written_at = (now or datetime.now(UTC)).astimezone(UTC).replace(microsecond=0)
    note = _checked(draft, written_at)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _alone(folder):
            _append(file_in(folder), note.line().encode())
    except OSError as error:
        raise NoteError(f"The note cannot be written to {file_in(folder)}: {error}. It was not kept.") from error
    return note


def read(folder: Path) -> list[Note]:
    """The notes in ``folder``, oldest first; a line that is not whole yet is left out.

    Raises:
        NoteError: a whole line is no note, or the file cannot be read.
    """
    try:
        content = file_in(folder).read_bytes()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise NoteError(f"The notes in {file_in(folder)} cannot be read: {error}.") from error
    whole, _, _ = content.rpartition(b"\n")
    notes = []
    for number, line in enumerate(whole.split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            notes.append(_read(line))
        except (ValueError, KeyError, TypeError, InvalidOperation) as error:
            raise NoteError(f"{file_in(folder)}, line {number}: is no note ({error}).") from error
    return notes


def copy_of(folder: Path, into: Path) -> Path | None:
    """The file of notes as it stands between two notes, copied to folder ``into``; None where there is none.

    Raises:
        NoteError: it cannot be read.
    """
    if not file_in(folder).is_file():
        return None
    try:
        with _alone(folder):
            return Path(shutil.copyfile(file_in(folder), into / FILE_NAME))
    except OSError as error:
        raise NoteError(f"The notes in {file_in(folder)} cannot be read: {error}.") from error


def is_cut_off(tail: bytes) -> bool:
    """Whether ``tail``, what stands after a file's last line end, is only the beginning of a line."""
    try:
        json.loads(tail or b"{}")
    except ValueError:
        return True
    return False


def _checked(draft: Draft, written_at: datetime) -> Note:
    today = written_at.date()
    author, customer_id, text = (_clean(words) for words in (draft.author, draft.customer_id, draft.text))
    if not customer_id:
        raise NoteError("A note speaks of a customer: name it by its code.")
    if not author:
        raise NoteError("A note says who wrote it: give your name.")
    if len(text) > LONGEST_TEXT:
        raise NoteError(f"The note has {len(text):,} characters; {LONGEST_TEXT:,} are the most.")
    if draft.status and draft.status not in statuses():
        known = ", ".join(statuses())
        raise NoteError(f"'{draft.status}' is no status{nearest(draft.status, statuses())} There are: {known}.")
    if draft.next_on is not None and draft.next_on < today:
        raise NoteError(f"The day to come back, {draft.next_on}, is gone by: name today or a later one.")
    amount = _promised(draft, today)
    if not (text or draft.status or draft.next_on or amount is not None):
        raise NoteError("The note says nothing: give a text, a status, a promise, or a day to come back.")
    return Note(
        note_id=f"N-{written_at:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}",
        customer_id=customer_id,
        written_at=written_at,
        author=author,
        text=text,
        status=draft.status,
        next_on=draft.next_on,
        promised_amount=amount,
        promised_due_on=draft.promised_due_on,
    )


def _promised(draft: Draft, today: date) -> Decimal | None:
    """The amount promised, to the cent; none where nothing was."""
    amount, due_on = draft.promised_amount, draft.promised_due_on
    if amount is None and due_on is None:
        return None
    if amount is None or due_on is None:
        raise NoteError("A promise has an amount and a day: give both, or neither.")
    if not amount.is_finite() or not 0 < amount < _LARGEST_AMOUNT:
        raise NoteError(f"A promise of {amount} cannot be: give an amount above zero.")
    exact = amount.quantize(Decimal("0.01"))
    if exact != amount:
        raise NoteError(f"A promise of {amount} has more than two decimals.")
    if due_on < today:
        raise NoteError(f"The day promised, {due_on}, is gone by: name today or a later one.")
    return exact


def _clean(words: str) -> str:
    """``words`` without outer blanks and without characters no screen shows; line ends stay, as line feeds."""
    lines = words.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return "".join(letter for letter in lines if letter == "\n" or letter.isprintable()).strip()


def _written(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%SZ}"
    return value.isoformat() if isinstance(value, date) else str(value)


def _read(line: bytes) -> Note:
    values = json.loads(line)
    day, amount = values.get("next_on"), values.get("promised_amount")
    due = values.get("promised_due_on")
    return Note(
        note_id=values["note_id"],
        customer_id=values["customer_id"],
        written_at=datetime.fromisoformat(values["written_at"]),
        author=values["author"],
        text=values.get("text") or "",
        status=values.get("status") or "",
        next_on=date.fromisoformat(day) if day else None,
        promised_amount=Decimal(amount) if amount else None,
        promised_due_on=date.fromisoformat(due) if due else None,
    )


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the right to write the notes of ``folder``."""
    lock = FileLock(folder / "account_notes.lock")
    try:
        lock.acquire(timeout=PATIENCE_SECONDS)
    except Timeout:
        raise NoteError(f"Another program is writing {file_in(folder)}: try again in a moment.") from None
    try:
        yield
    finally:
        lock.release()


def _append(file: Path, line: bytes) -> None:
    """Add ``line`` to ``file`` and have it on the disk; where that fails, the file is as it was."""
    is_new = not file.exists()
    handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND)
    try:
        size = _mend(handle, file)
        try:
            left = memoryview(line)
            while left:
                left = left[os.write(handle, left) :]
            os.fsync(handle)
        except OSError:
            os.ftruncate(handle, size)
            raise
    finally:
        os.close(handle)
    if is_new:
        _sync_folder(file.parent)


def _mend(handle: int, file: Path) -> int:
    """Put a half-written last line of ``file`` aside, end a whole one that lacks its line end; the size then."""
    content = file.read_bytes()
    whole, end, tail = content.rpartition(b"\n")
    if not tail:
        return len(content)
    if not is_cut_off(tail):
        os.write(handle, b"\n")
        return len(content) + 1
    with file.with_name(CUT_FILE_NAME).open("ab") as aside:
        aside.write(tail + b"\n")
        aside.flush()
        os.fsync(aside.fileno())
    os.ftruncate(handle, len(whole) + len(end))
    return len(whole) + len(end)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
