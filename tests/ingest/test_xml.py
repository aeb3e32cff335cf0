"""XML of any kind, by a mapping alone: in a stream, to the line, and with nothing that could harm."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from ingest.errors import FileError, MappingError
from tests.ingest.extracts import Extracts, counts, only

MAPPING = """
name: own
description: Any XML.
base_currency: EUR
file: {format: xml, rows: Ledger/Month/Doc, date_format: '%d.%m.%Y', decimal_mark: ','}
tables:
  - table: invoices
    columns:
      invoice_id: join(../@no, Nr)
      customer_id: '@client|Client/Code'
      posted_on: ../Day
      amount: sum(Lines/Line/Amount)
      reference: Remark
      currency: /Ledger/Head/Currency
"""
DOCUMENT = """<?xml version="1.0" encoding="utf-8"?>
<x:Ledger xmlns:x="urn:x">
  <x:Head><x:Currency>EUR</x:Currency></x:Head>
  <x:Month no="01">
    <x:Day>05.01.2026</x:Day>
    <x:Doc client="C1"><x:Nr>1</x:Nr><x:Lines><x:Line><x:Amount>10</x:Amount></x:Line>
      <x:Line><x:Amount>2</x:Amount></x:Line></x:Lines><x:Remark>first</x:Remark><x:Remark> and
      second </x:Remark></x:Doc>
    <x:Doc>
      <x:Nr>2</x:Nr><x:Client><x:Code>C2</x:Code></x:Client><x:Lines><x:Line><x:Amount>7,50</x:Amount></x:Line></x:Lines>
    </x:Doc>
  </x:Month>
  <x:Month no="02">
    <x:Day>07.02.2026</x:Day>
    <x:Doc client=""><x:Nr>1</x:Nr><x:Client><x:Code>C3</x:Code></x:Client>
      <x:Lines><x:Line><x:Amount>1</x:Amount></x:Line></x:Lines></x:Doc>
  </x:Month>
</x:Ledger>
"""


def own(extracts: Extracts, change: Callable[[str], str] = str) -> Path:
    """The mapping, changed."""
    return extracts.write("own.yml", change(MAPPING))


def test_rows_with_values_in_them_around_them_and_of_the_head(extracts: Extracts) -> None:
    result = only(extracts.load(("ledger.xml", DOCUMENT), source=own(extracts)))
    assert counts(result) == (3, 3, 0, 0, 0, 0)
    columns = "invoice_id, customer_id, posted_on, amount, reference, currency"
    assert extracts.current("invoices", columns, "_line") == [
        ("01/1", "C1", date(2026, 1, 5), Decimal("12.00"), "first and second", "EUR"),
        ("01/2", "C2", date(2026, 1, 5), Decimal("7.50"), None, "EUR"),
        ("02/1", "C3", date(2026, 2, 7), Decimal("1.00"), None, "EUR"),
    ]


def test_what_is_passed_over_may_hold_elements_of_any_name(extracts: Extracts) -> None:
    """Before the rows, between them, in them, and more often than is looked at to name what a file holds."""
    other = "<x:Old><x:Month><x:Doc><x:Nr>9</x:Nr></x:Doc></x:Month><x:Old><x:Ledger/></x:Old></x:Old>"
    before = DOCUMENT.replace('  <x:Month no="01">', f"{other * 20_000}<x:Month no='01'>", 1)
    within = before.replace("<x:Doc>", f"<x:Doc>{other}").replace("  <x:Month no=", f"{other}<x:Month no=")
    assert within.count(other) == 20_002
    result = only(extracts.load(("ledger.xml", within), source=own(extracts)))
    assert counts(result) == (3, 3, 0, 0, 0, 0)
    assert extracts.current("invoices", "invoice_id, reference", "invoice_id") == [
        ("01/1", "first and second"),
        ("01/2", None),
        ("02/1", None),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "windows-1252", "iso-8859-15"])
def test_encodings_are_those_the_file_states(extracts: Extracts, encoding: str) -> None:
    content = DOCUMENT.replace('encoding="utf-8"', f'encoding="{encoding}"').replace("first", "déjà").encode(encoding)
    extracts.load(("ledger.xml", content), source=own(extracts))
    assert extracts.rows("select reference from raw.invoices where reference is not null") == [("déjà and second",)]


def test_a_reject_has_its_line_and_its_bytes(extracts: Extracts) -> None:
    content = DOCUMENT.replace("7,50", "much").replace('encoding="utf-8"', 'encoding="windows-1252"')
    content = content.replace("<x:Code>C2", "<x:Code>Cé")
    result = only(extracts.load(("ledger.xml", content.encode("windows-1252")), source=own(extracts)))
    assert counts(result) == (3, 2, 0, 0, 1, 0)
    ((line, column, value, raw),) = extracts.rows("select line, column_name, value, raw_line from raw.rejects")
    assert (line, column, value) == (9, "amount", "much")
    assert raw.startswith("<x:Doc>\n      <x:Nr>2</x:Nr><x:Client><x:Code>Cé")
    assert raw.endswith("</x:Line></x:Lines>\n    </x:Doc>")


@pytest.mark.parametrize(
    "written", ["1E999999999", "9E999999", "1E2", "1_0", "NaN", "Infinity", "-sNaN", "٣", "1" * 25]
)
def test_what_is_no_plain_number_is_not_summed(extracts: Extracts, written: str) -> None:
    content = DOCUMENT.replace("<x:Amount>10<", f"<x:Amount>{written}<")
    result = only(extracts.load(("ledger.xml", content), source=own(extracts)))
    assert counts(result) == (3, 2, 0, 0, 1, 0)
    assert extracts.rejects("column_name, value") == [("amount", f"{written} + 2")]


@pytest.mark.parametrize(
    ("written", "amount"),
    [("-10", "-8.00"), ("+.5", "2.50"), ("10.", "12.00"), ("90000000000000.25", "90000000000002.25")],
)
@pytest.mark.parametrize("function", ["sum", "minus"])
def test_sums_are_exact(extracts: Extracts, written: str, amount: str, function: str) -> None:
    content = DOCUMENT.replace("<x:Amount>10<", f"<x:Amount>{written}<").replace("7,50", "7")
    mapping = own(extracts, lambda text: text.replace("sum(", f"{function}(").replace(", decimal_mark: ','", ""))
    extracts.load(("ledger.xml", content), source=mapping)
    found = extracts.rows("select cast(amount as varchar) from raw.invoices where invoice_id = '01/1'")
    assert [Decimal(value) for (value,) in found] == [Decimal(amount) if function == "sum" else -Decimal(amount)]


def test_what_the_mapping_names_and_the_file_never_holds_is_told(extracts: Extracts) -> None:
    mapping = own(extracts, lambda text: text.replace("reference: Remark", "reference: Remrak"))
    result = only(extracts.load(("ledger.xml", DOCUMENT), source=mapping))
    assert result.warnings == ["the file holds nothing at Remrak"]


def test_rows_that_are_not_there_are_an_error_and_not_an_empty_file(extracts: Extracts) -> None:
    mapping = own(extracts, lambda text: text.replace("rows: Ledger/Month/Doc", "rows: Ledger/Month/Docs"))
    with pytest.raises(FileError, match=r"no element is a row: .*did you mean 'Ledger/Month/Doc'"):
        extracts.load(("ledger.xml", DOCUMENT), source=mapping)


def test_a_value_from_around_the_rows_must_stand_before_them(extracts: Extracts) -> None:
    """Else the rows before it would silently go without."""
    day = "    <x:Day>05.01.2026</x:Day>\n"
    content = DOCUMENT.replace(day, "", 1).replace("  </x:Month>\n", f"{day}  </x:Month>\n", 1)
    with pytest.raises(FileError, match=r"ledger\.xml, line 11: 'Day' comes after rows that need it"):
        extracts.load(("ledger.xml", content), source=own(extracts))


def test_a_second_value_from_around_the_rows_is_no_more_theirs_than_the_first(extracts: Extracts) -> None:
    """Rows before it would have another value than rows after it."""
    content = DOCUMENT.replace("    <x:Doc>\n", "    <x:Day>06.01.2026</x:Day><x:Doc>\n", 1)
    with pytest.raises(FileError, match=r"ledger\.xml, line 9: 'Day' comes after rows that need it"):
        extracts.load(("ledger.xml", content), source=own(extracts))


def test_rows_are_kept_where_two_values_differ(extracts: Extracts) -> None:
    mapping = own(extracts, lambda text: text + "    filters: [{column: '@client', differs_from: Client/Code}]\n")
    result = only(extracts.load(("ledger.xml", DOCUMENT), source=mapping))
    assert (result.rows_new, result.rows_filtered) == (3, 0)
    content = DOCUMENT.replace('<x:Doc client="">', '<x:Doc client="C3">')
    result = only(extracts.load(("ledger.xml", content), source=mapping))
    assert (result.rows_unchanged, result.rows_filtered) == (2, 1)


@pytest.mark.parametrize(
    ("content", "message"),
    [("<!DOCTYPE x>\n<Ledger/>", "declares a document type"), ("<Ledger", "is not XML: unclosed token")],
)
def test_what_no_mapping_would_read_is_told_before_that_none_is_known(
    extracts: Extracts, content: str, message: str
) -> None:
    with pytest.raises(FileError, match=message):
        extracts.load(("ledger.xml", content))


LAUGHS = (
    '<!DOCTYPE lolz [<!ENTITY l0 "lol">'
    + "".join(f'<!ENTITY l{number} "{f"&l{number - 1};" * 10}">' for number in range(1, 10))
    + "]>"
)
HOSTILE: dict[str, tuple[str | bytes, str]] = {
    "billion laughs": (DOCUMENT.replace("<x:Ledger", f"{LAUGHS}<x:Ledger", 1).replace("first", "&l9;"), "DOCTYPE"),
    "an external entity": (
        DOCUMENT.replace("<x:Ledger", '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><x:Ledger', 1).replace(
            "first", "&f;"
        ),
        "DOCTYPE",
    ),
    "an external document type": (
        DOCUMENT.replace("<x:Ledger", '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd"><x:Ledger', 1),
        "DOCTYPE",
    ),
    "an entity nobody declared": (DOCUMENT.replace("first", "&nbsp;"), "undefined entity"),
    "cut off between elements": (DOCUMENT[: DOCUMENT.index("<x:Doc>")], "cut off"),
    "cut off inside a tag": (DOCUMENT[: DOCUMENT.index("<x:Doc>") + 3], "cut off"),
    "two roots": (DOCUMENT + DOCUMENT.partition("\n")[2], "junk after document element"),
    "tags crossed": (DOCUMENT.replace("</x:Month>", "</x:Doc>", 1), "mismatched tag"),
    "another encoding than stated": (DOCUMENT.replace("first", "d\x00j\x00").encode(), "another encoding"),
    "an encoding nobody knows": (DOCUMENT.replace("utf-8", "klingon"), "ncoding"),
    "elements without end in each other": (
        DOCUMENT.replace("first", "<a>" * 200 + "x" + "</a>" * 200),
        "more than 100 deep",
    ),
    "a value without end": (DOCUMENT.replace("first", "x" * (2 << 20)), "longer than 1,048,576"),
    "another root": ("<Other/>", "its root is <Other>, not <Ledger>"),
    "empty": ("", "no element found"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_refused_whole(extracts: Extracts, case: str) -> None:
    content, message = HOSTILE[case]
    with pytest.raises(FileError, match=message):
        extracts.load(("ledger.xml", content), source=own(extracts))
    assert extracts.rows("select count(*) from raw.loads") == [(0,)]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("rows: Ledger/Month/Doc, ", "", "XML needs `rows`"),
        ("rows: Ledger/Month/Doc", "rows: Ledger//Doc", "is no path of elements"),
        ("Remark", "Remark[1]", "is no path into XML"),
        ("../Day", "../../../Day", "leads out of the file"),
    ],
)
def test_paths_that_are_none_are_a_wrong_mapping(extracts: Extracts, old: str, new: str, message: str) -> None:
    with pytest.raises(MappingError, match=message):
        extracts.load(("ledger.xml", DOCUMENT), source=own(extracts, lambda text: text.replace(old, new)))


def test_xml_no_mapping_knows(extracts: Extracts) -> None:
    with pytest.raises((FileError, MappingError), match="format: xml"):
        extracts.load(("ledger.xml", DOCUMENT))


MEMORY = """
import resource, sys
from datetime import date
from pathlib import Path
import duckdb
from ingest.catalogue import read
from ingest.readers import Request, open_reading
mapping = read(Path(sys.argv[2]))
table = mapping.tables[0]
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
request = Request(Path(sys.argv[1]), table, mapping.format_of(table), 0, Path(sys.argv[3]), {})
reading = open_reading(duckdb.connect(), request)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_memory_does_not_grow_with_the_file(extracts: Extracts, project_root: Path) -> None:
    """Twenty times the file needs no more than some batches more: the rows are never all in memory."""
    start = DOCUMENT.index("  <x:Month")
    months, end = DOCUMENT[start : DOCUMENT.index("</x:Ledger>")], "</x:Ledger>"
    grown = {}
    for times in (2_500, 50_000):
        path = extracts.folder / f"{times}.xml"
        with path.open("w", encoding="utf-8") as stream:
            stream.write(DOCUMENT[:start])
            for _ in range(times // 500):
                stream.write(months * 500)
            stream.write(end)
        done = subprocess.run(
            [sys.executable, "-c", MEMORY, path, own(extracts), extracts.folder],
            cwd=project_root,
            capture_output=True,
            text=True,
            check=True,
        )
        grown[times] = int(done.stdout)
    assert path.stat().st_size > 30 << 20
    assert grown[50_000] - grown[2_500] < 40_000, f"kilobytes of memory by months: {grown}"
