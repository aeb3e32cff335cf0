"""What a build in one home learned that serves every home of this checkout, and what came proved with it.

Unit tests bring their own rows, so rules they passed on need no second proof, be it here or before the commit: `PROVED`
names the committed rules, and a test of the project holds it against them after all their unit tests ran. And what dbt
read of the project is the same wherever its data lie (10 s of each new home's first build). Both are only a saving:
where nothing can be written beside the project, every home finds out by itself.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from pathlib import Path

from encours.settings import PROJECT_ROOT

FOLDER = PROJECT_ROOT / "target" / "remembered"
PARSED = "partial_parse.msgpack"
RULES = "tested_rules.txt"
FILES = "parsed_files.txt"
PROVED = PROJECT_ROOT / "encours" / "proved_rules.txt"
"""Hash of the committed rules, on which all unit tests passed; ``python -m tests.sample.fingerprint`` writes it."""
KEPT = 20
"""Hashes of rules kept: as many states of the project as a day's work goes back and forth between."""


def tested_rules() -> frozenset[str]:
    """Hashes of rules (`encours.stamp.rules_hash`) on which all unit tests passed."""
    known: set[str] = set()
    for path in (PROVED, FOLDER / RULES):
        with contextlib.suppress(OSError):
            known.update(path.read_text(encoding="utf-8").split())
    return frozenset(known)


def remember_tested(rules_hash: str) -> None:
    """All unit tests passed on the rules with this hash."""
    with contextlib.suppress(OSError):
        path = FOLDER / RULES
        before = path.read_text(encoding="utf-8").split() if path.is_file() else []
        kept = [*(known for known in before if known != rules_hash), rules_hash][-KEPT:]
        FOLDER.mkdir(parents=True, exist_ok=True)
        new = path.with_name(f"{RULES}.{os.getpid()}")
        new.write_text("\n".join(kept) + "\n", encoding="utf-8")
        new.replace(path)


def lend_parsed(artefacts: Path) -> None:
    """Give a home whose dbt never read the project what another home's read; dbt checks that it still fits.

    What was read before files came or went is forgotten: dbt 1.12 then looks for a unit test that moved to another file
    in the old one, and fails.
    """
    files = project_files()
    for folder in (artefacts, FOLDER):
        if (folder / PARSED).exists() and _text(folder / FILES) != files:
            with contextlib.suppress(OSError):
                (folder / PARSED).unlink()
    if not (artefacts / PARSED).exists():
        _copy(FOLDER / PARSED, artefacts / PARSED)


def project_files() -> str:
    """A hash of the names of all files that dbt reads: equal means that none came, went or moved."""
    folders = (PROJECT_ROOT / folder for folder in ("models", "macros", "seeds", "tests/data"))
    names = sorted(path.relative_to(PROJECT_ROOT).as_posix() for folder in folders for path in folder.rglob("*"))
    return hashlib.sha256("\n".join(names).encode()).hexdigest()[:16]


def keep_parsed(artefacts: Path) -> None:
    """Keep what dbt has read in this home for others, where it is newer than what is kept."""
    mine, kept = artefacts / PARSED, FOLDER / PARSED
    if not mine.is_file():
        return
    files = project_files()
    _note(artefacts / FILES, files)
    if _text(FOLDER / FILES) != files or not kept.exists() or kept.stat().st_mtime_ns < mine.stat().st_mtime_ns:
        _copy(mine, kept)
        _note(FOLDER / FILES, files)


def _text(path: Path) -> str:
    """What a small file holds; nothing where it is not there."""
    with contextlib.suppress(OSError):
        return path.read_text(encoding="utf-8").strip()
    return ""


def _note(path: Path, words: str) -> None:
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{words}\n", encoding="utf-8")


def _copy(source: Path, target: Path) -> None:
    """Copy in one step, so that nobody reads half a file; nothing happens where that is not possible."""
    with contextlib.suppress(OSError):
        target.parent.mkdir(parents=True, exist_ok=True)
        new = target.with_name(f"{target.name}.{os.getpid()}")
        shutil.copy2(source, new)
        new.replace(target)
