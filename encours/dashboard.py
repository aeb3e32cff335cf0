"""Serving the dashboard: Streamlit on this machine's own address, started, waited for, and shown."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import webbrowser
from urllib.request import urlopen

from encours import console
from encours.errors import EncoursError
from encours.settings import PROJECT_ROOT, Settings

LOOPBACK = "127.0.0.1"
FIRST_PORT = 8501
_PATIENCE_SECONDS = 60


def serve(settings: Settings, *, address: str, port: int | None, open_browser: bool) -> int:
    """Serve the dashboard at ``address`` until it is stopped; the exit status of the server.

    Raises:
        EncoursError: the port is taken, or the server did not come up.
    """
    chosen = _port(address, port)
    # From this machine, a server that listens everywhere is reached like one that listens only here.
    url = f"http://{LOOPBACK if address == '0.0.0.0' else address}:{chosen}"
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "streamlit", "run", str(PROJECT_ROOT / "dashboards" / "app.py")),
            *("--server.address", address, "--server.port", str(chosen), "--server.headless", "true"),
            *("--browser.gatherUsageStats", "false", "--server.fileWatcherType", "none"),
        ],
        cwd=PROJECT_ROOT,
        env={**os.environ, "ENCOURS_HOME": str(settings.home)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        _wait(process, url)
        who = "this machine only" if address == LOOPBACK else f"listening on {address}, for whoever can reach it"
        console.say(f"The dashboard is at {url} ({who}). Ctrl-C stops it.")
        if open_browser and _has_screen():
            webbrowser.open(url)
        return process.wait()
    except KeyboardInterrupt:
        console.say("Stopped.")
        return 0
    finally:
        process.terminate()
        process.wait()


def _has_screen() -> bool:
    """Whether a window can be shown; without one, Python would start a browser for terminals and take ours."""
    return sys.platform in ("darwin", "win32") or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))


def _port(address: str, port: int | None) -> int:
    """The port asked for, or the first free one from the usual."""
    if port is not None:
        if not _is_free(address, port):
            raise EncoursError(f"Port {port} of {address} cannot be used: name another with --port, or leave it out.")
        return port
    for candidate in range(FIRST_PORT, FIRST_PORT + 50):
        if _is_free(address, candidate):
            return candidate
    raise EncoursError(f"No port from {FIRST_PORT} to {FIRST_PORT + 49} of {address} is free: name one with --port.")


def _is_free(address: str, port: int) -> bool:
    with socket.socket() as probe:
        # As the server itself does: a port that only lingers after its last user is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            return False
    return True


def _wait(process: subprocess.Popen[bytes], url: str) -> None:
    """Return once the server answers."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            raise EncoursError(
                f"The dashboard ended by itself (exit status {process.returncode}); its words are above."
            )
        try:
            with urlopen(f"{url}/_stcore/health", timeout=2):
                return
        except OSError:  # not listening yet
            time.sleep(0.2)
    raise EncoursError(f"The dashboard did not answer at {url} within {_PATIENCE_SECONDS} seconds.")
