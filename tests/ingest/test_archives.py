"""Archives, globs and folders: what is in them is loaded, and nothing of what cannot be trusted."""

from __future__ import annotations

import gzip
import io
import stat
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
import xlsxwriter

from ingest import archives
from ingest.errors import FileError, IngestError
from ingest.loader import load
from tests.ingest.extracts import AS_OF, ENTITIES, Extracts, counts, invoices, only

OWN = "name: own\ndescription: Own.\nbase_currency: EUR\ntables: [{table: invoices}]\n"
ROWS = ("FR,I-1,C-1,2026-01-05,10.00", "FR,I-2,C-1,2026-01-06,20.00")


def zipped(*members: tuple[str | zipfile.ZipInfo, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The bytes of a zip archive; a name that comes twice is written twice."""
    made = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(made, "w", method) as archive:
        warnings.simplefilter("ignore")
        for name, content in members:
            archive.writestr(name, content)
    return made.getvalue()


def link(name: str, to: str) -> tuple[zipfile.ZipInfo, str]:
    """A member that is a symbolic link."""
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info, to


def test_a_gzip_is_the_file_in_it(extracts: Extracts) -> None:
    extracts.start()
    result = only(extracts.load(("invoices.csv.gz", gzip.compress(invoices(*ROWS).encode()))))
    assert counts(result) == (2, 2, 0, 0, 0, 0)
    assert extracts.rows("select distinct _file from raw.invoices") == [("invoices.csv.gz",)]
    assert extracts.rows("select file from raw.loads where load_id = 2") == [("invoices.csv.gz",)]


def test_files_of_one_name_are_called_by_their_folders(extracts: Extracts) -> None:
    """The manifest has a row a file, and rejects say which: as far up as tells them apart."""
    extracts.start()
    for place, row in (("2025/01", ROWS[0]), ("2025/02", ROWS[1]), ("2026/02", "FR,I-3,C-1,soon,3.00")):
        extracts.write(f"{place}/invoices.csv", invoices(row))
    own = extracts.write("own.yml", OWN.replace("invoices}", "invoices, kind: delta}"))
    extracts.write("other/list.csv", invoices("FR,I-4,C-1,2026-01-05,4.00"))
    load(extracts.connection, [extracts.folder / "*/**/*.csv"], source=own, as_of=AS_OF)
    files = [file for (file,) in extracts.rows("select file from raw.loads where load_id = 2 order by 1")]
    assert files == ["01/invoices.csv", "2025/02/invoices.csv", "2026/02/invoices.csv", "list.csv"]
    assert extracts.rejects("file, line") == [("2026/02/invoices.csv", 2)]


@pytest.mark.parametrize("kind", ["zip", "gzip"])
def test_a_control_file_lies_beside_the_file_in_the_archive_or_beside_the_gzip(extracts: Extracts, kind: str) -> None:
    extracts.start()
    rule = ", control_totals: {file: {name: '{stem}.ctl', rows: n}}}"
    own = extracts.write("own.yml", OWN.replace("invoices}", "invoices" + rule))
    content = invoices(*ROWS)
    if kind == "zip":
        other = ("2025/list.ctl", "n\n9\n")
        name, packed = "a.zip", zipped(other, ("2026/list.csv", content), ("2026/list.ctl", "n\n2\n"))
    else:
        extracts.write("list.ctl", "n\n2\n")
        name, packed = "list.csv.gz", gzip.compress(content.encode())
    assert only(extracts.load((name, packed), source=own)).rows_new == 2


def test_packing_a_file_again_makes_no_new_load(extracts: Extracts) -> None:
    """The manifest's hash is that of the file in the archive: when and how it was packed does not matter."""
    extracts.start()
    content = invoices(*ROWS).encode()
    extracts.load(("invoices.csv.gz", gzip.compress(content, mtime=1)))
    assert extracts.load(("invoices.csv.gz", gzip.compress(content, compresslevel=1, mtime=2))).load_id is None
    assert extracts.load(("invoices.csv", content)).load_id is None


def test_a_zip_is_as_many_files_as_it_holds(extracts: Extracts) -> None:
    content = zipped(
        ("2026/", ""),
        ("2026/invoices_FR.csv", invoices(ROWS[0])),
        ("2026/UK/invoices_UK.csv", invoices("UK,I-9,C-9,2026-01-05,1.00")),
        ("entities.csv", ENTITIES),
        ("__MACOSX/._entities.csv", b"\x00\x05\x16\x07"),
        (".DS_Store", b"\x00"),
        ("readme.pdf", b"%PDF-1.7"),
    )
    report = extracts.load(("march.zip", content))
    assert [result.file for result in report.files] == [
        "march.zip/2026/UK/invoices_UK.csv",
        "march.zip/2026/invoices_FR.csv",
        "march.zip/entities.csv",
    ]
    assert report.warnings == ["march.zip/readme.pdf: left out, no mapping knows its header"]
    assert extracts.current("invoices", "invoice_id, _file, _line", "invoice_id") == [
        ("I-1", "march.zip/2026/invoices_FR.csv", 1),
        ("I-9", "march.zip/2026/UK/invoices_UK.csv", 1),
    ]


def test_formats_in_archives(extracts: Extracts) -> None:
    """Every format that is read as a file is read in an archive."""
    extracts.start()
    workbook = extracts.folder / "book.xlsx"
    with xlsxwriter.Workbook(workbook) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["entity_id", "invoice_id", "customer_id", "posted_on", "amount"])
        sheet.write_row(1, 0, ["FR", "X-1", "C-1", "2026-01-05", 1.5])
    parquet = extracts.folder / "list.parquet"
    duckdb.execute(
        "copy (select 'FR' as entity_id, 'P-1' as invoice_id, 'C-1' as customer_id, date '2026-01-05' as posted_on, "
        f"2.5::decimal(18, 2) as amount) to '{parquet}'"
    )
    lines = '{"entity_id": "FR", "invoice_id": "J-1", "customer_id": "C-1", "posted_on": "2026-01-05", "amount": 3.5}\n'
    content = zipped(
        ("invoices_x.xlsx", workbook.read_bytes()),
        ("invoices_p.parquet", parquet.read_bytes()),
        ("invoices_j.jsonl", lines),
    )
    assert counts(extracts.load(("all.zip", content)).files) == (3, 3, 0, 0, 0, 0)
    assert [str(amount) for (amount,) in extracts.current("invoices", "amount")] == ["1.50", "2.50", "3.50"]
    for name in ("invoices_x.xlsx", "invoices_p.parquet", "invoices_j.jsonl"):
        source = workbook if name.endswith("xlsx") else parquet if name.endswith("parquet") else None
        packed = gzip.compress(source.read_bytes() if source is not None else lines.encode())
        assert extracts.load((f"{name}.gz", packed)).files[0].rows_read == 1


def test_rejects_and_faults_name_archive_and_member(extracts: Extracts) -> None:
    extracts.start()
    content = zipped(("invoices.csv", invoices("FR,I-1,C-1,soon,10.00")))
    extracts.load(("march.zip", content))
    assert extracts.rejects("file, line, column_name") == [("march.zip/invoices.csv", 2, "posted_on")]
    with pytest.raises(FileError, match=r"^march\.zip/invoices\.csv: the file is empty"):
        extracts.load(("march.zip", zipped(("invoices.csv", ""))))
    with pytest.raises(FileError, match=r"^invoices\.csv\.gz, line 2: a quote"):
        extracts.load(("invoices.csv.gz", gzip.compress(invoices('FR,"I-1,C-1,2026-01-05,10.00', *ROWS).encode())))


HOSTILE: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "a truncated gzip": (
        "invoices.csv.gz",
        lambda: gzip.compress(invoices(*ROWS * 500).encode())[:-20],
        "is cut off before its end",
    ),
    "a gzip with a wrong checksum": (
        "invoices.csv.gz",
        lambda: (data := gzip.compress(invoices(*ROWS).encode()))[:-8] + b"\0\0\0\0" + data[-4:],
        "is damaged or cut off",
    ),
    "a gzip with something behind it": (
        "invoices.csv.gz",
        lambda: gzip.compress(invoices(*ROWS).encode()) + b"more",
        "is damaged or cut off",
    ),
    "a gzip that is none": ("invoices.csv.gz", lambda: invoices(*ROWS).encode(), "is not the archive that its name"),
    "a gzip bomb": ("invoices.csv.gz", lambda: gzip.compress(bytes(80 << 20)), "more than 200 times its size"),
    "a truncated zip": ("march.zip", lambda: zipped(("invoices.csv", invoices(*ROWS)))[:-30], "is damaged or cut off"),
    "a zip with a wrong checksum": (
        "march.zip",
        lambda: zipped(("invoices.csv", invoices(*ROWS)), method=zipfile.ZIP_STORED).replace(b"I-2", b"I-3"),
        "is damaged or cut off",
    ),
    "a zip bomb": ("march.zip", lambda: zipped(("invoices.csv", bytes(80 << 20))), "more than 200 times its size"),
    "a zip bomb of many members": (
        "march.zip",
        lambda: zipped(*((f"invoices_{number}.csv", bytes(16 << 20)) for number in range(6))),
        "more than 200 times its size",
    ),
    "too many members": (
        "march.zip",
        lambda: zipped(*((f"{number}.csv", "") for number in range(10_001))),
        "holds 10,001 files, more than 10,000",
    ),
    "a path upwards": ("march.zip", lambda: zipped(("../invoices.csv", "x")), "leads out of the archive"),
    "a path upwards inside": ("march.zip", lambda: zipped(("a/../../b.csv", "x")), "leads out of the archive"),
    "an absolute path": ("march.zip", lambda: zipped(("/etc/cron.d/x.csv", "x")), "leads out of the archive"),
    "a drive": ("march.zip", lambda: zipped(("C:/x.csv", "x")), "leads out of the archive"),
    "a path upwards of another system": ("march.zip", lambda: zipped(("..\\x.csv", "x")), "leads out of the archive"),
    "no name at all": ("march.zip", lambda: zipped((".", "x")), "is no name of a file"),
    "a symbolic link": ("march.zip", lambda: zipped(link("invoices.csv", "/etc/passwd")), "is a link"),
    "a zip in a zip": ("march.zip", lambda: zipped(("a.zip", zipped(("b.csv", "x")))), "an archive in an archive"),
    "a zip in a zip under another name": (
        "march.zip",
        lambda: zipped(("a.csv", zipped(("b.csv", "x")))),
        "an archive in an archive",
    ),
    "a gzip in a zip": ("march.zip", lambda: zipped(("a.csv.gz", gzip.compress(b"x"))), "an archive in an archive"),
    "a tar in a gzip": ("march.tar.gz", lambda: gzip.compress(b"x" * 600), "an archive in an archive"),
    "another kind of archive": ("march.7z", lambda: b"7z\xbc\xaf\x27\x1c", "of this kind are not read"),
    "one name twice": (
        "march.zip",
        lambda: zipped(("invoices.csv", invoices(ROWS[0])), ("invoices.csv", invoices(ROWS[1]))),
        "holds 'invoices.csv' twice",
    ),
    "an empty zip": ("march.zip", zipped, "holds no file"),
    "an encrypted zip": (
        "march.zip",
        # The flag of encryption, set in the local header and in the directory.
        lambda: (
            zipped(("invoices.csv", invoices(*ROWS)))
            .replace(b"PK\x03\x04\x14\x00\x00", b"PK\x03\x04\x14\x00\x01")
            .replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01")
        ),
        "is encrypted",
    ),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_archives_are_refused_whole(extracts: Extracts, case: str) -> None:
    extracts.start()
    before = sorted(extracts.folder.rglob("*"))
    name, content, message = HOSTILE[case]
    path = extracts.write(name, content())
    good = extracts.write("invoices_good.csv", invoices(*ROWS))
    with pytest.raises(IngestError, match=message) as raised:
        load(extracts.connection, [good, path], as_of=AS_OF)
    assert str(raised.value).startswith(name)
    assert extracts.rows("select count(*) from raw.invoices") == [(0,)]
    assert sorted(extracts.folder.rglob("*")) == sorted([*before, path, good])


def test_a_hostile_archive_in_a_folder_is_not_passed_over(extracts: Extracts) -> None:
    extracts.write("entities.csv", ENTITIES)
    extracts.write("later.zip", zipped(("../entities.csv", ENTITIES)))
    with pytest.raises(FileError, match="leads out of the archive"):
        load(extracts.connection, [extracts.folder], as_of=AS_OF)


def test_a_workbook_that_is_a_bomb_is_refused(extracts: Extracts) -> None:
    extracts.start()
    with pytest.raises(FileError, match=r"invoices\.xlsx: unpacks to more than 200 times its size"):
        extracts.load(("invoices.xlsx", zipped(("xl/worksheets/sheet1.xml", bytes(80 << 20)))))


def workbook(change: Callable[[str], str]) -> bytes:
    """A workbook of one invoice whose sheet's XML is changed by hand."""
    made, changed = io.BytesIO(), io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["entity_id", "invoice_id", "customer_id", "posted_on", "amount"])
        sheet.write_row(1, 0, ["FR", "X-1", "C-1", "2026-01-05", 1.5])
    with zipfile.ZipFile(made) as before, zipfile.ZipFile(changed, "w") as after:
        for name in before.namelist():
            content = before.read(name).decode()
            after.writestr(name, change(content) if name.endswith("sheet1.xml") else content)
    return changed.getvalue()


FAR_CELLS = {
    # A sheet is held in memory from its first cell to its last: 400 GB, of which the program would die.
    "the last cell there is": (
        lambda xml: xml.replace("</sheetData>", far("XFD1048576")),
        "row 1,048,576 and column 16,384",
    ),
    "a row beyond all rows": (lambda xml: xml.replace('r="A2"', 'r="A99999999999"'), "row 99,999,999,999"),
    "a column beyond all columns": (lambda xml: xml.replace('r="A2"', 'r="ZZZZZZZ2"'), "row 2 and column"),
}


def far(place: str) -> str:
    return f'<row r="{place.lstrip("XFD")}"><c r="{place}"><v>1</v></c></row></sheetData>'


@pytest.mark.parametrize("case", FAR_CELLS)
def test_a_workbook_whose_cells_lie_too_far_out_is_refused(extracts: Extracts, case: str) -> None:
    change, message = FAR_CELLS[case]
    extracts.start()
    with pytest.raises(FileError, match=rf"invoices\.xlsx: reaches to {message}"):
        extracts.load(("invoices.xlsx", workbook(change)))


def test_a_workbook_with_something_before_it_is_measured_too(extracts: Extracts) -> None:
    """Its reader looks for the archive from the file's end."""
    extracts.start()
    with pytest.raises(FileError, match="unpacks to more than 200 times its size"):
        extracts.load(("invoices.xlsx", b"x" + zipped(("xl/worksheets/sheet1.xml", bytes(80 << 20)))))


def test_no_room_to_unpack(extracts: Extracts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "ROOM_LEFT", 1 << 62)
    with pytest.raises(FileError, match=r"entities\.csv\.gz: there is no room to unpack it"):
        extracts.load(("entities.csv.gz", gzip.compress(ENTITIES.encode())))


class TestPlaces:
    """Folders and globs."""

    def test_a_folder_with_archives(self, extracts: Extracts) -> None:
        extracts.write("entities.csv.gz", gzip.compress(ENTITIES.encode()))
        extracts.write("march.zip", zipped(("invoices.csv", invoices(*ROWS))))
        extracts.write("notes.md.gz", gzip.compress(b"# Not an extract"))
        report = load(extracts.connection, [extracts.folder], as_of=AS_OF)
        assert [result.file for result in report.files] == ["entities.csv.gz", "march.zip/invoices.csv"]

    def test_a_glob(self, extracts: Extracts) -> None:
        extracts.write("entities.csv", ENTITIES)
        extracts.write("2026/01/invoices_1.csv", invoices(ROWS[0]))
        extracts.write("2026/02/invoices_2.csv", invoices(ROWS[1]))
        globs = [extracts.folder / "ent*.csv", extracts.folder / "2026" / "**" / "*.csv"]
        report = load(extracts.connection, globs, as_of=AS_OF)
        assert [result.file for result in report.files] == ["entities.csv", "invoices_1.csv", "invoices_2.csv"]

    def test_a_glob_that_matches_nothing(self, extracts: Extracts) -> None:
        with pytest.raises(FileError, match=r"\*\.csv: no file matches"):
            load(extracts.connection, [extracts.folder / "*.csv"], as_of=AS_OF)

    @pytest.mark.parametrize("name", ["list*", "list[2]", "list?"])
    @pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
    def test_a_name_that_looks_like_a_pattern_reads_no_other_file(
        self, extracts: Extracts, name: str, suffix: str
    ) -> None:
        """DuckDB's readers take it for one, and would load what lies beside it."""
        own = extracts.write("own.yml", OWN)

        def content(invoice_id: str) -> bytes:
            path = extracts.folder / f"made.{suffix}"
            duckdb.execute(
                f"copy (select '{invoice_id}' as invoice_id, 'C-1' as customer_id, date '2026-01-05' as posted_on, "
                f"1.50::decimal(18, 2) as amount) to '{path}' (format {'json' if suffix == 'jsonl' else suffix})"
            )
            return path.read_bytes()

        extracts.write(f"list2.{suffix}", content("OTHER"))
        report = extracts.load((f"{name}.{suffix}", content("MINE")), source=own)
        assert counts(only(report)) == (1, 1, 0, 0, 0, 0)
        assert extracts.current("invoices", "invoice_id") == [("MINE",)]

    @pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
    def test_a_folder_called_like_a_partition_makes_no_column(self, extracts: Extracts, suffix: str) -> None:
        """DuckDB's readers take ``reference=x`` for a column of the files in it."""
        own, folder = extracts.write("own.yml", OWN), extracts.folder / "reference=x"
        folder.mkdir()
        duckdb.execute(
            "copy (select 'I-1' as invoice_id, 'C-1' as customer_id, date '2026-01-05' as posted_on, "
            f"1.50::decimal(18, 2) as amount) to '{folder}/list.{suffix}' "
            f"(format {'json' if suffix == 'jsonl' else suffix})"
        )
        load(extracts.connection, [folder / f"list.{suffix}"], source=own, as_of=AS_OF)
        assert extracts.current("invoices", "invoice_id, reference") == [("I-1", None)]

    def test_a_file_whose_name_looks_like_a_glob(self, extracts: Extracts) -> None:
        path: Path = extracts.write("entities[1].csv", ENTITIES)
        extracts.write("own.yml", "name: own\ndescription: Own.\ntables: [{table: entities}]\n")
        report = load(extracts.connection, [path], source=extracts.folder / "own.yml", as_of=AS_OF)
        assert only(report).file == "entities[1].csv"
