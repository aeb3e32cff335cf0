"""Every figure drills to rows that add up to it, to the cent, whatever is in view."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import duckdb
import pytest

from dashboards.lib.db import Row, Warehouse
from dashboards.lib.figures import COUNTBACK, FIGURES, PARTS, Part
from dashboards.lib.measures import MEASURES
from dashboards.lib.queries import choices, figure_rows
from dashboards.lib.view import View

SCOPES = ("all", "clean")


def _kpi(warehouse: Warehouse, view: View, scope: str) -> Row:
    kpi = figure_rows.kpi_row(warehouse, view, scope)
    assert kpi is not None
    return kpi


def _views(warehouse: Warehouse, view: View) -> list[View]:
    """Each entity in the main currency, one and all in every other, for the newest week and one a year before."""
    weeks = choices.weeks(warehouse)
    entities = [row["entity_id"] for row in choices.entities(warehouse)]
    seen = [(entity, view.main_currency) for entity in ("*", *entities)]
    others = [currency for currency in choices.currencies(warehouse) if currency != view.main_currency]
    seen += [(entity, currency) for entity in ("*", entities[-1]) for currency in others]
    return [
        replace(view, week=week, entity_id=entity, currency=currency)
        for week in (weeks[0], weeks[53])
        for entity, currency in seen
    ]


def test_every_measure_has_its_parts() -> None:
    assert set(FIGURES) == set(MEASURES)
    assert {column for parts in FIGURES.values() for column in parts} == set(PARTS)


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("part", PARTS.values(), ids=lambda part: part.column)
def test_rows_add_up_to_the_figure(warehouse: Warehouse, view: View, part: Part, scope: str) -> None:
    differing = []
    for seen in _views(warehouse, view):
        kpi = _kpi(warehouse, seen, scope)
        found = figure_rows.total(warehouse, part, kpi)["value"] or Decimal(0)
        if found != kpi[part.column]:
            differing.append((seen.week.ending_on, seen.entity_id, seen.currency, found, kpi[part.column]))
    assert differing == []


@pytest.mark.parametrize("part", PARTS.values(), ids=lambda part: part.column)
def test_the_listed_rows_and_the_customers_are_all_of_it(warehouse: Warehouse, view: View, part: Part) -> None:
    kpi = _kpi(warehouse, view, "all")
    total = figure_rows.total(warehouse, part, kpi)
    rows = figure_rows.documents(warehouse, part, kpi)
    people = figure_rows.customers(warehouse, part, kpi)
    assert len(rows) == total["rows_count"] > 0
    assert sum(row["value"] for row in rows) == total["value"]
    assert sum(row["value"] for row in people) == total["value"]
    assert len(people) == total["customers_count"]
    sizes = [abs(row["value"]) for row in rows]
    assert sizes == sorted(sizes, reverse=True)
    assert figure_rows.documents(warehouse, part, kpi, limit=3) == rows[:3]


@pytest.mark.parametrize("scope", SCOPES)
def test_the_months_counted_back_add_up_to_the_figure(warehouse: Warehouse, view: View, scope: str) -> None:
    for seen in _views(warehouse, view):
        kpi = _kpi(warehouse, seen, scope)
        months = figure_rows.countback(warehouse, kpi)
        assert sum(row["days_counted"] for row in months) == pytest.approx(kpi["dso_countback_days"], abs=1e-6)
        assert sum(row["taken_amount"] for row in months) == kpi["receivable_amount"]
        counted = {**kpi, figure_rows.COUNTED_FROM: months[-1]["month_on"]}
        rows = figure_rows.total(warehouse, COUNTBACK, counted)
        assert rows["value"] == sum(row["sales_amount"] for row in months)
        assert rows["rows_count"] == sum(row["rows_count"] for row in months)


def test_rows_of_late_items_are_the_late_ones(
    warehouse: Warehouse, view: View, marts: duckdb.DuckDBPyConnection
) -> None:
    kpi = _kpi(warehouse, view, "all")
    late = figure_rows.documents(warehouse, PARTS["late_items_count"], kpi)
    first, last = figure_rows.window(PARTS["late_items_count"], kpi)
    assert (last - first).days == 90
    assert all(first <= row["due_on"] < last for row in late)


def test_a_document_is_found_in_the_figures_it_counts_in(warehouse: Warehouse, view: View) -> None:
    kpi = _kpi(warehouse, view, "all")
    row = figure_rows.documents(warehouse, PARTS["overdue_amount"], kpi, limit=1)[0]
    alone = figure_rows.total(warehouse, PARTS["overdue_amount"], kpi, of=row)
    assert (alone["documents_count"], alone["customers_count"]) == (1, 1)
    assert alone["value"] >= row["value"] > 0
    assert figure_rows.total(warehouse, PARTS["unapplied_amount"], kpi, of=row)["value"] is None
