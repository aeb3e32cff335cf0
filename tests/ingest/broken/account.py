"""What must hold of any file whatever: it is refused in words, or each of its rows and amounts is accounted for."""

from __future__ import annotations

import csv
import io
import re
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Literal, NoReturn

import duckdb

from ingest import schema
from ingest.errors import IngestError
from ingest.loader import load
from ingest.report import LoadReport
from tests.ingest.extracts import AS_OF

LIMIT_SECONDS = 20
"""No file of these tests is large: what takes longer hangs."""


class HangError(AssertionError):
    """A load took longer than it may."""


@dataclass(frozen=True)
class Outcome:
    """How a load ended."""

    report: LoadReport | None
    """None: it was refused."""
    said: str


class Warehouse:
    """A warehouse in a file of its own that lasts for one example."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copyfile(_empty(), folder / "encours.duckdb")
        self.connection = duckdb.connect(str(folder / "encours.duckdb"))

    def write(self, name: str, content: bytes) -> Path:
        """A file in the folder of extracts."""
        path = self.folder / "extracts" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        return path

    def load(self, path: Path, source: Path | str | None) -> Outcome:
        """Load a file; whatever is raised but an `IngestError` with words goes up."""
        with limited(self.connection):
            try:
                report = load(self.connection, [path], source=source, as_of=AS_OF)
            except IngestError as error:
                said = str(error)
                assert said.strip(), "refused without a word"
                assert "Traceback" not in said
                assert self.rows("select count(*) from raw.loads where load_id > 0") == [(0,)], "refused, but loaded"
                return Outcome(None, said)
        return Outcome(report, "")

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """The rows of a query."""
        return self.connection.execute(query).fetchall()


@cache
def _empty() -> Path:
    """A warehouse nothing was loaded into, which costs too much to make for each example."""
    folder = tempfile.mkdtemp(prefix="encours-broken-")
    path = Path(folder) / "empty.duckdb"
    with duckdb.connect(str(path)) as connection:
        schema.create(connection)
    return path


@contextmanager
def warehouse() -> Iterator[Warehouse]:
    """A warehouse of its own."""
    with tempfile.TemporaryDirectory(prefix="encours-broken-") as folder:
        made = Warehouse(Path(folder))
        try:
            yield made
        finally:
            made.connection.close()


@contextmanager
def limited(connection: duckdb.DuckDBPyConnection, seconds: float = LIMIT_SECONDS) -> Iterator[None]:
    """Raise `HangError` where what runs within does not end: Python by a signal, DuckDB by an interrupt."""

    def stop(_signal: int, _frame: FrameType | None) -> NoReturn:
        raise HangError(f"not done after {seconds} seconds")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    timer = threading.Timer(seconds, connection.interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def physical_lines(text: str) -> list[str]:
    """The lines of a text, however they end."""
    return re.split(r"\r\r\n|\r\n|\r|\n", text)


def filled(lines: Sequence[str]) -> list[str]:
    """Lines that are not empty: each is a row, or the header."""
    return [line for line in lines if line]


def all_accounted(at: Warehouse, report: LoadReport, rows: Sequence[int], table: str, amount: str = "amount") -> None:
    """The account of a load closes; ``rows`` are those that may be right, counted by the caller in the file."""
    read = sum(result.rows_read + result.rows_filtered for result in report.files)
    assert read in rows, f"{read} read, {rows} in the file"
    for result in report.files:
        parts = result.rows_new + result.rows_changed + result.rows_unchanged + result.rows_rejected
        assert result.rows_read == parts, result
    (current,) = at.rows(
        f"select count(*), coalesce(sum({amount}), 0), count(*) filter (_line is not null) from raw.{table}"
    )
    # Of rows that say twice the same only one is kept.
    taken = sum(result.rows_new for result in report.files)
    assert current[2] == taken, (current, taken)
    for as_read, became in at.rows(
        "select (read_amount, rows_read), (new_amount + changed_amount + unchanged_amount + rejected_amount, "
        "rows_new + rows_changed + rows_unchanged + rows_rejected) from raw.load_totals"
    ):
        assert as_read == became
    ((stated,),) = at.rows(f"select coalesce(sum(new_amount), 0) from raw.load_totals where amount_column = '{amount}'")
    assert stated == current[1]
    ((in_rejects,),) = at.rows(
        "select count(*) from (select distinct table_name, file, line from raw.rejects where severity = 'reject')"
    )
    assert in_rejects == sum(result.rows_rejected for result in report.files)


def amounts_are_those_written(
    at: Warehouse, lines: Sequence[str], read_amount: Callable[[str], Decimal | None]
) -> None:
    """Each row taken has the amount that stands on its own line, as ``read_amount`` reads it there."""
    for record, amount in at.rows("select _line, amount from raw.invoices where _line is not null"):
        line = lines[int(str(record)) - 1]
        assert read_amount(line) == amount, f"line {line[:200]!r} became {amount}"


def cells(line: str, delimiter: str, quote: str) -> list[str]:
    """The cells of a line as Python's reader splits it."""
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE
    return next(
        csv.reader(io.StringIO(line, newline=""), delimiter=delimiter, quotechar=quote or None, quoting=quoting), []
    )
