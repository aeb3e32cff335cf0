"""The sample company's books in the form of each accounting system: loaded, they owe what the books owe."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from ingest.loader import load
from ingest.report import LoadReport
from sample import generate
from sample.books import BILLS, DEPOSITS, RECEIVABLE, Books, Line, read_books
from sample.systems import WRITERS
from sample.systems.french import ebp_account, quadra_account
from sample.systems.xero import form_of, xero_id
from tests.models.compiled import Compiled, Warehouse

AS_OF = date(2026, 3, 29)
FILTERED = {
    "sap": 1,
    "odoo": 2,
    "erpnext": 50,
    "business_central": 100,
    "netsuite": 1,
    "quickbooks": 6,
    "xero": 7,
    "xero_report": 3,
    "sage": 500,
    "cegid": 500,
    "quadra": 500,
    "ebp": 0,
}
"""Rows at least that the mapping leaves out: the planted ones that owe nothing."""


SETTLED_BY = {
    "business_central": "stated",
    "netsuite": "stated",
    "quickbooks": "fifo",
    "xero": "stated",
    "xero_report": "stated",
    "ebp": "fifo",
}
"""How what was set against what is known, where it is not by codes that lines share."""


def kind_in(name: str, line: Line) -> str:
    """What a line of the books is by what the form of source ``name`` tells of it."""
    is_credit = line.amount < 0
    is_document = line.kind in ("invoice", "debit_note", "credit_note")
    billed = "credit_note" if is_credit else "invoice"
    money = "payment" if is_credit else "refund"
    match name:
        case "sap" if line.account == DEPOSITS:
            return "deposit" if is_credit else "adjustment"
        case "sap":
            known = is_document or line.kind in ("payment", "refund")
            return line.kind if known and line.account != BILLS else "adjustment"
        case "odoo" | "sage" | "cegid" if line.account == DEPOSITS:
            return "deposit" if is_credit else "adjustment"
        case "odoo" | "sage" | "cegid" | "quadra" | "ebp" if line.journal == "AN":
            return "opening"
        case "odoo" | "sage" | "cegid" | "quadra" | "ebp" if line.kind == "write_off":
            return "write_off"
        case "business_central":
            return billed if is_document else line.kind if line.kind in ("payment", "refund") else "adjustment"
        case "xero" | "xero_report" if line.journal == "BQ" and line.account == RECEIVABLE:
            return "payment" if is_credit else "refund" if line.kind == "refund" else "invoice"
        case "xero_report":
            return "adjustment" if line.account == DEPOSITS else billed
        case "xero":
            return "deposit" if line.account == DEPOSITS else billed
        case "netsuite" if line.kind == "deposit":
            return "deposit" if line.account == DEPOSITS and is_credit else "adjustment"
        case "netsuite" if line.kind == "bounce":
            return "adjustment"
        case _:
            return billed if is_document else money if line.journal == "BQ" else "adjustment"


POSTED_ONLY = ("erpnext", "business_central", "netsuite", "quickbooks", "sage", "cegid", "quadra", "ebp")
"""Forms that say the day of the entry and not that of the document."""

CUSTOMER_IN = {
    "xero": lambda customer: xero_id("contact", customer),
    "quadra": quadra_account,
    "ebp": ebp_account,
}
"""What a form calls a customer of the books, where it has another key."""


def lines_in(loaded: Loaded) -> list[Line]:
    """The lines of customers that are documents in the form: in Xero a deposit that is taken up is none."""
    lines = list(loaded.books.of_customers())
    return [line for line in lines if form_of(line) != "taken_up"] if loaded.name.startswith("xero") else lines


RULES = {
    "assert_items_of_the_books_tie_to_their_accounts": ("int_ledger_items",),
    "assert_weekly_ageing_equals_the_tie_out": ("fct_aging_weekly", "rpt_tie_out"),
    "grain_is_rpt_tie_out_balance_on__entity_id__account__currency__amount_basis": ("rpt_tie_out",),
    "grain_is_rpt_loads_load_id__table_name__slice__file": ("rpt_loads",),
}
"""Data tests that a build holds the books to, with the models they read."""


@dataclass
class Loaded:
    """One form, loaded and made into items."""

    name: str
    books: Books
    report: LoadReport
    warehouse: Warehouse
    folder: Path


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Books:
    """The books of a small company's French entity."""
    folder = tmp_path_factory.mktemp("company")
    generate(folder, invoices=1500, seed=11)
    return read_books(folder, entity_id="FR", currency="EUR", as_of_on=AS_OF)


@pytest.fixture(scope="module", params=sorted(WRITERS.keys() - {"open_items"}))
def loaded(
    request: pytest.FixtureRequest, books: Books, compiled: Compiled, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Loaded]:
    """The books in the form, loaded as a user does: the folder, no mapping named."""
    folder = tmp_path_factory.mktemp(str(request.param))
    WRITERS[request.param](books, folder)
    with Warehouse(compiled, {}, AS_OF) as warehouse:
        report = load(warehouse.connection, [folder], as_of=AS_OF)
        warehouse.make("fct_receivable_items", "fct_allocations", *(name for names in RULES.values() for name in names))
        yield Loaded(request.param, books, report, warehouse, folder)


def by_key(loaded: Loaded, query: str) -> dict[str, object]:
    """The second column of a query by the first."""
    return {str(key): value for key, value in loaded.warehouse.rows(query)}


def test_each_file_is_recognised_and_nothing_is_rejected(loaded: Loaded) -> None:
    assert {file.source for file in loaded.report.files} <= {loaded.name, "canonical"}
    assert loaded.warehouse.rows("select file, line, column_name, value, reason from raw.rejects limit 10") == []
    assert sum(file.rows_filtered for file in loaded.report.files) >= FILTERED[loaded.name]


def test_each_customer_owes_what_it_owes_by_the_books(loaded: Loaded) -> None:
    found = by_key(
        loaded,
        "select customer_id, sum(open_amount) from marts.fct_receivable_items group by 1 having sum(open_amount) <> 0",
    )
    owed = loaded.books.balances()
    if loaded.name in ("odoo", "xero_report"):
        # Odoo's own numbers are the customers' keys there; their names are those of the books. Xero's report has
        # names only.
        names = (
            {name: name for name in found}
            if loaded.name == "xero_report"
            else by_key(loaded, "select customer_id, any_value(customer_name) from raw.ledger_lines group by 1")
        )
        by_name: dict[object, Decimal] = defaultdict(Decimal)
        for customer, amount in owed.items():
            by_name[loaded.books.customer_names[customer]] += amount
        assert {names[customer]: amount for customer, amount in found.items()} == dict(by_name)
        return
    key_of = CUSTOMER_IN.get(loaded.name, str)
    owed = {key_of(customer): amount for customer, amount in owed.items()}
    assert found == owed


def told_by_the_report(folder: Path) -> dict[str, Decimal]:
    """The amounts of Xero's report by what its lines are, and what settled them."""
    told: dict[str, Decimal] = defaultdict(Decimal)
    kinds = {"Receivable Invoice": "invoice", "Receivable Credit Note": "credit_note"}
    with (folder / "Receivable_Invoice_Summary.csv").open(encoding="utf-8-sig", newline="") as stream:
        for row in list(csv.reader(stream))[5:]:
            if row[6] in ("Paid", "Awaiting Payment"):
                amount, balance = (Decimal(cell.replace(",", "")) for cell in row[4:6])
                told[kinds.get(row[7], "adjustment")] += amount
                told["payment" if amount > 0 else "refund"] += balance - amount
    return told


def test_items_are_of_the_kinds_that_the_form_tells(loaded: Loaded) -> None:
    found = by_key(loaded, "select item_kind, sum(amount) from marts.fct_receivable_items group by 1")
    expected: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines_in(loaded):
        expected[kind_in(loaded.name, line)] += line.amount
    if loaded.name == "xero_report":
        expected = told_by_the_report(loaded.folder)
    assert found == expected
    kinds = {"invoice", "credit_note", "payment", "refund", "adjustment"}
    assert kinds - ({"adjustment"} if loaded.name == "xero" else set()) <= set(found)


def test_what_was_set_against_what_settles(loaded: Loaded) -> None:
    ((settled, count),) = loaded.warehouse.rows(
        "select count(*) filter (not is_open), count(*) from marts.fct_receivable_items where item_kind = 'invoice'"
    )
    assert isinstance(settled, int)
    assert isinstance(count, int)
    assert count > 500
    assert 0.7 * count < settled < count
    sources = {row[0] for row in loaded.warehouse.rows("select distinct allocation_source from marts.fct_allocations")}
    assert sources == {SETTLED_BY.get(loaded.name, "lettered")}


@pytest.mark.parametrize("rule", RULES)
def test_the_rules_of_a_build_hold(loaded: Loaded, rule: str) -> None:
    (test,) = (node for node in loaded.warehouse.compiled.nodes.values() if node.name.startswith(rule))
    assert set(test.needs) <= loaded.warehouse.made
    assert loaded.warehouse.failures(test) is None


def test_a_form_is_written_alike_each_time(loaded: Loaded, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        WRITERS[loaded.name](loaded.books, tmp_path / name)
    one, two = ({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("one", "two"))
    assert one == two


def test_due_days_are_those_of_the_form(loaded: Loaded) -> None:
    def due_on(line: Line) -> date:
        # Where the books have none, a form without a day of the document has that of the entry.
        return line.due_on or (line.posted_on if loaded.name in POSTED_ONLY else line.document_on)

    lines = [line for line in lines_in(loaded) if kind_in(loaded.name, line) == "invoice"]
    days = loaded.warehouse.rows("select due_on from marts.fct_receivable_items where item_kind = 'invoice'")
    assert Counter(day for (day,) in days) == Counter(map(due_on, lines))
    assert len({line.due_on - line.document_on for line in lines if line.due_on is not None}) > 10
