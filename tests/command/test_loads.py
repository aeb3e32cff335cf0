"""What is known: the rule that decides the as-of day, which the models have too."""

from __future__ import annotations

from datetime import UTC, date, datetime

import duckdb
import pytest

from encours.loads import Knowledge, newest


def manifest(*loads: tuple[int, str, str], kind: str = "full") -> duckdb.DuckDBPyConnection:
    """A manifest of loads, each (number, table, as-of day), loaded at six on the day after."""
    connection = duckdb.connect()
    connection.execute("create schema raw")
    connection.execute(
        "create table raw.loads (load_id integer, table_name varchar, as_of_on date, loaded_at timestamp, "
        "source varchar, slice varchar, kind varchar, unloaded_in integer)"
    )
    for load_id, table, as_of in loads:
        connection.execute(
            "insert into raw.loads values ($1, $2, $3::date, $3::date + interval 30 hour, 'erp', '*', $4, null)",
            [load_id, table, as_of, kind],
        )
    return connection


def test_nothing_loaded_is_known_as_nothing() -> None:
    assert newest(manifest()) is None
    assert newest(duckdb.connect()) is None


@pytest.mark.parametrize(
    ("known_at", "load_id", "as_of"),
    [(None, 3, date(2026, 3, 22)), (3, 3, date(2026, 3, 22)), (2, 2, date(2026, 3, 22)), (1, 1, date(2026, 3, 15))],
)
def test_rates_do_not_move_the_day_the_figures_speak_of(known_at: int | None, load_id: int, as_of: date) -> None:
    connection = manifest(
        (1, "invoices", "2026-03-15"),
        (1, "customers", "2026-03-15"),
        (2, "payments", "2026-03-22"),
        (3, "fx_rates", "2026-04-13"),
    )
    known = newest(connection, known_at=known_at)
    assert known is not None
    assert (known.load_id, known.as_of_on) == (load_id, as_of)


def test_an_older_extract_loaded_later_speaks_of_its_own_day() -> None:
    known = newest(manifest((1, "invoices", "2026-03-22"), (2, "invoices", "2026-03-15")))
    assert known == Knowledge(2, date(2026, 3, 15), datetime(2026, 3, 16, 6, tzinfo=UTC))


def test_an_older_list_of_open_items_takes_its_place_before_the_newer() -> None:
    known = newest(manifest((1, "invoices", "2026-03-22"), (2, "invoices", "2026-03-15"), kind="open_items"))
    assert known is not None
    assert (known.load_id, known.as_of_on) == (2, date(2026, 3, 22))


def test_where_only_rates_are_loaded_they_decide() -> None:
    known = newest(manifest((1, "fx_rates", "2026-04-13")))
    assert known is not None
    assert known.as_of_on == date(2026, 4, 13)


def test_nothing_is_known_before_the_first_load() -> None:
    assert newest(manifest((4, "invoices", "2026-03-15")), known_at=3) is None
