"""The rows of a file of mended rejects, in whichever way a spreadsheet has saved it: as text or as a workbook."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from ingest.errors import FileError
from ingest.formulas import as_it_was
from ingest.mapping import FileFormat
from ingest.readers import xlsx_file

PLACE = ("encours_load", "encours_table", "encours_slice", "encours_file", "encours_line", "encours_record")
"""The columns that say which rejected row a row mends."""

MARKS = (*PLACE, "encours_column", "encours_reason")
"""The columns before those of the original."""

DELIMITERS = (",", ";", "\t", "|")

Records = list[tuple[int, list[str]]]
"""Rows that are not blank, by the line or row of the sheet at which they stand; the header first."""

FormOf = Callable[[Sequence[str]], FileFormat | None]
"""How the file that a row was rejected from was read, by what the row's columns of `PLACE` say."""


def marked(row: Sequence[str]) -> tuple[str, ...]:
    """What a row says in the columns of `PLACE`."""
    values = [as_it_was(value.strip()) for value in row[: len(PLACE)]]
    return (*values, *[""] * (len(PLACE) - len(values)))


def read(path: Path, forms: Iterable[FileFormat], form_of: FormOf) -> tuple[list[str], Records]:
    """The original's header, and the rows with their numbers. ``forms`` are those its rows may be of.

    The form of its first row counts: days and numbers of a workbook become the text they would have in that form, and
    bytes that are not UTF-8 are of its encoding. Raises `FileError` where it is not a file of rejected rows.
    """
    choices = list({form.model_dump_json(): form for form in forms}.values()) or [FileFormat()]
    if path.suffix.lower() == ".xlsx":
        records = _of_sheet(path, choices[0])
        # The columns of `PLACE` are the same text in every form.
        form = _form_of_first(records, form_of)
        if form is not None and form != choices[0]:
            records = _of_sheet(path, form)
    else:
        records = _of_text(path, choices, form_of)
    if not _is_of_rejects(records):
        raise FileError(
            f"{path.name}: is not a file of rejected rows: its first columns must be {', '.join(MARKS)}. "
            "`encours rejects --out FILE` writes such a file."
        )
    return [as_it_was(name) for name in records[0][1][len(MARKS) :]], records[1:]


def _is_of_rejects(records: Records) -> bool:
    return bool(records) and tuple(records[0][1][: len(MARKS)]) == MARKS


def _form_of_first(records: Records, form_of: FormOf) -> FileFormat | None:
    return form_of(records[1][1]) if _is_of_rejects(records) and len(records) > 1 else None


def _of_sheet(path: Path, form: FileFormat) -> Records:
    found = xlsx_file.texts(path, form.model_copy(update={"format": "xlsx", "sheet": None}))
    return _filled(enumerate(found, start=1))


def _of_text(path: Path, choices: Sequence[FileFormat], form_of: FormOf) -> Records:
    content = path.read_bytes()
    unknown: Records | None = None
    encodings = {form.encoding for form in choices}
    for encoding in dict.fromkeys(("utf-8-sig", *(form.encoding for form in choices))):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        records = _split(path, text, choices, choices[0].quote)
        form = _form_of_first(records, form_of)
        if form is not None and form.quote != choices[0].quote:
            records = _split(path, text, choices, form.quote)
        if encoding == "utf-8-sig" or (form is not None and form.encoding == encoding):
            return records
        if form is not None:
            encodings = {form.encoding}
        elif unknown is None:
            # Its first row names no line that was rejected: the caller says so.
            unknown = records
    if unknown is None:
        raise FileError(f"{path.name}: is neither UTF-8 nor {' nor '.join(sorted(encodings))}; save it as UTF-8")
    return unknown


def _split(path: Path, text: str, choices: Sequence[FileFormat], quote: str) -> Records:
    records: Records = []
    for delimiter in dict.fromkeys([*(form.delimiter for form in choices), *DELIMITERS]):
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quotechar=quote)
        try:
            records = _filled((reader.line_num, row) for row in reader)
        except csv.Error as error:
            raise FileError(f"{path.name}: cannot be split into rows: {error}") from None
        if _is_of_rejects(records):
            break
    return records


def _filled(records: Iterable[tuple[int, list[str]]]) -> Records:
    return [(number, row) for number, row in records if any(value.strip() for value in row)]
