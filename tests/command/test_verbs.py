"""Every verb explains itself, and wrong use is told apart from failure."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest
import typer.main
from typer.core import TyperCommand, TyperGroup, TyperOption

from encours.cli import app

RunEncours = Callable[..., CompletedProcess[str]]

_group = typer.main.get_command(app)
assert isinstance(_group, TyperGroup)
VERBS = {name: command for name, command in _group.commands.items() if isinstance(command, TyperCommand)} | {
    f"{name} {below}": command
    for name, group in _group.commands.items()
    if isinstance(group, TyperGroup)
    for below, command in group.commands.items()
    if isinstance(command, TyperCommand)
}


def test_the_verbs_of_the_contract_are_there() -> None:
    contract = {"sample", "inspect", "load", "build", "publish", "refresh", "status", "dashboard", "report"}
    assert contract <= set(VERBS)


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_every_verb_says_what_it_does_with_an_example(verb: str) -> None:
    command = VERBS[verb]
    assert command.help
    assert command.epilog
    assert command.epilog.startswith("Example")
    assert f"encours {verb}" in command.epilog


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_every_option_says_what_it_is_for(verb: str) -> None:
    for parameter in VERBS[verb].params:
        if isinstance(parameter, TyperOption) and parameter.name != "help":
            assert parameter.help, f"encours {verb} {parameter.opts[0]} has no help"


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_every_verb_is_in_the_documentation(verb: str, project_root: Path) -> None:
    pages = [project_root / "README.md", *(project_root / "docs").glob("*.md")]
    assert any(f"encours {verb}" in page.read_text(encoding="utf-8") for page in pages)


@pytest.mark.parametrize("verb", ["", *sorted(VERBS)])
def test_help_is_printed_without_touching_anything(verb: str, run_encours: RunEncours, tmp_path: Path) -> None:
    done = run_encours([*verb.split(), "--help"], tmp_path / "home")
    assert done.returncode == 0
    assert "Usage" in done.stdout
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["improve"], "improve"),
        (["load", "no-such-folder", "--as-of", "2026-03-29"], "no-such-folder"),
        (["load", ".", "--as-of", "29.03.2026"], "29.03.2026"),
        (["load"], "Missing argument"),
        (["build", "--target", "spark"], "Spark target comes with its own release"),
        (["build", "--target", "postgres"], "postgres"),
        (["build", "--known-at", "0"], "--known-at"),
        (["build", "--retry", "--as-of", "2026-01-31"], "--retry"),
        (["build", "--changed-from", "no-such-folder"], "no-such-folder"),
        (["publish", "pyproject.toml"], "--allow-past"),
        (["sample", "--invoices", "3", "--out", "never-made"], "3"),
        (["dashboard", "--port", "99999"], "--port"),
        (["ageing"], "--on"),
        (["audit", "--on", "2025-12-31"], "--out"),
        (["audit", "--on", "2025-12-31", "--sample", "0", "--out", "never.xlsx"], "--sample"),
        (["audit", "--on", "2025-12-31", "--cutoff-days", "90", "--out", "never.xlsx"], "--cutoff-days"),
        (["committee"], "--out"),
        (["committee", "--largest", "0", "--out", "never.xlsx"], "--largest"),
        (["statutory", "--language", "de"], "de"),
        (["statutory", "--year", "2025"], "2025"),
        (["ageing", "--on", "31.12.2025"], "31.12.2025"),
        (["ageing", "--on", "2025-12-31", "--basis", "order"], "order"),
        (["ageing", "--on", "2025-12-31", "--slabs", "no-such-file"], "no-such-file"),
        (["note", "add"], "Missing argument"),
        (["note", "add", "C-1", "--next-on", "13.04.2026"], "13.04.2026"),
    ],
)
def test_wrong_use_exits_with_2_and_names_what_is_wrong(
    arguments: list[str], words: str, run_encours: RunEncours, tmp_path: Path
) -> None:
    done = run_encours(arguments, tmp_path / "home")
    assert done.returncode == 2
    assert words in done.stderr
    assert not (tmp_path / "home" / "build").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["build"], "Nothing is loaded"),
        (["build", "--retry"], "Nothing is loaded"),
        (["publish"], "There is no file"),
        (["publish", "--allow-past"], "There is no past build"),
        (["rollback"], "Nothing is published yet"),
        (["refresh"], "extracts: put the extracts there"),
        (["ageing", "--on", "2025-12-31"], "Nothing is published yet"),
        (["audit", "--on", "2025-12-31", "--out", "never.xlsx"], "Nothing is published yet"),
        (["committee", "--out", "never.xlsx"], "Nothing is published yet"),
        (["statutory"], "Nothing is published yet"),
        (["report"], "no build has ended here"),
        (["note", "add", "C-1"], "The note says nothing"),
        (["status", "--freshness"], "Nothing is loaded"),
    ],
)
def test_on_an_empty_home_every_verb_says_what_comes_first(
    arguments: list[str], words: str, run_encours: RunEncours, tmp_path: Path
) -> None:
    done = run_encours(arguments, tmp_path / "home")
    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_status_of_an_empty_home_says_how_to_begin(run_encours: RunEncours, tmp_path: Path) -> None:
    done = run_encours(["status"], tmp_path / "home")
    assert done.returncode == 0
    assert "encours load" in done.stdout
    assert "encours sample" in done.stdout
    assert not (tmp_path / "home").exists()


def test_a_wrong_environment_is_a_message_not_a_stack(run_encours: RunEncours, tmp_path: Path) -> None:
    done = run_encours(["status"], tmp_path, environment={"ENCOURS_KEEP_PUBLICATIONS": "none"})
    assert done.returncode == 1
    assert "ENCOURS_KEEP_PUBLICATIONS" in done.stderr
    assert "Traceback" not in done.stderr


def test_every_public_function_of_the_package_has_a_docstring() -> None:
    import encours.artefacts
    import encours.build
    import encours.building
    import encours.dashboard
    import encours.dbt
    import encours.files
    import encours.loading
    import encours.loads
    import encours.notes
    import encours.publish
    import encours.report
    import encours.settings
    import encours.sheets
    import encours.stamp
    import encours.status
    import encours.warehouse

    modules = [module for module in vars(encours).values() if inspect.ismodule(module)]
    assert len(modules) >= 14
    for module in modules:
        assert module.__doc__, module.__name__
        for name, member in vars(module).items():
            own = getattr(member, "__module__", None) == module.__name__
            if own and not name.startswith("_") and (inspect.isfunction(member) or inspect.isclass(member)):
                assert inspect.getdoc(member), f"{module.__name__}.{name}"
