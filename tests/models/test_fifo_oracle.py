"""Oldest first by break points, against two queues walked in a loop.

The same documents in an entity that states nothing: the models lay debits and credits end to end in one query;
this takes the oldest of each queue until one is empty.
"""

from __future__ import annotations

import csv
from collections import defaultdict, deque
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

import sample

Encours = Callable[..., str]


@pytest.fixture(scope="module")
def fifo_warehouse(tmp_path_factory: pytest.TempPathFactory, encours: Encours) -> Path:
    """A small sample company whose allocations were never exported."""
    home = tmp_path_factory.mktemp("fifo")
    extracts = home / "extracts"
    sample.generate(extracts, invoices=600, seed=11)
    (extracts / "allocations.csv").unlink()
    entities = extracts / "entities.csv"
    with entities.open(newline="", encoding="utf-8") as file:
        rows = [{**row, "allocation_policy": "fifo"} for row in csv.DictReader(file)]
    with entities.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    encours(home, "load", extracts, "--as-of", "2026-03-29")
    encours(home, "build", "--select", "+int_allocations_by_fifo")
    return home / "build" / "encours.duckdb"


def test_fifo_equals_two_queues(fifo_warehouse: Path) -> None:
    """Every stretch of every customer: which credit met which debit, for how much."""
    connection = duckdb.connect(str(fifo_warehouse), read_only=True)
    items = connection.execute("""
        select entity_id, customer_id, currency, document_id, instalment_no, amount
        from intermediate.int_receivable_items where amount <> 0
        order by posted_on, due_on, document_id, instalment_no
    """).fetchall()
    credits_in_order = connection.execute("""
        select entity_id, customer_id, currency, document_id, -amount
        from intermediate.int_receivable_items where amount < 0 order by posted_on, document_id
    """).fetchall()
    found = {
        (entity, credit, debit, instalment): amount
        for entity, credit, debit, instalment, amount in connection.execute("""
            select entity_id, credit_document_id, debit_document_id, instalment_no, amount
            from intermediate.int_allocations_by_fifo
        """).fetchall()
    }
    connection.close()

    debits: dict[tuple[str, str, str], deque[tuple[str, int, Decimal]]] = defaultdict(deque)
    for entity, customer, currency, document, instalment, amount in items:
        if amount > 0:
            debits[entity, customer, currency].append((document, instalment, amount))
    expected: dict[tuple[str, str, str, int], Decimal] = {}
    for entity, customer, currency, credit, amount in credits_in_order:
        queue = debits[entity, customer, currency]
        left = amount
        while left > 0 and queue:
            document, instalment, owed = queue.popleft()
            taken = min(left, owed)
            expected[entity, credit, document, instalment] = taken
            left -= taken
            if owed > taken:
                queue.appendleft((document, instalment, owed - taken))

    assert len(expected) > 400
    assert found == expected
