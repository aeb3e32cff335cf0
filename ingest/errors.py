"""What can go wrong while reading extracts; each message says what, where, and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class IngestError(Exception):
    """Nothing was loaded. The message names the fault, its place and the way out."""


class MappingError(IngestError):
    """A source mapping is wrong, unknown, or does not tell enough."""


class FileError(IngestError):
    """A file cannot be read as its mapping says."""


class OrderError(IngestError):
    """A load does not fit what was loaded before it."""


class ControlError(IngestError):
    """A file is not what its control totals say."""


class ToleranceError(IngestError):
    """More rows would be rejected than the mapping allows."""


class DriftError(IngestError):
    """A column the figures cannot do without has changed its form or meaning."""


class NoteError(IngestError):
    """A note cannot be written or read."""


def nearest(word: str, words: Iterable[str]) -> str:
    """The phrase ``; did you mean 'x'?`` for the nearest of ``words``, or nothing where none is near."""
    by_fold = {candidate.casefold(): candidate for candidate in words}
    found = get_close_matches(word.casefold(), by_fold, n=1, cutoff=0.6)
    return f"; did you mean '{by_fold[found[0]]}'?" if found else ""
