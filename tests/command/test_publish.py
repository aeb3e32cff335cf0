"""What a publication is: a whole copy under a new number, and a pointer that moves in one step."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from encours import stamp
from encours.errors import EncoursError, PublishRefusedError
from encours.publish import current, publications, publish, rollback
from encours.settings import Settings
from encours.stamp import BuildKind, BuildState, Stamp
from tests.command.marts import write_marts

STAMP = Stamp(
    build_id="first",
    kind=BuildKind.FULL,
    state=BuildState.PASSED,
    as_of_on=date(2026, 3, 29),
    known_at_load_id=1,
    policy_hash="policy",
    code_version="code",
    rules_hash="rules",
    started_at=datetime(2026, 3, 30, 4, 15, tzinfo=UTC),
    finished_at=datetime(2026, 3, 30, 4, 16, tzinfo=UTC),
    models_count=2,
    tests_passed_count=3,
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, keep_publications=3)


def make_build(settings: Settings, built: Stamp, *, passport_id: str | None = None, path: Path | None = None) -> Path:
    """Write a build file as dbt would leave it: two marts with comments, rows in an order that means something."""
    path = path or settings.build_file
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(path) as connection:
        connection.execute("create schema if not exists raw; create schema if not exists marts")
        connection.execute(
            "create or replace table raw.loads as select 1 as load_id, 'erp' as source, 'invoices' as table_name, "
            "'*' as slice, 'full' as kind, null::integer as unloaded_in, "
            "date '2026-03-29' as as_of_on, timestamp '2026-03-30 04:00' as loaded_at"
        )
        connection.execute(
            "create or replace table marts.rpt_passport as select ? as build_id, ?::date as as_of_on, "
            "?::integer as known_at_load_id",
            [passport_id or built.build_id, built.as_of_on, built.known_at_load_id],
        )
        connection.execute(
            'create or replace table marts.fct_items ("document_id" varchar not null, amount decimal(18, 2))'
        )
        # Neither by id nor by amount: only a copy that keeps the order gives this back.
        connection.execute(
            "insert into marts.fct_items select 'D' || hash(i)::varchar, (hash(i + 7) % 100000)::decimal(18, 2) / 4 "
            "from range(300000) t(i) order by i"
        )
        connection.execute("comment on table marts.fct_items is 'One row a document; the customer''s own.'")
        connection.execute("""comment on column marts.fct_items.amount is 'Signed; the rest''s "open".'""")
        write_marts(connection, built)
        stamp.write(connection, built)
    return path


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(path, read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_a_publication_has_the_same_rows_in_the_same_order(settings: Settings) -> None:
    make_build(settings, STAMP)
    done = publish(settings)
    query = "select * from marts.fct_items"
    assert rows(done.path, query) == rows(settings.build_file, query)


def test_a_publication_keeps_types_constraints_and_comments(settings: Settings) -> None:
    make_build(settings, STAMP)
    done = publish(settings)
    query = (
        "select table_name, column_name, data_type, is_nullable, comment from duckdb_columns() "
        "where schema_name = 'marts' order by all"
    )
    assert rows(done.path, query) == rows(settings.build_file, query)
    assert ("fct_items", "document_id", "VARCHAR", False, None) in rows(done.path, query)
    query = "select table_name, comment from duckdb_tables() where schema_name = 'marts' order by all"
    assert rows(done.path, query) == rows(settings.build_file, query)


def test_a_publication_holds_the_marts_and_nothing_of_the_raw_history(settings: Settings) -> None:
    make_build(settings, STAMP)
    done = publish(settings)
    found = rows(done.path, "select schema_name || '.' || table_name from duckdb_tables() order by 1")
    assert ("main.publication",) in found
    assert {name for (name,) in found if not str(name).startswith("marts.")} == {"main.publication"}
    assert rows(done.path, "select table_name from duckdb_tables() where schema_name = 'marts' order by 1") == rows(
        settings.build_file, "select table_name from duckdb_tables() where schema_name = 'marts' order by 1"
    )


def test_a_publication_is_compact(settings: Settings) -> None:
    # The build file is written over again and again and has holes; what is copied has none.
    for _ in range(3):
        make_build(settings, STAMP)
    done = publish(settings)
    ((used, free),) = rows(done.path, "select used_blocks, free_blocks from pragma_database_size()")
    assert isinstance(used, int)
    assert isinstance(free, int)
    assert free <= max(1, used // 20)
    assert done.path.stat().st_size < settings.build_file.stat().st_size


def test_the_pointer_says_what_readers_see(settings: Settings) -> None:
    make_build(settings, STAMP)
    done = publish(settings)
    assert json.loads(settings.pointer.read_text()) == {
        "file": "encours-000001.duckdb",
        "number": 1,
        "build_id": "first",
        "as_of_on": "2026-03-29",
        "published_at": done.published_at.isoformat(),
    }
    assert current(settings) == done


def test_a_reader_of_the_old_file_is_not_disturbed(settings: Settings) -> None:
    make_build(settings, STAMP)
    with duckdb.connect(publish(settings).path, read_only=True) as reader:
        make_build(settings, replace(STAMP, build_id="second"))
        assert publish(settings).number == 2
        assert reader.execute("select build_id from marts.rpt_passport").fetchall() == [("first",)]


def test_the_last_few_stay_and_the_one_readers_see_always(settings: Settings) -> None:
    make_build(settings, STAMP)
    for _ in range(4):
        publish(settings)
    assert [publication.number for publication in publications(settings)] == [2, 3, 4]
    rollback(settings, to=2)
    for name in (".encours-000009.duckdb.draft", "notes.txt"):
        (settings.published / name).write_text("not a publication")
    publish(settings)
    assert [publication.number for publication in publications(settings)] == [3, 4, 5]
    assert (settings.published / "notes.txt").exists()


def test_numbers_are_not_used_twice_after_a_rollback(settings: Settings) -> None:
    make_build(settings, STAMP)
    publish(settings)
    publish(settings)
    assert rollback(settings).number == 1
    now = current(settings)
    assert now is not None
    assert now.number == 1
    assert publish(settings).number == 3


def test_a_rollback_to_what_is_not_there_is_refused(settings: Settings) -> None:
    with pytest.raises(EncoursError, match="Nothing is published yet"):
        rollback(settings)
    make_build(settings, STAMP)
    publish(settings)
    with pytest.raises(EncoursError, match="a publication before 1; kept are 1"):
        rollback(settings)
    with pytest.raises(EncoursError, match="publication 7; kept are 1"):
        rollback(settings, to=7)


@pytest.mark.parametrize(
    ("built", "reason"),
    [
        (replace(STAMP, state=BuildState.FAILED, tests_not_passed_count=2), "2 of 5 tests failed"),
        (replace(STAMP, state=BuildState.RUNNING), "broken off"),
        (replace(STAMP, kind=BuildKind.SELECTION), "only a part of the models"),
        (replace(STAMP, known_at_load_id=0), "Load 1 came after the build"),
    ],
)
def test_a_build_that_may_not_be_seen_is_refused_and_the_last_good_one_stays(
    settings: Settings, built: Stamp, reason: str
) -> None:
    make_build(settings, STAMP)
    good = publish(settings)
    make_build(settings, replace(built, build_id="second"))
    with pytest.raises(PublishRefusedError, match=reason):
        publish(settings)
    assert current(settings) == good
    assert publications(settings) == [good]


def test_marts_that_another_hand_wrote_are_refused(settings: Settings) -> None:
    make_build(settings, STAMP, passport_id="unnamed")
    with pytest.raises(EncoursError, match="not those of build first"):
        publish(settings)
    assert current(settings) is None


def test_a_copy_that_fails_leaves_no_trace(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    make_build(settings, STAMP)
    good = publish(settings)
    before = sorted(settings.published.iterdir())

    def break_off(*_: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr("encours.files.put_in_place", break_off)
    with pytest.raises(OSError, match="No space"):
        publish(settings)
    assert sorted(settings.published.iterdir()) == before
    assert current(settings) == good


def test_a_past_build_is_published_from_its_own_file(settings: Settings) -> None:
    make_build(settings, STAMP)
    past = replace(STAMP, kind=BuildKind.PAST, build_id="past", as_of_on=date(2025, 12, 31))
    path = make_build(settings, past, path=settings.past_builds / "as_of_2025_12_31_load_1.duckdb")
    done = publish(settings, past=path)
    assert (done.build_id, done.as_of_on) == ("past", date(2025, 12, 31))
    assert publish(settings).build_id == "first"


def test_a_pointer_to_a_file_that_is_gone_says_what_to_do(settings: Settings) -> None:
    make_build(settings, STAMP)
    publish(settings).path.unlink()
    with pytest.raises(EncoursError, match="which is gone: run `encours publish`"):
        current(settings)
