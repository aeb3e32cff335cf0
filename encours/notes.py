"""`encours note`: what the credit team writes down, from a terminal. The dashboard writes into the same file."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation

from encours import author as authors
from encours import console
from encours.errors import EncoursError
from encours.settings import Settings


def add_and_tell(
    settings: Settings,
    customer_id: str,
    *,
    text: str,
    status: str,
    next_on: date | None,
    promised: str | None,
    promised_on: date | None,
    author: str | None,
) -> None:
    """Write a note of a customer, and say where it lies and when the figures know of it.

    ``promised`` is an amount as typed, with a decimal point. ``author`` is by default who this machine says one is.

    Raises:
        NoteError: it says nothing, or something that cannot be, or cannot be written.
        EncoursError: the amount is no number, or the machine has no name for who writes.
    """
    from ingest import notes

    draft = notes.Draft(
        customer_id=customer_id,
        author=authors.named(author),
        text=text,
        status=status,
        next_on=next_on,
        promised_amount=_amount(promised),
        promised_due_on=promised_on,
    )
    note = notes.add(settings.notes, draft)
    console.say(f"Note {note.note_id} of {note.customer_id} is kept in {notes.file_in(settings.notes)}.")
    console.say(
        "The customer's page shows it at once; the figures know of it after the next `encours refresh` of a day from "
        f"{note.written_at:%Y-%m-%d} on."
    )


def list_and_tell(settings: Settings, customer_id: str | None, *, most: int) -> None:
    """Print the newest notes, of one customer or of all.

    Raises:
        NoteError: the file cannot be read.
    """
    from ingest import notes

    found = [note for note in notes.read(settings.notes) if customer_id is None or note.customer_id == customer_id]
    if not found:
        console.say(f"No note{f' of {customer_id}' if customer_id is not None else ''} yet: `encours note add`.")
        return
    labels = notes.statuses()
    console.table(
        ("written (UTC)", "customer", "by", "status", "promised", "by day", "back on", "note"),
        [
            (
                f"{note.written_at:%Y-%m-%d %H:%M}",
                note.customer_id,
                note.author,
                labels.get(note.status, note.status),
                f"{note.promised_amount:,}" if note.promised_amount is not None else None,
                note.promised_due_on,
                note.next_on,
                " ".join(note.text.split()),
            )
            for note in reversed(found[-most:])
        ],
        numbers=("promised",),
    )
    left = len(found) - most
    if left > 0:
        console.say(f"{left:,} older ones are not shown: --most shows more.")


def _amount(typed: str | None) -> Decimal | None:
    if typed is None:
        return None
    try:
        return Decimal(typed)
    except InvalidOperation:
        raise EncoursError(f"'{typed}' is no amount: write it with a decimal point, such as 1200.50.") from None
