"""The day a load speaks of, and whether it comes after what was loaded before."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import duckdb

from ingest.errors import FileError, OrderError
from ingest.header import position_of
from ingest.mapping import TableMapping
from ingest.schema import IN_EFFECT, SCHEMA
from ingest.sql import text
from ingest.stage import Stage, StagedFile


def as_of_by_source(
    connection: duckdb.DuckDBPyConnection, stages: list[Stage], given: date | None, out_of_order: bool
) -> None:
    """Set the as-of day of every staged file: the one given, else the latest control date among its source's files.

    A list of open items is of its own day, or that of the lists of its slice: each slice is a picture by itself.

    Raises `OrderError` where a source tells none, and for a full file older than its slice's latest load.
    """
    files = [staged for stage in stages for staged in stage.files]
    for source in {staged.result.source for staged in files}:
        of_source = [staged for staged in files if staged.result.source == source]
        _find_control_days(connection, of_source)
        day = given or max(filter(None, (staged.control_on for staged in of_source)), default=None)
        if day is None:
            raise OrderError(
                f"{', '.join(staged.result.file for staged in of_source)}: nothing says which day they speak of. "
                "Give it with --as-of YYYY-MM-DD, or name a control_date in the mapping."
            )
        listed_on = _listed_on(of_source)
        for staged in of_source:
            own = listed_on.get(staged.result.slice) if staged.is_list else None
            staged.result.as_of_on = given or own or day
            _check_order(connection, staged, staged.result.as_of_on, out_of_order)


def _find_control_days(connection: duckdb.DuckDBPyConnection, files: list[StagedFile]) -> None:
    """Set the day each file tells: the latest that any of the tables read from it is told."""
    told = [(staged.path, control_date(connection, staged)) for staged in files]
    for staged in files:
        staged.control_on = max((day for path, day in told if path == staged.path and day), default=None)


def _listed_on(files: list[StagedFile]) -> dict[str, date]:
    """The day that lists of open items say they are of, by slice.

    Raises `OrderError` where those of one slice say several.
    """
    days: dict[str, dict[date, str]] = {}
    for staged in files:
        if staged.is_list and not staged.result.is_mended and staged.control_on is not None:
            days.setdefault(staged.result.slice, {})[staged.control_on] = staged.result.file
    for by_day in days.values():
        if len(by_day) > 1:
            in_order = ", ".join(by_day[day] for day in sorted(by_day))
            raise OrderError(
                f"lists of open items of {len(by_day)} days cannot be one load: each is the whole picture of its day. "
                f"Load them one by one, the oldest first: {in_order}"
            )
    return {part: day for part, by_day in days.items() for day in by_day}


def control_date(connection: duckdb.DuckDBPyConnection, staged: StagedFile) -> date | None:
    """The as-of day the file itself tells, by its mapping's `control_date`; none where it has no such rule."""
    rule = staged.table.control_date
    if rule is None:
        return None
    if rule.file is not None:
        return day_in_name(staged.table, staged.path.name, staged.result.file)
    assert rule.column is not None
    column = f"c{position_of(staged.reading.header, rule.column)}"
    row = connection.execute(
        f"select max(cast(try_strptime({column}, {text(rule.format)}) as date)) from {staged.reading.again}"
    ).fetchone()
    return row[0] if row is not None else None


def day_in_name(table: TableMapping, name: str, label: str) -> date | None:
    """The as-of day that the ``name`` of a file holds; none where the mapping does not look for one there.

    Raises `FileError` where it should be there and is not.
    """
    rule = table.control_date
    if rule is None or rule.file is None:
        return None
    found = re.search(rule.file, name)
    if found is None:
        raise FileError(f"{label}: its name must hold the as-of day, as {rule.file} (mapping, control_date)")
    try:
        return datetime.strptime(found.group(1), rule.format).replace(tzinfo=UTC).date()
    except ValueError:
        raise FileError(
            f"{label}: '{found.group(1)}' is not a day written as {rule.format} (mapping, control_date)"
        ) from None


def _check_order(connection: duckdb.DuckDBPyConnection, staged: StagedFile, day: date, out_of_order: bool) -> None:
    result = staged.result
    if not staged.is_whole or out_of_order:
        return
    row = connection.execute(
        f"select max(as_of_on) from {SCHEMA}.loads where (source, table_name, slice) = (?, ?, ?) "
        f"and kind <> 'mended' and {IN_EFFECT}",
        [result.source, result.table_name, result.slice],
    ).fetchone()
    latest = row[0] if row is not None else None
    if latest is not None and day < latest:
        raise OrderError(
            f"{result.file}: is of {day}, but {result.table_name} of {result.source} (slice {result.slice}) "
            f"is already loaded as of {latest}. "
            + (
                "If the list was forgotten then, load it with --out-of-order: it takes its place before the later ones."
                if staged.is_list
                else "An older full picture would withdraw newer rows; if that is meant, load it with --out-of-order."
            )
        )
