"""When rejects refuse the load."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.errors import MappingError, ToleranceError
from ingest.loader import load
from tests.ingest.extracts import AS_OF, Extracts, invoices, only

HEADER = "invoice_id,customer_id,posted_on,amount,currency"
ROWS = [f"I-{number},C,2026-01-05,10.00,EUR" for number in range(7)]
BAD = ["B-1,C,soon,5.00,EUR", "B-2,C,soon,-7.00,USD", "B-3,C,never,2.00,EUR"]
CONTENT = invoices(*ROWS, *BAD, header=HEADER)


def own(extracts: Extracts, of_source: str = "", of_table: str = "") -> Path:
    return extracts.write(
        "own.yml",
        f"name: own\ndescription: Own.\nbase_currency: EUR\n{of_source}\n"
        f"tables:\n  - table: invoices\n    {of_table}\n",
    )


def test_without_one_rejects_never_refuse(extracts: Extracts) -> None:
    assert only(extracts.load(("list.csv", CONTENT), source=own(extracts))).rows_rejected == 3


@pytest.mark.parametrize(
    "tolerance",
    [
        "{rejected_rows: 3}",
        "{rejected_rows: 30%}",
        "{rejected_amount: 7}",
        "{rejected_amount: {EUR: 7.00, USD: 7.00}}",
        "{rejected_rows: 3, rejected_amount: 1000}",
    ],
)
def test_within(extracts: Extracts, tolerance: str) -> None:
    assert (
        only(extracts.load(("list.csv", CONTENT), source=own(extracts, f"tolerance: {tolerance}"))).rows_rejected == 3
    )


@pytest.mark.parametrize(
    ("tolerance", "words"),
    [
        ("{rejected_rows: 2}", "3 of 10 rows are rejected, 2 are tolerated"),
        ("{rejected_rows: 0}", "3 of 10 rows are rejected, 0 are tolerated"),
        ("{rejected_rows: 29.9%}", "3 of 10 rows are rejected, 29.9% of 10 are tolerated"),
        ("{rejected_amount: 6.99}", "7.00 EUR are in rejected rows, 6.99 are tolerated; 7.00 USD"),
        ("{rejected_amount: {EUR: 100}}", "7.00 USD are in rejected rows, 0 are tolerated"),
    ],
)
def test_over_it_nothing_is_written_and_the_reasons_are_told(extracts: Extracts, tolerance: str, words: str) -> None:
    bad, good = extracts.write("list.csv", CONTENT), extracts.write("entities.csv", "entity_id,base_currency\nX,EUR\n")
    with pytest.raises(ToleranceError) as caught:
        load(extracts.connection, [bad], own=[good], source=own(extracts, f"tolerance: {tolerance}"), as_of=AS_OF)
    assert words in str(caught.value)
    assert "3 x posted_on is not a day written as %Y-%m-%d: list.csv, line 9, 'soon'" in str(caught.value)
    for table in ("invoices", "entities", "loads", "rejects", "load_totals", "reject_files"):
        assert extracts.rows(f"select count(*) from raw.{table}") == [(0,)]


def test_of_a_table_goes_before_that_of_its_source(extracts: Extracts) -> None:
    mapping = own(extracts, "tolerance: {rejected_rows: 0}", "tolerance: {rejected_rows: 5}")
    assert only(extracts.load(("list.csv", CONTENT), source=mapping)).rows_rejected == 3


@pytest.mark.parametrize("row", ["B-9,C,2026-01-05,1O.00,EUR", 'B-9,C,2026-01-05,"1,000",EUR', "B-9,C,2026-01-05"])
def test_an_amount_that_cannot_be_read_may_be_any(extracts: Extracts, row: str) -> None:
    mapping = own(extracts, "tolerance: {rejected_amount: 1000000}")
    with pytest.raises(ToleranceError, match="1 rejected rows have an amount that cannot be read, so it may be any"):
        extracts.load(("list.csv", invoices(*ROWS, row, header=HEADER)), source=mapping)


@pytest.mark.parametrize(
    ("tolerance", "message"),
    [
        ("{}", "give rejected_rows, rejected_amount or both"),
        ("{rejected_rows: few}", "String should match pattern"),
        ("{rejected_amount: -1}", "'-1' is no amount"),
        ("{rows: 1}", "unknown key 'rows'"),
    ],
)
def test_a_wrong_one_is_named(extracts: Extracts, tolerance: str, message: str) -> None:
    with pytest.raises(MappingError, match=message):
        extracts.load(("list.csv", CONTENT), source=own(extracts, f"tolerance: {tolerance}"))
