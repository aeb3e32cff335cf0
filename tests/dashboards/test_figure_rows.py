"""Every figure drills to rows that add up to it, to the cent, whatever is in view."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import duckdb
import pytest

from dashboards.lib.db import Row, Warehouse
from dashboards.lib.figures import COUNTBACK, FIGURES, PARTS, Part
from dashboards.lib.measures import MEASURES
from dashboards.lib.queries import choices, cuts, figure_rows
from dashboards.lib.view import Cut, View

SCOPES = ("all", "clean")
COHORT = ("at_risk_amount", "cohort_billed_amount")
WEEKLY = [part for part in PARTS.values() if part.column not in COHORT]


def _kpi(warehouse: Warehouse, view: View, scope: str, month: date | None = None) -> Row:
    kpi = figure_rows.kpi_row(warehouse, view, scope, month)
    assert kpi is not None
    return kpi


def _differing(warehouse: Warehouse, part: Part, kpi: Row) -> list[tuple[object, ...]]:
    """The figure and what its rows add up to, where they differ."""
    found = figure_rows.total(warehouse, part, kpi)["value"] or Decimal(0)
    if found == kpi[part.column]:
        return []
    return [(kpi["period_ending_on"], kpi["entity_id"], kpi["reporting_currency"], found, kpi[part.column])]


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
@pytest.mark.parametrize("part", WEEKLY, ids=lambda part: part.column)
def test_rows_add_up_to_the_figure(warehouse: Warehouse, view: View, part: Part, scope: str) -> None:
    kpis = [_kpi(warehouse, seen, scope) for seen in _views(warehouse, view)]
    assert [line for kpi in kpis for line in _differing(warehouse, part, kpi)] == []


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("part", PARTS.values(), ids=lambda part: part.column)
def test_rows_add_up_to_the_figure_of_a_month(warehouse: Warehouse, view: View, part: Part, scope: str) -> None:
    months = [row["period_ending_on"] for row in figure_rows.months(warehouse)]
    entity = choices.entities(warehouse)[-1]["entity_id"]
    other = next(currency for currency in choices.currencies(warehouse) if currency != view.main_currency)
    # One in progress, one over, and one whose cohort is known.
    kpis = [
        _kpi(warehouse, replace(view, entity_id=seen, currency=currency), scope, month)
        for month in (months[0], months[1], months[5])
        for seen, currency in (("*", view.main_currency), ("*", other), (entity, other))
    ]
    known = [kpi for kpi in kpis if kpi[part.column] is not None]
    assert len(known) == len(kpis) / (3 if part.column in COHORT else 1)
    assert [line for kpi in known for line in _differing(warehouse, part, kpi)] == []


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("dimension", cuts.DIMENSIONS)
def test_rows_add_up_to_the_figures_of_a_member(warehouse: Warehouse, view: View, dimension: str, scope: str) -> None:
    members = [row["member"] for row in cuts.members(warehouse, view, dimension, scope)]
    month = figure_rows.months(warehouse)[5]["period_ending_on"]
    for member in (members[0], members[-1]):
        seen = replace(view, cut=Cut(dimension, member, member, member))
        week, past = _kpi(warehouse, seen, scope), _kpi(warehouse, seen, scope, month)
        differing = [line for part in WEEKLY for line in _differing(warehouse, part, week)]
        differing += [line for part in PARTS.values() for line in _differing(warehouse, part, past)]
        assert differing == [], member


@pytest.mark.parametrize("part", WEEKLY, ids=lambda part: part.column)
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


def test_targets_of_the_entities_are_the_target_of_all(warehouse: Warehouse, view: View) -> None:
    month = figure_rows.months(warehouse)[1]["period_ending_on"]
    for currency in choices.currencies(warehouse):
        kpi = _kpi(warehouse, replace(view, currency=currency), "all", month)
        rows = figure_rows.targets(warehouse, kpi)
        assert len(rows) > 1
        assert sum(row["collected_target_amount"] for row in rows) == kpi["collected_target_amount"]


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


@pytest.mark.parametrize("dimension", cuts.DIMENSIONS)
def test_members_add_up_to_all(warehouse: Warehouse, view: View, dimension: str) -> None:
    kpi = _kpi(warehouse, view, "all")
    rows = cuts.members(warehouse, view, dimension, "all")
    for column in cuts.FIGURES:
        if column.endswith("_amount"):
            assert sum(row[column] for row in rows) == kpi[column], column
    assert all(row["overdue_total"] == kpi["overdue_amount"] and row["members_count"] == len(rows) for row in rows)
    assert cuts.members(warehouse, view, dimension, "all", limit=2) == rows[:2]
    for row in rows:
        assert cuts.member(warehouse, dimension, row["member"]) is not None
