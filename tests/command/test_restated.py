"""Restated and as reported, the whole way: the sample company, published, then the receipt that came late."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from subprocess import CompletedProcess

import duckdb
import pytest

from tests.command.conftest import AS_OF
from tests.command.helpers import output, pointer, reading

RunEncours = Callable[..., CompletedProcess[str]]
LATE = Decimal("27300.00")
WEEKS = ["2026-03-22", "2026-03-29"]
"""The two weeks that the receipt of 17 March restates."""


def published(home: Path, query: str) -> list[tuple[object, ...]]:
    """The rows of a query on what readers see, days as text."""
    with reading(home / "published" / str(pointer(home)["file"])) as connection:
        return [
            tuple(str(value) if not isinstance(value, int | Decimal | None) else value for value in row)
            for row in connection.execute(query).fetchall()
        ]


@pytest.fixture(scope="module")
def late_home(
    tmp_path_factory: pytest.TempPathFactory, small_home: Path, extracts: Path, run_encours: RunEncours
) -> Path:
    """The published sample, with the late arrivals loaded, built and published after it."""
    home = Path(shutil.copytree(small_home, tmp_path_factory.mktemp("late") / "home"))
    late = extracts / "late_arrivals"
    done = run_encours(["refresh", late, "--source", late / "late_arrivals.yml", "--as-of", AS_OF], home)
    assert done.returncode == 0, output(done)
    return home


def test_the_newest_file_has_its_own_figures_and_what_was_reported_before(late_home: Path) -> None:
    assert published(
        late_home,
        "select publication_number, comparison, compared_with_number from marts.rpt_publications order by 1",
    ) == [(1, "first", None), (2, "compared", 1)]
    ((first, second, own_difference, rows),) = published(
        late_home,
        "select count(*) filter (publication_number = 1), count(*) filter (publication_number = 2), "
        "max(abs(difference)) filter (publication_number = 2), count(*) from marts.rpt_reported_kpis",
    )
    assert first == second
    assert own_difference == 0
    assert isinstance(rows, int)
    assert rows > 10_000


def test_the_two_weeks_are_restated_by_the_receipt_and_no_other(late_home: Path) -> None:
    restated = published(
        late_home,
        "select period_ending_on, entity_id, difference from marts.rpt_reported_kpis where publication_number = 1 "
        "and period_kind = 'week' and scope = 'all' and reporting_currency = 'EUR' and measure = 'receivable_amount' "
        "and difference <> 0 order by all",
    )
    assert restated == [(week, entity, -LATE) for week in WEEKS for entity in ("*", "FR")]
    moved = published(
        late_home,
        "select distinct measure from marts.rpt_reported_kpis where publication_number = 1 and difference <> 0",
    )
    assert {"overdue_amount", "collected_amount", "dso_days", "average_days_delinquent"} <= {name for (name,) in moved}
    assert not {"sales_amount", "not_due_amount", "disputed_amount"} & {name for (name,) in moved}


def test_restatements_name_the_payment_and_the_invoice_it_paid(late_home: Path, extracts: Path) -> None:
    with duckdb.connect() as connection:
        ((credit_id, debit_id),) = connection.execute(
            f"select credit_id, debit_id from read_csv('{extracts / 'late_arrivals' / 'allocations.csv'}')"
        ).fetchall()
    assert published(
        late_home,
        "select publication_number, restatement_basis, document_id, reason, valid_from_on, valid_to_on, "
        "reporting_difference_amount, overdue_difference_amount from marts.rpt_restatements order by 2",
    ) == [
        (2, "balance", f"invoice:{debit_id}", "allocation added", "2026-03-17", "2026-03-30", -LATE, -LATE),
        (2, "posting", f"payment:{credit_id}", "new document", "2026-03-17", "2026-03-18", -LATE, Decimal(0)),
    ]


def test_a_build_of_earlier_knowledge_sees_what_was_published_until_then(
    late_home: Path, run_encours: RunEncours
) -> None:
    done = run_encours(["build", "--known-at", 1], late_home)
    assert done.returncode == 0, output(done)
    (path,) = (late_home / "build" / "past").glob("*.duckdb")
    with reading(path) as connection:
        assert connection.execute(
            "select publication_number, count(*) filter (difference <> 0) from marts.rpt_reported_kpis "
            "group by all order by 1"
        ).fetchall() == [(0, 0), (1, 0)]
        assert connection.execute("select count(*) from marts.rpt_restatements").fetchall() == [(0,)]
    done = run_encours(["publish", "--allow-past"], late_home)
    assert done.returncode == 0, output(done)
    assert published(
        late_home, "select publication_number, is_past, comparison from marts.rpt_publications order by 1"
    ) == [(1, False, "first"), (3, True, "past")]
    # Back to the present: the past stays in the history, and the present is compared with the present.
    done = run_encours(["publish"], late_home)
    assert done.returncode == 0, output(done)
    assert published(
        late_home,
        "select publication_number, is_past, compared_with_number from marts.rpt_publications order by 1",
    ) == [(1, False, None), (2, False, 1), (3, True, None), (4, False, 2)]
    assert published(
        late_home,
        "select publication_number, count(*) filter (difference <> 0) > 0 from marts.rpt_reported_kpis "
        "group by all order by 1",
    ) == [(1, True), (2, False), (3, True), (4, False)]


OF_THE_LAST_BUT_ONE_WEEK = (
    "select publication_number, is_past, count(*) filter (difference <> 0), "
    f"max(difference) filter (period_kind = 'week' and period_ending_on = '{WEEKS[0]}' and entity_id = 'FR' "
    "and measure = 'receivable_amount') "
    "from marts.rpt_reported_kpis where scope = 'all' and reporting_currency = 'EUR' group by all order by 1"
)


def test_a_published_past_day_is_known_then_as_it_was_said_then(
    own_home: Path, extracts: Path, run_encours: RunEncours
) -> None:
    """A day that was built again and published, and then, with more loaded, what was known before that."""

    def run(*arguments: object) -> None:
        done = run_encours(arguments, own_home, environment={"DBT_EXCLUDE_RESOURCE_TYPES": "unit_test"})
        assert done.returncode == 0, output(done)

    # Number 1 is of the present. Number 2: an earlier day, with the same knowledge.
    run("build", "--as-of", WEEKS[0])
    run("publish", "--allow-past")
    assert published(
        own_home, "select publication_number, is_past, cast(as_of_on as varchar) from marts.rpt_publications order by 1"
    ) == [(1, False, AS_OF), (2, True, WEEKS[0])]
    assert published(own_home, OF_THE_LAST_BUT_ONE_WEEK) == [(1, False, 0, 0), (2, True, 0, 0)]
    # Number 3: the present, with the late receipt. It restates both, each as it was said.
    late = extracts / "late_arrivals"
    run("refresh", late, "--source", late / "late_arrivals.yml", "--as-of", AS_OF)
    ((_, _, of_first, first), (_, _, of_past, past), (_, _, own, _)) = published(own_home, OF_THE_LAST_BUT_ONE_WEEK)
    assert (first, past, own) == (-LATE, -LATE, 0)
    assert isinstance(of_first, int)
    assert isinstance(of_past, int)
    # The earlier day had not seen the last week, and says nothing of it.
    assert of_first > of_past > 0
    # What was known before the receipt: both publications, as they said it, and nothing to restate.
    run("build", "--known-at", 1)
    run("publish", "--allow-past")
    assert published(own_home, OF_THE_LAST_BUT_ONE_WEEK) == [(1, False, 0, 0), (2, True, 0, 0), (4, True, 0, 0)]
    assert published(own_home, "select count(*) from marts.rpt_restatements") == [(0,)]
    # The earlier day again, with what is known now: what was said of it then is restated, and by what.
    run("build", "--as-of", WEEKS[0])
    run("publish", "--allow-past")
    assert [(row[0], row[3]) for row in published(own_home, OF_THE_LAST_BUT_ONE_WEEK)] == [
        (1, -LATE),
        (2, -LATE),
        (3, 0),
        (4, -LATE),
        (5, 0),
    ]
    assert published(
        own_home,
        "select count(*) from marts.rpt_reported_kpis where difference is not null and as_of_on > date '2026-03-22'",
    ) == [(0,)]
    assert published(own_home, "select distinct publication_number from marts.rpt_restatements") == [(3,)]
    # The present: compared with the present, whatever was shown between.
    run("publish")
    assert published(
        own_home,
        "select publication_number, is_past, compared_with_number from marts.rpt_publications order by 1",
    ) == [(1, False, None), (2, True, None), (3, False, 1), (4, True, None), (5, True, None), (6, False, 3)]
    assert [(row[0], row[3]) for row in published(own_home, OF_THE_LAST_BUT_ONE_WEEK)] == [
        (1, -LATE),
        (2, -LATE),
        (3, 0),
        (4, -LATE),
        (5, 0),
        (6, 0),
    ]
    # Kept is what each said, whole: a past one stands by itself.
    with reading(own_home / "build" / "encours.duckdb") as connection:
        kept_figures = dict(
            connection.execute(
                "select publication_number, count(*) from raw.reported_kpis where is_stated group by all"
            ).fetchall()
        )
    assert kept_figures[4] == kept_figures[1] > kept_figures[2] == kept_figures[5] > kept_figures[3]
    assert 6 not in kept_figures


def test_the_data_test_on_documents_can_fail(late_home: Path, run_encours: RunEncours, tmp_path: Path) -> None:
    home = Path(shutil.copytree(late_home, tmp_path / "home"))
    with duckdb.connect(home / "build" / "encours.duckdb") as connection:
        connection.execute("delete from raw.restatements where restatement_basis = 'balance'")
    selected = ["--select", "int_publications", "--select", "int_reported_values", "--select", "rpt_restatements"]
    done = run_encours(["build", *selected], home)
    assert done.returncode == 1
    assert "assert_documents_explain_each_restatement" in output(done)


def test_the_difference_of_the_two_loads_is_the_receipt(
    late_home: Path, tmp_path: Path, run_encours: RunEncours
) -> None:
    """`encours diff`: the rows, the figures they moved, and documents that add up to each difference that is a sum."""
    out = tmp_path / "diff.csv"
    done = run_encours(["diff", 1, 2, "--out", out], late_home)
    assert done.returncode == 0, output(done)
    with out.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    rows = [line for line in lines if line["part"] == "row"]
    assert [(row["table_name"], row["what"], row["difference"]) for row in rows] == [
        ("payments", "added", str(LATE)),
        ("allocations", "added", str(LATE)),
        ("gl_balances", "changed", str(-LATE)),
    ]
    figures = {(line["entity_id"], line["measure"]): line for line in lines if line["part"] == "figure"}
    assert {entity for entity, _ in figures} == {"*", "FR"}
    documents: dict[tuple[str, str], Decimal] = {}
    for line in lines:
        if line["part"] == "document":
            for entity in ("*", line["entity_id"]):
                key = entity, line["measure"]
                documents[key] = documents.get(key, Decimal(0)) + Decimal(line["difference"])
    assert {measure for _, measure in documents} == {"receivable_amount", "overdue_amount", "collected_amount"}
    assert {key: Decimal(figures[key]["difference"]) for key in documents} == documents
    assert documents["FR", "overdue_amount"] == -LATE
    assert Decimal(figures["FR", "dso_days"]["difference"]) < 0
    # What was built stays what is reported on, and is not the light build.
    assert "all is well" in run_encours(["report"], late_home).stdout
    # The figures are those that were published: before, and now.
    with reading(late_home / "published" / str(pointer(late_home)["file"])) as connection:
        said = connection.execute(
            "select publication_number, reported_value from marts.rpt_reported_kpis where period_kind = 'week' "
            "and period_ending_on = '2026-03-29' and entity_id = 'FR' and scope = 'all' "
            "and reporting_currency = 'EUR' and measure = 'receivable_amount' and publication_number <= 2 order by 1"
        ).fetchall()
    before, after = (Decimal(figures["FR", "receivable_amount"][side]) for side in ("before", "after"))
    assert said == [(1, before), (2, after)]


def test_rows_alone_are_compared_without_a_build(late_home: Path, run_encours: RunEncours) -> None:
    done = run_encours(["diff", 1, 2, "--rows-only"], late_home)
    assert done.returncode == 0, output(done)
    assert "27,300.00" in done.stdout
    assert "Figures" not in done.stdout
    refused = run_encours(["diff", 1, 7, "--rows-only"], late_home)
    assert (refused.returncode, "There is no load 7; the newest is 2." in refused.stderr) == (1, True)
