"""How the bytes of a file are read: its format, encoding, marks, and where its table stands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from ingest import xml_paths
from ingest.column_source import Part, Text
from ingest.layout import FieldPlace, Layout, LengthsText, RecordKinds, field_places


def _regex(value: object) -> object:
    if isinstance(value, str):
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"is not a regular expression: {error}") from error
    return value


Regex = Annotated[str, BeforeValidator(_regex)]


Encoding = Literal[
    "utf-8", "utf-8-sig", "windows-1252", "iso-8859-15", "cp850", "cp437", "utf-16", "utf-16-le", "utf-16-be"
]


@dataclass(frozen=True)
class Range:
    """Cells of a sheet, as people write them: ``B4:K900``, or ``B4:K`` to the last row; all counted from 1."""

    first_row: int
    first_column: int
    last_row: int | None
    last_column: int | None

    @classmethod
    def read(cls, words: str) -> Range:
        """The range that ``words`` say; raises `ValueError` where they say none."""
        found = re.fullmatch(r"([A-Za-z]{1,3})([1-9][0-9]{0,6}):([A-Za-z]{1,3})([1-9][0-9]{0,6})?", words)
        if found is None:
            raise ValueError(f"range '{words}' is none; write B4:K900, or B4:K to the last row")
        first, row, last, last_row = found.groups()
        made = cls(int(row), _column(first), int(last_row) if last_row else None, _column(last))
        if _column(last) < made.first_column or (made.last_row is not None and made.last_row < made.first_row):
            raise ValueError(f"range '{words}' ends before it begins")
        return made


def _column(letters: str) -> int:
    """The number of a column by its letters: A is 1, AA 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


CUT_FORMATS = ("fixed", "blocks")
"""Formats of text without column names, which `fields` cut."""


class FileFormat(Part):
    """How the bytes of a file are read; `tables` may say other than `file` for one table.

    Where programs write one format in several ways, `other_encodings` and `other_delimiters` allow those too: which
    of them a file has is found by `ingest.resolve` and told.
    """

    format: Literal["csv", "fixed", "blocks", "parquet", "jsonl", "xlsx", "xml"] = "csv"
    encoding: Encoding = "utf-8"
    other_encodings: tuple[Encoding, ...] = ()
    delimiter: str = Field(default=",", min_length=1, max_length=1)
    other_delimiters: tuple[str, ...] = ()
    quote: str = Field(default='"', max_length=1)
    trailing_delimiter: bool = False
    decimal_mark: Literal[".", ","] = "."
    thousands_mark: Literal["", ",", ".", " ", "'", "\u00a0", "\u202f"] = ""
    date_format: str = "%Y-%m-%d"
    null_values: tuple[Text, ...] = ()
    multiline: bool = False
    trim: bool = False
    trailing_minus: bool = False
    parentheses: bool = False
    credit_mark: str = ""
    debit_mark: str = ""
    sheet: str | None = None
    range: str | None = None
    header_row: int = Field(default=1, ge=1)
    fields: Annotated[tuple[FieldPlace, ...], BeforeValidator(field_places)] = ()
    records: RecordKinds | None = None
    length: LengthsText | None = None
    first_line: Regex | None = None
    rows: str | None = None
    each: str | None = None
    namespace: Regex | None = None
    paths: tuple[str, ...] = ()
    """The paths of an XML file that a table's mapping names; filled by `Mapping.format_of`."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        for delimiter in (self.delimiter, *self.other_delimiters):
            if not (len(delimiter) == 1 and (delimiter + self.quote).isascii() and delimiter != self.quote):
                raise ValueError("delimiter and quote must be two different ASCII characters")
        if self.decimal_mark == self.thousands_mark:
            raise ValueError("decimal_mark and thousands_mark must differ")
        if self.range is not None:
            Range.read(self.range)
            if self.header_row != 1:
                raise ValueError("give either range, whose first row is the header, or header_row")
        self._check_fields()
        if self.format == "xml" and self.rows is not None:
            xml_paths.steps(self.each or self.rows)
            for words in self.paths:
                xml_paths.Field.read(words, self.row_steps)
        if "%" not in self.date_format:
            raise ValueError(f"date_format '{self.date_format}' holds no % code; for 2026-03-29 write '%Y-%m-%d'")
        return self

    def _check_fields(self) -> None:
        if self.fields and self.format not in (*CUT_FORMATS, "csv"):
            raise ValueError("fields are for the formats fixed, blocks and csv")
        if self.fields and self.encoding.startswith("utf-16"):
            raise ValueError("fields cannot be read from UTF-16; save the file as UTF-8")
        names = [place.name for place in self.fields]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"field '{name}' stands twice")
        for place in self.fields:
            if self.format != "fixed" and place.last != place.first:
                raise ValueError(
                    f"field '{place.name}' is one {'line' if self.format == 'blocks' else 'place'}, not several"
                )

    @property
    def layout(self) -> Layout:
        """How its records are cut, where it has `fields`."""
        return Layout(
            self.format, self.fields, self.records, self.length, self.decimal_mark, self.delimiter, self.quote
        )

    @property
    def is_text(self) -> bool:
        """Whether its bytes are characters, in an encoding that the mapping states."""
        return self.format in (*CUT_FORMATS, "csv")

    @property
    def row_steps(self) -> list[str]:
        """The elements from the root to a row of an XML file."""
        return xml_paths.steps(self.rows or "")

    def is_of_namespace(self, namespace: str) -> bool:
        """Whether a root element of ``namespace`` is one that is read."""
        return self.namespace is None or re.search(self.namespace, namespace) is not None
