"""From a figure to its rows that add up, to a document, and back."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from dashboards.lib.figures import FIGURES
from dashboards.lib.format import Formatter
from dashboards.lib.measures import MEASURES
from tests.dashboards.conftest import ChangedApp, choose, go, html, one, open_app, sentence

FMT = Formatter()


def test_a_figure_of_a_month_and_a_member_adds_up(
    sample_home: Path, monkeypatch: pytest.MonkeyPatch, marts: duckdb.DuckDBPyConnection
) -> None:
    month, member, amount = one(
        marts,
        """
        select period_ending_on, member, at_risk_amount from fct_kpis_by_dimension
        where dimension = 'segment' and period_kind = 'month' and entity_id = '*' and scope = 'all'
            and reporting_currency = 'EUR' and at_risk_amount > 0
        order by period_ending_on desc, member limit 1
        """,
    )
    page = open_app(
        sample_home, monkeypatch, figure="at_risk_rate", month=month.isoformat(), cut="segment", member=member
    )
    page = go(page, "figure")
    for key, value in (
        ("figure", "at_risk_rate"),
        ("month", month.isoformat()),
        ("cut", "segment"),
        ("member", member),
    ):
        page.text_input(key=key).set_value(value)
    page.run()
    assert member in sentence(page)
    check = next(found for found in html(page) if "exactly the figure" in found)
    assert FMT.amount(amount) in check
    assert sum(page.dataframe[0].value["value"]) == amount


@pytest.mark.parametrize("figure", FIGURES)
def test_every_figure_shows_its_definition_and_rows_that_add_up(
    sample_home: Path, monkeypatch: pytest.MonkeyPatch, figure: str
) -> None:
    page = go(open_app(sample_home, monkeypatch, figure=figure), "figure.py")
    page.selectbox(key="figure-choice").set_value(figure).run()
    assert not page.exception
    measure = MEASURES[figure]
    assert any(measure.definition in str(found.value) for found in page.markdown)
    assert measure.label in sentence(page)
    for part in FIGURES[figure]:
        if len(FIGURES[figure]) > 1:
            choose(page, "part-choice", part)
        assert any("exactly the figure" in found for found in html(page)), part
        assert len(page.dataframe[0].value) > 0


def test_rows_that_do_not_add_up_are_said_in_red(changed_app: ChangedApp) -> None:
    page = go(changed_app("update fct_kpis set overdue_amount = overdue_amount + 0.01"), "figure.py")
    page.selectbox(key="figure-choice").set_value("overdue_amount").run()
    assert any("−0.01 apart" in found and "enc-banner" in found for found in html(page))
    assert not any("exactly the figure" in found for found in html(page))


def test_rows_by_customer_are_the_same_sum(app: AppTest) -> None:
    page = go(app, "figure")
    page.selectbox(key="figure-choice").set_value("overdue_amount").run()
    documents = page.dataframe[0].value
    choose(page, "rows-choice", "customer")
    assert sum(page.dataframe[0].value["value"]) == sum(documents["value"])


def test_document_page_shows_what_paid_it_and_links_back_to_its_figures(
    app: AppTest, marts: duckdb.DuckDBPyConnection
) -> None:
    page = go(app, "document")
    entity, document, number, overdue = one(
        marts,
        """
        select entity_id, document_id, document_number, sum(reporting_open_amount)
        from fct_item_intervals, (select as_of_on from rpt_passport)
        where valid_to_on is null and open_amount > 0 and due_on < as_of_on and item_kind = 'invoice'
            and document_id in (select debit_document_id from fct_allocations)
        group by all order by 4 desc limit 1
        """,
    )
    page.text_input(key="document").set_value(f"{entity}/{document}").run()
    assert not page.exception
    assert number in sentence(page)
    (allocations,) = one(
        marts,
        "select count(*) from fct_allocations where entity_id = $entity and debit_document_id = $document",
        {"entity": entity, "document": document},
    )
    tables = {column: table.value for table in page.dataframe for column in table.value.columns}
    assert len(tables["source_words"]) == allocations
    assert tables["open_amount"].iloc[-1]["open_amount"] > 0
    counts = next(found for found in html(page) if "What counts" in found)
    line = counts.split('href="figure?figure=overdue_amount&amp;part=overdue_amount"')[1].split("</tr>")[0]
    assert FMT.amount(overdue) in line


def test_a_document_is_found_by_its_number(app: AppTest, marts: duckdb.DuckDBPyConnection) -> None:
    page = go(app, "document")
    (number,) = one(marts, "select document_number from fct_receivable_items order by document_id limit 1")
    page.text_input(key="find-document").set_value(number.lower()).run()
    assert page.dataframe[0].value.iloc[0]["document_number"] == number
