"""The house rules a machine can see: the task runner, the lock, the container, the pages."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import yaml

# Put together here, so that this file does not hold what it forbids.
HOSTS = re.compile("|".join(("python" + r"hosted\.", "pypi" + r"\.org", "npm" + r"js\.", "debian" + r"\.org")))


def verbs(root: Path) -> dict[str, str]:
    """The verbs of the task runner and their comments."""
    lines = (root / "Makefile").read_text(encoding="utf-8").splitlines()
    return {
        match[1]: match[2]
        for line in lines
        if (match := re.fullmatch(r"([a-z]+):(?: [^#]*)?# (.+\.)", line)) is not None
    }


def test_the_verbs_are_few_and_each_says_what_it_does(project_root: Path) -> None:
    expected = {"setup", "demo", "test", "refresh", "dashboard", "lint", "docs", "bench", "long", "clean"}
    found = verbs(project_root)
    assert set(found) - {"help"} == expected
    listed = subprocess.run(["make", "help"], cwd=project_root, capture_output=True, text=True, check=True).stdout
    for verb, comment in found.items():
        assert f"make {verb}" in listed
        assert comment in listed


def test_every_locked_package_is_pinned_with_a_hash(project_root: Path) -> None:
    lock = (project_root / "requirements.lock").read_text(encoding="utf-8")
    packages = re.split(r"\n(?=[A-Za-z0-9])", lock.strip())
    assert len(packages) > 100
    for package in packages:
        assert re.match(r"[A-Za-z0-9_.\[\]-]+==\S+", package), package.splitlines()[0]
        assert "--hash=sha256:" in package, package.splitlines()[0]


def test_every_dependency_of_the_project_is_locked(project_root: Path) -> None:
    import tomllib

    project = tomllib.loads((project_root / "pyproject.toml").read_text(encoding="utf-8"))
    asked = [
        *project["project"]["dependencies"],
        *project["dependency-groups"]["dev"],
        *project["build-system"]["requires"],
    ]
    lock = (project_root / "requirements.lock").read_text(encoding="utf-8")
    for requirement in asked:
        name = re.split(r"[\[=<>]", requirement)[0]
        assert re.search(rf"^{re.escape(name)}(\[[a-z,]+\])?==", lock, re.MULTILINE), name


def test_no_committed_file_names_a_registry(project_root: Path) -> None:
    # Which registry is used is the matter of the machine, not of the project.
    found = subprocess.run(
        ["git", "grep", "-lIE", HOSTS.pattern], cwd=project_root, capture_output=True, text=True, check=False
    )
    if found.returncode > 1:  # an unpacked archive is not a repository
        texts = [path for path in project_root.glob("*") if path.is_file()]
        assert not [path.name for path in texts if HOSTS.search(path.read_text(encoding="utf-8", errors="replace"))]
        return
    assert found.stdout == ""


def test_the_hooks_use_only_what_the_lock_installs(project_root: Path) -> None:
    hooks = yaml.safe_load((project_root / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert [repository["repo"] for repository in hooks["repos"]] == ["local"]
    for hook in hooks["repos"][0]["hooks"]:
        assert hook["language"] == "system"
        assert ".venv/bin/" in hook["entry"]


def test_the_operations_page_covers_what_an_operator_asks(project_root: Path) -> None:
    page = (project_root / "docs" / "operations.md").read_text(encoding="utf-8")
    for heading in ("cron", "container", "Backup", "earlier publication", "Upgrade"):
        assert re.search(rf"^## .*{heading}", page, re.MULTILINE), heading


def test_the_container_installs_from_the_lock_and_keeps_figures_out_of_the_image(project_root: Path) -> None:
    recipe = (project_root / "Dockerfile").read_text(encoding="utf-8")
    assert "--no-deps --require-hashes -r requirements.lock" in recipe
    assert re.search(r"^USER (?!root)", recipe, re.MULTILINE)
    assert "VOLUME /data" in recipe
    assert "data" in (project_root / ".dockerignore").read_text(encoding="utf-8").split()
