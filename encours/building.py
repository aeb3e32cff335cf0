"""`encours build` and `encours publish`: done, and told to a person."""

from __future__ import annotations

from pathlib import Path

from encours import console
from encours.artefacts import Manifest
from encours.build import Build, BuildRequest, build, failing_rows, retry
from encours.errors import BuildFailedError, PublishRefusedError
from encours.publish import last_past_build, publish
from encours.settings import Settings
from encours.stamp import BuildKind, Stamp

MOST_SHOWN = 10
"""Failures printed in full; beyond, `encours report` has them all."""


def build_and_tell(settings: Settings, request: BuildRequest) -> Stamp:
    """Build, and say what was made or what failed. Hold the writer lock around it.

    Raises:
        BuildFailedError: a model or a test failed.
    """
    with console.building("build") as on_step:
        done = build(settings, request, on_step=on_step)
    _tell(settings, done)
    return done.stamp


def retry_and_tell(settings: Settings) -> Stamp:
    """Run again what failed in the last build, and say what came of it. Hold the writer lock around it.

    Raises:
        BuildFailedError: something failed again.
    """
    with console.building("retry") as on_step:
        done = retry(settings, on_step=on_step)
    _tell(settings, done)
    return done.stamp


def publish_and_tell(settings: Settings, *, file: Path | None, allow_past: bool) -> None:
    """Publish, and say what readers see now. Hold the writer lock around it.

    Raises:
        PublishRefusedError: the build may not be published.
    """
    past = file or (last_past_build(settings) if allow_past else None)
    if allow_past and past is None:
        raise PublishRefusedError("There is no past build: `encours build --as-of DATE` makes one.")
    done = publish(settings, past=past)
    console.say(f"Published number {done.number}: build {done.build_id}, as of {done.as_of_on}, in {done.path}.")


def _tell(settings: Settings, done: Build) -> None:
    stamp, results = done.stamp, done.results
    if not results.failed and not results.skipped:
        checks = f"{results.tests_passed:,} tests passed"
        if stamp.tested_rules_hash == stamp.rules_hash and not results.unit_tests_passed:
            checks += " (the unit tests passed before, on the same rules)"
        made = f"{results.made:,} models and seeds made"
        what = f"Build {stamp.build_id} as of {stamp.as_of_on}, knowing loads up to {stamp.known_at_load_id}"
        console.say(f"{what}: {made}, {checks}. File: {done.path}")
        return
    manifest = Manifest.read(settings.artefacts)
    for node in results.failed[:MOST_SHOWN]:
        where = manifest.path(node.unique_id)
        console.err.print(
            f"\n{node.resource_type} {manifest.name(node.unique_id)}", style="bold red", markup=False, soft_wrap=True
        )
        console.err.print(console.harmless(f"  {where}\n  {node.message}"), markup=False, soft_wrap=True)
        headings, rows = failing_rows(done, node)
        if rows:
            console.err.print(f"  the first {len(rows)} of {node.failures:,} failing rows:")
            for row in rows:
                values = (f"{name}={value}" for name, value in zip(headings, row, strict=True))
                console.err.print(console.harmless("    " + ", ".join(values)), markup=False, soft_wrap=True)
    failed, skipped = len(results.failed), len(results.skipped)
    raise BuildFailedError(
        f"{failed} of {len(results.nodes)} models and tests failed, and {skipped} were left out because of that. "
        f"Nothing was published; readers keep what they had. All failures and what they touch: `encours report`. "
        f"Full log: {settings.logs / 'dbt.log'}. After mending: `encours build`."
    )


def next_after(kind: BuildKind) -> str:
    """What comes after a build of this kind that passed."""
    match kind:
        case BuildKind.FULL:
            return "Next: encours publish"
        case BuildKind.PAST:
            return "Next: encours publish --allow-past"
        case _:
            return "Only a part was made; a build of everything is what can be published."
