"""`encours compact`: history kept in bounds. It says what will be given up, and does it only when told to."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb

from encours import console, files, loads, publish, warehouse
from encours.errors import EncoursError
from encours.settings import Settings
from ingest.compact import CompactionPlan, compact, plan

SHOWN_PUBLICATIONS = 13
"""As dbt's variable ``shown_publications``: so many of the newest publications show all their figures."""

LISTED = 20
"""Loads that are listed before they are given up; the rest are counted."""

_NEEDED = f"""
    select known_at_load_id, publication_number
    from (
        select
            *,
            row_number() over (order by publication_number desc) as newest_rank,
            row_number() over (
                partition by is_past, date_trunc('month', as_of_on) order by as_of_on desc, publication_number desc
            ) as rank_in_month
        from raw.publications
    )
    where is_past or newest_rank <= {SHOWN_PUBLICATIONS} or rank_in_month = 1 or publication_number in $at_hand
"""
"""The publications whose figures readers can see as reported (int_publications), past ones, and those at hand."""


def compact_and_tell(settings: Settings, *, keep: str | None, keep_from: int | None, yes: bool) -> None:
    """Say what knowledge goes, and where ``yes``, give it up. Hold the writer lock around it.

    ``keep`` is a number of loads (``13``) or of days before the newest load (``400d``); else ``keep_from`` is a load.

    Raises:
        EncoursError: nothing is loaded, there is no such load, or ``keep`` is neither.
    """
    if not settings.build_file.is_file():
        raise EncoursError("Nothing is loaded, so there is nothing to give up.")
    with warehouse.open_for_writing(settings) as connection:
        newest = loads.newest_number(connection)
        if newest == 0:
            raise EncoursError("Nothing is loaded, so there is nothing to give up.")
        start = keep_from if keep_from is not None else _first_kept(connection, keep or "")
        if not 1 <= start <= newest:
            raise EncoursError(f"There is no load {start}; the newest is {newest}.")
        needed = _needed(settings, connection)
        planned = plan(connection, kept_from=start, needed=list(needed))
        if not planned.given_up:
            console.say(f"Nothing to give up: all that was known from load {start} on is kept, and nothing is before.")
            return
        _tell(planned, needed)
        if not yes:
            console.say("Nothing was changed. To give this up, for good: the same command with --yes.")
            return
        compact(connection, planned)
    before = settings.build_file.stat().st_size
    console.say(f"Given up: {sum(planned.rows.values()):,} versions of rows. {_shrink(settings, before)}")


def _first_kept(connection: duckdb.DuckDBPyConnection, keep: str) -> int:
    """The load from which on all is kept, of a number of loads or of days before the newest load."""
    found = re.fullmatch(r"([1-9][0-9]{0,5})(d?)", keep.strip())
    if found is None:
        raise EncoursError(f"--keep {keep}: a number of loads such as 13, or of days such as 400d, is wanted.")
    count = int(found[1])
    if found[2]:
        # What was known on the first of these days was brought by the last load before it.
        query = (
            "select coalesce(max(load_id) filter (loaded_at <= newest - to_days($count)), min(load_id)) "
            "from raw.loads cross join (select max(loaded_at) as newest from raw.loads)"
        )
    else:
        query = "select min(load_id) from (select distinct load_id from raw.loads order by 1 desc limit $count)"
    row = connection.execute(query, {"count": count}).fetchone()
    assert row is not None
    return int(row[0])


def _needed(settings: Settings, connection: duckdb.DuckDBPyConnection) -> dict[int, list[int]]:
    """Loads that publications rest on, each with the publications' numbers."""
    at_hand = [publication.number for publication in publish.publications(settings)]
    needed: dict[int, list[int]] = {}
    for load_id, number in connection.execute(_NEEDED, {"at_hand": at_hand}).fetchall():
        needed.setdefault(load_id, []).append(number)
    return needed


def _tell(planned: CompactionPlan, needed: dict[int, list[int]]) -> None:
    console.say(f"What was known after these {len(planned.given_up)} loads can no longer be asked for (--known-at):")
    shown = planned.given_up[:LISTED]
    console.table(
        ("load", "loaded (UTC)", "as of"),
        [(load.load_id, f"{load.loaded_at:%Y-%m-%d %H:%M}", load.as_of_on) for load in shown],
        numbers=("load",),
    )
    if len(planned.given_up) > len(shown):
        console.say(f"… and {len(planned.given_up) - len(shown)} more, up to load {planned.given_up[-1].load_id}.")
    for load_id in planned.kept_before:
        numbers = ", ".join(map(str, sorted(needed.get(load_id, []))))
        console.say(f"Load {load_id} stays: publication {numbers} rests on it.")
    if planned.rows:
        console.table(("table", "versions to delete"), list(planned.rows.items()), numbers=("versions to delete",))
    console.say(
        f"{sum(planned.rows.values()):,} of {planned.rows_in_all:,} versions of rows, about "
        f"{planned.bytes_about / 1e6:,.1f} MB. All that is current stays, and the manifest, the rejects, and what was "
        f"published; from load {planned.kept_from} on all that was known."
    )


def _shrink(settings: Settings, before: int) -> str:
    """Write the build file anew without the room that is free in it; what came of it, in words.

    Nothing is lost where it fails: the old file stays until the new one is whole.
    """
    draft = settings.build_file.with_name(f".{settings.build_file.name}.compact")
    leftovers = (draft, draft.with_name(draft.name + ".wal"))
    for leftover in leftovers:
        leftover.unlink(missing_ok=True)
    try:
        _copy(settings.build_file, draft, settings.memory_limit)
        files.put_in_place(draft, settings.build_file)
    except (duckdb.IOException, OSError) as error:
        reason = str(error).strip().splitlines()[0]
        return f"The file could not be written anew ({reason}): it keeps its size, and its free room is used again."
    finally:
        for leftover in leftovers:
            leftover.unlink(missing_ok=True)
    after = settings.build_file.stat().st_size
    return f"The build file is {after / 1e6:,.1f} MB, it was {before / 1e6:,.1f} MB."


def _copy(source: Path, target: Path, memory_limit: str) -> None:
    with duckdb.connect() as connection:
        connection.execute("set memory_limit = $limit", {"limit": memory_limit})
        connection.execute("set preserve_insertion_order = true")
        # Under its own name: views in it name the file they read.
        connection.execute(f"""attach '{_text(source)}' as "{source.stem}" (read_only)""")
        connection.execute(f"attach '{_text(target)}' as written_anew")
        connection.execute(f'copy from database "{source.stem}" to written_anew')
        connection.execute("detach written_anew")


def _text(path: Path) -> str:
    return str(path).replace("'", "''")
