"""Source mappings are checked on reading: what is wrong is named, with the nearest right word."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest import catalogue
from ingest.errors import MappingError
from ingest.mapping import FileFormat, Mapping

HEAD = "name: own\ndescription: Own.\n"
NEEDED = "columns: {invoice_id: No, customer_id: Client, posted_on: Day, amount: Total}"


def table(more: str, columns: str = NEEDED, name: str = "invoices") -> str:
    """A mapping of one table with a line more."""
    return f"{HEAD}tables:\n  - table: {name}\n    {columns}\n    {more}\n"


WRONG = [
    ("descripton: x\ntables: []\nname: own", r"descripton: unknown key 'descripton'; did you mean 'description'\?"),
    (HEAD + "tables: []", r"tables: "),
    ("name: Own Books\ndescription: x\ntables: [{table: invoices}]", "name: String should match"),
    (HEAD + "file: {delimeter: ';'}\ntables: [{table: invoices}]", "file.delimeter: .* did you mean 'delimiter'"),
    (HEAD + "file: {encoding: latin1}\ntables: [{table: invoices}]", "file.encoding: .*windows-1252"),
    (HEAD + "file: {date_format: DD/MM/YYYY}\ntables: [{table: invoices}]", "holds no % code.*'%Y-%m-%d'"),
    (HEAD + "file: {decimal_mark: ',', thousands_mark: ','}\ntables: [{table: invoices}]", "must differ"),
    (HEAD + "file: {delimiter: '§'}\ntables: [{table: invoices}]", "ASCII"),
    (HEAD + "base_currency: euro\ntables: [{table: invoices}]", "base_currency"),
    (HEAD + "tables: [{table: invoces}]", "table 'invoces' is not canonical; did you mean 'invoices'"),
    (table("colums: {}"), "tables.1.colums: unknown key 'colums'; did you mean 'columns'"),
    (table("", "columns: {invoice_id: No, customer_id: C, posted_on: D, amout: T}"), "no column 'amout'; .*'amount'"),
    (table("", "columns: {invoice_id: No, customer_id: C, posted_on: D}"), "cannot do without 'amount'"),
    (table("constants: {amount: 1}"), "'amount' is both in columns and in constants"),
    (table("constants: {entity: FR}"), "constants: invoices has no column 'entity'; did you mean 'entity_id'"),
    (table("values: {document_type: {FAC: invoce}}"), "document_type cannot be 'invoce'; did you mean 'invoice'"),
    (table("values: {is_disputed: {J: yes please}}"), "is_disputed cannot be 'yes please'"),
    (table("sign: negative"), "tables.1.sign: .*'as_given', 'reversed' or 'by_type'"),
    (table("filters: [{column: Type}]"), "give one of keep, drop and differs_from"),
    (table("filters: [{column: Type, keep: [A], drop: [B]}]"), "give one of keep, drop and differs_from"),
    (table("control_date: {column: Day, file: '(x)'}"), "give either column or file"),
    (table("control_date: {file: 'x'}"), "must have one group"),
    (table("file_name: '('"), "is not a regular expression"),
    (table("slice: {file: '(x)'}"), "must name its groups"),
    (table("slice: {entity: FR, file: '(?P<entity>x)'}"), "given twice"),
    (table("slice: {entitiy: FR}"), "tables.1.slice.entitiy: .*did you mean 'entity'"),
    (table("kind: partial"), "tables.1.kind"),
    (table("quoted: inverse"), "for fx_rates only"),
    (table("file: {delimeter: ';'}"), "file has no key 'delimeter'; did you mean 'delimiter'"),
    (table("", NEEDED[:-1] + ", due_on: {amount: a, rate: b, quoted: document_per_base}}"), "only base_amount is made"),
    (table("", NEEDED[:-1] + ", base_amount: {amount: a, rate: b}}"), "quoted"),
    (table("sign: by_type", "columns: '*'", "payments"), "sign: by_type is for invoices only"),
    (table("customer_scope: entity", "columns: '*'", "disputes"), "disputes has no customer code"),
    (HEAD + "name: other\ntables: [{table: invoices}]", "the key 'name' stands twice"),
    (table("columns: {invoice_id: Other}"), "the key 'columns' stands twice"),
    (HEAD + "tables: &a [*a]", "a part that holds itself"),
    (
        HEAD
        + "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
        # Ten to the ninth once it is written out.
        + "".join(
            f"{one}: &{one} [{', '.join([f'*{before}'] * 10)}]\n"
            for before, one in zip("abcdefgh", "bcdefghi", strict=True)
        ),
        "more than 100,000 parts",
    ),
    (HEAD + "tables: " + "[" * 5_000, "too deep"),
    (HEAD + "tables: !!python/object/apply:os.getcwd []", "is not YAML"),
    ("[]", "must hold the keys name, description"),
    ("{", "is not YAML"),
]


@pytest.mark.parametrize(("content", "message"), WRONG, ids=[message for _, message in WRONG])
def test_a_wrong_mapping_is_told_what_is_wrong(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "own.yml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(MappingError, match=f"(?s)own\\.yml.*{message}"):
        catalogue.find(path)


def test_a_folder_is_no_mapping(tmp_path: Path) -> None:
    folder = tmp_path / "own.yml"
    folder.mkdir()
    with pytest.raises(MappingError, match=r"own\.yml: cannot be read: Is a directory"):
        catalogue.find(folder)


def test_an_unknown_source_is_told_the_nearest() -> None:
    with pytest.raises(MappingError, match=r"no source 'zero'; did you mean 'xero'\?.*canonical"):
        catalogue.find("zero")
    with pytest.raises(MappingError, match="there is no such file"):
        catalogue.find(Path("absent.yml"))


@pytest.mark.parametrize("name", catalogue.names())
def test_built_in_mappings_are_right(name: str) -> None:
    mapping = catalogue.find(name)
    assert mapping.name == name
    assert mapping.description.strip().endswith(".")
    assert all(table.file_name for table in mapping.tables)


def test_a_table_can_read_its_files_otherwise() -> None:
    mapping = Mapping.model_validate(
        {
            "name": "own",
            "description": "Own.",
            "file": {"delimiter": ";", "decimal_mark": ","},
            "tables": [{"table": "invoices", "file": {"delimiter": "|"}}, {"table": "payments"}],
        }
    )
    assert mapping.format_of(mapping.tables[0]) == FileFormat(delimiter="|", decimal_mark=",")
    assert mapping.format_of(mapping.tables[1]) == FileFormat(delimiter=";", decimal_mark=",")


def test_yaml_scalars_are_the_text_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "own.yml"
    path.write_text(
        table(
            "values: {is_disputed: {Yes: true, off: false, 0: false, 007: true}}\n"
            "    constants: {account: 0411, sent_on: 2026-01-05, reference: 1e3, payment_terms: on}"
        ),
        encoding="utf-8",
    )
    (read,) = catalogue.find(path).tables
    assert isinstance(read.columns, dict)
    assert read.columns["invoice_id"] == "No"
    assert read.values == {"is_disputed": {"Yes": "true", "off": "false", "0": "false", "007": "true"}}
    assert read.constants == {"account": "0411", "sent_on": "2026-01-05", "reference": "1e3", "payment_terms": "on"}


def test_one_line_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "own.yml"
    path.write_text(table("sgn: x\n    kind: some", NEEDED[:-1] + ", base_amount: {amuont: a}}"), encoding="utf-8")
    with pytest.raises(MappingError) as caught:
        catalogue.find(path)
    assert [line.split(": ")[0].strip() for line in str(caught.value).splitlines()[1:]] == [
        "tables.1.kind",
        "tables.1.columns.base_amount.amount",
        "tables.1.columns.base_amount.rate",
        "tables.1.columns.base_amount.quoted",
        "tables.1.columns.base_amount.amuont",
        "tables.1.sgn",
    ]
    assert "unknown key 'amuont'; did you mean 'amount'?" in str(caught.value)
