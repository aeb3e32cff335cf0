"""What was said with a customer: a form to write it down, and the line of time it becomes a part of.

The form writes into the file of notes beside the warehouse, never into the warehouse. A note is in the line of time at
once; until it is loaded it is marked.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import streamlit as st

from dashboards.lib import export, html, page, publication, tables
from dashboards.lib.context import Context
from dashboards.lib.db import Row
from dashboards.lib.queries import accounts
from dashboards.lib.tables import Column, Kind
from ingest import notes
from ingest.errors import NoteError
from ingest.notes import Note

AUTHOR = "_note-author"
"""Who wrote last in this session: there is no login, so the name is asked once."""
_SAID = "_note-said"
_PAYMENTS_SHOWN = 100
_NOT_LOADED = "not loaded yet"
_KINDS = {
    "note": "Notes",
    "action": "Actions",
    "promise": "Promises",
    "payment": "Payments",
    "dispute": "Disputes",
    "signal": "Signals",
}
_SHOWN_WITH = {"plan": "promise", "dispute_closed": "dispute", "override": "signal"}
"""Kinds of events that are shown and hidden with another."""


def draw(customer_id: str, name: str, here: Context) -> None:
    """The form and the line of time of a customer."""
    try:
        written = [note for note in _written() if note.customer_id == customer_id]
    except NoteError as error:
        written = []
        page.banner(str(error))
    rows = _merged(accounts.events(here.warehouse, here.view, customer_id, _PAYMENTS_SHOWN), written)
    with page.card("timeline"):
        title, tools = st.columns([3, 2], vertical_alignment="top")
        with title:
            st.html(
                html.title(
                    _message(rows, here), "Notes, actions, promises, payments, disputes and signals; newest first"
                )
            )
        form(customer_id, here)
        shown = _chosen(rows)
        columns = _columns(here.view.main_currency)
        with tools, st.container(horizontal=True, horizontal_alignment="right"):
            facts = export.about(here, f"Timeline of {name}", currency=here.view.main_currency)
            export.buttons(shown, columns, f"timeline-{here.view.week.as_of_on}", facts, key="timeline")
        if shown:
            tables.show(shown, columns, here.fmt, key="timeline-table", alt=f"Timeline of {name}", most_rows=12)
        else:
            page.note("Nothing of the kinds chosen is on record.")


def _folder() -> Path:
    return publication.home() / "notes"


def _written() -> list[Note]:
    """All notes of the file, oldest first; read again when it has grown.

    Raises ``NoteError`` where the file cannot be read.
    """
    file = notes.file_in(_folder())
    if not file.is_file():
        return []
    found = file.stat()
    return _read(str(file.parent), found.st_size, found.st_mtime_ns)


@st.cache_data(max_entries=2, show_spinner=False)
def _read(folder: str, size: int, changed_ns: int) -> list[Note]:
    return notes.read(Path(folder))


def _message(rows: Sequence[Row], here: Context) -> str:
    said = [row for row in rows if row["event_kind"] == "note"]
    if not said:
        return "Nobody wrote a note yet"
    newest = said[0]
    words = newest["title"] or newest["text"] or "come back to it"
    return f"Last word, {here.fmt.day(newest['event_on'])}: {words} ({newest['by_whom']})"


def _merged(loaded: Sequence[Row], written: Sequence[Note]) -> list[Row]:
    """The events as loaded and the notes only the file has, newest first, in the words of a reader."""
    known = {row["account_event_id"] for row in loaded}
    labels = notes.statuses()
    fresh = [
        {
            "account_event_id": f"note:{note.note_id}",
            "event_kind": "note",
            "event_on": note.written_at.date(),
            "event_at": note.written_at.replace(tzinfo=None),
            "title": labels.get(note.status, note.status) or None,
            "text": note.text or None,
            "by_whom": note.author,
            "document_number": None,
            "amount": note.promised_amount,
            "due_on": note.promised_due_on,
            "next_on": note.next_on,
            "kind_words": f"Note, {_NOT_LOADED}",
        }
        for note in reversed(written)
        if f"note:{note.note_id}" not in known
    ]
    return [{"kind_words": tables.words(row["event_kind"]), **row} for row in (*fresh, *loaded)]


def _columns(currency: str) -> tuple[Column, ...]:
    return (
        Column("event_on", "Day", Kind.DATE, 104),
        Column("kind_words", "Kind", width=152),
        Column("title", "What", width=160),
        Column("text", "In words", width=304),
        Column("by_whom", "By", width=120),
        Column("amount", f"Amount, {currency}", Kind.MONEY, 120, help="Promised or paid"),
        Column("due_on", "Promised for", Kind.DATE, 112, help="Of a tier set by hand: its last day"),
        Column("next_on", "Come back", Kind.DATE, 104, help="Reviewed until then"),
        Column("document_number", "Document", width=120),
    )


def _chosen(rows: Sequence[Row]) -> list[Row]:
    """The rows of the kinds a reader wants to see; all where none is chosen."""
    present = {_SHOWN_WITH.get(row["event_kind"], row["event_kind"]) for row in rows}
    kinds = st.pills(
        "Show",
        [kind for kind in _KINDS if kind in present],
        format_func=lambda kind: _KINDS[kind],
        selection_mode="multi",
        key="timeline-kinds",
        label_visibility="collapsed",
    )
    return [row for row in rows if not kinds or _SHOWN_WITH.get(row["event_kind"], row["event_kind"]) in kinds]


def _key(field: str, customer_id: str) -> str:
    return f"note-{field}-{customer_id}"


def form(customer_id: str, here: Context) -> None:
    """The form to write a note of a customer; what was typed stays where it is refused, and goes where it is kept."""
    said = st.session_state.pop(_SAID, None)
    with st.expander("Write a note", icon=":material/edit_note:", expanded=said is not None):
        if said is not None:
            words, is_kept = said
            page.note(words) if is_kept else page.banner(words)
        with st.form(f"note-{customer_id}", border=False):
            st.text_area(
                "Note",
                key=_key("text", customer_id),
                height=88,
                max_chars=notes.LONGEST_TEXT,
                placeholder="What was said, by whom",
            )
            labels = {"": "No status", **notes.statuses()}
            first, second, third = st.columns(3)
            first.selectbox(
                "Status", list(labels), key=_key("status", customer_id), format_func=lambda code: labels[code]
            )
            second.date_input(
                "Reviewed until",
                value=None,
                key=_key("next", customer_id),
                help="The day to come back to this account.",
                format="YYYY-MM-DD",
            )
            third.text_input(
                "Your name",
                value=st.session_state.get(AUTHOR, ""),
                key=_key("author", customer_id),
                help="Kept with the note. There is no login: it is remembered while this page is open.",
            )
            first, second, third = st.columns(3, vertical_alignment="bottom")
            first.number_input(
                f"Promised, {here.view.main_currency}",
                value=None,
                min_value=0.0,
                step=0.01,
                format="%.2f",
                key=_key("amount", customer_id),
            )
            second.date_input(
                "Promised for",
                value=None,
                key=_key("due", customer_id),
                help="The day by which the money was promised.",
                format="YYYY-MM-DD",
            )
            third.form_submit_button(
                "Keep the note", type="primary", width="stretch", on_click=_keep, args=(customer_id,)
            )


def _keep(customer_id: str) -> None:
    """Write what the form holds. A callback: it runs before the page is drawn again."""
    typed = {field: st.session_state.get(_key(field, customer_id)) for field in ("text", "status", "next", "due")}
    amount = st.session_state.get(_key("amount", customer_id))
    author = st.session_state.get(_key("author", customer_id)) or ""
    draft = notes.Draft(
        customer_id=customer_id,
        author=author,
        text=typed["text"] or "",
        status=typed["status"] or "",
        next_on=typed["next"],
        promised_amount=None if amount is None else Decimal(f"{amount:.2f}"),
        promised_due_on=typed["due"],
    )
    try:
        notes.add(_folder(), draft)
    except NoteError as error:
        st.session_state[_SAID] = (str(error), False)
        return
    st.session_state[AUTHOR] = author
    st.session_state[_SAID] = ("The note is kept. Figures know of it after the next refresh.", True)
    st.session_state[_key("text", customer_id)] = ""
    st.session_state[_key("status", customer_id)] = ""
    for field in ("next", "due", "amount"):
        st.session_state[_key(field, customer_id)] = None
