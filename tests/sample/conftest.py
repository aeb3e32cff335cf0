"""The sample company, made once for all tests here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

import sample
from tests.sample.company import Query, read_company


@pytest.fixture(scope="session")
def company_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample company as `encours sample` makes it without arguments."""
    folder = tmp_path_factory.mktemp("company")
    sample.generate(folder, invoices=20000, seed=7)
    return folder


@pytest.fixture(scope="session")
def company(company_folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Its files, read."""
    connection = read_company(company_folder)
    yield connection
    connection.close()


@pytest.fixture
def query(company: duckdb.DuckDBPyConnection) -> Query:
    """Runs a query over the company and gives its rows."""
    return lambda sql: company.execute(sql).fetchall()
