"""Files that are no extracts are told for what they are, with the way out; files with nothing in them too."""

from __future__ import annotations

import io
import zipfile

import pytest
import xlsxwriter

from ingest.errors import FileError, MappingError
from ingest.loader import load
from tests.ingest.extracts import AS_OF, ENTITIES, Extracts, counts, invoices, only


def packed(**members: str) -> bytes:
    """A zip file."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return made.getvalue()


def workbook() -> bytes:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        book.add_worksheet().write_row(0, 0, ["entity_id", "base_currency"])
    return made.getvalue()


ODS, ODT = (f"application/vnd.oasis.opendocument.{kind}" for kind in ("spreadsheet", "text"))


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("aged.pdf", b"%PDF-1.7\n%\xe2\xe3\n", "is a PDF, .* export the list itself, as delimited text"),
        ("invoices.csv", b"%PDF-1.7\n", "is a PDF"),
        ("letter.docx", packed(**{"word/document.xml": "<document/>"}), "is a Word document"),
        ("list.ods", packed(mimetype=ODS), r"is an OpenDocument spreadsheet \(\.ods\); save it as \.xlsx"),
        ("list.odt", packed(mimetype=ODT), r"is a text document \(\.odt\)"),
        ("list.xlsx", b"<html><table><tr><td>1</td></tr></table></html>", "is a web page, whatever its name says"),
        ("list.csv", b"\xef\xbb\xbf\n<!DOCTYPE html>\n<html>", "is a web page"),
        ("list.txt", workbook(), r"is a workbook \(\.xlsx\) under another name; give it its suffix back"),
        ("list.xlsx", b"customer;amount\nC;1\n", "cannot be read as an Excel workbook, which it is called; save it as"),
        ("list.xlsx", b"PK\x03\x04" + b"x" * 500, "is damaged or cut off .* export it again"),
        ("scan.png", b"\x89PNG\r\n\x1a\n", "is a picture"),
    ],
)
def test_what_is_no_extract_is_named(extracts: Extracts, name: str, content: bytes, words: str) -> None:
    with pytest.raises(FileError, match=rf"^{name}: {words}"):
        extracts.load((name, content))
    assert extracts.rows("select count(*) from raw.loads") == [(0,)]


def test_in_a_folder_it_is_in_nobodys_way(extracts: Extracts) -> None:
    extracts.write("entities.csv", ENTITIES)
    extracts.write("letter.txt", b"%PDF-1.7\n%\xe2\xe3\n")
    extracts.write("letter.pdf", b"%PDF-1.7\n")
    report = load(extracts.connection, [extracts.folder], as_of=AS_OF)
    assert report.warnings == ["letter.txt: left out, no mapping knows its header"]


def test_a_file_nobody_knows_is_told_how_a_mapping_comes_about(extracts: Extracts) -> None:
    with pytest.raises(MappingError, match=r"`encours inspect list\.csv --draft my_erp\.yml` drafts a mapping"):
        extracts.load(("list.csv", "Rechnung;Kunde;Betrag\n1;2;3,00\n"))


class TestNothing:
    """Column names, and not one row."""

    def test_is_loaded_and_said(self, extracts: Extracts) -> None:
        extracts.start()
        result = only(extracts.load(("invoices.csv", invoices())))
        assert counts(result) == (0, 0, 0, 0, 0, 0)
        assert [words for words in result.warnings if "not one row, so nothing came in from it" in words]

    def test_where_rows_are_current_it_is_refused(self, extracts: Extracts) -> None:
        extracts.start()
        extracts.load(("invoices.csv", invoices("FR,I-1,C,2026-01-05,1.00")))
        with pytest.raises(FileError, match="a full file without rows would withdraw all invoices"):
            extracts.load(("invoices.csv", invoices()))

    def test_where_the_mapping_expects_that_nothing_is_said(self, extracts: Extracts) -> None:
        extracts.start()
        mapping = extracts.write(
            "own.yml", "name: own\ndescription: Own.\ntables: [{table: invoices, allow_empty: true}]\n"
        )
        assert only(extracts.load(("list.csv", invoices()), source=mapping)).warnings == []

    def test_a_file_of_rejected_rows_alone_is_not_empty(self, extracts: Extracts) -> None:
        extracts.start()
        result = only(extracts.load(("invoices.csv", invoices("FR,I-1,C,soon,1.00"))))
        assert not [words for words in result.warnings if "not one row" in words]
