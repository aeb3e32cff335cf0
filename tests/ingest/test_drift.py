"""What changed in a source's columns is told, and refused where rows cannot do without the column."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from ingest.errors import DriftError
from ingest.loader import load
from tests.ingest.extracts import Extracts, only

FIRST = date(2026, 1, 4)
COLUMNS = ("invoice_id", "customer_id", "posted_on", "amount", "currency", "payment_terms", "reference")
Row = dict[str, str]
OWN = "name: own\ndescription: Own.\nbase_currency: EUR\ntables: [{table: invoices}]\n"


def picture(week: int, rows: int = 200) -> list[Row]:
    """The rows of a full file of a week: each week some more, one in ten a credit note."""
    return [
        {
            "invoice_id": f"I-{number}",
            "customer_id": f"{1000 + number % 40}",
            "posted_on": f"{date(2025, 1, 1) + timedelta(days=number)}",
            "amount": f"{'-' if number % 10 == 0 else ''}{number % 90 + 10}.50",
            "currency": ("EUR", "USD")[number % 2],
            "payment_terms": ("30_net", "60_net")[number % 2] if number % 4 else "",
            "reference": f"PO {number}",
        }
        for number in range(rows + 5 * week)
    ]


def written(rows: list[Row]) -> str:
    columns = list(rows[0])
    return "\n".join([",".join(columns), *(",".join(row[name] for name in columns) for row in rows)]) + "\n"


def weeks(extracts: Extracts, count: int = 3) -> None:
    """Load ``count`` weeks, none of which is told to drift."""
    mapping = extracts.write("own.yml", OWN)
    for week in range(count):
        content = written(picture(week))
        result = only(extracts.load(("list.csv", content), source=mapping, as_of=FIRST + timedelta(weeks=week)))
        assert result.warnings == []


def load_week(extracts: Extracts, rows: list[Row], *, accept: bool = False) -> list[str]:
    """Load the week after those of `weeks`; what is told of it."""
    path = extracts.write("list.csv", written(rows))
    report = load(
        extracts.connection,
        [path],
        source=extracts.folder / "own.yml",
        as_of=FIRST + timedelta(weeks=9),
        accept_drift=accept,
    )
    said = [words for words in only(report).warnings if words.startswith("changed since the last loads: ")]
    return [words.removeprefix("changed since the last loads: ") for words in said]


def each(change: Callable[[int, Row], Row]) -> list[Row]:
    return [change(number, row) for number, row in enumerate(picture(3))]


def without(row: Row, *names: str) -> Row:
    return {name: value for name, value in row.items() if name not in names}


TOLD: list[tuple[str, list[Row], str, str]] = [
    (
        "column gone",
        each(lambda _, row: without(row, "payment_terms")),
        "vanished",
        "column 'payment_terms' is no longer in the file",
    ),
    (
        "column new",
        each(lambda _, row: row | {"colour": "red"}),
        "appeared",
        "column 'colour' is new in the file and is not read",
    ),
    (
        "canonical column new",
        each(lambda _, row: row | {"due_on": "2026-01-01"}),
        "appeared",
        "column 'due_on' is new in the file and feeds due_on",
    ),
    (
        "mostly empty",
        each(lambda number, row: row | {"reference": "" if number % 3 else row["reference"]}),
        "emptied",
        "reference is empty in 67% of the rows, and was in at most 0%",
    ),
    (
        "another code",
        each(lambda number, row: row | {"payment_terms": "T90" if number > 200 else row["payment_terms"]}),
        "new values",
        "payment_terms has values never seen: T90",
    ),
    (
        "many other codes",
        each(lambda number, row: row | {"payment_terms": f"T{number}"}),
        "new values",
        "payment_terms has more than 25 values, and had 2",
    ),
    (
        "other customer codes",
        each(lambda _, row: row | {"reference": row["invoice_id"].removeprefix("I-")}),
        "retyped",
        "reference is a number in 100% of the rows, and was in at most 0%",
    ),
]


@pytest.mark.parametrize(("case", "rows", "kind", "words"), TOLD, ids=[case for case, *_ in TOLD])
def test_is_told_and_kept(extracts: Extracts, case: str, rows: list[Row], kind: str, words: str) -> None:
    weeks(extracts)
    assert load_week(extracts, rows) == [words]
    assert extracts.rows("select load_id, source, table_name, drift, words, is_required from raw.load_drifts") == [
        (4, "own", "invoices", kind, words, False)
    ]


REFUSED: list[tuple[str, list[Row], str, str]] = [
    (
        "amounts a hundred times larger",
        each(lambda _, row: row | {"amount": row["amount"].replace(".50", "50")}),
        "scaled",
        r"amount has a median of 4,\d50\.00, and had at most 4\d\.50",
    ),
    (
        "amounts a hundred times smaller",
        each(lambda _, row: row | {"amount": f"{'-' if row['amount'][0] == '-' else ''}0.{row['amount'][-5:-3]}"}),
        "scaled",
        r"amount has a median of 0\.4\d, and had at least 4\d\.50",
    ),
    (
        "signs turned",
        each(lambda _, row: row | {"amount": row["amount"][1:] if row["amount"][0] == "-" else f"-{row['amount']}"}),
        "turned",
        "amount is below zero in 90% of the rows, and was in at most 10%",
    ),
    (
        "customers empty",
        each(lambda number, row: row | {"customer_id": "" if number % 4 == 0 else row["customer_id"]}),
        "emptied",
        "customer_id is empty in 25% of the rows, and was in at most 0%",
    ),
    (
        "days written otherwise",
        each(lambda number, row: row | {"posted_on": "05/01/2026" if number % 2 else row["posted_on"]}),
        "retyped",
        r"posted_on cannot be read in 50% of the rows, and could not in at most 0%",
    ),
    (
        "decimal commas",
        each(lambda number, row: row | {"amount": row["amount"].replace(".", "'") if number % 2 else row["amount"]}),
        "retyped",
        r"amount cannot be read in 50% of the rows",
    ),
    (
        "customers are names now",
        each(lambda _, row: row | {"customer_id": f"Customer {row['customer_id']}"}),
        "retyped",
        "customer_id is a number in 0% of the rows, and was in at least 100%",
    ),
]


@pytest.mark.parametrize(("case", "rows", "kind", "words"), REFUSED, ids=[case for case, *_ in REFUSED])
def test_of_a_required_column_is_refused_unless_accepted(
    extracts: Extracts, case: str, rows: list[Row], kind: str, words: str
) -> None:
    weeks(extracts)
    tables = ("invoices", "loads", "load_profiles", "load_drifts", "rejects")
    before = [extracts.rows(f"select count(*) from raw.{table}") for table in tables]
    with pytest.raises(DriftError, match=rf"(?s)list\.csv: invoices cannot do without .*{words}.*--accept-drift"):
        load_week(extracts, rows)
    assert [extracts.rows(f"select count(*) from raw.{table}") for table in tables] == before
    load_week(extracts, rows, accept=True)
    assert extracts.rows("select load_id, drift, is_required from raw.load_drifts") == [(4, kind, True)]


def test_what_was_accepted_is_what_is_known_then(extracts: Extracts) -> None:
    weeks(extracts)
    turned = each(lambda _, row: row | {"reference": f"{row['reference']}" if row["amount"][0] == "-" else ""})
    assert len(load_week(extracts, turned)) == 1
    assert load_week(extracts, [*turned, turned[1] | {"invoice_id": "I-X"}]) == []
    # Full again: a column that fills up is no drift.
    assert load_week(extracts, picture(5)) == []


def test_few_rows_prove_nothing(extracts: Extracts) -> None:
    mapping = extracts.write("own.yml", OWN)
    extracts.load(("list.csv", written(picture(0, rows=49))), source=mapping, as_of=FIRST)
    rows = [row | {"amount": f"{row['amount']}".replace(".50", "50"), "reference": ""} for row in picture(0, rows=49)]
    assert load_week(extracts, rows) == []


def test_a_column_hardly_filled_proves_nothing(extracts: Extracts) -> None:
    mapping = extracts.write("own.yml", OWN)
    rows = [row | {"reference": "123" if number < 20 else ""} for number, row in enumerate(picture(0))]
    extracts.load(("list.csv", written(rows)), source=mapping, as_of=FIRST)
    assert load_week(extracts, [row | {"reference": row["reference"].replace("123", "abc")} for row in rows]) == []


def test_months_of_one_entity_are_of_a_kind_and_other_entities_are_not(extracts: Extracts) -> None:
    mapping = extracts.write(
        "own.yml",
        "name: own\ndescription: Own.\nbase_currency: EUR\ntables:\n  - table: invoices\n"
        "    slice: {file: '^(?P<entity>[A-Z]+)_(?P<period>[0-9]{4}-[0-9]{2})'}\n",
    )

    def month(name: str, prefix: str, scale: str) -> list[str]:
        rows = [
            row | {"invoice_id": f"{prefix}{row['invoice_id']}", "amount": row["amount"].replace(".50", scale)}
            for row in picture(0)
        ]
        result = only(extracts.load((name, written(rows)), source=mapping, as_of=FIRST))
        return result.warnings

    assert month("FR_2026-01.csv", "A", ".50") == []
    assert month("UK_2026-01.csv", "B", "50") == []
    assert month("UK_2026-02.csv", "C", "50") == []
    with pytest.raises(DriftError, match="amount has a median"):
        month("FR_2026-02.csv", "D", "50")


def test_a_column_renamed_in_file_and_mapping_still_feeds(extracts: Extracts) -> None:
    weeks(extracts)
    names = ", ".join(f"{name}: {'Total' if name == 'amount' else name}" for name in COLUMNS)
    extracts.write("own.yml", OWN.replace("{table: invoices}", f"{{table: invoices, columns: {{{names}}}}}"))
    rows = each(lambda _, row: without(row, "amount") | {"Total": row["amount"]})
    assert load_week(extracts, rows) == ["column 'total' is new in the file and feeds amount"]
