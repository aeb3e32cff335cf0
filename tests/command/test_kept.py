"""What publishing keeps: figures that stand until said otherwise, and the reason of each difference by document."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from encours import kept, stamp
from encours.errors import PublishRefusedError
from encours.publish import publish, rollback
from encours.settings import Settings
from encours.stamp import BuildKind, BuildState, Stamp
from tests.command.marts import Item, write_marts

AS_OF = date(2026, 3, 29)
STAMP = Stamp(
    build_id="first",
    kind=BuildKind.FULL,
    state=BuildState.PASSED,
    as_of_on=AS_OF,
    known_at_load_id=1,
    policy_hash="policy",
    code_version="code",
    rules_hash="rules",
    started_at=datetime(2026, 3, 30, 4, 15, tzinfo=UTC),
)
INVOICE = Item("invoice:I1", date(2026, 3, 2), date(2026, 3, 20), 100)
OLD = Item("invoice:I0", date(2025, 10, 1), date(2025, 10, 31), 40)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, keep_publications=3)


def make_build(
    settings: Settings, *items: Item, built: Stamp = STAMP, load_id: int = 1, intragroup: str = "", past: bool = False
) -> Path:
    """Write a build of ``items`` and their figures, as its models would leave it."""
    path = settings.past_builds / f"{built.build_id}.duckdb" if past else settings.build_file
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(path) as connection:
        connection.execute("create schema if not exists marts")
        if not past:
            connection.execute("create schema if not exists raw")
            connection.execute(
                "create or replace table raw.loads as select ?::integer as load_id, 'erp' as source, "
                "'invoices' as table_name, '*' as slice, 'full' as kind, null::integer as unloaded_in, "
                "date '2026-03-29' as as_of_on, timestamp '2026-03-30 04:00' as loaded_at",
                [load_id],
            )
        connection.execute(
            "create or replace table marts.rpt_passport as select ? as build_id, ?::date as as_of_on, ?::integer as "
            "known_at_load_id",
            [built.build_id, built.as_of_on, built.known_at_load_id],
        )
        write_marts(connection, built, items, intragroup=intragroup)
        stamp.write(connection, built)
    return path


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(path, read_only=True) as connection:
        return connection.execute(query).fetchall()


def restated(path: Path) -> list[tuple[object, ...]]:
    """Of the newest publication: document, basis, reason, days, and differences in reporting currency."""
    return rows(
        path,
        "select document_id, restatement_basis, reason, strftime(valid_from_on, '%m-%d'), "
        "strftime(valid_to_on, '%m-%d'), reporting_difference_amount::integer, overdue_difference_amount::integer, "
        "disputed_difference_amount::integer from marts.rpt_restatements "
        "where publication_number = (select max(publication_number) from marts.rpt_publications) order by all",
    )


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (
            (INVOICE, OLD, Item("invoice:I2", date(2026, 3, 10), date(2026, 3, 25), 50)),
            [
                ("invoice:I2", "balance", "new document", "03-10", "03-26", 50, 0, 0),
                ("invoice:I2", "balance", "new document", "03-26", "03-30", 50, 50, 0),
                ("invoice:I2", "posting", "new document", "03-10", "03-11", 50, 0, 0),
            ],
        ),
        (
            (OLD,),
            [
                ("invoice:I1", "balance", "withdrawn", "03-02", "03-21", -100, 0, 0),
                ("invoice:I1", "balance", "withdrawn", "03-21", "03-30", -100, -100, 0),
                ("invoice:I1", "posting", "withdrawn", "03-02", "03-03", -100, 0, 0),
            ],
        ),
        (
            (replace(INVOICE, amount=90), OLD),
            [
                ("invoice:I1", "balance", "amount changed", "03-02", "03-21", -10, 0, 0),
                ("invoice:I1", "balance", "amount changed", "03-21", "03-30", -10, -10, 0),
                ("invoice:I1", "posting", "amount changed", "03-02", "03-03", -10, 0, 0),
            ],
        ),
        (
            (replace(INVOICE, posted_on=date(2026, 3, 4)), OLD),
            [
                ("invoice:I1", "balance", "posted on another day", "03-02", "03-04", -100, 0, 0),
                ("invoice:I1", "posting", "posted on another day", "03-02", "03-03", -100, 0, 0),
                ("invoice:I1", "posting", "posted on another day", "03-04", "03-05", 100, 0, 0),
            ],
        ),
        (
            (replace(INVOICE, open_amounts=((date(2026, 3, 18), 30),)), OLD),
            [
                ("invoice:I1", "balance", "allocation added", "03-18", "03-21", -70, 0, 0),
                ("invoice:I1", "balance", "allocation added", "03-21", "03-30", -70, -70, 0),
            ],
        ),
        (
            (replace(INVOICE, due_on=date(2026, 3, 27)), OLD),
            [
                # Told for all the days it was open; only from 21 to 27 March does it change what was overdue.
                ("invoice:I1", "balance", "re-dated", "03-02", "03-21", 0, 0, 0),
                ("invoice:I1", "balance", "re-dated", "03-21", "03-28", 0, -100, 0),
                ("invoice:I1", "balance", "re-dated", "03-28", "03-30", 0, 0, 0),
            ],
        ),
        (
            (replace(INVOICE, disputed_amount=25), OLD),
            [
                ("invoice:I1", "balance", "dispute changed", "03-02", "03-21", 0, 0, 25),
                ("invoice:I1", "balance", "dispute changed", "03-21", "03-30", 0, 0, 25),
            ],
        ),
        (
            (replace(INVOICE, reporting_rate=2), OLD),
            [
                ("invoice:I1", "balance", "rate changed", "03-02", "03-21", 100, 0, 0),
                ("invoice:I1", "balance", "rate changed", "03-21", "03-30", 100, 100, 0),
                ("invoice:I1", "posting", "rate changed", "03-02", "03-03", 100, 0, 0),
            ],
        ),
    ],
    ids=["new", "withdrawn", "amount", "posting day", "allocation", "due day", "dispute", "rate"],
)
def test_each_difference_has_its_document_and_its_reason(
    settings: Settings, after: tuple[Item, ...], expected: list[tuple[object, ...]]
) -> None:
    make_build(settings, INVOICE, OLD)
    publish(settings)
    make_build(settings, *after, built=replace(STAMP, build_id="second"))
    done = publish(settings)
    assert restated(done.path) == expected
    assert rows(
        done.path, "select comparison, compared_with_number from marts.rpt_publications where publication_number = 2"
    ) == [("compared", 1)]


def test_an_allocation_taken_back_and_a_customer_that_leaves_the_figures(settings: Settings) -> None:
    paid = replace(INVOICE, open_amounts=((date(2026, 3, 18), 0),))
    own = replace(OLD, customer_id="X")
    make_build(settings, paid, own)
    publish(settings)
    make_build(settings, INVOICE, own, built=replace(STAMP, build_id="second"), intragroup="X")
    done = publish(settings)
    reasons = {(document, reason) for document, _, reason, *_ in restated(done.path)}
    assert reasons == {("invoice:I1", "allocation taken back"), ("invoice:I0", "customer changed")}


def test_days_after_the_earlier_publication_are_no_restatement(settings: Settings) -> None:
    make_build(settings, INVOICE)
    publish(settings)
    later = replace(STAMP, build_id="second", as_of_on=date(2026, 4, 1))
    new = Item("invoice:I3", date(2026, 3, 30), date(2026, 4, 30), 70)
    make_build(settings, replace(INVOICE, open_amounts=((date(2026, 3, 31), 0),)), new, built=later)
    assert restated(publish(settings).path) == []


def test_only_what_is_said_otherwise_is_kept(settings: Settings) -> None:
    make_build(settings, INVOICE, OLD)
    publish(settings)
    publish(settings)
    make_build(settings, INVOICE, OLD, Item("payment:P", AS_OF, AS_OF, -5), built=replace(STAMP, build_id="second"))
    publish(settings)
    assert rows(
        settings.build_file,
        "select publication_number, count(*), list(distinct measure order by measure) filter (entity_id = 'S') "
        "from raw.reported_kpis where publication_number > 1 group by all",
    ) == [(3, 6, ["collected_amount", "dso_days", "receivable_amount"])]
    assert rows(settings.build_file, "select count(*) from raw.publications") == [(3,)]


def test_a_figure_that_is_gone_is_said_to_be_gone(settings: Settings) -> None:
    make_build(settings, INVOICE)
    publish(settings)
    make_build(settings, INVOICE, built=replace(STAMP, build_id="second"))
    with duckdb.connect(settings.build_file) as connection:
        connection.execute("delete from marts.rpt_reported_kpis where measure = 'dso_days'")
    publish(settings)
    assert rows(
        settings.build_file,
        "select distinct publication_number, is_stated from raw.reported_kpis where measure = 'dso_days' order by 1",
    ) == [(1, True), (2, False)]


def test_the_same_build_again_says_what_it_said_before(settings: Settings) -> None:
    make_build(settings, INVOICE)
    publish(settings)
    done = publish(settings)
    ((first, second),) = rows(
        done.path,
        "select count(*) filter (publication_number = 1), count(*) filter (publication_number = 2) "
        "from marts.rpt_reported_kpis",
    )
    assert first == second
    assert rows(done.path, "select count(*) from marts.rpt_reported_kpis where difference <> 0") == [(0,)]
    assert rows(done.path, "select count(*) from marts.rpt_reported_kpis where publication_number = 0") == [(0,)]


def test_a_publication_of_the_past_is_kept_and_compared_with_nothing(settings: Settings) -> None:
    make_build(settings, INVOICE)
    publish(settings)
    past = replace(STAMP, kind=BuildKind.PAST, build_id="past", as_of_on=date(2026, 3, 15))
    path = make_build(settings, INVOICE, built=past, past=True)
    for _ in range(3):
        publish(settings, past=path)
    make_build(settings, built=replace(STAMP, build_id="second"))
    done = publish(settings)
    # The file of publication 1 stayed for it, though three newer ones were to be kept.
    assert rows(
        done.path,
        "select publication_number, is_past, comparison, compared_with_number from marts.rpt_publications order by 1",
    ) == [
        (1, False, "first", None),
        *((number, True, "past", None) for number in (2, 3, 4)),
        (5, False, "compared", 1),
    ]
    assert {reason for _, _, reason, *_ in restated(done.path)} == {"withdrawn"}


def test_without_the_earlier_file_nothing_is_compared_and_the_history_goes_on(settings: Settings) -> None:
    make_build(settings, INVOICE)
    publish(settings).path.unlink()
    make_build(settings, built=replace(STAMP, build_id="second"))
    done = publish(settings)
    assert done.number == 2
    assert rows(done.path, "select comparison from marts.rpt_publications order by publication_number") == [
        ("first",),
        ("file missing",),
    ]


def test_after_a_rollback_the_newest_kept_one_is_compared(settings: Settings) -> None:
    make_build(settings, INVOICE)
    publish(settings)
    make_build(settings, built=replace(STAMP, build_id="second"))
    publish(settings)
    rollback(settings)
    make_build(settings, INVOICE, built=replace(STAMP, build_id="third"))
    done = publish(settings)
    assert (done.number, {reason for _, _, reason, *_ in restated(done.path)}) == (3, {"new document"})


def test_a_history_that_cannot_be_written_publishes_nothing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_build(settings, INVOICE)
    good = publish(settings)
    before = sorted(settings.published.iterdir())
    pointer = settings.pointer.read_text()
    make_build(settings, built=replace(STAMP, build_id="second"))
    written = kept._take_up

    def break_off(connection: duckdb.DuckDBPyConnection, number: int) -> None:
        written(connection, number)
        raise OSError("No space left on device")

    monkeypatch.setattr(kept, "_take_up", break_off)
    with pytest.raises(OSError, match="No space"):
        publish(settings)
    assert sorted(settings.published.iterdir()) == before
    assert settings.pointer.read_text() == pointer
    assert good.path.exists()


def test_what_was_published_while_the_history_could_not_be_written_is_taken_up(
    settings: Settings, tmp_path: Path
) -> None:
    make_build(settings, INVOICE)
    publish(settings)
    backup = Path(shutil.copyfile(settings.build_file, tmp_path / "backup.duckdb"))
    make_build(settings, built=replace(STAMP, build_id="second"))
    publish(settings)
    kept_then = rows(settings.build_file, "select * from raw.reported_kpis order by all")
    withdrawn = rows(settings.build_file, "select * from raw.restatements order by all")
    shutil.copyfile(backup, settings.build_file)
    make_build(settings, built=replace(STAMP, build_id="third"))
    done = publish(settings)
    assert done.number == 3
    assert rows(settings.build_file, "select * from raw.reported_kpis order by all") == kept_then
    assert rows(settings.build_file, "select * from raw.restatements order by all") == withdrawn
    assert rows(settings.build_file, "select publication_number, build_id from raw.publications order by 1") == [
        (1, "first"),
        (2, "second"),
        (3, "third"),
    ]


def test_a_figure_that_changes_without_a_document_is_refused(settings: Settings) -> None:
    make_build(settings, INVOICE)
    good = publish(settings)
    make_build(settings, INVOICE, built=replace(STAMP, build_id="second"))
    with duckdb.connect(settings.build_file) as connection:
        connection.execute(
            "update marts.rpt_reported_kpis set reported_value = reported_value + 0.01 "
            "where measure = 'overdue_amount' and entity_id = 'S' and period_ending_on = '2026-03-29'"
        )
    with pytest.raises(PublishRefusedError, match=r"overdue_amount of S in the week ending 2026-03-29 .* by 0\.01"):
        publish(settings)
    assert rows(settings.build_file, "select max(publication_number) from raw.publications") == [(good.number,)]


def test_figures_of_other_rules_are_published_and_not_compared(settings: Settings) -> None:
    make_build(settings, INVOICE)
    publish(settings)
    make_build(settings, INVOICE, built=replace(STAMP, build_id="second", policy_hash="another"))
    with duckdb.connect(settings.build_file) as connection:
        connection.execute("update marts.rpt_reported_kpis set reported_value = reported_value + 1")
    done = publish(settings)
    assert rows(done.path, "select comparison from marts.rpt_publications where publication_number = 2") == [
        ("other rules",)
    ]
    assert restated(done.path) == []


def test_a_build_of_an_earlier_version_is_to_be_built_again(settings: Settings) -> None:
    make_build(settings, INVOICE)
    with duckdb.connect(settings.build_file) as connection:
        connection.execute("drop table marts.rpt_reported_kpis")
    with pytest.raises(PublishRefusedError, match="earlier version"):
        publish(settings)
