"""The regression beside the scorecard: trained on the quarters before alone, and missed by nobody where it is not."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import ModuleType

import duckdb
import pytest

WEEKS = [date(2023, 12, 31), date(2024, 3, 31), date(2024, 6, 30), date(2024, 9, 29)]
CUSTOMERS = 40


class Dbt:
    """What a Python model is handed: ``ref`` gives a relation, ``config`` is nothing to us."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    def ref(self, name: str) -> duckdb.DuckDBPyRelation:
        """A table of the connection."""
        return self.connection.table(name)

    def config(self, **_: object) -> None:
        """Take what a model says of itself."""


@pytest.fixture(scope="module")
def yardstick(project_root: Path) -> ModuleType:
    """The model's module."""
    path = project_root / "models" / "intermediate" / "int_backtest_logistic.py"
    spec = importlib.util.spec_from_file_location("int_backtest_logistic", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """Forty customers in three quarters; the higher its number, the more of a customer's four invoices come late."""
    with duckdb.connect() as made:
        made.execute(
            "create table risk_factors as select unnest(['bounces', 'bureau_score', 'not_a_column']) as factor"
        )
        made.execute("create table weeks as select unnest($weeks) as scored_on", {"weeks": WEEKS[:3]})
        made.execute("create table horizons as select unnest([13, 26]) as horizon_weeks")
        made.execute(f"""
            create table int_backtest_customers as
            select
                horizon_weeks, scored_on, true as is_compared, 'C' || number as customer_id,
                case scored_on when date '2023-12-31' then date '2024-03-31' when date '2024-03-31'
                    then date '2024-06-30' else date '2024-09-29' end as next_scored_on,
                number / {CUSTOMERS} as past_late_rate, number / {CUSTOMERS} as past_late_rate_by_value,
                number as days_beyond_terms, 4 as learnt_count,
                cast(4 * number / {CUSTOMERS} as integer) as learnt_late_count
            from weeks, horizons, range({CUSTOMERS}) as customers (number)
        """)
        made.execute("""
            create table int_customer_risk_inputs as
            select distinct
                customer_id, scored_on as week_ending_on, cast(0 as decimal(12, 3)) as bounces,
                cast(null as decimal(12, 3)) as bureau_score
            from int_backtest_customers
        """)
        yield made


def _said(yardstick: ModuleType, connection: duckdb.DuckDBPyConnection) -> dict[tuple[date, str], float]:
    rows = yardstick.model(Dbt(connection), connection).fetchall()
    return {(scored_on, customer): chance for scored_on, customer, chance in rows}


def test_a_quarter_is_trained_on_those_before_it(yardstick: ModuleType, connection: duckdb.DuckDBPyConnection) -> None:
    """The first has none; the chance rises with what made invoices late, in every later one."""
    said = _said(yardstick, connection)
    assert {scored_on for scored_on, _ in said} == set(WEEKS[1:3])
    for week in WEEKS[1:3]:
        chances = [said[week, f"C{number}"] for number in range(CUSTOMERS)]
        assert chances == sorted(chances)
        assert chances[0] < 0.2 < 0.8 < chances[-1]


def test_what_comes_later_changes_nothing_before_it(
    yardstick: ModuleType, connection: duckdb.DuckDBPyConnection
) -> None:
    """Turned around, the outcomes of the second quarter reach the third, not the second."""
    before = _said(yardstick, connection)
    connection.execute(
        "update int_backtest_customers set learnt_late_count = learnt_count - learnt_late_count "
        "where scored_on = $week",
        {"week": WEEKS[1]},
    )
    after = _said(yardstick, connection)
    assert {key: chance for key, chance in after.items() if key[0] == WEEKS[1]} == {
        key: chance for key, chance in before.items() if key[0] == WEEKS[1]
    }
    assert after[WEEKS[2], "C0"] > before[WEEKS[2], "C0"]


def test_too_few_invoices_train_nothing(yardstick: ModuleType, connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("update int_backtest_customers set learnt_late_count = 0")
    assert _said(yardstick, connection) == {}


def test_without_scikit_learn_there_is_no_row_and_no_error(
    yardstick: ModuleType, connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "sklearn"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "sklearn", None)
    said = yardstick.model(Dbt(connection), connection)
    assert said.columns == ["scored_on", "customer_id", "late_probability"]
    assert [str(kind) for kind in said.types] == ["DATE", "VARCHAR", "DOUBLE"]
    assert said.fetchall() == []


def test_customers_are_drawn_where_there_are_too_many(
    yardstick: ModuleType, connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fewer train, all are told."""
    whole = _said(yardstick, connection)
    monkeypatch.setattr(yardstick, "MOST", CUSTOMERS // 2)
    drawn = _said(yardstick, connection)
    assert drawn.keys() == whole.keys()
    assert drawn != whole
