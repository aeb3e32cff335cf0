"""Files that are no extracts, whatever their names say: told for what they are, with the way out."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from ingest.archives import GZIP_MAGIC, WORKBOOK_SUFFIXES, ZIP_MAGIC
from ingest.errors import FileError

OLD_OFFICE = bytes.fromhex("d0cf11e0a1b11ae1")
HEAD_BYTES = 1024

_EXPORT = "export the list itself, as delimited text (.csv) or as a workbook (.xlsx)"
_SIGNS = (
    (re.compile(rb"%PDF"), f"is a PDF, a picture of pages whose columns are gone; {_EXPORT}"),
    (re.compile(rb"\x89PNG|\xff\xd8\xff|GIF8|II\*\x00|MM\x00\*"), f"is a picture; {_EXPORT}"),
    (re.compile(rb"\{\\rtf"), f"is a text document (.rtf); {_EXPORT}"),
    (
        re.compile(
            rb"(\xef\xbb\xbf)?\s*(<!--.*?-->\s*)*(<!doctype html|<html|<head|<table)", re.IGNORECASE | re.DOTALL
        ),
        "is a web page, whatever its name says; open it in a spreadsheet and save it as .xlsx, or export it as .csv",
    ),
)
_PACKED = (
    (("word/document.xml",), f"is a Word document; {_EXPORT}"),
    (("ppt/presentation.xml",), f"is a presentation; {_EXPORT}"),
    (("xl/workbook.bin",), "is a binary workbook (.xlsb); save it as .xlsx"),
    (("xl/workbook.xml",), "is a workbook (.xlsx) under another name; give it its suffix back"),
)
_OPEN_DOCUMENTS = {
    "spreadsheet": "is an OpenDocument spreadsheet (.ods); save it as .xlsx",
    "text": f"is a text document (.odt); {_EXPORT}",
    "presentation": f"is a presentation (.odp); {_EXPORT}",
}


def refuse(path: Path, *, named: bool) -> None:
    """Raise `FileError` for a file that no mapping could read, with what it is and what to do instead.

    One found in a folder (not ``named``) is left to be left out, but for old workbooks, which are extracts.
    """
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    words = None
    if head.startswith(OLD_OFFICE):
        words = "is an old Excel file (.xls), or one protected by a password; save it as .xlsx without"
    elif named and head.startswith(ZIP_MAGIC):
        words = _packed(path)
    elif named:
        words = next((words for sign, words in _SIGNS if sign.match(head)), None)
        if words is None and path.suffix.lower() in WORKBOOK_SUFFIXES and not head.startswith(GZIP_MAGIC):
            # Its reader looks for the archive from the file's end, so what stands before it may be anything.
            words = (
                None
                if zipfile.is_zipfile(path)
                else "cannot be read as an Excel workbook, which it is called; save it as .xlsx"
            )
    if words is not None:
        raise FileError(f"{path.name}: {words}")


def _packed(path: Path) -> str | None:
    """What a zip file is that is neither an archive of extracts nor a workbook by its name."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            kind = archive.read("mimetype")[:200].decode("ascii", errors="replace") if "mimetype" in names else ""
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, EOFError):
        # Whoever unpacks it says what is wrong with it.
        return None
    found = re.fullmatch(r"application/vnd\.oasis\.opendocument\.(\w+)\s*", kind)
    if found is not None:
        return _OPEN_DOCUMENTS.get(found[1], f"is an office document; {_EXPORT}")
    is_workbook = path.suffix.lower() in {".xlsx", ".xlsm"}
    for parts, words in _PACKED:
        if names.issuperset(parts) and not (is_workbook and parts == ("xl/workbook.xml",)):
            return words
    return None
