"""Publishing: the marts of a build that passed its tests, copied to a new file, and a pointer moved to it.

A published file never changes. Readers follow the pointer (`published/current.json`), which moves in one step, so
that a dashboard sees the old figures or the new ones. A new name each time, because inside one process DuckDB stays
on the old file of a path until its last connection closes.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from encours import files, kept, loads, stamp, warehouse
from encours.errors import EncoursError, PublishRefusedError
from encours.settings import Settings
from encours.stamp import BuildKind, BuildState, Stamp
from ingest import schema

SCHEMA = "marts"
_NAME = re.compile(r"encours-(\d{6,})\.duckdb")
_LEFTOVER = re.compile(r"\.(encours-\d{6,}\.duckdb\.draft(\.wal)?|current\.json\.\d+)")


@dataclass(frozen=True)
class Publication:
    """One published file."""

    number: int
    path: Path
    build_id: str
    as_of_on: date
    published_at: datetime

    def pointer(self) -> str:
        """The text of the pointer to this publication."""
        return json.dumps(
            {
                "file": self.path.name,
                "number": self.number,
                "build_id": self.build_id,
                "as_of_on": self.as_of_on.isoformat(),
                "published_at": self.published_at.isoformat(),
            },
            indent=2,
        )


def publish(settings: Settings, *, past: Path | None = None) -> Publication:
    """Publish the build file, or the build ``past``, and point readers to it.

    Hold :func:`encours.warehouse.writer` around it.

    Raises:
        PublishRefusedError: a test did not pass, or something was loaded since, or it is no whole build.
    """
    source = past or settings.build_file
    with warehouse.open_for_reading(source) as connection:
        built = _publishable(connection, source)
    settings.published.mkdir(parents=True, exist_ok=True)
    draft = _drafted(settings, built, raw="built.raw" if past is None else "history.raw")
    publication = Publication(
        number=draft.number,
        path=settings.published / f"encours-{draft.number:06d}.duckdb",
        build_id=built.build_id,
        as_of_on=built.as_of_on,
        published_at=draft.published_at,
    )
    draft_path = publication.path.with_name(f".{publication.path.name}.draft")
    _remove_leftovers(settings)
    try:
        _copy(settings, source, draft_path, publication, draft)
        files.put_in_place(draft_path, publication.path)
    finally:
        _remove_leftovers(settings)
    try:
        with warehouse.open_for_writing(settings) as connection:
            kept.take_up(connection, [(publication.number, publication.path)])
    except BaseException:
        publication.path.unlink()
        raise
    files.write_text(settings.pointer, publication.pointer())
    _remove_old(settings, needed=draft.earlier_file if draft.is_past else None)
    return publication


def _drafted(settings: Settings, built: Stamp, *, raw: str) -> kept.Draft:
    """Number the publication to come, after taking up what the history missed, and find what to compare it with."""
    with warehouse.open_for_writing(settings) as connection:
        schema.create(connection)
        kept.take_up(connection, [(_number(path), path) for path in _files(settings)])
        newest, before = kept.newest_number(connection), kept.present_ones(connection)
        known = loads.newest(connection)
    by_number = {_number(path): path for path in _files(settings)}
    # The last one whose file is still there and is the one the history speaks of.
    at_hand = next(
        (one for one in before if one.number in by_number and _read(by_number[one.number]).build_id == one.build_id),
        None,
    )
    earlier = at_hand or next(iter(before), None)
    return kept.Draft(
        number=max(newest, *by_number, 0) + 1,
        published_at=datetime.now(UTC).replace(microsecond=0),
        is_past=built.kind is BuildKind.PAST,
        newest_load_id=known.load_id if known else built.known_at_load_id,
        earlier=earlier,
        earlier_file=by_number[at_hand.number] if at_hand else None,
        raw=raw,
    )


def rollback(settings: Settings, *, to: int | None = None) -> Publication:
    """Point readers to an earlier publication: number ``to``, or the one before the current.

    Raises:
        EncoursError: there is no such publication.
    """
    kept, now = publications(settings), current(settings)
    if now is None:
        raise EncoursError("Nothing is published yet, so there is nothing to go back to.")
    numbers = ", ".join(str(publication.number) for publication in kept)
    wanted = (
        [publication for publication in kept if publication.number == to]
        if to is not None
        else [publication for publication in kept if publication.number < now.number]
    )
    if not wanted:
        which = f"publication {to}" if to is not None else f"a publication before {now.number}"
        raise EncoursError(
            f"There is no file of {which}; kept are {numbers} (ENCOURS_KEEP_PUBLICATIONS says how many)."
        )
    files.write_text(settings.pointer, wanted[-1].pointer())
    return wanted[-1]


def current(settings: Settings) -> Publication | None:
    """The publication readers see; None where nothing was published.

    Raises:
        EncoursError: the pointer names a file that is gone, or is no pointer.
    """
    try:
        name = json.loads(settings.pointer.read_text(encoding="utf-8"))["file"]
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise EncoursError(f"{settings.pointer} is not a pointer ({error}): run `encours publish` again.") from error
    path = settings.published / name
    if not path.is_file():
        raise EncoursError(f"{settings.pointer} points to {name}, which is gone: run `encours publish`.")
    return _read(path)


def publications(settings: Settings) -> list[Publication]:
    """Every published file that is kept, oldest first."""
    return [_read(path) for path in _files(settings)]


def last_past_build(settings: Settings) -> Path | None:
    """The past build that was made last; None where there is none."""
    builds = list(settings.past_builds.glob("*.duckdb")) if settings.past_builds.is_dir() else []
    return max(builds, key=lambda path: path.stat().st_mtime, default=None)


def _publishable(connection: duckdb.DuckDBPyConnection, source: Path) -> Stamp:
    """The stamp of a build that may be published."""
    built = stamp.read(connection)
    if built is None:
        raise PublishRefusedError(f"{source} was never built by `encours build`: run it first.")
    if built.kind not in (BuildKind.FULL, BuildKind.PAST):
        raise PublishRefusedError(
            f"The last build made only a part of the models ({built.kind}): run `encours build` for all of them."
        )
    if built.state is BuildState.RUNNING:
        raise PublishRefusedError(
            f"Build {built.build_id} was broken off before its tests had run: run `encours build` again."
        )
    if built.state is BuildState.FAILED:
        raise PublishRefusedError(
            f"Build {built.build_id} did not pass: {built.tests_not_passed_count} of "
            f"{built.tests_not_passed_count + built.tests_passed_count} tests failed or could not run. What was "
            "published before stays. `encours report` says what failed and what it touches."
        )
    if built.kind is BuildKind.FULL:
        known = loads.newest(connection)
        if known is not None and known.load_id != built.known_at_load_id:
            raise PublishRefusedError(
                f"Load {known.load_id} came after the build, which knows loads up to {built.known_at_load_id}: "
                "run `encours build` first."
            )
    stamp.check_marts(connection, built)
    if not kept.says_what_it_said(connection):
        raise PublishRefusedError(
            f"{source} was built by an earlier version, which kept nothing of what it published: run `encours build`."
        )
    return built


def _copy(settings: Settings, source: Path, target: Path, publication: Publication, draft: kept.Draft) -> None:
    """Write the marts of ``source``, with their constraints, comments and row order, to a new file."""
    with duckdb.connect(target) as connection:
        connection.execute("set memory_limit = $limit", {"limit": settings.memory_limit})
        connection.execute(f"attach '{_text(source)}' as built (read_only)")
        if draft.raw == "history.raw":
            connection.execute(f"attach '{_text(settings.build_file)}' as history (read_only)")
        own = kept.rows_of(connection, draft, kept.compare(connection, draft))
        connection.execute(f"create schema {SCHEMA}")
        tables = connection.execute(
            "select table_name, sql, comment from duckdb_tables() "
            "where database_name = 'built' and schema_name = $schema order by table_name",
            {"schema": SCHEMA},
        ).fetchall()
        for name, definition, comment in tables:
            table = f'{SCHEMA}."{name}"'
            # The definition is used rather than `create table as`, which would lose `not null`.
            connection.execute(re.sub(r"^CREATE TABLE \S+?\(", f"CREATE TABLE {table}(", definition, count=1))
            connection.execute(f"insert into {table} by name {own.get(name, f'select * from built.{table}')}")
            if comment:
                connection.execute(f"comment on table {table} is '{_text(comment)}'")
        for name, column, comment in connection.execute(
            "select table_name, column_name, comment from duckdb_columns() "
            "where database_name = 'built' and schema_name = $schema and comment is not null",
            {"schema": SCHEMA},
        ).fetchall():
            connection.execute(f"""comment on column {SCHEMA}."{name}"."{column}" is '{_text(comment)}'""")
        connection.execute(
            "create table main.publication as select "
            "cast($number as integer) as publication_number, $build_id as build_id, "
            "cast($as_of_on as date) as as_of_on, cast($published_at as timestamp) as published_at",
            {
                "number": publication.number,
                "build_id": publication.build_id,
                "as_of_on": publication.as_of_on,
                "published_at": publication.published_at.replace(tzinfo=None),
            },
        )
        connection.execute("comment on table main.publication is 'Which publication this file is; times are UTC.'")
        connection.execute("detach built")
        connection.execute("checkpoint")


def _read(path: Path) -> Publication:
    with warehouse.open_for_reading(path) as connection:
        row = connection.execute(
            "select publication_number, build_id, as_of_on, published_at from main.publication"
        ).fetchone()
    if row is None:
        raise EncoursError(f"{path} is not a publication: remove it.")
    number, build_id, as_of_on, published_at = row
    return Publication(number, path, build_id, as_of_on, published_at.replace(tzinfo=UTC))


def _files(settings: Settings) -> list[Path]:
    """The published files, oldest first."""
    if not settings.published.is_dir():
        return []
    return sorted((path for path in settings.published.iterdir() if _NAME.fullmatch(path.name)), key=_number)


def _number(path: Path) -> int:
    match = _NAME.fullmatch(path.name)
    assert match is not None
    return int(match[1])


def _remove_leftovers(settings: Settings) -> None:
    """Remove half-written files, with DuckDB's logs of them: those of this publication, and of one that was killed."""
    for path in settings.published.glob(".*"):
        if _LEFTOVER.fullmatch(path.name):
            path.unlink(missing_ok=True)


def _remove_old(settings: Settings, *, needed: Path | None) -> None:
    """Keep the newest files, the one readers are pointed to, and the one the next publication is compared with."""
    pointed_at = json.loads(settings.pointer.read_text(encoding="utf-8"))["file"]
    for path in _files(settings)[: -settings.keep_publications]:
        if path.name != pointed_at and path != needed:
            path.unlink()


def _text(value: object) -> str:
    return str(value).replace("'", "''")
