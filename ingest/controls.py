"""Control totals: what the sender says a file holds, in a file beside it, in its last line, or in the mapping."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from ingest.column_source import fold
from ingest.errors import ControlError, FileError, nearest
from ingest.files import Extract
from ingest.mapping import ControlFile, ControlTotals, FileFormat, Mapping, Trailer
from ingest.report import NOTHING
from ingest.stage import Stage, StagedFile

LAST_LINE_BYTES = 1 << 16
"""A trailer is a short line: it is looked for in as much of the file's end."""

_AMOUNT = re.compile(r"[+-]?[0-9]{1,24}([.][0-9]{0,24})?")
"""What Python's decimals take beside it, an exponent among them, no sender of totals writes."""

ANY = ""
"""The currency of a total that is given for all currencies together."""


@dataclass
class Expected:
    """What a control says of one file."""

    place: str
    """Where it says so, in words."""
    rows: int | None = None
    amounts: dict[str, Decimal] = field(default_factory=dict)
    """By currency; under `ANY` the total of all."""


def control_files(extracts: Iterable[Extract], mapping: Mapping | None) -> set[Path]:
    """The control files that ``mapping`` expects beside ``extracts``: they are none themselves."""
    if mapping is None:
        return set()
    rules = [control.file for table in mapping.tables for control in table.control_totals if control.file is not None]
    return {_beside(each.companions, each.path, rule).resolve() for each in extracts for rule in rules}


def without_trailer(path: Path, controls: Sequence[ControlTotals], file: FileFormat, folder: Path) -> Path:
    """``path`` itself, or where a control is its last line a copy in ``folder`` without that line.

    Raises `ControlError` where the last line is no trailer: then the file broke off.
    """
    trailer = next((control.trailer for control in controls if control.trailer is not None), None)
    if trailer is None or file.format != "csv":
        return path
    last, begins = _last_line(path, file)
    if not _values(last, file)[:1] == [trailer.starts]:
        raise ControlError(
            f"{path.name}: its last line should be the trailer that begins with '{trailer.starts}', and is "
            f"'{last[:80]}'. The file broke off, or is of another kind; export it again."
        )
    copy = folder / f"without-trailer-{len(list(folder.iterdir()))}" / path.name
    copy.parent.mkdir()
    with path.open("rb") as whole, copy.open("wb") as part:
        left = begins
        while left:
            chunk = whole.read(min(left, 1 << 22))
            if not chunk:
                break
            part.write(chunk)
            left -= len(chunk)
    return copy


def check(stage: Stage) -> None:
    """Raise `ControlError` where a file of ``stage``, whose totals are measured, is not what its control says."""
    for staged in stage.files:
        for control in staged.table.control_totals:
            for expected in _expected(staged, control):
                _hold(staged, control, expected)


def _expected(staged: StagedFile, control: ControlTotals) -> list[Expected]:
    found = []
    if control.rows is not None or control.amount is not None:
        given = control.amount if isinstance(control.amount, dict) else {ANY: control.amount}
        amounts = {
            currency: _number(value, FileFormat(), "control_totals.amount")
            for currency, value in given.items()
            if value is not None
        }
        found.append(Expected(f"mapping {staged.mapping.name}", control.rows, amounts))
    if control.file is not None:
        found.append(_from_file(staged, control.file))
    if control.trailer is not None:
        found.append(_from_trailer(staged, control.trailer))
    return found


def _hold(staged: StagedFile, control: ControlTotals, expected: Expected) -> None:
    column = control.of or staged.table.target.control_amount
    result = staged.result
    # What a printed list holds beside its items is not part of what it comes to.
    apart = {"vanished", "filtered"} if staged.table.printed is not None else {"vanished"}
    rows_found = result.rows_read + (0 if "filtered" in apart else result.rows_filtered)
    lines = []
    if expected.rows is not None and expected.rows != rows_found:
        lines.append(
            f"rows: {expected.rows:,} expected, {rows_found:,} found, difference {rows_found - expected.rows:,}"
        )
    totals = {currency: total for (name, currency), total in result.totals.items() if name == column}
    amounts = {
        currency: total.written if control.sign == "as_written" else total.amount_of(*total.amounts.keys() - apart)
        for currency, total in totals.items()
    }
    if set(expected.amounts) == {ANY}:
        amounts = {ANY: sum(amounts.values(), NOTHING)}
    if expected.amounts:
        for currency in sorted({*expected.amounts, *(name for name, total in amounts.items() if total)}):
            wanted, there = expected.amounts.get(currency, NOTHING), amounts.get(currency, NOTHING)
            if wanted != there:
                named = f"{column} {currency}".strip()
                lines.append(f"{named}: {wanted:,} expected, {there:,} found, difference {there - wanted:,}")
    if not lines:
        return
    unknown = sum(total.unknown for total in totals.values())
    hint = f" The amounts of {unknown:,} rejected rows cannot be read and are not in it." if unknown else ""
    raise ControlError(
        f"{result.file}: does not agree with its control totals ({expected.place}):\n"
        + "".join(f"  {line}\n" for line in lines)
        + f"Nothing was loaded.{hint} Export file and control anew, from one and the same moment."
    )


def _beside(folder: Path, path: Path, rule: ControlFile) -> Path:
    return folder / rule.name.replace("{stem}", path.stem).replace("{name}", path.name)


def _from_file(staged: StagedFile, rule: ControlFile) -> Expected:
    path = _beside(staged.companions, staged.path, rule)
    if not path.is_file():
        raise ControlError(
            f"{staged.path.name}: its control file {path.name} is not beside it (mapping {staged.mapping.name}, "
            "control_totals.file). Copy it there; without it nobody can say that the extract is whole."
        )
    updates = {key: value for key, value in (("delimiter", rule.delimiter), ("encoding", rule.encoding)) if value}
    form = staged.file.model_copy(update=updates)
    try:
        text = path.read_text(encoding="utf-8-sig" if form.encoding == "utf-8" else form.encoding)
    except UnicodeDecodeError:
        raise ControlError(f"{path.name}: is not {form.encoding}; say control_totals.file.encoding") from None
    try:
        records = [row for row in csv.reader(io.StringIO(text), delimiter=form.delimiter, quotechar=form.quote) if row]
    except csv.Error as error:
        raise ControlError(f"{path.name}: cannot be split into columns: {error}") from None
    header = [fold(name) for name in records[0]] if records else []
    position = {}
    for key in ("rows", "amount", "currency", "file"):
        wanted = getattr(rule, key)
        if wanted is not None and fold(wanted) not in header:
            hint = nearest(wanted, records[0] if records else [])
            raise ControlError(f"{path.name}: has no column '{wanted}'{hint} (control_totals.file.{key})")
        if wanted is not None:
            position[key] = header.index(fold(wanted))
    expected, rows = Expected(path.name), 0
    mine = [
        row
        for row in records[1:]
        if "file" not in position or _cell(row, position["file"]) in {staged.path.name, staged.path.stem}
    ]
    if not mine:
        raise ControlError(f"{path.name}: has no line for {staged.path.name}")
    for row in mine:
        if "rows" in position:
            rows += _count(_cell(row, position["rows"]), path.name)
        if "amount" in position:
            currency = _cell(row, position["currency"]) if "currency" in position else ANY
            amount = _number(_cell(row, position["amount"]), form, path.name)
            expected.amounts[currency] = expected.amounts.get(currency, NOTHING) + amount
    expected.rows = rows if "rows" in position else None
    return expected


def _from_trailer(staged: StagedFile, trailer: Trailer) -> Expected:
    values = _values(_last_line(staged.path, staged.file)[0], staged.file)
    place = f"the last line of {staged.path.name}"
    expected = Expected(place)
    if trailer.rows is not None:
        expected.rows = _count(_cell(values, trailer.rows - 1), place)
    if trailer.amount is not None:
        currency = _cell(values, trailer.currency - 1) if trailer.currency is not None else ANY
        expected.amounts[currency] = _number(_cell(values, trailer.amount - 1), staged.file, place)
    return expected


def _last_line(path: Path, file: FileFormat) -> tuple[str, int]:
    """The last line that is not blank, without its end, and the byte it begins at."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        start = max(0, size - LAST_LINE_BYTES)
        stream.seek(start)
        end = stream.read().rstrip(b"\r\n\t ")
    begins = max(end.rfind(b"\n"), end.rfind(b"\r")) + 1
    encoding = "utf-8-sig" if file.encoding == "utf-8" else file.encoding
    try:
        return end[begins:].decode(encoding), start + begins
    except UnicodeDecodeError:
        raise FileError(f"{path.name}: its last line is not {file.encoding}") from None


def _values(line: str, file: FileFormat) -> list[str]:
    values = next(csv.reader([line], delimiter=file.delimiter, quotechar=file.quote), [])
    return [value.strip() for value in values]


def _cell(row: Sequence[str], position: int) -> str:
    return row[position].strip() if position < len(row) else ""


def _count(value: str, place: str) -> int:
    if re.fullmatch(r"[0-9]{1,18}", value) is None:
        raise ControlError(f"{place}: '{value[:80]}' is no number of rows")
    return int(value)


def _number(value: str, file: FileFormat, place: str) -> Decimal:
    value = _with_minus(value, file)
    plain = value.replace(file.thousands_mark, "") if file.thousands_mark else value
    plain = plain if file.decimal_mark == "." else plain.replace(",", ".")
    if file.trailing_minus and plain.endswith("-"):
        plain = f"-{plain[:-1]}"
    if _AMOUNT.fullmatch(plain) is None:
        raise ControlError(f"{place}: '{value[:80]}' is no amount written with decimal mark {file.decimal_mark}")
    return Decimal(plain)


def _with_minus(value: str, file: FileFormat) -> str:
    """What `ingest.typing_sql.with_minus` makes of the amounts of rows."""
    if file.parentheses and re.fullmatch(r"\( *[0-9].*\)", value):
        return f"-{value[1:-1].strip()}"
    for mark, sign in ((file.credit_mark, "-"), (file.debit_mark, "")):
        if mark and value.endswith(mark) and value[:1].isdigit():
            return sign + value.removesuffix(mark).strip()
    return value
