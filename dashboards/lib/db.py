"""Reading the published file: one read-only connection a process, one cursor a call, results kept by file.

DuckDB stays on the file it opened, so a new publication is a new path and a new connection; the one before is
kept for those still reading it and closed when a third comes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import streamlit as st

from dashboards.lib.publication import Publication

Row = dict[str, Any]
Parameters = Mapping[str, Any]

# Reading only, and nothing but the file itself: no extension is fetched, no other file is reachable.
_SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "threads": 2,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "enable_external_access": False,
    "lock_configuration": True,
}


def _close(connection: duckdb.DuckDBPyConnection) -> None:
    connection.close()


@st.cache_resource(max_entries=2, show_spinner=False, on_release=_close)
def _connection(path: str) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(path, read_only=True, config=_SETTINGS)


@st.cache_data(max_entries=2_000, show_spinner=False)
def _fetch(path: str, sql: str, parameters: tuple[tuple[str, Any], ...]) -> tuple[list[str], list[tuple[Any, ...]]]:
    with _connection(path).cursor() as cursor:
        result = cursor.execute(sql, dict(parameters))
        names = [str(column[0]) for column in result.description or []]
        return names, result.fetchall()


@dataclass(frozen=True)
class Warehouse:
    """The published marts as the pages see them."""

    publication: Publication

    def rows(self, sql: str, parameters: Parameters | None = None) -> list[Row]:
        """Run a query and return its rows as dictionaries; decimals stay ``Decimal``.

        Raises ``duckdb.Error`` where the file lacks what the query reads.
        """
        names, found = _fetch(str(self.publication.file), sql, _key(parameters))
        return [dict(zip(names, row, strict=True)) for row in found]

    def row(self, sql: str, parameters: Parameters | None = None) -> Row | None:
        """The first row of a query, or None."""
        found = self.rows(sql, parameters)
        return found[0] if found else None


def _key(parameters: Parameters | None) -> tuple[tuple[str, Any], ...]:
    return tuple(sorted((name, _hashable(value)) for name, value in (parameters or {}).items()))


def _hashable(value: Any) -> Any:
    return tuple(value) if isinstance(value, Sequence) and not isinstance(value, str) else value
