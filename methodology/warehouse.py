"""The examples as entities of one small warehouse, loaded and built by the command itself."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from python_calamine import CalamineWorkbook

from encours.settings import PROJECT_ROOT
from methodology.errors import MethodologyError
from methodology.plan import Example, Plan

AUDIT_ON = "2024-03-31"
"""The day that the auditor's export of the examples is made for."""

AS_OF = "2024-12-31"
"""The day the examples' files speak of; each example is looked at on a day of its own."""


@dataclass(frozen=True)
class Warehouse:
    """The publication of the examples: its marts, what the auditor's export says of them, and the words dbt read."""

    build: duckdb.DuckDBPyConnection
    manifest: dict[str, Any]

    def block(self, name: str) -> str | None:
        """A docs block's words; None where there is none."""
        found = self.manifest["docs"].get(f"doc.encours.{name}")
        return str(found["block_contents"]).strip() if found else None

    def columns(self, mart: str) -> dict[str, str]:
        """The columns of a mart that the YAML names, with their words."""
        columns = self.manifest["nodes"][f"model.encours.{mart}"]["columns"]
        return {name: str(column["description"]).strip() for name, column in columns.items()}


def make_warehouse(plan: Plan, home: Path) -> Warehouse:
    """Write the examples' files under ``home``, load, build and publish them; and again with what came later.

    Raises:
        MethodologyError: the files cannot be loaded or the marts cannot be built.
    """
    examples = plan.examples
    _write(examples, home / "extracts")
    _encours(home, "load", str(home / "extracts"), "--as-of", AS_OF)
    (build,) = (home / "build").rglob("*.duckdb")
    _refuse_rejects(build)
    _encours(home, "build")
    _encours(home, "publish")
    # The whole picture again, of the files that what came later is in.
    late = {name: _with_what_came_later(example) for name, example in examples.items()}
    _write(late, home / "later", tables=("payments", "allocations"))
    _encours(home, "load", str(home / "later"), "--as-of", AS_OF)
    _refuse_rejects(build)
    _encours(home, "build")
    _encours(home, "publish")
    manifest = json.loads((home / "target" / "manifest.json").read_text(encoding="utf-8"))
    connection = duckdb.connect(str(home / "published" / "encours-000002.duckdb"), read_only=True)
    _add_audit(connection, home)
    return Warehouse(connection, manifest)


def _with_what_came_later(example: Example) -> Example:
    return example.model_copy(update={"payments": (*example.payments, *example.later), "later": ()})


def _add_audit(connection: duckdb.DuckDBPyConnection, home: Path) -> None:
    """The sheets of the auditor's export as tables of the connection: ``strata``, ``sample`` and ``cut_off``."""
    workbook = home / "audit.xlsx"
    _encours(
        home, "audit", "--on", AUDIT_ON, "--sample", "5", "--seed", "7", "--cutoff-days", "5", "--out", str(workbook)
    )
    book = CalamineWorkbook.from_path(workbook)
    for table, sheet in {"strata": "Strata", "sample": "Sample", "cut_off": "Cut-off"}.items():
        lines = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
        # Notes stand above the headings, a line each in the first cell, and an empty line below them.
        above = next((place + 1 for place, line in enumerate(lines) if not any(line)), 0)
        heads, *rows = lines[above:]
        columns = ", ".join(f'"{head}" varchar' for head in heads)
        connection.execute(f"create temp table {table} ({columns})")
        for row in rows:
            connection.execute(f"insert into {table} values ({', '.join('?' * len(heads))})", list(map(_cell, row)))


def _cell(value: object) -> str:
    """A cell as it is read: whole numbers without a point."""
    return f"{value:.0f}" if isinstance(value, float) and value.is_integer() else str(value)


def _refuse_rejects(build: Path) -> None:
    """An example loses no row: what is left would explain something else."""
    with duckdb.connect(str(build), read_only=True) as connection:
        rejects = connection.execute("select file, line, reason from raw.rejects order by file, line").fetchall()
    if rejects:
        said = "\n".join(f"  {file}, line {line}: {reason}" for file, line, reason in rejects)
        raise MethodologyError(f"rows of methodology/examples.yml are refused:\n{said}")


def _write(examples: Mapping[str, Example], folder: Path, *, tables: Collection[str] | None = None) -> None:
    """One CSV file a table, or of some ``tables`` only."""
    rows: dict[str, list[dict[str, str]]] = {}
    for entity_id, example in examples.items():
        entity = {"entity_id": entity_id, "base_currency": "EUR", "allocation_policy": "stated"}
        rows.setdefault("entities", []).append(entity)
        for table, table_rows in _tables(entity_id, example).items():
            rows.setdefault(table, []).extend({"entity_id": entity_id, **row} for row in table_rows)
        rows.setdefault("fx_rates", []).extend(example.fx_rates)
    folder.mkdir(parents=True)
    for table, table_rows in rows.items():
        if not table_rows or (tables is not None and table not in tables):
            continue
        columns = list(dict.fromkeys(column for row in table_rows for column in row))
        with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, restval="")
            writer.writeheader()
            writer.writerows(table_rows)


def _tables(entity_id: str, example: Example) -> dict[str, list[dict[str, str]]]:
    """The canonical rows of an example; a payment that says what it ``pays`` is allocated to it whole."""
    owed = {"customer_id": entity_id}
    allocations = [
        {
            "allocation_id": f"{entity_id}:{row['payment_id']}",
            "credit_id": row["payment_id"],
            "debit_id": row["pays"],
            "amount": row["amount"],
        }
        for row in example.payments
        if "pays" in row
    ]
    tables = {
        "invoices": [{"document_type": "invoice", **owed, **row} for row in example.invoices],
        "payments": [
            {**owed, **{name: value for name, value in row.items() if name != "pays"}} for row in example.payments
        ],
        "allocations": allocations,
        "disputes": [{"dispute_id": f"{entity_id}:{row['invoice_id']}", **row} for row in example.disputes],
        "targets": [dict(row) for row in example.targets],
    }
    return {table: table_rows for table, table_rows in tables.items() if table_rows}


def _encours(home: Path, *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "encours", *arguments],
        cwd=PROJECT_ROOT,
        env={**os.environ, "ENCOURS_HOME": str(home), "DBT_EXCLUDE_RESOURCE_TYPES": "unit_test test"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise MethodologyError(f"encours {' '.join(arguments)} failed on the examples:\n{done.stdout}\n{done.stderr}")
