"""The pages hold no SQL, the queries read marts only, and every page is documented."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from dashboards.lib.navigate import PAGES

DASHBOARDS = Path(__file__).resolve().parents[2] / "dashboards"
PAGE_FILES = sorted((*(DASHBOARDS / "app_pages").glob("*.py"), *(DASHBOARDS / "sections").glob("*.py")))
QUERY_FILES = sorted((DASHBOARDS / "lib" / "queries").glob("[a-z]*.py"))
SQL = re.compile(r"\bselect\b[^;]*?\bfrom\s+[a-z_(]", re.IGNORECASE | re.DOTALL)
RELATION = re.compile(r"\b(?:from|join)\s+([a-z_]+\.[a-z_]+)")


def _literals(path: Path) -> str:
    """All text a module holds as strings, documentation left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    documentation = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    return "\n;\n".join(
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation
    )


@pytest.mark.parametrize("path", PAGE_FILES, ids=lambda path: path.name)
def test_pages_hold_no_sql_and_open_no_database(path: Path) -> None:
    assert not SQL.search(_literals(path))
    assert "duckdb" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", sorted((DASHBOARDS / "lib").glob("*.py")), ids=lambda path: path.name)
def test_only_the_queries_speak_sql(path: Path) -> None:
    assert not SQL.search(_literals(path))


@pytest.mark.parametrize("path", QUERY_FILES, ids=lambda path: path.name)
def test_queries_read_marts_only(path: Path) -> None:
    text = _literals(path)
    relations = set(RELATION.findall(text))
    assert SQL.search(text)
    assert relations
    assert {relation for relation in relations if not relation.startswith("marts.")} <= {"information_schema.tables"}


def test_every_page_is_documented() -> None:
    guide = (DASHBOARDS.parent / "docs" / "dashboards.md").read_text(encoding="utf-8")
    for entry in PAGES:
        assert f"## {entry.title}" in guide
    exposures = (DASHBOARDS.parent / "models" / "exposures.yml").read_text(encoding="utf-8")
    for entry in PAGES:
        assert Path(entry.file).stem in exposures, f"{entry.title} has no exposure"
