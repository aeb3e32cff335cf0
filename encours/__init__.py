"""The command `encours` and the files it works on: settings, the warehouse file, builds and publications.

This package knows no column of any mart. It opens files, runs dbt, and moves what passed its tests to where
dashboards look.
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("encours")
except PackageNotFoundError:  # run from a checkout that was never installed
    __version__ = "0+unknown"
