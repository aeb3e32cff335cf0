"""`encours rejects`: what was not taken, on the screen or in a file to mend; loading it once it is mended, or saying
that it need not be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

from encours import author as authors
from encours import console, loads, warehouse
from encours.errors import EncoursError
from encours.settings import Settings

if TYPE_CHECKING:
    from ingest.decisions import Decision
    from ingest.exchange import Line


@dataclass(frozen=True)
class Wanted:
    """Which rejected lines; what is empty chooses nothing."""

    load_id: int | None = None
    source: str | None = None
    table: str | None = None
    file: str | None = None
    """A file's name, with `*` for any characters."""
    reason: str | None = None
    """Words in the reason, in any case."""
    line: int | None = None
    state: str | None = "open"
    """None: also lines that were mended or dismissed, and those that are past."""

    def holds(self, line: Line) -> bool:
        """Whether ``line`` is wanted."""
        place = line.place
        return (
            self.state in {None, line.state}
            and self.load_id in {None, place.load_id}
            and self.source in {None, place.source}
            and self.table in {None, place.table_name}
            and self.line in {None, place.line}
            and (self.file is None or fnmatch(place.file, self.file))
            and (self.reason is None or self.reason.casefold() in line.reasons.casefold())
        )


def list_and_tell(settings: Settings, wanted: Wanted, *, most: int) -> None:
    """Print the wanted lines, the newest load first.

    Raises:
        EncoursError: nothing was ever loaded.
    """
    from ingest import decisions

    every = _chosen(settings, replace(wanted, state=None))
    found = sorted((line for line in every if wanted.holds(line)), key=lambda line: -line.place.load_id)
    dismissed = sum(line.state == "dismissed" for line in every) if wanted.state == "open" else 0
    apart = (
        f" {dismissed:,} more {'is' if dismissed == 1 else 'are'} dismissed: encours rejects --dismissed"
        if dismissed
        else ""
    )
    if not found:
        none = "No rejected row of this kind." if wanted != Wanted() else "No rejected row is open."
        console.say(none + apart)
        return
    shown = found[:most]
    with warehouse.open_for_reading(settings.build_file) as connection:
        decided = decisions.newest(connection, [line.decision_id for line in shown if line.decision_id is not None])
    console.table(
        ("load", "table", "file", "line", "state", "column", "value", "reason"),
        [
            (
                line.place.load_id,
                f"{line.place.source} {line.place.table_name}",
                line.place.file,
                line.place.line,
                _state(line, decided),
                line.columns,
                line.value,
                line.reasons,
            )
            for line in shown
        ],
        numbers=("load", "line"),
    )
    left = f" {len(found) - most:,} are not shown: --most shows more." if len(found) > most else ""
    console.say(f"{len(found):,} rejected {'row' if len(found) == 1 else 'rows'}.{left}{apart}")
    if any(line.state == "open" for line in found):
        console.say("To mend them: encours rejects --out rejects.csv, then encours rejects --reload rejects.csv")


def export_and_tell(settings: Settings, wanted: Wanted, out: Path) -> None:
    """Write the wanted lines to ``out``, to be mended.

    Raises:
        IngestError: the file cannot be written.
        EncoursError: there is no such line.
    """
    from ingest import exchange

    found = _chosen(settings, wanted)
    if not found:
        raise EncoursError("There is no rejected row of this kind: `encours rejects --all` shows every one.")
    with warehouse.open_for_reading(settings.build_file) as connection:
        written = exchange.export(connection, found, out)
    for path, rows in written:
        console.say(f"{_rows(rows)} in {path}.")
    console.say(
        "Mend the values, leave the first columns as they are, take out rows that are not to be loaded; then: "
        f"encours rejects --reload {written[0][0]}"
    )


def reload_and_tell(settings: Settings, path: Path) -> None:
    """Load mended rows and print what became of them. Hold the writer lock around it.

    Raises:
        IngestError: a row still cannot be taken, or is none that was rejected; nothing was changed.
    """
    from encours.loading import tell
    from ingest import exchange

    connection = warehouse.open_for_writing(settings)
    try:
        known = loads.newest(connection)
        with console.working("rejects") as progress:
            done = exchange.reload(connection, path, progress, known.as_of_on if known is not None else None)
        tell(connection, done)
        left = sum(line.state == "open" for line in exchange.lines(connection))
    finally:
        connection.close()
    mended = sum(result.rows_read + result.rows_filtered for result in done.files)
    console.say(f"{_rows(mended)} mended; {left:,} still open.")


def decide_and_tell(settings: Settings, wanted: Wanted, *, reopens: bool, reason: str, author: str | None) -> None:
    """Dismiss the wanted open lines, or open the wanted dismissed ones again, and say so.

    ``author`` is by default who this machine says one is. Hold the writer lock around it.

    Raises:
        IngestError: the decision says nothing; nothing was written.
        EncoursError: there is no such line, or the machine has no name for who decides.
    """
    from ingest import decisions, exchange

    who = authors.named(author)
    connection = warehouse.open_for_writing(settings)
    try:
        of_state = replace(wanted, state="dismissed" if reopens else "open")
        found = [line for line in exchange.lines(connection) if of_state.holds(line)]
        if not found:
            raise EncoursError(
                f"There is no {of_state.state} row of this kind: `encours rejects --all` shows every one."
            )
        decide = decisions.reopen if reopens else decisions.dismiss
        decide(connection, found, author=who, reason=reason)
        left = sum(line.state == "open" for line in exchange.lines(connection))
    finally:
        connection.close()
    did = "open again" if reopens else "dismissed: not to be mended, and out of the books"
    console.say(f"{_rows(len(found))} {did}; {left:,} open.")


def _state(line: Line, decided: Mapping[int, Decision]) -> str:
    if line.mended_in is not None and line.state == "mended":
        return f"mended in {line.mended_in}"
    if line.state == "dismissed" and line.decision_id is not None:
        decision = decided[line.decision_id]
        return f"dismissed by {decision.author} on {decision.decided_at:%Y-%m-%d}: {decision.reason}"
    return line.state


def _rows(count: int) -> str:
    return "1 rejected row is" if count == 1 else f"{count:,} rejected rows are"


def _chosen(settings: Settings, wanted: Wanted) -> Sequence[Line]:
    from ingest import exchange

    with warehouse.open_for_reading(settings.build_file) as connection:
        if exchange.is_of_earlier_version(connection):
            raise EncoursError(
                "What was loaded was loaded by an earlier version: the next `encours load` or `encours build` brings "
                "the history up to this one; then ask again."
            )
        return [line for line in exchange.lines(connection) if wanted.holds(line)]
