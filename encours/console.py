"""What the command says to a person: progress, tables, failures. Results go to stdout, all else to stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from encours.dbt import Step

# A file or a pipe has no width to fit into.
out = Console(highlight=False, width=None if sys.stdout.isatty() else 200)
err = Console(stderr=True, highlight=False)


def say(message: str) -> None:
    """One line of result."""
    out.print(harmless(message), markup=False, soft_wrap=True)


def fail(message: str) -> None:
    """What is wrong, where, and how to mend it."""
    err.print("Error: ", style="bold red", end="")
    err.print(harmless(message), markup=False, soft_wrap=True)


@contextmanager
def building(title: str) -> Iterator[Callable[[Step], None]]:
    """Progress of dbt: a bar on a terminal, now and then a line elsewhere (a log keeps every line for ever)."""
    if not err.is_terminal:
        yield _lines(title)
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[node]}", style="dim"),
    )
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task(title, total=None, node="reading the project")

        def show(step: Step) -> None:
            progress.update(task, total=step.total, advance=1, node=step.name)

        yield show


def _lines(title: str) -> Callable[[Step], None]:
    done = 0

    def show(step: Step) -> None:
        nonlocal done
        done += 1
        if done == step.total or done % max(step.total // 5, 1) == 0:
            err.print(f"{title}: {done} of {step.total}", markup=False)

    return show


@contextmanager
def working(title: str) -> Iterator[Callable[[str], None]]:
    """Progress of one long piece of work that says in words where it is."""
    if not err.is_terminal:
        yield lambda words: err.print(harmless(f"{title}: {words}"), markup=False, soft_wrap=True)
        return
    with err.status(title) as status:
        yield lambda words: status.update(Text(harmless(f"{title}: {words}")))


def table(headings: Sequence[str], rows: Sequence[Sequence[object]], *, numbers: Sequence[str] = ()) -> None:
    """A table; the columns named in ``numbers`` are set to the right, with separated thousands."""
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        if heading in numbers:
            # A figure cut short would be another figure.
            shown.add_column(heading, justify="right", no_wrap=True, min_width=len(heading))
        else:
            shown.add_column(heading, overflow="ellipsis", no_wrap=True)
    for row in rows:
        shown.add_row(*(_cell(value) for value in row))
    out.print(shown)


def _cell(value: object) -> Text:
    # Never as rich's markup, which a value from a file may look like.
    if value is None:
        return Text("")
    if isinstance(value, int) and not isinstance(value, bool):
        return Text(f"{value:,}")
    return Text(harmless(str(value)))


_CONTROLS = {
    **{code: 0x2400 + code for code in range(0x20) if chr(code) not in "\n\t"},
    0x7F: 0x2421,
    **dict.fromkeys(range(0x80, 0xA0), 0xFFFD),
}
"""Signs that command a terminal, as signs that show them."""


def harmless(words: str) -> str:
    """``words``, which may quote a file's bytes, without what commands a terminal: it could rewrite what is shown."""
    return words.translate(_CONTROLS)
