"""A folder of extracts and a warehouse in memory, for tests of the loader."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from ingest.loader import load
from ingest.report import FileResult, LoadReport

AS_OF = date(2026, 1, 31)
ENTITIES = "entity_id,base_currency\nFR,EUR\nUK,GBP\n"
INVOICE_HEADER = "entity_id,invoice_id,customer_id,posted_on,amount"


class Extracts:
    """Files written as text, loaded into one warehouse."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.connection = duckdb.connect()

    def write(self, name: str, content: str | bytes) -> Path:
        """Write a file of the folder as it stands; text becomes UTF-8, line ends stay."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def load(
        self,
        *files: tuple[str, str | bytes],
        as_of: date | None = AS_OF,
        source: str | Path | None = None,
        out_of_order: bool = False,
    ) -> LoadReport:
        """Write (name, content) pairs and load them in one call."""
        paths = [self.write(name, content) for name, content in files]
        return load(self.connection, paths, source=source, as_of=as_of, out_of_order=out_of_order)

    def start(self) -> None:
        """Load the entities FR (EUR) and UK (GBP), which most documents name."""
        self.load(("entities.csv", ENTITIES))

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return self.connection.execute(query).fetchall()

    def current(self, table: str, columns: str, order: str = "all") -> list[tuple[Any, ...]]:
        """Some columns of the current rows of a raw table."""
        return self.rows(f"select {columns} from raw.{table} where _replaced_in is null order by {order}")

    def rejects(self, columns: str = "line, column_name, value, reason") -> list[tuple[Any, ...]]:
        """Some columns of all rejects, in file order; warnings apart."""
        return self.rows(f"select {columns} from raw.rejects where severity = 'reject' order by file, line, reason")


def invoices(*rows: str, header: str = INVOICE_HEADER) -> str:
    """The content of an invoices file."""
    return "\n".join((header, *rows)) + "\n"


def only(report: LoadReport) -> FileResult:
    """The result of a load of one file into one table."""
    (result,) = report.files
    return result


def counts(results: Sequence[FileResult] | FileResult) -> tuple[int, int, int, int, int, int]:
    """Rows read, new, changed, unchanged, rejected, vanished."""
    each = [results] if isinstance(results, FileResult) else results
    return (
        sum(result.rows_read for result in each),
        sum(result.rows_new for result in each),
        sum(result.rows_changed for result in each),
        sum(result.rows_unchanged for result in each),
        sum(result.rows_rejected for result in each),
        sum(result.rows_vanished for result in each),
    )
