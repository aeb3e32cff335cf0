"""What a build in one home learned that serves every home of this checkout, and what came proved with it.

Unit tests bring their own rows, so rules they passed on need no second proof, be it here or before the commit: `PROVED`
names the committed rules, and a test of the project holds it against them after all their unit tests ran. And what dbt
read of the project is the same wherever its data lie (10 s of each new home's first build). Both are only a saving:
where nothing can be written beside the project, every home finds out by itself.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

from encours.settings import PROJECT_ROOT

FOLDER = PROJECT_ROOT / "target" / "remembered"
PARSED = "partial_parse.msgpack"
RULES = "tested_rules.txt"
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
    """Give a home whose dbt never read the project what another home's read; dbt checks that it still fits."""
    if not (artefacts / PARSED).exists():
        _copy(FOLDER / PARSED, artefacts / PARSED)


def keep_parsed(artefacts: Path) -> None:
    """Keep what dbt has read in this home for others, where it is newer than what is kept."""
    mine, kept = artefacts / PARSED, FOLDER / PARSED
    if mine.is_file() and (not kept.exists() or kept.stat().st_mtime_ns < mine.stat().st_mtime_ns):
        _copy(mine, kept)


def _copy(source: Path, target: Path) -> None:
    """Copy in one step, so that nobody reads half a file; nothing happens where that is not possible."""
    with contextlib.suppress(OSError):
        target.parent.mkdir(parents=True, exist_ok=True)
        new = target.with_name(f"{target.name}.{os.getpid()}")
        shutil.copy2(source, new)
        new.replace(target)
