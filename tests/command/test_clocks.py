"""Withdrawing loads and giving up old knowledge, as a person does it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import duckdb
import pytest
import yaml

from encours.compacting import SHOWN_PUBLICATIONS
from tests.command.helpers import output, reading, value

RunEncours = Callable[..., CompletedProcess[str]]
HEADER = "entity_id,invoice_id,customer_id,posted_on,amount\n"
DAYS = ("2026-01-05", "2026-01-06", "2026-01-07", "2026-01-08")


@pytest.fixture(scope="module")
def four_loads(tmp_path_factory: pytest.TempPathFactory, run_encours: RunEncours) -> Path:
    """Four loads, a day each: an invoice comes, and the first one changes, every day. Not to be written to."""
    folder = tmp_path_factory.mktemp("four-loads")
    home, landing = folder / "home", folder / "landing"
    landing.mkdir()
    (landing / "entities.csv").write_text("entity_id,base_currency\nFR,EUR\n")
    (landing / "customers.csv").write_text("customer_id\nC-1\n")
    for number, day in enumerate(DAYS, start=1):
        rows = [f"FR,I-0,C-1,2026-01-02,{number}.00", *(f"FR,I-{n},C-1,2026-01-03,9.00" for n in range(1, number + 1))]
        (landing / "invoices.csv").write_text(HEADER + "\n".join(rows) + "\n")
        done = run_encours(["load", landing, "--as-of", day], home)
        assert done.returncode == 0, output(done)
    return home


@pytest.fixture
def home(four_loads: Path, tmp_path: Path) -> Path:
    """A copy of the four loads for one test."""
    return Path(shutil.copytree(four_loads, tmp_path / "home"))


def build_file(home: Path) -> Path:
    return home / "build" / "encours.duckdb"


def current(home: Path) -> list[tuple[object, ...]]:
    with reading(build_file(home)) as connection:
        return connection.execute(
            "select invoice_id, amount::integer from raw.invoices where _replaced_in is null order by 1"
        ).fetchall()


def test_an_unloaded_load_is_told_and_what_was_before_is_current(home: Path, run_encours: RunEncours) -> None:
    done = run_encours(["unload", 4], home)
    assert done.returncode == 0, output(done)
    assert "Load 4 is withdrawn, in load 5: what is loaded speaks of 2026-01-07" in done.stdout
    assert current(home) == [("I-0", 3), ("I-1", 9), ("I-2", 9), ("I-3", 9)]
    status = run_encours(["status"], home)
    assert "up to load 5, as of 2026-01-07" in status.stdout
    assert "withdrew load 4" in status.stdout
    assert "as of 2026-01-08 (withdrawn in load 5)" in status.stdout


def test_a_load_that_others_rest_on_is_refused_by_name(home: Path, run_encours: RunEncours) -> None:
    before = current(home)
    done = run_encours(["unload", 2], home)
    assert done.returncode == 1
    assert "load 4 (invoices, as of 2026-01-08); load 3 (invoices, as of 2026-01-07)" in done.stderr
    assert "Traceback" not in done.stderr
    assert current(home) == before


def test_where_all_is_withdrawn_the_past_can_still_be_asked_for(home: Path, run_encours: RunEncours) -> None:
    for number in (4, 3, 2, 1):
        done = run_encours(["unload", number], home)
        assert done.returncode == 0, output(done)
    assert "nothing is loaded any more" in done.stdout
    assert "Loaded:    nothing yet" in run_encours(["status"], home).stdout
    assert "Nothing is loaded" in run_encours(["build"], home).stderr
    later = run_encours(["build", "--known-at", 2, "--as-of", "2026-03-01"], home)
    assert "What is loaded speaks of 2026-01-06" in later.stderr


def test_compacting_says_what_goes_before_it_goes(home: Path, run_encours: RunEncours) -> None:
    before = build_file(home).read_bytes()
    said = run_encours(["compact", "--keep", 2], home)
    assert said.returncode == 0, output(said)
    assert "these 2 loads can no longer be asked for" in said.stdout
    assert "Nothing was changed" in said.stdout
    assert value(build_file(home), "select count(*) from raw.invoices") == 8
    assert len(before) == build_file(home).stat().st_size

    done = run_encours(["compact", "--keep", 2, "--yes"], home)
    assert done.returncode == 0, output(done)
    assert "Given up: 2 versions of rows" in done.stdout
    assert current(home) == [("I-0", 4), ("I-1", 9), ("I-2", 9), ("I-3", 9), ("I-4", 9)]
    assert value(build_file(home), "select count(*) from raw.invoices") == 6
    for arguments in (["build", "--known-at", 2], ["diff", 2, 4]):
        refused = run_encours(arguments, home)
        assert refused.returncode == 1
        assert "What was known after load 2 was given up by `encours compact`" in refused.stderr
        assert "Traceback" not in refused.stderr
    assert "`--known-at` reaches back to load 3" in run_encours(["status"], home).stdout
    # The file goes on being written.
    assert run_encours(["unload", 4], home).returncode == 0
    assert current(home) == [("I-0", 3), ("I-1", 9), ("I-2", 9), ("I-3", 9)]


def test_what_published_figures_rest_on_stays(home: Path, run_encours: RunEncours) -> None:
    with duckdb.connect(build_file(home)) as connection:
        connection.execute(
            "insert into raw.publications select 1, timestamp '2026-01-06 06:00', 'first', '0', 'p', "
            "date '2026-01-06', 2, 2, false, 'EUR', null, 'first'"
        )
        connection.execute("create view main.of_raw as select count(*) as rows from encours.raw.invoices")
        published = connection.execute("from raw.publications").fetchall()
    done = run_encours(["compact", "--keep", 1, "--yes"], home)
    assert done.returncode == 0, output(done)
    assert "Load 2 stays: publication 1 rests on it." in done.stdout
    with duckdb.connect(build_file(home)) as connection:
        assert connection.execute("from raw.publications").fetchall() == published
        # Written anew, the file's views still read it.
        assert connection.execute("from main.of_raw").fetchall() == [(6,)]
        assert connection.execute(
            "select invoice_id, amount::integer from raw.invoices where _loaded_in <= 2 "
            "and coalesce(_replaced_in > 2, true) order by 1"
        ).fetchall() == [("I-0", 2), ("I-1", 9), ("I-2", 9)]
        assert connection.execute(
            "select distinct load_id from raw.loads where given_up_at is not null order by 1"
        ).fetchall() == [(1,), (3,)]


def test_days_are_counted_back_from_the_newest_load(home: Path, run_encours: RunEncours) -> None:
    with duckdb.connect(build_file(home)) as connection:
        connection.execute("update raw.loads set loaded_at = timestamp '2026-01-10' + to_days(100 * load_id)")
    said = run_encours(["compact", "--keep", "150d"], home)
    # What was known 150 days before load 4 was brought by load 2.
    assert "Nothing was changed" in said.stdout
    assert "from load 2 on" in said.stdout


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["compact"], 2, "say how much to keep"),
        (["compact", "--keep", "3", "--keep-from", "2"], 2, "say how much to keep"),
        (["compact", "--keep", "some"], 1, "a number of loads such as 13, or of days such as 400d"),
        (["compact", "--keep-from", "9"], 1, "There is no load 9; the newest is 4."),
        (["unload", "9"], 1, "There is no load 9; the newest is 4."),
        (["unload", "0"], 2, "LOAD"),
    ],
)
def test_wrong_asking_is_told(
    home: Path, run_encours: RunEncours, arguments: list[str], status: int, words: str
) -> None:
    done = run_encours(arguments, home)
    assert (done.returncode, words in done.stderr) == (status, True), output(done)


def test_as_many_publications_are_protected_as_are_shown(project_root: Path) -> None:
    project = yaml.safe_load((project_root / "dbt_project.yml").read_text())
    assert project["vars"]["shown_publications"] == SHOWN_PUBLICATIONS
