"""The contract is one: tables, source YAML and page are what it says."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest
import yaml

from ingest import render, schema
from ingest.contract import HISTORIES, LINEAGE, OWN_TABLES, STATED_IN, TABLES, ColumnType, Table

ALL = (*HISTORIES, *OWN_TABLES)


@pytest.fixture(scope="module")
def warehouse() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    schema.create(connection)
    return connection


@pytest.mark.parametrize("table", ALL, ids=[table.name for table in ALL])
def test_tables_are_those_of_the_contract(warehouse: duckdb.DuckDBPyConnection, table: Table) -> None:
    described = warehouse.execute(f"describe raw.{table.name}").fetchall()
    found = [(name, re.sub(r",(?=\d)", ", ", kind.lower()), null == "NO") for name, kind, null, *_ in described]
    expected = [
        (c.name, c.type.value, c.required)
        for c in (*table.columns, *((*LINEAGE, STATED_IN) if table in HISTORIES else ()))
    ]
    assert found == expected


def test_making_the_tables_twice_changes_nothing(warehouse: duckdb.DuckDBPyConnection) -> None:
    before = warehouse.execute("select sql from duckdb_tables() order by table_name").fetchall()
    schema.create(warehouse)
    assert warehouse.execute("select sql from duckdb_tables() order by table_name").fetchall() == before


def test_source_yaml_is_up_to_date() -> None:
    assert render.SOURCES_FILE.read_text(encoding="utf-8") == render.sources_yaml(), "run python -m ingest.render"


def test_source_yaml_describes_each_column_with_its_type() -> None:
    (source,) = yaml.safe_load(render.SOURCES_FILE.read_text(encoding="utf-8"))["sources"]
    assert source["name"] == source["schema"] == "raw"
    assert source["database"] == "{{ env_var('ENCOURS_RAW_DATABASE', target.database) }}"
    described = {
        table["name"]: [(column["name"], column["data_type"]) for column in table["columns"]]
        for table in source["tables"]
    }
    assert described == {
        table.name: [(column.name, column.type.value) for column in schema.all_columns(table)] for table in ALL
    }
    assert all(column["description"] for table in source["tables"] for column in table["columns"])
    (loads,) = [table for table in source["tables"] if table["name"] == "loads"]
    assert loads["config"]["loaded_at_field"] == "loaded_at"


def test_page_is_up_to_date() -> None:
    assert render.DOCS_FILE.read_text(encoding="utf-8") == render.contract_markdown(), "run python -m ingest.render"


def test_page_names_each_table_and_column() -> None:
    page = render.DOCS_FILE.read_text(encoding="utf-8")
    for table in ALL:
        section = re.search(rf"(?ms)^#+ {table.name}$(.*?)(^#|\Z)", page)
        assert section is not None, table.name
        named = re.findall(r"^\| `(\w+)`\*? \|", section.group(1), flags=re.M)
        assert named == [column.name for column in table.columns]


@pytest.mark.parametrize("table", ALL, ids=[table.name for table in ALL])
def test_a_table_is_described_whole(table: Table) -> None:
    names = [column.name for column in table.columns]
    assert len(set(names)) == len(names)
    assert set(table.key) <= set(names)
    assert table.control_amount is None or table.column_by_name[table.control_amount].type is ColumnType.AMOUNT
    for column in table.columns:
        assert re.fullmatch(r"[a-z][a-z0-9_]*", column.name)
        assert column.description.endswith(".") or column.description.endswith("…"), column.name
        assert not (column.required and column.default)


ADDED = {
    "account_notes": {"promised_amount", "promised_due_on"},
    "entities": {"is_made_up"},
    "gl_balances": {"chart_of_accounts"},
    "ledger_lines": {
        "account_holds",
        "chart_of_accounts",
        "customer_name",
        "default_payment_terms",
        "is_brought_forward",
        "journal_name",
    },
    "customers": {"bank_account"},
    "payments": {"remittance_text", "payer_name", "payer_account", "end_to_end_id"},
}
"""Columns this project added to those of the design."""


def test_columns_of_the_design(shared_dir: Path) -> None:
    """Every table here is one of the design; its columns are those its line there names, and those added."""
    design = (shared_dir / "design" / "contract.md").read_text(encoding="utf-8")
    for table in TABLES:
        line = re.search(rf"^\| `{table.name}` \| ([^|]*) \| (.*) \|$", design, flags=re.M)
        assert line is not None, table.name
        assert tuple(re.findall(r"\w+", line.group(1).split("(")[0])) == table.key
        words = set(re.findall(r"[a-z][a-z_0-9]*", line.group(2)))
        known = {column.name for column in table.columns} - ADDED.get(table.name, set())
        assert known - words <= set(table.key) | {"entity_id"}, f"{table.name}: {known - words} is not in the design"
