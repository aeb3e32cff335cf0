"""Giving up old knowledge: what is kept is as it was, row for row, and what goes is said before."""

from __future__ import annotations

import pytest

from ingest.compact import compact, plan
from ingest.errors import OrderError
from ingest.unload import unload
from tests.ingest.clocks import HISTORY, known
from tests.ingest.extracts import Extracts

NEWEST = len(HISTORY)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Extracts:
    """The whole history, loaded. Not to be changed: see ``own``."""
    made = Extracts(tmp_path_factory.mktemp("loaded"))
    for step in HISTORY:
        step(made)
    return made


@pytest.fixture
def own(loaded: Extracts, extracts: Extracts) -> Extracts:
    """A copy of the loaded history for one test."""
    file = extracts.folder / "copy.duckdb"
    loaded.connection.execute(f"attach '{file}' as copied")
    loaded.connection.execute("copy from database memory to copied")
    loaded.connection.execute("detach copied")
    extracts.connection.execute(f"attach '{file}' as copied (read_only)")
    extracts.connection.execute("copy from database copied to memory")
    return extracts


@pytest.mark.parametrize(
    ("kept_from", "needed"), [(NEWEST, []), (NEWEST, [2, 9]), (10, [1]), (7, []), (6, [5]), (1, []), (2, [])]
)
def test_what_is_kept_is_as_it_was_and_the_rest_is_gone(own: Extracts, kept_from: int, needed: list[int]) -> None:
    kept = sorted({*range(kept_from, NEWEST + 1), *needed})
    before = {load_id: known(own, load_id) for load_id in range(1, NEWEST + 1)}
    rows = {table: own.rows(f"select count(*) from raw.{table}")[0][0] for table in ("invoices", "payments")}
    planned = plan(own.connection, kept_from=kept_from, needed=needed)
    compact(own.connection, planned)
    # The manifest says what was given up and is otherwise as it was.
    assert own.rows("select distinct load_id from raw.loads where given_up_at is null order by 1") == [
        (load_id,) for load_id in kept
    ]
    assert [load.load_id for load in planned.given_up] == sorted(set(range(1, NEWEST + 1)) - set(kept))
    assert planned.kept_before == tuple(number for number in needed if number < kept_from)
    own.connection.execute("update raw.loads set given_up_at = null")
    for load_id in kept:
        assert known(own, load_id) == before[load_id], f"load {load_id}"
    for table, count in rows.items():
        left = own.rows(f"select count(*) from raw.{table}")[0][0]
        assert left == count - planned.rows.get(table, 0)
        spans = own.rows(f"select _loaded_in, coalesce(_replaced_in, {NEWEST + 1}) from raw.{table}")
        assert all(any(first <= load_id < end for load_id in kept) for first, end in spans)
    assert bool(planned.rows) == (kept_from > 2)


def test_a_second_time_there_is_nothing_left_to_give_up(own: Extracts) -> None:
    compact(own.connection, plan(own.connection, kept_from=9, needed=[3]))
    again = plan(own.connection, kept_from=9, needed=[2, 3])
    # What is gone stays gone, also where it would be needed now.
    assert (again.given_up, again.rows, again.kept_before) == ((), {}, (3,))


def test_loading_and_unloading_go_on(own: Extracts) -> None:
    compact(own.connection, plan(own.connection, kept_from=NEWEST, needed=[]))
    fresh = known(own, NEWEST)
    HISTORY[9](own)
    with pytest.raises(OrderError, match=r"What was current before load 14 was given up by `encours compact`"):
        unload(own.connection, NEWEST)
    unload(own.connection, NEWEST + 1)
    columns = "invoice_id, customer_id, amount"
    current = own.current("invoices", columns)
    assert len(current) == len(fresh["invoices"])
    assert current == own.rows(f"select {columns} from raw.invoices where _loaded_in <= {NEWEST} order by all")
