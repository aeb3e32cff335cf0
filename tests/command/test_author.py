"""Who writes, where nobody says so."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from encours import notes, rejects
from encours.errors import EncoursError
from encours.settings import Settings

NOBODY = 2**31 - 77


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A home of a user whom the machine knows by a number alone, as in a container."""
    for variable in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: NOBODY)
    return Settings(home=tmp_path / "home")


def write(settings: Settings, author: str | None) -> None:
    notes.add_and_tell(
        settings, "C-1", text="x", status="", next_on=None, promised=None, promised_on=None, author=author
    )


def test_a_note_needs_a_name(settings: Settings) -> None:
    with pytest.raises(EncoursError, match="--author NAME"):
        write(settings, None)
    assert not settings.notes.exists()
    write(settings, "Ann")
    assert settings.notes.exists()


def test_a_decision_needs_a_name(settings: Settings) -> None:
    with pytest.raises(EncoursError, match="--author NAME"):
        rejects.decide_and_tell(settings, rejects.Wanted(line=1), reopens=False, reason="x", author=None)
    assert not settings.home.exists()
