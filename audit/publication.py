"""Which file readers are pointed to."""

from __future__ import annotations

from pathlib import Path

from encours.errors import EncoursError
from encours.publish import current
from encours.settings import Settings


def published_file(settings: Settings) -> Path:
    """The published file that counts.

    Raises:
        EncoursError: nothing is published.
    """
    publication = current(settings)
    if publication is None:
        raise EncoursError("Nothing is published yet: run `encours refresh`, or `encours build` and `encours publish`.")
    return publication.path
