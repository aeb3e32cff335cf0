"""The stamp of a build: what it was made of and whether its tests passed, kept in the built file itself.

Inside the file rather than beside it, so that a copied or restored file still says what it is.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path

import duckdb
from pydantic import TypeAdapter

from encours import __version__
from encours.errors import EncoursError
from encours.settings import PROJECT_ROOT


class BuildKind(StrEnum):
    """What part of the world a build speaks of; only ``full`` and ``past`` can be published."""

    FULL = "full"
    PAST = "past"
    SELECTION = "selection"
    SLIM = "slim"


class BuildState(StrEnum):
    """How far a build has come."""

    RUNNING = "running"
    PASSED = "passed"
    FAILED = "failed"


@dataclass(frozen=True)
class Stamp:
    """One build. Loads are load numbers; times are UTC; days are the data's, not the clock's."""

    build_id: str
    kind: BuildKind
    state: BuildState
    as_of_on: date
    known_at_load_id: int
    policy_hash: str
    code_version: str
    rules_hash: str
    started_at: datetime
    tested_rules_hash: str = ""
    """The rules whose unit tests last all passed on this file; empty: none did."""
    finished_at: datetime | None = None
    models_count: int = 0
    tests_passed_count: int = 0
    tests_not_passed_count: int = 0


ARTEFACT = "build.json"
"""Beside dbt's artefacts, says which build they are of."""

_TYPES = {
    "as_of_on": "date",
    "known_at_load_id": "integer",
    "started_at": "timestamp",
    "finished_at": "timestamp",
    "models_count": "integer",
    "tests_passed_count": "integer",
    "tests_not_passed_count": "integer",
}


def write(connection: duckdb.DuckDBPyConnection, stamp: Stamp) -> None:
    """Make ``stamp`` the one stamp of the file."""
    values = asdict(stamp)
    columns = ", ".join(f"{name} {_TYPES.get(name, 'varchar')}" for name in values)
    connection.execute(f"create or replace table main.build_stamp ({columns})")
    connection.execute(
        f"insert into main.build_stamp values ({', '.join('?' * len(values))})",
        [_stored(value) for value in values.values()],
    )


def read(connection: duckdb.DuckDBPyConnection) -> Stamp | None:
    """The file's stamp; None where `encours build` never ran on it, or only an older one that kept other things."""
    try:
        found = connection.execute(f"select {', '.join(column.name for column in fields(Stamp))} from main.build_stamp")
    except (duckdb.CatalogException, duckdb.BinderException):
        return None
    row = found.fetchone()
    if row is None:
        return None
    values = dict(zip((column.name for column in fields(Stamp)), row, strict=True))
    values |= {"kind": BuildKind(values["kind"]), "state": BuildState(values["state"])}
    for name, value in values.items():
        if isinstance(value, datetime):
            values[name] = value.replace(tzinfo=UTC)
    return Stamp(**values)


def _stored(value: object) -> object:
    """A field as the file keeps it: times are UTC without a zone, so that no session's zone moves them."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None)
    return str(value) if isinstance(value, StrEnum) else value


def write_artefact(folder: Path, stamp: Stamp) -> None:
    """Say beside dbt's artefacts in ``folder`` which build left them."""
    (folder / ARTEFACT).write_text(json.dumps(asdict(stamp), indent=2, default=str), encoding="utf-8")


def read_artefact(folder: Path) -> Stamp:
    """The build that left the artefacts in ``folder``.

    Raises:
        EncoursError: no build ended there.
    """
    path = folder / ARTEFACT
    try:
        return TypeAdapter(Stamp).validate_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise EncoursError(f"{path} is missing: no build has ended here. Run `encours build` first.") from None


def check_marts(connection: duckdb.DuckDBPyConnection, stamp: Stamp) -> None:
    """Hold the passport that the models wrote (mart `rpt_passport`) against the stamp of their build.

    Raises:
        EncoursError: the marts are those of another build, such as a `dbt build` by hand, or speak of another day.
    """
    try:
        row = connection.execute("select build_id, as_of_on, known_at_load_id from marts.rpt_passport").fetchone()
    except duckdb.CatalogException:
        row = None
    if row != (stamp.build_id, stamp.as_of_on, stamp.known_at_load_id):
        raise EncoursError(
            f"The marts are not those of build {stamp.build_id} (as of {stamp.as_of_on}, load "
            f"{stamp.known_at_load_id}): their passport says {row}. Something else wrote them: run `encours build`."
        )


def policy_hash() -> str:
    """A hash of the policy in ``seeds/``: equal means that every bucket, rate and rule is the same."""
    return _hash_of((PROJECT_ROOT / "seeds").rglob("*.csv"))


def rules_hash() -> str:
    """A hash of all that a unit test depends on: models, macros, seeds, settings, and the versions of the tools.

    A unit test brings its own rows, so on other data it says the same again: equal hashes mean equal outcomes.
    """
    paths = [path for folder in ("models", "macros", "seeds") for path in (PROJECT_ROOT / folder).rglob("*")]
    paths += [PROJECT_ROOT / "dbt_project.yml", PROJECT_ROOT / "requirements.lock"]
    return _hash_of(path for path in paths if path.is_file())


def _hash_of(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(path.relative_to(PROJECT_ROOT).as_posix().encode())
        digest.update(b"\0")
        digest.update(path.read_bytes())
        digest.update(b"\0")
    return digest.hexdigest()[:16]


def code_version() -> str:
    """The version of the models: git's name of the checkout, else the package's version."""
    try:
        described = subprocess.run(
            ["git", "describe", "--tags", "--always", "--dirty"],
            cwd=PROJECT_ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return __version__
    return f"{__version__}+{described.stdout.strip()}"


def new_build_id(started_at: datetime, *parts: object) -> str:
    """A name for a build: when it began, and a hash of what it is made of."""
    digest = hashlib.sha256("\0".join(map(str, (started_at.isoformat(), *parts))).encode()).hexdigest()
    return f"{started_at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{digest[:8]}"
