"""Small ledgers made by construction, and the ways each format writes them down."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter
from hypothesis import strategies as st

HEADER = ("No", "Client", "Day", "Amount", "Text", "Cur")
WORDS = (
    "",
    "Müller AG",
    "a,b;c|d",
    'Say "yes"',
    "=cmd|' /C calc'!A0",
    "-7",
    "Æ",
    "one\ttwo",
    "'x",
    "  blanks  ",
    "NULL",
)
AMOUNTS = ("1.00", "-2.50", "1234.56", "0.01", "99999999.99", "0", "-0.10")
ODD_VALUES = (
    "",
    " ",
    "NULL",
    "1e5",
    "0x1F",
    "1_000.00",
    "1.005",
    "1.000",
    "١٢٣",
    "\uff11\uff12",
    "1,234.50",
    "1.234,50",
    "12.50-",
    "(12.50)",
    "--1",
    "+1.00",
    ".5",
    "5.",
    "€5.00",
    "5.00 EUR",
    "∞",
    "nan",
    "inf",
    "-",
    "9999999999999999999999.99",
    "12345678901234567.00",
    "2026-02-30",
    "2026-13-01",
    "0000-00-00",
    "1900-01-01",
    "2999-12-31",
    "9999-12-31",
    "20260105",
    "05/01/2026",
    "2026-1-5",
    "2026-01-05T00:00:00",
    "46027",
    "tomorrow",
    "infinity",
    "epoch",
    "\x00",
    "a\x00b",
    "\x1a",
    "\x1b[31m",
    "\ufeff",
    "\u200b1.00",
    "1.00\u00a0",
    "\u2028",
    "\x85",
    "\x0b",
    "\x0c",
    "é" * 40_000,
    "7" * 40_000,
    "𝄞",
    "'; drop table raw.invoices; --",
    "{}",
    "$1",
    "\\",
    "\\N",
    '"',
    '""',
    '"a',
    'a"b"c',
    "=1+1",
    "#row",
    "?",
    "%s%d%n",
)


@dataclass(frozen=True)
class Row:
    """An invoice: ``number`` and ``day`` make its key and its day."""

    number: int
    client: str
    day: int
    amount: str
    words: str

    def cells(self, day: Callable[[int], str], amount: Callable[[str], str]) -> list[str]:
        """Its cells in the order of `HEADER`."""
        return [f"DOC{self.number:04}", self.client, day(self.day), amount(self.amount), self.words, "EUR"]


ROWS = st.lists(
    st.builds(
        Row,
        number=st.integers(1, 9999),
        client=st.sampled_from(("C1", "C2", "é3")),
        day=st.integers(1, 28),
        amount=st.sampled_from(AMOUNTS),
        words=st.sampled_from(WORDS),
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda row: row.number,
)


@dataclass(frozen=True)
class Manner:
    """How a delimited file is written; also the `file` part of its mapping."""

    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    decimal_mark: str = "."
    thousands_mark: str = ""
    date_format: str = "%Y-%m-%d"
    line_end: str = "\n"
    all_quoted: bool = False
    bom: bool = False
    multiline: bool = False
    trim: bool = False
    trailing_delimiter: bool = False
    trailing_minus: bool = False
    lines_above: int = 0

    @property
    def keys(self) -> dict[str, object]:
        """The keys under `file` of a mapping that reads it."""
        return {
            "encoding": self.encoding,
            "delimiter": self.delimiter,
            "quote": self.quote,
            "decimal_mark": self.decimal_mark,
            "thousands_mark": self.thousands_mark,
            "date_format": self.date_format,
            "multiline": self.multiline,
            "trim": self.trim,
            "trailing_delimiter": self.trailing_delimiter,
            "trailing_minus": self.trailing_minus,
            "header_row": self.lines_above + 1,
        }

    def day(self, day: int) -> str:
        """A day of January 2026."""
        return self.date_format.replace("%Y", "2026").replace("%m", "01").replace("%d", f"{day:02}")

    def amount(self, amount: str) -> str:
        """An amount with this manner's marks."""
        whole, _, decimals = amount.partition(".")
        if self.thousands_mark and len(whole) == 4:
            whole = f"{whole[0]}{self.thousands_mark}{whole[1:]}"
        return f"{whole}{self.decimal_mark if decimals else ''}{decimals}"

    def line(self, cells: Sequence[str]) -> str:
        """Cells as a line without its end."""
        return self.delimiter.join(map(self.cell, cells)) + (self.delimiter if self.trailing_delimiter else "")

    def cell(self, value: str) -> str:
        """A cell, in quotes where it needs them."""
        if not self.quote:
            return value.replace(self.delimiter, " ")
        if self.all_quoted or self.delimiter in value or self.quote in value:
            return self.quote + value.replace(self.quote, self.quote * 2) + self.quote
        return value

    def encode(self, text: str) -> bytes:
        """Text in this manner's encoding; what that does not have becomes a question mark."""
        mark = "\ufeff" if self.bom and self.encoding.startswith(("utf-8", "utf-16-")) else ""
        codec = "utf-8" if self.encoding == "utf-8-sig" else self.encoding
        return (mark + text).encode(codec, errors="replace")


MANNERS = st.builds(
    Manner,
    encoding=st.sampled_from(
        ("utf-8", "utf-8", "utf-8-sig", "windows-1252", "iso-8859-15", "cp850", "utf-16", "utf-16-le", "utf-16-be")
    ),
    delimiter=st.sampled_from((",", ";", "\t", "|")),
    quote=st.sampled_from(('"', '"', "'", "")),
    line_end=st.sampled_from(("\n", "\r\n", "\r", "\r\r\n")),
    date_format=st.sampled_from(("%Y-%m-%d", "%d/%m/%Y", "%Y%m%d")),
    all_quoted=st.booleans(),
    bom=st.booleans(),
    multiline=st.booleans(),
    trim=st.booleans(),
    trailing_delimiter=st.booleans(),
    trailing_minus=st.booleans(),
    lines_above=st.sampled_from((0, 0, 0, 2)),
).flatmap(
    lambda manner: st.sampled_from(((".", ""), (",", ""), (".", ","), (",", "."), (",", " "))).map(
        lambda marks: Manner(**{**vars(manner), "decimal_mark": marks[0], "thousands_mark": marks[1]})
    )
)


def workbook(cells: Sequence[Sequence[object]]) -> bytes:
    """Cells as the only sheet of a workbook; numbers as numbers."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        # The same cells give the same bytes.
        book.set_properties({"created": datetime(2026, 1, 1, tzinfo=UTC)})
        page = book.add_worksheet()
        for line, row in enumerate(cells):
            for place, value in enumerate(row):
                if isinstance(value, str):
                    page.write_string(line, place, value)
                else:
                    page.write_number(line, place, value)
    return out.getvalue()


def parquet(cells: Sequence[Sequence[str]]) -> bytes:
    """Cells as a Parquet file of texts; the first row is the header."""
    out = io.BytesIO()
    header, *rows = cells
    arrays = [
        pa.array([row[place] if place < len(row) else None for row in rows], pa.string())
        for place in range(len(header))
    ]
    pq.write_table(pa.Table.from_arrays(arrays, names=list(header)), out)
    return out.getvalue()


def json_lines(cells: Sequence[Sequence[str]]) -> str:
    """Cells as JSON lines."""
    header, *rows = cells
    return "".join(json.dumps(dict(zip(header, row, strict=False)), ensure_ascii=False) + "\n" for row in rows)


def xml(cells: Sequence[Sequence[str]]) -> str:
    """Cells as an XML ledger of the form the tests' mapping reads."""
    header, *rows = cells
    docs = "".join(
        "<Doc>"
        + "".join(f"<{name}>{_escaped(value)}</{name}>" for name, value in zip(header, row, strict=False))
        + "</Doc>\n"
        for row in rows
    )
    head = '<?xml version="1.0" encoding="utf-8"?>\n<Ledger xmlns="urn:x"><Head><Company>é</Company></Head>\n'
    return f"{head}{docs}</Ledger>\n"


def _escaped(value: str) -> str:
    return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def packed(name: str, content: bytes, how: str) -> tuple[str, bytes]:
    """A file in an archive: its name and bytes."""
    if how == "gzip":
        return f"{name}.gz", gzip.compress(content, mtime=0)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content)
    return "list.zip", out.getvalue()
