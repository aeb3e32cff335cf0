"""The committee's page against its workbook."""

from __future__ import annotations

import io
from pathlib import Path

import duckdb
from python_calamine import CalamineWorkbook
from streamlit.testing.v1 import AppTest

from audit import committee
from audit.committee import PARTS, Asked
from dashboards.lib import publication
from dashboards.lib.db import Warehouse
from dashboards.lib.format import Formatter
from tests.dashboards.conftest import ChangedApp, changed, go, html, one, sentence

FMT = Formatter()


def test_the_committee_opens_with_what_it_decides_on(app: AppTest, marts: duckdb.DuckDBPyConnection) -> None:
    page = go(app, "committee")
    largest, whole = one(
        marts,
        """
        select
            (select sum(exposure_amount) from
                (select exposure_amount from rpt_credit_exposures order by exposure_amount desc limit 20)),
            sum(greatest(exposure_amount, 0))
        from rpt_credit_exposures
        """,
    )
    (over,) = one(marts, "select count(*) from rpt_credit_exposures where excess_amount > 0")
    head = sentence(page)
    assert FMT.short_money(largest, "EUR") in head
    assert FMT.rate(largest / whole, 0) in head
    assert FMT.count(over, "customer") in head
    page.selectbox(key="largest-choice").set_value("10").run()
    assert len(page.dataframe[0].value) == 10


def test_the_committee_s_page_shows_every_part_of_its_workbook(app: AppTest, sample_home: Path) -> None:
    page = go(app, "committee")
    agenda = committee.gather(Warehouse(publication.current(sample_home)).rows, Asked())
    titles = [found for found in html(page) if 'class="enc-card-title"' in found]
    for part in PARTS:
        rows = agenda.parts[part.key]
        assert any(f"{part.title}: {FMT.number(len(rows))}<" in found for found in titles), part.key
    assert len(page.dataframe) == sum(bool(agenda.parts[part.key]) for part in PARTS) + 1
    decided = next(found.value for found in page.dataframe if "proposed_words" in found.value.columns)
    assert list(decided["proposed_words"]) == [row["proposed_words"] for row in agenda.decisions]


def test_a_committee_without_limits_says_so(changed_app: ChangedApp) -> None:
    app = changed_app(
        "update rpt_credit_exposures set limit_state = 'not provided', limit_amount = null, granted_amount = null, "
        "excess_amount = null, limit_review_due_on = null, temporary_valid_to_on = null, limit_valid_to_on = null",
    )
    page = go(app, "committee")
    told = [found for found in html(page) if "Not provided: credit_limits." in found]
    assert len(told) == 3
    assert "Nothing can be said." in " ".join(html(page))


def test_the_workbook_words_states_and_marks_thousands_inside_sentences(sample_home: Path, tmp_path: Path) -> None:
    home = changed(
        sample_home,
        tmp_path,
        "update rpt_credit_exposures set limit_state = 'expired', recommended_formula = 'Paid 1234567.80 ÷ 364'",
    )
    warehouse = Warehouse(publication.current(home))
    book = CalamineWorkbook.from_filelike(io.BytesIO(committee.workbook(warehouse.rows, Asked(), "a file")))
    heads, *rows = book.get_sheet_by_name("Largest exposures").to_python(skip_empty_area=False)[2:]
    told = [dict(zip(heads, row, strict=True)) for row in rows]
    assert {(row["Limit"], row["Recommended by"]) for row in told} == {("Expired", "Paid 1 234 567.80 ÷ 364")}
