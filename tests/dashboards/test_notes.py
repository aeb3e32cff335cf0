"""Notes on the customer's page: written into the file, shown at once, said to be loaded once they are."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from dashboards.lib import export, publication
from dashboards.lib.db import Warehouse
from dashboards.lib.queries import choices
from ingest import notes
from tests.dashboards.conftest import go, html, one, open_app


@pytest.fixture
def home(sample_home: Path, tmp_path: Path) -> Path:
    """A home with the published sample, to write notes into."""
    shutil.copytree(sample_home / "published", tmp_path / "home" / "published")
    return tmp_path / "home"


@pytest.fixture
def customer(marts: duckdb.DuckDBPyConnection) -> str:
    """The customer with the most events on record."""
    (customer_id,) = one(
        marts, "select customer_id from fct_account_events group by all order by count(*) desc, customer_id limit 1"
    )
    return str(customer_id)


def _page(home: Path, customer: str, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    return go(open_app(home, monkeypatch, customer=customer), "customer")


def _submit(page: AppTest) -> AppTest:
    (button,) = (button for button in page.button if button.label == "Keep the note")
    page = button.click().run()
    assert not page.exception, page.exception
    return page


def _timeline(page: AppTest) -> list[dict[str, Any]]:
    """The rows of the line of time: the one table that says who did it."""
    table = next(found.value for found in page.dataframe if "by_whom" in found.value)
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def test_a_note_is_kept_in_the_file_and_shown_at_once_as_not_loaded(
    home: Path, customer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = _page(home, customer, monkeypatch)
    day = datetime.now(UTC).date() + timedelta(days=7)
    page.text_area(key=f"note-text-{customer}").set_value("Will pay on Friday <b>for sure</b>")
    page.selectbox(key=f"note-status-{customer}").set_value("promised")
    page.text_input(key=f"note-author-{customer}").set_value("Ann Roy")
    page.number_input(key=f"note-amount-{customer}").set_value(1234.56)
    page.date_input(key=f"note-due-{customer}").set_value(day)
    page.date_input(key=f"note-next-{customer}").set_value(day + timedelta(days=1))
    page = _submit(page)

    (note,) = notes.read(home / "notes")
    assert (note.customer_id, note.author, note.status) == (customer, "Ann Roy", "promised")
    assert note.text == "Will pay on Friday <b>for sure</b>"
    assert (note.promised_amount, note.promised_due_on) == (Decimal("1234.56"), day)
    assert note.next_on == day + timedelta(days=1)
    first = _timeline(page)[0]
    assert (first["title"], first["by_whom"], first["kind_words"]) == (
        "Payment promised",
        "Ann Roy",
        "Note, not loaded yet",
    )
    assert first["amount"] == Decimal("1234.56")
    assert any("The note is kept" in found for found in html(page))
    assert any("Last word" in found and "Payment promised" in found for found in html(page))
    # What was typed is gone, but for the name; a second click says nothing.
    assert page.text_area(key=f"note-text-{customer}").value == ""
    assert page.text_input(key=f"note-author-{customer}").value == "Ann Roy"
    page = _submit(page)
    assert any("The note says nothing" in found for found in html(page))
    assert len(notes.read(home / "notes")) == 1


def test_a_note_that_is_refused_says_why_and_keeps_what_was_typed(
    home: Path, customer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = _page(home, customer, monkeypatch)
    page.text_area(key=f"note-text-{customer}").set_value("No name given")
    page = _submit(page)
    assert any("give your name" in found and 'role="alert"' in found for found in html(page))
    assert page.text_area(key=f"note-text-{customer}").value == "No name given"
    assert not (home / "notes").exists()


def test_the_timeline_holds_what_the_mart_and_the_payments_hold(
    home: Path, customer: str, monkeypatch: pytest.MonkeyPatch, marts: duckdb.DuckDBPyConnection
) -> None:
    rows = _timeline(_page(home, customer, monkeypatch))
    day = one(marts, "select max(as_of_on) from fct_kpis where period_kind = 'week' and is_complete")[0]
    (events,) = one(
        marts,
        "select count(*) from fct_account_events where customer_id = $customer and event_on <= $day",
        {"customer": customer, "day": day},
    )
    (payments,) = one(
        marts,
        """
        select least(count(*), 100) from fct_receivable_items
        where customer_id = $customer and item_kind in ('payment', 'deposit', 'refund', 'bounce') and posted_on <= $day
        """,
        {"customer": customer, "day": day},
    )
    assert len(rows) == events + payments
    assert payments > 0
    days = [row["event_on"] for row in rows]
    assert days == sorted(days, reverse=True)


def test_a_note_that_is_loaded_is_shown_once_and_unmarked(
    home: Path, customer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = notes.add(home / "notes", notes.Draft(customer, "Ann", "Loaded"))
    notes.add(home / "notes", notes.Draft(customer, "Bo", "Fresh"))
    notes.add(home / "notes", notes.Draft("another", "Cy", "Elsewhere"))
    pointer = json.loads((home / "published" / "current.json").read_text(encoding="utf-8"))
    with duckdb.connect(home / "published" / pointer["file"]) as connection:
        connection.execute(
            """
            insert into marts.fct_account_events
                (account_event_id, customer_id, event_kind, event_on, event_at, text, by_whom)
            values ($id, $customer, 'note', $day, $moment, 'Loaded', 'Ann')
            """,
            {
                "id": f"note:{loaded.note_id}",
                "customer": customer,
                "day": loaded.written_at.date(),
                "moment": loaded.written_at.replace(tzinfo=None),
            },
        )
    rows = [row for row in _timeline(_page(home, customer, monkeypatch)) if str(row["kind_words"]).startswith("Note")]
    assert [(row["text"], row["kind_words"]) for row in rows] == [("Fresh", "Note, not loaded yet"), ("Loaded", "Note")]


def test_a_load_of_notes_makes_the_documents_no_fresher(home: Path) -> None:
    published = publication.current(home)
    before = choices.freshness(Warehouse(published)).loaded_at
    newer = published.file.with_name("newer.duckdb")
    shutil.copyfile(published.file, newer)
    with duckdb.connect(newer) as connection:
        connection.execute(
            """
            insert into marts.rpt_loads by name
            select * replace (99 as load_id, 'encours_notes' as source, timestamp '2999-01-01' as loaded_at)
            from marts.rpt_loads limit 1
            """
        )
    assert before is not None
    assert choices.freshness(Warehouse(replace(published, file=newer))).loaded_at == before


def test_a_broken_file_of_notes_is_said_and_the_page_still_stands(
    home: Path, customer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "notes").mkdir()
    (home / "notes" / "account_notes.jsonl").write_text("not a note\n", encoding="utf-8")
    page = _page(home, customer, monkeypatch)
    assert any("line 1: is no note" in found and 'role="alert"' in found for found in html(page))
    assert _timeline(page)


def test_a_formula_in_a_note_is_text_in_the_files() -> None:
    from dashboards.sections.notes import _columns

    written = export.to_csv([{"text": '=HYPERLINK("x")', "by_whom": "+Ann"}], _columns("EUR"), export.About([]))
    assert "'=HYPERLINK" in written.decode("utf-8-sig")
    assert "'+Ann" in written.decode("utf-8-sig")
