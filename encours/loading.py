"""`encours load` and `encours inspect`: the ingest package called, its report told to a person."""

from __future__ import annotations

import glob
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from encours import console, warehouse
from encours.errors import EncoursError
from encours.settings import Settings

if TYPE_CHECKING:
    import duckdb

    from ingest.report import FileResult, LoadReport

REASONS_SHOWN = 10
"""Kinds of rejects and warnings printed; the rest are counted."""


def load_files(
    settings: Settings,
    paths: Sequence[Path],
    *,
    source: str | None,
    as_of: date | None,
    out_of_order: bool,
    accept_drift: bool = False,
) -> None:
    """Load ``paths``, and the notes written since, and print what became of each file's rows.

    Hold the writer lock around it.

    Raises:
        IngestError: a file cannot be loaded; nothing was changed.
        EncoursError: a path is missing.
    """
    from ingest import notes
    from ingest.loader import load

    for path in paths:
        if not path.exists() and not glob.has_magic(str(path)):
            raise EncoursError(f"There is nothing at {path}: put the extracts there, or name where they are.")
    noted = {settings.notes, notes.file_in(settings.notes)}
    connection = warehouse.open_for_writing(settings, memory_limit=settings.memory_to_load)
    try:
        with console.working("load") as progress, tempfile.TemporaryDirectory(prefix="encours-notes-") as folder:
            written = notes.copy_of(settings.notes, Path(folder))
            done = load(
                connection,
                [path for path in paths if path.resolve() not in noted],
                own=[written] if written is not None else [],
                source=_mapping(source),
                as_of=as_of,
                out_of_order=out_of_order,
                accept_drift=accept_drift,
                progress=progress,
            )
        tell(connection, done)
    finally:
        connection.close()


def paths_of(settings: Settings, source: str | None) -> list[Path]:
    """What is loaded where nobody names it: the folder of extracts; nothing where ``source`` is a database."""
    from ingest import catalogue

    found = _mapping(source)
    return [] if found is not None and catalogue.find(found).database is not None else [settings.extracts]


def _mapping(source: str | None) -> str | Path | None:
    """A mapping's name, or the path of a person's own file: what looks like a file is one."""
    if source is None or not source.endswith((".yml", ".yaml")):
        return source
    return Path(source)


def tell(connection: duckdb.DuckDBPyConnection, done: LoadReport) -> None:
    """Print what became of each file's rows and amounts, and what is odd about them."""
    numbers = ["read", "new", "changed", "unchanged", "rejected", "vanished"]
    loaded = [result for result in done.files if result.status == "loaded"]
    # Rows that are not for this table (drafts, other accounts, the other sides of entries), told where there are any.
    leaves_out = any(result.rows_filtered for result in loaded)
    numbers += ["left out"] * leaves_out
    same = [result.file for result in done.files if result.status == "unchanged"]
    if same:
        console.say(f"The same bytes as last time: {', '.join(same)}")
    if done.load_id is None:
        console.say("Nothing new: these files are what was loaded last.")
        return
    console.table(
        ("file", "as", *numbers),
        [
            (
                result.file,
                f"{result.source} {result.table_name}",
                result.rows_read,
                result.rows_new,
                result.rows_changed,
                result.rows_unchanged,
                result.rows_rejected,
                result.rows_vanished,
                *([result.rows_filtered] * leaves_out),
            )
            for result in loaded
        ],
        numbers=numbers,
    )
    _tell_totals(loaded)
    for warning in (*done.warnings, *(f"{each.file}: {words}" for each in done.files for words in each.warnings)):
        console.say(f"Note: {warning}")
    days = ", ".join(sorted({f"{result.as_of_on}" for result in done.files if result.as_of_on}))
    read = sum(result.rows_read for result in done.files)
    before = sum(result.rows_mended_before for result in done.files)
    again = f", {before:,} of them as they were when they were mended: the mended rows stay" if before else ""
    console.say(f"Load {done.load_id} (as of {days}): {read:,} rows read, {done.rows_rejected:,} rejected{again}.")
    _tell_rejects(connection, done.load_id)


def _tell_totals(results: Sequence[FileResult]) -> None:
    """Amounts by currency of the files that have several, by what became of their rows."""
    from ingest.report import FATES

    fates = (*FATES, "vanished")
    rows = [
        (
            result.file,
            column,
            currency,
            f"{total.amount_of(*FATES):,}",
            *(f"{total.amount_of(fate):,}" for fate in fates),
        )
        for result in results
        if len({currency for _, currency in result.totals}) > 1
        for (column, currency), total in sorted(result.totals.items())
    ]
    if rows:
        console.say("Amounts by currency (read = new + changed + unchanged + rejected):")
        console.table(("file", "of", "currency", "read", *fates), rows, numbers=("read", *fates))


def _tell_rejects(connection: duckdb.DuckDBPyConnection, load_id: int) -> None:
    """Rejected and odd rows of a load, by reason, each with the first place it happened."""
    kinds = connection.execute(
        """
        select severity, reason, file, column_name, count(*), min(line), arg_min(value, line)
        from raw.rejects where load_id = $load_id
        group by all order by severity, count(*) desc, file, reason
        """,
        {"load_id": load_id},
    ).fetchall()
    if not kinds:
        return
    console.table(
        ("rows", "severity", "reason", "column", "first at", "value there"),
        [
            (count, severity, reason, column, f"{file}, line {line}", value)
            for severity, reason, file, column, count, line, value in kinds[:REASONS_SHOWN]
        ],
        numbers=("rows",),
    )
    left = len(kinds) - REASONS_SHOWN
    more = f" {left} more kinds of reason are not shown." if left > 0 else ""
    console.say(
        f"Every such row, with its original line, is in the table raw.rejects and on the page Data health.{more}"
    )
    if any(severity == "reject" for severity, *_ in kinds):
        console.say("Rejected rows can be mended: encours rejects --out rejects.csv")


def inspect_files(paths: Sequence[Path], draft: Path | None) -> None:
    """Print what each file looks like and how it would be read, and for those no mapping knows a draft of one.

    ``draft`` is a file to write the draft into; without it the draft is printed.

    Raises:
        IngestError: a file cannot be read, or there is nothing to draft.
        EncoursError: the draft cannot be written; a file that is there already is left as it is.
    """
    from ingest.files import expand
    from ingest.inspect import draft_of, inspect_all

    with tempfile.TemporaryDirectory(prefix="encours-inspect-") as folder:
        extracts = expand(paths, Path(folder))
        found = [
            replace(each, file=extract.label)
            for each, extract in zip(inspect_all([extract.path for extract in extracts]), extracts, strict=True)
        ]
    for each in found:
        console.say(str(each))
    if draft is None:
        if any(each.source is None and each.looked and each.looked.form.header_row for each in found):
            console.say("\nA draft of a mapping; `--draft FILE.yml` writes it into a file:\n")
            console.say(draft_of(found, "my_erp"))
        return
    content = draft_of(found, draft.stem)
    try:
        with draft.open("x", encoding="utf-8") as stream:
            stream.write(content)
    except FileExistsError:
        raise EncoursError(f"{draft} is there already and is left as it is: name another file.") from None
    except OSError as error:
        raise EncoursError(f"The draft cannot be written to {draft}: {error}.") from None
    console.say(f"The draft is in {draft}: decide what is `undecided` in it, look at the rest, set `confirmed: true`.")
