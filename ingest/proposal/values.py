"""What stands in a column: days and how they are written, amounts and their marks, currencies, codes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import duckdb
from babel import Locale

from ingest.proposal.form import CHEAP_BYTES, LONGEST_DATUM, Form
from ingest.sql import NO_HIVE, file_text, text

MOSTLY = 0.9
"""A column is of a kind where this share of its filled values is."""
DAY_AND_MONTH = "^ *([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]"
MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_TIME = r"(?P<t>[T ]\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?(Z|[+-]\d{2}:?\d{2})?( UTC)?)?"
_YEAR_FIRST = re.compile(rf"(?P<y>\d{{4}})(?P<s>[-/.])(?P<a>\d{{1,2}})(?P=s)(?P<b>\d{{1,2}}){_TIME}")
_YEAR_LAST = re.compile(rf"(?P<a>\d{{1,2}})(?P<s>[-/.])(?P<b>\d{{1,2}})(?P=s)(?P<y>\d{{4}}|\d{{2}}){_TIME}")
_COMPACT = re.compile(r"(?P<y>(19|20)\d{2})(?P<a>0[1-9]|1[0-2])(?P<b>0[1-9]|[12]\d|3[01])")
_NAMED = re.compile(rf"(?P<a>\d{{1,2}})(?P<s>[- ])(?P<m>{MONTHS})(?P=s)(?P<y>\d{{4}}|\d{{2}})", re.IGNORECASE)
_NUMBER = re.compile(r"[(]?[+-]?(?P<n>\d[\d.,'’ \u00a0\u202f]*|[.,]\d+)[-)]?")
_CURRENCY_SIGNS = re.compile(r"^[€$£]\s?|\s?[€$£]$|^(?:[A-Z]{3})\s|\s(?:[A-Z]{3})$")


@cache
def currencies() -> frozenset[str]:
    """The ISO codes of currencies."""
    return frozenset(code for code in map(str, Locale("en").currencies) if len(code) == 3)


@dataclass(frozen=True)
class DateForm:
    """How the days of a column are written."""

    options: tuple[str, ...]
    """Formats that read every day; more than one where nothing decides between them."""
    ground: str


READ_WITH = {"a minus behind the number": "trailing_minus", "brackets for a minus": "parentheses"}
"""Ways of writing numbers that the loader reads where the mapping says so: the key that says it."""


@dataclass(frozen=True)
class Marks:
    """How the numbers of a file are written; ``options`` are decimal marks, several where nothing decides."""

    options: tuple[str, ...]
    thousands: str
    ground: str
    oddities: tuple[str, ...] = ()
    """Ways of writing beside the plain one, each with an example: what `READ_WITH` knows, and what is not read."""


@dataclass
class ColumnValues:
    """One column of the sample."""

    position: int
    filled: int
    kinds: set[str] = field(default_factory=set)
    """Of `date`, `amount`, `currency`, `flag`; empty for text."""
    shapes: set[str] = field(default_factory=set)
    """The forms its days are written in, without day and month told apart."""
    distinct: int = 0
    codes: tuple[str, ...] = ()
    """Its values where they are few."""
    example: str = ""


def look(form: Form) -> list[ColumnValues]:
    """What each column of the sample holds."""
    return [_look_at(position, form.column(position)) for position in range(len(form.header))]


def _look_at(position: int, cells: Sequence[str]) -> ColumnValues:
    found = ColumnValues(position, len(cells))
    if not cells:
        return found
    counts = Counter(cells)
    found.distinct, found.example = len(counts), cells[0]
    if len(counts) <= 40:
        found.codes = tuple(value for value, _ in counts.most_common())
    enough = MOSTLY * len(cells)
    shapes = Counter(filter(None, map(_shape, cells)))
    if shapes.total() >= enough:
        found.kinds.add("date")
        found.shapes = set(shapes)
    if sum(map(_is_number, cells)) >= enough:
        found.kinds.add("amount")
    if sum(cell in currencies() for cell in cells) >= enough:
        found.kinds.add("currency")
    if {cell.casefold() for cell in counts} <= {"true", "false", "yes", "no", "y", "n", "0", "1", "oui", "non"}:
        found.kinds.add("flag")
    return found


def _shape(cell: str) -> str | None:
    """The form of a day: `y-a-b`, `a/b/y`, `yab`, ... ; None where the cell is none."""
    if len(cell) > LONGEST_DATUM:
        return None
    for pattern, order in ((_YEAR_FIRST, "{y}{s}a{s}b"), (_YEAR_LAST, "a{s}b{s}{y}"), (_NAMED, "a{s}m{s}{y}")):
        found = pattern.fullmatch(cell)
        if found is None:
            continue
        parts = found.groupdict()
        year = "Y" if len(parts["y"]) == 4 else "y"
        if "b" in parts and not _possible(int(parts["a"]), int(parts["b"])):
            return None
        return order.format(y=year, s=parts["s"]) + _time_shape(parts.get("t") or "")
    return "Yab" if _COMPACT.fullmatch(cell) else None


def _possible(first: int, second: int) -> bool:
    return (1 <= first <= 12 and 1 <= second <= 31) or (1 <= first <= 31 and 1 <= second <= 12)


def _time_shape(time: str) -> str:
    """The time of day as a format's end."""
    if not time:
        return ""
    clock = time[0] + ("%H:%M:%S" if time.count(":") > 1 and not time[1:].startswith("+") else "%H:%M")
    rest = re.sub(r"^[T ]\d{1,2}:\d{2}(:\d{2})?", "", time)
    if rest[:1] in {".", ","} and rest:
        digits = re.match(r"[.,]\d+", rest)
        clock += rest[0] + ("%f" if digits and len(digits.group()) > 4 else "%g")
        rest = rest[len(digits.group()) if digits else 0 :]
    if rest in {"Z", " UTC"}:
        return clock + rest
    return clock + ("%z" if rest else "")


def date_form(path: Path, form: Form, columns: Iterable[ColumnValues]) -> DateForm | None:
    """How the days of ``columns`` are written, held against the whole file where nothing in the sample decides.

    None where they hold no day. Columns written in another way than most are told by `odd_dates`.
    """
    dated = [column for column in columns if column.shapes]
    if not dated:
        return None
    shape = usual_shape(dated)
    own = [column for column in dated if shape in column.shapes]
    if form.format not in {"csv", "xlsx", "jsonl"}:
        return DateForm(("%Y-%m-%d",), "the file has days of their own type")
    fixed = _formats(shape)
    if len(fixed) == 1:
        return DateForm(fixed, f"as in {own[0].example}; the year comes first or the month has a name")
    first, second = _highest(form, own)
    rows = form.looked_at
    if first <= 12 and second <= 12 and not form.is_whole and form.format == "csv":
        whole = _highest_in_file(path, form, own)
        if whole is not None:
            first, second, rows = max(first, whole[0]), max(second, whole[1]), "all rows of the file"
        else:
            rows = f"{rows} (the file is too large to look at all)"
    names = ", ".join(f"'{form.header[column.position]}'" for column in own)
    if first > 12 >= second:
        return DateForm(fixed[:1], f"the day comes first: {names} has a first number {first} ({rows} looked at)")
    if second > 12 >= first:
        return DateForm(fixed[1:], f"the month comes first: {names} has a second number {second} ({rows} looked at)")
    if first > 12 and second > 12:
        return DateForm(fixed, f"days come first in some values and months in others ({rows} looked at)")
    example = own[0].example
    return DateForm(
        fixed,
        f"{example} may be day or month first: no number of {names} is above 12 ({rows} looked at), so nothing decides",
    )


def usual_shape(columns: Iterable[ColumnValues]) -> str:
    """The form most columns write their days in."""
    counts = Counter(shape for column in columns for shape in sorted(column.shapes))
    return max(counts, key=lambda shape: (counts[shape], len(shape)))


def _formats(shape: str) -> tuple[str, ...]:
    """The formats of a shape: one, or day first and month first."""
    body, time = (shape, "") if "%H" not in shape else (shape[: shape.index("%H") - 1], shape[shape.index("%H") - 1 :])
    if "m" in body:
        return (body.replace("a", "%d").replace("m", "%b").replace("Y", "%Y").replace("y", "%y") + time,)
    year = body.replace("Y", "%Y").replace("y", "%y")
    if body.startswith("Y"):
        return (year.replace("a", "%m").replace("b", "%d") + time,)
    return (
        year.replace("a", "%d").replace("b", "%m") + time,
        year.replace("a", "%m").replace("b", "%d") + time,
    )


def _highest(form: Form, columns: Iterable[ColumnValues]) -> tuple[int, int]:
    """The highest first and second number of days that have the year last."""
    first = second = 0
    for column in columns:
        for cell in form.column(column.position):
            found = _YEAR_LAST.fullmatch(cell)
            if found is not None:
                first, second = max(first, int(found["a"])), max(second, int(found["b"]))
    return first, second


def _highest_in_file(path: Path, form: Form, columns: Sequence[ColumnValues]) -> tuple[int, int] | None:
    """As `_highest`, of all rows of a CSV file; None where it is too large, or its bytes are not one a character."""
    if path.stat().st_size > CHEAP_BYTES or form.encoding is None or form.encoding.name.startswith("utf-16"):
        return None
    fields = ", ".join(f"'c{position}': 'varchar'" for position in range(len(form.header)))
    parts = [
        f"max(try_cast(regexp_extract(c{column.position}, {text(DAY_AND_MONTH)}, {group}) as int))"
        for group in (1, 2)
        for column in columns
    ]
    half = len(columns)
    scan = (
        # Digits are the same bytes in all these encodings, and Latin-1 reads any byte.
        f"read_csv({file_text(path)}, {NO_HIVE}, columns = {{{fields}}}, header = false, skip = {form.header_row}, "
        f"auto_detect = false, delim = {text(form.delimiter)}, quote = '\"', escape = '\"', encoding = 'latin-1', "
        "ignore_errors = true, null_padding = true, strict_mode = false, parallel = false)"
    )
    with duckdb.connect() as connection:
        try:
            row = connection.execute(f"select {', '.join(parts)} from {scan}").fetchone()
        except duckdb.Error:
            return None
    assert row is not None
    return max((n or 0 for n in row[:half]), default=0), max((n or 0 for n in row[half:]), default=0)


def _is_number(cell: str) -> bool:
    return len(cell) <= LONGEST_DATUM and _NUMBER.fullmatch(_CURRENCY_SIGNS.sub("", cell)) is not None


def marks_of(form: Form, columns: Iterable[ColumnValues]) -> Marks | None:
    """The decimal and the thousands mark of the amounts in ``columns``; None where there is no number."""
    decimal: Counter[str] = Counter()
    thousands: Counter[str] = Counter()
    either: Counter[str] = Counter()
    oddities: dict[str, str] = {}
    examples: dict[str, str] = {}
    seen = 0
    for column in columns:
        for cell in form.column(column.position):
            plain = _CURRENCY_SIGNS.sub("", cell[:LONGEST_DATUM])
            found = _NUMBER.fullmatch(plain)
            if found is None:
                continue
            seen += 1
            if plain != cell:
                oddities.setdefault("a currency sign", cell)
            if plain.endswith("-"):
                oddities.setdefault("a minus behind the number", cell)
            if plain.startswith("("):
                oddities.setdefault("brackets for a minus", cell)
            mark, is_sure = _marks_in(found["n"].strip(), thousands)
            if mark:
                (decimal if is_sure else either)[mark] += 1
                examples.setdefault(mark if is_sure else f"?{mark}", cell)
    if not seen:
        return None
    odd = tuple(f"{what} ({cell})" for what, cell in oddities.items())
    thousand = max(thousands, key=lambda mark: thousands[mark], default="")
    if len(decimal) == 1 or (decimal and max(decimal.values()) > 20 * (decimal.total() - max(decimal.values()))):
        mark = max(decimal, key=lambda name: decimal[name])
        # Three digits behind the other mark are thousands, now that the decimal mark is known.
        thousand = thousand or next((name for name in either if name != mark), "")
        return Marks((mark,), thousand if thousand != mark else "", f"as in {examples[mark]}", odd)
    if len(decimal) > 1:
        words = " and ".join(examples[mark] for mark in decimal)
        return Marks((".", ","), "", f"both marks stand before the last digits: {words}", odd)
    if thousand in {".", ","}:
        return Marks(({".": ",", ",": "."}[thousand],), thousand, f"{thousand} parts thousands, no decimals seen", odd)
    if either:
        mark = next(iter(either))
        return Marks(
            (mark, {".": ",", ",": "."}[mark]),
            "",
            f"{examples[f'?{mark}']} may be thousands or three decimals, and no number decides",
            odd,
        )
    return Marks((".",), thousand, "whole numbers only, so no mark is needed", odd)


def _marks_in(number: str, thousands: Counter[str]) -> tuple[str, bool]:
    """The decimal mark in ``number`` ('' for none) and whether it can be no other; thousands marks are counted."""
    for blank in ("\u202f", "\u00a0", " ", "'", "’"):
        if blank in number:
            thousands[blank] += 1
            number = number.replace(blank, "")
            break
    commas, points = number.count(","), number.count(".")
    if commas and points:
        mark = "," if number.rfind(",") > number.rfind(".") else "."
        thousands["." if mark == "," else ","] += 1
        return mark, True
    if not commas and not points:
        return "", True
    mark = "," if commas else "."
    if max(commas, points) > 1:
        thousands[mark] += 1
        return "", True
    before, _, behind = number.partition(mark)
    if len(behind) == 3 and 1 <= len(before) <= 3 and before != "0":
        return mark, False
    return mark, True
