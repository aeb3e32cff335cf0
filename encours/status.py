"""`encours status`: what is loaded, built and published, in words, and what to do next."""

from __future__ import annotations

from datetime import UTC, datetime

import duckdb

from encours import dbt, loads, stamp, warehouse
from encours.artefacts import read_freshness
from encours.build import upgrade_raw
from encours.errors import EncoursError
from encours.loads import Knowledge
from encours.publish import Publication, current, publications
from encours.settings import Settings
from encours.stamp import BuildState, Stamp

LOADS_SHOWN = 5
"""How many of the newest loads are listed."""


def describe(settings: Settings) -> list[str]:
    """The state of ``settings.home``, one line a thing, the advice last.

    Raises:
        WarehouseBusyError: a build or a load is under way.
    """
    known: Knowledge | None = None
    built: Stamp | None = None
    lines: list[str] = []
    remarks: list[str] = []
    if settings.build_file.is_file():
        with warehouse.open_for_reading(settings.build_file) as connection:
            known, built = loads.newest(connection), stamp.read(connection)
            lines, remarks = _history(connection), loads.remarks(connection)
    published = current(settings)
    return [
        f"Home:      {settings.home}",
        f"Loaded:    {_loaded(known)}",
        *(f"           {line}" for line in (*lines, *remarks)),
        f"Built:     {_built(built, known)}",
        f"Published: {_published(settings, published, built)}",
        f"Next:      {_next(known, built, published)}",
    ]


def check_freshness(settings: Settings) -> None:
    """Measure the age of each source against the limits stated in the project (`dbt source freshness`).

    Raises:
        EncoursError: a source is older than its limit, or dbt could not run.
    """
    if not settings.build_file.is_file():
        raise EncoursError("Nothing is loaded, so nothing has an age: run `encours load PATH` first.")
    (settings.artefacts / "sources.json").unlink(missing_ok=True)
    with warehouse.writer(settings, "encours status --freshness"):
        upgrade_raw(settings)
        outcome = dbt.run(
            settings,
            ["source", "freshness", "--target", "duckdb"],
            build_file=settings.build_file,
            environment={},
            on_step=lambda step: None,
        )
    sources = read_freshness(settings.artefacts)
    if not sources:
        raise EncoursError("dbt could not measure freshness:\n" + "\n".join(outcome.errors[-10:]))
    stale = [source for source in sources if source.status != "pass"]
    if stale:
        ages = "; ".join(f"{source.name}, newest {source.newest}: {source.status}" for source in stale)
        raise EncoursError(f"Too old: {ages}. Has the extract arrived? The limits stand in the sources' YAML.")


def _history(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The newest loads, which of them were withdrawn, and how far back what was known is kept."""
    newest = loads.listed(connection, most=LOADS_SHOWN)
    lines = [
        f"load {load.load_id}, {load.loaded_at:%Y-%m-%d %H:%M} UTC: {load.what}, as of {load.as_of_on}"
        + (f" (withdrawn in load {load.unloaded_in})" if load.unloaded_in else "")
        for load in newest
    ]
    since = loads.kept_since(connection)
    if since is not None:
        lines.append(
            f"`--known-at` reaches back to load {since}; earlier knowledge was given up, but for what was kept"
        )
    return lines


def _loaded(known: Knowledge | None) -> str:
    if known is None:
        return "nothing yet"
    return f"up to load {known.load_id}, as of {known.as_of_on}, {_ago(known.loaded_at)}"


def _built(built: Stamp | None, known: Knowledge | None) -> str:
    if built is None:
        return "nothing yet"
    what = f"{built.build_id} ({built.kind}), as of {built.as_of_on}, loads up to {built.known_at_load_id}"
    match built.state:
        case BuildState.RUNNING:
            return f"{what}: begun {_ago(built.started_at)} and never ended"
        case BuildState.FAILED:
            tests = built.tests_passed_count + built.tests_not_passed_count
            return f"{what}: FAILED, {built.tests_not_passed_count} of {tests} tests did not pass"
        case BuildState.PASSED:
            late = " (older than the newest load)" if known and known.load_id != built.known_at_load_id else ""
            policy = " (the policy in seeds/ changed since)" if built.policy_hash != stamp.policy_hash() else ""
            return f"{what}: all {built.tests_passed_count} tests passed{late}{policy}"


def _published(settings: Settings, published: Publication | None, built: Stamp | None) -> str:
    if published is None:
        return "nothing yet"
    what = f"number {published.number}, as of {published.as_of_on}, {_ago(published.published_at)}"
    newer = [other.number for other in publications(settings) if other.number > published.number]
    if newer:
        return f"{what} (rolled back: {', '.join(map(str, newer))} is newer)"
    if built is not None and built.build_id != published.build_id:
        return f"{what} (not the last build)"
    return what


def _next(known: Knowledge | None, built: Stamp | None, published: Publication | None) -> str:
    if known is None:
        return "`encours load PATH`, or `encours sample --out DIR` to try it with a made-up company"
    if built is None or built.state is BuildState.RUNNING or built.known_at_load_id != known.load_id:
        return "`encours build`"
    if built.state is BuildState.FAILED:
        return "`encours report` says what failed; after mending, `encours build`"
    if published is None or published.build_id != built.build_id:
        return "`encours publish`"
    return "`encours dashboard`; everything that is loaded is published"


def _ago(moment: datetime) -> str:
    """How long ago, in the largest unit that says it."""
    minutes = int((datetime.now(UTC) - moment).total_seconds() // 60)
    for size, unit in ((60 * 24, "day"), (60, "hour"), (1, "minute")):
        if minutes >= size:
            count = minutes // size
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return "just now"
