"""`encours ageing`: any day, both bases, any slabs, from the published file; it ties or it fails."""

from __future__ import annotations

import csv
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from subprocess import CompletedProcess

import duckdb
import pytest
from python_calamine import CalamineWorkbook

from audit.slabs import of_file
from encours.errors import EncoursError
from tests.command.conftest import AS_OF
from tests.command.helpers import assert_passport, facts_above, output, pointer, reading

RunEncours = Callable[..., CompletedProcess[str]]

HEAD = "bucket_order,aging_bucket,bucket_label,from_days,to_days\n"
SLABS = HEAD + "1,not_due,Not due,,0\n2,2,To 2,1,2\n3,30,To 30,3,30\n4,over_30,Over 30,31,\n5,unapplied,Unapplied,,\n"
KEYS = ("entity_id", "customer_id", "currency", "aging_bucket")
Aged = dict[tuple[str, ...], tuple[Decimal, Decimal, int]]


def _published(home: Path, query: str) -> list[tuple[object, ...]]:
    with reading(home / "published" / str(pointer(home)["file"])) as connection:
        return connection.execute(query).fetchall()


def _aged(run_encours: RunEncours, home: Path, folder: Path, *options: object) -> Aged:
    out = folder / "aged.csv"
    done = run_encours(["ageing", *options, "--out", out], home)
    assert done.returncode == 0, output(done)
    with out.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    assert rows
    return {
        tuple(row[key] for key in KEYS if key in row): (
            Decimal(row["open_amount"]),
            Decimal(row["base_open_amount"]),
            int(row["items_count"]),
        )
        for row in rows
    }


@pytest.mark.parametrize("basis", ["due", "invoice"])
def test_on_the_as_of_day_it_is_the_mart(basis: str, small_home: Path, run_encours: RunEncours, tmp_path: Path) -> None:
    aged = _aged(run_encours, small_home, tmp_path, "--on", AS_OF, "--basis", basis, "--by", "customer")
    assert aged == {
        row[:4]: row[4:]
        for row in _published(
            small_home,
            "select entity_id, customer_id, currency, aging_bucket, open_amount, base_open_amount, items_count "
            f"from marts.rpt_aging where aging_basis = '{basis}'",
        )
    }


@pytest.mark.parametrize("day", ["2025-09-28", "2025-12-28", "2026-03-01"])
def test_on_past_weeks_it_is_the_weekly_mart(
    day: str, small_home: Path, run_encours: RunEncours, tmp_path: Path
) -> None:
    assert _aged(run_encours, small_home, tmp_path, "--on", day) == {
        row[:3]: row[3:]
        for row in _published(
            small_home,
            "select entity_id, currency, aging_bucket, sum(open_amount), sum(base_open_amount), "
            f"cast(sum(items_count) as bigint) from marts.fct_aging_weekly where week_ending_on = '{day}' group by all",
        )
    }


@pytest.mark.parametrize("basis", ["due", "invoice"])
def test_slabs_of_ones_own_cut_the_same_balance(
    basis: str, small_home: Path, run_encours: RunEncours, tmp_path: Path
) -> None:
    """A Wednesday within a month: no mart has a row for it. Each bucket is counted again, item by item."""
    slabs = tmp_path / "slabs.csv"
    slabs.write_text(SLABS)
    day = "2025-10-15"
    aged = _aged(run_encours, small_home, tmp_path, "--on", day, "--basis", basis, "--slabs", slabs)
    expected: dict[tuple[str, ...], Decimal] = {}
    for entity_id, currency, amount, age in _published(
        small_home,
        f"select entity_id, currency, open_amount, date '{day}' - {basis.replace('invoice', 'invoiced')}_on "
        "from marts.fct_item_intervals "
        f"where valid_from_on <= '{day}' and (valid_to_on is null or valid_to_on > '{day}')",
    ):
        assert isinstance(amount, Decimal)
        assert isinstance(age, int)
        bucket = (
            "unapplied"
            if amount < 0
            else "not_due"
            if age <= 0
            else "2"
            if age <= 2
            else "30"
            if age <= 30
            else "over_30"
        )
        key = (str(entity_id), str(currency), bucket)
        expected[key] = expected.get(key, Decimal(0)) + amount
    assert {key: amounts[0] for key, amounts in aged.items()} == expected


def test_a_workbook_holds_the_rows_and_says_what_they_are(
    small_home: Path, run_encours: RunEncours, tmp_path: Path
) -> None:
    out = tmp_path / "aged.xlsx"
    done = run_encours(["ageing", "--on", "2025-12-31", "--by", "customer", "--out", out], small_home)
    assert done.returncode == 0, output(done)
    book = CalamineWorkbook.from_path(out)
    heads, *rows = book.get_sheet_by_name("Ageing").to_python()
    aged = _aged(run_encours, small_home, tmp_path, "--on", "2025-12-31", "--by", "customer")
    place = heads.index("Open, document currency")
    assert sorted(round(float(str(row[place])), 2) for row in rows) == sorted(
        float(amounts[0]) for amounts in aged.values()
    )
    about = {str(row[0]): row[1] for row in book.get_sheet_by_name("About").to_python()}
    assert about["Build"] == pointer(small_home)["build_id"]
    assert about["What"] == "Aged balance by due day, by customer"


def test_a_csv_file_says_what_it_is_and_carries_the_passport(
    small_home: Path, run_encours: RunEncours, tmp_path: Path
) -> None:
    """Above the headings, after ``#``: what reads CSV with comments reads the table as it is."""
    out = tmp_path / "aged.csv"
    done = run_encours(["ageing", "--on", "2025-12-31", "--basis", "invoice", "--out", out], small_home)
    assert done.returncode == 0, output(done)
    said = facts_above(out)
    assert said["What"] == "Aged balance by invoice day, by entity"
    assert said["On"] == "2025-12-31"
    assert_passport(said, small_home)
    with duckdb.connect() as connection:
        (row,) = connection.execute(
            f"select count(*), sum(items_count) > count(*) from read_csv('{out}', comment = '#', header = true)"
        ).fetchall()
    assert row == (len(_aged(run_encours, small_home, tmp_path, "--on", "2025-12-31", "--basis", "invoice")), True)


def test_on_the_screen_each_line_adds_up(small_home: Path, run_encours: RunEncours) -> None:
    done = run_encours(["ageing", "--on", "2025-12-31"], small_home)
    assert done.returncode == 0, output(done)
    heads, *lines = done.stdout.splitlines()
    assert heads.split()[-1] == "Total"
    assert lines
    for line in lines:
        *buckets, total = (Decimal(word.replace(",", "")) for word in line.split()[2:])
        assert sum(buckets) == total


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--on", "2026-03-30"], "after 2026-03-29"),
        (["--on", "1999-01-01"], "before"),
        (["--on", "2025-12-31", "--out", "aged.pdf"], ".csv or .xlsx"),
    ],
)
def test_what_cannot_be_answered_is_refused(
    options: list[str], words: str, small_home: Path, run_encours: RunEncours
) -> None:
    done = run_encours(["ageing", *options], small_home)
    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_publication_that_does_not_tie_is_refused(own_home: Path, run_encours: RunEncours) -> None:
    with duckdb.connect(own_home / "published" / str(pointer(own_home)["file"])) as connection:
        connection.execute(
            "update marts.fct_item_intervals set open_amount = open_amount + 0.01 where document_id = "
            "(select min(document_id) from marts.fct_item_intervals where valid_to_on is null)"
        )
    done = run_encours(["ageing", "--on", AS_OF], own_home)
    assert done.returncode == 1
    assert "not sound" in done.stderr


@pytest.mark.parametrize(
    ("slabs", "words"),
    [
        ("1,a,A,,0\n2,b,B,2,\n3,u,U,,\n", "days 1 to 1 are in no slab"),
        ("1,a,A,,5\n2,b,B,5,\n3,u,U,,\n", "day 5 is in two slabs"),
        ("1,a,A,,0\n2,b,B,1,\n", "0 buckets have neither"),
        ("1,a,A,,0\n2,b,B,1,\n3,u,U,,\n4,v,V,,\n", "2 buckets have neither"),
        ("1,a,A,0,0\n2,b,B,1,\n3,u,U,,\n", "the first slab, a"),
        ("1,a,A,,0\n2,b,B,1,9\n3,u,U,,\n", "the last slab, b"),
        ("1,a,A,,0\n2,b,B,1,\n3,c,C,5,\n4,u,U,,\n", "b needs a to_days"),
        ("1,a,A,,0\n2,b,B,1,-4\n3,c,C,-3,\n4,u,U,,\n", "b ends on day -4"),
        ("1,a,A,,0\n1,b,B,1,\n3,u,U,,\n", "bucket_order 1 stands more than once"),
        ("1,a,A,,0\n2,a,B,1,\n3,u,U,,\n", "aging_bucket a stands more than once"),
        ("1,a,A,,soon\n2,b,B,1,\n3,u,U,,\n", "line 2: to_days is 'soon'"),
        (",a,A,,0\n2,b,B,1,\n3,u,U,,\n", "needs bucket_order and aging_bucket"),
        ("1,u,U,,\n", "no slab beside"),
    ],
)
def test_slabs_that_leave_days_out_or_hold_them_twice_are_refused(slabs: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "slabs.csv"
    path.write_text(HEAD + slabs)
    with pytest.raises(EncoursError) as refused:
        of_file(path)
    assert words in str(refused.value)
    assert str(path) in str(refused.value)


def test_slabs_without_a_column_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "slabs.csv"
    path.write_text("bucket,from,to\n1,,0\n")
    with pytest.raises(EncoursError, match="bucket_order is missing"):
        of_file(path)


def test_a_build_with_other_slabs_passes_every_test_of_its_data(
    own_home: Path, run_encours: RunEncours, copy_project: Callable[[Path], Path], tmp_path: Path
) -> None:
    project = copy_project(tmp_path / "project")
    (project / "seeds" / "aging_buckets.csv").write_text(SLABS)
    done = run_encours(["build"], own_home, project=project, environment={"DBT_EXCLUDE_RESOURCE_TYPES": "unit_test"})
    assert done.returncode == 0, output(done)
    with reading(own_home / "build" / "encours.duckdb") as connection:
        buckets = connection.execute("select distinct aging_bucket from marts.rpt_aging").fetchall()
    assert {bucket for (bucket,) in buckets} == {"not_due", "2", "30", "over_30", "unapplied"}
