"""More marts beside the oracle: made of those of `agreement`, so that fewer companies show enough."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from fractions import Fraction
from typing import Any

from tests.models.compiled import Warehouse
from tests.oracle import Oracle
from tests.properties.agreement import KPI_KEY, Difference, compare

COMPARED_FURTHER = (
    "fct_kpis_by_dimension",
    "fct_customer_weekly",
    "rpt_tie_out",
    "rpt_roll_forward",
    "rpt_kpi_bridge",
    "rpt_kpi_bridge_comparisons",
)
"""The marts that are set beside the oracle here."""

KEYS: dict[str, tuple[str, ...]] = {
    "fct_kpis_by_dimension": (*KPI_KEY, "dimension", "member"),
    "fct_customer_weekly": ("week_ending_on", "entity_id", "customer_id"),
    "rpt_tie_out": ("balance_on", "entity_id", "account", "currency", "amount_basis"),
    "rpt_roll_forward": ("month_ending_on", "entity_id", "currency", "amount_basis"),
    "rpt_kpi_bridge": ("period_kind", "period_ending_on", "entity_id", "reporting_currency", "measure", "effect"),
}

DISTANCES = {"four_weeks": (4, 0), "year": (52, 12)}
"""How many weeks and months before its row each comparison looks; none: weeks alone."""

_DAYS_PRECISION = Fraction(1, 10**9)


def further_differences(warehouse: Warehouse, oracle: Oracle) -> Iterator[Difference]:
    """All that the marts of ``warehouse`` and ``oracle`` do not both say. The marts must have been made."""
    told: tuple[tuple[str, Mapping[Any, Mapping[str, object]]], ...] = (
        ("fct_kpis_by_dimension", oracle.kpis_by_dimension()),
        ("fct_customer_weekly", oracle.customer_weekly()),
        ("rpt_tie_out", oracle.tie_out()),
        ("rpt_roll_forward", oracle.roll_forward()),
    )
    for mart, wanted in told:
        yield from compare(mart, KEYS[mart], warehouse.records(f"select * from marts.{mart}"), wanted)
    yield from _bridges(warehouse, oracle)


def _bridges(warehouse: Warehouse, oracle: Oracle) -> Iterator[Difference]:
    """Each effect: on what is overdue to the cent, on DSO to a billionth of a day."""
    key = KEYS["rpt_kpi_bridge"]
    rows = warehouse.records("select * from marts.rpt_kpi_bridge")
    wanted: Rows = {place: asdict(effect) for place, effect in oracle.bridges().items()}
    yield from compare("rpt_kpi_bridge", key, _near(key, rows, wanted), wanted)
    key = ("comparison", *key)
    rows = warehouse.records("select * from marts.rpt_kpi_bridge_comparisons")
    wanted = {
        (comparison, *place): asdict(effect)
        for comparison, (weeks, months) in DISTANCES.items()
        for place, effect in oracle.bridges(weeks, months).items()
        if months or place[0] == "week"
    }
    yield from compare("rpt_kpi_bridge_comparisons", key, _near(key, rows, wanted), wanted)


Rows = dict[tuple[object, ...], dict[str, object]]


def _near(key_names: tuple[str, ...], records: list[dict[str, object]], wanted: Rows) -> Iterator[dict[str, object]]:
    """The records with the exact value where theirs is near enough: the mart keeps twelve places of a double."""
    for record in records:
        row, told = dict(record), wanted.get(tuple(record[name] for name in key_names), {})
        within = _DAYS_PRECISION if record["measure"] == "dso" else 0
        for name in ("opening_value", "closing_value", "value"):
            value, exact = Fraction(str(record[name])), told.get(name)
            row[name] = exact if isinstance(exact, Fraction) and abs(value - exact) <= within else value
        yield row
