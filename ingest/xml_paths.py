"""Paths into XML, as mappings write them: from a row to a value in it, around it, or anywhere in the file.

``InvoiceNo`` and ``Totals/Gross`` stand in the row; ``@id`` is an attribute; ``../Date`` stands in what encloses the
row; ``/AuditFile/Header/Currency`` stands where it says. ``A|B`` is the first of them that is filled; ``sum(A)``,
``first(A)`` and ``last(A)`` say what becomes of values that come several times, else they are joined with blanks;
``minus(A)`` is their sum with its sign turned.
``join(A, B)`` puts a slash between values that must all be there; ``first_day(Y, M)`` and ``last_day(Y, M)`` are those
of month M of year Y; ``'0'`` stands for itself; ``has(A)`` is ``true`` where there is any.
Where rows are split (`each`), ``alone(A)`` is A unless the row is in several parts; ``#row`` and ``#each`` count the
rows in what encloses them and the parts in the row, ``#A`` the elements A of the row up to the part.
Elements are known by their names, whatever their namespaces' prefixes.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

FUNCTIONS = ("sum", "minus", "first", "last", "has", "alone")
COMBINED = ("join", "first_day", "last_day")
COUNTERS = ("#row", "#each")
_NAME = r"[\w.-]+"
_PATH = re.compile(rf"/?(\.\./)*({_NAME}/)*(@?{_NAME})")


def local_name(name: str) -> str:
    """A name without its namespace's prefix."""
    return name.rpartition(":")[2]


def steps(words: str) -> list[str]:
    """The names in a path of elements; raises `ValueError` for what is none."""
    if _PATH.fullmatch(words) is None or "@" in words or ".." in words:
        raise ValueError(f"rows: '{words}' is no path of elements; write AuditFile/MasterFiles/Customer")
    return words.strip("/").split("/")


@dataclass(frozen=True)
class Part:
    """One place a value comes from, or a word that stands for itself."""

    names: tuple[str, ...] = ()
    """The elements from the root on; the last one an attribute where it begins with ``@``."""
    owner: int = 0
    """The depth of the element, counted from 1, with which the value ends: the row, or what encloses it."""
    function: str = ""
    literal: str | None = None
    """A word that stands for itself, or a counter: one of `COUNTERS`, or a path in the row after ``#``."""


@dataclass(frozen=True)
class Alternative:
    """Parts of which one value is made, all of which must be filled; mostly one."""

    parts: tuple[Part, ...]
    combined_by: str = "join"
    """One of `COMBINED`."""

    def value(self, parts: Sequence[str | None]) -> str | None:
        """The value that ``parts`` make; none where one of them is missing, or they are no month of a year."""
        filled = [part for part in parts if part]
        if len(filled) < len(self.parts):
            return None
        return "/".join(filled) if self.combined_by == "join" else _day_of_month(filled, self.combined_by)


def _day_of_month(parts: Sequence[str], which: str) -> str | None:
    """The first or last day (``2026-02-28``) of the month that year and month name; none where they name no month."""
    if not all(re.fullmatch(r"\d{1,4}", part, re.ASCII) for part in parts):
        return None
    year, month = (int(part) for part in parts)
    if not (1 <= year <= 9999 and 1 <= month <= 12):
        return None
    day = 1 if which == "first_day" else calendar.monthrange(year, month)[1]
    return f"{year:04}-{month:02}-{day:02}"


@dataclass(frozen=True)
class Field:
    """A column: the places its value may come from, the first that is filled."""

    words: str
    alternatives: tuple[Alternative, ...]

    @classmethod
    def read(cls, words: str, row: Sequence[str]) -> Field:
        """The field that ``words`` say of rows at ``row``; raises `ValueError` for what is no path."""
        return cls(words, tuple(_alternative(part.strip(), row) for part in words.split("|")))

    @property
    def counted(self) -> list[str]:
        """The paths in the row whose elements are counted."""
        literals = [part.literal for alternative in self.alternatives for part in alternative.parts if part.literal]
        return [words[1:] for words in literals if words.startswith("#") and words not in COUNTERS]

    @property
    def parts(self) -> list[Part]:
        """The parts of all alternatives that are read from the file, in order."""
        return [part for alternative in self.alternatives for part in alternative.parts if part.literal is None]


def _alternative(words: str, row: Sequence[str]) -> Alternative:
    found = re.fullmatch(rf"({'|'.join(COMBINED)})\((.*)\)", words)
    if found is None:
        return Alternative((_part(words, row),))
    parts = tuple(_part(part.strip(), row) for part in found.group(2).split(","))
    if found.group(1) != "join" and len(parts) != 2:
        raise ValueError(f"'{words}' must name a year and a month: {found.group(1)}(PeriodYear, Period)")
    return Alternative(parts, found.group(1))


def _part(words: str, row: Sequence[str]) -> Part:
    if re.fullmatch(r"'[^']*'", words):
        return Part(literal=words[1:-1])
    if words in COUNTERS or (words.startswith("#") and re.fullmatch(rf"({_NAME}/)*{_NAME}", words[1:])):
        return Part(literal=words)
    function = ""
    found = re.fullmatch(rf"({'|'.join(FUNCTIONS)})\((.*)\)", words)
    if found is not None:
        function, words = found.group(1), found.group(2).strip()
    if _PATH.fullmatch(words) is None:
        raise ValueError(
            f"'{words}' is no path into XML; write InvoiceNo, Totals/Gross, @id, ../Date or /AuditFile/Header/Currency"
        )
    if words.startswith("/"):
        names = words.strip("/").split("/")
        # What stands anywhere else in the file holds to its end.
        return Part(tuple(names), 1 if names[0] == row[0] and len(row) > 1 else 0, function)
    up = words.count("../")
    if up >= len(row):
        raise ValueError(f"'{words}' leads out of the file: a row stands {len(row)} elements deep")
    base = list(row[: len(row) - up])
    return Part((*base, *words.replace("../", "").split("/")), len(base), function)


@dataclass
class Step:
    """An element on the way to values: what stands below it, and the slots its own text and attributes fill."""

    children: dict[str, Step] = field(default_factory=dict)
    attributes: dict[str, tuple[int, ...]] = field(default_factory=dict)
    slots: tuple[int, ...] = ()
    below: tuple[int, ...] = ()
    """Slots whose values end with this element."""
    owner: list[int] = field(default_factory=list)
    """At the root: the depth with which each slot's value ends."""

    @classmethod
    def tree(cls, fields: Sequence[Field], row: Sequence[str] = ()) -> Step:
        """The root of all steps to ``row`` and to the parts of ``fields``, whose slots count through."""
        root = cls()
        step = root
        for name in row:
            step = step.children.setdefault(name, cls())
        slot = 0
        for each in fields:
            for part in each.parts:
                root.owner.append(part.owner)
                step = root
                for depth, name in enumerate(part.names, start=1):
                    if name.startswith("@"):
                        step.attributes[name[1:]] = (*step.attributes.get(name[1:], ()), slot)
                        continue
                    step = step.children.setdefault(name, cls())
                    if depth == part.owner:
                        step.below = (*step.below, slot)
                if not part.names[-1].startswith("@"):
                    step.slots = (*step.slots, slot)
                slot += 1
        return root
