"""Building: dbt run once on the right file, stamped before and after, its failures told with the rows that failed.

Four kinds of build, each with a file of its own kind:

* full: raw history and models in one file, the only one that is published without a word;
* past: an earlier day or an earlier load; raw history is attached read-only and the models go to a new file;
* selection: some models of the full build's file (a developer's); never published;
* slim: what changed since a good build, everything else read from that build's file; never published.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from encours import dbt, disk, files, loads, remembered, stamp, warehouse
from encours.artefacts import NodeResult, RunResults, keep_results, read_run_results
from encours.errors import BuildFailedError, EncoursError
from encours.settings import Settings
from encours.stamp import BuildKind, BuildState, Stamp
from ingest import schema

_WITHOUT_TESTS = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")

RAW_ALIAS = "raw_history"
"""Under this name a past build sees the file that holds the raw history."""

GOOD_ALIAS = "encours"
"""Under this name a slim build sees the last good file: its own name, so that the good manifest's names hold."""


@dataclass(frozen=True)
class BuildRequest:
    """What to build. ``changed_from`` is a folder with the manifest and the file of a good build."""

    as_of: date | None = None
    known_at: int | None = None
    select: tuple[str, ...] = ()
    changed_from: Path | None = None
    full_refresh: bool = False
    into: Path | None = None
    """A file of its own for a selection of models: they are made without tests, to be compared and never published."""


@dataclass(frozen=True)
class Build:
    """A build that ended: where it is, its stamp, how each node ended, and the files its names reach into."""

    path: Path
    stamp: Stamp
    results: RunResults
    attached: Mapping[str, Path]


@dataclass(frozen=True)
class _Plan:
    """Where a build writes, what dbt is told, and the stamp it begins with."""

    path: Path
    stamp: Stamp
    target: str
    selection: tuple[str, ...]
    environment: Mapping[str, str]
    """What this kind of build needs beside its file and its name."""
    attached: Mapping[str, Path]


def build(settings: Settings, request: BuildRequest, *, on_step: Callable[[dbt.Step], None]) -> Build:
    """Run dbt for ``request`` and stamp the file. Hold :func:`encours.warehouse.writer` around it.

    Returns the build whether or not its tests passed: ``build.results.all_passed`` says so.

    Raises:
        EncoursError: there is nothing to build from, or the request contradicts what is loaded.
        BuildFailedError: dbt could not run at all (a model does not parse, a file is locked).
    """
    if request.changed_from is None:
        upgrade_raw(settings)
    plan = _plan(settings, request)
    _begin(settings, plan)
    variables: dict[str, object] = {}
    if request.as_of is not None:
        variables["as_of_date"] = request.as_of.isoformat()
    if request.known_at is not None:
        variables["known_at"] = request.known_at
    outcome = dbt.run(
        settings,
        [
            "build",
            *("--target", plan.target),
            *(("--vars", json.dumps(variables)) if variables else ()),
            *plan.selection,
            *(("--full-refresh",) if request.full_refresh else ()),
        ],
        build_file=plan.path,
        environment={**_environment(plan.stamp), **plan.environment},
        on_step=on_step,
    )
    results = _results(settings, outcome)
    return _end(settings, plan.path, plan.stamp, results, plan.attached)


def retry(settings: Settings, *, on_step: Callable[[dbt.Step], None]) -> Build:
    """Run again what failed in the last full build, and what was left out because of it.

    Raises:
        EncoursError: there is no failed full build to take up.
        BuildFailedError: dbt could not run at all.
    """
    with _raw(settings) as connection:
        before = stamp.read(connection)
        known = loads.newest(connection)
    if before is None or before.kind is not BuildKind.FULL or before.state is not BuildState.FAILED:
        raise EncoursError("The last build did not fail, so there is nothing to retry: run `encours build`.")
    if known is not None and known.load_id != before.known_at_load_id:
        raise EncoursError(
            f"Load {known.load_id} came after the build that failed (it knew load {before.known_at_load_id}): "
            "a retry would mix the two. Run `encours build`."
        )
    if (before.rules_hash, before.code_version) != (stamp.rules_hash(), stamp.code_version()):
        raise EncoursError(
            "Models or policy changed since the build that failed, and a retry would mix old and new: "
            "run `encours build`. A retry is for what passes by itself, such as a full disk."
        )
    put_back = keep_results(settings.artefacts)
    outcome = dbt.run(
        settings, ["retry"], build_file=settings.build_file, environment=_environment(before), on_step=on_step
    )
    put_back()
    results = _results(settings, outcome)
    return _end(settings, settings.build_file, before, results, {})


def failing_rows(build: Build, node: NodeResult, *, limit: int = 5) -> tuple[list[str], list[tuple[object, ...]]]:
    """The first rows a failing test found: their column names and values; nothing where it has no query."""
    if not node.compiled_code or node.resource_type != "test":
        return [], []
    with duckdb.connect() as connection:
        for alias, path in {build.path.stem: build.path, **build.attached}.items():
            connection.execute(f"""attach '{_quoted(path)}' as "{alias}" (read_only)""")
        connection.execute(f'use "{build.path.stem}"')
        try:
            found = connection.execute(f"select * from ({node.compiled_code.rstrip().rstrip(';')}) limit {limit}")
        except duckdb.Error:
            return [], []  # a test that failed because its query does not run: dbt's message says it already
        return [column[0] for column in found.description or ()], found.fetchall()


def _plan(settings: Settings, request: BuildRequest) -> _Plan:
    """Decide the kind of build, its file, and what dbt is told."""
    if request.changed_from is not None:
        return _slim_plan(settings, request, request.changed_from)
    with _raw(settings) as connection:
        before = stamp.read(connection)
        now, newest = loads.newest(connection), loads.newest_number(connection)
        then = loads.newest(connection, known_at=request.known_at)
        given_up = loads.given_up(connection, request.known_at) if request.known_at is not None else None
    if newest == 0 or (now is None and request.known_at is None):
        raise EncoursError("Nothing is loaded, so there is nothing to build from: run `encours load PATH` first.")
    if then is None:
        raise EncoursError(f"Nothing was loaded until load {request.known_at}; the newest is {newest}.")
    if request.known_at is not None and request.known_at > newest:
        raise EncoursError(f"There is no load {request.known_at} yet; the newest is {newest}.")
    _refuse_given_up(given_up, request.known_at)
    as_of = request.as_of or then.as_of_on
    if as_of > then.as_of_on:
        raise EncoursError(
            f"What is loaded speaks of {then.as_of_on}, so a build as of {as_of} would take for unpaid what nobody "
            f"has loaded yet. Load the newer extracts with `encours load PATH --as-of {as_of}` first."
        )
    # Where all was unloaded since, there is no present.
    is_past = request.into is not None or now is None or (as_of, then.load_id) != (now.as_of_on, now.load_id)
    whole = BuildKind.PAST if is_past else BuildKind.FULL
    begun = _new_stamp(settings, BuildKind.SELECTION if request.select else whole, as_of, then.load_id, before)
    if is_past:
        return _Plan(
            path=request.into or settings.past_builds / f"as_of_{as_of:%Y_%m_%d}_load_{then.load_id}.duckdb",
            stamp=begun,
            target="past",
            selection=_selection(request, begun),
            environment={
                "ENCOURS_RAW_FILE": str(settings.build_file),
                "ENCOURS_RAW_DATABASE": RAW_ALIAS,
            },
            attached={RAW_ALIAS: settings.build_file},
        )
    return _Plan(
        path=settings.build_file,
        stamp=begun,
        target="duckdb",
        selection=_selection(request, begun),
        environment={},
        attached={},
    )


def _refuse_given_up(given_up: datetime | None, load_id: int | None) -> None:
    """Raise `EncoursError` where what was known after load ``load_id`` was given up."""
    if given_up is not None:
        raise EncoursError(
            f"What was known after load {load_id} was given up by `encours compact` on {given_up:%Y-%m-%d}: rows that "
            "only it knew are gone. `encours status` says from which load on all is kept."
        )


def _slim_plan(settings: Settings, request: BuildRequest, state: Path) -> _Plan:
    """The plan of a slim build: only what changed, everything else read from the good file in ``state``."""
    if request.as_of or request.known_at or request.select:
        raise EncoursError(
            "A build of what changed takes its day, its loads and its models from the good build: "
            "leave out --as-of, --known-at and --select."
        )
    good_file, manifest = state / settings.build_file.name, state / "manifest.json"
    for path in (good_file, manifest):
        if not path.is_file():
            raise EncoursError(
                f"{path} is missing: --changed-from wants a folder with a good build's file and manifest.json, "
                "such as `build/` under ENCOURS_HOME after `encours build` passed."
            )
    with warehouse.open_for_reading(good_file) as connection:
        good = stamp.read(connection)
    if good is None or good.state is not BuildState.PASSED or good.kind is not BuildKind.FULL:
        raise EncoursError(
            f"{good_file} is not a full build that passed its tests: nothing can be measured against it."
        )
    return _Plan(
        path=settings.slim_build_file,
        stamp=_new_stamp(settings, BuildKind.SLIM, good.as_of_on, good.known_at_load_id, good),
        target="slim",
        selection=("--select", "state:modified+", "--defer", "--state", str(state)),
        environment={
            "ENCOURS_GOOD_FILE": str(good_file),
            "ENCOURS_RAW_DATABASE": GOOD_ALIAS,
        },
        attached={GOOD_ALIAS: good_file},
    )


def upgrade_raw(settings: Settings) -> None:
    """Give a file that an earlier version loaded the raw tables that came since: the models read them."""
    with _raw(settings) as connection:
        if not schema.missing(connection):
            return
    with warehouse.open_for_writing(settings) as connection:
        schema.create(connection)


def _raw(settings: Settings) -> duckdb.DuckDBPyConnection:
    if not settings.build_file.is_file():
        raise EncoursError("Nothing is loaded, so there is nothing to build from: run `encours load PATH` first.")
    return warehouse.open_for_reading(settings.build_file)


def _selection(request: BuildRequest, begun: Stamp) -> tuple[str, ...]:
    """What dbt is to run."""
    if request.into is not None:
        return ("--select", *request.select, *_WITHOUT_TESTS)
    if request.select:
        # Tests that also read what was not selected cannot run: the others do.
        return ("--select", *request.select, "--indirect-selection", "buildable")
    if begun.tested_rules_hash == begun.rules_hash:
        # Unit tests bring their own rows: on the rules they passed on, they pass again.
        return ("--exclude-resource-type", "unit_test")
    return ()


def _environment(begun: Stamp) -> dict[str, str]:
    """What the passport reads: which build this is."""
    return {
        "ENCOURS_BUILD_ID": begun.build_id,
        "ENCOURS_CODE_VERSION": begun.code_version,
        "ENCOURS_POLICY_HASH": begun.policy_hash,
    }


def _new_stamp(settings: Settings, kind: BuildKind, as_of: date, load_id: int, before: Stamp | None) -> Stamp:
    """The stamp a build begins with; ``before`` is that of the build whose unit tests still count."""
    started_at = datetime.now(UTC)
    policy, code, rules = stamp.policy_hash(), stamp.code_version(), stamp.rules_hash()
    tested_rules = {settings.tested_rules, before.tested_rules_hash if before else "", *remembered.tested_rules()}
    return Stamp(
        build_id=stamp.new_build_id(started_at, kind, as_of, load_id, policy, code),
        kind=kind,
        state=BuildState.RUNNING,
        as_of_on=as_of,
        known_at_load_id=load_id,
        policy_hash=policy,
        code_version=code,
        rules_hash=rules,
        tested_rules_hash=rules if rules in tested_rules and not settings.prove_rules else "",
        started_at=started_at,
    )


def _begin(settings: Settings, plan: _Plan) -> None:
    """Say in the file that a build is under way: one that is broken off leaves a file that cannot be published."""
    if plan.path == settings.build_file:
        settings.good_manifest.unlink(missing_ok=True)
    elif plan.stamp.kind is not BuildKind.SELECTION:
        for leftover in (plan.path, plan.path.with_name(plan.path.name + ".wal")):
            leftover.unlink(missing_ok=True)
    plan.path.parent.mkdir(parents=True, exist_ok=True)
    with warehouse.open_file_for_writing(plan.path) as connection:
        stamp.write(connection, plan.stamp)
    # The artefacts are those of this build from here on; without its stamp they are nobody's.
    settings.artefacts.mkdir(parents=True, exist_ok=True)
    for name in ("run_results.json", stamp.ARTEFACT):
        (settings.artefacts / name).unlink(missing_ok=True)


def _results(settings: Settings, outcome: dbt.DbtOutcome) -> RunResults:
    """What dbt says of each node; a dbt that could not run at all is an error with its own words."""
    if outcome.exit_code in (0, 1) and (settings.artefacts / "run_results.json").is_file():
        return read_run_results(settings.artefacts)
    full = next((line for line in outcome.errors if disk.is_full(line)), None)
    if full is not None:
        raise BuildFailedError(disk.full(full))
    words = "\n".join(outcome.errors[-20:]) or "it said nothing"
    raise BuildFailedError(f"dbt could not run (exit status {outcome.exit_code}):\n{words}\nFull log: {settings.logs}")


def _end(settings: Settings, path: Path, begun: Stamp, results: RunResults, attached: Mapping[str, Path]) -> Build:
    """Stamp how the build ended; keep the manifest of a good full build beside its file."""
    # An empty slim build is a good one: nothing changed, so nothing had to run.
    passed = results.all_passed or (begun.kind is BuildKind.SLIM and not results.nodes)
    covers_all = begun.kind in (BuildKind.FULL, BuildKind.PAST)
    ended = replace(
        begun,
        state=BuildState.PASSED if passed else BuildState.FAILED,
        tested_rules_hash=begun.rules_hash if covers_all and results.unit_tests_passed else begun.tested_rules_hash,
        finished_at=datetime.now(UTC),
        models_count=results.made,
        tests_passed_count=results.tests_passed,
        tests_not_passed_count=results.tests_not_passed,
    )
    with warehouse.open_file_for_writing(path) as connection:
        if passed and covers_all:
            stamp.check_marts(connection, ended)
        stamp.write(connection, ended)
    stamp.write_artefact(settings.artefacts, ended)
    if ended.tested_rules_hash == ended.rules_hash and results.unit_tests_passed:
        remembered.remember_tested(ended.rules_hash)
    if passed and begun.kind is BuildKind.FULL:
        files.copy(settings.artefacts / "manifest.json", settings.good_manifest)
    return Build(path=path, stamp=ended, results=results, attached=attached)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
