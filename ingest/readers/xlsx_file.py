"""Excel workbooks: one sheet is written out as CSV and read as such; a line of it is a row of the sheet."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import duckdb
from python_calamine import CalamineError, CalamineWorkbook

from ingest.errors import FileError, nearest
from ingest.mapping import FileFormat
from ingest.readers import csv_file
from ingest.readers.reading import Reading, Request


def read_header(path: Path, file: FileFormat) -> list[str]:
    """The cells of the header row; raises `FileError` where there is no such sheet or no cell."""
    rows = _rows(path, file)[file.header_row - 1 :]
    if not rows:
        raise FileError(f"{path.name}: the sheet is empty, without even a header")
    return [_cell(value, file) for value in rows[0]]


def open_reading(connection: duckdb.DuckDBPyConnection, request: Request) -> Reading:
    """Write the sheet as CSV into the request's folder and open that."""
    path, file = request.path, request.file
    read_header(path, file)
    copy = request.folder / f"{request.number}-{path.stem}.csv"
    plain = file.model_copy(
        update={"format": "csv", "encoding": "utf-8", "delimiter": ",", "quote": '"', "multiline": True}
    )
    with copy.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        for row in _rows(path, file):
            cells = [_cell(value, file) for value in row]
            # A blank row stays a blank line, so that lines of the copy are rows of the sheet.
            writer.writerow(cells if any(cells) else [])
    # The copy's lines are no bytes of the workbook.
    return replace(csv_file.open_reading(connection, replace(request, path=copy, file=plain)), original=None)


def texts(path: Path, file: FileFormat) -> list[list[str]]:
    """The cells of the sheet as the text they would have in a CSV file, row by row."""
    return [[_cell(value, file) for value in row] for row in _rows(path, file)]


def _rows(path: Path, file: FileFormat) -> list[list[object]]:
    try:
        book = CalamineWorkbook.from_path(path)
        sheet = file.sheet or book.sheet_names[0]
        if sheet not in book.sheet_names:
            hint = nearest(sheet, book.sheet_names)
            raise FileError(f"{path.name}: no sheet '{sheet}'{hint} It has: {', '.join(book.sheet_names)}")
        return [list(row) for row in book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)]
    except CalamineError as error:
        raise FileError(f"{path.name}: cannot be read as an Excel workbook: {error}") from None


def _cell(value: object, file: FileFormat) -> str:
    """A cell as the text it would have in a CSV file of the same mapping."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime | date):
        return value.strftime(file.date_format)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value).replace(".", file.decimal_mark)
    return str(value)
