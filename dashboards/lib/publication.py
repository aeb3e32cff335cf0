"""Which published file is current, and how fresh it is.

``ENCOURS_HOME/published/current.json`` points at one versioned DuckDB file. Publishing moves the pointer in one
step, so reading it on every run is enough to follow: the file itself never changes once it is named here.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parents[2]
HOME_VARIABLE = "ENCOURS_HOME"
POINTER = Path("published") / "current.json"


class NotPublishedError(Exception):
    """Nothing has been published under this home yet."""


class UnreadablePublicationError(Exception):
    """The pointer is there, but it or the file it names cannot be read."""


@dataclass(frozen=True)
class Publication:
    """One published build. ``as_of_on`` is the day its figures speak of."""

    file: Path
    build_id: str
    as_of_on: date | None
    published_at: datetime | None

    @property
    def name(self) -> str:
        """The file's name: unique for each publication, so everything cached is keyed on it."""
        return self.file.name


def home() -> Path:
    """The folder of all run-time files: ``ENCOURS_HOME``, or ``data`` under the project."""
    given = os.environ.get(HOME_VARIABLE)
    return Path(given).expanduser() if given else PROJECT_ROOT / "data"


def current(root: Path | None = None) -> Publication:
    """Read the pointer and return the publication it names.

    Raises:
        NotPublishedError: there is no pointer.
        UnreadablePublicationError: the pointer is no JSON object, names no file, or names one that is missing.
    """
    pointer = (root or home()) / POINTER
    try:
        content = json.loads(pointer.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise NotPublishedError(f"There is no {POINTER} under {root or home()}.") from error
    except (OSError, ValueError) as error:
        raise UnreadablePublicationError(f"{pointer} cannot be read: {error}. Publish again.") from error
    if not isinstance(content, dict) or not content.get("file"):
        raise UnreadablePublicationError(f"{pointer} names no file. Publish again.")
    file = pointer.parent / str(content["file"])
    if not file.is_file():
        raise UnreadablePublicationError(
            f"{pointer} points at {file.name}, which is missing. Publish again, or roll back to an earlier one."
        )
    return Publication(
        file=file.resolve(),
        build_id=str(content.get("build_id") or file.stem),
        as_of_on=_day(content.get("as_of_on")),
        published_at=_moment(content.get("published_at")),
    )


def _day(value: object) -> date | None:
    return date.fromisoformat(value[:10]) if isinstance(value, str) and value else None


def _moment(value: object) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) and value else None
