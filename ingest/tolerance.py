"""How many rejected rows, and how much money in them, a load may have before it is refused."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import duckdb

from ingest.errors import ToleranceError
from ingest.mapping import Tolerance
from ingest.report import NOTHING, FileResult
from ingest.schema import SCHEMA
from ingest.stage import Stage, StagedFile

REASONS_TOLD = 10
"""Kinds of reason in the message; the rest are counted."""


def check(connection: duckdb.DuckDBPyConnection, stages: Sequence[Stage], load_id: int) -> None:
    """Raise `ToleranceError`, with the reasons, where the rejects of a source's table are more than its mapping allows.

    Call it once the rejects of the load are written. Lines that were mended before and came again do not count.
    """
    for stage in stages:
        by_source: dict[str, list[StagedFile]] = {}
        for staged in stage.files:
            by_source.setdefault(staged.result.source, []).append(staged)
        for files in by_source.values():
            _check_files(connection, files, load_id)


def _check_files(connection: duckdb.DuckDBPyConnection, files: Sequence[StagedFile], load_id: int) -> None:
    allowed = files[0].table.tolerance or files[0].mapping.tolerance
    results = [staged.result for staged in files]
    read = sum(result.rows_read for result in results)
    rejected = sum(result.rows_rejected - result.rows_mended_before for result in results)
    if any(result.is_mended for result in results):
        allowed = Tolerance(rejected_rows="0")
    if allowed is None or rejected <= 0:
        return
    over = [*_rows_over(allowed, rejected, read), *_amounts_over(allowed, files)]
    if over:
        first = results[0]
        raise ToleranceError(
            f"{first.table_name} of {first.source}: {'; '.join(over)}. Nothing was loaded.\n"
            + "".join(f"  {line}\n" for line in _reasons(connection, first, load_id))
            + "Mend the rows in the system or in the file and load it again"
            + ("." if first.is_mended else ", or raise `tolerance` in the mapping.")
        )


def _rows_over(allowed: Tolerance, rejected: int, read: int) -> list[str]:
    if allowed.rejected_rows is None:
        return []
    if allowed.rejected_rows.endswith("%"):
        most = int(Decimal(allowed.rejected_rows[:-1]) * read / 100)
        words = f"{allowed.rejected_rows} of {read:,}"
    else:
        most, words = int(allowed.rejected_rows), f"{int(allowed.rejected_rows):,}"
    return [f"{rejected:,} of {read:,} rows are rejected, {words} are tolerated"] if rejected > most else []


def _amounts_over(allowed: Tolerance, files: Sequence[StagedFile]) -> list[str]:
    if allowed.rejected_amount is None:
        return []
    sizes: dict[str, Decimal] = {}
    unknown = 0
    for staged in files:
        for (column, currency), total in staged.result.totals.items():
            if column == staged.table.target.control_amount:
                sizes[currency] = sizes.get(currency, NOTHING) + total.rejected_size
                unknown += total.unknown
        unknown -= staged.result.rows_mended_before
    over = []
    for currency, size in sorted(sizes.items()):
        most = (
            Decimal(allowed.rejected_amount.get(currency, "0"))
            if isinstance(allowed.rejected_amount, dict)
            else Decimal(allowed.rejected_amount)
        )
        if size > most:
            over.append(f"{size:,} {currency} are in rejected rows, {most:,} are tolerated")
    if unknown > 0:
        over.append(f"{unknown:,} rejected rows have an amount that cannot be read, so it may be any")
    return over


def _reasons(connection: duckdb.DuckDBPyConnection, result: FileResult, load_id: int) -> list[str]:
    kinds = connection.execute(
        f"select reason, column_name, count(*), arg_min(file, line), min(line), arg_min(value, line) "
        f"from {SCHEMA}.rejects where load_id = ? and source = ? and table_name = ? and severity = 'reject' "
        "group by 1, 2 order by count(*) desc, 1, 2",
        [load_id, result.source, result.table_name],
    ).fetchall()
    lines = [
        f"{rows:,} x {f'{column} ' if column else ''}{reason}: {file}, line {line}"
        + (f", '{value}'" if value is not None else "")
        for reason, column, rows, file, line, value in kinds[:REASONS_TOLD]
    ]
    left = len(kinds) - REASONS_TOLD
    return [*lines, f"and {left} more kinds of reason"] if left > 0 else lines
