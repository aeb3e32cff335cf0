"""Data health: what is open of the rejected rows, what was dismissed, and columns that are not what they were."""

from __future__ import annotations

from decimal import Decimal
from html import escape

import pytest
from streamlit.testing.v1 import AppTest

from dashboards.lib import glossary
from dashboards.sections import rejected
from ingest.contract import LOAD_DRIFTS
from tests.dashboards.conftest import ChangedApp, go, html, sentence, shown_table, tile

REJECTS = """
    insert into rpt_rejects by name
    select
        t.*, '*' as slice, line - 1 as record, 'erp' as source, 'list.csv' as file, 'the line' as raw_line,
        timestamp '2026-03-30 08:00' as decided_at
    from (values
        (7, 'invoices', 2, 1, 'posted_on', 'soon', 'is not a day', 'reject', 10.50, 'EUR', 'open', null, null),
        (7, 'invoices', 2, 2, 'reference', '#REF!', 'is an error', 'reject', 10.50, 'EUR', 'open', null, null),
        (7, 'invoices', 3, 1, 'posted_on', 'then', 'is not a day', 'reject', -2.00, 'EUR', 'open', null, null),
        (7, 'invoices', 4, 1, 'posted_on', 'now', 'is not a day', 'reject', 5.00, 'USD', 'open', null, null),
        (7, 'payments', 5, 1, 'amount', 'x', 'is not a number', 'reject', null, '*', 'open', null, null),
        (7, 'invoices', 6, 1, 'amount', 'y', 'is not a number', 'reject', null, '*', 'dismissed', 'Ada', 'a test'),
        (3, 'invoices', 7, 1, 'amount', 'z', 'is not a number', 'reject', null, '*', 'past', null, null),
        (7, 'invoices', 8, 1, 'due_on', 'early', 'is before its day', 'warning', 1.00, 'EUR', null, null, null)
    ) as t (load_id, table_name, line, finding_number, column_name, value, reason, severity, row_amount, row_currency,
            reject_state, decided_by_person, decision_reason)
"""
DRIFTS = """
    insert into rpt_load_drifts by name
    select t.*, 'erp' as source, 'invoices' as table_name, '*' as slice, 'list.csv' as file,
        date '2026-03-29' as as_of_on, timestamp '2026-03-30 04:00' as loaded_at
    from (values
        (8, 'amount', 'scaled', 'amount has a median of 900, and had at most 9', 'accepted', true),
        (8, 'reference', 'appeared', 'column is new', 'reported', true),
        (9, 'amount', 'turned', 'withdrawn since', 'accepted', false)
    ) as t (load_id, column_name, drift, drift_words, drift_outcome, is_load_in_effect)
"""


@pytest.fixture
def page(changed_app: ChangedApp) -> AppTest:
    """The page over a sample in which a load has rejected rows and found changes."""
    return go(changed_app(REJECTS, DRIFTS), "data_health")


def lines(page: AppTest) -> list[int]:
    return [int(line) for line in shown_table(page, "raw_line")["line"]]


def test_open_rows_are_counted_once_by_source_table_reason_and_currency(page: AppTest) -> None:
    table = shown_table(page, "unknown_count")
    assert table[["table_name", "reason", "row_currency", "rows_count", "amount", "unknown_count"]].values.tolist() == [
        ["invoices", "is not a day", "EUR", 2, Decimal("8.50"), 0],
        ["invoices", "is not a day", "USD", 1, Decimal("5.00"), 0],
        ["payments", "is not a number", "*", 1, None, 1],
    ]
    assert any("4 rejected rows are not in the books" in found for found in html(page))
    assert any("encours rejects --out rejects.csv" in found for found in html(page))
    assert "4</span>" in tile(page, "Rejected rows")
    assert "open; 1 dismissed" in tile(page, "Rejected rows")
    assert "4\u00a0rows were rejected" in sentence(page)


def test_its_rows_show_every_finding_with_the_original(page: AppTest) -> None:
    assert lines(page) == [2, 2, 3, 4, 5]


def test_a_group_shows_its_own_rows(changed_app: ChangedApp) -> None:
    row = {"source": "erp", "table_name": "invoices", "reason": "is not a day"}
    shown = go(changed_app(REJECTS, reject=rejected.group_of(row)), "data_health")
    assert lines(shown) == [2, 3, 4]
    next(button for button in shown.button if button.key == "all-rejects").click().run()
    assert lines(shown) == [2, 2, 3, 4, 5]


@pytest.mark.parametrize(("state", "found"), [("dismissed", [6]), ("past", [7]), ("questioned", [8])])
def test_the_other_states_stand_apart(changed_app: ChangedApp, state: str, found: list[int]) -> None:
    shown = go(changed_app(REJECTS, rejects=state), "data_health")
    assert lines(shown) == found
    assert any(escape(glossary.REJECT_STATES[state][1]) in text for text in html(shown))
    if state == "dismissed":
        table = shown_table(shown, "decision_reason")
        assert table[["decided_by_person", "decision_reason"]].values.tolist() == [["Ada", "a test"]]


def test_changes_of_columns_say_what_to_do(page: AppTest) -> None:
    table = shown_table(page, "drift_words")
    assert table[["column_name", "what", "to_do", "outcome"]].values.tolist() == [
        ["amount", *glossary.DRIFTS["scaled"], "Let in on purpose"],
        ["reference", *glossary.DRIFTS["appeared"], "Loaded, and told"],
    ]


def test_every_kind_of_change_has_its_words() -> None:
    assert set(glossary.DRIFTS) == set(LOAD_DRIFTS.column_by_name["drift"].values)


def test_where_nothing_is_rejected_that_is_said(app: AppTest) -> None:
    page = go(app, "data_health")
    assert any("No rejected row is open" in found for found in html(page))
    assert any("No column of a loaded file was otherwise" in found for found in html(page))
    assert "0</span>" in tile(page, "Rejected rows")
