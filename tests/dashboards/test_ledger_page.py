"""The ledger page against the marts: roll-forward, revaluation, statutory tables, what was reported."""

from __future__ import annotations

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from dashboards.lib.format import Formatter
from tests.dashboards.conftest import ChangedApp, choose, go, html, one

FMT = Formatter()
NEWEST = "(select max(period_ending_on) from fct_kpis where period_kind = 'week' and is_complete)"


def test_the_ledger_page_rolls_forward(app: AppTest) -> None:
    page = go(app, "ledger")
    assert any("each adds up exactly" in found for found in html(page))
    table = page.dataframe[0].value
    assert {"opening_amount", "closing_amount", "gl_amount"} <= set(table.columns)
    choose(page, "books-choice", "document")
    assert len(page.dataframe[0].value) >= len(table)


def test_the_ledger_page_leads_from_a_move_to_its_documents(app: AppTest) -> None:
    page = go(app, "ledger")
    row = page.dataframe[0].value.iloc[0]
    code = f"{row['month_ending_on']}/{row['entity_id']}/{row['currency']}"
    page.text_input(key="moves").set_value(code).run()
    choose(page, "move-choice", "collected_amount")
    assert not page.exception
    assert any(FMT.amount(row["collected_amount"]) in found and "exactly the figure" in found for found in html(page))


def test_the_ledger_page_revalues_and_lists_what_is_revalued(app: AppTest, marts: duckdb.DuckDBPyConnection) -> None:
    page = go(app, "ledger")
    entity, currency, amount, difference = one(
        marts, "select entity_id, currency, open_amount, difference from rpt_revaluation limit 1"
    )
    shown = next(table.value for table in page.dataframe if "revalued_base_amount" in table.value.columns)
    assert difference in list(shown["difference"])
    page.text_input(key="revalued").set_value(f"{entity}/{currency}").run()
    assert not page.exception
    assert any(FMT.amount(amount) in found and "exactly the figure" in found for found in html(page))
    items = next(
        table.value
        for table in page.dataframe
        if "base_open_amount" in table.value.columns and "kind_words" in table.value.columns
    )
    assert sum(items["open_amount"]) == amount


def test_the_ledger_page_shows_both_statutory_tables(app: AppTest, marts: duckdb.DuckDBPyConnection) -> None:
    page = go(app, "ledger")
    year = page.selectbox(key="year-choice").value
    entity, ending_on = str(year).split("/")
    for basis in ("with_tax", "without_tax"):
        choose(page, "tax-choice", basis)
        shown = [found for found in html(page) if "<th>Days late</th>" in found]
        assert len(shown) == 2
        for table, found in zip(("I", "II"), shown, strict=True):
            rows = marts.execute(
                "select invoices_count, invoices_amount, reference_rate from rpt_statutory_delays"
                " where entity_id = $entity and year_ending_on = $year and statutory_table = $table"
                " and tax_basis = $basis",
                {"entity": entity, "year": ending_on, "table": table, "basis": basis},
            ).fetchall()
            assert len(rows) == 7
            for count, amount, rate in rows:
                for told in (FMT.number(count), FMT.amount(amount), FMT.rate(rate, 2)):
                    assert f"<td>{told}</td>" in found
        page.selectbox(key="delay-choice").set_value("II/total").run()
        assert not page.exception
        what = "figure" if basis == "with_tax" else "number of invoices"
        assert any(f"exactly the {what}" in found for found in html(page))


def _restated(explained: str) -> tuple[str, str]:
    """A publication that said 100 less overdue in the newest week than is known now, of which a document explains."""
    return (
        f"""
        update rpt_reported_kpis set reported_value = restated - 100, difference = 100
        where publication_number = 1 and measure = 'overdue_amount' and period_kind = 'week'
            and period_ending_on = {NEWEST} and entity_id = '*' and scope = 'all' and reporting_currency = 'EUR'
        """,
        f"""
        insert into rpt_restatements by name
        select 2 as publication_number, 'balance' as restatement_basis, entity_id, document_id, instalment_no,
            item_kind, customer_id, currency, 'EUR' as reporting_currency, 'allocation added' as reason,
            valid_from_on, null as valid_to_on, 0 as before_overdue_amount, {explained} as after_overdue_amount
        from fct_item_intervals where valid_to_on is null and open_amount > 0 limit 1
        """,
    )


@pytest.mark.parametrize(("explained", "said"), [("100", "exactly the difference"), ("60", "−40.00 apart")])
def test_a_difference_to_what_was_reported_leads_to_its_documents(
    changed_app: ChangedApp, marts: duckdb.DuckDBPyConnection, explained: str, said: str
) -> None:
    (week,) = one(marts, f"select {NEWEST}")
    page = go(changed_app(*_restated(explained)), "ledger.py")
    rows = next(table.value for table in page.dataframe if "restated" in table.value.columns)
    assert list(rows["difference"]) == [100]
    page.text_input(key="restated").set_value(f"1/{week}").run()
    assert not page.exception
    assert any(said in found for found in html(page))
    items = next(table.value for table in page.dataframe if "after_value" in table.value.columns)
    assert list(items["reason_words"]) == ["Allocation added"]
