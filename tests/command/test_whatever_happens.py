"""Killed at any moment, the disk full, two at once: nothing is half-done, and a rerun ends as if nothing had been.

Each test does it to real processes. What is killed at a random moment is killed at a share of how long it takes where
nothing stops it, drawn from a fixed seed; the long ones do the same more often (`make long CHECK=killed`).
"""

from __future__ import annotations

import random
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.command.chaos import (
    MEGABYTE,
    Rows,
    build_file,
    current,
    kill_after,
    loads,
    looked_at,
    small_disk,
    start,
)
from tests.command.conftest import AS_OF
from tests.command.helpers import output, pointer, reading, value

RunEncours = Callable[..., CompletedProcess[str]]
SEED = 20260329
FEW_MODELS = ("--select", "+dim_customers")
"""A build that writes the build file as any does and takes seconds."""
ROOM_LEFT = MEGABYTE // 16
"""On a disk that is as good as full: enough to begin with, not to end."""


@pytest.fixture(scope="module")
def pictures(extracts: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two full pictures of the company: its extracts, and the same with every third amount and row changed."""
    other = Path(shutil.copytree(extracts, tmp_path_factory.mktemp("pictures") / "other"))
    shutil.rmtree(other / "late_arrivals")
    for name in ("payments.csv", "invoices.csv"):
        header, *rows = (other / name).read_text().splitlines()
        column = header.split(",").index("reference")
        changed = []
        for number, row in enumerate(rows):
            cells = row.split(",")
            if number % 3 == 0:
                cells[column] = f"changed {number}"
            changed.append(",".join(cells))
        (other / name).write_text("\n".join([header, *changed[:-5]]) + "\n")
    return other, extracts


@pytest.fixture(scope="module")
def expected(
    pictures: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory, run_encours: RunEncours
) -> tuple[Rows, Rows]:
    """What is current after each picture, loaded without a disturbance."""
    home = tmp_path_factory.mktemp("undisturbed") / "home"
    found = []
    for picture in pictures:
        done = run_encours(["load", picture, "--as-of", AS_OF], home)
        assert done.returncode == 0, output(done)
        found.append(current(home))
    assert found[0] != found[1]
    return found[0], found[1]


def moments(count: int) -> list[float]:
    """Shares of a run at which it is killed: one drawn from each of ``count`` equal parts, in no order."""
    drawn = random.Random(SEED)
    shares = [(number + drawn.random()) / count for number in range(count)]
    drawn.shuffle(shares)
    return shares


@pytest.mark.parametrize("kills", [15, pytest.param(140, marks=pytest.mark.long)])
def test_a_load_killed_at_any_moment(
    kills: int, own_home: Path, pictures: tuple[Path, Path], expected: tuple[Rows, Rows], run_encours: RunEncours
) -> None:
    """Nothing of it is seen, or all; loaded again, everything is as if it had never been killed."""
    number, before, killed, seconds = 1, expected[1], 0, 0.0
    with looked_at(own_home):
        for turn, share in enumerate([1.0, *moments(kills)]):
            picture, after = pictures[turn % 2], expected[turn % 2]
            begun = time.monotonic()
            process = start(["load", picture, "--as-of", AS_OF], own_home)
            if turn == 0:
                process.communicate()
                seconds = time.monotonic() - begun
            else:
                killed += kill_after(process, share * seconds)
            seen = current(own_home)
            assert seen in (before, after), f"half a load is seen, killed at {share:.3f}"
            assert len(loads(own_home)) == number + (seen == after)
            done = run_encours(["load", picture, "--as-of", AS_OF], own_home)
            assert done.returncode == 0, f"killed at {share:.3f}: {output(done)}"
            assert current(own_home) == after
            number += 1
            assert [load_id for load_id, _ in loads(own_home)] == list(range(1, number + 1))
            assert not (build_file(own_home).parent / "scratch").exists()
            before = after
    assert killed > kills // 2, "most were over before they were killed"


@pytest.mark.parametrize("kills", [3, pytest.param(40, marks=pytest.mark.long)])
def test_a_publish_killed_at_any_moment(kills: int, own_home: Path, run_encours: RunEncours) -> None:
    """Readers see the publication before or the new one, whole; the history has each once, and the next goes on."""
    begun = time.monotonic()
    done = run_encours(["publish"], own_home)
    seconds = time.monotonic() - begun
    assert done.returncode == 0, output(done)
    killed = 0
    with looked_at(own_home):
        for share in moments(kills):
            # The beginning of a run is spent on starting Python, where nothing can break.
            killed += kill_after(start(["publish"], own_home), (0.3 + 0.7 * share) * seconds)
            before = pointer(own_home)
            done = run_encours(["publish"], own_home)
            assert done.returncode == 0, f"killed at {share:.3f}: {output(done)}"
            assert int(str(pointer(own_home)["number"])) > int(str(before["number"]))
            assert pointer(own_home)["build_id"] == before["build_id"]
            assert [path.name for path in (own_home / "published").glob(".*")] == []
    assert killed > kills // 2
    newest = int(str(pointer(own_home)["number"]))
    with reading(build_file(own_home)) as connection:
        assert connection.execute("select publication_number from raw.publications order by 1").fetchall() == [
            (number,) for number in range(1, newest + 1)
        ]
        # The same build says the same each time: no figure is kept twice, none is restated.
        assert connection.execute(
            "select (select count(*) from raw.restatements), "
            "(select count(*) from raw.reported_kpis where publication_number > 1)"
        ).fetchall() == [(0, 0)]


@pytest.mark.parametrize("kills", [2, pytest.param(15, marks=pytest.mark.long)])
def test_a_build_killed_at_any_moment(kills: int, own_home: Path, tested_rules: str, run_encours: RunEncours) -> None:
    """It is told as never ended and cannot be published; dbt is gone with it; built again, it passes."""
    shared = pointer(own_home)
    arguments = ["build", *FEW_MODELS]
    begun = time.monotonic()
    done = run_encours(arguments, own_home)
    seconds = time.monotonic() - begun
    assert done.returncode == 0, output(done)
    rows = value(build_file(own_home), "select count(*) from marts.dim_customers")
    with looked_at(own_home) as reader:
        for share in moments(kills):
            process = start(arguments, own_home, tested_rules=tested_rules)
            assert kill_after(process, (0.2 + 0.7 * share) * seconds), f"over before {share:.3f}"
            status = run_encours(["status"], own_home)
            assert status.returncode == 0, f"killed at {share:.3f}: {output(status)}"
            assert "never ended" in status.stdout
            refused = run_encours(["publish"], own_home)
            assert refused.returncode == 1
            assert "run `encours build`" in refused.stderr
        done = run_encours(arguments, own_home)
        assert done.returncode == 0, output(done)
        assert value(build_file(own_home), "select state from main.build_stamp") == "passed"
        assert value(build_file(own_home), "select count(*) from marts.dim_customers") == rows
    assert reader.numbers == {1}
    assert pointer(own_home) == shared


@pytest.mark.long
def test_whole_builds_killed_end_in_the_same_marts(
    own_home: Path, small_home: Path, tested_rules: str, run_encours: RunEncours
) -> None:
    """Five builds of everything are killed on their way; the next one makes every mart as it was, row for row."""
    begun = time.monotonic()
    assert run_encours(["build"], own_home).returncode == 0
    seconds = time.monotonic() - begun
    with looked_at(own_home):
        for share in moments(5):
            kill_after(start(["build"], own_home, tested_rules=tested_rules), share * seconds)
        done = run_encours(["build"], own_home)
        assert done.returncode == 0, output(done)
    of_the_build = {"rpt_passport", "rpt_publications", "rpt_tests", "rpt_reported_kpis"}
    with reading(build_file(small_home)) as before, reading(build_file(own_home)) as after:
        names = before.execute("select table_name from duckdb_tables() where schema_name = 'marts'").fetchall()
        assert len(names) > 40
        for (name,) in names:
            if name not in of_the_build:
                query = f"select * from marts.{name} order by all"
                assert before.execute(query).fetchall() == after.execute(query).fetchall(), name


def test_two_loaders_at_once(
    own_home: Path, pictures: tuple[Path, Path], expected: tuple[Rows, Rows], run_encours: RunEncours
) -> None:
    """One loads; the other is refused by name, or came after. What is current is the picture of one of them."""
    with looked_at(own_home):
        both = [start(["load", pictures[0], "--as-of", AS_OF], own_home) for _ in range(2)]
        said = [process.communicate() for process in both]
    codes = [process.returncode for process in both]
    assert 0 in codes
    for code, (_, errors) in zip(codes, said, strict=True):
        assert code == 0 or "`encours load` (process" in errors or "another process is writing" in errors
        assert "Traceback" not in errors
    assert current(own_home) == expected[0]
    assert len(loads(own_home)) == 2
    # Whoever was refused comes again: the same picture is no news.
    assert "Nothing new" in run_encours(["load", pictures[0], "--as-of", AS_OF], own_home).stdout


def test_a_load_while_a_build_runs(
    own_home: Path, pictures: tuple[Path, Path], expected: tuple[Rows, Rows], tested_rules: str, run_encours: RunEncours
) -> None:
    """The load is refused, the build ends well, and the load after it is whole."""
    with looked_at(own_home):
        build = start(["build", *FEW_MODELS], own_home, tested_rules=tested_rules)
        note = own_home / "build" / "writer.json"
        # What a killed command left may be there already: only the build's own says that it has begun.
        while build.poll() is None and not (note.exists() and f'"pid": {build.pid},' in note.read_text()):
            time.sleep(0.02)
        refused = run_encours(["load", pictures[0], "--as-of", AS_OF], own_home)
        assert refused.returncode == 1
        assert "`encours build` (process" in refused.stderr
        _, errors = build.communicate()
        assert build.returncode == 0, errors
        done = run_encours(["load", pictures[0], "--as-of", AS_OF], own_home)
        assert done.returncode == 0, output(done)
    assert current(own_home) == expected[0]


def test_a_load_onto_a_full_disk(
    tmp_path: Path, pictures: tuple[Path, Path], expected: tuple[Rows, Rows], run_encours: RunEncours
) -> None:
    """Told as such, nothing is half-loaded, and with room it loads."""
    home = tmp_path / "home"
    with small_disk(home, MEGABYTE) as is_small:
        if not is_small:
            pytest.skip("this machine lets nobody mount a small disk: see the test of a limited file size")
        done = run_encours(["load", pictures[0], "--as-of", AS_OF], home)
        assert_told_that_the_disk_is_full(done)
        assert "Loaded:    nothing yet" in run_encours(["status"], home).stdout
        # The disk is given room, as a person would.
        subprocess.run(["mount", "-o", f"remount,size={64 * MEGABYTE}", str(home)], check=True)
        done = run_encours(["load", pictures[0], "--as-of", AS_OF], home)
        assert done.returncode == 0, output(done)
        assert current(home) == expected[0]
        assert loads(home) == [(1, 20)]


@pytest.mark.parametrize("largest_file", [MEGABYTE // 8, MEGABYTE * 3 // 4])
def test_a_load_that_may_write_no_more(
    largest_file: int, tmp_path: Path, pictures: tuple[Path, Path], expected: tuple[Rows, Rows], run_encours: RunEncours
) -> None:
    """A limit on the size of files stops a write in the middle, as a full disk does, on any machine."""
    home = tmp_path / "home"
    process = start(["load", pictures[0], "--as-of", AS_OF], home, largest_file=largest_file)
    out, errors = process.communicate()
    assert_told_that_the_disk_is_full(CompletedProcess([], process.returncode, out, errors))
    done = run_encours(["load", pictures[0], "--as-of", AS_OF], home)
    assert done.returncode == 0, output(done)
    assert current(home) == expected[0]
    assert loads(home) == [(1, 20)]


def test_a_publish_onto_a_full_disk(own_home: Path, run_encours: RunEncours) -> None:
    """Readers keep what they had; with room it is published."""
    published = own_home / "published"
    kept = {path.name: path.read_bytes() for path in published.iterdir()}
    size = sum(map(len, kept.values()))
    with small_disk(published, size + MEGABYTE) as is_small:
        if not is_small:
            pytest.skip("this machine lets nobody mount a small disk")
        for name, content in kept.items():
            (published / name).write_bytes(content)
        with looked_at(own_home):
            assert_told_that_the_disk_is_full(run_encours(["publish"], own_home))
            assert {path.name: path.read_bytes() for path in published.iterdir()} == kept
        assert value(build_file(own_home), "select count(*) from raw.publications") == 1
    for name, content in kept.items():
        (published / name).write_bytes(content)
    done = run_encours(["publish"], own_home)
    assert done.returncode == 0, output(done)
    assert pointer(own_home)["number"] == 2


def test_a_build_onto_a_full_disk(
    tmp_path: Path, pictures: tuple[Path, Path], expected: tuple[Rows, Rows], run_encours: RunEncours
) -> None:
    """Told as such; what is loaded stays whole."""
    home = tmp_path / "home"
    with small_disk(home, 12 * MEGABYTE) as is_small:
        if not is_small:
            pytest.skip("this machine lets nobody mount a small disk")
        assert run_encours(["load", pictures[0], "--as-of", AS_OF], home).returncode == 0
        assert_told_that_the_disk_is_full(run_encours(["build", *FEW_MODELS], home))
        assert current(home) == expected[0]
        assert "never ended" in run_encours(["status"], home).stdout


@pytest.mark.parametrize("verb", ["load", "build"])
def test_a_reader_while_the_disk_is_full(
    verb: str,
    own_home: Path,
    tmp_path: Path,
    pictures: tuple[Path, Path],
    expected: tuple[Rows, Rows],
    run_encours: RunEncours,
) -> None:
    """Whoever looks on sees the published figures all along, while it fills up and when there is room again."""
    home, filler = tmp_path / "small", tmp_path / "small" / "filler"
    arguments = ["load", pictures[0], "--as-of", AS_OF] if verb == "load" else ["build", *FEW_MODELS]
    size = sum(path.stat().st_size for path in own_home.rglob("*") if path.is_file())
    with small_disk(home, size + 128 * MEGABYTE) as is_small:
        if not is_small:
            pytest.skip("this machine lets nobody mount a small disk: see the test of a limited file size")
        if verb == "load":
            shutil.copytree(own_home, home, dirs_exist_ok=True)
        else:
            # A file in which models were built before has room in it for their like.
            assert run_encours(["load", pictures[1], "--as-of", AS_OF], home).returncode == 0
            shutil.copytree(own_home / "published", home / "published")
        before, served = loads(home), pointer(home)
        with filler.open("wb") as stream:
            stream.write(bytes(shutil.disk_usage(home).free - ROOM_LEFT))
        with looked_at(home) as reader:
            assert_told_that_the_disk_is_full(run_encours(arguments, home))
            assert current(home) == expected[1]
            assert loads(home) == before
            filler.unlink()
            done = run_encours(arguments, home)
            assert done.returncode == 0, output(done)
        assert reader.numbers == {1}
        assert pointer(home) == served
        assert current(home) == expected[0 if verb == "load" else 1]


def assert_told_that_the_disk_is_full(done: CompletedProcess[str]) -> None:
    """Exit status 1 and a message a person can act on."""
    assert done.returncode == 1, output(done)
    assert "The disk is full" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Nothing is half-done" in done.stderr
