"""`encours report`: what the last build made, what failed in it, and which figures and pages that touches.

Written in Markdown for a person who does not know dbt; a scheduled run puts it on its summary page.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from encours import stamp, stopped
from encours.artefacts import Manifest, NodeResult, RunResults, read_freshness, read_run_results
from encours.errors import EncoursError
from encours.publish import Publication, current
from encours.settings import Settings
from encours.stamp import BuildState, Stamp
from encours.stopped import Stopped


def summary(settings: Settings) -> str:
    """The summary of the last build under ``settings.home``.

    Raises:
        EncoursError: there was no build.
    """
    halt = stopped.read(settings)
    try:
        built = stamp.read_artefact(settings.artefacts)
    except EncoursError:
        if halt is None:
            raise
        return _halt(halt)
    manifest, results = Manifest.read(settings.artefacts), read_run_results(settings.artefacts)
    # A build that failed tells its own story below, node by node.
    told = halt is None or (halt.command == "encours build" and bool(results.failed))
    parts = ["" if halt is None or told else _halt(halt), _headline(built, results), _published(settings, built)]
    if results.failed:
        parts += [_failures(manifest, results.failed), _touched(manifest, results.failed)]
    parts.append(_freshness(settings, manifest))
    return "\n\n".join(part for part in parts if part)


def _halt(halt: Stopped) -> str:
    return f"## Encours: stopped at `{halt.command}`\n\nAt {halt.at}:\n\n```\n{halt.message}\n```"


def keep(settings: Settings, text: str, folder: Path) -> None:
    """Copy to ``folder`` what is worth keeping of a run: ``text``, dbt's artefacts and the published file."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "summary.md").write_text(text + "\n", encoding="utf-8")
    kept = [settings.artefacts / name for name in ("manifest.json", "run_results.json", "sources.json", stamp.ARTEFACT)]
    publication = current(settings)
    if publication is not None:
        kept += [settings.pointer, publication.path]
    for path in kept:
        if path.is_file():
            shutil.copyfile(path, folder / path.name)


def _headline(built: Stamp, results: RunResults) -> str:
    name = (
        f"Build {built.build_id} ({built.kind}), as of {built.as_of_on}, knowing loads up to {built.known_at_load_id}"
    )
    counts = f"{results.made:,} models and seeds made, {results.tests_passed:,} tests passed"
    if not results.failed:
        return f"## The last build: all is well\n\n{name}: {counts}."
    left_out = f", {len(results.skipped):,} left out because of that" if results.skipped else ""
    return (
        f"## Encours: {len(results.failed):,} failed\n\n{name}: {counts}, **{len(results.failed):,} failed**{left_out}."
    )


def _published(settings: Settings, built: Stamp) -> str:
    try:
        publication: Publication | None = current(settings)
    except EncoursError as error:
        return f"**Readers see nothing.** {error}"
    if publication is None:
        return "Nothing is published yet."
    what = f"publication {publication.number}, as of {publication.as_of_on} (build {publication.build_id})"
    if built.build_id == publication.build_id:
        return f"Readers see this build: {what}."
    because = "this build did not pass" if built.state is not BuildState.PASSED else "this build is not published"
    return f"Readers still see {what}: {because}."


def _failures(manifest: Manifest, failed: Iterable[NodeResult]) -> str:
    lines = ["### What failed", "", "| what | kind | why | where |", "|---|---|---|---|"]
    for node in failed:
        checks = ", ".join(manifest.name(parent) for parent in manifest.checked_by(node.unique_id))
        kind = f"check of {checks}" if node.is_test and checks else node.resource_type
        why = manifest.description(node.unique_id) if node.is_test else ""
        said = " ".join(node.message.split())
        cells = (
            manifest.name(node.unique_id),
            kind,
            " — ".join(filter(None, (why, said))),
            manifest.path(node.unique_id),
        )
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines)


def _touched(manifest: Manifest, failed: Iterable[NodeResult]) -> str:
    touched = manifest.touched_by(node.unique_id for node in failed)
    figures = [
        f"- `{manifest.name(node)}`: {manifest.description(node)}" for node in touched if manifest.is_public(node)
    ]
    pages = sorted(page for node in touched if (page := manifest.page(node)))
    parts = []
    if figures:
        parts.append("### Figures that would be wrong or missing\n\n" + "\n".join(figures))
    if pages:
        parts.append("### Pages that show them\n\n" + "\n".join(f"- {page}" for page in pages))
    return "\n\n".join(parts)


def _freshness(settings: Settings, manifest: Manifest) -> str:
    sources = read_freshness(settings.artefacts)
    stale = [source for source in sources if source.status != "pass"]
    if not sources:
        return ""
    if not stale:
        return "The loads are as recent as they should be."
    lines = [f"- `{manifest.name(source.unique_id)}`: newest {source.newest} ({source.status})" for source in stale]
    return "### Loads that are late\n\n" + "\n".join(lines)
