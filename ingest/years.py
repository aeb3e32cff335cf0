"""Which year a file pictures whose name does not say it: the one its days lie in.

The current year is exported anew every week: more days, a line posted late into an earlier month, a line that is gone.
Its first day may change by that, but the year it pictures does not: two pictures of one company are of one year where
their days overlap.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from ingest.column_source import fold
from ingest.errors import FileError
from ingest.files import readable_copy
from ingest.header import position_of
from ingest.mapping import FileFormat, TableMapping
from ingest.readers import read_header
from ingest.readers.csv_file import first_and_last_day
from ingest.report import FileResult
from ingest.schema import SCHEMA
from ingest.sql import ident


@dataclass(frozen=True)
class Span:
    """The days from the first to the last one of a picture."""

    first: date
    last: date

    @property
    def period(self) -> str:
        """The month it begins in (``2025-01``), by which its slice is named."""
        return f"{self.first:%Y-%m}"

    def is_of_one_year_with(self, other: Span) -> bool:
        """Whether half of the shorter one's days are the other's, too: a stray day joins no two years."""
        shared = (min(self.last, other.last) - max(self.first, other.first)).days + 1
        shorter = min((span.last - span.first).days + 1 for span in (self, other))
        return shared * 2 >= shorter


def span_of(table: TableMapping, path: Path, file: FileFormat) -> Span | None:
    """The days of a file whose mapping names its slice by them (`slice.first_month_of`); none where it holds none."""
    column = table.slice.first_month_of
    if column is None:
        return None
    header = read_header(path, file)
    if fold(column) not in map(fold, header):
        return None
    with duckdb.connect() as connection, tempfile.TemporaryDirectory(prefix="encours-slice-") as folder:
        readable = readable_copy(path, file, line_feeds_only=False, folder=Path(folder))
        days = first_and_last_day(connection, readable, file, len(header), position_of(header, column))
    return Span(*days) if days is not None else None


def join(connection: duckdb.DuckDBPyConnection, files: Sequence[tuple[TableMapping, FileResult, Span]]) -> None:
    """Give files of a year that is loaded the slice it has.

    Raises `FileError` for two files of one year, and for one of two years that are loaded as such.
    """
    placed: dict[tuple[str, str, str], list[tuple[FileResult, Span]]] = defaultdict(list)
    for table, result, span in files:
        company = _company(result.slice)
        of_company = placed[result.source, result.table_name, company]
        for other, its_span in of_company:
            if span.is_of_one_year_with(its_span):
                raise FileError(
                    f"{other.file} and {result.file} hold the same days ({max(span.first, its_span.first)} to "
                    f"{min(span.last, its_span.last)}): a file is the whole picture of its year. Load the newer one "
                    "only; parts of a year must be put into one file first."
                )
        of_company.append((result, span))
        known = [
            (name, its_span)
            for name, its_span in _loaded(connection, table, result, company)
            if span.is_of_one_year_with(its_span)
        ]
        if len(known) > 1:
            raise FileError(
                f"{result.file}: its days ({span.first} to {span.last}) are loaded as {len(known)} years: "
                f"{', '.join(name for name, _ in known)}. Take one of them back (`encours unload`), then load again."
            )
        for name, _ in known:
            result.slice = name


def _company(name: str) -> str:
    """A slice's name without its period."""
    return ",".join(part for part in name.split(",") if not part.startswith("period="))


def _loaded(
    connection: duckdb.DuckDBPyConnection, table: TableMapping, result: FileResult, company: str
) -> list[tuple[str, Span]]:
    """The slices of a company that are current, with the days they hold."""
    columns = table.columns if isinstance(table.columns, dict) else {}
    day = next((name for name, source in columns.items() if source == table.slice.first_month_of), None)
    if day is None:
        return []
    found = connection.execute(
        f"select _slice, min({ident(day)}), max({ident(day)}) from {SCHEMA}.{ident(result.table_name)} "
        "where _source = ? and _replaced_in is null group by _slice order by _slice",
        [result.source],
    ).fetchall()
    return [(name, Span(first, last)) for name, first, last in found if _company(name) == company and first is not None]
