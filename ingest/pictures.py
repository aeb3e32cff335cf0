"""Full pictures that cannot be meant: without any row, or without most of the rows that are current."""

from __future__ import annotations

from ingest.errors import FileError
from ingest.projection import STATE_FILTERED
from ingest.schema import SCHEMA
from ingest.sql import ident, text
from ingest.stage import Stage, StagedFile

NOTABLE_ROWS = 10
"""Fewer rows withdrawn are not worth a warning."""


def slices(stage: Stage) -> dict[tuple[str, str], list[StagedFile]]:
    """The files of a stage by (source, slice): those of one slice are one picture."""
    found: dict[tuple[str, str], list[StagedFile]] = {}
    for staged in stage.files:
        found.setdefault((staged.result.source, staged.result.slice), []).append(staged)
    return found


def refuse_empty(stage: Stage) -> None:
    """Raise `FileError` for a full picture without rows where rows are current, unless its mapping allows it."""
    for (source, part), files in slices(stage).items():
        if not files[0].is_whole or files[0].table.allow_empty or any(staged.unread for staged in files):
            continue
        numbers = ", ".join(str(staged.number) for staged in files)
        rows = f"select 1 from {stage.name} where _state <> {STATE_FILTERED} and _file_number in ({numbers}) limit 1"
        current = (
            f"select 1 from {SCHEMA}.{ident(stage.table.name)} where _replaced_in is null "
            f"and _source = {text(source)} and _slice = {text(part)} limit 1"
        )
        if not stage.connection.execute(rows).fetchall() and stage.connection.execute(current).fetchall():
            raise FileError(
                f"{', '.join(staged.result.file for staged in files)}: a full file without rows would withdraw all "
                f"{stage.table.name} of {source} (slice {part}). Export it again; if it really is empty now, say "
                "`allow_empty: true` for the table in its mapping."
            )


def warn_of_nothing(stage: Stage) -> None:
    """Warn of files with a header and no row; of a query with a cursor nothing new is nothing odd."""
    for staged in stage.files:
        if not staged.rows and not staged.unread and not staged.table.allow_empty and staged.mapping.database is None:
            staged.result.warnings.append(
                "holds a header and not one row, so nothing came in from it; if there should be rows, export it again: "
                "a filter, a period or a right may have left them out"
            )


def warn_of_withdrawal(files: list[StagedFile]) -> None:
    """Warn where a full picture withdraws more rows than it keeps: it may be a part of what it should be."""
    results = [staged.result for staged in files]
    vanished = results[0].rows_vanished
    kept = sum(result.rows_unchanged + result.rows_changed for result in results)
    if vanished > max(kept, NOTABLE_ROWS):
        results[0].warnings.append(
            f"withdraws {vanished} of the {vanished + kept} rows of {results[0].table_name} that were current in slice "
            f"{results[0].slice}; if the file is only a part of the picture, load all its parts together"
        )
