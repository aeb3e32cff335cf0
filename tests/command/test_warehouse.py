"""One writer at a time, and a message that says what holds a file."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from encours import warehouse
from encours.errors import EncoursError, WarehouseBusyError
from encours.settings import Settings

RunEncours = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


@pytest.fixture
def elsewhere() -> Iterator[Callable[[str], subprocess.Popen[str]]]:
    """Run Python in another process until it says it is ready; it ends with the test."""
    processes = []

    def start(code: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", code + "\nprint('ready', flush=True)\ninput()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return process

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def _hold_lock(home: Path) -> str:
    return (
        "from pathlib import Path; from encours import warehouse; from encours.settings import Settings\n"
        f"held = warehouse.writer(Settings(home=Path({str(home)!r})), 'encours build'); held.__enter__()"
    )


def test_a_second_writer_is_refused_and_told_who_writes(
    settings: Settings, elsewhere: Callable[[str], subprocess.Popen[str]]
) -> None:
    holder = elsewhere(_hold_lock(settings.home))
    with pytest.raises(WarehouseBusyError) as refused, warehouse.writer(settings, "encours load"):
        pytest.fail("two writers at once")
    assert "`encours build`" in str(refused.value)
    assert f"process {holder.pid}" in str(refused.value)


def test_the_commands_refuse_at_once_while_another_writes(
    settings: Settings,
    elsewhere: Callable[[str], subprocess.Popen[str]],
    run_encours: RunEncours,
    tmp_path: Path,
) -> None:
    elsewhere(_hold_lock(settings.home))
    for arguments in (["load", tmp_path], ["build"], ["publish"], ["rollback"], ["refresh", tmp_path]):
        done = run_encours(arguments, settings.home)
        assert done.returncode == 1, arguments
        assert "is writing" in done.stderr


def test_the_lock_of_a_writer_that_died_is_free(
    settings: Settings, elsewhere: Callable[[str], subprocess.Popen[str]]
) -> None:
    holder = elsewhere(_hold_lock(settings.home))
    holder.kill()
    holder.wait()
    with warehouse.writer(settings, "encours load"):
        assert str(os.getpid()) in (settings.build_file.parent / "writer.json").read_text()


def test_the_lock_is_free_after_an_error(settings: Settings) -> None:
    with pytest.raises(ZeroDivisionError), warehouse.writer(settings, "encours load"):
        raise ZeroDivisionError
    with warehouse.writer(settings, "encours load"):
        pass


def test_a_file_that_another_program_writes_is_named_with_that_program(
    settings: Settings, elsewhere: Callable[[str], subprocess.Popen[str]]
) -> None:
    warehouse.open_for_writing(settings).close()
    holder = elsewhere(f"import duckdb; connection = duckdb.connect({str(settings.build_file)!r})")
    with pytest.raises(WarehouseBusyError, match=f"Process {holder.pid} has .*encours.duckdb open"):
        warehouse.open_for_reading(settings.build_file)


def test_a_file_that_is_not_a_warehouse_says_so(tmp_path: Path) -> None:
    path = tmp_path / "broken.duckdb"
    path.write_bytes(b"This is a letter, not a database. " * 200)
    with pytest.raises(EncoursError, match=r"broken\.duckdb cannot be opened"):
        warehouse.open_for_reading(path)


def test_a_missing_file_points_to_status(tmp_path: Path) -> None:
    with pytest.raises(EncoursError, match="encours status"):
        warehouse.open_for_reading(tmp_path / "none.duckdb")


def test_reading_leaves_the_file_as_it_is(settings: Settings) -> None:
    warehouse.open_for_writing(settings).close()
    before = settings.build_file.read_bytes()
    with warehouse.open_for_reading(settings.build_file) as connection, pytest.raises(duckdb.InvalidInputException):
        connection.execute("create table t (n integer)")
    assert settings.build_file.read_bytes() == before


def test_a_writer_takes_the_memory_it_is_given(settings: Settings) -> None:
    with warehouse.open_for_writing(settings, memory_limit="64MiB") as connection:
        assert connection.execute("select current_setting('memory_limit')").fetchall() == [("64.0 MiB",)]


def test_nothing_says_that_somebody_writes_once_a_command_has_failed(settings: Settings) -> None:
    with pytest.raises(ZeroDivisionError), warehouse.writer(settings, "encours load"):
        _ = 1 / 0
    assert not (settings.build_file.parent / "writer.json").exists()
