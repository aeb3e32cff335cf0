"""Archives: gzip and zip files unpacked into a folder of the load, with nothing in them trusted.

What an archive says of itself (names, sizes) decides nothing: members are written under numbers, and bytes are
counted as they come out. An archive that is cut off, nested, encrypted, or grows beyond all reason is refused whole.
"""

from __future__ import annotations

import gzip
import lzma
import re
import shutil
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import IO, Literal

from ingest.errors import FileError

CHUNK = 1 << 20
MAX_RATIO = 200
"""Bytes out for each byte in. Ledgers shrink to a tenth, seldom to a fortieth; bombs to a thousandth."""
FREE_BYTES = 64 << 20
"""Unpacked bytes for which the ratio does not count: small files of one repeated line shrink without end."""
MAX_MEMBERS = 10_000
ROOM_LEFT = 256 << 20
"""Bytes that unpacking leaves free on the disk."""

MAX_ROWS, MAX_COLUMNS = 1 << 20, 1 << 14
"""Of a sheet, by Excel's own limits."""
FREE_CELLS = 20_000_000
"""Cells of a sheet, empty ones too, that are read whatever is in them."""
MAX_EMPTY = 10
"""Beyond those, cells in all for each that is there."""
_CELL_PLACE = re.compile(rb"""r(?<=\sr)\s*=\s*["']([A-Za-z]*)([0-9]{1,18})""")
_LONGEST_PLACE = 64

ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
GZIP_MAGIC = b"\x1f\x8b"
ARCHIVE_SUFFIXES = (".gz", ".zip", ".tar", ".tgz", ".7z", ".rar", ".bz2", ".xz", ".zst")
WORKBOOK_SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".ods")
"""Formats that are zip files themselves."""


@dataclass(frozen=True)
class Member:
    """A file taken out of an archive."""

    path: Path
    """Where its bytes lie; the last part is the member's own name, which may tell the source and the slice."""
    label: str
    """``march.zip/FR/invoices.csv``, or the archive's own name for gzip, which holds one file."""


def kind_of(path: Path) -> Literal["gzip", "zip"] | None:
    """What archive ``path`` is, by its first bytes; none where it is a plain file or a workbook.

    Raises `FileError` for a file that only calls itself an archive, and for archives that are not read.
    """
    suffix = path.suffix.lower()
    with path.open("rb") as stream:
        magic = stream.read(4)
    if magic.startswith(GZIP_MAGIC):
        return "gzip"
    if magic.startswith(ZIP_MAGIC) and suffix not in WORKBOOK_SUFFIXES:
        return "zip"
    if suffix in {".gz", ".zip"}:
        raise FileError(f"{path.name}: is not the archive that its name says; fetch or export it again")
    if suffix in ARCHIVE_SUFFIXES:
        raise FileError(f"{path.name}: archives of this kind are not read; unpack it, or make it a .zip or .gz")
    return None


def unpack(path: Path, kind: Literal["gzip", "zip"], folder: Path) -> list[Member]:
    """The files in an archive, written into ``folder``, in the order of their names.

    Folders, hidden files and what systems add of their own (``__MACOSX``) are passed over.

    Raises `FileError` for an archive that is damaged, cut off, encrypted or empty, that holds archives, links, two
    files of one name or names that lead out of it, or that unpacks to more than can be meant.
    """
    target = folder / f"unpacked-{len(list(folder.iterdir()))}"
    target.mkdir()
    with _readable(path):
        return _gzip(path, target) if kind == "gzip" else _zip(path, target)


def check_workbook(path: Path) -> None:
    """Raise `FileError` where a workbook, a zip file that its reader unpacks in memory, would take all of it.

    By unpacking beyond all reason, or by naming cells so far out that the sheet between them has no room anywhere.
    """
    found = path.stat()
    words = _fault_of_workbook(path, found.st_size, found.st_mtime_ns)
    if words is not None:
        raise FileError(words)


@lru_cache(maxsize=256)
def _fault_of_workbook(path: Path, _size: int, _changed: int) -> str | None:
    """What is wrong with a workbook; looked for once, however often it is opened as it is."""
    with path.open("rb") as stream:
        begins_as_zip = stream.read(4).startswith(ZIP_MAGIC)
    # Its reader looks for the archive from the file's end: what begins otherwise may be one all the same.
    if not begins_as_zip and not zipfile.is_zipfile(path):
        return None
    try:
        _look_through(path)
    except FileError as error:
        return str(error)
    return None


def _look_through(path: Path) -> None:
    meter = _Meter(path, None)
    with _readable(path), zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            extent = _Extent(path)
            with archive.open(info) as stream:
                for chunk in meter.chunks(stream):
                    extent.see(chunk)
            extent.check()


class _Extent:
    """How far the cells of a sheet reach, by the places its XML names."""

    def __init__(self, path: Path) -> None:
        self.path, self.cells, self.last_row, self.is_sheet = path, 0, 1, False
        self.columns: set[bytes] = set()
        self.rest = b""

    def see(self, chunk: bytes) -> None:
        """Take in a piece of the XML."""
        piece = self.rest + chunk
        self.is_sheet |= b"sheetData" in piece
        found = _CELL_PLACE.findall(piece)
        # What is cut at the end comes again with the next piece: the furthest place is no other for that.
        self.rest = piece[-_LONGEST_PLACE:]
        if found:
            self.cells += len(found)
            self.columns.update(letters for letters, _ in found)
            self.last_row = max(self.last_row, *(int(digits) for _, digits in found))

    def check(self) -> None:
        """Raise `FileError` where the sheet would be too large, for what is in it."""
        if not self.is_sheet:
            return
        last_column = max((_column(letters) for letters in self.columns), default=1)
        room = last_column * self.last_row
        if last_column > MAX_COLUMNS or self.last_row > MAX_ROWS or room > max(FREE_CELLS, self.cells * MAX_EMPTY):
            raise FileError(
                f"{self.path.name}: reaches to row {self.last_row:,} and column {last_column:,} with {self.cells:,} "
                "cells in it: nearly all would be empty, and there is no room for that. Delete what stands far outside "
                "the table (Ctrl+End shows it), or save the sheet as CSV."
            )


def _column(letters: bytes) -> int:
    """The number of a column by its letters; of more than three, which no sheet has, one that is too large."""
    number = 0
    for letter in letters.upper()[:4]:
        number = number * 26 + letter - ord("A") + 1
    return number


class _Meter:
    """Counts what comes out of an archive, and stops where it is too much."""

    def __init__(self, path: Path, target: Path | None) -> None:
        self.path, self.packed, self.unpacked = path, path.stat().st_size, 0
        free = shutil.disk_usage(target).free if target is not None else None
        self.room = max(0, free - ROOM_LEFT) if free is not None else None

    def chunks(self, stream: IO[bytes] | gzip.GzipFile) -> Iterator[bytes]:
        """The bytes of ``stream`` in pieces."""
        while chunk := stream.read(CHUNK):
            self.unpacked += len(chunk)
            if self.unpacked > max(FREE_BYTES, self.packed * MAX_RATIO):
                raise FileError(
                    f"{self.path.name}: unpacks to more than {MAX_RATIO} times its size, as archives do that are made "
                    "to fill disks. If it is really meant, unpack it yourself and load the files."
                )
            if self.room is not None and self.unpacked > self.room:
                raise FileError(
                    f"{self.path.name}: there is no room to unpack it; {self.room + ROOM_LEFT:,} bytes are free for "
                    "temporary files. Make room, or name another folder for them (TMPDIR)."
                )
            yield chunk


def _gzip(path: Path, target: Path) -> list[Member]:
    name = path.stem if path.suffix.lower() in {".gz", ".gzip"} else path.name
    _refuse_nested(path, name)
    unpacked = target / name
    meter = _Meter(path, target)
    with gzip.open(path) as stream, unpacked.open("wb") as out:
        for chunk in meter.chunks(stream):
            out.write(chunk)
    _refuse_nested_bytes(path, unpacked, name)
    return [Member(unpacked, path.name)]


def _zip(path: Path, target: Path) -> list[Member]:
    meter = _Meter(path, target)
    members: list[Member] = []
    with zipfile.ZipFile(path) as archive:
        infos = sorted(archive.infolist(), key=lambda info: info.filename)
        if len(infos) > MAX_MEMBERS:
            raise FileError(f"{path.name}: holds {len(infos):,} files, more than {MAX_MEMBERS:,}; load them in parts")
        _check_names(path, infos)
        folders: dict[PurePosixPath, Path] = {}
        for info in infos:
            name = PurePosixPath(info.filename)
            if info.is_dir() or name.parts[0] == "__MACOSX" or any(part.startswith(".") for part in name.parts):
                continue
            _refuse_nested(path, info.filename)
            # Each folder under a number of its own: no name of the archive chooses where its bytes go.
            place = folders.setdefault(name.parent, target / str(len(folders)))
            place.mkdir(exist_ok=True)
            unpacked = place / name.name
            with archive.open(info) as stream, unpacked.open("xb") as out:
                for chunk in meter.chunks(stream):
                    out.write(chunk)
            _refuse_nested_bytes(path, unpacked, info.filename)
            members.append(Member(unpacked, f"{path.name}/{info.filename}"))
    if not members:
        raise FileError(f"{path.name}: holds no file; export it again")
    return members


def _check_names(path: Path, infos: list[zipfile.ZipInfo]) -> None:
    """Refuse names that lead out of the archive, links, what is encrypted, and a name that comes twice."""
    seen: set[PurePosixPath] = set()
    for info in infos:
        # What the archive really says, before zipfile puts this system's separators in.
        name = info.orig_filename
        if not name.endswith("/") and not PurePosixPath(name).parts:
            raise FileError(f"{path.name}: holds '{name}', which is no name of a file; make it a new .zip")
        folded = name.replace("\\", "/")
        if folded.startswith("/") or ".." in folded.split("/") or folded[1:2] == ":" or "\0" in name or not name:
            raise FileError(
                f"{path.name}: holds a file called '{name!r}', which leads out of the archive. Such archives are made "
                "to overwrite files; nothing of it was read."
            )
        if "\\" in name:
            raise FileError(f"{path.name}: holds a file called '{name}', with \\ between folders; make it a new .zip")
        if stat.S_ISLNK(info.external_attr >> 16):
            raise FileError(f"{path.name}: holds '{name}', which is a link to another place and no file")
        if info.flag_bits & 0x1:
            raise FileError(f"{path.name}: '{name}' is encrypted; unpack it with its password and load the files")
        if PurePosixPath(name) in seen:
            raise FileError(f"{path.name}: holds '{name}' twice; which is meant is unknown")
        seen.add(PurePosixPath(name))


def _refuse_nested(path: Path, name: str) -> None:
    if name.lower().endswith(ARCHIVE_SUFFIXES):
        raise FileError(_nested(path, name))


def _refuse_nested_bytes(path: Path, unpacked: Path, name: str) -> None:
    with unpacked.open("rb") as stream:
        magic = stream.read(4)
    is_workbook = unpacked.suffix.lower() in WORKBOOK_SUFFIXES
    if magic.startswith(GZIP_MAGIC) or (magic.startswith(ZIP_MAGIC) and not is_workbook):
        raise FileError(_nested(path, name))


def _nested(path: Path, name: str) -> str:
    return f"{path.name}: holds '{name}', an archive in an archive; unpack the outer one and load what is in it"


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Errors of the unpacking libraries in words."""
    try:
        yield
    except EOFError:
        raise FileError(f"{path.name}: is cut off before its end; fetch or export it again") from None
    except (zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, lzma.LZMAError) as error:
        raise FileError(f"{path.name}: is damaged or cut off ({error}); fetch or export it again") from None
    except NotImplementedError as error:
        raise FileError(f"{path.name}: is packed in a way that is not read ({error}); make it a plain .zip") from None
    except OSError as error:
        if error.filename is None and error.errno is None:
            raise FileError(f"{path.name}: is damaged or cut off ({error}); fetch or export it again") from None
        raise FileError(f"{path.name}: cannot be unpacked: {error.strerror}") from None
    except RuntimeError as error:
        raise FileError(f"{path.name}: cannot be unpacked: {error}") from None
