"""No figure of the sample changes unseen or unexplained: every mart against its committed fingerprint."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import duckdb
import pytest

from encours.remembered import PROVED
from encours.stamp import rules_hash
from tests.sample import fingerprint
from tests.sample.fingerprint import COLUMNS_LEFT_OUT, FILE, MARTS_LEFT_OUT, RENEW, Fingerprint, Line

RunEncours = Callable[..., CompletedProcess[str]]


@pytest.fixture(scope="module")
def committed() -> Fingerprint:
    """The fingerprint that is committed."""
    return fingerprint.read()


@pytest.fixture(scope="module")
def taken(sample_home: Path) -> Fingerprint:
    """The fingerprint of the sample as it is."""
    return fingerprint.taken(fingerprint.published_in(sample_home))


def test_the_rules_that_ship_as_proved_are_those_whose_unit_tests_passed(sample_home: Path) -> None:
    proved = PROVED.read_text(encoding="utf-8").strip()
    built = json.loads((sample_home / "target" / "build.json").read_text(encoding="utf-8"))
    assert proved == rules_hash(), f"The rules have changed: {RENEW}"
    assert built["tested_rules_hash"] == proved
    if "ENCOURS_TEST_HOME" in os.environ:
        # `make test` takes nothing as proved: it ran them all.
        results = json.loads((sample_home / "target" / "run_results.json").read_text(encoding="utf-8"))["results"]
        outcomes = {each["status"] for each in results if each["unique_id"].startswith("unit_test.")}
        assert outcomes == {"pass"}


def _of(mart: str, whole: Fingerprint) -> Fingerprint:
    return {key: line for key, line in whole.items() if key[0] == mart}


@pytest.fixture
def own_copy(sample_home: Path, tmp_path: Path) -> Path:
    """The sample's published file, to be changed."""
    return Path(shutil.copyfile(fingerprint.published_in(sample_home), tmp_path / "published.duckdb"))


def test_every_mart_of_the_sample_is_what_it_was(taken: Fingerprint, committed: Fingerprint) -> None:
    changes = fingerprint.differences(committed, taken)
    assert not changes, (
        "The sample's figures changed:\n  "
        + "\n  ".join(changes)
        + f"\nIf they should: `{RENEW}` writes the fingerprint anew; say in CHANGELOG.md what changed and why."
    )


def test_the_changelog_explains_the_fingerprint(project_root: Path) -> None:
    """The newest row about it, in the newest section, is about the one that is committed."""
    changelog = (project_root / "CHANGELOG.md").read_text(encoding="utf-8")
    explained = fingerprint.explained(changelog)
    assert explained[-1:] == [fingerprint.mark()], (
        f"The fingerprint is {fingerprint.mark()}; the last one explained in the newest section of CHANGELOG.md is "
        f"{explained[-1:] or 'none'}. Add a row: | fingerprint `{fingerprint.mark()}` | what changed and why |"
    )


@pytest.mark.parametrize(
    ("newest", "marks"),
    [
        ("| fingerprint `0123abcd` | rounding of shares mended, see rulings |", ["0123abcd"]),
        ("| fingerprint `0123abcd` | … |", []),
        ("| fingerprint `0123abcd` | why |", []),
        ("fingerprint 0123abcd changed for reasons that are not told in a row", []),
        (
            "| fingerprint `0123abcd` | this one came first of all |\n"
            "| fingerprint `4567cdef` | and then it changed again |",
            ["0123abcd", "4567cdef"],
        ),
    ],
)
def test_a_change_is_explained_only_by_words_in_the_newest_section(newest: str, marks: list[str]) -> None:
    older = "| fingerprint `99999999` | a change of a release that is out |"
    assert fingerprint.explained(f"# Changelog\n\n## 0.3.0\n\n{newest}\n\n## 0.2.0\n\n{older}\n") == marks


def test_every_mart_and_column_is_held_but_those_named(sample_home: Path, committed: Fingerprint) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{fingerprint.published_in(sample_home)}' as publication (read_only)")
        columns = connection.execute(
            "select table_name, column_name from duckdb_columns() "
            "where database_name = 'publication' and schema_name = 'marts'"
        ).fetchall()
    held = {(mart, column) for mart, column in committed if column != fingerprint.ROWS}
    assert {
        (mart, column) for mart, column in columns if mart not in MARTS_LEFT_OUT and column not in COLUMNS_LEFT_OUT
    } == held
    assert {mart for mart, _ in committed} == {mart for mart, _ in held}
    assert set(COLUMNS_LEFT_OUT) <= {column for _, column in columns}


@pytest.mark.long
def test_the_fingerprint_of_one_thread_is_that_of_four(
    sample_home: Path, committed: Fingerprint, run_encours: RunEncours, tmp_path: Path
) -> None:
    """Rows come in another order, and nothing that is said hangs on it."""
    for threads in (1, 4):
        home = tmp_path / str(threads)
        done = run_encours(
            ["refresh", sample_home / "extracts", "--as-of", "2026-03-29"],
            home,
            environment={"ENCOURS_THREADS": str(threads), "DBT_EXCLUDE_RESOURCE_TYPES": "unit_test test"},
        )
        assert done.returncode == 0, done.stderr
        assert fingerprint.differences(committed, fingerprint.taken(fingerprint.published_in(home))) == []


@pytest.mark.parametrize("times", [1, 2])
def test_only_a_home_that_was_published_once_is_taken(
    times: int, own_copy: Path, taken: Fingerprint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Later publications hold what earlier ones said, which a fresh home does not know."""
    home = own_copy.parent
    (home / "published").mkdir()
    published = own_copy.rename(home / "published" / "encours-000001.duckdb")
    (home / "published" / "current.json").write_text(f'{{"file": "{published.name}"}}', encoding="utf-8")
    with duckdb.connect(published) as connection:
        connection.execute("delete from marts.rpt_publications where publication_number > 1")
        for number in range(2, times + 1):
            connection.execute(
                f"insert into marts.rpt_publications select * replace ({number} as publication_number) "
                "from marts.rpt_publications where publication_number = 1"
            )
    written: list[Fingerprint] = []
    monkeypatch.setattr(fingerprint, "taken", lambda _: {**taken, ("a_mart", "*"): Line("1", "", "")})
    monkeypatch.setattr(fingerprint, "write", written.append)
    monkeypatch.setattr(fingerprint, "prove", lambda _: None)
    if times == 1:
        fingerprint.main([str(home)])
        assert len(written) == 1
    else:
        with pytest.raises(SystemExit, match=f"{home} was published 2 times: .* published once. Remove the folder"):
            fingerprint.main([str(home)])
        assert written == []


def test_rules_are_noted_as_proved_where_their_unit_tests_passed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = fingerprint.ROOT / "target" / f"{tmp_path.name}.txt"
    note.parent.mkdir(exist_ok=True)
    monkeypatch.setattr(fingerprint, "PROVED", note)
    (tmp_path / "target").mkdir()
    built = tmp_path / "target" / "build.json"
    built.write_text('{"tested_rules_hash": "other"}', encoding="utf-8")
    with pytest.raises(SystemExit, match="The unit tests did not pass on the rules as they are now"):
        fingerprint.prove(tmp_path)
    assert not note.exists()
    built.write_text(json.dumps({"tested_rules_hash": rules_hash()}), encoding="utf-8")
    try:
        fingerprint.prove(tmp_path)
        assert note.read_text(encoding="utf-8").strip() == rules_hash()
    finally:
        note.unlink(missing_ok=True)


def test_it_is_small() -> None:
    assert FILE.stat().st_size < 60_000


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            "update marts.fct_receivable_items set open_amount = open_amount + 0.01 where document_id = "
            "(select min(document_id) from marts.fct_receivable_items)",
            ["fct_receivable_items.open_amount: came to"],
        ),
        (
            "update marts.fct_kpis set dso_days = dso_days + 0.01 where period_kind = 'month' and scope = 'all' and "
            "entity_id = 'FR' and reporting_currency = 'EUR' and period_ending_on = '2025-12-31'",
            ["fct_kpis.dso_days: came to"],
        ),
        (
            "update marts.dim_customers set segment = 'other' where customer_id = "
            "(select min(customer_id) from marts.dim_customers)",
            ["dim_customers.segment: "],
        ),
        (
            "update marts.rpt_aging set open_amount = -open_amount where abs(open_amount) = "
            "(select max(open_amount) from marts.rpt_aging)",
            ["rpt_aging.open_amount: came to"],
        ),
        (
            "delete from marts.fct_allocations where allocation_id = (select min(allocation_id) from "
            "marts.fct_allocations)",
            ["fct_allocations, its rows: ", "fct_allocations.allocation_id: "],
        ),
        ("alter table marts.rpt_revaluation drop column rate", ["rpt_revaluation.rate is gone"]),
        ("alter table marts.rpt_revaluation add column extra integer", ["rpt_revaluation.extra is new: 0 known"]),
    ],
    ids=["a cent", "a ratio", "a word", "a sign", "a row", "a column gone", "a column more"],
)
def test_a_change_is_named_with_its_mart_and_column(
    change: str, told: list[str], own_copy: Path, taken: Fingerprint
) -> None:
    mart = told[0].replace(",", ".").split(".")[0]
    before = _of(mart, taken)
    with duckdb.connect(own_copy) as connection:
        connection.execute(change)
    changes = fingerprint.differences(before, fingerprint.taken(own_copy, only=mart))
    assert len(changes) >= len(told)
    for start in told:
        assert any(line.startswith(start) for line in changes), changes
    # A row that goes takes its values along; otherwise nothing else is named.
    if mart != "fct_allocations":
        assert len(changes) == 1, changes


@pytest.mark.parametrize("column", ["open_amount", "days_past_due"])
def test_values_that_change_places_are_seen(column: str, own_copy: Path, taken: Fingerprint) -> None:
    """Sums and numbers of different values stay; only the digest knows."""
    before = _of("fct_receivable_items", taken)
    with duckdb.connect(own_copy) as connection:
        connection.execute(
            f"""
            create temp table swapped as
            select min_by(document_id, {column}) as one, max_by(document_id, {column}) as other,
                min({column}) as least, max({column}) as most
            from marts.fct_receivable_items where instalment_no = 1 and entity_id = 'FR';
            update marts.fct_receivable_items set {column} = case
                when document_id = (select one from swapped) then (select most from swapped)
                else (select least from swapped) end
            where entity_id = 'FR' and instalment_no = 1
                and document_id in (select unnest([one, other]) from swapped)
            """
        )
    (told,) = fingerprint.differences(before, fingerprint.taken(own_copy, only="fct_receivable_items"))
    assert told.startswith(f"fct_receivable_items.{column}: as many and as much as before")


def test_ratios_that_change_places_are_seen(own_copy: Path, taken: Fingerprint) -> None:
    before = _of("fct_kpis", taken)
    with duckdb.connect(own_copy) as connection:
        connection.execute(
            """
            create temp table swapped as
            select entity_id, dso_days from marts.fct_kpis where period_kind = 'month' and scope = 'all'
                and reporting_currency = 'EUR' and period_ending_on = '2025-12-31' and entity_id in ('FR', 'UK');
            update marts.fct_kpis set dso_days = (
                select swapped.dso_days from swapped where swapped.entity_id <> fct_kpis.entity_id
            )
            where period_kind = 'month' and scope = 'all' and reporting_currency = 'EUR'
                and period_ending_on = '2025-12-31' and entity_id in ('FR', 'UK')
            """
        )
    (told,) = fingerprint.differences(before, fingerprint.taken(own_copy, only="fct_kpis"))
    assert told.startswith("fct_kpis.dso_days: as many and as much as before")


def test_a_platforms_last_digit_is_no_change(own_copy: Path, taken: Fingerprint) -> None:
    """Nor is the order in which the file holds its rows."""
    with duckdb.connect(own_copy) as connection:
        connection.execute("update marts.fct_kpis set dso_days = dso_days * (1 + 2e-15), current_rate = current_rate")
        connection.execute(
            "create temp table turned as select * from marts.rpt_aging order by md5(customer_id), open_amount desc; "
            "delete from marts.rpt_aging; insert into marts.rpt_aging select * from turned"
        )
    for mart in ("fct_kpis", "rpt_aging"):
        assert fingerprint.differences(_of(mart, taken), fingerprint.taken(own_copy, only=mart)) == []
