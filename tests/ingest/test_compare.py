"""What two loads know otherwise: rows that came, changed and went, with what changed in them and who says so."""

from __future__ import annotations

from dataclasses import astuple
from decimal import Decimal

import pytest

from ingest.compare import differences
from ingest.unload import unload
from tests.ingest.clocks import A, B
from tests.ingest.extracts import Extracts

ADDED = ("invoices", "FR / invoice / I-4", "added", None, Decimal("4.00"), "", "invoices.csv", 3)
CHANGED = (
    *("invoices", "FR / invoice / I-2", "changed", Decimal("2.00"), Decimal("2.50")),
    *("customer_id: C-1 → C-2; amount: 2.00 → 2.50", "invoices.csv", 3),
)
WITHDRAWN = ("invoices", "FR / invoice / I-3", "withdrawn", Decimal("3.00"), None, "", "invoices.csv", 3)


@pytest.fixture
def two_loads(extracts: Extracts) -> Extracts:
    """Load 2, and load 3, which adds an invoice, changes one and withdraws one."""
    extracts.start()
    extracts.load(("invoices.csv", A))
    extracts.load(("invoices.csv", B.replace("2.00", "2.50")))
    return extracts


def told(extracts: Extracts, before: int, after: int) -> list[tuple[object, ...]]:
    return [astuple(each) for each in differences(extracts.connection, before, after)]


def test_rows_that_came_changed_and_went(two_loads: Extracts) -> None:
    assert told(two_loads, 2, 3) == [ADDED, CHANGED, WITHDRAWN]
    assert told(two_loads, 2, 2) == []


def test_backwards_it_is_told_backwards(two_loads: Extracts) -> None:
    found = [(each.key[-3:], each.what) for each in differences(two_loads.connection, 3, 2)]
    assert found == [("I-3", "added"), ("I-2", "changed"), ("I-4", "withdrawn")]


def test_what_an_unload_put_back_is_no_difference(two_loads: Extracts) -> None:
    """It is another version of the same row."""
    unload(two_loads.connection, 3)
    assert told(two_loads, 2, 4) == []
    assert [(each.key[-3:], each.what, each.load_id) for each in differences(two_loads.connection, 3, 4)] == [
        ("I-3", "added", 4),
        ("I-2", "changed", 4),
        ("I-4", "withdrawn", 4),
    ]


def test_what_became_empty_or_filled_is_told(extracts: Extracts) -> None:
    header = "entity_id,invoice_id,customer_id,posted_on,amount,reference\n"
    extracts.start()
    extracts.load(("invoices.csv", header + "FR,I-1,C,2026-01-05,1.00,R\nFR,I-2,C,2026-01-05,1.00,\n"))
    extracts.load(("invoices.csv", header + "FR,I-1,C,2026-01-05,1.00,\nFR,I-2,C,2026-01-05,1.00,S\n"))
    assert [each.changes for each in differences(extracts.connection, 2, 3)] == [
        "reference: R → (empty)",
        "reference: (empty) → S",
    ]
