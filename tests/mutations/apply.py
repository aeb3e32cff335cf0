"""All mutants in one compiled project: each place holds the right text and the wrong one, and is told apart after.

A mark goes into the file before dbt compiles it, so that a wrong text in a macro comes out in every model that calls
it, and one compilation serves all mutants.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tests.models.compiled import Compiled, compile_project, copy_project
from tests.mutations.catalogue import Mutant

_MARKED = re.compile(r"~<(\d+)~(.*?)~=\1~(.*?)~>\1~", re.DOTALL)


def compile_mutants(folder: Path, mutants: Sequence[Mutant]) -> Compiled:
    """The project compiled with a mark at the place of each mutant."""
    project = copy_project(folder / "project")
    for number, mutant in enumerate(mutants):
        path = project / mutant.file
        text = path.read_text(encoding="utf-8")
        assert text.count(mutant.old) == 1, f"{mutant.name}: its place overlaps another's, or is not there once"
        path.write_text(
            text.replace(mutant.old, f"~<{number}~{mutant.old}~={number}~{mutant.new}~>{number}~"), encoding="utf-8"
        )
    return compile_project(folder / "compiled", project)


def with_mutant(compiled: Compiled, number: int | None) -> Compiled:
    """The project with one place wrong, or none."""

    def told_apart(sql: str) -> str:
        while _MARKED.search(sql):
            sql = _MARKED.sub(lambda found: found[3] if int(found[1]) == number else found[2], sql)
        return sql

    return Compiled({key: replace(node, sql=told_apart(node.sql)) for key, node in compiled.nodes.items()})
