"""Databases, by a real PostgreSQL: a query a table, new rows only, and nothing of the credentials anywhere."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from subprocess import CompletedProcess

import psycopg
import pytest

from ingest.errors import FileError, IngestError, MappingError
from ingest.loader import load
from ingest.report import FileResult, LoadReport
from ingest.unload import unload
from tests.ingest import postgres
from tests.ingest.extracts import AS_OF, Extracts, counts, only

MAPPING = """
name: my_erp
description: The tables behind the ERP.
base_currency: EUR
database: ENCOURS_TEST_ERP
tables:
  - table: invoices
    kind: delta
    query: |
      select doc_no, client, booked, total::numeric(20, 4) as total, kind, changed_at, '12:30' as "at: noon"
      from documents where state <> 'x';
    cursor: changed_at
    columns: {invoice_id: doc_no, customer_id: client, posted_on: booked, amount: total, document_type: kind}
    values: {document_type: {F: invoice, A: credit_note}}
  - table: customers
    query: select id as customer_id, name as customer_name, opened as created_on from clients
"""
TABLES = """
drop table if exists documents, clients;
create sequence if not exists numbers;
create table clients (id text, name text, opened timestamptz);
insert into clients values ('C1', 'Café 東京', '2020-05-01 10:00+00'), ('C2', null, null);
create table documents (
    doc_no text, client text, booked timestamp, total double precision, kind char(1), state char(1),
    changed_at timestamptz
);
insert into documents values
    ('F1', 'C1', '2026-01-05 09:30', 1440.12, 'F', 'o', '2026-01-05 09:30:00.123456+00'),
    ('F2', 'C2', '2026-01-06', 0.1::float8 + 0.2::float8, 'F', 'o', '2026-01-06 10:00+00'),
    ('A1', 'C1', '2026-01-07', -80, 'A', 'o', '2026-01-07 10:00+00'),
    ('X1', 'C1', '2026-01-07', 1, 'F', 'x', '2026-01-09 10:00+00');
"""


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.Server]:
    binaries = postgres.programs()
    if binaries is None:
        pytest.skip("needs PostgreSQL's programs (Debian: postgresql), which make test installs")
    with postgres.running(binaries) as started:
        yield started


@pytest.fixture
def erp(
    server: postgres.Server, extracts: Extracts, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], None]]:
    """Runs SQL in a database with documents and customers, which `MAPPING` reads."""
    monkeypatch.setenv("ENCOURS_TEST_ERP", server.url)
    extracts.write("my_erp.yml", MAPPING)
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(TABLES)

        def run(statement: str) -> None:
            connection.execute(statement.encode())

        yield run


def fetch(extracts: Extracts, as_of: date = AS_OF) -> LoadReport:
    return load(extracts.connection, [], source=extracts.folder / "my_erp.yml", as_of=as_of)


def invoices_of(report: LoadReport) -> FileResult:
    return next(result for result in report.files if result.table_name == "invoices")


def test_queries_become_rows(erp: Callable[[str], None], extracts: Extracts) -> None:
    """Exact amounts, also of binary columns; days of moments; capitals, accents and what is null."""
    report = fetch(extracts)
    assert [(result.file, *counts(result)) for result in report.files] == [
        ("my_erp/invoices", 3, 3, 0, 0, 0, 0),
        ("my_erp/customers", 2, 2, 0, 0, 0, 0),
    ]
    assert extracts.current("invoices", "invoice_id, posted_on, amount, document_type", "_line") == [
        ("F1", date(2026, 1, 5), Decimal("1440.12"), "invoice"),
        ("F2", date(2026, 1, 6), Decimal("0.30"), "invoice"),
        ("A1", date(2026, 1, 7), Decimal("-80.00"), "credit_note"),
    ]
    assert extracts.current("customers", "customer_name, created_on", "customer_id") == [
        ("Café 東京", date(2020, 5, 1)),
        (None, None),
    ]


def test_only_what_is_new_is_fetched(erp: Callable[[str], None], extracts: Extracts) -> None:
    """From the last cursor on, with the last one itself, and what has none; what is changed is changed."""
    fetch(extracts)
    assert extracts.rows("select cursor_value from raw.loads where table_name = 'invoices'") == [
        (f"moment {datetime.fromisoformat('2026-01-07T10:00+00:00').isoformat()}",)
    ]
    erp(
        """
        insert into documents values ('F3', 'C1', '2026-01-07', 5, 'F', 'o', '2026-01-07 10:00+00'),
            ('F4', 'C1', '2026-01-08', 6, 'F', 'o', null);
        update documents set total = 7, changed_at = '2026-01-08 10:00+00' where doc_no = 'F2';
        """
    )
    report = fetch(extracts)
    # A1 has the last moment and comes again.
    assert counts(invoices_of(report)) == (4, 2, 1, 1, 0, 0)
    assert extracts.current("invoices", "invoice_id, cast(amount as varchar)") == [
        ("A1", "-80.00"),
        ("F1", "1440.12"),
        ("F2", "7.00"),
        ("F3", "5.00"),
        ("F4", "6.00"),
    ]


def test_rejected_rows_come_again_until_they_are_mended(erp: Callable[[str], None], extracts: Extracts) -> None:
    fetch(extracts)
    erp("insert into documents values ('F5', 'C1', '2026-01-09', 1.005, 'F', 'o', '2026-01-09 10:00+00')")
    assert invoices_of(fetch(extracts)).rows_rejected == 1
    assert extracts.rejects("file, column_name, value") == [("my_erp/invoices", "amount", "1.0050")]
    erp("update documents set total = 1 where doc_no = 'F5'")
    report = fetch(extracts)
    assert invoices_of(report).rows_rejected == 0
    assert ("F5",) in extracts.current("invoices", "invoice_id")


def test_another_mapping_begins_anew(erp: Callable[[str], None], extracts: Extracts) -> None:
    fetch(extracts)
    extracts.write("my_erp.yml", MAPPING.replace("state <> 'x'", "true"))
    assert counts(invoices_of(fetch(extracts))) == (4, 1, 0, 3, 0, 0)


@pytest.mark.parametrize("column", ["doc_no", "row_no", "booked::date"])
def test_cursors_of_other_types(erp: Callable[[str], None], extracts: Extracts, column: str) -> None:
    numbered = "select *, row_number() over (order by changed_at) as row_no from documents"
    query = f"select *, {column} as seen from ({numbered}) d"
    text = MAPPING.replace("cursor: changed_at", "cursor: seen")
    start, end = text.index("    query: |"), text.index("    cursor:")
    extracts.write("my_erp.yml", f"{text[:start]}    query: {query}\n{text[end:]}")
    fetch(extracts)
    erp("insert into documents values ('Z9', 'C1', '2026-02-01', 1, 'F', 'o', '2026-02-01 10:00+00')")
    assert invoices_of(fetch(extracts)).rows_new == 1


DOCUMENTS = "select * from documents -- all of them"


@pytest.fixture
def small(extracts: Extracts, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Runs SQL in an SQLite database with documents, all of which `MAPPING` reads by a query of its own."""
    path = extracts.folder / "erp.db"

    def run(statement: str) -> None:
        with closing(sqlite3.connect(path)) as erp, erp:
            erp.executescript(statement)

    run("create table documents (doc_no, client, booked, total, kind, changed_at)")
    monkeypatch.setenv("ENCOURS_TEST_ERP", f"sqlite:///{path}")
    start, end = MAPPING.index("    query: |"), MAPPING.index("    cursor:")
    text = f"{MAPPING[:start]}    file: {{trim: true}}\n    query: {DOCUMENTS!r}\n{MAPPING[end:]}"
    extracts.write("my_erp.yml", text[: text.index("  - table: customers")])
    return run


def document(number: str, changed_at: str) -> str:
    """The statement that adds a document."""
    return f"insert into documents values ('{number}', 'C1  ', '2026-01-05', '1', 'F', {changed_at});"


def test_a_cursor_of_several_kinds_is_refused(extracts: Extracts, small: Callable[[str], None]) -> None:
    """SQLite holds any kind of value in a column: none of a text and a number is the later one."""
    small(document("F1", "20260105") + document("F2", "'2026-01-06'"))
    with pytest.raises(MappingError, match=r"holds values of several kinds \('2026-01-06' and '20260105'\)"):
        fetch(extracts)


def test_a_query_may_end_in_a_comment_and_a_table_says_its_own_form(
    extracts: Extracts, small: Callable[[str], None]
) -> None:
    small(document("F1", "1"))
    fetch(extracts)
    small(document("F2", "2"))
    assert only(fetch(extracts)).rows_new == 1
    assert extracts.current("invoices", "invoice_id, customer_id") == [("F1", "C1"), ("F2", "C1")]


def test_what_a_withdrawn_load_brought_is_fetched_again(extracts: Extracts, small: Callable[[str], None]) -> None:
    small(document("F1", "1"))
    fetch(extracts)
    small(document("F2", "2") + document("F3", "3"))
    fetch(extracts)
    unload(extracts.connection, 2)
    fetch(extracts)
    assert extracts.current("invoices", "invoice_id") == [("F1",), ("F2",), ("F3",)]
    small(document("F4", "4"))
    assert only(fetch(extracts)).rows_read == 2


def test_a_query_that_writes_is_refused(erp: Callable[[str], None], extracts: Extracts) -> None:
    text = MAPPING[: MAPPING.index("  - table: invoices")]
    query = "select nextval('numbers')::text as customer_id"
    extracts.write("my_erp.yml", f"{text}  - {{table: customers, query: {query}}}\n")
    with pytest.raises(FileError, match="read-only transaction"):
        fetch(extracts)


SECRETS = (postgres.PASSWORD, "s3cret", "erp_reader")


@pytest.mark.parametrize(
    ("case", "url", "message"),
    [
        ("not set", "", "ENCOURS_TEST_ERP must hold"),
        ("no address", "s3cret", "is no address of a database"),
        ("a wrong password", "postgresql://erp_reader:s3cret@127.0.0.1:{port}/postgres", "the database refuses"),
        ("nobody there", "postgresql://erp_reader:s3cret@127.0.0.1:1/s3cret", "the database refuses"),
        ("a secret option", "postgresql://erp_reader:x@127.0.0.1:{port}/x?options=s3cret", "the database refuses"),
        (
            "a host that is none",
            "postgresql://erp_reader:s3cret@" + "h" * 300 + "/s3cret",
            "database cannot be reached",
        ),
        ("a port that is none", "postgresql://erp_reader:s3cret@127.0.0.1:99999999/x", "the database refuses"),
        ("an option that is none", "postgresql://erp_reader:s3cret@127.0.0.1/x?connect_timeout=s3cret", "refuses"),
        ("a password not encoded", "postgresql://erp_reader:s3cret@s3cret/x:y@127.0.0.1:1/x", "the database refuses"),
        ("a password encoded", "postgresql://erp_reader:s3%63ret@127.0.0.1:{port}/s3cret", "the database refuses"),
        ("a file", "sqlite://erp_reader:s3cret@host/s3cret.db", "the database refuses"),
        ("no driver", "oracle://erp_reader:s3cret@127.0.0.1/x", "driver for oracle databases is not installed"),
        ("no such dialect", "s3cretdb://erp_reader:s3cret@127.0.0.1/x", "is not installed"),
    ],
)
def test_credentials_are_in_no_error(
    server: postgres.Server, extracts: Extracts, monkeypatch: pytest.MonkeyPatch, case: str, url: str, message: str
) -> None:
    monkeypatch.setenv("ENCOURS_TEST_ERP", url.format(port=server.port))
    extracts.write("my_erp.yml", MAPPING)
    with pytest.raises(IngestError, match=message) as raised:
        fetch(extracts)
    shown = str(raised.value)
    assert not any(secret in shown for secret in SECRETS if case != "no such dialect"), shown


def test_credentials_are_nowhere_on_the_disk(
    server: postgres.Server,
    erp: Callable[[str], None],
    extracts: Extracts,
    run_encours: Callable[..., CompletedProcess[str]],
    tmp_path: Path,
) -> None:
    """Neither in the warehouse, nor in a log, nor in what the command says; of good loads and of bad ones."""
    home = tmp_path / "home"
    arguments = ["load", "--source", extracts.folder / "my_erp.yml", "--as-of", "2026-01-31"]
    good = run_encours(arguments, home, environment={"ENCOURS_TEST_ERP": server.url})
    assert good.returncode == 0, good.stderr
    assert "my_erp/invoices" in good.stdout
    erp("drop table clients")
    bad = run_encours(arguments, home, environment={"ENCOURS_TEST_ERP": server.url})
    assert bad.returncode == 1
    assert 'relation "clients" does not exist' in bad.stderr
    assert "Traceback" not in bad.stderr
    shown = [run_encours([verb], home) for verb in ("status", "loads", "rejects", "report")]
    written = [path.read_bytes() for path in home.rglob("*") if path.is_file()]
    assert any(b"my_erp/invoices" in content for content in written)
    for secret in (*SECRETS, server.url):
        assert not any(secret in done.stdout + done.stderr for done in (good, bad, *shown))
        assert not any(secret.encode() in content for content in written)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("database: ENCOURS_TEST_ERP\n", "", "a query needs `database`"),
        ("database: ENCOURS_TEST_ERP", "database: postgresql://me:s3cret@host/erp", "should match pattern"),
        ("    query: select id as customer_id, name as customer_name, opened as created_on from clients\n", "", "each"),
        ("kind: delta", "kind: full", "cursor: needs a query and kind: delta"),
    ],
)
def test_mappings_of_databases_that_are_wrong(extracts: Extracts, old: str, new: str, message: str) -> None:
    extracts.write("my_erp.yml", MAPPING.replace(old, new))
    with pytest.raises(MappingError, match=message) as raised:
        fetch(extracts)
    assert "s3cret" not in str(raised.value)


def test_a_cursor_the_query_does_not_give(erp: Callable[[str], None], extracts: Extracts) -> None:
    extracts.write("my_erp.yml", MAPPING.replace("cursor: changed_at", "cursor: changed"))
    with pytest.raises(MappingError, match=r"gives no column 'changed' .*did you mean 'changed_at'"):
        fetch(extracts)


def test_files_beside_a_database(erp: Callable[[str], None], extracts: Extracts) -> None:
    with pytest.raises(FileError, match="is a database: it is loaded without files"):
        extracts.load(("x.csv", "a\n"), source=extracts.folder / "my_erp.yml")
