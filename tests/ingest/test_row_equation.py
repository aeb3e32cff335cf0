"""Rows read = new + changed + unchanged + rejected, and the current rows are the picture: over drawn files."""

from __future__ import annotations

import csv
import io
import tempfile
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.ingest.extracts import INVOICE_HEADER, Extracts

IDS = ["A", "B", "C", "D", "E"]
DAYS = ["2026-01-05", "2026-01-06", "soon", ""]
AMOUNTS = ["1.00", "2.00", "x", "1.001"]
LINES = st.one_of(
    st.tuples(st.sampled_from(IDS), st.sampled_from(DAYS), st.sampled_from(AMOUNTS)).map(
        lambda parts: f"FR,{parts[0]},C-1,{parts[1]},{parts[2]}"
    ),
    st.sampled_from(
        ["", "FR,A", "FR,A,C-1,2026-01-05,1.00,", 'FR,"B"x,C-1,2026-01-05,1.00', ",A,C-1,2026-01-05,1.00,,"]
    ),
)
FILES = st.lists(st.lists(LINES, max_size=7), min_size=1, max_size=3)


@dataclass(frozen=True)
class Row:
    """A row as an independent reader takes it."""

    key: str
    day: str
    amount: str


def read_plainly(lines: list[str]) -> tuple[int, dict[str, list[Row]], set[str]]:
    """An oracle in plain Python: records, good rows by key, and keys of rows that could not be taken."""
    records, good, unread = 0, dict[str, list[Row]](), set[str]()
    for line in lines:
        if not line:
            continue
        records += 1
        cells = next(csv.reader(io.StringIO(line)))
        stray = '"x' in line
        if len(cells) == 5 and not stray and cells[3] in DAYS[:2] and cells[4] in AMOUNTS[:2]:
            good.setdefault(cells[1], []).append(Row(cells[1], cells[3], cells[4]))
        else:
            # Of a quote inside a quoted value the part in quotes is read.
            unread.add(cells[1].removesuffix("x") if cells[0] == "FR" else f"{cells[1]} of MAIN")
    return records, good, unread


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(files=FILES)
def test_over_drawn_files(files: list[list[str]]) -> None:
    check(files)


@pytest.mark.long
@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(files=FILES)
def test_over_many_drawn_files(files: list[list[str]]) -> None:
    check(files)


def check(files: list[list[str]]) -> None:
    """Load ``files`` one after the other, as full pictures of one slice, and compare with the oracle."""
    with tempfile.TemporaryDirectory() as folder:
        extracts = Extracts(Path(folder))
        mapping = extracts.write(
            "own.yml",
            "name: own\ndescription: Own.\nbase_currency: EUR\ntables: [{table: invoices, allow_empty: true}]\n",
        )
        current: dict[str, Row] = {}
        last = ""
        for lines in files:
            content = "\n".join([INVOICE_HEADER, *lines]) + "\n"
            report = extracts.load(("list.csv", content), source=mapping)
            if report.status == "unchanged":
                assert content == last
                continue
            last = content
            (result,) = report.files
            records, good, unread = read_plainly(lines)
            contradicted = {key for key, rows in good.items() if len(set(rows)) > 1}
            picture = {key: rows[0] for key, rows in good.items() if key not in contradicted}
            kept = {key: row for key, row in current.items() if key not in picture and key in unread | contradicted}
            assert result.rows_read == records
            assert result.rows_unchanged == sum(current.get(key) == row for key, row in picture.items())
            assert result.rows_changed == sum(key in current and current[key] != row for key, row in picture.items())
            assert result.rows_new == sum(key not in current for key in picture)
            assert result.rows_rejected == records - len(picture)
            assert result.rows_vanished == len(set(current) - set(picture) - set(kept))
            totals = extracts.rows(
                "select coalesce(sum(rows_read), 0), coalesce(sum(rows_rejected), 0), coalesce(sum(rows_vanished), 0), "
                "coalesce(sum(new_amount + changed_amount + unchanged_amount), 0), coalesce(sum(vanished_amount), 0) "
                f"from raw.load_totals where load_id = {report.load_id}"
            )
            gone = [row for key, row in current.items() if key not in picture and key not in kept]
            assert totals == [
                (
                    records,
                    records - len(picture),
                    len(gone),
                    sum(Decimal(row.amount) for row in picture.values()),
                    sum(Decimal(row.amount) for row in gone),
                )
            ]
            current = picture | kept
            stored = extracts.current("invoices", "invoice_id, posted_on, amount")
            assert {row[0]: Row(row[0], str(row[1]), str(row[2])) for row in stored} == current
            rejected_records = extracts.rows(
                f"select count(distinct line) from raw.rejects where load_id = {report.load_id} and severity = 'reject'"
            )
            assert rejected_records == [(result.rows_rejected,)]
        extracts.connection.close()
