"""What an XML file holds, for a person: its root and namespace, what repeats in it, its days and currencies."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from ingest.readers.xml_file import MAX_DEPTH, DoneError, SafeParser, encoding_of
from ingest.xml_paths import local_name

LOOKED_AT_BYTES = 1 << 24
"""As much of a file's beginning as is looked at."""
MOST_PATHS = 2000
SHOWN = 8
LONGEST_VALUE = 64
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(T.*)?")


@dataclass(frozen=True)
class XmlShape:
    """An XML file as far as it was looked at."""

    root: str
    namespace: str
    """The URI of the root's namespace; empty where it has none."""
    encoding: str
    is_whole: bool
    elements: dict[str, int]
    """Paths of elements that hold others, and how often they come."""
    days: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Names of elements that hold days, with the first and the last day in them, ``YYYY-MM-DD``."""
    currencies: tuple[str, ...] = ()

    @property
    def facts(self) -> dict[str, str]:
        """What is worth telling, one fact a name."""
        repeated = sorted((item for item in self.elements.items() if item[1] > 1), key=lambda item: -item[1])
        shown = repeated[:SHOWN] or list(self.elements.items())[:SHOWN]
        said = {
            "root": f"<{self.root}> of '{self.namespace}'" if self.namespace else f"<{self.root}>, of no namespace",
            "encoding": self.encoding,
            "elements": ", ".join(f"{path} ({count:,})" for path, count in shown),
        }
        if self.days:
            said["days"] = ", ".join(f"{name} {_span(*days)}" for name, days in list(self.days.items())[:SHOWN])
        if self.currencies:
            said["currencies"] = ", ".join(self.currencies)
        said["looked at"] = "all of it" if self.is_whole else f"the first {LOOKED_AT_BYTES >> 20} MiB"
        return said


def shape_of(path: Path, currencies: Collection[str]) -> XmlShape:
    """Look at ``path``; ``currencies`` are the codes taken for one where an element or attribute holds it alone.

    Raises `RefusedXmlError` for a file that is no well-formed XML, or could harm.
    """
    return _Shape(path, currencies).look()


def _span(first: str, last: str) -> str:
    return first if first == last else f"{first} to {last}"


class _Shape(SafeParser):
    """Counts elements by their paths and keeps the days and currencies of those that hold no others."""

    def __init__(self, path: Path, currencies: Collection[str]) -> None:
        super().__init__(path)
        self.codes = currencies
        self.root = self.namespace = ""
        self.names: list[str] = []
        self.texts: list[list[str]] = []
        self.holds: list[bool] = []
        self.elements: Counter[str] = Counter()
        self.days: dict[str, tuple[str, str]] = {}
        self.found: set[str] = set()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text

    def look(self) -> XmlShape:
        """Parse the beginning of the file."""
        is_whole = True
        try:
            self.run()
        except DoneError:
            is_whole = False
        return XmlShape(
            self.root,
            self.namespace,
            encoding_of(self.path),
            is_whole,
            dict(self.elements),
            self.days,
            tuple(sorted(self.found)),
        )

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if self.parser.CurrentByteIndex > LOOKED_AT_BYTES or len(self.names) >= MAX_DEPTH:
            raise DoneError
        if not self.names:
            prefix = name.rpartition(":")[0]
            self.root = local_name(name)
            self.namespace = attributes.get(f"xmlns:{prefix}" if prefix else "xmlns", "")
        else:
            self.holds[-1] = True
        self.names.append(local_name(name))
        self.texts.append([])
        self.holds.append(False)
        self.found.update(value for value in attributes.values() if value in self.codes)

    def _text(self, characters: str) -> None:
        if not self.holds[-1] and len(self.texts[-1]) < LONGEST_VALUE:
            self.texts[-1].append(characters)

    def _end(self, _: str) -> None:
        path, name = "/".join(self.names), self.names.pop()
        value = "".join(self.texts.pop()).strip()
        if self.holds.pop():
            if path in self.elements or len(self.elements) < MOST_PATHS:
                self.elements[path] += 1
            return
        if value in self.codes:
            self.found.add(value)
        day = _DAY.fullmatch(value)
        if day is not None:
            first, last = self.days.get(name, (day.group(1), day.group(1)))
            self.days[name] = min(first, day.group(1)), max(last, day.group(1))
