"""A program that ends when the command that started it does, even where that was killed and could not stop it.

``python -m encours.leash PARENT PROGRAM ARGUMENTS…`` becomes PROGRAM. Without it a killed `encours build` would leave
dbt writing the build file with nobody holding the lock. Linux does it; elsewhere dbt runs on to its end, and the
next command says which process has the file open.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Ask the system for the leash, then become the program."""
    parent, program = int(arguments[0]), arguments[1]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            return  # it died before it could be asked
    os.execv(program, arguments[1:])


if __name__ == "__main__":
    main(sys.argv[1:])
