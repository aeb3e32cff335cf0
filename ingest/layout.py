"""Where values stand in a file without column names: at fixed places, a line each, or by their order."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator

from ingest.column_source import Part, Text

ANY_OTHER = "*"
"""In `take` and `leave`: any kind of record that is not named."""
_WHOLE_NUMBER = re.compile(r"([+-]?)(\d+)")


class FieldPlace(Part):
    """Where a named value stands, counted from 1: characters of a line, or one line or place of a record."""

    name: str
    first: int = Field(ge=1)
    last: int = Field(ge=1)
    decimals: int = Field(default=0, ge=0, le=4)
    """Digits after a decimal mark that is not written; a value with a mark is taken as it stands."""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.last < self.first:
            raise ValueError(f"field '{self.name}' ends before it begins")
        return self


def field_places(value: object) -> object:
    """``{name: place}`` as people write it, as the keys of `FieldPlace`; anything else as it is."""
    if not isinstance(value, dict):
        return value
    return tuple({"name": name, **_place(name, place)} for name, place in value.items())


def _place(name: str, place: object) -> dict[str, object]:
    match place:
        case int() | str() if str(place).isdecimal():
            return {"first": place, "last": place}
        case [first, last]:
            return {"first": first, "last": last}
        case {"from": first, **others}:
            rest = {str(key): value for key, value in others.items() if key != "to"}
            return {"first": first, "last": others.get("to", first), **rest}
    raise ValueError(f"field '{name}': write 3, [3, 10] or {{from: 3, to: 10, decimals: 2}}")


class RecordKinds(Part):
    """What tells the kinds of records of a file apart, and which are read.

    The kind is what stands in characters ``from`` to ``to`` of a fixed line, in place ``from`` of a delimited one, or
    the first word of a block. `take` and `leave` name kinds; ``*`` is any other. What neither names is rejected.
    """

    first: int = Field(default=1, ge=1)
    last: int = Field(default=1, ge=1)
    take: tuple[Text, ...]
    leave: tuple[Text, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _named(cls, value: object) -> object:
        if isinstance(value, dict) and "from" in value:
            rest = {key: one for key, one in value.items() if key not in ("from", "to")}
            return {"first": value["from"], "last": value.get("to", value["from"]), **rest}
        return value

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.last < self.first:
            raise ValueError("records: to is before from")
        both = sorted({*self.take} & {*self.leave})
        if both or not self.take:
            raise ValueError(f"records: '{both[0]}' is both taken and left" if both else "records: take names no kind")
        return self


class Lengths(Part):
    """The fewest and the most characters, places or lines a record has; a record of another length is rejected."""

    fewest: int = Field(ge=1)
    most: int | None = None


def lengths(value: object) -> object:
    """``107`` or ``[107, 240]`` as the keys of `Lengths`."""
    match value:
        case int() | str():
            return {"fewest": value}
        case [fewest, most]:
            return {"fewest": fewest, "most": most}
    return value


LengthsText = Annotated[Lengths, BeforeValidator(lengths)]


@dataclass(frozen=True)
class Record:
    """One record: what stands in it, or why it is not read."""

    values: tuple[str, ...]
    is_left: bool = False
    fault: str | None = None


@dataclass(frozen=True)
class Layout:
    """How the records of a file are cut."""

    form: str
    """``fixed``, ``blocks`` or ``csv``."""
    fields: tuple[FieldPlace, ...]
    kinds: RecordKinds | None
    length: Lengths | None
    decimal_mark: str
    delimiter: str = ","
    quote: str = '"'

    @property
    def unit(self) -> str:
        """What lengths are counted in."""
        return {"fixed": "characters", "blocks": "lines", "csv": "columns"}[self.form]

    def begins_block(self, line: str) -> bool:
        """Whether a line is the first of a block."""
        return self.form != "blocks" or re.match(r"#[A-Z][A-Z0-9]*( |$)", line) is not None

    def cut(self, lines: Sequence[str]) -> Record:
        """The record that stands on ``lines`` (one, but for blocks), without their ends."""
        parts = self._parts(lines)
        kind = self._kind(lines, parts)
        if self.kinds is not None and kind not in self.kinds.take:
            if kind in self.kinds.leave or (ANY_OTHER in self.kinds.leave and ANY_OTHER not in self.kinds.take):
                return Record((), is_left=True)
            if ANY_OTHER not in self.kinds.take:
                known = ", ".join((*self.kinds.take, *self.kinds.leave))
                return Record(
                    self._values(lines, parts), fault=f"begins with '{kind}', no record of this form ({known})"
                )
        return Record(self._values(lines, parts), fault=self._wrong_length(lines, parts))

    def _parts(self, lines: Sequence[str]) -> Sequence[str]:
        if self.form == "blocks":
            return lines[1:]
        if self.form == "fixed":
            return ()
        reader = csv.reader(
            lines, delimiter=self.delimiter, quotechar=self.quote or None, quoting=0 if self.quote else csv.QUOTE_NONE
        )
        try:
            return next(reader, [])
        except csv.Error:
            return []

    def _kind(self, lines: Sequence[str], parts: Sequence[str]) -> str:
        if self.kinds is None:
            return ""
        if self.form == "fixed":
            return lines[0][self.kinds.first - 1 : self.kinds.last].strip()
        if self.form == "blocks":
            return lines[0].partition(" ")[0]
        return parts[self.kinds.first - 1].strip() if len(parts) >= self.kinds.first else ""

    @cached_property
    def _cuts(self) -> tuple[tuple[int, int], ...]:
        """Where each value begins and ends, from 0."""
        return tuple((place.first - 1, place.last) for place in self.fields)

    @cached_property
    def _unmarked(self) -> tuple[tuple[int, int], ...]:
        """Positions of values whose decimal mark is not written, and their decimals."""
        return tuple((position, place.decimals) for position, place in enumerate(self.fields) if place.decimals)

    def _values(self, lines: Sequence[str], parts: Sequence[str]) -> tuple[str, ...]:
        if self.form == "fixed":
            line = lines[0]
            values = [line[start:end].strip() for start, end in self._cuts]
        else:
            values = [parts[start].strip() if start < len(parts) else "" for start, _ in self._cuts]
        for position, decimals in self._unmarked:
            values[position] = self._pointed(values[position], decimals)
        return tuple(values)

    def _pointed(self, value: str, decimals: int) -> str:
        found = _WHOLE_NUMBER.fullmatch(value)
        if found is None:
            return value
        digits = found[2].rjust(decimals + 1, "0")
        return f"{found[1].replace('+', '')}{digits[:-decimals]}{self.decimal_mark}{digits[-decimals:]}"

    def _wrong_length(self, lines: Sequence[str], parts: Sequence[str]) -> str | None:
        if self.length is None:
            return None
        found = len(lines[0]) if self.form == "fixed" else len(parts)
        if found < self.length.fewest:
            return (
                f"has {found} {self.unit}, at least {self.length.fewest} are needed: it is cut off, or of another form"
            )
        if self.length.most is not None and found > self.length.most:
            return f"has {found} {self.unit}, more than the {self.length.most} of this form"
        return None
