"""A draft mapping as YAML: every guess with its ground, and `undecided` in place of what nothing decides."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

from ingest.contract import TABLE_BY_NAME, Column, ColumnType
from ingest.proposal.form import Form, form_of
from ingest.proposal.tables import CUSTOMERS, LEDGER, SIDE, Guess, Proposal, propose, share_customers
from ingest.proposal.values import (
    READ_WITH,
    ColumnValues,
    DateForm,
    Marks,
    currencies,
    date_form,
    look,
    marks_of,
    usual_shape,
)
from ingest.proposal.words import vocabulary

UNDECIDED_TABLES = ("invoices", "payments", "allocations", "ledger_lines", "customers")
CODED = ("document_type", "payment_type", "status", "is_disputed")
CONSTANT_WORDS = {"document_type": "document_type", "payment_type": "document_type", "status": "status"}
MOST_CODES = 40
MONEY_TABLES = ("invoices", "payments", "allocations", LEDGER)
WIDTH = 46
"""Where the grounds stand, in characters from the left."""
NO_TYPES = frozenset({"payment", "deposit", "refund", "bounce"})
"""Kinds of items that are no invoices."""


@dataclass(frozen=True)
class Looked:
    """A file as far as it is understood."""

    path: Path
    form: Form
    columns: list[ColumnValues]
    proposal: Proposal
    dates: DateForm | None
    marks: Marks | None

    def values_of(self, header: str) -> list[str]:
        """The filled values of a column of the sample."""
        return self.form.column(self.form.header.index(header))


def look_at(paths: Sequence[Path]) -> list[Looked]:
    """Look at files that belong together: ids of a customers file tell the customer column of the others.

    Raises `FileError` for a file that cannot be read.
    """
    forms = [form_of(path) for path in paths]
    columns = [look(form) for form in forms]
    proposals = [propose(form.header, values) for form, values in zip(forms, columns, strict=True)]
    ids: set[str] = set()
    for form, proposal in zip(forms, proposals, strict=True):
        source = proposal.sources.get("customer_id") if proposal.table == CUSTOMERS else None
        if source is not None:
            ids.update(form.column(form.header.index(source)))
    looked = []
    for path, form, values, by_name in zip(paths, forms, columns, proposals, strict=True):
        cells = {name: form.column(position) for position, name in enumerate(form.header)} if ids else {}
        proposal = share_customers(by_name, cells, frozenset(ids))
        dated = _used(form, values, proposal, ColumnType.DATE) or [each for each in values if each.shapes]
        amounts = _used(form, values, proposal, ColumnType.AMOUNT) or [
            each for each in values if "amount" in each.kinds
        ]
        looked.append(Looked(path, form, values, proposal, date_form(path, form, dated), marks_of(form, amounts)))
    return looked


def _used(form: Form, values: Sequence[ColumnValues], proposal: Proposal, kind: ColumnType) -> list[ColumnValues]:
    """The columns that are proposed for canonical columns of ``kind``."""
    if proposal.table is None:
        return []
    target = TABLE_BY_NAME[proposal.table]
    headers = {
        option
        for guess in proposal.guesses
        if target.column_by_name[guess.column].type is kind
        for option in guess.options
    }
    return [column for column in values if form.header[column.position] in headers]


def draft(looked: Sequence[Looked], name: str) -> str:
    """The draft of one mapping for all files of ``looked``; ``name`` becomes a valid name of a source."""
    files = printable(", ".join(each.path.name for each in looked))
    lines = [
        f"# A draft for {files}, made by `encours inspect`. It is a guess: nothing is loaded by it as it stands.",
        "#",
        "# 1. Put one value in place of each `{undecided: [...]}`.",
        "# 2. Hold every other line against the file; the comment behind it is the ground of the guess.",
        "# 3. Set `confirmed: true`.",
        "#",
        f"# Then: encours load {files.replace(',', '')} --source THIS_FILE.yml --as-of YYYY-MM-DD",
        f"name: {source_name(name)}",
        f"description: {_scalar(f'Draft from {files}.')}",
        "confirmed: false",
        *_base_currency(looked),
        "",
        "file:",
        *_indent(_file(looked[0]), 2),
        "",
        "tables:",
    ]
    for each in looked:
        differs = _differing(_file(looked[0]), _file(each)) if each is not looked[0] else []
        lines += _indent(_tables(each, differs, several=len(looked) > 1), 2)
    return "\n".join(lines) + "\n"


def _differing(first: Sequence[str], own: Sequence[str]) -> list[str]:
    """What a file's settings say other than the source's, with what they must take back of these."""
    keys = {line.partition(":")[0] for line in own}
    back = {"header_row": "1", "thousands_mark": '""', "multiline": "false"}
    said = {line.partition(":")[0] for line in first} - keys
    lines = [line for line in own if line not in first]
    if "thousands_mark" in said and "decimal_mark" not in keys:
        said.discard("thousands_mark")
    return lines + [_line(key, value, "not as in the first file") for key, value in back.items() if key in said]


def source_name(name: str) -> str:
    """``name`` as the name of a source: small letters, digits, `_`."""
    plain = "_".join(re.findall(r"[a-z0-9]+", name.casefold())).lstrip("0123456789_")
    return plain or "draft"


def _base_currency(looked: Sequence[Looked]) -> list[str]:
    """The currency of the books: nothing in a file says it for sure, but files of one currency hint at it."""
    if not any(each.proposal.table in (*MONEY_TABLES, None) for each in looked):
        return []
    found: Counter[str] = Counter()
    for each in looked:
        header = each.proposal.sources.get("currency")
        if header is not None:
            found.update(cell for cell in each.values_of(header) if cell in currencies())
    ground = "the currency the books are kept in; an entities file can say it instead"
    if len(found) == 1:
        return [_line("base_currency", next(iter(found)), f"all documents looked at are in it: {ground}")]
    return [_line("base_currency", _undecided([code for code, _ in found.most_common(5)]), ground)]


def _file(looked: Looked) -> list[str]:
    form = looked.form
    lines = []
    if form.format != "csv":
        lines.append(_line("format", form.format, "by the file's suffix"))
    elif form.encoding is not None:
        encoding = form.encoding
        value = _undecided(encoding.options) if encoding.options else encoding.name
        lines.append(_line("encoding", value, encoding.ground))
        lines.append(_line("delimiter", json.dumps(form.delimiter), f"splits the rows into {len(form.header)} columns"))
    if form.header_row > 1:
        above = "; ".join(form.titles)[:60]
        lines.append(_line("header_row", str(form.header_row), f"above it: {above}" if above else "blank above it"))
    if form.quoted_breaks:
        lines.append(_line("multiline", "true", "a quoted value goes over several lines"))
    if looked.marks is not None and _reads(looked, ColumnType.AMOUNT):
        marks = looked.marks
        value = json.dumps(marks.options[0]) if len(marks.options) == 1 else _undecided(marks.options)
        lines.append(_line("decimal_mark", value, marks.ground))
        if marks.thousands:
            lines.append(_line("thousands_mark", json.dumps(marks.thousands, ensure_ascii=False), "parts thousands"))
        for odd in marks.oddities:
            key = READ_WITH.get(odd.partition(" (")[0])
            if key is not None:
                lines.append(_line(key, "true", odd))
            else:
                lines.append(printable(f"# Not read by the loader, such rows are rejected: {odd}"))
    if looked.dates is not None and _reads(looked, ColumnType.DATE):
        options = looked.dates.options
        value = json.dumps(options[0]) if len(options) == 1 else _undecided(options)
        lines.append(_line("date_format", value, looked.dates.ground))
        if len(options) > 1:
            lines += [f"# A hint that decides nothing: {words}" for words in _days_in_order(looked, options)]
    return lines


def _reads(looked: Looked, kind: ColumnType) -> bool:
    """Whether the draft reads a column of ``kind``: how others are written need not be said."""
    return looked.proposal.table is None or bool(_used(looked.form, looked.columns, looked.proposal, kind))


def _days_in_order(looked: Looked, options: Sequence[str]) -> Iterator[str]:
    """How many rows would be due before their own day, by each way of reading days."""
    sources = looked.proposal.sources
    start, end = sources.get("invoiced_on") or sources.get("posted_on"), sources.get("due_on")
    if start is None or end is None:
        return
    at, until = looked.form.header.index(start), looked.form.header.index(end)
    for option in options:
        pairs = [
            (_day(row[at], option), _day(row[until], option)) for row in looked.form.rows if max(at, until) < len(row)
        ]
        both = [(day, due) for day, due in pairs if day is not None and due is not None]
        early = sum(due < day for day, due in both)
        yield f"read as {option}, {early} of {len(both)} rows are due before their day"


def _day(cell: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(cell.strip(), form).replace(tzinfo=UTC)
    except ValueError:
        return None


def _tables(looked: Looked, differs: Sequence[str], several: bool) -> list[str]:
    proposal = looked.proposal
    if proposal.table is None:
        return [
            _line("- table", _undecided(UNDECIDED_TABLES), proposal.says),
            *_indent([_line("kind", _undecided(("full", "delta")), _KIND), "columns: {}"], 2),
            *_indent(_unread(looked), 4),
        ]
    sides = SIDE if proposal.side is not None else (None,)
    lines: list[str] = []
    for side in sides:
        lines += [_line("- table", proposal.table, proposal.says)]
        body = [_line("kind", _undecided(_kinds(looked)), _KIND + _all_open(looked))]
        if several or side is not None:
            # Several tables find their files by name; digits may differ from file to file.
            pattern = "".join(r"\d+" if part.isdigit() else re.escape(part) for part in _parts(looked.path.name))
            body.append(_line("file_name", f"'^{pattern}$'", "the file's name, with any digits"))
        if differs:
            body += ["file:", *_indent(list(differs), 2)]
        body += ["columns:", *_indent(_columns(looked, side), 2)]
        body += _values(looked)
        body += _sign(looked)
        body += _filters(looked, side)
        lines += _indent(body, 2)
        if side is sides[0]:
            lines += _indent(_unread(looked), 4)
    return lines


_KIND = "full: each file is the whole picture; delta: new and changed rows. No file tells which"


def _all_open(looked: Looked) -> str:
    """Words for a file all of whose rows are open, as in a list of open items."""
    header = next((m.header for m in looked.proposal.meanings if m.concept == "open_amount"), None)
    if header is None or looked.marks is None or len(looked.marks.options) > 1 or len(_kinds(looked)) < 3:
        return ""
    cells = looked.values_of(header)
    if not cells or len(cells) < len(looked.form.rows) or any(not _number(cell, looked.marks) for cell in cells):
        return ""
    return f"; '{header}' is zero in none of {looked.form.looked_at}, as in a list of what is open"


def _kinds(looked: Looked) -> tuple[str, ...]:
    """The kinds a file may be of; a list of what is open is one of its own."""
    is_open = looked.proposal.table == "invoices" and any(
        meaning.concept == "open_amount" and meaning.header in looked.proposal.sources.values()
        for meaning in looked.proposal.meanings
    )
    return ("full", "delta", "open_items") if is_open else ("full", "delta")


def _columns(looked: Looked, side: str | None) -> Iterator[str]:
    other = {"debit": "credit", "credit": "debit"}.get(side or "", "")
    for guess in looked.proposal.guesses:
        if other and guess.column in {other, f"base_{other}"}:
            continue
        value = _scalar(guess.header) if guess.header is not None else _undecided(guess.options)
        yield _line(guess.column, value, _ground(looked, guess))


def _ground(looked: Looked, guess: Guess) -> str:
    """The ground of a guess, and what stands in the column."""
    parts = [guess.ground]
    if guess.header is None:
        return guess.ground
    column = looked.columns[looked.form.header.index(guess.header)]
    if not column.filled:
        if looked.form.rows:
            parts.append(f"empty in {looked.form.looked_at}")
    elif column.kinds:
        kinds = {"date": "days", "amount": "numbers", "currency": "currency codes", "flag": "yes and no"}
        names = [kinds[kind] for kind in ("currency", "date", "flag", "amount") if kind in column.kinds]
        parts.append(f"its values are {names[0]}")
    if looked.dates is not None and column.shapes:
        odd = _other_date_form(looked, column)
        if odd:
            parts.append(odd)
    return "; ".join(parts)


def _other_date_form(looked: Looked, column: ColumnValues) -> str:
    """Words for a column whose days are written otherwise than most, which one date format cannot read."""
    usual = usual_shape(each for each in looked.columns if each in _used_dates(looked))
    return "" if column.shapes <= {usual} else f"some of its days are written otherwise ({column.example}): rejected"


def _used_dates(looked: Looked) -> list[ColumnValues]:
    used = _used(looked.form, looked.columns, looked.proposal, ColumnType.DATE)
    return [column for column in used if column.shapes]


def _values(looked: Looked) -> list[str]:
    """What codes mean, where the column is one of few known ones."""
    lines: list[str] = []
    target = TABLE_BY_NAME[looked.proposal.table or ""]
    for name in CODED:
        header = looked.proposal.sources.get(name)
        column = target.column_by_name.get(name)
        if header is None or column is None:
            continue
        codes = Counter(looked.values_of(header))
        if not codes or len(codes) > MOST_CODES:
            continue
        lines.append(f"{name}:")
        lines += _indent([_code(looked, column, code, count) for code, count in codes.most_common()], 2)
    return ["values:", *_indent(lines, 2)] if lines else []


def _code(looked: Looked, column: Column, code: str, count: int) -> str:
    table = looked.proposal.table
    allowed = column.values or ("true", "false")
    kind = "boolean" if column.type is ColumnType.BOOLEAN else CONSTANT_WORDS[column.name]
    found = vocabulary().code(kind, code)
    rows = f"{count} row{'s' if count > 1 else ''} looked at"
    if found is None:
        return _line(_scalar(code), _undecided(allowed), f"a code no word list knows; {rows}")
    meaning, language = found
    if meaning not in allowed:
        if table == "invoices" and meaning in NO_TYPES:
            words = f"reads as {meaning} ({language}), which is no invoice: dropped below; {rows}"
            return f"# {printable(_scalar(code))} {words}"
        return _line(_scalar(code), _undecided(allowed), f"reads as {meaning} ({language}), not allowed here; {rows}")
    return _line(_scalar(code), meaning, f"a word for it ({language}); {rows}")


def _filters(looked: Looked, side: str | None) -> list[str]:
    """Rows to keep or drop: the other side's, and payments among invoices."""
    lines: list[str] = []
    proposal = looked.proposal
    if side is not None and proposal.side is not None:
        codes = Counter(looked.values_of(proposal.side))
        known = vocabulary().sides
        kept = [code for code in codes if known.get(code.casefold()) == side]
        strange = [code for code in codes if code.casefold() not in known]
        value = f"[{', '.join(map(_scalar, kept))}]" if kept and not strange else _undecided(sorted(codes))
        lines.append(f"- column: {_scalar(proposal.side)}")
        lines.append(f"  {_line('keep', value, f'the codes of {side}; the other side is the other table')}")
    header = proposal.sources.get("document_type") if proposal.table == "invoices" else None
    if header is not None:
        drop = [
            code
            for code in Counter(looked.values_of(header))
            if (found := vocabulary().code("document_type", code)) is not None and found[0] in NO_TYPES
        ]
        if drop:
            lines.append(f"- column: {_scalar(header)}")
            words = f"drop: [{', '.join(map(_scalar, drop))}]"
            lines.append(f"  {words}  # no invoices; their payments need a table `payments` of their own")
    result = ["filters:", *_indent(lines, 2)] if lines else []
    if side is not None:
        result.append(_line("slice", f"{{period: {side}}}", "keeps the two sides of a file apart"))
    return result


def _sign(looked: Looked) -> list[str]:
    """Whether credit notes come negative, by the rows whose code says so."""
    sources = looked.proposal.sources
    amount, kind = sources.get("amount"), sources.get("document_type")
    if looked.proposal.table != "invoices" or amount is None or looked.marks is None or len(looked.marks.options) > 1:
        return []
    at = looked.form.header.index(amount)
    if kind is None:
        negative = sum(cell.startswith("-") for cell in looked.form.column(at))
        if negative:
            return [_line("sign", "as_given", f"{negative} amounts are negative: taken for credit notes")]
        return []
    kinds = looked.form.header.index(kind)
    signs: Counter[bool] = Counter()
    for row in looked.form.rows:
        if max(at, kinds) < len(row):
            found = vocabulary().code("document_type", row[kinds].strip())
            number = _number(row[at], looked.marks)
            if found is not None and found[0] in {"credit_note", "write_off"} and number:
                signs[number < 0] += 1
    if len(signs) == 2:
        words = f"credit notes are negative in {signs[True]} rows and positive in {signs[False]}"
        return [_line("sign", _undecided(("as_given", "by_type")), words)]
    if signs[False]:
        return [_line("sign", "by_type", f"{signs[False]} credit notes come positive and are turned round")]
    if signs[True]:
        return [_line("sign", "as_given", f"{signs[True]} credit notes come negative")]
    return [_line("sign", _undecided(("as_given", "by_type")), "no credit note among the rows looked at")]


def _number(cell: str, marks: Marks) -> Decimal | None:
    plain = cell.strip().replace(marks.thousands, "") if marks.thousands else cell.strip()
    try:
        return Decimal(plain.replace(marks.options[0], "."))
    except InvalidOperation:
        return None


def _unread(looked: Looked) -> list[str]:
    if not looked.proposal.unread:
        return []
    lines = ["# Not read:"]
    for unread in looked.proposal.unread:
        column = looked.columns[looked.form.header.index(unread.header)]
        seen = f", as {column.example}" if column.filled and len(column.example) < 30 else ""
        lines.append(printable(f"#   {unread.header}: {unread.why}{seen}"))
    return lines


def _parts(name: str) -> list[str]:
    return re.findall(r"\d+|\D+", name)


def _undecided(options: Sequence[str]) -> str:
    return f"{{undecided: [{', '.join(map(_scalar, options))}]}}"


def _line(key: str, value: str, ground: str) -> str:
    return f"{f'{key}: {value}':<{WIDTH}}  # {printable(' '.join(ground.split()))}"


def _scalar(value: str) -> str:
    """``value`` as a YAML scalar that is read back as it stands."""
    simple = re.fullmatch(r"[^\W\d_][\w./-]*( [\w./()-]+)*\.?", value)
    if simple and value not in {"true", "false", "null"} and value.isprintable():
        return value
    quoted = json.dumps(value, ensure_ascii=False)
    return "".join(sign if sign.isprintable() else f"\\U{ord(sign):08x}" for sign in quoted)


def printable(text: str) -> str:
    """``text`` for comments and terminals: control characters, which could end a line or steer a terminal, replaced."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in text)


def _indent(lines: Iterator[str] | Sequence[str], width: int) -> list[str]:
    return [" " * width + line for line in lines]


def facts(looked: Looked) -> Mapping[str, str]:
    """What the file is, one fact a name, for a person."""
    form = looked.form
    said = {"format": form.words}
    if form.line_ends:
        said["line ends"] = form.line_ends
    if not form.header:
        return said
    said["header"] = "none: the first line holds data already" if not form.header_row else f"line {form.header_row}"
    if form.titles:
        said["header"] += f", below {len(form.titles)} of titles ({'; '.join(form.titles)[:60]})"
    if looked.marks is not None:
        marks = looked.marks
        words = " or ".join(map(repr, marks.options))
        said["decimal mark"] = f"{'undecided: ' if len(marks.options) > 1 else ''}{words}, {marks.ground}"
        if marks.thousands:
            said["thousands mark"] = repr(marks.thousands)
        if marks.oddities:
            said["numbers"] = f"written with {', '.join(marks.oddities)}"
    if looked.dates is not None:
        dates = looked.dates
        words = " or ".join(dates.options)
        said["dates"] = f"{'undecided: ' if len(dates.options) > 1 else ''}{words}; {dates.ground}"
    said["looked at"] = form.looked_at
    return said
