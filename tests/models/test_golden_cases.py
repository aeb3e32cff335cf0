"""What other systems' tests, documentation and bug reports say should come out, read from the marts at its own day."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sysconfig
from calendar import monthrange
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from audit.ageing import Basis, By, aged
from audit.marts import opened
from audit.slabs import of_file
from tests.models.books import Books
from tests.models.case import Case
from tests.models.documents import AS_OF, T
from tests.models.golden.cases import GOLDEN_CASES
from tests.models.golden.claims import SPEAK_OF_SOMETHING_ELSE
from tests.models.published.collection import COLLECTION_CASES
from tests.models.test_credit_cases import CREDIT_CASES

RunEncours = Callable[..., CompletedProcess[str]]


@pytest.mark.parametrize("case", GOLDEN_CASES, ids=lambda case: case.entity_id)
def test_the_marts_show_what_the_case_says(case: Case, books: Books, books_at_t: Books) -> None:
    for expectation in case.expected:
        assert expectation.seen(books, case.entity_id, case.report_on) == expectation.wanted(), expectation
    _assert_reconciled(case, books)
    if case.report_on == T:
        _assert_same_as_built_for_the_day(case, books, books_at_t)


def _assert_reconciled(case: Case, books: Books) -> None:
    """On the case's day, and wherever a mart has a row for it, items, buckets and ledger are one balance."""
    entity_id, day = case.entity_id, case.report_on
    assert books.open_by_currency_on(entity_id, day) == books.ledger_balance_on(entity_id, day)
    aging = books.aging_on(entity_id, day)
    if day.isoweekday() == 7:
        assert books.weekly_aging(entity_id, day)[0] == aging
    if day.day == monthrange(day.year, day.month)[1] and aging:
        row = books.kpis(entity_id, "month", day)
        assert row is not None
        base_aging = books.aging_on(entity_id, day, amounts="base")
        assert row["receivable_amount"] == sum(base_aging.values())
        assert row["not_due_amount"] == base_aging.get("not_due", Decimal(0))
        assert row["unapplied_amount"] == base_aging.get("unapplied", Decimal(0))


def _assert_same_as_built_for_the_day(case: Case, books: Books, built_for_the_day: Books) -> None:
    """Reading a day from the history is the same as building for the day."""
    entity_id = case.entity_id
    assert built_for_the_day.aged_balance(entity_id, "due") == books.aging_on(entity_id, T, "due")
    assert built_for_the_day.aged_balance(entity_id, "invoice") == books.aging_on(entity_id, T, "invoice")
    items = built_for_the_day.items(entity_id)
    open_items = {label: item["open_amount"] for label, item in items.items() if item["is_open"]}
    assert open_items == books.open_items_on(entity_id, T)


@pytest.fixture(scope="module")
def peer_cases(shared_dir: Path) -> dict[str, dict[str, str]]:
    """The rows of `peer_cases.csv` by id."""
    with (shared_dir / "golden" / "peer_cases.csv").open(encoding="utf-8", newline="") as file:
        return {row["case_id"]: row for row in csv.DictReader(file)}


def test_every_case_is_told_or_speaks_of_something_else(peer_cases: dict[str, dict[str, str]]) -> None:
    """Once: as an entity whose marts are looked at, as a credit case, or in the list with its reason."""
    told = [case.entity_id for case in GOLDEN_CASES]
    told += [peer_case for case in COLLECTION_CASES for peer_case in case.peer_cases]
    told += CREDIT_CASES
    assert sorted([*told, *SPEAK_OF_SOMETHING_ELSE]) == sorted(peer_cases)
    assert all(len(reason) > 15 for reason in SPEAK_OF_SOMETHING_ELSE.values())


def test_cases_are_read_on_their_report_date(peer_cases: dict[str, dict[str, str]]) -> None:
    for case in GOLDEN_CASES:
        given = peer_cases[case.entity_id]["report_date"]
        if given[:2] == "20" and len(given) == 10:
            assert case.report_on == date.fromisoformat(given), case.entity_id


def test_the_build_of_all_cases_passes_its_own_tests(cases_home: Path) -> None:
    said = (cases_home / "build.txt").read_text()
    assert said.startswith("exit status 0"), said


def test_a12_a_day_beyond_what_is_loaded_is_refused(cases_home: Path, run_encours: RunEncours) -> None:
    done = run_encours(["build", "--as-of", "2026-08-13"], cases_home)
    assert done.returncode == 1
    assert f"What is loaded speaks of {AS_OF}, so a build as of 2026-08-13" in done.stderr


SLABS = """bucket_order,aging_bucket,bucket_label,from_days,to_days
1,not_due,Not due,,0
2,2,Until 2,1,2
3,30,Until 30,3,30
4,over_30,Over 30,31,
5,unapplied,Unapplied,,
"""


def test_a14_slabs_of_ones_own_hold_their_last_day(cases_home: Path, project_root: Path, tmp_path: Path) -> None:
    """One item 30 days past due in slabs until 2 and until 30: a build with that seed puts it in `30`."""
    project, built = tmp_path / "project", tmp_path / "built.duckdb"
    for name in ("models", "macros", "seeds"):
        shutil.copytree(project_root / name, project / name)
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copyfile(project_root / name, project / name)
    (project / "seeds" / "aging_buckets.csv").write_text(SLABS)
    done = subprocess.run(
        [
            *(Path(sysconfig.get_path("scripts")) / "dbt", "build", "--target", "past", "--quiet"),
            *("--select", "+rpt_aging", "--exclude-resource-types", "test", "unit_test"),
            *("--vars", '{"as_of_date": "2024-04-18"}'),
        ],
        cwd=project,
        env={
            **os.environ,
            "ENCOURS_BUILD_FILE": str(built),
            "ENCOURS_RAW_FILE": str(cases_home / "build" / "encours.duckdb"),
            "ENCOURS_RAW_DATABASE": "raw_history",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    books = Books(built)
    assert books.aged_balance("A14", "due") == {"30": Decimal("300.00")}
    assert books.aged_balance("A14", "invoice") == {"over_30": Decimal("300.00")}
    assert books.aged_balance("A12", "due") == {"not_due": Decimal("100.00")}


def test_a14_slabs_of_ones_own_need_no_build(cases_home: Path, tmp_path: Path) -> None:
    """The same slabs in a file, and the same day, asked of the marts that were built for a later one."""
    slab_file = tmp_path / "slabs.csv"
    slab_file.write_text(SLABS)
    with opened(cases_home / "build" / "encours.duckdb") as marts:
        found = {
            basis: {
                (row["aging_bucket"], row["open_amount"])
                for row in aged(marts, date(2024, 4, 18), basis, By.ENTITY, of_file(slab_file))
                if row["entity_id"] == "A14"
            }
            for basis in Basis
        }
    assert found == {Basis.DUE: {("30", Decimal("300.00"))}, Basis.INVOICE: {("over_30", Decimal("300.00"))}}
