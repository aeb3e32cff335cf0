"""What one home's build learned serves the next one's, as long as it is of the same files."""

from __future__ import annotations

from pathlib import Path

import pytest

from encours import remembered
from encours.remembered import PARSED


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one model, and nothing remembered."""
    root = tmp_path / "project"
    (root / "models").mkdir(parents=True)
    (root / "models" / "one.sql").write_text("select 1", encoding="utf-8")
    monkeypatch.setattr(remembered, "PROJECT_ROOT", root)
    monkeypatch.setattr(remembered, "FOLDER", root / "target" / "remembered")
    return root


@pytest.fixture
def read_there(project: Path, tmp_path: Path) -> Path:
    """The artefacts of a home whose dbt has read the project."""
    artefacts = tmp_path / "one"
    artefacts.mkdir()
    (artefacts / PARSED).write_text("read", encoding="utf-8")
    remembered.keep_parsed(artefacts)
    return artefacts


def lent(artefacts: Path) -> str | None:
    """What a home has of the project when its dbt starts."""
    remembered.lend_parsed(artefacts)
    path = artefacts / PARSED
    return path.read_text(encoding="utf-8") if path.is_file() else None


def test_what_one_home_read_another_need_not(read_there: Path, tmp_path: Path) -> None:
    assert lent(tmp_path / "another") == "read"


def test_a_changed_file_is_dbts_own_matter(project: Path, read_there: Path, tmp_path: Path) -> None:
    (project / "models" / "one.sql").write_text("select 2", encoding="utf-8")
    assert lent(tmp_path / "another") == "read"
    assert lent(read_there) == "read"


def test_what_was_read_before_a_file_came_is_forgotten(project: Path, read_there: Path, tmp_path: Path) -> None:
    (project / "models" / "two.yml").write_text("version: 2", encoding="utf-8")
    assert lent(tmp_path / "another") is None
    assert lent(read_there) is None


def test_what_an_earlier_version_read_is_forgotten(project: Path, tmp_path: Path) -> None:
    artefacts = tmp_path / "old"
    artefacts.mkdir()
    (artefacts / PARSED).write_text("old", encoding="utf-8")
    assert lent(artefacts) is None


def test_rules_are_proved_here_or_before_the_commit(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "PROVED", project / "proved_rules.txt")
    assert remembered.tested_rules() == frozenset()
    (project / "proved_rules.txt").write_text("before\n", encoding="utf-8")
    remembered.remember_tested("here")
    assert remembered.tested_rules() == {"before", "here"}
