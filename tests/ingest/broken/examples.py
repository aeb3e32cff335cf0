"""Broken files of every format, each loaded and held to its account."""

from __future__ import annotations

import csv
import io
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import yaml
from hypothesis import event
from hypothesis import strategies as st

from ingest.report import LoadReport
from tests.ingest.broken import account, damage, tables
from tests.ingest.broken.account import Warehouse

Draw = st.DataObject
BUILT_IN = Path(__file__).resolve().parents[3] / "ingest" / "sources"
SAMPLES = Path(__file__).resolve().parents[3] / "docs" / "sources" / "samples"
COLUMNS = {
    "invoice_id": "No",
    "customer_id": "Client",
    "posted_on": "Day",
    "amount": "Amount",
    "reference": "Text",
    "currency": "Cur",
}
FEC_COLUMNS = (
    "JournalCode JournalLib EcritureNum EcritureDate CompteNum CompteLib CompAuxNum CompAuxLib PieceRef PieceDate "
    "EcritureLib Debit Credit EcritureLet DateLet ValidDate Montantdevise Idevise"
)


def own_mapping(file: dict[str, object], **of_table: object) -> bytes:
    """A mapping of the tests' own ledger, as YAML."""
    content = {
        "name": "own",
        "description": "Own.",
        "base_currency": "EUR",
        "file": file,
        "tables": [{"table": "invoices", "columns": COLUMNS, **of_table}],
    }
    return yaml.safe_dump(content, allow_unicode=True).encode()


def _cells(data: Draw, manner: tables.Manner) -> list[list[str]]:
    """A header and drawn rows, as they are written in ``manner``."""
    return [list(tables.HEADER), *(row.cells(manner.day, manner.amount) for row in data.draw(tables.ROWS))]


def _broken_cells(data: Draw, table: list[list[str]], most: int = 2) -> list[list[str]]:
    for _ in range(data.draw(st.integers(0, most))):
        table = data.draw(damage.in_cells(table))
    return table


def _broken_bytes(data: Draw, content: bytes) -> bytes:
    return data.draw(damage.in_bytes(content)) if data.draw(st.booleans()) else content


def _loaded(at: Warehouse, path: Path, source: Path | str) -> LoadReport | None:
    """The report of a load; none where it was refused, in words."""
    outcome = at.load(path, source)
    event("loaded" if outcome.report is not None else f"refused: {_kind(outcome.said)}")
    return outcome.report


def delimited(data: Draw) -> None:
    """CSV in any manner, broken in its cells, its lines and its bytes."""
    manner = data.draw(tables.MANNERS)
    table = _broken_cells(data, _cells(data, manner))
    lines = [manner.line(row) + manner.line_end for row in table]
    for _ in range(data.draw(st.integers(0, 1))):
        lines = data.draw(damage.in_lines(lines)) or lines
    above = f"Report{manner.line_end}" * manner.lines_above
    content = manner.encode(above + "".join(lines))
    content = _broken_bytes(data, content)
    with account.warehouse() as at:
        own = at.write("own.yml", own_mapping(manner.keys))
        report = _loaded(at, at.write("list.csv", content), own)
        if report is None:
            return
        _text_is_accounted(at, report, content, manner)


def _text_is_accounted(at: Warehouse, report: LoadReport, content: bytes, manner: tables.Manner) -> None:
    codec = "utf-8-sig" if manner.encoding == "utf-8" else manner.encoding
    text = content.decode(codec).removeprefix("\ufeff")
    if manner.multiline:
        reader = csv.reader(
            io.StringIO("\n".join(account.physical_lines(text)[manner.lines_above :]), newline=""),
            delimiter=manner.delimiter,
            quotechar=manner.quote or None,
            quoting=csv.QUOTE_MINIMAL if manner.quote else csv.QUOTE_NONE,
        )
        account.all_accounted(at, report, [sum(1 for record in reader if record) - 1], "invoices")
        _tokens_are_accounted(at, text)
        return
    lines = account.filled(account.physical_lines(text)[manner.lines_above :])[1:]
    account.all_accounted(at, report, [len(lines)], "invoices")
    _tokens_are_accounted(at, text)
    header = account.cells(
        account.filled(account.physical_lines(text)[manner.lines_above :])[0], manner.delimiter, manner.quote
    )
    place = [name.strip().casefold() for name in header].index("amount")

    def amount(line: str) -> Decimal | None:
        return written(
            account.cells(line, manner.delimiter, manner.quote)[place], manner.decimal_mark, manner.thousands_mark
        )

    account.amounts_are_those_written(at, lines, amount)
    _bytes_are_kept(at, content, manner)


def written(value: str, decimal_mark: str, thousands_mark: str) -> Decimal | None:
    """What an amount says, read as a person would."""
    value = value.strip(" ")
    sign = -1 if value.startswith("-") or value.endswith("-") else 1
    value = value.strip("+-")
    if thousands_mark:
        value = value.replace(thousands_mark, "")
    value = value.replace(decimal_mark, ".")
    return sign * Decimal(value) if re.fullmatch(r"[0-9]+([.][0-9]*)?", value) else None


def _tokens_are_accounted(at: Warehouse, text: str) -> None:
    """Every document number that stands in the file is in the books or in the rejects: none was swallowed."""
    kept = " ".join(str(cell) for row in at.rows("select invoice_id from raw.invoices") for cell in row)
    kept += " ".join(
        str(cell) for row in at.rows("select raw_line from raw.rejects where severity = 'reject'") for cell in row
    )
    for token in set(re.findall(r"DOC[0-9]{4}", "\n".join(account.physical_lines(text)[1:]))):
        assert token in kept, f"{token} stands in the file and nowhere else"


def _bytes_are_kept(at: Warehouse, content: bytes, manner: tables.Manner) -> None:
    """What is rejected has its very bytes."""
    if manner.encoding.startswith("utf-16"):
        return
    originals = re.split(rb"\r\r\n|\r\n|\r|\n", content)
    for line, raw in at.rows("select line, raw_bytes from raw.rejects where severity = 'reject'"):
        original = originals[int(str(line)) - 1]
        assert raw in (original, original.removeprefix(b"\xef\xbb\xbf")), (line, raw, original)


def fec(data: Draw) -> None:
    """The French ledger file, in all its encodings and delimiters."""
    manner = tables.Manner(
        encoding=data.draw(st.sampled_from(("utf-8", "utf-8-sig", "windows-1252", "iso-8859-15", "cp850"))),
        delimiter=data.draw(st.sampled_from(("\t", "|"))),
        quote="",
        decimal_mark=",",
        date_format="%Y%m%d",
        line_end=data.draw(st.sampled_from(("\r\n", "\n"))),
        trim=True,
        trailing_delimiter=data.draw(st.booleans()),
    )
    header = FEC_COLUMNS.split()
    table = [header]
    for row in data.draw(tables.ROWS):
        day, amount = manner.day(row.day), manner.amount(row.amount.lstrip("-"))
        number = f"DOC{row.number:04}"
        sides = ["0,00", amount] if row.amount.startswith("-") else [amount, "0,00"]
        table.append(
            [
                *("VE", "Ventes", number, day, "411000", "Clients", row.client, "Müller", number, day, row.words),
                *(*sides, "", "", day, "", ""),
            ]
        )
    table = _broken_cells(data, table)
    lines = [manner.line(row) + manner.line_end for row in table]
    for _ in range(data.draw(st.integers(0, 1))):
        lines = data.draw(damage.in_lines(lines)) or lines
    content = manner.encode("".join(lines))
    content = _broken_bytes(data, content)
    with account.warehouse() as at:
        report = _loaded(at, at.write("123456789FEC20261231.txt", content), "fec")
        if report is None:
            return
        encoding = next(word for word in re.findall(r"encoding ([\w-]+)", " ".join(report.files[0].warnings)))
        text = content.decode("utf-8-sig" if encoding == "utf-8" else encoding)
        rows = len(account.filled(account.physical_lines(text))) - 1
        account.all_accounted(at, report, [rows], "ledger_lines", "debit")
        _bytes_are_kept(at, content, manner)


WIDTHS = {"No": 12, "Client": 10, "Day": 10, "Amount": 16, "Cur": 4, "Text": 24}


def fixed(data: Draw) -> None:
    """Lines of fixed width, lines of other kinds between them."""
    manner = tables.Manner(
        encoding=data.draw(st.sampled_from(("utf-8", "windows-1252", "cp850"))),
        line_end=data.draw(st.sampled_from(("\r\n", "\n", "\r", "\r\r\n"))),
        quote="",
    )
    table = _broken_cells(data, _cells(data, manner))
    lines = []
    for row in table[1:]:
        cells = dict(zip(tables.HEADER, row, strict=False))
        line = "".join(f"{cells.get(name, '')[:width]:<{width}}" for name, width in WIDTHS.items())
        lines += [f"M{line}{manner.line_end}", f"I{cells.get('No', '')[:5]}{manner.line_end}"]
    for _ in range(data.draw(st.integers(0, 2))):
        lines = data.draw(damage.in_lines(lines)) if lines else lines
    content = _broken_bytes(data, manner.encode("".join(lines)))
    places, first = {}, 2
    for name, width in WIDTHS.items():
        places[name], first = [first, first + width - 1], first + width
    file = {
        **manner.keys,
        **{"format": "fixed", "trim": "true", "fields": places, "length": first - WIDTHS["Text"]},
        "records": {"take": ["M"], "leave": ["I"]},
    }
    with account.warehouse() as at:
        report = _loaded(at, at.write("list.txt", content), at.write("own.yml", own_mapping(file)))
        if report is None:
            return
        text = content.decode("utf-8-sig" if manner.encoding == "utf-8" else manner.encoding)
        physical = account.physical_lines(text)
        filled = [line for line in physical if line.strip("\x1a \t")]
        left = sum(line[:1] == "I" for line in filled)
        assert report.files[0].rows_filtered == left
        account.all_accounted(at, report, [len(filled)], "invoices")
        originals = re.split(rb"\r\r\n|\r\n|\r|\n", content)
        for number, raw in at.rows("select line, raw_bytes from raw.rejects where severity = 'reject'"):
            assert raw == originals[int(str(number)) - 1]


def blocks(data: Draw) -> None:
    """Blocks of a line a value, blocks of other kinds between them."""
    manner = tables.Manner(line_end=data.draw(st.sampled_from(("\r\n", "\n"))), quote="")
    table = _broken_cells(data, _cells(data, manner))
    lines = ["#FLG 1"]
    for row in table[1:]:
        lines += ["#INV", *(" ".join(cell.split())[:200] for cell in row), "", "#ANA", "x"]
    lines = [f"{line}{manner.line_end}" for line in [*lines, "#END"]]
    for _ in range(data.draw(st.integers(0, 2))):
        lines = data.draw(damage.in_lines(lines)) if lines else lines
    content = _broken_bytes(data, manner.encode("".join(lines)))
    fields = {name: place for place, name in enumerate(tables.HEADER, start=1)}
    file = {
        **{"format": "blocks", "trim": "true", "fields": fields, "length": [4, 20]},
        "records": {"take": ["#INV"], "leave": ["#FLG", "#ANA", "#END"]},
    }
    with account.warehouse() as at:
        report = _loaded(at, at.write("list.txt", content), at.write("own.yml", own_mapping({**manner.keys, **file})))
        if report is None:
            return
        text = content.decode("utf-8-sig")
        flags = re.findall(r"^#[A-Z][A-Z0-9]*(?=[ \r\n]|$)", text.replace("\r", "\n"), flags=re.M)
        left = sum(flag in ("#FLG", "#ANA", "#END") for flag in flags)
        # What stands above the first flag is a record of no kind.
        above = not re.match(r"#[A-Z][A-Z0-9]*([ \r\n]|$)", text.lstrip())
        assert report.files[0].rows_filtered == left
        account.all_accounted(at, report, [len(flags) + above], "invoices")


def packed(data: Draw) -> None:
    """Files in archives, and the archives themselves broken."""
    rows = data.draw(tables.ROWS)
    manner = tables.Manner()
    table = [list(tables.HEADER), *(row.cells(manner.day, manner.amount) for row in rows)]
    inner = manner.encode("".join(manner.line(row) + "\n" for row in table))
    name, whole = tables.packed("list.csv", inner, data.draw(st.sampled_from(("gzip", "zip"))))
    content = data.draw(damage.in_bytes(whole))
    with account.warehouse() as at:
        own = at.write("own.yml", own_mapping({}))
        report = _loaded(at, at.write(name, content), own)
        if report is None:
            return
        # The checksum vouches for what is in it; two gzips one after the other are both one file, by its standard.
        twice = [2 * len(rows) + 1] if name.endswith(".gz") and len(content) > len(whole) else []
        account.all_accounted(at, report, [len(rows), *twice], "invoices")


def workbook(data: Draw) -> None:
    """Excel: cells broken, then now and then the file."""
    manner = tables.Manner()
    table = _broken_cells(data, _cells(data, manner), most=3)
    as_numbers = data.draw(st.booleans())
    grid: list[list[object]] = [
        [_number(value) if as_numbers and place else value[:32_000] for value in row] for place, row in enumerate(table)
    ]
    content = tables.workbook(grid)
    is_whole = data.draw(st.integers(0, 2)) > 0
    if not is_whole:
        content = data.draw(damage.in_bytes(content))
    with account.warehouse() as at:
        own = at.write("own.yml", own_mapping({}))
        report = _loaded(at, at.write("list.xlsx", content), own)
        if report is None:
            return
        # A row of cells that are all empty is no row.
        count = sum(any(str(value) for value in row) for row in grid[1:])
        account.all_accounted(at, report, [count], "invoices")


def _number(value: str) -> object:
    return float(value) if re.fullmatch(r"-?[0-9]{1,12}(\.[0-9]{1,4})?", value) else value[:32_000]


def parquet(data: Draw) -> None:
    """Parquet: its values, then its bytes."""
    manner = tables.Manner()
    table = _broken_cells(data, _cells(data, manner))
    content = tables.parquet(table)
    is_whole = data.draw(st.booleans())
    if not is_whole:
        content = data.draw(damage.in_bytes(content))
    with account.warehouse() as at:
        own = at.write("own.yml", own_mapping({}))
        report = _loaded(at, at.write("list.parquet", content), own)
        if report is None:
            return
        if is_whole:
            account.all_accounted(at, report, [len(table) - 1], "invoices")
            return
        try:
            rows = pq.ParquetFile(io.BytesIO(content)).metadata.num_rows
        except Exception:
            event("read by one reader and not by the other")
            rows = len(table) - 1
        account.all_accounted(at, report, [rows], "invoices")


def json_lines(data: Draw) -> None:
    """JSON lines: values, lines, bytes."""
    manner = tables.Manner()
    table = _broken_cells(data, _cells(data, manner))
    lines = tables.json_lines(table).splitlines(keepends=True)
    if data.draw(st.booleans()):
        lines = [re.sub(r'"Amount": "(-?[0-9.]+)"', r'"Amount": \1', line) for line in lines]
    if data.draw(st.booleans()) and lines:
        at_line = data.draw(st.integers(0, len(lines) - 1))
        lines[at_line] = data.draw(
            st.sampled_from(
                (
                    "{}\n", "[]\n", "null\n", "1\n", '"x"\n', "\n", '{"No": {"a": 1}}\n', '{"No": [1, 2]}\n',
                    '{"No": "DOC1", "No": "DOC2"}\n', '{"No": "\\ud800"}\n', '{"No": 1e400}\n', '{"": 1}\n',
                    '{"No": "A", "Amount": 1e2, "Day": "2026-01-05", "Client": "C1"}\n',
                    '{"No": "A", "Amount": true, "Day": null, "Client": "C1"}\n', "{" * 2000 + "\n",
                    "[" * 200_000 + "\n",
                    '{"No": "A"} {"No": "B"}\n', '{"No": "A"},\n', "// nothing\n",
                )
            )
        )  # fmt: skip
    for _ in range(data.draw(st.integers(0, 1))):
        lines = data.draw(damage.in_lines(lines)) if lines else lines
    content = "".join(lines).encode()
    content = _broken_bytes(data, content)
    with account.warehouse() as at:
        own = at.write("own.yml", own_mapping({}))
        report = _loaded(at, at.write("list.jsonl", content), own)
        if report is None:
            return
        rows = sum(bool(line.strip()) for line in re.split(rb"\r\n|\n", content))
        account.all_accounted(at, report, [rows], "invoices")


def xml(data: Draw) -> None:
    """Any XML, SAF-T and bank statements."""
    which = data.draw(st.sampled_from(("own", "own", "saft_pt", "saft_no", "camt053")))
    if which == "own":
        manner = tables.Manner()
        table = _broken_cells(data, _cells(data, manner))
        text = tables.xml(table)
    else:
        # Byte by byte, for they are of several encodings.
        text = (SAMPLES / f"{which}.xml").read_bytes().decode("latin-1")
    for _ in range(data.draw(st.integers(0, 1))):
        text = "".join(data.draw(damage.in_lines(text.splitlines(keepends=True))))
    if data.draw(st.booleans()):
        text = data.draw(_in_elements(text))
    content = text.encode("utf-8" if which == "own" else "latin-1", errors="replace")
    content = _broken_bytes(data, content)
    with account.warehouse() as at:
        source: Path | str = which
        if which == "own":
            source = at.write("own.yml", own_mapping({"format": "xml", "rows": "Ledger/Doc"}))
        elif which == "camt053":
            # A statement does not say what company it is of.
            source = at.write("bank.yml", (BUILT_IN / "camt053.yml").read_bytes() + b"\nbase_currency: EUR\n")
        report = _loaded(at, at.write(f"{which}.xml", content), source)
        if report is None:
            return
        if which == "own":
            root = ElementTree.fromstring(content)
            rows = sum(child.tag.rpartition("}")[2] == "Doc" for child in root)
            account.all_accounted(at, report, [rows], "invoices")
        for result in report.files:
            parts = result.rows_new + result.rows_changed + result.rows_unchanged + result.rows_rejected
            assert result.rows_read == parts


@st.composite
def _in_elements(draw: st.DrawFn, text: str) -> str:
    """One element taken out, doubled, renamed, filled otherwise, or with what XML may hold and no ledger does."""
    found = list(re.finditer(r"<(\w+)[^<>]*>([^<]*)</\1>", text))
    if not found:
        return text
    one = draw(st.sampled_from(found))
    new = draw(
        st.sampled_from(
            (
                "", one[0] * 2, f"<{one[1]}/>", f"<{one[1]}><![CDATA[{one[2]}]]></{one[1]}>", f"<!-- {one[2]} -->",
                f"<{one[1]}>{'x' * 2_000_000}</{one[1]}>", f"<{one[1]}>&#1;</{one[1]}>",
                f"<{one[1]}>&amp;&lt;</{one[1]}>",
                f"<{one[1]}>&nbsp;</{one[1]}>", f"<y:{one[1]} xmlns:y='urn:y'>{one[2]}</y:{one[1]}>",
                f"<{one[1]}><a><b>{one[2]}</b></a></{one[1]}>", "<a>" * 5000 + "</a>" * 5000, f"<?{one[1]} x?>",
                *(f"<{one[1]}>{value}</{one[1]}>" for value in ("1e5", "abc", "", "9" * 30, "2026-02-30", "-0", "1,5")),
            )
        )
    )  # fmt: skip
    return text[: one.start()] + str(new) + text[one.end() :]


def _kind(said: str) -> str:
    """A refusal without what differs from file to file."""
    return re.sub(r"'[^']*'|\d+", "…", said.splitlines()[0])[:90]


FORMATS: dict[str, Callable[[Draw], None]] = {
    "delimited": delimited,
    "fec": fec,
    "fixed": fixed,
    "blocks": blocks,
    "packed": packed,
    "workbook": workbook,
    "parquet": parquet,
    "json_lines": json_lines,
    "xml": xml,
}
