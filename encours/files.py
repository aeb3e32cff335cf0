"""Files written so that a reader sees the old one or the new one, never half of one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
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
    with _draft(place) as draft:
        draft.write_text(text, encoding="utf-8")


def copy(source: Path, place: Path) -> None:
    """Copy a file in one step."""
    with _draft(place) as draft:
        shutil.copyfile(source, draft)


@contextmanager
def _draft(place: Path) -> Iterator[Path]:
    """A path beside ``place``, to be written; it takes its place at the end, or is removed."""
    draft = place.with_name(f".{place.name}.{os.getpid()}")
    try:
        yield draft
        put_in_place(draft, place)
    finally:
        draft.unlink(missing_ok=True)
