"""What stopped the last run, remembered until a later step succeeds, so that a summary can say it.

A scheduler runs the steps one by one, and the step that writes the summary has not seen the others fail.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from encours import files
from encours.settings import Settings

_NAME = "stopped.json"


@dataclass(frozen=True)
class Stopped:
    """The command that failed last, when (UTC), and what it said."""

    command: str
    at: str
    message: str


def remember(settings: Settings, command: str, message: str) -> None:
    """Keep that ``command`` stopped with ``message``; where even that cannot be written, the message is still told."""
    at = datetime.now(UTC).isoformat(timespec="seconds")
    with suppress(OSError):
        settings.logs.mkdir(parents=True, exist_ok=True)
        files.write_text(settings.logs / _NAME, json.dumps({"command": command, "at": at, "message": message}))


def forget(settings: Settings) -> None:
    """A step succeeded: what stopped an earlier one has passed."""
    (settings.logs / _NAME).unlink(missing_ok=True)


def read(settings: Settings) -> Stopped | None:
    """What stopped the last run; None where it went through."""
    try:
        return Stopped(**json.loads((settings.logs / _NAME).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
