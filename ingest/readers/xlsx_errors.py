"""Cells of a workbook that hold an error (`#REF!`, `#DIV/0!`), which its reader hands on as empty ones.

python-calamine does not tell the two apart (https://github.com/dimastbk/python-calamine/issues/105), so the sheet's
XML is asked: such cells have the type ``e`` and the error's name as their value.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.parsers import expat

from ingest.errors import FileError
from ingest.xml_paths import local_name

ERRORS = (
    *("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA"),
    *("#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!", "#CONNECT!", "#BUSY!", "#UNKNOWN!", "#PYTHON!"),
)
"""The names of errors, in whichever language the workbook was made."""

CHUNK = 1 << 20
_MARK = re.compile(rb"""\st\s*=\s*["']e["']""")
_LONGEST_MARK = 64
_PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")

Attributes = dict[str, str]


def error_cells(path: Path, sheet: str) -> dict[int, dict[int, str]]:
    """The errors of a sheet: row (from 1) -> column (from 1) -> the error's name. Most sheets have none."""
    if not zipfile.is_zipfile(path):
        return {}
    with zipfile.ZipFile(path) as archive:
        part = _part_of(archive, sheet)
        if part is None or not _has_errors(archive, part):
            return {}
        found = _Cells()
        try:
            _parse(archive, part, found.start, found.end, found.text)
        except expat.ExpatError as error:
            raise FileError(f"{path.name}: sheet '{sheet}' is not well-formed: {error}; save it again") from None
        return found.errors


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """The part of a workbook that holds a sheet; none where it does not say."""
    book = next((name for name in archive.namelist() if name.lower().endswith("xl/workbook.xml")), None)
    if book is None:
        return None
    relations = posixpath.join(posixpath.dirname(book), "_rels", f"{posixpath.basename(book)}.rels")
    if relations not in archive.namelist():
        return None
    ids: dict[str, str] = {}
    targets: dict[str, str] = {}

    def sheets(name: str, attributes: Attributes) -> None:
        if local_name(name) == "sheet":
            number = next((value for key, value in attributes.items() if local_name(key) == "id"), "")
            ids[attributes.get("name", "")] = number

    def relationships(name: str, attributes: Attributes) -> None:
        if local_name(name) == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    _parse(archive, book, sheets)
    _parse(archive, relations, relationships)
    target = targets.get(ids.get(sheet, ""))
    if target is None:
        return None
    part = target.lstrip("/") if target.startswith("/") else posixpath.join(posixpath.dirname(book), target)
    part = posixpath.normpath(part)
    return part if part in archive.namelist() else None


def _has_errors(archive: zipfile.ZipFile, part: str) -> bool:
    """Whether a sheet has a cell of type ``e``: a look at its bytes, which costs little beside parsing them."""
    rest = b""
    with archive.open(part) as stream:
        while chunk := stream.read(CHUNK):
            piece = rest + chunk
            if _MARK.search(piece) or piece.startswith((b"\xff\xfe", b"\xfe\xff")):
                return True
            rest = piece[-_LONGEST_MARK:]
    return False


def _parse(
    archive: zipfile.ZipFile,
    part: str,
    start: Callable[[str, Attributes], object],
    end: Callable[[str], object] | None = None,
    text: Callable[[str], object] | None = None,
) -> None:
    def refuse(*_: object) -> None:
        raise FileError(
            f"{archive.filename}: its {part} declares a document type, which no workbook does: save it again"
        )

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    with archive.open(part) as stream:
        while chunk := stream.read(CHUNK):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)


class _Cells:
    """The cells of a sheet as they come."""

    def __init__(self) -> None:
        self.errors: dict[int, dict[int, str]] = {}
        self.row = self.column = 0
        self.is_error = self.in_value = False
        self.value = ""

    def start(self, name: str, attributes: Attributes) -> None:
        """An element begins. Rows and cells that do not say where they stand follow the one before."""
        match local_name(name):
            case "row":
                given = attributes.get("r", "")
                self.row, self.column = (int(given) if given.isdecimal() else self.row + 1), 0
            case "c":
                place = _PLACE.fullmatch(attributes.get("r", ""))
                self.column = _number(place[1]) if place is not None else self.column + 1
                self.is_error, self.value = attributes.get("t") == "e", ""
            case "v":
                self.in_value = self.is_error

    def text(self, characters: str) -> None:
        """Text of an element."""
        if self.in_value:
            self.value += characters

    def end(self, name: str) -> None:
        """An element ends."""
        match local_name(name):
            case "v":
                self.in_value = False
            case "c" if self.is_error:
                self.errors.setdefault(self.row, {})[self.column] = self.value.strip() or ERRORS[2]
                self.is_error = False


def _number(letters: str) -> int:
    """A column's number: A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
