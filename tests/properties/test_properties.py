"""What holds of any company, whatever its figures are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from subprocess import CompletedProcess

import duckdb
import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from tests.models.compiled import Compiled, Warehouse
from tests.models.documents import Extracts, Row
from tests.models.history import UP_TO
from tests.oracle import Oracle
from tests.oracle.currencies import MissingRateError, missing_rates
from tests.properties.agreement import OF_THE_LOAD
from tests.properties.companies import World, varied, worlds, worlds_without_some_rates

RunEncours = Callable[..., CompletedProcess[str]]

SETTLEMENT = {"settled_on", "paid_amount", "open_amount"}
AMOUNT_COLUMNS = {"amount", "base_amount", "credit_amount", "paid_amount", "open_amount"}
ID_COLUMNS = {
    "invoice_id",
    "payment_id",
    "original_payment_id",
    "allocation_id",
    "credit_id",
    "debit_id",
    "dispute_id",
}
OF_THE_COMPANY = ("targets", "gl_balances", "gl_reconciling_items")
"""Tables that tell of a company as a whole, not of a customer."""

DOCUMENT_TABLES = ("invoices", "instalments", "payments", "allocations", "disputes", *OF_THE_COMPANY)
DELTAS = "name: canonical\ndescription: New and changed rows.\ntables:\n" + "".join(
    f"  - {{table: {name}, kind: delta, file_name: '^{name}[.]csv$'}}\n" for name in DOCUMENT_TABLES
)
"""A mapping that reads files as new and changed rows, not as the whole picture."""

HISTORIES = [name for name in UP_TO if name != "rpt_tie_out"]


def _changed(world: World, change: Callable[[Row], Row | None], policy: str | None = None) -> World:
    """The world with each document row changed, or left out."""
    return replace(
        world,
        entities=tuple(
            replace(
                entity,
                documents=tuple(row for row in map(change, entity.documents) if row is not None),
                allocation_policy=policy or entity.allocation_policy,
            )
            for entity in world.entities
        ),
    )


def _without_its_settlement(row: Row) -> Row:
    """A row of a file of payments apart, which does not say what was paid."""
    return replace(row, values={name: value for name, value in row.values.items() if name not in SETTLEMENT})


def _made(
    compiled: Compiled, world: World, *marts: str, seeds: Mapping[str, Sequence[Sequence[str]]] = {}
) -> Warehouse:
    return Warehouse(compiled, world.tables, world.as_of, seeds=seeds).make(*marts)


@settings(max_examples=8)
@given(world=worlds(12))
def test_allocations_never_change_balances(world: World, compiled: Compiled) -> None:
    """By entity and currency, on every day; what an exchange moved between currencies apart.

    Rows that say themselves what was paid of them apart, too: what allocations name of that is told by the payments.
    """
    query = """
        select entity_id, currency, event_on, sum(amount)
        from marts.fct_receivable_events where event_kind not in ('exchange') group by all having sum(amount) <> 0
    """
    stated = _changed(world, _without_its_settlement, "stated")
    bare = _changed(stated, lambda row: None if row.table == "allocations" else row)
    with (
        _made(compiled, stated, "fct_receivable_events") as one,
        _made(compiled, bare, "fct_receivable_events") as other,
    ):
        assert sorted(one.rows(query), key=str) == sorted(other.rows(query), key=str)


@settings(max_examples=5)
@given(world=worlds(12), back=st.integers(1, 40))
def test_the_history_of_a_build_is_a_fresh_build_of_any_past_day(world: World, back: int, compiled: Compiled) -> None:
    day = world.as_of - timedelta(days=back)

    def dated(row: Row) -> Row:
        # Without a day a settlement is one of the load's as-of day, and a load of another day is another load.
        is_settled = {"paid_amount", "open_amount"} & row.values.keys()
        given = {"settled_on": str(world.as_of), **row.values} if is_settled else row.values
        return Row(row.table, given, row.customer)

    world = _changed(world, dated)
    earlier = replace(world, as_of=day)
    with _made(compiled, world, *HISTORIES) as later, _made(compiled, earlier, *HISTORIES) as own:
        for name in HISTORIES:
            query = UP_TO[name]
            assert sorted(later.rows(query, {"day": day}), key=str) == sorted(own.rows(query, {"day": day}), key=str), (
                name
            )


def _doubled(row: Row) -> Row:
    values = {name: str(2 * Decimal(value)) if name in AMOUNT_COLUMNS else value for name, value in row.values.items()}
    return Row(row.table, values, row.customer)


@settings(max_examples=5)
@given(world=worlds(12, ("EUR",)))
def test_doubling_all_amounts_doubles_amounts_and_no_ratio(world: World, compiled: Compiled) -> None:
    """In one currency, where nothing is rounded; the tolerance of what is late is an amount, and doubles too."""
    policy = compiled.by_name["policy"].seed_file
    assert policy is not None
    with duckdb.connect() as connection:
        rules = connection.execute(
            "select policy, case when policy like '%_amount' then 2 * value else value end, '' "
            f"from read_csv('{policy}', types = {{'value': 'decimal(18, 6)'}})"
        ).fetchall()
    seeds = {"policy": [[str(value) for value in row] for row in rules]}
    with (
        _made(compiled, world, "fct_kpis") as once,
        _made(compiled, _changed(world, _doubled), "fct_kpis", seeds=seeds) as twice,
    ):
        order = "order by period_kind, period_ending_on, entity_id, scope, reporting_currency"
        single = once.records(f"select * from marts.fct_kpis {order}")
        double = twice.records(f"select * from marts.fct_kpis {order}")
    assert len(single) == len(double)
    for one, two in zip(single, double, strict=True):
        for name, value in one.items():
            if name == "cost_of_overdue_amount":
                continue  # rounded once, after the multiplication
            wanted = 2 * value if isinstance(value, Decimal) else value
            assert two[name] == wanted, (name, one, two)


@settings(max_examples=4)
@given(world=worlds(12))
def test_renaming_customers_changes_nothing(world: World, compiled: Compiled) -> None:
    names = {"A": "zed", "B": "Ähm", "C": "0"}

    def renamed(row: Row) -> Row:
        parent = row.values.get("parent_customer_id")
        values = {**row.values, **({"parent_customer_id": names[parent]} if parent else {})}
        return Row(row.table, values, names.get(row.customer, row.customer))

    other = _changed(world, renamed)
    marts = ("fct_kpis", "fct_aging_weekly", "fct_item_intervals", "fct_allocations")
    with _made(compiled, world, *marts) as one, _made(compiled, other, *marts) as two:
        for mart in marts:
            columns = "* exclude (customer_id)" if mart in ("fct_item_intervals", "fct_allocations") else "*"
            query = f"select {columns} from marts.{mart}"
            assert sorted(one.rows(query), key=str) == sorted(two.rows(query), key=str), mart


@settings(max_examples=6)
@given(world=worlds(12))
def test_an_unrelated_customer_changes_no_others_row(world: World, compiled: Compiled) -> None:
    """Each company takes in the customers of its neighbour, with their documents under ids of their own."""
    known = _changed(world, lambda row: row)
    entities = []
    for entity, guest in zip(known.entities, (*known.entities[1:], known.entities[0]), strict=True):
        policy = entity.allocation_policy or "stated"
        guests = tuple(row for row in map(_guest, guest.documents) if row is not None)
        entities.append((replace(entity, allocation_policy=policy), guests))
    alone = replace(world, entities=tuple(entity for entity, _ in entities))
    together = replace(
        world,
        entities=tuple(replace(entity, documents=(*entity.documents, *guests)) for entity, guests in entities),
    )
    own = "where customer_id not like '%guest%'"
    marts = ("fct_item_intervals", "fct_receivable_items", "fct_allocations", "fct_customer_weekly")
    with _made(compiled, alone, *marts) as one, _made(compiled, together, *marts) as other:
        for mart in marts:
            query = f"select * from marts.{mart} {own}"
            assert sorted(one.rows(query), key=str) == sorted(other.rows(query), key=str), mart


def _guest(row: Row) -> Row | None:
    if row.table in OF_THE_COMPANY:
        return None
    values = {name: f"guest-{value}" if name in ID_COLUMNS else value for name, value in row.values.items()}
    if "parent_customer_id" in values:
        values["parent_customer_id"] = f"guest-{values['parent_customer_id']}"
    return Row(row.table, values, f"guest-{row.customer}" if row.customer else "")


@settings(max_examples=8)
@given(world=worlds_without_some_rates(12))
def test_each_missing_rate_is_named_and_no_other(world: World, compiled: Compiled) -> None:
    """By the test that fails the build, and in the exceptions: currencies and day of all that cannot be converted."""
    (test,) = (test for test in compiled.tests if test.name == "assert_no_rate_is_missing")
    with _made(compiled, world, "rpt_exceptions") as warehouse:
        found = set(warehouse.rows(test.sql))
        listed = warehouse.rows(
            "select key from marts.rpt_exceptions "
            "where exception_kind = 'missing rate' and explanation like '%or base_amount to the documents.'"
        )
        failures = warehouse.failures(test)
    wanted = missing_rates(world.tables, world.as_of)
    assert found == wanted
    assert {str(key) for (key,) in listed} == {f"{one} to {other} on {day}" for one, other, day in wanted}
    assert failures == (len(wanted) or None)
    if wanted:
        with pytest.raises(MissingRateError):
            Oracle(world.tables, world.as_of)


def test_some_worlds_lack_rates() -> None:
    """Else the property above would say nothing."""
    enough = settings(derandomize=True, database=None, max_examples=50, phases=(Phase.generate,))
    lacking = worlds_without_some_rates(12)
    world = find(lacking, lambda world: bool(missing_rates(world.tables, world.as_of)), settings=enough)
    assert missing_rates(world.tables, world.as_of)


def test_delta_files_in_any_order_or_in_parts_end_the_same(
    tmp_path: Path, run_encours: RunEncours, compiled: Compiled
) -> None:
    """Through the loader: rows of distinct keys at once, in three files, and in the same three the other way round.

    The rows that are current in the end, and every mart that the models make of them.
    """
    world = varied(12)
    tables = world.tables
    first = Extracts({name: rows for name, rows in tables.items() if name in ("entities", "customers", "fx_rates")})
    documents = {name: rows for name, rows in tables.items() if name in DOCUMENT_TABLES}
    parts = [Extracts({name: rows[place::3] for name, rows in documents.items()}) for place in range(3)]
    mapping = tmp_path / "deltas.yml"
    mapping.write_text(DELTAS, encoding="utf-8")
    ends, marts = {}, {}
    for label, files in {"once": [Extracts(documents)], "in order": parts, "turned": parts[::-1]}.items():
        home = tmp_path / label.replace(" ", "_")
        first.write(home / "first")
        loads: list[tuple[object, ...]] = [("load", home / "first", "--as-of", world.as_of)]
        for number, extracts in enumerate(files):
            folder = home / f"part_{number}"
            Extracts({name: rows for name, rows in extracts.rows.items() if rows}).write(folder)
            loads.append(("load", folder, "--source", mapping, "--as-of", world.as_of))
        for arguments in loads:
            done = run_encours(arguments, home)
            assert done.returncode == 0, done.stderr
        path = home / "build" / "encours.duckdb"
        ends[label] = _current(path, sorted(tables))
        marts[label] = _made_of(path, compiled, world)
    assert ends["once"]["allocations"]
    assert ends["once"] == ends["in order"] == ends["turned"]
    for mart, rows in marts["once"].items():
        assert rows == marts["in order"][mart] == marts["turned"][mart], mart
    assert all(marts["once"][mart] for mart in ("fct_kpis", "rpt_kpi_bridge", "rpt_tie_out"))


def _made_of(path: Path, compiled: Compiled, world: World) -> dict[str, list[tuple[object, ...]]]:
    """All rows of the marts made of what is loaded in a file, but those that tell of its loads."""
    names = [name for name in compiled.marts if name not in OF_THE_LOAD]
    with Warehouse(compiled, {}, world.as_of) as warehouse:
        warehouse.connection.execute(f"attach '{path}' as loaded (read_only)")
        for (table,) in warehouse.rows(
            "select table_name from duckdb_tables() where database_name = 'loaded' and schema_name = 'raw'"
        ):
            warehouse.connection.execute(f"insert into raw.{table} select * from loaded.raw.{table}")
        warehouse.connection.execute("detach loaded")
        warehouse.make(*names)
        return {name: sorted(warehouse.rows(f"select * from marts.{name}"), key=str) for name in names}


def _current(path: Path, tables: Sequence[str]) -> dict[str, list[tuple[object, ...]]]:
    """The canonical columns of all current rows."""
    with duckdb.connect(path, read_only=True) as connection:
        return {
            name: sorted(
                connection.execute(
                    f"select columns(lambda c: not starts_with(c, '_')) from raw.{name} where _replaced_in is null"
                ).fetchall(),
                key=str,
            )
            for name in tables
        }
