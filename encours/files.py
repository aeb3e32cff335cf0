"""Files written so that a reader sees the old one or the new one, never half of one."""

from __future__ import annotations

import os
from pathlib import Path


def put_in_place(finished: Path, place: Path) -> None:
    """Move ``finished``, a whole file in the same folder, to ``place``, in one step that a power cut survives."""
    with finished.open("rb+") as file:
        os.fsync(file.fileno())
    finished.replace(place)
    folder = os.open(place.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def write_text(place: Path, text: str) -> None:
    """Write a small file in one step."""
    draft = place.with_name(f".{place.name}.{os.getpid()}")
    draft.write_text(text, encoding="utf-8")
    put_in_place(draft, place)
