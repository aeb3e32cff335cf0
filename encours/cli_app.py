"""What all verbs of the command `encours` share: the application, its errors and its exit status.

Exit status 0: done. 1: failed, and nothing is half-done. 2: wrong use.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from encours import console
from encours.errors import EncoursError
from encours.settings import Settings, from_environment

app = typer.Typer(
    name="encours",
    help="From an ERP's invoice and payment extracts to DSO, ageing, late-payment rates and risk tiers.",
    epilog="Files live under ENCOURS_HOME (default: ./data). Exit status: 0 done, 1 failed, 2 wrong use.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def main() -> None:
    """From an ERP's invoice and payment extracts to DSO, ageing, late-payment rates and risk tiers."""
    # Being told to stop is like Ctrl-C: dbt and the dashboard, programs of their own, are stopped with us.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))


@contextmanager
def reporting() -> Iterator[Settings]:
    """The settings of this run; an expected error becomes its message and exit status 1."""
    import duckdb

    from encours import disk
    from ingest.errors import IngestError

    try:
        yield from_environment()
    except (EncoursError, IngestError) as error:
        console.fail(str(error))
        raise typer.Exit(1) from None
    except BrokenPipeError:
        raise  # whoever read our output has seen enough
    except (OSError, duckdb.OperationalError, duckdb.FatalException, duckdb.InternalException) as error:
        console.fail(disk.explain(error))
        raise typer.Exit(1) from None


@contextmanager
def writing(verb: str) -> Iterator[Settings]:
    """As `reporting`, holding the right to write; what stopped the verb is kept for `encours report`."""
    from encours import stopped, warehouse

    command = f"encours {verb}"
    with reporting() as settings:
        try:
            with warehouse.writer(settings, command):
                yield settings
                stopped.forget(settings)
        except Exception as error:
            stopped.remember(settings, command, str(error))
            raise
