"""Makes the sample company: SQL steps over a scratch DuckDB file, one CSV file a canonical table.

Everything is a function of the seed and the size. Randomness is a hash of (seed, purpose, key); sums that decide
anything are sums of whole numbers; every file is written in a stated order. So the bytes depend neither on threads
nor on memory, and never on the clock.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb

from sample.names import name_rows
from sample.stories import AS_OF_ON, START_ON, Stories, tell

MINIMUM_INVOICES = 1000
"""Fewer would leave more told stories than drawn company."""

STORY_CUSTOMER_OFFSET = 1_000_000_000
STORY_DOCUMENT_OFFSET = 1_000_000_000
EXTRA_PAYMENT_OFFSET = 1_000_000_000_000_000

SQL_FOLDER = Path(__file__).parent / "sql"
STEPS: tuple[tuple[str, str], ...] = (
    ("01_draws.sql", "Dealing the draws"),
    ("02_calendar.sql", "Calendar and exchange rates"),
    ("03_customers.sql", "Customers"),
    ("04_documents.sql", "Documents"),
    ("05_settlements.sql", "How each is settled"),
    ("stories", "Planted stories"),
    ("06_ledger.sql", "Payments and allocations"),
    ("07_general_ledger.sql", "Control accounts"),
    ("08_files.sql", "Names and numbers"),
)
FILES: tuple[tuple[str, str], ...] = (
    ("entities.csv", "file_entities"),
    ("customers.csv", "file_customers"),
    ("invoices.csv", "file_invoices"),
    ("instalments.csv", "file_instalments"),
    ("payments.csv", "payments_file(false)"),
    ("allocations.csv", "allocations_file(false)"),
    ("fx_rates.csv", "file_fx_rates"),
    ("gl_balances.csv", "gl_balances_file(false)"),
    ("gl_reconciling_items.csv", "file_gl_reconciling_items"),
    ("disputes.csv", "file_disputes"),
    ("planted.csv", "file_planted"),
    # A delta for a later load: the receipt that came in after the extracts were made, and the balance that knows it.
    ("late_arrivals/payments.csv", "payments_file(true)"),
    ("late_arrivals/allocations.csv", "allocations_file(true)"),
    (
        "late_arrivals/gl_balances.csv",
        "(select * from gl_balances_file(true) where balance_on = getvariable('as_of_on') and entity_id = 'FR')",
    ),
)


@dataclass(frozen=True)
class Tuning:
    """The knobs that bring the company to its targets; shares are of documents, days are means."""

    bill_share: float = 0.15
    """Share of the sales below the first ten whose buyers pay by bill of exchange."""
    bad_share: float = 0.0022
    """Documents that are never paid."""
    disputed_share: float = 0.030
    dispute_days: float = 60.0
    overpaid_share: float = 0.012
    """Receipts with more money than was owed."""
    unidentified_share: float = 0.08
    """Receipts that wait for days until somebody knows what they are for."""
    late_share_factor: float = 1.0
    late_days_factor: float = 1.0
    early_days_factor: float = 1.0


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
    tuning: Tuning | None = None,
) -> SampleSummary:
    """Writes the sample company's extracts to the folder ``out`` and says what was written.

    ``invoices``: rows of document type ``invoice`` billed in the three years, drafts and voids among them; other
    sizes scale the customers. ``seed``: another number, another company. ``progress`` is told each step as it begins.

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
            _prepare(connection, scratch, invoices, seed, tuning or Tuning())
            stories = tell()
            for step, label in STEPS:
                tell_progress(label)
                if step == "stories":
                    _plant(connection, stories)
                else:
                    connection.execute((SQL_FOLDER / step).read_text(encoding="utf-8"))
            tell_progress("Writing files")
            rows = {name: _write(connection, relation, scratch / name) for name, relation in FILES}
        for name, _ in FILES:
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            os.replace(scratch / name, out / name)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return SampleSummary(out=out, as_of_on=AS_OF_ON, invoices=invoices, seed=seed, rows=rows)


def _prepare(
    connection: duckdb.DuckDBPyConnection, scratch: Path, invoices: int, seed: int, tuning: Tuning
) -> None:
    """Sets the limits of the scratch database and the variables the SQL steps read."""
    connection.execute("set enable_progress_bar = false")
    connection.execute("set memory_limit = '3GB'")
    connection.execute(f"set temp_directory = '{str(scratch / 'spill').replace(chr(39), chr(39) * 2)}'")
    drawn_invoices = invoices - len(tell().documents)
    variables: dict[str, object] = {
        "seed": seed,
        "start_on": START_ON,
        "as_of_on": AS_OF_ON,
        # Every 201st drawn document is a debit note, the others are invoices: exactly as many as were asked for.
        "documents_count": drawn_invoices + drawn_invoices // 200,
        "customers_count": max(40, invoices * 178 // 10000),
        "id_digits": max(6, len(str(invoices))),
        "bill_share": tuning.bill_share,
        "bad_share": tuning.bad_share,
        "disputed_share": tuning.disputed_share,
        "dispute_days": tuning.dispute_days,
        "overpaid_share": tuning.overpaid_share,
        "unidentified_share": tuning.unidentified_share,
        "late_share_factor": tuning.late_share_factor,
        "late_days_factor": tuning.late_days_factor,
        "early_days_factor": tuning.early_days_factor,
    }
    for name, value in variables.items():
        connection.execute(f"set variable {name} = ?", [value])
    connection.execute("create or replace table name_parts (kind varchar, place integer, text varchar)")
    connection.executemany("insert into name_parts values (?, ?, ?)", name_rows())


def _plant(connection: duckdb.DuckDBPyConnection, stories: Stories) -> None:
    """Adds the stories' customers, documents, settlements, disputes, payments and journals to the drawn ones."""
    for customer in stories.customers:
        connection.execute(
            """
            insert into customers by name
            select
                ? as customer_no, 0 as weight, false as is_new, false as is_key_account, true as is_story,
                ? as payment_terms, ? as home_entity_id, 'punctual' as behaviour, false as pays_in_runs,
                false as pays_by_bill, false as is_in_group, ? as created_on, ? as segment, ? as insolvency_on,
                ? as customer_name, ? as registration_id, ? as country_code
            """,
            [
                STORY_CUSTOMER_OFFSET + customer.number,
                customer.payment_terms,
                customer.entity_id,
                customer.created_on,
                customer.segment,
                customer.insolvency_on,
                customer.name,
                customer.registration_id,
                customer.country_code,
            ],
        )
    for number, document in enumerate(stories.documents, start=STORY_DOCUMENT_OFFSET):
        connection.execute(
            """
            insert into documents by name
            select
                ? as document_no, customers.customer_no, entities.entity_id, entities.base_currency,
                entities.base_currency as currency, 'invoice' as document_type, ? as invoiced_on, ? as posted_on,
                ? as due_on, ? as original_due_on, ? as payment_terms, ? as cents, 0 as euro_cents,
                entities.tax_rate_e4, 'posted' as status, 'story' as fate, true as is_story,
                false as is_flagged_disputed, ? as has_due_on
            from customers
            inner join entities on customers.home_entity_id = entities.entity_id
            where customers.customer_no = ?
            """,
            [
                number,
                document.invoiced_on,
                document.invoiced_on,
                document.due_on,
                document.original_due_on,
                document.payment_terms,
                document.cents,
                document.has_due_on,
                STORY_CUSTOMER_OFFSET + document.customer,
            ],
        )
        for kind, settled_on in (("cash", document.paid_on), ("write_off", document.written_off_on)):
            if settled_on is not None:
                connection.execute(
                    "insert into settlements values (?, 1, null, ?, ?, ?, ?)",
                    [number, kind, document.cents, settled_on, document.arrives_late],
                )
        if document.disputed_on is not None:
            connection.execute(
                "insert into disputes by name select ? as document_no, ? as opened_on, date '9999-12-31' as closed_on,"
                " ? as cents, true as is_whole, ? as reason, false as is_credited",
                [number, document.disputed_on, document.cents, document.dispute_reason],
            )
    connection.execute(
        "create or replace table extra_payments (payment_key bigint, customer_no bigint, entity_id varchar,"
        " base_currency varchar, currency varchar, received_on date, cents bigint, reference varchar)"
    )
    for number, payment in enumerate(stories.extra_payments):
        connection.execute(
            """
            insert into extra_payments
            select
                ?, customers.customer_no, entities.entity_id, entities.base_currency, entities.base_currency, ?, ?, ?
            from customers
            inner join entities on customers.home_entity_id = entities.entity_id
            where customers.customer_no = ?
            """,
            [
                EXTRA_PAYMENT_OFFSET + 4 * number,
                payment.received_on,
                payment.cents,
                payment.reference,
                STORY_CUSTOMER_OFFSET + payment.customer,
            ],
        )
    connection.execute(
        "create or replace table manual_journals (entity_id varchar, from_on date, cents bigint, explanation varchar,"
        " approved_by varchar)"
    )
    for journal in stories.manual_journals:
        connection.execute(
            "insert into manual_journals values (?, ?, ?, ?, ?)",
            [journal.entity_id, journal.from_on, journal.cents, journal.explanation, journal.approved_by],
        )
    connection.execute(
        "create or replace table planted (customer_no bigint, story varchar, week_ending_on date,"
        " what_must_be_seen varchar)"
    )
    for planted in stories.planted:
        number_in_company = (
            planted.drawn_customer if planted.customer is None else STORY_CUSTOMER_OFFSET + planted.customer
        )
        connection.execute(
            "insert into planted values (?, ?, ?, ?)",
            [number_in_company, planted.story, planted.week_ending_on, planted.what_must_be_seen],
        )


def _write(connection: duckdb.DuckDBPyConnection, relation: str, path: Path) -> int:
    """Writes a relation as CSV with a header and returns its rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    quoted_path = str(path).replace("'", "''")
    written = connection.execute(
        f"copy (select * from {relation}) to '{quoted_path}' (format csv, header true, delimiter ',')"
    ).fetchone()
    return int(written[0]) if written else 0
