"""Files as bytes: which ones, their hash, their line ends, their header, and a readable copy where one is needed."""

from __future__ import annotations

import codecs
import csv
import glob
import hashlib
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import Literal, TypedDict

import numpy as np

from ingest import archives, foreign
from ingest.errors import FileError, IngestError
from ingest.mapping import FileFormat

CHUNK = 1 << 22
HEADER_BYTES = 1 << 20
MAX_LINE_BYTES = 1 << 21
"""Of the longest line that is read, for both readers of delimited text: Python's own limit is lower."""
csv.field_size_limit(MAX_LINE_BYTES)
LINE_END = re.compile(rb"\r\r\n|\r\n|\r|\n")
SUFFIXES = {
    ".csv": "csv",
    ".txt": "csv",
    ".tsv": "csv",
    ".tra": "csv",
    ".parquet": "parquet",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".xml": "xml",
}
"""What a file's suffix says of its format."""
LOOKED_FOR = (*SUFFIXES, ".zip", "and each with .gz")


@dataclass(frozen=True)
class Extract:
    """A file to read."""

    path: Path
    """Where its bytes lie; its name may tell the source and the slice."""
    label: str
    """What it is called in messages and in the manifest; of a file in an archive, with the archive."""
    is_named: bool
    """Whether it was named itself, or found in a folder."""
    archive: Path | None = None
    """The archive of one file alone (`.gz`) it was in."""

    @property
    def companions(self) -> Path:
        """The folder where files that belong to it lie, such as its control file."""
        return (self.archive or self.path).parent


def expand(paths: Sequence[Path], folder: Path) -> list[Extract]:
    """The files of ``paths``: folders replaced by the extracts right in them, globs (``*``, ``?``, ``**``) by what
    they match, archives by what is in them, unpacked into ``folder``.

    Raises `FileError` for a path that does not exist, for a folder, glob or archive without extracts, and for an
    archive that cannot be trusted.
    """
    files: list[tuple[Path, bool]] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(entry for entry in path.iterdir() if entry.is_file() and _is_extract(entry))
            if not inside:
                raise FileError(f"{path}: no extract in this folder (looked for {', '.join(LOOKED_FOR)})")
            files += [(entry, False) for entry in inside]
        elif path.is_file():
            files.append((path, True))
        elif glob.has_magic(str(path)):
            found = sorted(entry for entry in _matching(path) if entry.is_file() and not entry.name.startswith("."))
            if not found:
                raise FileError(f"{path}: no file matches")
            files += [(entry, True) for entry in found]
        else:
            raise FileError(f"{path}: there is no such file or folder")
    seen: set[Path] = set()
    for file, _ in files:
        if file.resolve() in seen:
            raise FileError(f"{file}: named twice; name each file once")
        seen.add(file.resolve())
    return _told_apart([(file, extract) for file, named in files for extract in _unpacked(file, named, folder)])


def _told_apart(extracts: Sequence[tuple[Path, Extract]]) -> list[Extract]:
    """The extracts of files, those of one label called by as much of their folders as tells them apart."""
    depth, labels = 1, [extract.label for _, extract in extracts]
    while len(set(labels)) < len(labels):
        times = Counter(labels)
        labels = [
            "/".join([*file.resolve().parent.parts[1:][-depth:], extract.label]) if times[label] > 1 else label
            for label, (file, extract) in zip(labels, extracts, strict=True)
        ]
        depth += 1
    return [replace(extract, label=label) for label, (_, extract) in zip(labels, extracts, strict=True)]


def _matching(pattern: Path) -> Iterator[Path]:
    return Path(pattern.anchor or ".").glob(str(pattern.relative_to(pattern.anchor)))


def _is_extract(path: Path) -> bool:
    """Whether a file found in a folder is looked at: by its suffix, that of an archive set aside."""
    suffix = path.suffix.lower()
    return suffix == ".zip" or Path(path.stem if suffix == ".gz" else path.name).suffix.lower() in SUFFIXES


def _unpacked(file: Path, named: bool, folder: Path) -> list[Extract]:
    foreign.refuse(file, named=named)
    kind = archives.kind_of(file)
    if kind is None:
        return [Extract(file, file.name, named)]
    members = archives.unpack(file, kind, folder)
    alone = named and len(members) == 1
    return [Extract(member.path, member.label, alone, file if kind == "gzip" else None) for member in members]


@contextmanager
def called(extract: Extract) -> Iterator[None]:
    """Within it, errors that begin with the file's name call it by its label."""
    try:
        yield
    except IngestError as error:
        words, name = str(error), extract.path.name
        if words.startswith(extract.label) or not words.startswith(name):
            raise
        raise type(error)(extract.label + words.removeprefix(name)) from None


def sha256(path: Path) -> str:
    """SHA-256 of the file's bytes, 64 hex digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@dataclass(frozen=True)
class Survey:
    """What a pass over the bytes of a text file tells."""

    lines: int
    """Physical lines, a last one without line end included, blank ones at the end left out."""
    newline: str
    """``\\n`` or ``\\r\\n`` where all lines end alike; empty where they do not, or end in ``\\r``."""
    delimiters: int
    """How often the delimiter stands in the file, inside quotes and out."""


def survey(path: Path, delimiter: str) -> Survey:
    """Count the lines and delimiters of ``path`` and tell how its lines end. Reads the file once, in chunks."""
    feeds = returns = pairs = delimiters = 0
    last = b""
    for chunk in chunks(path):
        # numpy counts frequent bytes many times faster than bytes.count.
        data = np.frombuffer(chunk, dtype=np.uint8)
        feeds += int(np.count_nonzero(data == ord("\n")))
        delimiters += int(np.count_nonzero(data == ord(delimiter)))
        found = int(np.count_nonzero(data == ord("\r")))
        if found:
            returns += found
            pairs += chunk.count(b"\r\n")
        if last == b"\r" and chunk.startswith(b"\n"):
            pairs += 1
        last = chunk[-1:]
    breaks = feeds + returns - pairs
    lines = breaks + (last not in {b"", b"\n", b"\r"}) - _blank_end(path)
    newline = "\n" if returns == 0 else "\r\n" if returns == feeds == pairs else ""
    return Survey(lines, newline, delimiters)


def _blank_end(path: Path) -> int:
    """Blank lines at the very end of ``path``."""
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - CHUNK))
        end = stream.read().replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return max(0, len(end) - len(end.rstrip(b"\n")) - 1)


def first_line(path: Path) -> bytes:
    """The first line of ``path``, as far as a header may reach, without its line end."""
    with path.open("rb") as stream:
        head = stream.read(HEADER_BYTES)
    return next(iter(head.splitlines()), b"")


def _first_record(path: Path, quote: bytes, lines_above: int) -> bytes:
    """The line below ``lines_above``, and those after it while a quote is open."""
    head = b""
    with path.open("rb") as stream:
        # Lines may end in any way, also in a lone carriage return.
        ends = islice(LINE_END.finditer(stream.read(HEADER_BYTES)), lines_above)
        stream.seek(max((end.end() for end in ends), default=0))
        while len(head) < HEADER_BYTES:
            line = stream.readline(HEADER_BYTES)
            head += line
            if not line or not quote or head.count(quote) % 2 == 0:
                break
    # Lines may end in a lone carriage return.
    return head if b"\n" in head[-2:] or b"\r" not in head else head[: head.index(b"\r")]


def readable_copy(path: Path, file: FileFormat, line_feeds_only: bool, folder: Path) -> Path:
    """``path`` itself where it is UTF-8 with even line ends, else a copy in ``folder`` that is.

    Lines above the header are blank in the copy, so that lines keep their numbers.
    Raises `FileError` where the bytes are not of the encoding the mapping states.
    """
    if file.encoding in {"utf-8", "utf-8-sig"} and not line_feeds_only and file.header_row == 1:
        return path
    copy = folder / f"{len(list(folder.iterdir()))}-{path.name}"
    decoder = codecs.getincrementaldecoder("utf-8-sig" if file.encoding == "utf-8" else file.encoding)()
    ends = _LineEnds()
    above = _Above(file.header_row - 1)
    line = 1
    with copy.open("w", encoding="utf-8", newline="") as out:
        for chunk in chain(chunks(path), [b""]):
            try:
                decoded = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                place = line + chunk[: error.start].count(b"\n")
                raise FileError(not_encoded(path, place, file.encoding)) from None
            line += chunk.count(b"\n")
            out.write(above.blank(ends.decode(decoded, final=not chunk) if line_feeds_only else decoded))
    return copy


class _LineEnds:
    """Text in pieces with every line end as a line feed; CR CR LF, which programs make of CR LF, is one."""

    def __init__(self) -> None:
        self._decoder = io.IncrementalNewlineDecoder(None, translate=True)
        self._held = ""

    def decode(self, piece: str, final: bool) -> str:
        """``piece`` with what was held back of the one before; carriage returns at its end wait for the next."""
        whole = self._held + piece
        kept = whole if final else whole.rstrip("\r")
        self._held = whole[len(kept) :]
        return self._decoder.decode(kept.replace("\r\r\n", "\r\n"), final=final)


class _Above:
    """Blanks the lines above a header as they pass."""

    def __init__(self, lines: int) -> None:
        self.lines = lines

    def blank(self, part: str) -> str:
        """``part`` without what stands on lines that are still above the header; their ends stay."""
        kept = []
        while self.lines and part:
            line, end, part = part.partition("\n")
            kept.append(end and ("\r\n" if line.endswith("\r") else "\n"))
            self.lines -= bool(end)
        return "".join(kept) + part


def not_encoded(path: Path, line: int, encoding: str) -> str:
    """The message for bytes that are not of ``encoding``."""
    other = "windows-1252" if encoding.startswith("utf-8") else "utf-8"
    return (
        f"{path.name}, line {line}: not {encoding}. If the file was written by an older Windows or mainframe program, "
        f"say `encoding: {other}` in its mapping; else export it again as UTF-8."
    )


def read_header(path: Path, file: FileFormat) -> list[str]:
    """The column names of a CSV file's first record.

    Raises `FileError` for an empty file and for bytes that are not of the stated encoding.
    """
    if file.encoding.startswith("utf-16"):
        return _utf16_header(path, file)
    head = _first_record(path, file.quote.encode(), file.header_row - 1)
    if not head.strip():
        what = "the file is empty" if file.header_row == 1 else f"line {file.header_row} is empty or beyond its end"
        raise FileError(f"{path.name}: {what}, without even a header; export it again")
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise FileError(
            f"{path.name}: is UTF-16; say `encoding: utf-16` in its mapping (under `file`), or save it as UTF-8"
        )
    encoding = "utf-8-sig" if file.encoding == "utf-8" else file.encoding
    try:
        decoded = head.decode(encoding)
    except UnicodeDecodeError as error:
        place = 1 + head[: error.start].count(b"\n")
        raise FileError(not_encoded(path, place, file.encoding)) from None
    return _split(io.StringIO(decoded, newline=""), path, file)


def _split(lines: io.StringIO, path: Path, file: FileFormat) -> list[str]:
    """The first record of ``lines``; raises `FileError` where a value of it has no end."""
    try:
        names = next(csv.reader(lines, **dialect(file)), [])
    except csv.Error as error:
        raise FileError(
            f"{path.name}, line {file.header_row}: cannot be split into column names: {error}. "
            "Look for a quote that is not closed, or say another `delimiter` in the mapping."
        ) from None
    return names[:-1] if file.trailing_delimiter and names and not names[-1].strip() else names


def _utf16_header(path: Path, file: FileFormat) -> list[str]:
    """As `read_header`, of a file whose characters are two bytes: its lines cannot be told by single bytes."""
    try:
        with path.open(encoding=file.encoding, newline="") as stream:
            head = stream.read(HEADER_BYTES)
    except UnicodeError:
        raise FileError(not_encoded(path, 1, file.encoding)) from None
    lines = io.StringIO(head.removeprefix("\ufeff"), newline="")
    for _ in range(file.header_row - 1):
        lines.readline()
    found = _split(lines, path, file)
    if not found:
        raise FileError(f"{path.name}: the file is empty, without even a header; export it again")
    return found


class Dialect(TypedDict):
    """What Python's reader of delimited text is told."""

    delimiter: str
    quotechar: str | None
    quoting: Literal[0, 3]


def dialect(file: FileFormat) -> Dialect:
    """``file`` in the words of Python's reader."""
    return Dialect(
        delimiter=file.delimiter,
        quotechar=file.quote or None,
        quoting=csv.QUOTE_MINIMAL if file.quote else csv.QUOTE_NONE,
    )


def physical_lines(path: Path) -> Iterator[bytes]:
    """The lines of ``path`` with their ends, whichever they are; raises `FileError` for one that no file has."""
    rest = b""
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            rest += chunk
            begins = 0
            for end in LINE_END.finditer(rest):
                # At the very end a \n may still follow.
                if not rest[end.start() : end.start() + 3].strip(b"\r") and end.start() + 3 > len(rest):
                    break
                yield rest[begins : end.end()]
                begins = end.end()
            rest = rest[begins:]
            if len(rest) > MAX_LINE_BYTES:
                raise FileError(
                    f"{path.name}: has a line longer than {MAX_LINE_BYTES:,} bytes: its line ends are missing, or it "
                    "is no text. Export it again."
                )
    if rest:
        yield rest


def chunks(path: Path, limit: int | None = None) -> Iterator[bytes]:
    """The file in pieces, up to ``limit`` bytes of it."""
    left = limit
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK if left is None else min(CHUNK, left)):
            left = None if left is None else left - len(chunk)
            yield chunk
