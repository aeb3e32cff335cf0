"""`encours rejects`: from a load with bad rows to books without gaps, as a person does it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import duckdb

from tests.command.helpers import output

RunEncours = Callable[..., CompletedProcess[str]]

MAPPING = """\
name: own
description: Own.
base_currency: EUR
tables: [{table: invoices}]
"""
EXTRACT = """\
invoice_id,customer_id,posted_on,amount,currency
I-1,C,2026-01-05,1.00,EUR
I-2,C,05/01/2026,2.00,USD
I-3,C,2026-01-05,three,USD
"""


def test_list_export_reload(run_encours: RunEncours, tmp_path: Path) -> None:
    home = tmp_path / "home"
    (tmp_path / "own.yml").write_text(MAPPING)
    (tmp_path / "list.csv").write_text(EXTRACT)

    empty = run_encours(["rejects"], home)
    assert empty.returncode == 1
    assert "There is no file" in empty.stderr

    loaded = run_encours(
        ["load", tmp_path / "list.csv", "--source", tmp_path / "own.yml", "--as-of", "2026-01-31"], home
    )
    assert loaded.returncode == 0, output(loaded)
    assert "encours rejects --out rejects.csv" in loaded.stdout
    amounts = [
        line.split() for line in loaded.stdout.splitlines() if line.startswith("list.csv") and " amount " in line
    ]
    assert [line[2:] for line in amounts] == [
        ["EUR", "1.00", "1.00", "0.00", "0.00", "0.00", "0.00"],
        ["USD", "2.00", "0.00", "0.00", "0.00", "2.00", "0.00"],
    ]

    listed = run_encours(["rejects"], home)
    assert listed.returncode == 0, output(listed)
    assert "05/01/2026" in listed.stdout
    assert "2 rejected rows" in listed.stdout
    for option, value in (("--reason", "A DAY"), ("--file", "l*.csv"), ("--load", "1"), ("--table", "invoices")):
        chosen = run_encours(["rejects", option, value], home)
        assert "05/01/2026" in chosen.stdout, output(chosen)
        assert ("three" in chosen.stdout) is (option != "--reason")
    none = run_encours(["rejects", "--source", "other"], home)
    assert "No rejected row of this kind" in none.stdout

    out = tmp_path / "rejects.csv"
    exported = run_encours(["rejects", "--out", out], home)
    assert exported.returncode == 0, output(exported)
    assert "2 rejected rows are in" in exported.stdout
    nothing = run_encours(["rejects", "--table", "payments", "--out", out], home)
    assert nothing.returncode == 1
    assert "There is no rejected row of this kind" in nothing.stderr

    dismissed = run_encours(["rejects", "--line", 4, "--dismiss", "never billed", "--author", "Ada"], home)
    assert dismissed.returncode == 0, output(dismissed)
    assert "1 rejected row is dismissed: not to be mended, and out of the books; 1 open." in dismissed.stdout
    listed = run_encours(["rejects"], home)
    assert "three" not in listed.stdout
    assert "1 rejected row. 1 more is dismissed: encours rejects --dismissed" in listed.stdout
    apart = run_encours(["rejects", "--dismissed"], home)
    assert "three" in apart.stdout
    assert "05/01/2026" not in apart.stdout
    assert "dismissed by Ada on " in apart.stdout
    assert ": never billed" in apart.stdout
    status = run_encours(["status"], home)
    assert "1 rejected row is open" in status.stdout
    again = run_encours(["rejects", "--line", 4, "--dismiss", "never billed"], home)
    assert again.returncode == 1
    assert "There is no open row of this kind" in again.stderr
    reopened = run_encours(["rejects", "--file", "list.csv", "--reopen", "billed after all"], home)
    assert "1 rejected row is open again; 2 open." in reopened.stdout

    text = out.read_text(encoding="utf-8-sig")
    out.write_text(text.replace("05/01/2026", "2026-01-05"))
    refused = run_encours(["rejects", "--reload", out], home)
    assert refused.returncode == 1
    assert "1 of 2 rows are rejected, 0 are tolerated" in refused.stderr
    assert "'three'" in refused.stderr
    assert "Traceback" not in refused.stderr

    out.write_text(text.replace("05/01/2026", "2026-01-05").replace("three", "3.00"))
    mended = run_encours(["rejects", "--reload", out], home)
    assert mended.returncode == 0, output(mended)
    assert "2 rejected rows are mended; 0 still open." in mended.stdout
    assert "No rejected row is open" in run_encours(["rejects"], home).stdout
    assert "mended in 2" in run_encours(["rejects", "--all"], home).stdout

    for arguments, words in (
        (["--reload", out, "--load", "1"], "goes with no other option"),
        (["--dismiss", "all of it"], "choose the rows that are meant"),
        (["--load", "1", "--dismiss", "a", "--reopen", "b"], "give one of"),
        (["--author", "Ada"], "goes with --dismiss or --reopen"),
        (["--all", "--dismissed"], "give one of --all and --dismissed"),
    ):
        wrong = run_encours(["rejects", *arguments], home)
        assert wrong.returncode == 2
        assert words in " ".join(re.sub("[│╭╮╰╯─]", " ", wrong.stderr).split()), wrong.stderr


def test_a_load_over_its_tolerance_says_why(run_encours: RunEncours, tmp_path: Path) -> None:
    (tmp_path / "own.yml").write_text(MAPPING + "tolerance: {rejected_rows: 1}\n")
    (tmp_path / "list.csv").write_text(EXTRACT)
    done = run_encours(
        ["load", tmp_path / "list.csv", "--source", tmp_path / "own.yml", "--as-of", "2026-01-31"], tmp_path / "home"
    )
    assert done.returncode == 1
    assert "2 of 3 rows are rejected, 1 are tolerated" in done.stderr
    assert "posted_on is not a day" in done.stderr
    assert "nothing yet" in run_encours(["status"], tmp_path / "home").stdout


def test_a_history_of_an_earlier_version_is_told_as_such(run_encours: RunEncours, tmp_path: Path) -> None:
    home = tmp_path / "home"
    (tmp_path / "own.yml").write_text(MAPPING)
    (tmp_path / "list.csv").write_text(EXTRACT)
    load = ["load", tmp_path / "list.csv", "--source", tmp_path / "own.yml", "--as-of", "2026-01-31"]
    assert run_encours(load, home).returncode == 0
    with duckdb.connect(home / "build" / "encours.duckdb") as connection:
        connection.execute("drop table raw.reject_decisions")
        for column in ("slice", "record", "cells", "amount", "currency"):
            connection.execute(f"alter table raw.rejects drop column {column}")
        connection.execute("alter table raw.mended_rejects drop column record")
    early = run_encours(["rejects"], home)
    assert early.returncode == 1
    assert "loaded by an earlier version" in early.stderr
    (tmp_path / "list.csv").write_text(EXTRACT.replace("1.00", "1.50"))
    assert run_encours(load, home).returncode == 0
    listed = run_encours(["rejects", "--all"], home)
    assert "4 rejected rows." in listed.stdout, output(listed)
    assert listed.stdout.count(" past ") == listed.stdout.count(" open ") == 2
