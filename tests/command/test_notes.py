"""Notes from a terminal: kept beside the warehouse, loaded by themselves, there after everything was built anew."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from subprocess import CompletedProcess

from tests.command.helpers import output, value

RunEncours = Callable[..., CompletedProcess[str]]
CURRENT = "from raw.account_notes where _replaced_in is null"


def _add(run_encours: RunEncours, home: Path, *arguments: str) -> None:
    done = run_encours(["note", "add", *arguments], home)
    assert done.returncode == 0, output(done)


def test_a_note_is_taken_in_by_the_next_load_whatever_is_loaded(
    extracts: Path, run_encours: RunEncours, tmp_path: Path
) -> None:
    home, warehouse = tmp_path / "home", tmp_path / "home" / "build" / "encours.duckdb"
    _add(run_encours, home, "C-1", "--text", "Waits for the credit note", "--author", "Ann")
    entities = extracts / "entities.csv"
    done = run_encours(["load", entities, "--as-of", "2026-03-29", "--source", "canonical"], home)
    assert done.returncode == 0, output(done)
    assert value(warehouse, f"select author || ': ' || text {CURRENT}") == "Ann: Waits for the credit note"

    again = run_encours(["load", entities, "--as-of", "2026-03-29"], home)
    assert "Nothing new" in again.stdout, output(again)
    _add(run_encours, home, "C-2", "--status", "reviewed", "--next-on", "2999-01-31")
    assert run_encours(["load", entities, "--as-of", "2026-03-29"], home).returncode == 0
    assert value(warehouse, f"select count(*) {CURRENT}") == 2

    # All is lost but the notes and the extracts.
    warehouse.unlink()
    assert run_encours(["load", entities, "--as-of", "2026-03-29"], home).returncode == 0
    assert value(warehouse, f"select count(*) {CURRENT}") == 2


def test_naming_the_file_or_its_folder_loads_it_once(run_encours: RunEncours, tmp_path: Path) -> None:
    home = tmp_path / "home"
    _add(run_encours, home, "C-1", "--text", "x")
    for named in (home / "notes", home / "notes" / "account_notes.jsonl"):
        done = run_encours(["load", named], home)
        assert done.returncode == 0, output(done)
    assert value(home / "build" / "encours.duckdb", f"select count(*) {CURRENT}") == 1
    assert value(home / "build" / "encours.duckdb", "select sum(rows_rejected) from raw.loads") == 0


def test_a_note_broken_off_stops_the_load_and_the_next_note_mends_it(run_encours: RunEncours, tmp_path: Path) -> None:
    home = tmp_path / "home"
    _add(run_encours, home, "C-1", "--text", "x")
    with (home / "notes" / "account_notes.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"note_id"')
    done = run_encours(["load", home / "notes"], home)
    assert done.returncode == 1
    assert "line 2: breaks off" in done.stderr
    _add(run_encours, home, "C-1", "--text", "y")
    assert run_encours(["load", home / "notes"], home).returncode == 0
    assert value(home / "build" / "encours.duckdb", f"select count(*) {CURRENT}") == 2


def test_the_list_shows_the_newest_first_and_says_what_it_leaves_out(run_encours: RunEncours, tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert "No note of C-1 yet" in run_encours(["note", "list", "C-1"], home).stdout
    promise = ["--promise", "1200.50", "--promise-by", "2999-04-10", "--status", "promised"]
    _add(run_encours, home, "C-1", "--text", "first", *promise)
    _add(run_encours, home, "C-2", "--text", "second")
    _add(run_encours, home, "C-1", "--text", "third\nof two lines", "--author", "Ann")
    all_of_them = run_encours(["note", "list"], home).stdout
    assert all_of_them.index("third of two lines") < all_of_them.index("second") < all_of_them.index("first")
    assert "Payment promised" in all_of_them
    assert "1,200.50" in all_of_them
    one = run_encours(["note", "list", "C-1", "--most", "1"], home).stdout
    assert "third" in one
    assert "second" not in one
    assert "1 older ones are not shown" in one


def test_an_amount_is_kept_to_the_cent_and_a_wrong_one_refused(run_encours: RunEncours, tmp_path: Path) -> None:
    home = tmp_path / "home"
    wrong = run_encours(["note", "add", "C-1", "--promise", "1.200,50", "--promise-by", "2999-04-10"], home)
    assert wrong.returncode == 1
    assert "1.200,50" in wrong.stderr
    assert not (home / "notes").exists()
    _add(run_encours, home, "C-1", "--promise", "1200.5", "--promise-by", "2999-04-10")
    (line,) = (home / "notes" / "account_notes.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["promised_amount"] == "1200.50"


def test_a_note_reaches_the_line_of_time_and_makes_no_extract_newer(
    own_home: Path, extracts: Path, run_encours: RunEncours
) -> None:
    warehouse = own_home / "build" / "encours.duckdb"
    customer = str(value(warehouse, "select min(customer_id) from marts.dim_customers"))
    _add(run_encours, own_home, customer, "--status", "promised", "--promise", "1200.5", "--promise-by", "2999-04-10")
    done = run_encours(["load", extracts, "--as-of", "2026-03-29"], own_home)
    assert done.returncode == 0, output(done)
    assert "encours_notes" in done.stdout
    assert "as of 2026-03-29" in run_encours(["status"], own_home).stdout
    models = ("int_build", "int_account_events", "fct_account_events")
    built = run_encours(["build", *(word for model in models for word in ("--select", model))], own_home)
    assert built.returncode == 0, output(built)
    assert value(warehouse, "select as_of_on from intermediate.int_build") == date(2026, 3, 29)
    told = "select title || ', ' || amount || ', ' || due_on from marts.fct_account_events where event_kind = 'note'"
    assert value(warehouse, told) == "Payment promised, 1200.50, 2999-04-10"
