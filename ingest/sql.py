"""Quoting for the SQL the loader writes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path


def ident(name: str) -> str:
    """``name`` as a quoted identifier."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """``value`` as a string literal."""
    return "'" + value.replace("'", "''") + "'"


def file_text(path: Path) -> str:
    """``path`` as a literal for DuckDB's readers, which take ``*``, ``?`` and ``[`` for patterns of names.

    Where it stands after, `NO_HIVE` keeps them from making columns of folders that are called ``year=2026``.
    """
    return text(re.sub(r"([*?\[])", r"[\1]", str(path)))


NO_HIVE = "hive_partitioning = false"
"""An argument of DuckDB's readers."""


def idents(names: Iterable[str], prefix: str = "") -> str:
    """Quoted names with commas between, each with ``prefix`` (an alias and a dot) before it."""
    return ", ".join(prefix + ident(name) for name in names)


def texts(values: Iterable[str]) -> str:
    """String literals with commas between."""
    return ", ".join(text(value) for value in values)
