"""`encours rejects`: what was not taken, on the screen or in a file to mend, and loading it once it is mended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

from encours import console, loads, warehouse
from encours.errors import EncoursError
from encours.settings import Settings

if TYPE_CHECKING:
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
    in_any_state: bool = False
    """Also lines that were mended, and those of pictures that a newer file replaced."""

    def holds(self, line: Line) -> bool:
        """Whether ``line`` is wanted."""
        place = line.place
        return (
            (self.in_any_state or line.state == "open")
            and self.load_id in {None, place.load_id}
            and self.source in {None, place.source}
            and self.table in {None, place.table_name}
            and (self.file is None or fnmatch(place.file, self.file))
            and (self.reason is None or self.reason.casefold() in line.reasons.casefold())
        )


def list_and_tell(settings: Settings, wanted: Wanted, *, most: int) -> None:
    """Print the wanted lines, the newest load first.

    Raises:
        EncoursError: nothing was ever loaded.
    """
    found = sorted(_chosen(settings, wanted), key=lambda line: -line.place.load_id)
    if not found:
        console.say("No rejected row of this kind." if wanted != Wanted() else "No rejected row is open.")
        return
    console.table(
        ("load", "table", "file", "line", "state", "column", "value", "reason"),
        [
            (
                line.place.load_id,
                f"{line.place.source} {line.place.table_name}",
                line.place.file,
                line.place.line,
                line.state if line.mended_in is None else f"mended in {line.mended_in}",
                line.columns,
                line.value,
                line.reasons,
            )
            for line in found[:most]
        ],
        numbers=("load", "line"),
    )
    left = f" {len(found) - most:,} are not shown: --most shows more." if len(found) > most else ""
    console.say(f"{len(found):,} rejected {'row' if len(found) == 1 else 'rows'}.{left}")
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


def _rows(count: int) -> str:
    return "1 rejected row is" if count == 1 else f"{count:,} rejected rows are"


def _chosen(settings: Settings, wanted: Wanted) -> Sequence[Line]:
    from ingest import exchange

    with warehouse.open_for_reading(settings.build_file) as connection:
        return [line for line in exchange.lines(connection) if wanted.holds(line)]
