"""Loading against a plain typed read of the same files: CPU ratios of one run.

    .venv/bin/python benchmarks/load.py [--invoices 1000000] [--rounds 3] [--memory-limit 1GB] [--folder DIR]

Targets: first load at most 1.5 times the CPU of `create table as select from read_csv(typed)`, a full file of which
one row in a hundred changed at most 2.5 times, the same files again at most 1.2 times their SHA-256. Each case is a
process of its own; the best of the rounds counts, since what disturbs only ever adds. With a memory limit, DuckDB moves
what does not fit into files beside the warehouse.
"""

from __future__ import annotations

import argparse
import hashlib
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb

from encours.settings import Settings
from ingest.contract import TABLE_BY_NAME
from ingest.loader import load

TABLES = ("entities", "invoices", "payments", "allocations")
TARGETS = {"first load": ("plain", 1.5), "changed": ("plain", 2.5), "again": ("sha256", 1.2)}

_ENTITY = "['FR', 'UK', 'PL'][1 + cast(hash(i) % 3 as integer)]"
_CURRENCY = "['EUR', 'GBP', 'PLN'][1 + cast(hash(i) % 3 as integer)]"
_CUSTOMER = "'C' || lpad(cast(hash(i) % 20000 as varchar), 6, '0')"
_DAY = "date '2023-01-02' + cast(i % 1000 as integer)"
_AMOUNT = "cast((hash(i * 7) % 1000000 + 1) / 100 as decimal(18, 2))"


def make_extracts(folder: Path, invoices: int, changed: bool) -> None:
    """Canonical files of `invoices` invoices; with ``changed`` one invoice in a hundred has another due day."""
    folder.mkdir(parents=True)
    later = "cast(i % 100 = 0 as integer)" if changed else "0"
    queries = {
        "entities": "select unnest(['FR', 'UK', 'PL']) as entity_id, unnest(['EUR', 'GBP', 'PLN']) as base_currency",
        "invoices": f"""
            select 'INV-' || lpad(cast(i as varchar), 9, '0') as invoice_id, {_CUSTOMER} as customer_id,
                {_ENTITY} as entity_id, 'invoice' as document_type, {_DAY} as posted_on, {_DAY} as invoiced_on,
                {_DAY} + 30 + {later} as due_on, '30_net' as payment_terms, {_CURRENCY} as currency,
                {_AMOUNT} as amount, 'PO-' || (hash(i * 3) % 10000000) as reference, 'posted' as status,
                i % 25 = 0 as is_disputed
            from range({invoices}) as t (i)""",
        "payments": f"""
            select 'PAY-' || lpad(cast(i as varchar), 9, '0') as payment_id, {_CUSTOMER} as customer_id,
                {_ENTITY} as entity_id, 'payment' as payment_type, {_DAY} + 41 as received_on,
                {_CURRENCY} as currency, {_AMOUNT} as amount, 'transfer' as method, 'posted' as status
            from range({invoices * 7 // 10}) as t (i)""",
        "allocations": f"""
            select 'ALC-' || lpad(cast(i as varchar), 9, '0') as allocation_id,
                'PAY-' || lpad(cast(i * 7 // 12 as varchar), 9, '0') as credit_id, 'payment' as credit_kind,
                'INV-' || lpad(cast(i * 10 // 12 as varchar), 9, '0') as debit_id, 'invoice' as debit_kind,
                {_ENTITY} as entity_id, {_AMOUNT} as amount, {_DAY} + 42 as applied_on
            from range({invoices * 12 // 10}) as t (i)""",
    }
    with duckdb.connect() as connection:
        for name, query in queries.items():
            connection.execute(f"copy ({query}) to '{folder / name}.csv' (header)")


def plain(folder: Path, warehouse: Path, connection: duckdb.DuckDBPyConnection) -> None:
    """The yardstick: each file typed on reading, no check, no hash, no history."""
    for name in TABLES:
        path = folder / f"{name}.csv"
        with path.open(encoding="utf-8") as stream:
            header = stream.readline().strip().split(",")
        types = ", ".join(f"'{column}': '{TABLE_BY_NAME[name].column_by_name[column].type.value}'" for column in header)
        connection.execute(
            f"create table {name} as select * from read_csv('{path}', columns = {{{types}}}, header = true, "
            "auto_detect = false, delim = ',', quote = '\"', escape = '\"')"
        )


def load_folder(folder: Path, warehouse: Path, connection: duckdb.DuckDBPyConnection) -> None:
    """What is measured."""
    load(connection, [folder], as_of=date(2026, 1, 31), out_of_order=True)


def sha256(folder: Path, warehouse: Path, connection: duckdb.DuckDBPyConnection) -> None:
    """The yardstick of the same files again."""
    for name in TABLES:
        with (folder / f"{name}.csv").open("rb") as stream:
            hashlib.file_digest(stream, "sha256")


CASES: dict[str, tuple[Callable[[Path, Path, duckdb.DuckDBPyConnection], None], str, bool]] = {
    "plain": (plain, "extracts", False),
    "first load": (load_folder, "extracts", False),
    "again": (load_folder, "extracts", True),
    "sha256": (sha256, "extracts", True),
    "changed": (load_folder, "changed", True),
}
"""Case -> what runs, on which extracts, and whether in a copy of the warehouse of the first load."""


def cpu_seconds() -> float:
    """User and system seconds of this process so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def run_case(case: str, folder: Path, memory_limit: str) -> None:
    """Run one case in this process; print CPU seconds and peak memory in MB."""
    run, extracts, continues = CASES[case]
    warehouse = folder / f"{case.replace(' ', '-')}.duckdb"
    warehouse.unlink(missing_ok=True)
    if continues:
        warehouse.write_bytes((folder / "first-load.duckdb").read_bytes())
    before = cpu_seconds()
    with duckdb.connect(str(warehouse), config={"threads": 2, "memory_limit": memory_limit}) as connection:
        run(folder / extracts, warehouse, connection)
    used = cpu_seconds() - before
    print(used, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)


def main() -> None:
    """Measure all cases and print their ratios."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--invoices", type=int, default=1_000_000)
    arguments.add_argument("--rounds", type=int, default=3)
    # What `encours load` allows itself.
    arguments.add_argument("--memory-limit", default=Settings.model_fields["load_memory_limit"].default)
    arguments.add_argument("--folder", type=Path)
    arguments.add_argument("--case", choices=list(CASES), help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.case:
        run_case(given.case, given.folder, given.memory_limit)
        return
    with tempfile.TemporaryDirectory(dir=given.folder) as name:
        folder = Path(name)
        make_extracts(folder / "extracts", given.invoices, changed=False)
        make_extracts(folder / "changed", given.invoices, changed=True)
        best: dict[str, float] = {}
        memory: dict[str, int] = {}
        for _ in range(given.rounds):
            for case in CASES:
                command = [sys.executable, __file__, "--case", case, "--folder", str(folder)]
                command += ["--memory-limit", given.memory_limit]
                used, peak = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
                best[case] = min(best.get(case, float("inf")), float(used))
                memory[case] = max(memory.get(case, 0), int(peak))
    print(f"{given.invoices:,} invoices, best of {given.rounds} rounds, memory limit {given.memory_limit}")
    for case, used in best.items():
        words = f"{case:<11} {used:7.2f} s CPU  {memory[case]:5d} MB"
        if case in TARGETS:
            yardstick, target = TARGETS[case]
            words += f"  {used / best[yardstick]:.2f} x {yardstick} (target {target})"
        print(words)


if __name__ == "__main__":
    main()
