"""`figures.yml` and `examples.yml`, read: what the page tells in which order, and the documents of its examples."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict

HERE = Path(__file__).parent


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Example(_Strict):
    """An entity with its documents, and the row of `fct_kpis` that is looked at."""

    told: str
    period_kind: Literal["week", "month"]
    period_ending_on: date
    invoices: tuple[dict[str, str], ...]
    payments: tuple[dict[str, str], ...] = ()
    disputes: tuple[dict[str, str], ...] = ()
    targets: tuple[dict[str, str], ...] = ()
    fx_rates: tuple[dict[str, str], ...] = ()
    later: tuple[dict[str, str], ...] = ()
    """Payments that are loaded only after everything else was published."""


class Figure(_Strict):
    """A figure with a formula of its own (the docs block ``formula_<column>``) and its worked example."""

    title: str
    example: str
    worked: str
    """The formula over columns of `fct_kpis`, with × ÷ + − and brackets; must give the mart's value."""
    scope: Literal["all", "clean"] = "all"


class Part(_Strict):
    """A column that figures are made of: told in a table, with its value in an example."""

    example: str
    scope: Literal["all", "clean"] = "all"


class Table(_Strict):
    """Several rows of a mart; of one example, or of all of them."""

    example: str | None = None
    query: str


class Reckoning(_Strict):
    """A figure of another mart with a formula (the docs block ``formula_<name>``) and its worked example."""

    title: str
    example: str
    query: str
    """One row of named values."""
    worked: str
    """The formula over the names of the row; must give its value ``gives``."""
    gives: str
    tables: tuple[Table, ...] = ()


class Listing(_Strict):
    """What is no formula but a choice of rows: words (the docs block ``formula_<name>``) and what comes of it."""

    title: str
    tables: tuple[Table, ...]


class Section(_Strict):
    """A chapter of the page. ``words`` is a docs block."""

    title: str
    words: str | None = None
    parts: dict[str, Part] = {}
    figures: dict[str, Figure] = {}
    tables: tuple[Table, ...] = ()
    reckonings: dict[str, Reckoning] = {}
    listings: dict[str, Listing] = {}


class Plan(_Strict):
    """The whole page."""

    keys: tuple[str, ...]
    """Columns of `fct_kpis` that say which row it is."""
    sections: tuple[Section, ...]
    examples: dict[str, Example]


def read_plan() -> Plan:
    """The plan in this folder."""
    figures = yaml.safe_load((HERE / "figures.yml").read_text(encoding="utf-8"))
    # As text, as a CSV file holds them: amounts stay as they are written.
    examples = yaml.load((HERE / "examples.yml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    return Plan.model_validate({**figures, "examples": examples})
