"""The dashboard is served on this machine only, and stops when it is told to."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

RunEncours = Callable[..., subprocess.CompletedProcess[str]]


@contextmanager
def serving(project: Path, home: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A served dashboard and the line that says where it is."""
    process = subprocess.Popen(
        [sys.executable, "-m", "encours", "dashboard", "--no-open", *arguments],
        cwd=project,
        env={**os.environ, "ENCOURS_HOME": str(home)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield process, process.stdout.readline()
    finally:
        process.terminate()
        process.communicate(timeout=30)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_it_says_its_address_answers_there_and_stops(small_home: Path, project_root: Path) -> None:
    port = free_port()
    with serving(project_root, small_home, "--port", str(port)) as (process, line):
        assert line.startswith(f"The dashboard is at http://127.0.0.1:{port} (this machine only)")
        with urlopen(f"http://127.0.0.1:{port}/", timeout=10) as answer:
            assert answer.status == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 128 + signal.SIGTERM
    with pytest.raises(OSError, match="refused"):
        urlopen(f"http://127.0.0.1:{port}/", timeout=10)


def test_another_port_is_taken_where_the_usual_one_is_in_use(small_home: Path, project_root: Path) -> None:
    with socket.socket() as first:
        first.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            first.bind(("127.0.0.1", 8501))
            first.listen()
        except OSError:
            pass  # someone else has it, which is as good
        with serving(project_root, small_home) as (_, line):
            assert "http://127.0.0.1:85" in line
            assert ":8501 " not in line


def test_a_port_that_is_asked_for_and_in_use_is_refused(run_encours: RunEncours, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run_encours(["dashboard", "--no-open", "--port", port], tmp_path)
    assert done.returncode == 1
    assert f"Port {port} of 127.0.0.1 cannot be used" in done.stderr
