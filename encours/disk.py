"""What the disk or the file system refuses, in words a person can act on."""

from __future__ import annotations

import errno

import duckdb

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_FULL_WORDS = ("no space left on device", "disk quota exceeded", "file too large")


def is_full(words: str) -> bool:
    """Whether an error's words say that the disk is full."""
    return any(each in words.lower() for each in _FULL_WORDS)


def explain(error: BaseException) -> str:
    """What went wrong in writing or reading a file, from an error of the system or of DuckDB and what led to it."""
    chain = [error]
    while (before := chain[-1].__cause__ or chain[-1].__context__) is not None and before not in chain:
        chain.append(before)
    for each in chain:
        if (isinstance(each, OSError) and each.errno in _FULL) or is_full(str(each)):
            return full(str(each))
    # The first error is the reason, the later ones came of it.
    first = next(each for each in reversed(chain) if isinstance(each, OSError | duckdb.Error))
    return (
        f"A file could not be read or written: {_line(str(first))} Nothing is half-done: what was loaded, built and "
        "published before is as it was."
    )


def full(words: str) -> str:
    """The message for a full disk; ``words`` are the system's."""
    return (
        f"The disk is full: {_line(words)} Nothing is half-done: what was loaded and published before is as it was. "
        "Free some room on the disk of ENCOURS_HOME (old files in build/past can go, and `encours compact` frees "
        "history), then run the same command again."
    )


def _line(words: str) -> str:
    first = (words.strip().splitlines() or ["unknown"])[0].strip()
    return first if first.endswith((".", "!")) else f"{first}."
