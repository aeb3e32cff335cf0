"""What the bytes of a file are: format, encoding, delimiter, line ends, where its header stands. Nothing is loaded.

Only the beginning of a file is held in memory. Its bytes are counted to the end where that is cheap.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np

from ingest.errors import FileError
from ingest.files import SUFFIXES
from ingest.mapping import FileFormat, TableMapping
from ingest.readers import Request, open_reading, read_header
from ingest.sql import NO_HIVE, file_text, text

HEAD_BYTES = 1 << 20
"""As much of a file's beginning as is held and split."""
CHEAP_BYTES = 1 << 28
"""Files up to here are read to their end where that settles a question."""
CHUNK = 1 << 22
SAMPLE_ROWS = 5000
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
LATIN = ("windows-1252", "iso-8859-15", "cp850", "cp437")
LETTERS_OF_TRADE = "àáâãäåæçèéêëìíîïñòóôõöøùúûüýÿœšžß"
FIRST_BYTES = 64
STARTS = {
    b"<?xml": "XML",
    b"PK\x03\x04": "zip or Excel",
    b"\x1f\x8b": "gzip",
    b"%PDF": "PDF",
    bytes.fromhex("d0cf11e0a1b11ae1"): "old Excel (.xls)",
    b"PAR1": "Parquet",
}
"""The first bytes of files that are no delimited text."""
RARE_LETTERS = "õýÿžšåæøìò"
"""Of two letters a byte may be, these are the less likely."""
MOST_TITLE_LINES = 50
MOST_COLUMNS = 4096
LONGEST_DATUM = 64
"""No amount and no day is longer."""
_IS_DATA = re.compile(
    r"[-+(€$£ ]*(\d+[.,]\d{1,2}|\d{1,3}([., ]\d{3})+([.,]\d+)?|\d{5,})[-)€$£ ]*|.*\d+[-/.]\d+[-/.]\d+.*"
)
_MOSTLY_DIGITS = re.compile(r"[\d\W]*\d[\d\W]*")


@dataclass(frozen=True)
class Encoding:
    """How text became bytes; ``options`` has several where nothing decides."""

    name: str
    ground: str
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Form:
    """A file as it stands."""

    format: str
    encoding: Encoding | None
    """Of text files only."""
    delimiter: str
    line_ends: str
    header_row: int
    """The line (or row of a sheet) the column names stand in, from 1; 0: there are none."""
    titles: tuple[str, ...]
    """What stands above the header."""
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    is_whole: bool
    """Whether ``rows`` are all the file has."""
    quoted_breaks: bool = False
    """Whether a quoted value goes over several lines."""

    @property
    def words(self) -> str:
        """Format, delimiter and encoding as a person says them."""
        if self.encoding is None:
            return f"{'an' if self.format[:1] in 'xoX' else 'a'} {self.format} file"
        split = f"{DELIMITERS[self.delimiter]}-separated text" if len(self.header) > 1 else "text of one column"
        return f"{split}, {self.encoding.ground}"

    @property
    def looked_at(self) -> str:
        """How much of the file the guesses rest on."""
        return f"all {len(self.rows):,} rows" if self.is_whole else f"the first {len(self.rows):,} rows"

    def column(self, position: int) -> list[str]:
        """The filled values of a column of the sample, trimmed."""
        cells = (row[position].strip() for row in self.rows if position < len(row))
        return [cell for cell in cells if cell]


def form_of(path: Path) -> Form:
    """Look at ``path``; raises `FileError` where it is empty or not what its suffix says."""
    kind = SUFFIXES.get(path.suffix.lower(), "csv")
    if kind == "xml":
        # Its columns are what a mapping makes of it.
        return Form("XML", None, ",", "", 0, (), (), (), True)
    if kind == "csv":
        other = _other_kind(path)
        return _form_of_text(path) if other is None else Form(other, None, ",", "", 0, (), (), (), True)
    header, rows, is_whole = _sample(path, kind)
    if kind == "xlsx":
        return _form_of_sheet(path, header, rows, is_whole)
    return Form(kind, None, ",", "", 1, (), tuple(name.strip() for name in header), tuple(rows), is_whole)


def _other_kind(path: Path) -> str | None:
    """What a file is that its suffix says nothing of and that is no delimited text, by its first bytes."""
    with path.open("rb") as stream:
        head = stream.read(FIRST_BYTES)
    plain = head.removeprefix(codecs.BOM_UTF8).lstrip()
    return next((kind for start, kind in STARTS.items() if head.startswith(start) or plain.startswith(start)), None)


def _form_of_text(path: Path) -> Form:
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    if not head.strip():
        raise FileError(f"{path.name}: the file is empty, without even a header; export it again")
    encoding = encoding_of(path)
    whole = path.stat().st_size <= HEAD_BYTES
    decoded = codecs.getincrementaldecoder(encoding.name)(errors="replace").decode(head)
    if not whole:
        # The last line may be cut in two: only what is whole is judged.
        decoded = decoded[: max(decoded.rfind("\n"), decoded.rfind("\r")) + 1] or decoded
    delimiter = delimiter_of(decoded)
    records, lines, breaks = _records(decoded, delimiter)
    header_at = _header_at(records)
    width = len(records[header_at]) if header_at is not None else max(map(len, records), default=0)
    if width > MOST_COLUMNS:
        raise FileError(
            f"{path.name}: has a line of {width:,} columns, more than any extract: look for missing line ends, "
            "or a quote that is not closed"
        )
    header = tuple(cell.strip() for cell in records[header_at]) if header_at is not None else ()
    start = header_at + 1 if header_at is not None else 0
    rows = tuple(tuple(record) for record in records[start:] if any(cell.strip() for cell in record))
    titles = records[:header_at] if header_at else []
    return Form(
        "csv",
        encoding,
        delimiter,
        _line_ends(path),
        lines[header_at] if header_at is not None else 0,
        tuple(" · ".join(cell for cell in record if cell.strip()) for record in titles if any(record)),
        header or tuple(f"column {number}" for number in range(1, width + 1)),
        rows,
        whole,
        breaks,
    )


def _form_of_sheet(path: Path, header: Sequence[str], rows: Sequence[tuple[str, ...]], is_whole: bool) -> Form:
    """The form of a sheet, which may have titles above its header; blank rows are not among ``rows``."""
    records = [list(header), *map(list, rows)]
    at = _header_at(records) or 0
    titles = tuple(" · ".join(cell for cell in record if cell.strip()) for record in records[:at])
    names = tuple(cell.strip() for cell in records[at])
    row = _row_of(path, names, at + 1)
    return Form("xlsx", None, ",", "", row, titles, names, tuple(map(tuple, records[at + 1 :])), is_whole)


def _row_of(path: Path, names: tuple[str, ...], first: int) -> int:
    """The row of the sheet, from ``first`` on, that holds ``names``."""
    for row in range(first, first + MOST_TITLE_LINES):
        try:
            found = read_header(path, FileFormat(format="xlsx", header_row=row))
        except FileError:
            continue
        if tuple(cell.strip() for cell in found)[: len(names)] == names:
            return row
    return first


def _sample(path: Path, kind: str) -> tuple[list[str], list[tuple[str, ...]], bool]:
    """Header and first rows of a file that is no text, as text, by the loader's own readers."""
    file = FileFormat.model_validate({"format": kind})
    header = read_header(path, file)
    with tempfile.TemporaryDirectory(prefix="encours-inspect-") as folder, duckdb.connect() as connection:
        if kind in {"parquet", "jsonl"}:
            # Their readers store a file whole; a look needs its beginning only.
            path = _beginning(connection, path, kind, Path(folder))
        request = Request(path, TableMapping(table="customers"), file, 0, Path(folder))
        reading = open_reading(connection, request)
        found = connection.execute(f"select * from {reading.relation} limit {SAMPLE_ROWS + 1}").fetchall()
    rows = [tuple("" if cell is None else str(cell) for cell in row[: len(header)]) for row in found]
    return header, rows[:SAMPLE_ROWS], len(rows) <= SAMPLE_ROWS


def _beginning(connection: duckdb.DuckDBPyConnection, path: Path, kind: str, folder: Path) -> Path:
    read = "read_parquet" if kind == "parquet" else "read_json"
    options = "" if kind == "parquet" else ", format = 'newline_delimited', maximum_depth = 1"
    copy = folder / f"beginning.{kind}"
    try:
        connection.execute(
            f"copy (select * from {read}({file_text(path)}, {NO_HIVE}{options}) limit {SAMPLE_ROWS + 1}) "
            f"to {text(str(copy))} "
            f"(format {'parquet' if kind == 'parquet' else 'json'})"
        )
    except duckdb.Error as error:
        raise FileError(f"{path.name}: cannot be read as {kind}: {error}") from None
    return copy


def encoding_of(path: Path) -> Encoding:
    """The encoding of a text file, by its byte-order mark, by whether it is UTF-8, else by which letters it gives."""
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    if head.startswith(codecs.BOM_UTF8):
        return Encoding("utf-8-sig", "UTF-8 with a byte-order mark")
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Encoding("utf-16", "UTF-16 with a byte-order mark")
    nulls = np.frombuffer(head[: len(head) // 2 * 2], dtype=np.uint8).reshape(-1, 2) == 0
    if len(nulls) and nulls.mean(axis=0).max() > 0.4:
        little = nulls.mean(axis=0)[1] > nulls.mean(axis=0)[0]
        return Encoding("utf-16-le" if little else "utf-16-be", "UTF-16 without a byte-order mark")
    high, is_utf8, whole = _high_bytes(path)
    how_far = "" if whole else f" in its first {CHEAP_BYTES >> 20} MiB"
    if not high:
        return Encoding("utf-8", f"UTF-8 (only ASCII characters{how_far}, the same in most encodings)")
    if is_utf8:
        return Encoding("utf-8", f"UTF-8{how_far}")
    return _latin(high, how_far)


def _high_bytes(path: Path) -> tuple[Counter[bytes], bool, bool]:
    """Bytes above ASCII with a neighbour on each side, whether all is UTF-8, and whether the file was read whole."""
    found: Counter[bytes] = Counter()
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8, read, before = True, 0, b" "
    with path.open("rb") as stream:
        while read < CHEAP_BYTES and (chunk := stream.read(CHUNK)):
            read += len(chunk)
            if is_utf8:
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError:
                    is_utf8 = False
            around = before + chunk + b" "
            places = np.flatnonzero(np.frombuffer(around, dtype=np.uint8) > 0x7F)
            # As many as tell: a file of accents need not be counted to the last.
            for place in places[:2000].tolist():
                if 0 < place < len(around) - 1 and sum(found.values()) < 20_000:
                    found[around[place - 1 : place + 2]] += 1
            before = chunk[-1:]
        whole = not stream.read(1)
    if is_utf8 and whole:
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            is_utf8 = False
    return found, is_utf8, whole


def _latin(high: Counter[bytes], how_far: str) -> Encoding:
    """The encoding of one byte a character whose letters fit their neighbours best."""
    scores = {name: sum(_plausible(part, name) * count for part, count in high.items()) for name in LATIN}
    best = max(scores.values())
    same = [name for name in LATIN if scores[name] >= best - 1e-9]
    read = {name: tuple(part[1:2].decode(name, errors="replace") for part in high) for name in same}
    chosen = same[0]
    example = next(iter(dict.fromkeys(read[chosen])))
    titles = {"windows-1252": "Windows-1252", "iso-8859-15": "ISO 8859-15", "cp850": "CP850", "cp437": "CP437"}
    alike = [titles[name] for name in same[1:] if read[name] == read[chosen]]
    words = f"not UTF-8, probably {titles[chosen]}: read so, letters such as '{example}' stand among letters{how_far}"
    if alike:
        words += f" ({', '.join(alike)} would read it alike)"
    options = tuple(name for name in same if read[name] != read[chosen])
    return Encoding(chosen, words, (chosen, *options) if options else ())


def _plausible(part: bytes, encoding: str) -> float:
    """How well the character in the middle of three fits the two beside it."""
    try:
        character = part[1:2].decode(encoding)
    except UnicodeDecodeError:
        return -5
    left, right = (chr(byte) if byte < 0x80 else "e" for byte in (part[0], part[2]))
    inside_word = left.isalpha() or right.isalpha()
    if character.lower() in LETTERS_OF_TRADE:
        if character.isupper() and (left.islower() or (right.islower() and left.isalpha())):
            return -1
        if character.islower() and left.isupper() and right.isupper():
            return -0.5
        return (1.5 if character.lower() in RARE_LETTERS else 2) if inside_word else 0.5
    if character in "€£§°«»–—’“”…·ºª²³\u00a0":
        return 0.2 if character in "’\u00a0°ºª" or not (left.isalpha() and right.isalpha()) else -2
    return -4 if "\u2500" <= character <= "\u259f" or character < "\u00a0" else -2


def delimiter_of(decoded: str) -> str:
    """The delimiter that splits most records into the same number of columns, above one."""

    def evenness(delimiter: str) -> tuple[float, int]:
        records, _, _ = _records(decoded[: HEAD_BYTES >> 3], delimiter)
        widths = Counter(len(record) for record in records[:500] if len(record) > 1)
        if not widths:
            return 0, 0
        width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
        return round(count / max(1, len(records[:500])), 1), width

    return max(DELIMITERS, key=evenness)


def _records(decoded: str, delimiter: str) -> tuple[list[list[str]], list[int], bool]:
    """The records, the physical line each begins on (from 1), and whether any goes over several lines."""
    records: list[list[str]] = []
    lines: list[int] = []
    before, breaks = 0, False
    reader = csv.reader(io.StringIO(decoded, newline=""), delimiter=delimiter)
    try:
        for record in reader:
            if any(cell.strip() for cell in record):
                records.append(record)
                lines.append(before + 1)
                breaks = breaks or reader.line_num > before + 1
            before = reader.line_num
    except csv.Error:
        # A stray quote may swallow what follows; what came before it tells enough.
        pass
    return records, lines, breaks


def _header_at(records: Sequence[Sequence[str]]) -> int | None:
    """The position of the column names: the first record as wide as the rows, all words. None: there is none."""
    if not records:
        return None
    filled = Counter(sum(bool(cell.strip()) for cell in record) for record in records[:500])
    usual = max((count for count in filled if count > 1), key=lambda count: (filled[count], count), default=1)
    for position, record in enumerate(records[: MOST_TITLE_LINES + 1]):
        cells = [cell.strip() for cell in record if cell.strip()]
        if len(cells) * 2 < usual or (usual > 1 and len(cells) < 2):
            continue
        if len({cell.casefold() for cell in cells}) * 10 < len(cells) * 9 or _has_data(cells):
            # Data without names above it, or a line of another kind that comes before them.
            if position == 0 and len(record) == len(records[min(1, len(records) - 1)]):
                return None
            continue
        return position
    return None


def _has_data(cells: Sequence[str]) -> bool:
    """Whether cells hold amounts, days or long numbers; some columns are called 31-60, or 2024."""
    cells = [cell[:LONGEST_DATUM] for cell in cells]
    short = [cell for cell in cells if _MOSTLY_DIGITS.fullmatch(cell)]
    return any(_IS_DATA.fullmatch(cell) for cell in cells) or len(short) * 2 > len(cells)


def _line_ends(path: Path) -> str:
    """How the lines of the beginning end."""
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES).replace(b"\x00", b"")
    pairs = head.count(b"\r\n")
    counts = {"CR LF": pairs, "LF": head.count(b"\n") - pairs, "CR": head.count(b"\r") - pairs}
    found = [name for name, count in counts.items() if count]
    return " and ".join(found) + (" mixed" if len(found) > 1 else "") if found else "none"
