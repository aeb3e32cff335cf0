"""Excel workbooks: a sheet, or a range of it, is written out as CSV and read as such, a line for each row."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

import duckdb
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from ingest import archives
from ingest.errors import FileError, nearest
from ingest.mapping import FileFormat, Range
from ingest.readers import csv_file
from ingest.readers.reading import Reading, Request
from ingest.readers.xlsx_errors import error_cells

EXCEL_DIGITS = 15
"""Excel counts with 15 digits; what it writes beyond is left over from binary fractions (0.1 + 0.2)."""


@dataclass(frozen=True)
class _Table:
    """The rows of a sheet that are read, the header first."""

    rows: Iterator[list[str]]
    first_row: int
    """The sheet's row of the header, from 1."""


def read_header(path: Path, file: FileFormat) -> list[str]:
    """The cells of the header row; raises `FileError` where there is no such sheet or no cell."""
    header = next(_table(path, file).rows, [])
    if not any(header):
        place = f"row {file.header_row}" if file.header_row > 1 else "the sheet"
        raise FileError(f"{path.name}: {file.range or place} is empty, without even a header")
    return header


def open_reading(connection: duckdb.DuckDBPyConnection, request: Request) -> Reading:
    """Write the sheet as CSV into the request's folder and open that."""
    path, file = request.path, request.file
    header = read_header(path, file)
    copy = request.folder / f"{request.number}-{path.stem}.csv"
    plain = file.model_copy(
        update={
            "format": "csv",
            "encoding": "utf-8",
            "delimiter": ",",
            "quote": '"',
            "multiline": True,
            "header_row": 1,
        }
    )
    table = _table(path, file)
    with copy.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        for cells in table.rows:
            # A blank row stays a blank line, so that lines of the copy are rows of the sheet.
            writer.writerow([*cells, *[""] * (len(header) - len(cells))] if any(cells) else [])
    reading = csv_file.open_reading(connection, replace(request, path=copy, file=plain))
    # The copy's lines are no bytes of the workbook.
    return replace(reading, lines_before=table.first_row - 1, original=None)


def texts(path: Path, file: FileFormat) -> list[list[str]]:
    """The cells of the sheet as the text they would have in a CSV file, row by row."""
    return list(_table(path, file).rows)


def _table(path: Path, file: FileFormat) -> _Table:
    sheet = _sheet(path, file)
    bounds = Range.read(file.range) if file.range is not None else Range(file.header_row, 1, None, None)
    return _Table(_cells(path, sheet, bounds, file), bounds.first_row)


def _cells(path: Path, sheet: CalamineSheet, bounds: Range, file: FileFormat) -> Iterator[list[str]]:
    """The rows inside ``bounds`` as text, padded to the left where the sheet begins later."""
    if sheet.start is None:
        return
    # Rows come from the sheet's first one on, columns from its first filled one.
    padding = [""] * sheet.start[1]
    errors: dict[int, dict[int, str]] | None = None
    for number, row in enumerate(sheet.iter_rows(), start=1):
        if bounds.last_row is not None and number > bounds.last_row:
            return
        if number >= bounds.first_row:
            cells = [*padding, *(_cell(value, file) for value in row)]
            # Who wants the header alone does not have the sheet read once more.
            if number > bounds.first_row and errors is None:
                errors = error_cells(path, sheet.name)
            for column, error in (errors or {}).get(number, {}).items():
                cells += [""] * (column - len(cells))
                cells[column - 1] = error
            yield cells[bounds.first_column - 1 : bounds.last_column]


def _sheet(path: Path, file: FileFormat) -> CalamineSheet:
    archives.check_workbook(path)
    try:
        book = CalamineWorkbook.from_path(path)
        if file.sheet is not None:
            if file.sheet not in book.sheet_names:
                hint = nearest(file.sheet, book.sheet_names)
                raise FileError(f"{path.name}: no sheet '{file.sheet}'{hint} It has: {', '.join(book.sheet_names)}")
            return book.get_sheet_by_name(file.sheet)
        sheets = [
            book.get_sheet_by_name(each.name)
            for each in book.sheets_metadata
            if each.visible is SheetVisibleEnum.Visible and each.typ is SheetTypeEnum.WorkSheet
        ]
    except CalamineError as error:
        raise FileError(f"{path.name}: cannot be read as an Excel workbook: {error}") from None
    filled = [sheet for sheet in sheets if sheet.start is not None]
    if len(filled) > 1:
        raise FileError(
            f"{path.name}: has several sheets: {', '.join(sheet.name for sheet in filled)}. "
            f"Say which with `sheet: {filled[0].name}` in a mapping (under `file`)."
        )
    if not filled:
        raise FileError(f"{path.name}: the sheet is empty, without even a header")
    return filled[0]


def _cell(value: object, file: FileFormat) -> str:
    """A cell as the text it would have in a CSV file of the same mapping; a line break in it becomes a blank."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime | date):
        return value.strftime(file.date_format)
    if isinstance(value, time):
        return value.isoformat()
    if isinstance(value, float):
        return format(Decimal(f"{value:.{EXCEL_DIGITS}g}"), "f").replace(".", file.decimal_mark)
    return " ".join(str(value).splitlines())
