"""Files that change while they are read: what was taken of such a file is nobody's picture, so it is refused."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import FileError
from ingest.files import sha256

FRESH_SECONDS = 2.0
"""A file written so lately may be written again within the same tick of the file system's clock."""


@dataclass(frozen=True)
class Print:
    """A file as it was before it was read: what the system says of it, and the hash of its bytes."""

    path: Path
    size: int
    modified_ns: int
    inode: int
    sha256: str
    is_fresh: bool
    """It was written only just now: its times alone do not tell whether it is written on."""


def take(path: Path) -> Print:
    """Look at a file before it is read; what is written from here on shows in :func:`refuse_changed`."""
    before = path.stat()
    is_fresh = abs(time.time() - before.st_mtime) < FRESH_SECONDS
    return Print(path, before.st_size, before.st_mtime_ns, before.st_ino, sha256(path), is_fresh)


def refuse_changed(prints: Iterable[Print]) -> None:
    """Raise `FileError` for a file that is not as it was when it was looked at."""
    for taken in prints:
        try:
            now = taken.path.stat()
            same = (now.st_size, now.st_mtime_ns, now.st_ino) == (taken.size, taken.modified_ns, taken.inode)
            same = same and (not taken.is_fresh or sha256(taken.path) == taken.sha256)
        except FileNotFoundError:
            raise FileError(f"{taken.path.name}: was removed while it was read; nothing was loaded") from None
        if not same:
            raise FileError(
                f"{taken.path.name}: changed while it was read ({taken.size:,} bytes before, {now.st_size:,} after); "
                "nothing was loaded. Wait until whatever writes it is done, best by letting it write under another "
                "name and rename the file at the end; then load again."
            )
