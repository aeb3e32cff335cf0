"""From FEC files to open items that tie, in one command, as a new user does it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from sample import generate
from sample.books import read_books
from sample.stories import AS_OF_ON
from tests.command.helpers import output, pointer, reading

RunEncours = Callable[..., CompletedProcess[str]]
SIZE, SEED = 1000, 7


@pytest.fixture(scope="module")
def fec_home(tmp_path_factory: pytest.TempPathFactory, run_encours: RunEncours) -> Path:
    """A home that knows nothing but the FEC files of a small company's four years."""
    home = tmp_path_factory.mktemp("fec-home")
    files = home / "from-the-accountant"
    for arguments in (
        ["sample", "--form", "fec", "--invoices", SIZE, "--seed", SEED, "--out", files],
        ["refresh", files, "--as-of", AS_OF_ON],
    ):
        done = run_encours(arguments, home)
        assert done.returncode == 0, output(done)
    return home


@pytest.fixture(scope="module")
def owed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Decimal]:
    """What each customer owes by the books."""
    folder = tmp_path_factory.mktemp("company")
    generate(folder, invoices=SIZE, seed=SEED)
    return read_books(folder, entity_id="FR", currency="EUR", as_of_on=AS_OF_ON).balances()


def test_what_is_open_is_the_balance_of_the_books_per_customer_and_in_total(
    fec_home: Path, owed: dict[str, Decimal]
) -> None:
    with reading(fec_home / "published" / str(pointer(fec_home)["file"])) as marts:
        found = marts.execute(
            "select customer_id, sum(open_amount) from marts.fct_receivable_items "
            "group by all having sum(open_amount) <> 0"
        ).fetchall()
        total = marts.execute("select sum(base_open_amount) from marts.rpt_aging where aging_basis = 'due'").fetchall()
    assert {customer_id.removeprefix("123456789:"): amount for customer_id, amount in found} == owed
    assert total == [(sum(owed.values()),)]


def test_the_items_tie_to_the_books_in_every_week_and_month(fec_home: Path) -> None:
    with reading(fec_home / "published" / str(pointer(fec_home)["file"])) as marts:
        found = marts.execute("select distinct tie_out_status, gl_source from marts.rpt_tie_out").fetchall()
        passport = marts.execute("select tie_out_status, unexplained_gl_amount from marts.rpt_passport").fetchall()
    assert found == [("tied", "books")]
    assert passport == [("tied", Decimal(0))]


def test_days_that_nobody_gave_are_the_laws_and_said_to_be_assumed(fec_home: Path, run_encours: RunEncours) -> None:
    with reading(fec_home / "published" / str(pointer(fec_home)["file"])) as marts:
        passport = marts.execute(
            "select given_due_days_rate, assumed_due_days_rate, are_due_days_assumed from marts.rpt_passport"
        ).fetchall()
        days = marts.execute(
            "select distinct due_on - invoiced_on from marts.fct_receivable_items where item_kind = 'invoice'"
        ).fetchall()
    assert passport == [(0, 1, True)]
    assert days == [(30,)]
    statutory = run_encours(["statutory", "--language", "fr"], fec_home)
    assert statutory.returncode == 0, output(statutory)
    assert "Délais supposés pour 100,00 % des factures" in statutory.stdout.replace("\u00a0", " ")


def test_lettering_settles_and_nothing_of_it_is_left_out(fec_home: Path) -> None:
    with reading(fec_home / "published" / str(pointer(fec_home)["file"])) as marts:
        sources = marts.execute("select distinct allocation_source from marts.fct_allocations").fetchall()
        kinds = {
            kind for (kind,) in marts.execute("select distinct exception_kind from marts.rpt_exceptions").fetchall()
        }
        named = marts.execute("select count(*) from marts.dim_customers where customer_name = customer_id").fetchall()
        settled = marts.execute(
            "select count(*) filter (not is_open) > 0.8 * count(*) from marts.fct_receivable_items "
            "where item_kind = 'invoice'"
        ).fetchall()
    assert sources == [("lettered",)]
    assert kinds == {"derived due day", "entity not given", "customer not given"}
    assert named == [(0,)]
    assert settled == [(True,)]


def test_terms_of_a_customers_file_give_the_due_days(fec_home: Path, run_encours: RunEncours, tmp_path: Path) -> None:
    with reading(fec_home / "published" / str(pointer(fec_home)["file"])) as marts:
        ((customer_id,),) = marts.execute(
            "select min(customer_id) from marts.fct_receivable_items where item_kind = 'invoice'"
        ).fetchall()
    terms = tmp_path / "customers.csv"
    terms.write_text(f"customer_id,payment_terms\n{customer_id},60_net\n", encoding="utf-8")
    for arguments in (["load", terms, "--as-of", AS_OF_ON], ["build", "--select", "+fct_receivable_items"]):
        done = run_encours(arguments, fec_home)
        assert done.returncode == 0, output(done)
    with reading(fec_home / "build" / "encours.duckdb") as built:
        days = built.execute(
            "select distinct customer_id = ?, due_on - invoiced_on, is_due_on_derived from marts.fct_receivable_items "
            "where item_kind = 'invoice' order by 1",
            [customer_id],
        ).fetchall()
    assert days == [(False, 30, True), (True, 60, True)]
