"""Lists of open items, loaded one after the other: the last build's history is what each list says, on its day."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from ingest.loader import load
from ingest.unload import unload
from sample import generate
from sample.books import read_books
from sample.systems.open_items import list_days, write_open_items
from tests.ingest.extracts import Extracts
from tests.models.compiled import Compiled, Warehouse

HEADER = "entity,document,type,customer,posted_on,due_on,open_amount,currency"
RATES = "rate_on,from_currency,to_currency,rate\n2026-01-01,USD,EUR,0.90\n2026-01-31,USD,EUR,0.90\n"


@dataclass(frozen=True)
class Document:
    entity: str
    type: str
    customer: str
    posted_on: str
    currency: str = "EUR"


DOCUMENTS = {
    "F-1": Document("FR", "INV", "A", "2026-01-05"),
    "F-2": Document("FR", "INV", "A", "2026-01-20"),
    "N-3": Document("FR", "CRN", "A", "2026-01-21"),
    "F-4": Document("FR", "INV", "B", "2026-01-07"),
    "D-5": Document("FR", "INV", "B", "2026-01-08", "USD"),
    "F-6": Document("UK", "INV", "A", "2026-01-09"),
    "N-7": Document("UK", "CRN", "A", "2026-01-10"),
    "F-8": Document("UK", "INV", "C", "2026-02-03"),
    "X-9": Document("FR", "ADJ", "C", "2026-01-11"),
}

Listed = Mapping[str, str]
"""What is open, by document."""
Balances = dict[tuple[str, str, str], Decimal]
"""What is open, by entity, customer and currency."""


def content(listed: Listed) -> str:
    rows = (
        f"{d.entity},{number},{d.type},{d.customer},{d.posted_on},2026-03-01,{listed[number]},{d.currency}"
        for number, d in ((number, DOCUMENTS[number]) for number in listed)
    )
    return "\n".join((HEADER, *rows)) + "\n"


def total(listed: Listed) -> Balances:
    found: Balances = {}
    for number, amount in listed.items():
        document = DOCUMENTS[number]
        key = document.entity, document.customer, document.currency
        found[key] = found.get(key, Decimal(0)) + Decimal(amount)
    return {key: amount for key, amount in found.items() if amount}


class Books:
    """A warehouse that lists are loaded into, and the marts made of it."""

    def __init__(self, folder: Path, compiled: Compiled) -> None:
        self.extracts = Extracts(folder)
        self.extracts.load(("entities.csv", "entity_id,base_currency\nFR,EUR\nUK,EUR\n"), ("fx_rates.csv", RATES))
        self.compiled = compiled

    def list(self, day: int, listed: Listed, *, out_of_order: bool = False) -> None:
        name = f"open_items_2026-02-{day:02}.csv"
        self.extracts.load((name, content(listed)), as_of=None, out_of_order=out_of_order)

    def build(self) -> Warehouse:
        """The marts, made anew."""
        for name in ("policy", "staging", "intermediate", "marts"):
            self.extracts.connection.execute(f"drop schema if exists {name} cascade")
        warehouse = Warehouse(self.compiled, {}, date(2026, 2, 28))
        warehouse.connection.close()
        warehouse.connection = self.extracts.connection
        for name in ("policy", "staging", "intermediate", "marts"):
            warehouse.connection.execute(f"create schema {name}")
        return warehouse.make("fct_item_intervals", "fct_allocations", "fct_receivable_events", "rpt_exceptions")

    def close(self) -> None:
        self.extracts.connection.close()


@pytest.fixture
def books(tmp_path: Path, compiled: Compiled) -> Iterator[Books]:
    made = Books(tmp_path, compiled)
    yield made
    made.close()


def open_on(warehouse: Warehouse, day: int) -> Balances:
    """What history says was open on a day of February."""
    return {
        (str(entity), str(customer), str(currency)): Decimal(str(amount))
        for entity, customer, currency, amount in warehouse.rows(
            "select entity_id, customer_id, currency, sum(open_amount) from marts.fct_item_intervals "
            f"where valid_from_on <= date '2026-02-{day:02}' "
            f"and coalesce(valid_to_on > date '2026-02-{day:02}', true) group by all having sum(open_amount) <> 0"
        )
    }


def open_documents(warehouse: Warehouse, day: int) -> dict[str, Decimal]:
    return {
        str(document).split(":", 1)[1]: Decimal(str(amount))
        for document, amount in warehouse.rows(
            "select document_id, sum(open_amount) from marts.fct_item_intervals "
            f"where valid_from_on <= date '2026-02-{day:02}' "
            f"and coalesce(valid_to_on > date '2026-02-{day:02}', true) group by all having sum(open_amount) <> 0"
        )
    }


FIVE: Sequence[Listed] = (
    {
        "F-1": "100.00",
        "F-2": "200.00",
        "N-3": "-200.00",
        "F-4": "50.00",
        "D-5": "30.00",
        "F-6": "10.00",
        "N-7": "-4.00",
    },
    {"F-1": "60.00", "F-2": "200.00", "N-3": "-200.00", "F-4": "50.00", "D-5": "12.34", "F-6": "10.00"},
    {"F-4": "50.00", "F-6": "10.00", "F-8": "77.00"},
    {"F-4": "80.00", "D-5": "12.34", "F-8": "77.00", "N-7": "-4.00"},
    {"F-1": "40.00", "F-8": "0.01"},
)


def test_five_lists_tie_on_each_lists_day(books: Books) -> None:
    for day, listed in enumerate(FIVE, start=1):
        books.list(day, listed)
    warehouse = books.build()
    for day, listed in enumerate(FIVE, start=1):
        assert open_on(warehouse, day) == total(listed), day
        assert open_documents(warehouse, day) == {number: Decimal(amount) for number, amount in listed.items()}, day
    # F-1 was settled in two parts; F-2 and its credit were set off, and nothing was paid of them.
    said = warehouse.rows(
        "select credit_document_id, debit_document_id, day(effective_on), day(reversed_on), "
        "cast(debit_amount as varchar), allocation_source from marts.fct_allocations "
        "where debit_document_id in ('invoice:F-1', 'invoice:F-2') order by 3, 1"
    )
    assert said == [
        ("payment:invoice:F-1@2026-02-02", "invoice:F-1", 2, None, "40.00", "inferred"),
        ("credit_note:N-3", "invoice:F-2", 3, None, "200.00", "inferred"),
        ("payment:invoice:F-1@2026-02-03", "invoice:F-1", 3, None, "20.00", "inferred"),
        ("payment:invoice:F-1@2026-02-03/2026-02-05", "invoice:F-1", 3, 5, "40.00", "inferred"),
    ]
    # Nothing stands that no list speaks of: no unapplied rest, no bounce of an unknown payment.
    kinds = {kind for (kind,) in warehouse.rows("select distinct exception_kind from marts.rpt_exceptions")}
    assert kinds == {"inferred settlement day", "customer not given"}


def test_a_document_that_comes_late_to_the_lists_is_not_open_before(books: Books) -> None:
    """F-2 is of January by its row, and was not on the list of 1 February."""
    books.list(1, {"F-1": "10.00"})
    books.list(3, {"F-1": "10.00", "F-2": "20.00"})
    warehouse = books.build()
    assert [open_documents(warehouse, day) for day in (1, 2)] == [
        {"F-1": Decimal("10.00")},
        {"F-1": Decimal("10.00"), "F-2": Decimal("20.00")},
    ]
    assert ("inferred posting day", "invoice:F-2") in warehouse.rows(
        "select exception_kind, key from marts.rpt_exceptions"
    )


@pytest.mark.parametrize("seed", range(8))
def test_lists_in_any_order_tie_on_their_days(books: Books, seed: int) -> None:
    """Late, corrected and withdrawn lists: on each day the last list loaded of it is what history says."""
    draw = random.Random(seed)
    said: list[tuple[int, int, Listed]] = []
    number = 1
    for _ in range(10):
        if said and draw.random() < 0.15:
            number += 1
            unload(books.extracts.connection, said.pop()[0])
            continue
        day = draw.randint(1, 6)
        chosen = draw.sample(sorted(DOCUMENTS), draw.randint(2, len(DOCUMENTS)))
        credits = {each for each in chosen if each[0] == "N" or (each[0] == "X" and draw.random() < 0.5)}
        listed: Listed = {
            each: f"{'-' if each in credits else ''}{draw.choice((10, 25, 40, 100))}.0{draw.randint(0, 9)}"
            for each in chosen
        }
        number += 1
        books.list(day, listed, out_of_order=True)
        said.append((number, day, listed))
    warehouse = books.build()
    for day, listed in {day: listed for _, day, listed in said}.items():
        assert open_on(warehouse, day) == total(listed), day
        # An adjustment that turns round is one item: what it turned by stands beside it.
        for_sure = {each: Decimal(amount) for each, amount in listed.items() if each[0] != "X"}
        found = open_documents(warehouse, day)
        assert {each: amount for each, amount in found.items() if each in DOCUMENTS and each[0] != "X"} == for_sure, day
        assert all(each in DOCUMENTS or "X-9" in each for each in found), day


def test_the_sample_s_weekly_lists_tie_with_its_books(compiled: Compiled, tmp_path: Path) -> None:
    """On the day of each list every customer owes what it owes by the books, by the last build."""
    generate(tmp_path / "company", invoices=1500, seed=11)
    made = read_books(tmp_path / "company", entity_id="FR", currency="EUR", as_of_on=date(2026, 3, 29))
    folder = tmp_path / "lists"
    folder.mkdir()
    write_open_items(made, folder)
    books = Books(tmp_path, compiled)
    for path in (folder / "entities.csv", *sorted(folder.glob("open_items_*.csv"))):
        loaded = load(books.extracts.connection, [path], as_of=date(2026, 2, 1) if path.stem == "entities" else None)
        assert loaded.rows_rejected == 0
    warehouse = books.build()
    settled = 0
    for day in list_days(made):
        owed: dict[str, Decimal] = {}
        for line in made.of_customers():
            if line.posted_on <= day:
                owed[str(line.customer_id)] = owed.get(str(line.customer_id), Decimal(0)) + line.amount
        found = warehouse.records(
            "select customer_id, sum(open_amount) as amount from marts.fct_item_intervals where entity_id = 'FR' "
            f"and valid_from_on <= date '{day}' and coalesce(valid_to_on > date '{day}', true) "
            "group by all having sum(open_amount) <> 0"
        )
        open_amounts = {row["customer_id"]: row["amount"] for row in found}
        assert open_amounts == {customer: amount for customer, amount in owed.items() if amount}, day
        settled += len(warehouse.rows(f"select 1 from marts.fct_allocations where effective_on = date '{day}'"))
    assert settled > 30
    assert warehouse.rows("select distinct allocation_source from marts.fct_allocations") == [("inferred",)]
    books.close()
