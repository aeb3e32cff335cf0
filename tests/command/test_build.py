"""Builds run for real on a small company: whole, past, changed only, failing, taken up again."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.command.helpers import output, pointer, tables, value

RunEncours = Callable[..., CompletedProcess[str]]
CopyProject = Callable[[Path], Path]

PAST_DAY = "2025-12-31"

FAILS_WHEN_TOLD = """
select document_id, amount from {{ ref('fct_receivable_items') }}
where '{{ env_var("ENCOURS_TRIAL", "") }}' = 'fail'
order by document_id
limit 7
"""


def unit_tests(home: Path) -> int:
    """How many unit tests the last build ran."""
    results = json.loads((home / "target" / "run_results.json").read_text())["results"]
    return sum(node["unique_id"].startswith("unit_test.") for node in results)


def test_a_refresh_loads_builds_and_publishes(small_home: Path) -> None:
    built, published = small_home / "build" / "encours.duckdb", small_home / "published" / "encours-000001.duckdb"
    assert value(built, "select state from main.build_stamp") == "passed"
    assert value(built, "select tests_passed_count from main.build_stamp") == value(
        published, "select tests_passed_count from marts.rpt_passport"
    )
    assert pointer(small_home)["build_id"] == value(published, "select build_id from marts.rpt_passport")
    assert pointer(small_home)["as_of_on"] == "2026-03-29"
    assert {name for name in tables(built) if name.startswith("marts.")} == {
        name for name in tables(published) if name.startswith("marts.")
    }


def test_status_and_report_say_that_all_is_well(small_home: Path, run_encours: RunEncours) -> None:
    status = run_encours(["status"], small_home)
    assert status.returncode == 0, output(status)
    for words in (
        "up to load 1, as of 2026-03-29",
        "tests passed",
        "number 1",
        "everything that is loaded is published",
    ):
        assert words in status.stdout
    report = run_encours(["report"], small_home)
    assert report.returncode == 0, output(report)
    assert "all is well" in report.stdout
    assert "Readers see this build: publication 1, as of 2026-03-29" in report.stdout


def test_the_report_keeps_what_a_scheduled_run_should_keep(
    small_home: Path, run_encours: RunEncours, tmp_path: Path
) -> None:
    done = run_encours(["report", "--keep", tmp_path / "kept"], small_home)
    assert done.returncode == 0, output(done)
    kept = {path.name for path in (tmp_path / "kept").iterdir()}
    assert {"summary.md", "manifest.json", "run_results.json", "build.json", "current.json"} <= kept
    assert "encours-000001.duckdb" in kept
    assert (tmp_path / "kept" / "summary.md").read_text().strip() == done.stdout.strip()


def test_the_same_extracts_again_change_nothing(own_home: Path, extracts: Path, run_encours: RunEncours) -> None:
    done = run_encours(["load", extracts, "--as-of", "2026-03-29"], own_home)
    assert done.returncode == 0, output(done)
    assert "Nothing new" in done.stdout
    published = run_encours(["publish"], own_home)
    assert published.returncode == 0, output(published)
    assert pointer(own_home)["number"] == 2


def test_a_load_after_the_build_must_be_built_before_it_is_published(
    own_home: Path, extracts: Path, run_encours: RunEncours, tmp_path: Path
) -> None:
    landing = Path(shutil.copytree(extracts, tmp_path / "landing"))
    disputes = landing / "disputes.csv"
    disputes.write_text("".join(disputes.read_text().splitlines(keepends=True)[:-1]))
    done = run_encours(["load", disputes, "--as-of", "2026-03-30"], own_home)
    assert done.returncode == 0, output(done)
    published = run_encours(["publish"], own_home)
    assert published.returncode == 1
    assert "Load 2 came after the build" in published.stderr
    assert pointer(own_home)["number"] == 1
    assert "older than the newest load" in run_encours(["status"], own_home).stdout


def test_a_past_day_has_a_file_of_its_own_and_is_published_only_when_asked_for(
    own_home: Path, run_encours: RunEncours
) -> None:
    before = (own_home / "build" / "encours.duckdb").stat()
    done = run_encours(["build", "--as-of", PAST_DAY, "--known-at", 1], own_home)
    assert done.returncode == 0, output(done)
    after = (own_home / "build" / "encours.duckdb").stat()
    assert (after.st_mtime_ns, after.st_size) == (before.st_mtime_ns, before.st_size)
    (past,) = (own_home / "build" / "past").glob("*.duckdb")
    assert str(value(past, "select as_of_on from marts.rpt_passport")) == PAST_DAY
    assert not {name for name in tables(past) if name.startswith("raw.")}
    # They passed in the full build, on the same rules and rows of their own.
    assert unit_tests(own_home) == 0

    refused = run_encours(["publish", past], own_home)
    assert refused.returncode == 2
    published = run_encours(["publish", "--allow-past"], own_home)
    assert published.returncode == 0, output(published)
    assert pointer(own_home)["as_of_on"] == PAST_DAY
    back = run_encours(["publish"], own_home)
    assert back.returncode == 0, output(back)
    assert pointer(own_home)["as_of_on"] == "2026-03-29"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--as-of", "2026-04-05"], "What is loaded speaks of 2026-03-29"),
        (["--known-at", "9"], "There is no load 9 yet; the newest is 1"),
        (["--retry"], "did not fail"),
    ],
)
def test_a_build_of_what_is_not_known_is_refused(
    arguments: list[str], words: str, small_home: Path, run_encours: RunEncours
) -> None:
    done = run_encours(["build", *arguments], small_home)
    assert done.returncode == 1
    assert words in done.stderr
    assert value(small_home / "build" / "encours.duckdb", "select state from main.build_stamp") == "passed"


def test_a_failed_test_publishes_nothing_and_a_retry_takes_it_up(
    own_home: Path, run_encours: RunEncours, copy_project: CopyProject, tmp_path: Path
) -> None:
    project = copy_project(tmp_path / "project")
    (project / "tests" / "data" / "assert_the_trial_passes.sql").write_text(FAILS_WHEN_TOLD)
    failing = {"ENCOURS_TRIAL": "fail"}

    (model,) = (project / "models").rglob("fct_allocations.sql")
    model.write_text(model.read_text() + "\n-- changed\n")

    done = run_encours(["build"], own_home, project=project, environment=failing)
    assert done.returncode == 1, output(done)
    assert unit_tests(own_home) > 0
    assert "test assert_the_trial_passes" in done.stderr
    assert "the first 5 of 7 failing rows" in done.stderr
    assert done.stderr.count("document_id=") == 5
    assert "Nothing was published" in done.stderr

    refused = run_encours(["publish"], own_home, project=project)
    assert refused.returncode == 1
    assert re.search(r"did not pass: \d+ of \d+ tests failed or could not run", refused.stderr)
    assert pointer(own_home)["number"] == 1
    assert "FAILED, " in run_encours(["status"], own_home, project=project).stdout

    report = run_encours(["report"], own_home, project=project).stdout
    assert "1 failed" in report
    assert "| assert_the_trial_passes | check of fct_receivable_items |" in report
    assert "- `fct_receivable_items`:" in report
    pages = report.partition("### Pages that show them")[2]
    assert "Ageing" in pages
    assert "Readers still see publication 1" in report

    again = run_encours(["build", "--retry"], own_home, project=project, environment=failing)
    assert again.returncode == 1, output(again)
    passed = run_encours(["build", "--retry"], own_home, project=project)
    assert passed.returncode == 0, output(passed)
    published = run_encours(["publish"], own_home, project=project)
    assert published.returncode == 0, output(published)
    assert pointer(own_home)["number"] == 2
    # What passed the first time still counts.
    built = own_home / "build" / "encours.duckdb"
    count = value(built, "select tests_passed_count from main.build_stamp")
    assert (
        value(own_home / "published" / "encours-000002.duckdb", "select tests_passed_count from marts.rpt_passport")
        == count
    )
    assert "all is well" in run_encours(["report"], own_home, project=project).stdout


def test_a_model_that_does_not_run_leaves_readers_what_they_had(
    own_home: Path, run_encours: RunEncours, copy_project: CopyProject, tmp_path: Path
) -> None:
    project = copy_project(tmp_path / "project")
    (model,) = (project / "models").rglob("fct_allocations.sql")
    model.write_text(model.read_text() + "\nwhere no_such_column = 1\n")
    done = run_encours(["build", "--select", "fct_allocations"], own_home, project=project)
    assert done.returncode == 1
    assert "model fct_allocations" in done.stderr
    assert "no_such_column" in done.stderr
    assert run_encours(["publish"], own_home, project=project).returncode == 1
    assert pointer(own_home)["number"] == 1


def test_a_project_that_cannot_be_read_says_where(
    own_home: Path, run_encours: RunEncours, copy_project: CopyProject, tmp_path: Path
) -> None:
    project = copy_project(tmp_path / "project")
    (project / "models" / "marts" / "fct_broken.sql").write_text("select * from {{ ref('no_such_model') }}")
    done = run_encours(["build"], own_home, project=project)
    assert done.returncode == 1
    assert "no_such_model" in done.stderr
    refused = run_encours(["publish"], own_home, project=project)
    assert refused.returncode == 1
    assert "broken off" in refused.stderr


def test_a_selection_is_built_and_not_published(own_home: Path, run_encours: RunEncours) -> None:
    done = run_encours(["build", "--select", "dim_customers"], own_home)
    assert done.returncode == 0, output(done)
    assert "Only a part was made" in done.stdout
    refused = run_encours(["publish"], own_home)
    assert refused.returncode == 1
    assert "only a part of the models" in refused.stderr


def test_a_slim_build_makes_what_changed_and_what_hangs_on_it(
    small_home: Path, run_encours: RunEncours, copy_project: CopyProject, tmp_path: Path
) -> None:
    good, home = small_home / "build", tmp_path / "slim"
    before = (good / "encours.duckdb").stat()
    project = copy_project(tmp_path / "project")

    nothing = run_encours(["build", "--changed-from", good], home, project=project)
    assert nothing.returncode == 0, output(nothing)
    assert tables(home / "build" / "slim.duckdb") == {"main.build_stamp"}

    (model,) = (project / "models").rglob("fct_aging_weekly.sql")
    model.write_text(model.read_text() + "\n-- changed\n")
    done = run_encours(["build", "--changed-from", good], home, project=project)
    assert done.returncode == 0, output(done)
    made = tables(home / "build" / "slim.duckdb")
    assert "marts.fct_aging_weekly" in made
    assert "marts.fct_allocations" not in made
    assert not {name for name in made if name.startswith("raw.")}
    query = "select count(*) from marts.fct_aging_weekly"
    assert value(home / "build" / "slim.duckdb", query) == value(good / "encours.duckdb", query)
    results = json.loads((home / "target" / "run_results.json").read_text())["results"]
    assert any("fct_aging_weekly" in node["unique_id"] and node["unique_id"].startswith("test.") for node in results)

    after = (good / "encours.duckdb").stat()
    assert (after.st_mtime_ns, after.st_size) == (before.st_mtime_ns, before.st_size)
    assert run_encours(["publish"], home, project=project).returncode == 1


def test_a_slim_build_wants_a_good_build(own_home: Path, run_encours: RunEncours, tmp_path: Path) -> None:
    state = own_home / "build"
    combined = run_encours(["build", "--changed-from", state, "--as-of", PAST_DAY], tmp_path)
    assert combined.returncode == 1
    assert "leave out --as-of" in combined.stderr
    (state / "manifest.json").unlink()
    done = run_encours(["build", "--changed-from", state], tmp_path)
    assert done.returncode == 1
    assert "manifest.json is missing" in done.stderr


def test_a_hole_in_the_policy_fails_the_build_by_name(
    extracts: Path, run_encours: RunEncours, copy_project: CopyProject, tmp_path: Path
) -> None:
    project, home = copy_project(tmp_path / "project"), tmp_path / "home"
    card = project / "seeds" / "risk_scorecard.csv"
    whole = card.read_text(encoding="utf-8")
    holed = whole.replace(",bad_press,1,", ",bad_press,2,")
    assert holed != whole
    card.write_text(holed, encoding="utf-8")
    loaded = run_encours(["load", extracts, "--as-of", "2026-03-29"], home, project=project)
    assert loaded.returncode == 0, output(loaded)

    names = ("risk_policies", "risk_scorecard", "risk_factors", "risk_caps")
    seeds = [part for seed in names for part in ("--select", seed)]
    done = run_encours(["build", *seeds], home, project=project)
    assert done.returncode == 1, output(done)
    assert "test assert_the_scorecard_is_whole" in done.stderr
    assert "seed=risk_scorecard" in done.stderr
    assert "bad_press from 2.000000, fault=hole: nothing from 1.000000 to 2.000000" in done.stderr
