"""Makes the sample company: SQL steps over a scratch DuckDB file, one CSV file a canonical table.

Everything is a function of the seed and the size. Randomness is a hash of (seed, purpose, key); sums that decide
anything are sums of whole numbers; every file is written in a stated order. So the bytes depend neither on threads
nor on memory, and never on the clock.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb

from sample.names import name_rows
from sample.planting import plant
from sample.stories import AS_OF_ON, START_ON, tell
from sample.story import Stories

MINIMUM_INVOICES = 300
"""Fewer would leave more told stories than drawn company."""

SQL_FOLDER = Path(__file__).parent / "sql"
DRAWING_STEPS: tuple[tuple[str, str], ...] = (
    ("01_draws.sql", "Dealing the draws"),
    ("02_calendar.sql", "Calendar and exchange rates"),
    ("03_customers.sql", "Customers"),
    ("04_documents.sql", "Documents"),
    ("05_settlements.sql", "How each is settled"),
)
LEDGER_STEPS: tuple[tuple[str, str], ...] = (
    ("06_ledger.sql", "Payments and allocations"),
    ("07_general_ledger.sql", "Control accounts"),
    ("08_files.sql", "Names and numbers"),
    ("09_limits.sql", "Limits, covers and signals"),
    ("10_collection.sql", "Orders, actions and promises"),
)


@dataclass(frozen=True)
class _File:
    """A file to write: its name, the relation it holds and the columns it is ordered by (they name each row)."""

    name: str
    relation: str
    order: str


LATE_MAPPING = "late_arrivals/late_arrivals.yml"
"""The mapping that reads the late arrivals as a delta; a copy of the file of that name in this package."""

FILES: tuple[_File, ...] = (
    _File("entities.csv", "file_entities", "entity_id"),
    _File("customers.csv", "file_customers", "customer_id"),
    _File("invoices.csv", "file_invoices", "posted_on, invoice_id"),
    _File("instalments.csv", "file_instalments", "invoice_id, instalment_no"),
    _File("payments.csv", "payments_file(false)", "received_on, payment_id"),
    _File("allocations.csv", "allocations_file(false)", "allocation_id"),
    _File("fx_rates.csv", "file_fx_rates", "rate_on, to_currency"),
    _File("gl_balances.csv", "gl_balances_file('control_balances')", "entity_id, balance_on"),
    _File("gl_reconciling_items.csv", "file_gl_reconciling_items", "item_id"),
    _File("disputes.csv", "file_disputes", "dispute_id"),
    _File("targets.csv", "file_targets", "entity_id, period_on"),
    _File("credit_limits.csv", "file_credit_limits", "limit_id"),
    _File("credit_covers.csv", "file_credit_covers", "cover_id"),
    _File("credit_signals.csv", "file_credit_signals", "signal_id"),
    _File("onboarding.csv", "file_onboarding", "customer_id"),
    _File("orders.csv", "file_orders", "order_id"),
    _File("collection_actions.csv", "file_collection_actions", "action_id"),
    _File("promises.csv", "file_promises", "promise_id"),
    _File("payment_plans.csv", "file_payment_plans", "plan_id, instalment_no"),
    _File("tier_overrides.csv", "file_tier_overrides", "override_id"),
    _File("planted.csv", "file_planted", "story, week_ending_on"),
    # A delta for a later load: the receipt that came in after the extracts were made, and the balance that knows it.
    _File("late_arrivals/payments.csv", "payments_file(true)", "received_on, payment_id"),
    _File("late_arrivals/allocations.csv", "allocations_file(true)", "allocation_id"),
    _File("late_arrivals/gl_balances.csv", "gl_balances_file('late_control_balances')", "entity_id, balance_on"),
)


@dataclass(frozen=True)
class SampleSummary:
    """What was made: the folder, the last day of the data and the data rows of each file, by its name there."""

    out: Path
    as_of_on: date
    invoices: int
    seed: int
    rows: dict[str, int] = field(default_factory=dict)


def generate(
    out: Path,
    *,
    invoices: int = 20000,
    seed: int = 7,
    progress: Callable[[str], None] | None = None,
    threads: int | None = None,
) -> SampleSummary:
    """Writes the sample company's extracts to the folder ``out`` and says what was written.

    ``invoices``: rows of document type ``invoice`` billed in the three years, drafts and voids among them; other
    sizes scale the customers. ``seed``: another number, another company. ``progress`` is told each step as it begins.
    ``threads``: how many to use, by default one a core; the bytes written are the same.

    Files of the same names are replaced, all at the end: a run that fails leaves them as they were.
    Raises ``ValueError`` for a size below ``MINIMUM_INVOICES`` or a negative seed, ``OSError`` where ``out`` cannot
    be written.
    """
    if invoices < MINIMUM_INVOICES:
        raise ValueError(
            f"invoices is {invoices}: the planted stories need at least {MINIMUM_INVOICES}. Ask for more invoices."
        )
    if not 0 <= seed < 2**31:
        raise ValueError(f"seed is {seed}: give a whole number from 0 to {2**31 - 1}.")
    tell_progress = progress or (lambda step: None)
    out.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=".making-", dir=out))
    try:
        with duckdb.connect(scratch / "company.duckdb") as connection:
            if threads is not None:
                connection.execute(f"set threads = {threads:d}")
            stories = tell()
            _prepare(connection, scratch, invoices, seed, stories)
            _run(connection, DRAWING_STEPS, tell_progress)
            tell_progress("Planted stories")
            plant(connection, stories)
            _run(connection, LEDGER_STEPS, tell_progress)
            tell_progress("Writing files")
            rows = {file.name: _write(connection, file, scratch / file.name) for file in FILES}
        for file in FILES:
            (out / file.name).parent.mkdir(parents=True, exist_ok=True)
            (scratch / file.name).replace(out / file.name)
        shutil.copyfile(Path(__file__).with_name("late_arrivals.yml"), out / LATE_MAPPING)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return SampleSummary(out=out, as_of_on=AS_OF_ON, invoices=invoices, seed=seed, rows=rows)


def _prepare(connection: duckdb.DuckDBPyConnection, scratch: Path, invoices: int, seed: int, stories: Stories) -> None:
    """Sets the limits of the scratch database and the variables the SQL steps read."""
    connection.execute("set enable_progress_bar = false")
    connection.execute("set memory_limit = '3GB'")
    connection.execute(f"set temp_directory = {_quoted(scratch / 'spill')}")
    drawn_invoices = invoices - len(stories.documents)
    variables: dict[str, object] = {
        "seed": seed,
        "start_on": START_ON,
        "as_of_on": AS_OF_ON,
        # Every 201st drawn document is a debit note, the others are invoices: exactly as many as were asked for.
        "documents_count": drawn_invoices + drawn_invoices // 200,
        "customers_count": max(40, invoices * 178 // 10000),
        "id_digits": max(6, len(str(invoices))),
    }
    for name, value in variables.items():
        connection.execute(f"set variable {name} = ?", [value])
    connection.execute("create or replace table name_parts (kind varchar, place integer, text varchar)")
    connection.executemany("insert into name_parts values (?, ?, ?)", name_rows())


def _run(
    connection: duckdb.DuckDBPyConnection, steps: tuple[tuple[str, str], ...], tell_progress: Callable[[str], None]
) -> None:
    for script, label in steps:
        tell_progress(label)
        connection.execute((SQL_FOLDER / script).read_text(encoding="utf-8"))


def _write(connection: duckdb.DuckDBPyConnection, file: _File, path: Path) -> int:
    """Writes a relation as CSV with a header and returns its rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    written = connection.execute(
        f"copy (select * from {file.relation} order by {file.order})"
        f" to {_quoted(path)} (format csv, header true, delimiter ',')"
    ).fetchone()
    return int(written[0]) if written else 0


def _quoted(path: Path) -> str:
    """A path as an SQL text."""
    return "'" + str(path).replace("'", "''") + "'"
