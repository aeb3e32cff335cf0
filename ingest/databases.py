"""Databases as sources: the query of each table of a mapping, fetched in a stream into a Parquet file of text.

Where the database is and who may read it stands in one environment variable, which the mapping names. Neither is ever
told: not in a message, not in the manifest.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import URL, Connection, create_engine, make_url, text
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from ingest.column_source import fold
from ingest.contract import ColumnType
from ingest.errors import FileError, MappingError, nearest
from ingest.files import Extract
from ingest.mapping import FileFormat, Mapping, TableMapping
from ingest.schema import IN_EFFECT, SCHEMA

BATCH = 20_000
DIGITS = 15
"""Digits of a binary fraction that are meant; what stands behind is left over from its binary form."""
READ_ONLY: dict[str, object] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
DRIVERS = {"postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}

Cursor = int | Decimal | str | datetime | date


@dataclass(frozen=True)
class Fetched:
    """The rows of one query."""

    extract: Extract
    table: TableMapping
    file: FileFormat
    cursor_before: str | None
    """Where the fetch began, as the manifest keeps it; none: with the first row."""
    cursor: str | None
    """Where the next one begins."""


def fetch(connection: duckdb.DuckDBPyConnection, mapping: Mapping, folder: Path) -> list[Fetched]:
    """The rows of all queries of ``mapping``, as files in ``folder``; in PostgreSQL all of one moment.

    A query with a cursor column begins where the last load of the same mapping ended. Raises `MappingError` where the
    environment does not say where the database is, and `FileError` for what the database refuses.
    """
    url = _url(mapping)
    with _telling(mapping, url):
        engine = create_engine(url)
        try:
            options = READ_ONLY if engine.dialect.name == "postgresql" else {}
            with engine.connect().execution_options(**options) as database:
                return [
                    _fetch_table(connection, database, mapping, table, folder, number)
                    for number, table in enumerate(mapping.tables)
                ]
        finally:
            engine.dispose()


def _url(mapping: Mapping) -> URL:
    variable = mapping.database
    assert variable is not None
    words = os.environ.get(variable, "")
    if not words:
        raise MappingError(
            f"mapping {mapping.name}: the environment variable {variable} must hold the database's address, as "
            "postgresql://user:password@host/database; it is not set"
        )
    try:
        url = make_url(words)
    except (ArgumentError, ValueError):
        raise MappingError(
            f"mapping {mapping.name}: what {variable} holds is no address of a database; "
            "it must be as postgresql://user:password@host/database"
        ) from None
    return url.set(drivername=DRIVERS.get(url.drivername, url.drivername))


@contextmanager
def _telling(mapping: Mapping, url: URL) -> Iterator[None]:
    """Errors of the database as messages, with nothing of what the environment variable holds."""
    try:
        yield
    except (NoSuchModuleError, ImportError):
        raise MappingError(
            f"mapping {mapping.name}: the driver for {url.get_backend_name()} databases is not installed; "
            "install the one SQLAlchemy names for it"
        ) from None
    except SQLAlchemyError as error:
        cause = getattr(error, "orig", None) or error
        raise FileError(f"{mapping.name}: the database refuses: {_without_secrets(str(cause), url)}") from None
    except (ValueError, TypeError, OSError) as error:
        # Of drivers, which raise what they like: a port or an option of the address that is none.
        raise FileError(
            f"{mapping.name}: the database cannot be reached: {_without_secrets(str(error), url)}"
        ) from None


def _without_secrets(words: str, url: URL) -> str:
    secrets = {url.render_as_string(hide_password=False), url.username, url.host, url.database}
    secrets |= {str(url.password) if url.password is not None else None}
    for value in url.query.values():
        secrets |= {value} if isinstance(value, str) else set(value)
    # As the address has them, and as a driver's own message may quote them.
    secrets |= {quoted for secret in secrets if secret for quoted in (quote(secret, safe=""), repr(secret)[1:-1])}
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        words = words.replace(secret, "***")
    return words.strip()


def _fetch_table(
    connection: duckdb.DuckDBPyConnection,
    database: Connection,
    mapping: Mapping,
    table: TableMapping,
    folder: Path,
    number: int,
) -> Fetched:
    assert table.query is not None
    before = _last_cursor(connection, mapping, table)
    # A colon in a mapping's query is a colon, not a parameter.
    query, values = table.query.strip().rstrip(";").replace(":", "\\:"), {}
    if table.cursor is not None and before is not None:
        name = database.dialect.identifier_preparer.quote(table.cursor)
        # The last value itself again: rows that got it since would be missed.
        query = f"select * from ({query}\n) rows_ where rows_.{name} >= :since or rows_.{name} is null"
        values = {"since": _cursor_value(before)}
    path = folder / f"fetched-{number}.parquet"
    label = f"{mapping.name}/{table.table}"
    result = database.execution_options(stream_results=True, max_row_buffer=BATCH).execute(text(query), values)
    names = list(result.keys())
    position = _position(names, table, label)
    timestamps = _timestamps(table)
    highest: Cursor | None = _cursor_value(before) if before is not None else None
    schema = pa.schema([(name, pa.string()) for name in names])
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for rows in result.partitions(BATCH):
            columns = [
                pa.array([_as_text(row[index], fold(name) in timestamps) for row in rows], pa.string())
                for index, name in enumerate(names)
            ]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))
            if position is not None:
                highest = _highest(highest, [row[position] for row in rows], label)
    form = mapping.format_of(table)
    file = FileFormat(format="parquet", null_values=form.null_values, trim=form.trim)
    return Fetched(
        Extract(path, label, True), table, file, before, _cursor_text(highest) if highest is not None else None
    )


def _position(names: Sequence[str], table: TableMapping, label: str) -> int | None:
    """Where the cursor column stands among the query's."""
    if table.cursor is None:
        return None
    folded = [fold(name) for name in names]
    if fold(table.cursor) not in folded:
        raise MappingError(
            f"{label}: the query gives no column '{table.cursor}' (cursor){nearest(table.cursor, names)}"
        )
    return folded.index(fold(table.cursor))


def _timestamps(table: TableMapping) -> set[str]:
    """The query's columns that feed moments; of all other moments the day counts."""
    wanted = {column.name for column in table.target.columns if column.type is ColumnType.TIMESTAMP}
    if table.columns == "*":
        return wanted
    return {fold(str(source)) for name, source in table.columns.items() if name in wanted}


def _as_text(value: object, is_moment: bool) -> str | None:
    """A value as the text it would have in a canonical CSV file."""
    match value:
        case None:
            return None
        case bool():
            return str(value).lower()
        case datetime():
            return value.strftime("%Y-%m-%d %H:%M:%S.%f") if is_moment else value.strftime("%Y-%m-%d")
        case date():
            return value.isoformat()
        case float():
            return format(Decimal(f"{value:.{DIGITS}g}"), "f")
        case Decimal():
            return format(value, "f")
        case _:
            return str(value)


def _highest(highest: Cursor | None, values: Sequence[object], label: str) -> Cursor | None:
    for value in values:
        if value is None:
            continue
        if not isinstance(value, int | Decimal | str | date):
            raise MappingError(f"{label}: the cursor must be a whole or decimal number, a text, a day or a moment")
        if highest is None or _is_later(value, highest, label):
            highest = value
    return highest


def _is_later(value: Cursor, highest: Cursor, label: str) -> bool:
    """Whether a cursor stands after another; raises `MappingError` for two of which none is the later one."""
    match value, highest:
        case ((int() | Decimal()), (int() | Decimal())):
            return value > highest
        case str(), str():
            return value > highest
        case datetime(), datetime() if (value.tzinfo is None) == (highest.tzinfo is None):
            return value > highest
        case date(), date() if not isinstance(value, datetime) and not isinstance(highest, datetime):
            return value > highest
        case _:
            raise MappingError(
                f"{label}: the cursor holds values of several kinds ('{value}' and '{highest}'); cast it to one kind "
                "in the query"
            )


def _last_cursor(connection: duckdb.DuckDBPyConnection, mapping: Mapping, table: TableMapping) -> str | None:
    """Where the latest load in effect by the same mapping ended; none where there is none, or it has changed since."""
    if table.cursor is None:
        return None
    row = connection.execute(
        f"select cursor_value, mapping_sha256 from {SCHEMA}.loads where (source, table_name, file) = (?, ?, ?) "
        f"and {IN_EFFECT} order by load_id desc limit 1",
        [mapping.name, table.table, f"{mapping.name}/{table.table}"],
    ).fetchone()
    return row[0] if row is not None and row[1] == mapping.fingerprint() else None


def _cursor_text(value: Cursor) -> str:
    """A cursor as the manifest keeps it, with its type."""
    match value:
        case datetime():
            return f"moment {value.isoformat()}"
        case date():
            return f"day {value.isoformat()}"
        case int():
            return f"number {value}"
        case Decimal():
            return f"decimal {value}"
        case _:
            return f"text {value}"


def _cursor_value(words: str) -> Cursor:
    kind, _, value = words.partition(" ")
    match kind:
        case "moment":
            return datetime.fromisoformat(value)
        case "day":
            return date.fromisoformat(value)
        case "number":
            return int(value)
        case "decimal":
            return Decimal(value)
        case _:
            return value
