"""More marts beside the oracle: made of those of `agreement`, so that fewer companies show enough."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from tests.models.compiled import Warehouse
from tests.oracle import Oracle
from tests.properties.agreement import KPI_KEY, Difference, compare, flagged, key_of

COMPARED_FURTHER = ("fct_kpis_by_dimension", "fct_customer_weekly", "rpt_roll_forward", "rpt_kpi_bridge")
"""The marts that are set beside the oracle here."""

_DAYS_PRECISION = Fraction(1, 10**9)


def further_differences(warehouse: Warehouse, oracle: Oracle) -> Iterator[Difference]:
    """All that the marts of ``warehouse`` and ``oracle`` do not both say. The marts must have been made."""
    key: tuple[str, ...] = (*KPI_KEY, "dimension", "member")
    yield from compare(
        "fct_kpis_by_dimension",
        {key_of(row, key): row for row in warehouse.records("select * from marts.fct_kpis_by_dimension")},
        {place: flagged(row) for place, row in oracle.kpis_by_dimension().items()},
        place_of_entity=2,
    )
    key = ("week_ending_on", "entity_id", "customer_id")
    seen = {key_of(row, key): row for row in warehouse.records("select * from marts.fct_customer_weekly")}
    # The mart leaves out weeks in which a customer has nothing at all.
    weeks = {place: row for place, row in oracle.customer_weekly().items() if place in seen or any(row.values())}
    yield from compare("fct_customer_weekly", seen, weeks, place_of_entity=1)
    key = ("month_ending_on", "entity_id", "currency", "amount_basis")
    yield from compare(
        "rpt_roll_forward",
        {key_of(row, key): row for row in warehouse.records("select * from marts.rpt_roll_forward")},
        _in_base_currency(warehouse, oracle),
        place_of_entity=1,
    )
    yield from _bridges(warehouse, oracle)


def _in_base_currency(warehouse: Warehouse, oracle: Oracle) -> dict[tuple[object, ...], dict[str, Decimal]]:
    """The oracle's months; those in base, which it tells by document currency, together under the base currency."""
    base = {
        str(entity_id): str(currency)
        for entity_id, currency in warehouse.rows(
            "select distinct entity_id, base_currency from marts.fct_receivable_items"
        )
    }
    found: dict[tuple[object, ...], dict[str, Decimal]] = {}
    for (month, entity_id, currency, basis), amounts in oracle.roll_forward().items():
        row = found.setdefault((month, entity_id, base[entity_id] if basis == "base" else currency, basis), {})
        for name, amount in amounts.items():
            row[name] = row.get(name, Decimal(0)) + amount
    return found


def _bridges(warehouse: Warehouse, oracle: Oracle) -> Iterator[Difference]:
    """Effects on DSO to a billionth of a day; the sum of those on what is overdue to the cent."""
    mart = "rpt_kpi_bridge"
    seen: dict[tuple[object, ...], Fraction] = {
        tuple(row[:6]): Fraction(str(row[6]))
        for row in warehouse.rows(
            """
            select
                period_kind, period_ending_on, entity_id, reporting_currency, measure,
                case when measure = 'overdue' then 'total' else effect end, sum(value)
            from marts.rpt_kpi_bridge group by all
            """
        )
    }
    wanted: dict[tuple[object, ...], Fraction] = {place: effect.value for place, effect in oracle.bridges().items()}
    for place in sorted(seen.keys() | wanted.keys(), key=str):
        told = " ".join(map(str, place))
        if place not in wanted or place not in seen:
            what = "missing" if place in wanted else "not wanted"
            yield Difference(str(place[2]), mart, f"{told}: {what}")
        elif abs(seen[place] - wanted[place]) > _DAYS_PRECISION:
            text = f"{told}: {float(seen[place])}, the oracle says {float(wanted[place])}"
            yield Difference(str(place[2]), mart, text, "value")
