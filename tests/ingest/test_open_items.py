"""Lists of open items, day after day: what vanished was settled, what shrank was settled in part."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from ingest.errors import FileError, MappingError, OrderError
from ingest.loader import load
from tests.ingest.extracts import ENTITIES, Extracts, counts, only

HEADER = "entity,document,type,customer,posted_on,due_on,open_amount,currency"
READ = "invoice_id, cast(amount as varchar), cast(open_amount as varchar), _line"


@pytest.fixture
def samples(project_root: Path) -> list[Path]:
    return sorted((project_root / "docs" / "sources" / "samples").glob("open_items_*.csv"))


def listed(*rows: str) -> str:
    return "\n".join((HEADER, *rows)) + "\n"


def test_the_sample_of_two_days(extracts: Extracts, samples: list[Path]) -> None:
    """F-100 vanished, F-101 shrank, F-103 is new; each keeps the amount it was first seen with."""
    extracts.load(("entities.csv", ENTITIES))
    first, second = (only(load(extracts.connection, [path])) for path in samples)
    assert (first.as_of_on, second.as_of_on) == (date(2026, 1, 31), date(2026, 2, 2))
    assert (counts(first), counts(second)) == ((4, 4, 0, 0, 0, 0), (4, 1, 1, 2, 0, 1))
    assert extracts.current("invoices", READ, "invoice_id") == [
        ("A-7", "-50.00", "-50.00", 4),
        ("F-100", "1200.00", "0.00", None),
        ("F-101", "800.50", "500.50", 1),
        ("F-102", "300.00", "300.00", 3),
        ("F-103", "75.00", "75.00", 4),
    ]
    # What is open is what the list of the day adds up to, and the day before is still known.
    assert extracts.current("invoices", "sum(open_amount)") == [(Decimal("825.50"),)]
    before = "where _loaded_in <= 2 and coalesce(_replaced_in > 2, true)"
    assert extracts.rows(f"select sum(open_amount) from raw.invoices {before}") == [(Decimal("2250.50"),)]
    assert extracts.rows("select distinct kind from raw.loads where table_name = 'invoices'") == [("open_items",)]


def test_day_after_day(extracts: Extracts) -> None:
    """What was settled stays settled without vanishing again; what comes back is open again."""
    extracts.load(("entities.csv", ENTITIES))
    rows = ["FR,F-1,INV,C,2026-01-05,,10.00,EUR", "FR,F-2,INV,C,2026-01-05,,20.00,EUR"]
    lists = {"01": rows, "02": rows[1:], "03": [rows[1].replace("20.00", "5.00")], "04": rows}
    seen = []
    for day, content in lists.items():
        result = only(extracts.load((f"open_items_2026-02-{day}.csv", listed(*content)), as_of=None))
        seen.append((counts(result)[1:], extracts.current("invoices", READ, "invoice_id")))
    assert seen == [
        ((2, 0, 0, 0, 0), [("F-1", "10.00", "10.00", 1), ("F-2", "20.00", "20.00", 2)]),
        ((0, 0, 1, 0, 1), [("F-1", "10.00", "0.00", None), ("F-2", "20.00", "20.00", 2)]),
        ((0, 1, 0, 0, 0), [("F-1", "10.00", "0.00", None), ("F-2", "20.00", "5.00", 1)]),
        ((0, 2, 0, 0, 0), [("F-1", "10.00", "10.00", 1), ("F-2", "20.00", "20.00", 2)]),
    ]


def test_a_list_that_tells_both_amounts(extracts: Extracts) -> None:
    """Then the amount is the document's own, also where it is corrected."""
    extracts.load(("entities.csv", ENTITIES))
    mapping = extracts.write(
        "own.yml",
        "name: own\ndescription: Both.\ntables: [{table: invoices, kind: open_items, columns: {entity_id: e, "
        "invoice_id: d, customer_id: c, posted_on: p, amount: total, open_amount: open}}]\n",
    )
    for day, row in ((1, "FR,F-1,C,2026-01-05,100,60"), (2, "FR,F-1,C,2026-01-05,90,50")):
        extracts.load(("list.csv", f"e,d,c,p,total,open\n{row}\n"), source=mapping, as_of=date(2026, 2, day))
    assert extracts.current("invoices", READ) == [("F-1", "90.00", "50.00", 1)]


def test_a_rejected_row_is_not_taken_for_settled(extracts: Extracts) -> None:
    extracts.load(("entities.csv", ENTITIES))
    row = "FR,F-1,INV,C,2026-01-05,,10.00,EUR"
    extracts.load(("open_items_2026-02-01.csv", listed(row)), as_of=None)
    result = only(extracts.load(("open_items_2026-02-02.csv", listed(row.replace("10.00", "much"))), as_of=None))
    assert (result.rows_rejected, result.rows_vanished) == (1, 0)
    assert extracts.current("invoices", READ) == [("F-1", "10.00", "10.00", 1)]


def test_an_empty_list_and_an_older_one_are_refused(extracts: Extracts) -> None:
    extracts.load(("entities.csv", ENTITIES))
    row = "FR,F-1,INV,C,2026-01-05,,10.00,EUR"
    extracts.load(("open_items_2026-02-02.csv", listed(row)), as_of=None)
    with pytest.raises(FileError, match="without rows"):
        extracts.load(("open_items_2026-02-03.csv", listed()), as_of=None)
    with pytest.raises(OrderError, match="is of 2026-02-01"):
        extracts.load(("open_items_2026-02-01.csv", listed(row.replace("10.00", "9.00"))), as_of=None)


def test_only_invoices_are_open_items(extracts: Extracts) -> None:
    extracts.write("own.yml", "name: own\ndescription: x\ntables: [{table: payments, kind: open_items}]\n")
    with pytest.raises(MappingError, match="for invoices only"):
        extracts.load(("x.csv", "a\n"), source=extracts.folder / "own.yml")
