"""The published marts, opened read-only, and the days they can speak of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from encours.errors import EncoursError

Row = dict[str, object]


@dataclass(frozen=True)
class Marts:
    """The marts of one published file. Amounts come as exact decimals, never as floats."""

    connection: duckdb.DuckDBPyConnection
    file: str
    as_of_on: date
    first_posted_on: date

    def rows(self, query: str, parameters: Mapping[str, object] | None = None) -> list[Row]:
        """The rows of a query, by column name."""
        cursor = self.connection.execute(query, parameters or {})
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def has(self, table: str) -> bool:
        """Whether the file holds a mart of this name: older publications have fewer."""
        found = self.rows(
            "select 1 as found from duckdb_tables() where database_name = 'published' and table_name = $name",
            {"name": table},
        )
        return bool(found)

    def check_day(self, day: date) -> None:
        """Refuse a day that the file cannot speak of.

        Raises:
            EncoursError: the day is after the as-of day, or before the first posting.
        """
        if day > self.as_of_on:
            raise EncoursError(
                f"{day} is after {self.as_of_on}, the day the published figures speak of: "
                "load and publish newer extracts, or ask an earlier day."
            )
        if day < self.first_posted_on:
            raise EncoursError(f"{day} is before {self.first_posted_on}, when the first document was posted.")


@contextmanager
def opened(path: Path) -> Iterator[Marts]:
    """Open a published file.

    Raises:
        EncoursError: the file holds no marts, or no document.
    """
    with duckdb.connect() as connection:
        quoted = str(path).replace("'", "''")
        connection.execute(f"attach '{quoted}' as published (read_only)")
        connection.execute("use published.marts")
        try:
            days = connection.execute(
                "select max(as_of_on), (select min(posted_on) from fct_receivable_items) from rpt_passport"
            ).fetchone()
        except duckdb.CatalogException as error:
            raise EncoursError(f"{path} holds no marts ({error}): run `encours publish` again.") from None
        if days is None or days[0] is None or days[1] is None:
            raise EncoursError(f"{path} holds no document: nothing was posted by its as-of day.")
        yield Marts(connection, path.name, days[0], days[1])
