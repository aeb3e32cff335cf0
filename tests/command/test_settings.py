"""The environment decides where files lie, and a wrong value is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from encours.errors import EncoursError
from encours.settings import PROJECT_ROOT, from_environment


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "HOME",
        "KEEP_PUBLICATIONS",
        "THREADS",
        "MEMORY_LIMIT",
        "LOAD_MEMORY_LIMIT",
        "TESTED_RULES",
        "PROVE_RULES",
    ):
        monkeypatch.delenv(f"ENCOURS_{name}", raising=False)


def test_the_home_is_data_in_the_project() -> None:
    assert from_environment().home == PROJECT_ROOT / "data"


def test_the_home_moves_every_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ENCOURS_HOME", str(tmp_path))
    settings = from_environment()
    for path in (
        settings.extracts,
        settings.build_file,
        settings.past_builds,
        settings.slim_build_file,
        settings.good_manifest,
        settings.published,
        settings.pointer,
        settings.artefacts,
        settings.logs,
    ):
        assert path.is_relative_to(tmp_path)


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ({}, "1GB"),
        ({"MEMORY_LIMIT": "500MB"}, "500MB"),
        ({"LOAD_MEMORY_LIMIT": "3GB"}, "3GB"),
        ({"MEMORY_LIMIT": "8GB", "LOAD_MEMORY_LIMIT": "3GB"}, "3GB"),
    ],
)
def test_a_load_takes_the_same_memory_whatever_the_file(
    said: dict[str, str], wanted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in said.items():
        monkeypatch.setenv(f"ENCOURS_{name}", value)
    assert from_environment().memory_to_load == wanted


def test_a_relative_home_is_from_where_the_command_was_called(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ENCOURS_HOME", "receivables")
    assert from_environment().home == tmp_path / "receivables"


@pytest.mark.parametrize(("name", "value"), [("KEEP_PUBLICATIONS", "0"), ("THREADS", "many")])
def test_a_wrong_value_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"ENCOURS_{name}", value)
    with pytest.raises(EncoursError, match=f"ENCOURS_{name} is '{value}'"):
        from_environment()


def test_every_setting_is_in_the_operations_page() -> None:
    page = (PROJECT_ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    for name in type(from_environment()).model_fields:
        assert f"`ENCOURS_{name.upper()}`" in page
