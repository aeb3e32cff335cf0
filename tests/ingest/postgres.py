"""A real PostgreSQL on loopback, in a folder of its own, started for the tests and stopped after them."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PASSWORD = "s3cret-Wort/with:signs@in it"


@dataclass(frozen=True)
class Server:
    """A running server."""

    port: int

    @property
    def url(self) -> str:
        """The address with user and password, as the environment variable of a mapping holds it."""
        quoted = PASSWORD.replace("/", "%2F").replace(":", "%3A").replace("@", "%40").replace(" ", "%20")
        return f"postgresql://erp_reader:{quoted}@127.0.0.1:{self.port}/postgres"


def programs() -> Path | None:
    """The folder of PostgreSQL's programs; none where it is not installed."""
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).resolve().parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return folders[-1].parent if folders else None


@contextmanager
def running(binaries: Path) -> Iterator[Server]:
    """A server that only this machine reaches, with the user ``erp_reader`` who must give a password."""
    # The server refuses to run as root; its folder must be its user's.
    names = {entry.pw_name for entry in pwd.getpwall()}
    user = ("postgres" if "postgres" in names else "nobody") if os.getuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="encours-postgres-"))
    try:
        word = folder / "password"
        word.write_text(PASSWORD)
        if user is not None:
            for path in (folder, word):
                shutil.chown(path, user)
        data = folder / "data"

        def run(program: str, *arguments: str) -> None:
            done = subprocess.run(
                [binaries / program, "-D", data, *arguments],
                user=user,
                cwd=folder,
                env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            assert done.returncode == 0, f"{program}: {done.stdout}"

        run("initdb", "-U", "erp_reader", "-A", "scram-sha-256", f"--pwfile={word}", "-E", "UTF8", "--no-sync")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
        run("pg_ctl", "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield Server(port)
        finally:
            run("pg_ctl", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
