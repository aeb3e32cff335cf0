"""The models compiled once, run in memory: what a build of some canonical rows says, in seconds and without files.

dbt compiles the project a single time, against a scratch database that holds nothing but the empty raw tables. The
SQL it made is then run in the order of the graph in an in-memory DuckDB whose raw tables are filled as the loader
fills them. No variable is baked in: the as-of day is that of the load, as in a build without ``--as-of``.
"""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sysconfig
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path

import duckdb

from ingest import schema
from ingest.contract import TABLE_BY_NAME, Table
from ingest.sql import ident, idents, text

PROJECT_ROOT = Path(__file__).resolve().parents[2]

PROJECT_PARTS = ("dbt_project.yml", "profiles.yml", "models", "macros", "seeds", "tests/data")
"""What dbt reads of the project."""

Tables = Mapping[str, Sequence[Mapping[str, str]]]
"""Canonical rows by table, as text, as a CSV file would give them; an empty text is nothing."""

SCRATCH = "scratch"

VARIABLES: dict[str, int | bool] = {"customer_slices": 1, "logistic_yardstick": False}
"""Slices save memory over millions of rows and are so many queries more to plan; a few rows need one. A model
that is no SQL cannot be run here."""


@dataclass(frozen=True)
class Node:
    """A model, seed or data test: its name, what it is read as, the SQL that makes it, and what comes before it."""

    unique_id: str
    resource_type: str
    relation: str
    sql: str
    needs: tuple[str, ...]
    is_view: bool = False
    column_types: Mapping[str, str] = field(default_factory=dict)
    seed_file: Path | None = None
    must_hold: str = "failures = 0"
    """Data tests: the condition on the number of rows found under which it passes."""

    @property
    def name(self) -> str:
        return self.unique_id.split(".")[2]


@dataclass(frozen=True)
class Compiled:
    """The compiled project: its nodes by id, in an order in which each comes after what it needs."""

    nodes: Mapping[str, Node]

    @cached_property
    def by_name(self) -> Mapping[str, Node]:
        """Models and seeds by name."""
        return {node.name: node for node in self.nodes.values() if node.resource_type != "test"}

    @cached_property
    def tests(self) -> tuple[Node, ...]:
        """The data tests."""
        return tuple(node for node in self.nodes.values() if node.resource_type == "test")

    def up_to(self, names: Iterable[str]) -> list[Node]:
        """The models and seeds that the named models are made from, themselves among them, in order."""
        wanted: set[str] = set()
        left = [self.by_name[name].unique_id for name in names]
        while left:
            unique_id = left.pop()
            if unique_id not in wanted:
                wanted.add(unique_id)
                left.extend(self.nodes[unique_id].needs)
        return [node for node in self.nodes.values() if node.unique_id in wanted]

    @property
    def marts(self) -> list[str]:
        """The names of all public tables."""
        return [node.name for node in self.nodes.values() if node.relation.startswith('"marts".')]


def compile_project(folder: Path, project: Path = PROJECT_ROOT) -> Compiled:
    """Have dbt compile ``project``, with its artefacts in ``folder``. Takes some ten seconds."""
    folder.mkdir(parents=True, exist_ok=True)
    scratch = folder / f"{SCRATCH}.duckdb"
    with duckdb.connect(scratch) as connection:
        schema.create(connection)
    done = subprocess.run(
        [
            str(Path(sysconfig.get_path("scripts")) / "dbt"),
            *("compile", "--quiet", "--exclude", "resource_type:unit_test"),
            *("--vars", json.dumps(VARIABLES), "--project-dir", str(project), "--profiles-dir", str(project)),
            *("--target-path", str(folder / "target"), "--log-path", str(folder / "logs")),
        ],
        cwd=project,
        env={**os.environ, "ENCOURS_BUILD_FILE": str(scratch), "ENCOURS_HOME": str(folder), "DO_NOT_TRACK": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"dbt compile:\n{done.stdout}\n{done.stderr}"
    return read_manifest(folder / "target" / "manifest.json", project)


def copy_project(folder: Path, project: Path = PROJECT_ROOT) -> Path:
    """A copy of what dbt reads of ``project``, to be changed at will."""
    for part in PROJECT_PARTS:
        source, target = project / part, folder / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copy(source, target)
    return folder


def read_manifest(path: Path, project: Path) -> Compiled:
    """The nodes of a manifest that `dbt compile` wrote."""
    manifest = json.loads(path.read_text(encoding="utf-8"))
    found: dict[str, Node] = {}
    for unique_id, node in manifest["nodes"].items():
        if node["resource_type"] not in ("model", "seed", "test"):
            continue
        found[unique_id] = Node(
            unique_id=unique_id,
            resource_type=node["resource_type"],
            relation=_without_database(node.get("relation_name") or ""),
            sql=_without_database(node.get("compiled_code") or ""),
            needs=tuple(need for need in node["depends_on"].get("nodes", ()) if not need.startswith("source.")),
            is_view=node["config"]["materialized"] == "view",
            column_types=node["config"].get("column_types") or {},
            seed_file=project / node["original_file_path"] if node["resource_type"] == "seed" else None,
            must_hold=f"not (failures {node['config']['error_if']})" if node["resource_type"] == "test" else "",
        )
    return Compiled({node.unique_id: node for node in _in_order(found)})


def _without_database(sql: str) -> str:
    return sql.replace(f'"{SCRATCH}".', "")


def _in_order(nodes: Mapping[str, Node]) -> list[Node]:
    """Each node after what it needs."""
    ordered: dict[str, Node] = {}

    def place(node: Node) -> None:
        if node.unique_id in ordered:
            return
        for need in node.needs:
            place(nodes[need])
        ordered[node.unique_id] = node

    for node in nodes.values():
        place(node)
    return list(ordered.values())


class Warehouse:
    """An in-memory warehouse: some canonical rows, loaded in one go, and the models made of them."""

    def __init__(
        self, compiled: Compiled, tables: Tables, as_of: date, *, seeds: Mapping[str, Sequence[Sequence[str]]] = {}
    ) -> None:
        self.compiled = compiled
        self.seeds = seeds
        """Rows that stand in for those of a seed's file."""
        self.connection = duckdb.connect(config={"threads": 1, "preserve_insertion_order": "false"})
        schema.create(self.connection)
        for name in ("policy", "staging", "intermediate", "marts"):
            self.connection.execute(f"create schema {name}")
        for name, rows in tables.items():
            _fill(self.connection, TABLE_BY_NAME[name], rows)
            if rows:
                _note_load(self.connection, name, len(rows), as_of)
        self.made: set[str] = set()

    def __enter__(self) -> Warehouse:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def make(self, *names: str) -> Warehouse:
        """Run the named models and all they are made from; what is made already stays."""
        for node in self.compiled.up_to(names):
            if node.unique_id not in self.made:
                self.run(node, node.sql)
                self.made.add(node.unique_id)
        return self

    def run(self, node: Node, sql: str) -> None:
        """Make one model of ``sql``, or one seed."""
        if node.seed_file is not None:
            self._plant(node, node.seed_file)
        elif node.is_view:
            self.connection.execute(f"create or replace view {node.relation} as {sql}")
        else:
            self.connection.execute(f"create or replace table {node.relation} as {sql}")

    def failures(self, test: Node, sql: str | None = None) -> int | None:
        """How many rows a data test finds wrong; None where it holds. What it reads must have been made."""
        (row,) = self.connection.execute(
            f"select failures, {test.must_hold} from (select count(*) as failures from ({sql or test.sql}))"
        ).fetchall()
        return None if row[1] else int(row[0])

    def rows(self, query: str, parameters: object = None) -> list[tuple[object, ...]]:
        """All rows of a query."""
        return self.connection.execute(query, parameters).fetchall()

    def records(self, query: str, parameters: object = None) -> list[dict[str, object]]:
        """All rows of a query, by column name."""
        cursor = self.connection.execute(query, parameters)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def _plant(self, node: Node, path: Path) -> None:
        with path.open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        assert set(header) == set(node.column_types), f"{path.name}: a column has no type of its own"
        columns = ", ".join(f"{ident(name)} {node.column_types[name]}" for name in header)
        self.connection.execute(f"create table {node.relation} ({columns})")
        given = self.seeds.get(node.name, rows)
        if given:
            values = ", ".join("(" + ", ".join(text(v) if v else "null" for v in row) + ")" for row in given)
            self.connection.execute(f"insert into {node.relation} values {values}")


def _own_names(default_sql: str) -> str:
    """The expression a default is, with the columns it is made of by their plain names."""
    return re.sub(r"\{(\w+)\}", r"\1", default_sql)


def _fill(connection: duckdb.DuckDBPyConnection, table: Table, rows: Sequence[Mapping[str, str]]) -> None:
    """Put ``rows`` into ``raw.<table>`` as the first load would: typed, defaults in place, with their lineage."""
    if not rows:
        return
    given = {name for row in rows for name in row}
    unknown = given - set(table.column_by_name)
    assert not unknown, f"{table.name} has no column {sorted(unknown)}"
    names = [name for name in table.column_by_name if name in given]
    values = ", ".join("(" + ", ".join(text(row[n]) if row.get(n) else "null" for n in names) + ")" for row in rows)
    typed = [
        f"cast({ident(column.name) if column.name in given else 'null'} as {column.type.value}) as {ident(column.name)}"
        for column in table.columns
    ]
    filled = [
        f"coalesce({ident(column.name)}, {_own_names(column.default_sql)}) as {ident(column.name)}"
        if column.default_sql
        else ident(column.name)
        for column in table.columns
    ]
    target = f"{schema.SCHEMA}.{ident(table.name)}"
    connection.execute(
        f"""
        insert into {target} ({idents(column.name for column in schema.stored_columns(table))})
        select *, 'canonical', '*', '{table.name}.csv', row_number() over (), 0, 1, null
        from (
            select {", ".join(filled)}
            from (select {", ".join(typed)} from (values {values}) as given ({idents(names)}))
        )
        """
    )
    if table.name == "allocations":
        connection.execute(f"update {target} set allocation_id = 'unnamed ' || _line where allocation_id is null")
    connection.execute(f"update {target} set _row_hash = {schema.hash_sql(table)}")


def _note_load(connection: duckdb.DuckDBPyConnection, table_name: str, count: int, as_of: date) -> None:
    """The manifest's row of the load of one table."""
    connection.execute(
        """
        insert into raw.loads (
            load_id, source, table_name, slice, file, sha256, bytes, mapping_sha256, kind, rows_read, rows_filtered,
            rows_new, rows_changed, rows_unchanged, rows_vanished, rows_rejected, as_of_on, loaded_at, status
        )
        values (
            1, 'canonical', $table, '*', $table || '.csv', '', 0, '', 'full', $count, 0, $count, 0, 0, 0, 0, $as_of,
            timestamp '2000-01-01', 'loaded'
        )
        """,
        {"table": table_name, "count": count, "as_of": as_of},
    )
