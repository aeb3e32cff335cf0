"""Files without column names: fixed-width lines, blocks, delimited lines; what is broken in them is told and kept."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from ingest.errors import FileError, IngestError, MappingError
from ingest.exchange import export, lines, reload
from ingest.inspect import CUT, inspect
from ingest.recognise import recognise
from tests.ingest.extracts import Extracts, counts, only

FIXED = """
name: own
description: Lines of fixed width.
base_currency: EUR
file:
  format: fixed
  encoding: windows-1252
  decimal_mark: ","
  date_format: "%d%m%y"
  null_values: ["000000"]
  records: {from: 1, to: 1, take: [M], leave: [C, I]}
  length: [25, 40]
  first_line: '^[MC]'
  fields:
    Compte: [2, 5]
    Date: [6, 11]
    Montant: {from: 12, to: 19, decimals: 2}
    Pièce: [20, 25]
    Libellé: [26, 40]
tables:
  - table: invoices
    columns: {invoice_id: Pièce, customer_id: Compte, posted_on: Date, amount: Montant, reference: Libellé}
"""
TAKEN = "M4111050126+0012050FA0001Société Éclair"
OTHERS = "CC411Éclair\r\nI10000section\r\n"


def own(folder: Path, text: str = FIXED) -> Path:
    """A mapping of one's own."""
    path = folder / "own.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_line_is_cut_at_its_places_and_other_kinds_are_left_out(extracts: Extracts, tmp_path: Path) -> None:
    content = f"{OTHERS}{TAKEN}\r\n\r\nM4112000000-0000005FA0002\r\nM4112060126-0000005FA0003 \r\n\x1a"
    result = only(extracts.load(("own.txt", content.encode("windows-1252")), source=own(tmp_path)))
    assert counts(result) == (3, 2, 0, 0, 1, 0)
    assert result.rows_filtered == 2
    assert extracts.current("invoices", "invoice_id, customer_id, posted_on, amount, reference") == [
        ("FA0001", "4111", date(2026, 1, 5), Decimal("120.50"), "Société Éclair"),
        ("FA0003", "4112", date(2026, 1, 6), Decimal("-0.05"), None),
    ]
    assert extracts.rejects() == [(5, "posted_on", None, "is empty")]


def test_broken_lines_are_rejected_with_line_reason_and_bytes(extracts: Extracts, tmp_path: Path) -> None:
    short, unknown, long = "M4111050126+00120É", "X4111050126+0012050FA0009", f"{TAKEN} and on"
    content = "\r\n".join((TAKEN, short, unknown, long, TAKEN.replace("FA0001", "FA0005"))) + "\r\n"
    result = only(extracts.load(("own.txt", content.encode("windows-1252")), source=own(tmp_path)))
    assert counts(result) == (5, 2, 0, 0, 3, 0)
    assert extracts.rejects("line, reason, raw_line, raw_bytes") == [
        (
            2,
            "has 18 characters, at least 25 are needed: it is cut off, or of another form",
            short,
            short.encode("windows-1252"),
        ),
        (3, "begins with 'X', no record of this form (M, C, I)", unknown, unknown.encode()),
        (4, "has 46 characters, more than the 40 of this form", long, long.encode("windows-1252")),
    ]


def test_filters_leave_out_no_broken_line(extracts: Extracts, tmp_path: Path) -> None:
    """Cut off, it shows them other characters than were meant."""
    filters = "    filters: [{column: Compte, drop: ['1105']}]\n"
    content = f"{TAKEN}\r\nM1105\r\n{TAKEN.replace('M4111', 'M1105')}\r\n"
    result = only(extracts.load(("own.txt", content.encode("windows-1252")), source=own(tmp_path, FIXED + filters)))
    assert (result.rows_read, result.rows_rejected, result.rows_filtered) == (2, 1, 1)
    assert extracts.rejects("line, raw_line") == [(2, "M1105")]


def test_a_faulty_value_is_quoted_by_its_line(extracts: Extracts, tmp_path: Path) -> None:
    wrong = TAKEN.replace("050126", "310226").replace("+0012050", "+00120é0")
    result = only(extracts.load(("own.txt", f"{wrong}\n".encode("windows-1252")), source=own(tmp_path)))
    assert counts(result) == (1, 0, 0, 0, 1, 0)
    found = sorted(extracts.rejects("line, column_name, value, raw_bytes"))
    assert [row[:3] for row in found] == [(1, "amount", "+00120é0"), (1, "posted_on", "310226")]
    assert {row[3] for row in found} == {wrong.encode("windows-1252")}


def test_mended_lines_come_back(extracts: Extracts, tmp_path: Path) -> None:
    extracts.load(("own.txt", f"{TAKEN}\n{TAKEN[:18]}\n".encode("windows-1252")), source=own(tmp_path))
    out = tmp_path / "rejects.csv"
    ((path, number),) = export(extracts.connection, lines(extracts.connection), out)
    assert number == 1
    header, line = path.read_text(encoding="utf-8-sig").splitlines()
    assert header.endswith("Compte,Date,Montant,Pièce,Libellé")
    assert ",4111,050126," in line
    marks = line[: line.index(",4111,050126,")]
    path.write_text(f'{header}\n{marks},4111,050126,"7,50",FA0002,\n', encoding="utf-8")
    assert only(reload(extracts.connection, path, print)).rows_new == 1
    assert extracts.current("invoices", "invoice_id, amount") == [
        ("FA0001", Decimal("120.50")),
        ("FA0002", Decimal("7.50")),
    ]
    # The same file again: the broken line is the one that was mended.
    again = only(extracts.load(("own.txt", f"{TAKEN}\n{TAKEN[:18]}\n\n".encode("windows-1252")), source=own(tmp_path)))
    assert again.rows_mended_before == 1
    assert len(extracts.current("invoices", "invoice_id")) == 2


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\r\r\n"])
def test_lines_may_end_in_any_way(extracts: Extracts, tmp_path: Path, end: str) -> None:
    broken = TAKEN[:10]
    content = f"{TAKEN}{end}{broken}{end}{TAKEN.replace('FA0001', 'FA0002')}"
    result = only(extracts.load(("own.txt", content.encode("windows-1252")), source=own(tmp_path)))
    assert counts(result) == (3, 2, 0, 0, 1, 0)
    assert extracts.rejects("line, raw_bytes") == [(2, broken.encode())]


BLOCKS = """
name: own
description: A flag, then a value a line.
base_currency: EUR
file:
  format: blocks
  encoding: cp850
  date_format: "%d%m%y"
  records: {take: ["#INV"], leave: ["#FLG", "#END"]}
  length: 4
  fields: {Compte: 1, Date: 2, Montant: 3, Pièce: 4}
tables:
  - table: invoices
    columns: {invoice_id: Pièce, customer_id: Compte, posted_on: Date, amount: Montant}
"""


def block(number: int, *, account: str = "É1") -> str:
    """A block of four values and the empty line that ends it."""
    return f"#INV\r\n{account}\r\n050126\r\n{number}.50\r\nF{number}\r\n\r\n"


def test_a_block_with_a_line_too_few_or_too_many_is_rejected_whole(extracts: Extracts, tmp_path: Path) -> None:
    lacking = block(3).replace("050126\r\n", "")
    longer = block(4).replace("050126\r\n", "050126\r\n050126\r\n")
    content = "#FLG 000\r\n" + block(1) + block(2) + lacking + longer + "#NEW\r\nx\r\n" + block(5).rstrip() + "\r\n"
    result = only(extracts.load(("own.txt", content.encode("cp850")), source=own(tmp_path, BLOCKS)))
    assert counts(result) == (6, 3, 0, 0, 3, 0)
    assert result.rows_filtered == 1
    assert extracts.current("invoices", "invoice_id, customer_id, amount") == [
        ("F1", "É1", Decimal("1.50")),
        ("F2", "É1", Decimal("2.50")),
        ("F5", "É1", Decimal("5.50")),
    ]
    found = extracts.rejects("line, reason, raw_bytes")
    assert [(line, reason) for line, reason, _ in found] == [
        (14, "has 4 lines, at least 5 are needed: it is cut off, or of another form"),
        (19, "has 6 lines, more than the 5 of this form"),
        (26, "begins with '#NEW', no record of this form (#INV, #FLG, #END)"),
    ]
    assert found[0][2] == lacking.removesuffix("\r\n").encode("cp850")


def test_a_label_with_a_hash_begins_no_block(extracts: Extracts, tmp_path: Path) -> None:
    content = block(1, account="#7 rue") + "#END\r\n"
    extracts.load(("own.txt", content.encode("cp850")), source=own(tmp_path, BLOCKS))
    assert extracts.current("invoices", "customer_id") == [("#7 rue",)]


UNHEADED = """
name: own
description: Values in a known order.
base_currency: EUR
file:
  first_line: '^\\d+,'
  trim: true
  length: [4, 4]
  fields: {Pièce: 1, Date: 2, Compte: 3, Montant: 4}
tables:
  - table: invoices
    columns: {invoice_id: Pièce, customer_id: Compte, posted_on: Date, amount: Montant}
"""


def test_delimited_lines_without_a_header(extracts: Extracts, tmp_path: Path) -> None:
    content = '  1,2026-01-05,"C, ""one""",10.00\n2,2026-01-06,C2\n3,2026-01-07,C3,5.00,\n'
    result = only(extracts.load(("own.csv", content.lstrip()), source=own(tmp_path, UNHEADED)))
    assert counts(result) == (3, 1, 0, 0, 2, 0)
    assert extracts.current("invoices", "invoice_id, customer_id, amount") == [("1", 'C, "one"', Decimal("10.00"))]
    assert extracts.rejects("line, reason, raw_line") == [
        (2, "has 3 columns, at least 4 are needed: it is cut off, or of another form", "2,2026-01-06,C2"),
        (3, "has 5 columns, more than the 4 of this form", "3,2026-01-07,C3,5.00,"),
    ]


def test_what_cannot_be_such_a_file_is_refused(extracts: Extracts, tmp_path: Path) -> None:
    source = own(tmp_path)
    with pytest.raises(
        FileError, match=r"own\.txt, line 1: does not begin as a file of this form does .* but 'Datum;B"
    ):
        extracts.load(("own.txt", "Datum;Betrag\n"), source=source)
    with pytest.raises(FileError, match="the file is empty"):
        extracts.load(("own.txt", "\r\n\r\n"), source=source)
    with pytest.raises(FileError, match=r"holds no record that is read \(M\)"):
        extracts.load(("own.txt", "CC411\r\n"), source=source)
    with pytest.raises(FileError, match=r"own\.txt, line 2: not utf-8"):
        extracts.load(
            ("own.txt", f"{TAKEN[:25]}\n{TAKEN}\n".encode("windows-1252")),
            source=own(tmp_path, FIXED.replace("windows-1252", "utf-8")),
        )
    with pytest.raises(FileError, match="line longer than"):
        extracts.load(("own.txt", b"M" * 9_000_000), source=own(tmp_path))
    assert extracts.rows("select count(*) from raw.loads") == [(0,)]


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("[2, 5]", "[5, 2]", "field 'Compte' ends before it begins"),
        ("[2, 5]", "{at: 2}", r"field 'Compte': write 3, \[3, 10\] or"),
        ("take: [M]", "take: [M, C]", "'C' is both taken and left"),
        ("encoding: windows-1252", "encoding: utf-16", "cannot be read from UTF-16"),
        ("format: fixed", "format: blocks", "field 'Compte' is one line"),
        ("format: fixed", "format: parquet", "fields are for the formats fixed, blocks and csv"),
    ],
)
def test_a_wrong_layout_is_told(tmp_path: Path, before: str, after: str, words: str) -> None:
    extract = tmp_path / "own.txt"
    extract.write_text(TAKEN, encoding="utf-8")
    with pytest.raises(MappingError, match=words):
        Extracts(tmp_path).load(("own.txt", TAKEN), source=own(tmp_path, FIXED.replace(before, after)))


def test_a_fixed_form_without_fields_is_told(tmp_path: Path) -> None:
    text = FIXED[: FIXED.index("  fields:")] + FIXED[FIXED.index("tables:") :]
    with pytest.raises(MappingError, match="format 'fixed' needs `fields`"):
        Extracts(tmp_path).load(("own.txt", TAKEN), source=own(tmp_path, text))


def test_a_fixed_width_fec_by_a_mapping_of_its_description(extracts: Extracts, tmp_path: Path) -> None:
    mapping = """
name: own
description: A FEC of fixed width, as its description says.
base_currency: EUR
file:
  format: fixed
  encoding: iso-8859-15
  decimal_mark: ","
  date_format: "%Y%m%d"
  records: {from: 1, to: 11, take: ["*"], leave: [JournalCode]}
  fields: {JournalCode: [1, 11], EcritureNum: [12, 18], EcritureDate: [19, 26], CompteNum: [27, 34],
           CompAuxNum: [35, 40], EcritureLib: [41, 55], Debit: [56, 68], Credit: [69, 81]}
tables:
  - table: ledger_lines
    columns: {account: CompteNum, customer_id: CompAuxNum, journal: JournalCode, entry_ref: EcritureNum,
              posted_on: EcritureDate, label: EcritureLib, debit: Debit, credit: Credit}
"""
    lines_ = (
        "JournalCodeEcritur",
        "VE         0000001202601054110000 C042  Facture n° 1   0000000120,500000000000,00",
        "VE         0000001202601057070000       Facture n° 1   0000000000,000000000120,50",
    )
    content = "\r\n".join(lines_).encode("iso-8859-15")
    result = only(extracts.load(("fec.txt", content), source=own(tmp_path, mapping)))
    assert counts(result) == (2, 2, 0, 0, 0, 0)
    assert extracts.current("ledger_lines", "account, customer_id, label, debit, credit") == [
        ("4110000", "C042", "Facture n° 1", Decimal("120.50"), Decimal("0.00")),
        ("7070000", None, "Facture n° 1", Decimal("0.00"), Decimal("120.50")),
    ]


@pytest.mark.parametrize(
    ("name", "first", "source", "form"),
    [
        ("export sage.txt", "#FLG 000\r\n#VER 31\r\n#DEV EUR\r\n", "sage", CUT["blocks"]),
        ("export.txt", "#FLG 000\r\n#VER 31\r\n#DEV EUR\r\n", "sage", CUT["blocks"]),
        ("dossier.TRA", f"{'***S5CLIJRLETE':<41}\r\n", "cegid", CUT["fixed"]),
        ("quadra.txt", f"{'M90000351':<9}VE000050126 {'Facture':<20}D+000000012050\r\n", "quadra", CUT["fixed"]),
        ("ECRITURES.TXT", '   67,01012014,VT,411000         ,,"Pilote","OF067",99.00,D,,\r\n', "ebp", CUT["csv"]),
    ],
)
def test_the_first_line_tells_the_program(tmp_path: Path, name: str, first: str, source: str, form: str) -> None:
    path = tmp_path / name
    path.write_bytes(first.encode("cp850"))
    found = recognise(path)
    assert found.source == source
    told = str(inspect(path))
    assert f"read as {source}" in told
    assert told.splitlines()[0].startswith(f"{name}: {form}, ")


@pytest.mark.parametrize(
    "first",
    [
        "Code,Name,E-mail",
        "M;4110007;05/01/2026;Facture;D;120,50",
        "C000000001,Alpha,Paris and its surroundings,France",
        "1,20260105,VE,411000,,Facture,F1,abc,D",
        "#FLAGGED,No,Client",
        "***S5 is no header of a journal",
    ],
)
def test_what_only_looks_alike_is_not_taken_for_a_program_s(tmp_path: Path, first: str) -> None:
    path = tmp_path / "list.txt"
    path.write_text(f"{first}\n1,2\n", encoding="utf-8")
    with pytest.raises(IngestError) as raised:
        recognise(path)
    assert "no source mapping fits" in str(raised.value)
