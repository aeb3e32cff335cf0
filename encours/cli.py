"""The command `encours`: one function a verb, each with its help and an example.

What each verb does lives in a module of its own; in `encours.cli_daily` and `encours.cli_readers` are only its
arguments and its words. Importing them makes the verbs, in the order of the help.
"""

from __future__ import annotations

from encours import cli_daily, cli_readers
from encours.cli_app import app

__all__ = ["app", "cli_daily", "cli_readers"]
