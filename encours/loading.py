"""`encours load` and `encours inspect`: the ingest package called, its report told to a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from encours import console, warehouse
from encours.errors import EncoursError
from encours.settings import Settings


def load_files(
    settings: Settings, paths: Sequence[Path], *, source: str | None, as_of: date | None, out_of_order: bool
) -> None:
    """Load ``paths`` and print what became of each file's rows. Hold the writer lock around it.

    Raises:
        IngestError: a file cannot be loaded; nothing was changed.
        EncoursError: a path is missing.
    """
    from ingest.loader import load

    for path in paths:
        if not path.exists():
            raise EncoursError(f"There is nothing at {path}: put the extracts there, or name where they are.")
    connection = warehouse.open_for_writing(settings)
    try:
        with console.working("load") as progress:
            done = load(
                connection, paths, source=_mapping(source), as_of=as_of, out_of_order=out_of_order, progress=progress
            )
    finally:
        connection.close()
    console.say(str(done))


def _mapping(source: str | None) -> str | Path | None:
    """A mapping's name, or the path of a person's own file: what looks like a file is one."""
    if source is None or not source.endswith((".yml", ".yaml")):
        return source
    return Path(source)


def inspect_files(paths: Sequence[Path]) -> None:
    """Print what each file looks like and how it would be read."""
    from ingest.inspect import inspect

    for path in paths:
        console.say(str(inspect(path)))
