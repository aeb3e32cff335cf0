"""Which of the encodings and delimiters a mapping allows a file has: found in its bytes, never assumed.

Programs write one format in several ways: a FEC comes tab- or bar-separated, as UTF-8, in a Windows or a DOS code
page. Only among what the mapping lists is a choice made, and the choice is told.
"""

from __future__ import annotations

import codecs
from pathlib import Path

from ingest.files import HEADER_BYTES, chunks, first_line
from ingest.mapping import Encoding, FileFormat

DOS_PAGES = ("cp850", "cp437")
# In a DOS code page the accented letters of Western languages lie where Windows-1252 has signs and ISO 8859-15
# control characters; in those two they lie where a DOS page has box drawings.
_DOS_LETTERS = bytes(code for code in range(0x80, 0x9B) if bytes([code]).decode("cp850").isalpha())
_WINDOWS_LETTERS = bytes(code for code in range(0xC0, 0x100) if bytes([code]).decode("windows-1252").isalpha())
# A euro sign, curly quotes, dashes and the ligature oe: in texts written under Windows, and no letters of a DOS page
# that French or German need.
_WINDOWS_SIGNS = bytes([0x8C, 0x91, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x9C])


def resolve(path: Path, file: FileFormat, *, whole: bool = True) -> FileFormat:
    """``file`` with the encoding and the delimiter that ``path`` has, of those ``file`` allows.

    With ``whole`` all bytes are looked at, else the beginning only, which is enough for a header.
    """
    changes: dict[str, object] = {}
    if file.other_encodings:
        changes["encoding"] = encoding_of(path, (file.encoding, *file.other_encodings), whole=whole)
    if file.other_delimiters:
        line = first_line(path)
        changes["delimiter"] = max((file.delimiter, *file.other_delimiters), key=lambda one: line.count(one.encode()))
    return file.model_copy(update={**changes, "other_encodings": (), "other_delimiters": ()}) if changes else file


def encoding_of(path: Path, allowed: tuple[Encoding, ...], *, whole: bool = True) -> Encoding:
    """The encoding of ``path`` among ``allowed``: UTF-8 where all its bytes are, else the code page of its letters.

    Of pages that its letters do not tell apart it is the first that is allowed.
    """
    counts = [0] * 256
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8 = True
    for chunk in chunks(path, limit=None if whole else HEADER_BYTES):
        high = chunk.translate(None, bytes(range(0x80)))
        for code in set(high):
            counts[code] += high.count(code)
        if is_utf8:
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                is_utf8 = False
    unicodes = [one for one in allowed if one.startswith("utf-8")]
    if is_utf8 and unicodes:
        return unicodes[0]
    pages = [one for one in allowed if one not in unicodes]
    if not pages:
        return allowed[0]
    return max(pages, key=lambda page: (_likelihood(page, counts), -pages.index(page)))


def _likelihood(page: str, counts: list[int]) -> int:
    """Characters that are letters (or signs of prose) in ``page``, less those that make no sense in it."""
    windows = sum(counts[code] for code in _WINDOWS_LETTERS)
    dos = sum(counts[code] for code in _DOS_LETTERS)
    signs = sum(counts[code] for code in _WINDOWS_SIGNS)
    if page in DOS_PAGES:
        return dos - windows
    controls = sum(counts[0x80:0xA0])
    if page == "iso-8859-15":
        # What stands there are control characters, which no text holds.
        return windows - 2 * controls
    return windows + signs - (controls - signs)


def told(before: FileFormat, found: FileFormat) -> str | None:
    """What was found, in words; None where the mapping left nothing to find, or the file is no text."""
    if not found.is_text:
        return None
    names = {"\t": "tab", "|": "vertical bar", ",": "comma", ";": "semicolon"}
    parts = []
    if before.other_encodings:
        parts.append(f"encoding {found.encoding}")
    if before.other_delimiters:
        parts.append(f"delimiter {names.get(found.delimiter, found.delimiter)}")
    return f"read with {', '.join(parts)}, as found in its bytes" if parts else None
