"""The same seed and size give the same bytes; another seed, another company."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import duckdb
import pytest

import sample
from tests.sample.company import Query


def _query(sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        return connection.execute(sql).fetchall()


def _digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_same_seed_same_bytes_whatever_the_threads(tmp_path: Path) -> None:
    for name, threads in (("one", 1), ("four", 4), ("default", None)):
        sample.generate(tmp_path / name, invoices=5000, seed=3, threads=threads)

    assert _digests(tmp_path / "one") == _digests(tmp_path / "four") == _digests(tmp_path / "default")


def test_another_seed_is_another_company(tmp_path: Path) -> None:
    sample.generate(tmp_path / "one", invoices=1000, seed=1)
    sample.generate(tmp_path / "two", invoices=1000, seed=2)

    one, two = _digests(tmp_path / "one"), _digests(tmp_path / "two")
    assert one.keys() == two.keys()
    assert all(one[f"{name}.csv"] != two[f"{name}.csv"] for name in ("customers", "invoices", "payments", "fx_rates"))


@pytest.mark.parametrize("invoices", [300, 999, 4001])
def test_size_is_the_number_of_invoices(tmp_path: Path, invoices: int) -> None:
    summary = sample.generate(tmp_path, invoices=invoices)

    types = f"select document_type from read_csv('{tmp_path}/invoices.csv')"
    assert _query(f"select count(*) from ({types}) where document_type = 'invoice'") == [(invoices,)]
    assert summary.rows["invoices.csv"] > invoices
    for name, rows in summary.rows.items():
        assert len((tmp_path / name).read_text(encoding="utf-8").splitlines()) == rows + 1


def test_larger_sizes_scale_the_customers(tmp_path: Path, query: Query) -> None:
    sample.generate(tmp_path, invoices=60000)

    larger = _query(f"select count(*) from read_csv('{tmp_path}/customers.csv')")[0][0]
    smaller = query("select count(*) from customers")[0][0]
    assert 2.7 * smaller < larger < 3.1 * smaller
    days = "select min(posted_on), max(posted_on) from"
    assert _query(f"{days} read_csv('{tmp_path}/invoices.csv')") == query(f"{days} invoices")


def test_only_the_named_files_are_touched(tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text("mine", encoding="utf-8")
    (tmp_path / "invoices.csv").write_text("old", encoding="utf-8")

    summary = sample.generate(tmp_path, invoices=300)

    assert note.read_text(encoding="utf-8") == "mine"
    assert (tmp_path / "invoices.csv").read_text(encoding="utf-8").startswith("invoice_id,")
    assert set(_digests(tmp_path)) == {*summary.rows, "late_arrivals/late_arrivals.yml", "note.txt"}


def test_a_run_that_fails_leaves_the_files_as_they_were(tmp_path: Path) -> None:
    sample.generate(tmp_path, invoices=300, seed=1)
    before = _digests(tmp_path)

    def stop(step: str) -> None:
        if step == "Writing files":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sample.generate(tmp_path, invoices=300, seed=2, progress=stop)

    assert _digests(tmp_path) == before


def test_progress_tells_each_step(tmp_path: Path) -> None:
    steps: list[str] = []
    sample.generate(tmp_path, invoices=300, progress=steps.append)

    assert len(steps) == len(set(steps)) >= 5
    assert steps[-1] == "Writing files"


@pytest.mark.parametrize(("invoices", "seed", "word"), [(299, 7, "invoices is 299"), (300, -1, "seed is -1")])
def test_impossible_requests_are_refused(tmp_path: Path, invoices: int, seed: int, word: str) -> None:
    with pytest.raises(ValueError, match=word):
        sample.generate(tmp_path / "none", invoices=invoices, seed=seed)
    assert not (tmp_path / "none").exists()
