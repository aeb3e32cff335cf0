"""Quoting for the SQL the loader writes."""

from __future__ import annotations

from collections.abc import Iterable


def ident(name: str) -> str:
    """``name`` as a quoted identifier."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """``value`` as a string literal."""
    return "'" + value.replace("'", "''") + "'"


def idents(names: Iterable[str], prefix: str = "") -> str:
    """Quoted names with commas between, each with ``prefix`` (an alias and a dot) before it."""
    return ", ".join(prefix + ident(name) for name in names)


def texts(values: Iterable[str]) -> str:
    """String literals with commas between."""
    return ", ".join(text(value) for value in values)
