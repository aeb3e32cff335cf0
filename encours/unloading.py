"""`encours unload`: a load withdrawn, and what came of it told to a person."""

from __future__ import annotations

from encours import console, loads, warehouse
from encours.errors import EncoursError
from encours.settings import Settings


def unload_and_tell(settings: Settings, load_id: int) -> None:
    """Withdraw load ``load_id`` and print what is no longer current, and what is again.

    Hold the writer lock around it.

    Raises:
        IngestError: the load cannot be withdrawn; nothing was changed.
        EncoursError: nothing was ever loaded.
    """
    from ingest.unload import unload

    if not settings.build_file.is_file():
        raise EncoursError("Nothing is loaded, so there is nothing to withdraw.")
    with warehouse.open_for_writing(settings) as connection:
        done = unload(connection, load_id)
        known, is_gone = loads.newest(connection), loads.given_up(connection, load_id) is not None
    numbers = ("withdrawn", "as before", "back")
    console.table(
        ("file", "as", *numbers),
        [
            (
                ", ".join(result.files),
                f"{result.source} {result.table_name}",
                result.rows_withdrawn,
                result.rows_changed,
                result.rows_back,
            )
            for result in done.slices
        ],
        numbers=numbers,
    )
    for warning in done.warnings:
        console.say(f"Note: {warning}")
    day = f"what is loaded speaks of {known.as_of_on}" if known is not None else "nothing is loaded any more"
    still = "" if is_gone else f" `encours build --known-at {load_id}` still shows what was known with it."
    console.say(f"Load {load_id} is withdrawn, in load {done.load_id}: {day}.{still}")
    console.say("Next: encours build" if known is not None else "Next: encours load PATH")
