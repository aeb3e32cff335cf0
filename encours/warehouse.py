"""The warehouse file: one writer at a time, opened with a message a person can act on.

DuckDB lets one process write a file or many read it. Two things follow: a lock of our own, taken before any work,
refuses a second loader or builder at once and says who holds it; and a file another program has open is reported
with that program's number instead of a stack trace.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import duckdb
from filelock import FileLock, Timeout

from encours.errors import EncoursError, WarehouseBusyError
from encours.settings import Settings


@contextmanager
def writer(settings: Settings, doing: str) -> Iterator[None]:
    """Hold the right to write under ``settings.home`` for as long as the block runs.

    ``doing`` is what the holder does, as another person would read it (``encours load``).

    Raises:
        WarehouseBusyError: another process holds it; the message names that process.
    """
    folder = settings.build_file.parent
    folder.mkdir(parents=True, exist_ok=True)
    note = folder / "writer.json"
    lock = FileLock(folder / "writer.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise WarehouseBusyError(
            f"{_holder(note)} is writing {settings.build_file}. Only one command may write at a time: "
            "wait until it is done, then run yours again."
        ) from None
    scratch = folder / "scratch"
    try:
        # Its own temporary files lie on the disk that the files are on, and not in a /tmp that may be small; what a
        # killed command left there goes now.
        _clear(scratch)
        scratch.mkdir()
        tempfile.tempdir = str(scratch)
        started = datetime.now().astimezone().isoformat(timespec="seconds")
        note.write_text(
            json.dumps({"doing": doing, "pid": os.getpid(), "host": socket.gethostname(), "since": started})
        )
        yield
    finally:
        note.unlink(missing_ok=True)
        tempfile.tempdir = None
        _clear(scratch)
        lock.release()


def _clear(folder: Path) -> None:
    """Remove a folder with all that is in it, where it is there."""
    if folder.is_dir():
        shutil.rmtree(folder, ignore_errors=True)


def _holder(note: Path) -> str:
    """Who holds the lock, as far as its note says."""
    try:
        held = json.loads(note.read_text())
        return f"`{held['doing']}` (process {held['pid']} on {held['host']}, since {held['since']})"
    except (OSError, ValueError, KeyError):
        # The holder has the lock and has not written its note yet, or the folder is shared and cannot be read.
        return "another process"


def open_for_writing(settings: Settings, *, memory_limit: str | None = None) -> duckdb.DuckDBPyConnection:
    """Open the build file to write, making it where it is missing. Hold :func:`writer` around it.

    ``memory_limit``: the most memory DuckDB may use, where it is not the setting of that name.

    Raises:
        WarehouseBusyError: another program has the file open.
    """
    settings.build_file.parent.mkdir(parents=True, exist_ok=True)
    return _connect(settings.build_file, read_only=False, memory_limit=memory_limit or settings.memory_limit)


def open_file_for_writing(path: Path) -> duckdb.DuckDBPyConnection:
    """Open a build's own file to write, making it where it is missing. Hold :func:`writer` around it.

    Raises:
        WarehouseBusyError: another program has the file open.
    """
    return _connect(path, read_only=False, memory_limit=None)


def open_for_reading(path: Path) -> duckdb.DuckDBPyConnection:
    """Open a warehouse file to read.

    Raises:
        EncoursError: the file is missing, or is not a DuckDB file.
        WarehouseBusyError: another program is writing it.
    """
    if not path.is_file():
        raise EncoursError(f"There is no file {path}. `encours status` says what has been loaded, built and published.")
    return _connect(path, read_only=True, memory_limit=None)


def _connect(path: Path, *, read_only: bool, memory_limit: str | None) -> duckdb.DuckDBPyConnection:
    try:
        connection = duckdb.connect(path, read_only=read_only)
    except duckdb.IOException as error:
        message = str(error)
        if "lock" not in message.lower():
            raise EncoursError(
                f"{path} cannot be opened: {message.strip().splitlines()[0]} "
                "If it is damaged, restore it from a backup (docs/operations.md says how)."
            ) from error
        process = re.search(r"PID (\d+)", message)
        whose = f"Process {process[1]}" if process else "Another program"
        raise WarehouseBusyError(
            f"{whose} has {path} open. DuckDB allows one writer, or many readers, on a file: "
            "close that program (or read the published file instead), then try again."
        ) from error
    if memory_limit is not None:
        connection.execute("set memory_limit = $limit", {"limit": memory_limit})
    return connection
