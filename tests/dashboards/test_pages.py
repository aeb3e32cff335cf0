"""Each page runs, opens with a sentence made of the figures, and shows what the marts hold."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from decimal import Decimal
from html import escape
from pathlib import Path
from typing import Any

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from dashboards.lib import export, glossary, passport
from dashboards.lib.db import Row
from dashboards.lib.effects import DSO, EFFECTS
from dashboards.lib.figures import FIGURES
from dashboards.lib.format import Formatter
from dashboards.lib.measures import MEASURES, MONTH_FIGURES, SECTIONS, TILES
from dashboards.lib.navigate import PAGES, PageEntry
from dashboards.lib.queries import cuts
from dashboards.lib.tables import Column
from tests.dashboards.conftest import APP, choose, html, one, open_app, sentence

FMT = Formatter()
FILES = sorted(path.name for path in (APP.parent / "app_pages").glob("*.py"))
NEWEST = "(select max(period_ending_on) from fct_kpis where period_kind = 'week' and is_complete)"


def _go(app: AppTest, name: str) -> AppTest:
    page = app.switch_page(f"app_pages/{name}").run()
    assert not page.exception, page.exception
    return page


def test_every_page_file_is_in_the_navigation() -> None:
    assert sorted(entry.file for entry in PAGES) == [f"app_pages/{name}" for name in FILES]


@pytest.mark.parametrize("name", FILES)
def test_page_runs_and_says_where_when_and_how_fresh(app: AppTest, marts: duckdb.DuckDBPyConnection, name: str) -> None:
    page = _go(app, name)
    head = sentence(page)
    (as_of,) = one(marts, "select as_of_on from rpt_passport")
    assert "All entities" in head
    assert FMT.day(as_of, weekday=True) in head
    assert "loaded" in head


@pytest.mark.parametrize("name", FILES)
def test_every_page_has_the_passport_at_its_foot(app: AppTest, marts: duckdb.DuckDBPyConnection, name: str) -> None:
    shown = html(_go(app, name))
    foot = next(found for found in shown if 'class="enc-passport"' in found)
    build_id, code_version, policy_hash, stated, rejected = one(
        marts,
        """
        select build_id, code_version, policy_hash, stated_allocations_rate, rejected_amount from rpt_passport
        """,
    )
    for told in (build_id, code_version, policy_hash, f"{FMT.rate(stated)} stated", f"rejected {FMT.amount(rejected)}"):
        assert told in foot
    whole = next(found for found in shown if "enc-facts" in found and "Policy hash" in found)
    for fact in passport.FACTS:
        assert f"<dt>{fact.label}</dt>" in whole


@pytest.mark.parametrize("entry", PAGES, ids=lambda entry: entry.title)
def test_every_page_has_its_definitions_one_click_away(app: AppTest, entry: PageEntry) -> None:
    page = _go(app, Path(entry.file).name)
    words = next(found for found in html(page) if 'class="enc-words"' in found)
    assert glossary.PAGES[entry.title]
    for name, meaning in glossary.PAGES[entry.title]:
        assert f"<dt>{escape(name)}</dt><dd>{escape(meaning)}</dd>" in words


def test_every_file_to_take_away_carries_the_passport(
    sample_home: Path, monkeypatch: pytest.MonkeyPatch, marts: duckdb.DuckDBPyConnection
) -> None:
    asked: list[tuple[str, bytes]] = []

    def instead(
        rows: Sequence[Row] | Callable[[], Sequence[Row]],
        columns: Sequence[Column],
        name: str,
        facts: export.About,
        *,
        key: str,
    ) -> None:
        found = rows() if callable(rows) else rows
        asked.append((key, export.to_csv(found[:2], columns, facts)))
        assert export.to_excel(found[:2], columns, name, facts)

    monkeypatch.setattr(export, "buttons", instead)
    (build_id,) = one(marts, "select build_id from rpt_passport")
    app = open_app(sample_home, monkeypatch)
    seen = set()
    for name in FILES:
        asked.clear()
        _go(app, name)
        assert asked, name
        for key, written in asked:
            lines = written.decode("utf-8-sig").splitlines()
            assert f"# Build: {build_id}" in lines, key
            assert {f"# {fact.label}" for fact in passport.FACTS} <= {line.split(":")[0] for line in lines}, key
            seen.add(key)
    assert {"members", "months", "sections", "figure-rows", "due-calendar", "roll-forward", "statutory"} <= seen
    assert {"watch", "insolvent", "came-in", "left", "alerts"} <= seen


def test_the_passport_tells_every_column_of_its_mart(marts: duckdb.DuckDBPyConnection) -> None:
    columns = {name for name, *_ in marts.execute("describe rpt_passport").fetchall()}
    assert {fact.column for fact in passport.FACTS} == columns


def test_weekly_tiles_show_the_figures_of_the_newest_week(app: AppTest, marts: duckdb.DuckDBPyConnection) -> None:
    dso, best, overdue, late, effectiveness, unapplied = one(
        marts,
        f"""
        select dso_days, best_possible_dso_days, overdue_amount, late_payment_rate_by_value,
            collection_effectiveness_rate, unapplied_amount
        from fct_kpis
        where period_kind = 'week' and period_ending_on = {NEWEST}
            and entity_id = '*' and scope = 'all' and reporting_currency = 'EUR'
        """,
    )
    tiles = [found for found in html(app) if 'class="enc-tile"' in found]
    expected = (
        FMT.days(dso),
        FMT.days(best),
        FMT.short_money(overdue, "EUR"),
        FMT.rate(late),
        FMT.rate(effectiveness),
        FMT.short_money(unapplied, "EUR"),
    )
    assert len(tiles) == len(expected)
    for tile, figure in zip(tiles, expected, strict=True):
        assert f'<span class="figure">{figure}</span>' in tile
        assert all(words in tile for words in ("last week", "4 weeks ago", "a year ago"))
    assert FMT.number(dso, 1) in sentence(app)


def test_weekly_change_is_the_difference_of_two_weeks(app: AppTest, marts: duckdb.DuckDBPyConnection) -> None:
    for days, words in ((7, "last week"), (28, "4 weeks ago"), (364, "a year ago")):
        (change,) = one(
            marts,
            f"""
            select
                sum(dso_days) filter (where period_ending_on = {NEWEST})
                - sum(dso_days) filter (where period_ending_on = {NEWEST} - {days})
            from fct_kpis
            where period_kind = 'week' and entity_id = '*' and scope = 'all' and reporting_currency = 'EUR'
            """,
        )
        shown = FMT.signed(FMT.days(change), change)
        tile = next(found for found in html(app) if 'class="label">DSO<' in found)
        line = tile.split(words)[1].split("</tr>")[0]
        assert shown in line.replace("&nbsp;", "\u00a0"), (words, shown, line)


def test_every_tile_explains_itself(app: AppTest) -> None:
    told = " ".join(str(found.value) for found in app.markdown)
    for words in ("Days sales outstanding", "every customer paid on the due day", "CEI", "never netted into another"):
        assert words in told


def test_scope_changes_the_figures(app: AppTest, marts: duckdb.DuckDBPyConnection) -> None:
    (clean,) = one(
        marts,
        f"""
        select overdue_amount from fct_kpis
        where period_kind = 'week' and period_ending_on = {NEWEST}
            and entity_id = '*' and scope = 'clean' and reporting_currency = 'EUR'
        """,
    )
    choose(app, "scope-choice", "clean")
    assert app.query_params["scope"] == "clean"
    assert any(f'<span class="figure">{FMT.short_money(clean, "EUR")}</span>' in found for found in html(app))


def _kpis(marts: duckdb.DuckDBPyConnection, columns: str, which: str) -> tuple[Any, ...]:
    return one(
        marts, f"select {columns} from fct_kpis where entity_id = '*' and reporting_currency = 'EUR' and {which}"
    )


def test_every_figure_stands_on_the_weekly_page_and_opens_its_rows(
    app: AppTest, marts: duckdb.DuckDBPyConnection
) -> None:
    shown = " ".join(html(app))
    keys = [button.key or "" for button in app.button]
    drills = {key.removeprefix("drill-") for key in keys if key.startswith("drill-")}
    links = {column for column in MEASURES if f'href="figure?figure={column}' in shown}
    assert drills == set(TILES)
    assert drills | links == set(MEASURES)
    sections = next(found for found in html(app) if 'class="section"' in found)
    for head, columns in SECTIONS.items():
        assert f">{escape(head)}<" in sections
        for column in columns:
            assert escape(MEASURES[column].definition) in sections
    (overdue_age, cost) = _kpis(
        marts,
        "average_overdue_age_days, cost_of_overdue_amount",
        f"period_kind = 'week' and scope = 'all' and period_ending_on = {NEWEST}",
    )
    assert f"<td>{FMT.days(overdue_age)}</td>" in sections
    assert f"<td>{FMT.short_money(cost, 'EUR')}</td>" in sections


def test_months_lead_to_their_rows(app: AppTest, marts: duckdb.DuckDBPyConnection) -> None:
    table = next(found for found in html(app) if "<th>Month</th>" in found)
    lines = table.split("<tr>")[2:]
    assert len(lines) == 13
    month, rate = one(
        marts,
        """
        select period_ending_on, at_risk_rate from fct_kpis
        where period_kind = 'month' and entity_id = '*' and scope = 'all' and reporting_currency = 'EUR'
            and at_risk_rate is not null
        order by period_ending_on desc limit 1
        """,
    )
    line = next(found for found in lines if FMT.month(month, short=True) in found)
    assert f'href="figure?figure=at_risk_rate&amp;month={month}" target="_self">{FMT.rate(rate)}</a>' in line
    assert line.count("<a ") == len(MONTH_FIGURES)


@pytest.mark.parametrize("dimension", cuts.DIMENSIONS)
def test_the_weekly_page_speaks_of_one_member(
    sample_home: Path, monkeypatch: pytest.MonkeyPatch, marts: duckdb.DuckDBPyConnection, dimension: str
) -> None:
    member, dso, overdue = one(
        marts,
        f"""
        select member, dso_days, overdue_amount from fct_kpis_by_dimension
        where dimension = $dimension and period_kind = 'week' and period_ending_on = {NEWEST}
            and entity_id = '*' and scope = 'all' and reporting_currency = 'EUR' and dso_days is not null
        order by overdue_amount desc, member limit 1
        """,
        {"dimension": dimension},
    )
    page = open_app(sample_home, monkeypatch, cut=dimension, member=member)
    assert not page.exception
    assert cuts.DIMENSIONS[dimension] in sentence(page)
    assert FMT.number(dso, 1) in sentence(page)
    tile = next(found for found in html(page) if 'class="label">Overdue<' in found)
    assert FMT.short_money(overdue, "EUR") in tile
    members = next(table.value for table in page.dataframe if "member_words" in table.value.columns)
    (whole,) = _kpis(
        marts,
        "overdue_amount",
        f"period_kind = 'week' and scope = 'all' and period_ending_on = {NEWEST}",
    )
    assert sum(members["overdue_amount"]) == whole
    page.button(key="show-all").click().run()
    assert not page.exception
    assert cuts.DIMENSIONS[dimension] not in sentence(page)


def test_a_member_nobody_knows_is_everybody(sample_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_app(sample_home, monkeypatch, cut="segment", member="nobody' or 1=1 --")
    assert not page.exception
    assert "Segment" not in sentence(page)


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
    page = _go(page, "figure.py")
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


def test_ageing_adds_up_to_the_balance(app: AppTest, marts: duckdb.DuckDBPyConnection) -> None:
    page = _go(app, "ageing.py")
    (receivable,) = one(
        marts,
        f"""
        select receivable_amount from fct_kpis
        where period_kind = 'week' and period_ending_on = {NEWEST}
            and entity_id = '*' and scope = 'all' and reporting_currency = 'EUR'
        """,
    )
    table = page.dataframe[0].value
    total, customers = table.iloc[-1], table.iloc[:-1]
    buckets = [column for column in table.columns if column.startswith("bucket_")]
    assert total["group_name"] == "Total"
    assert total["balance_amount"] == receivable == sum(customers["balance_amount"])
    assert sum((total[column] for column in buckets), Decimal(0)) == receivable
    for column in buckets:
        assert sum(customers[column]) == total[column]


@pytest.mark.parametrize("grouping", ["entity", "segment"])
def test_ageing_by_other_rows_has_the_same_total(app: AppTest, grouping: str) -> None:
    page = _go(app, "ageing.py")
    total = page.dataframe[0].value.iloc[-1]["balance_amount"]
    choose(page, "by-choice", grouping)
    table = page.dataframe[0].value
    assert table.iloc[-1]["balance_amount"] == total == sum(table.iloc[:-1]["balance_amount"])


def test_ageing_from_the_invoice_day_keeps_the_total_and_moves_the_slabs(app: AppTest) -> None:
    page = _go(app, "ageing.py")
    due = page.dataframe[0].value.iloc[-1]
    choose(page, "basis-choice", "invoice")
    invoice = page.dataframe[0].value.iloc[-1]
    assert invoice["balance_amount"] == due["balance_amount"]
    assert invoice["bucket_1"] < due["bucket_1"]


def test_ageing_search_narrows_to_the_customer(app: AppTest) -> None:
    page = _go(app, "ageing.py")
    name = page.dataframe[0].value.iloc[0]["group_name"]
    page.text_input(key="find").set_value(name.upper()).run()
    assert list(page.dataframe[0].value["group_name"]) == [name, "Total"]


def test_ageing_in_the_entity_s_own_currency(app: AppTest, marts: duckdb.DuckDBPyConnection) -> None:
    page = _go(app, "ageing.py")
    page.selectbox(key="entity-choice").set_value("PL").run()
    choose(page, "amounts-choice", "base")
    (base,) = one(
        marts,
        """
        select sum(base_open_amount) from fct_item_intervals, (select as_of_on from rpt_passport)
        where entity_id = 'PL' and valid_from_on <= as_of_on and (valid_to_on is null or valid_to_on > as_of_on)
        """,
    )
    assert page.dataframe[0].value.iloc[-1]["balance_amount"] == base
    assert "PLN" in sentence(page)


def test_customer_page_shows_open_items_payments_and_factors(
    app: AppTest, marts: duckdb.DuckDBPyConnection, sample_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer_id, name = one(
        marts,
        """
        select customer_id, customer_name from rpt_watch_list
        where entity_id = '*' and change = 'stays' order by overdue_amount desc limit 1
        """,
    )
    page = open_app(sample_home, monkeypatch, customer=customer_id)
    page = _go(page, "customer.py")
    page.selectbox(key="customer-choice").set_value(customer_id).run()
    owed, overdue, count = one(
        marts,
        """
        select
            sum(reporting_open_amount) filter (where open_amount > 0),
            sum(reporting_open_amount) filter (where open_amount > 0 and due_on < as_of_on),
            count(*)
        from fct_item_intervals, (select as_of_on from rpt_passport)
        where customer_id = $customer and valid_from_on <= as_of_on
            and (valid_to_on is null or valid_to_on > as_of_on) and open_amount <> 0
        """,
        {"customer": customer_id},
    )
    head = sentence(page)
    assert name in head
    assert FMT.short_money(owed, "EUR") in head
    assert FMT.short_money(overdue, "EUR") in head
    assert len(page.dataframe[0].value) == count
    factors = marts.execute(
        "select factor_label, explanation from fct_risk_factors where customer_id = $customer",
        {"customer": customer_id},
    ).fetchall()
    why = next(found for found in html(page) if "<th>Factor</th>" in found)
    assert len(factors) > 0
    assert all(label in why for label, _ in factors)


def test_data_health_says_what_the_passport_says(app: AppTest, marts: duckdb.DuckDBPyConnection) -> None:
    page = _go(app, "data_health.py")
    (tests,) = one(marts, "select count(*) from rpt_tests")
    (files,) = one(marts, "select count(*) from rpt_loads")
    (build_id,) = one(marts, "select build_id from rpt_passport")
    assert f"All {FMT.number(tests)} tests passed." in sentence(page)
    tables = {column: table.value for table in page.dataframe for column in table.value.columns}
    assert len(tables["rows_vanished"]) == files
    assert len(tables["test_name"]) == tests
    assert any(build_id in found for found in html(page))


@pytest.mark.parametrize("figure", FIGURES)
def test_every_figure_shows_its_definition_and_rows_that_add_up(
    sample_home: Path, monkeypatch: pytest.MonkeyPatch, figure: str
) -> None:
    page = _go(open_app(sample_home, monkeypatch, figure=figure), "figure.py")
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


def test_rows_that_do_not_add_up_are_said_in_red(
    sample_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    shutil.copytree(sample_home / "published", home / "published")
    pointer = json.loads((home / "published" / "current.json").read_text(encoding="utf-8"))
    with duckdb.connect(str(home / "published" / pointer["file"])) as connection:
        connection.execute("update marts.fct_kpis set overdue_amount = overdue_amount + 0.01")
    page = _go(open_app(home, monkeypatch), "figure.py")
    page.selectbox(key="figure-choice").set_value("overdue_amount").run()
    assert any("−0.01 apart" in found and "enc-banner" in found for found in html(page))
    assert not any("exactly the figure" in found for found in html(page))


def test_rows_by_customer_are_the_same_sum(app: AppTest) -> None:
    page = _go(app, "figure.py")
    page.selectbox(key="figure-choice").set_value("overdue_amount").run()
    documents = page.dataframe[0].value
    choose(page, "rows-choice", "customer")
    assert sum(page.dataframe[0].value["value"]) == sum(documents["value"])


def test_document_page_shows_what_paid_it_and_links_back_to_its_figures(
    app: AppTest, marts: duckdb.DuckDBPyConnection
) -> None:
    page = _go(app, "document.py")
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
    page = _go(app, "document.py")
    (number,) = one(marts, "select document_number from fct_receivable_items order by document_id limit 1")
    page.text_input(key="find-document").set_value(number.lower()).run()
    assert page.dataframe[0].value.iloc[0]["document_number"] == number


def test_the_weekly_page_says_why_by_the_bridge(app: AppTest, marts: duckdb.DuckDBPyConnection) -> None:
    value, effect = one(
        marts,
        f"""
        select value, effect from rpt_kpi_bridge
        where period_kind = 'week' and period_ending_on = {NEWEST} and entity_id = '*'
            and reporting_currency = 'EUR' and measure = 'dso'
        order by abs(value) desc limit 1
        """,
    )
    told = f"{EFFECTS[DSO][effect].said} {FMT.signed(FMT.number(value, 1), value)}"
    assert told in sentence(app)
    assert any("the effects add up to" in found and "exactly" in found for found in html(app))
    drivers = next(table.value for table in app.dataframe if "share" in table.value.columns)
    assert 0 < len(drivers) <= 10


def test_the_ledger_page_rolls_forward(app: AppTest) -> None:
    page = _go(app, "ledger.py")
    assert any("each adds up exactly" in found for found in html(page))
    table = page.dataframe[0].value
    assert {"opening_amount", "closing_amount", "gl_amount"} <= set(table.columns)
    choose(page, "books-choice", "document")
    assert len(page.dataframe[0].value) >= len(table)


def test_the_ledger_page_leads_from_a_move_to_its_documents(app: AppTest) -> None:
    page = _go(app, "ledger.py")
    row = page.dataframe[0].value.iloc[0]
    code = f"{row['month_ending_on']}/{row['entity_id']}/{row['currency']}"
    page.text_input(key="moves").set_value(code).run()
    choose(page, "move-choice", "collected_amount")
    assert not page.exception
    assert any(FMT.amount(row["collected_amount"]) in found and "exactly the figure" in found for found in html(page))


def test_the_ledger_page_revalues_and_lists_what_is_revalued(app: AppTest, marts: duckdb.DuckDBPyConnection) -> None:
    page = _go(app, "ledger.py")
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
    page = _go(app, "ledger.py")
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


def _restated(sample_home: Path, home: Path, explained: str) -> None:
    """A publication that said 100 less overdue in the newest week than is known now, of which a document explains."""
    shutil.copytree(sample_home / "published", home / "published")
    pointer = json.loads((home / "published" / "current.json").read_text(encoding="utf-8"))
    with duckdb.connect(str(home / "published" / pointer["file"])) as connection:
        connection.execute("set schema = 'marts'")
        connection.execute(
            f"""
            update rpt_reported_kpis set reported_value = restated - 100, difference = 100
            where publication_number = 1 and measure = 'overdue_amount' and period_kind = 'week'
                and period_ending_on = {NEWEST} and entity_id = '*' and scope = 'all' and reporting_currency = 'EUR'
            """
        )
        connection.execute(
            f"""
            insert into rpt_restatements by name
            select 2 as publication_number, 'balance' as restatement_basis, entity_id, document_id, instalment_no,
                item_kind, customer_id, currency, 'EUR' as reporting_currency, 'allocation added' as reason,
                valid_from_on, null as valid_to_on, 0 as before_overdue_amount, {explained} as after_overdue_amount
            from fct_item_intervals where valid_to_on is null and open_amount > 0 limit 1
            """
        )


@pytest.mark.parametrize(("explained", "said"), [("100", "exactly the difference"), ("60", "−40.00 apart")])
def test_a_difference_to_what_was_reported_leads_to_its_documents(
    sample_home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    marts: duckdb.DuckDBPyConnection,
    explained: str,
    said: str,
) -> None:
    _restated(sample_home, tmp_path / "home", explained)
    (week,) = one(marts, f"select {NEWEST}")
    page = _go(open_app(tmp_path / "home", monkeypatch), "ledger.py")
    rows = next(table.value for table in page.dataframe if "restated" in table.value.columns)
    assert list(rows["difference"]) == [100]
    page.text_input(key="restated").set_value(f"1/{week}").run()
    assert not page.exception
    assert any(said in found for found in html(page))
    items = next(table.value for table in page.dataframe if "after_value" in table.value.columns)
    assert list(items["reason_words"]) == ["Allocation added"]


def test_the_ageing_page_says_what_falls_due_and_lists_a_week(app: AppTest, marts: duckdb.DuckDBPyConnection) -> None:
    page = _go(app, "ageing.py")
    assert any("falls due in the next 13 weeks" in found for found in html(page))
    for basis in ("agreed", "shifted"):
        order, amount = one(
            marts,
            """
            select due_order, due_amount from rpt_due_calendar
            where entity_id = '*' and reporting_currency = 'EUR' and calendar_basis = $basis
            order by due_amount desc limit 1
            """,
            {"basis": basis},
        )
        page.text_input(key="due").set_value(str(order)).run()
        choose(page, "due-basis-choice", basis)
        assert not page.exception
        assert any(FMT.amount(amount) in found and "exactly the figure" in found for found in html(page))
        items = next(table.value for table in page.dataframe if "falls_due_on" in table.value.columns)
        assert sum(items["value"]) == amount


def test_nothing_published_tells_the_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = open_app(tmp_path, monkeypatch)
    assert not page.exception
    assert any("Nothing is published yet" in found for found in html(page))
    assert any("make demo" in str(found.value) for found in page.code)


@pytest.mark.parametrize("pointer", ["{", "[]", '{"file": "gone.duckdb"}', '{"build_id": "b"}'])
def test_a_broken_pointer_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pointer: str) -> None:
    (tmp_path / "published").mkdir()
    (tmp_path / "published" / "current.json").write_text(pointer, encoding="utf-8")
    page = open_app(tmp_path, monkeypatch)
    assert not page.exception
    assert any("cannot be read" in found for found in html(page))


def test_pages_follow_the_pointer(sample_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    shutil.copytree(sample_home / "published", home / "published")
    page = open_app(home, monkeypatch)
    pointer_file = home / "published" / "current.json"
    pointer = json.loads(pointer_file.read_text(encoding="utf-8"))
    later = home / "published" / "later.duckdb"
    shutil.copy(home / "published" / pointer["file"], later)
    with duckdb.connect(str(later)) as connection:
        connection.execute("update marts.fct_kpis set dso_days = 77.7 where scope = 'all'")
    pointer_file.write_text(json.dumps({**pointer, "file": later.name, "build_id": "later"}), encoding="utf-8")
    page.run()
    assert "77.7 days" in sentence(page)


def test_the_first_tile_is_the_dso_that_policy_names(
    sample_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, marts: duckdb.DuckDBPyConnection
) -> None:
    home = tmp_path / "home"
    shutil.copytree(sample_home / "published", home / "published")
    pointer = json.loads((home / "published" / "current.json").read_text(encoding="utf-8"))
    with duckdb.connect(str(home / "published" / pointer["file"])) as connection:
        connection.execute("update marts.rpt_passport set headline_dso = 'dso_countback_days'")
    page = open_app(home, monkeypatch)
    (countback,) = _kpis(
        marts, "dso_countback_days", f"scope = 'all' and period_kind = 'week' and period_ending_on = {NEWEST}"
    )
    first = next(found for found in html(page) if 'class="enc-tile"' in found)
    assert "countback method" in first
    assert f'<span class="figure">{FMT.days(countback)}</span>' in first
    # The other one takes its place among the further figures, so that neither is lost.
    assert 'href="figure?figure=dso_days' in next(found for found in html(page) if 'class="section"' in found)


def test_unexplained_ledger_difference_stands_under_a_banner_on_every_page(
    sample_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    shutil.copytree(sample_home / "published", home / "published")
    pointer = json.loads((home / "published" / "current.json").read_text(encoding="utf-8"))
    with duckdb.connect(str(home / "published" / pointer["file"])) as connection:
        connection.execute(
            "update marts.rpt_passport set tie_out_status = 'unexplained', unexplained_gl_amount = 1240.55"
        )
    page = open_app(home, monkeypatch)
    for name in FILES:
        shown = _go(page, name)
        assert any("1,240.55" in found and "enc-banner" in found for found in html(shown)), name


def test_the_back_test_of_the_sample_company_is_said_to_be_no_proof(
    app: AppTest, marts: duckdb.DuckDBPyConnection
) -> None:
    """The made-up company's figures are shown, never as a verdict."""
    assert one(marts, "select is_made_up from rpt_passport") == (True,)
    page = _go(app, "back_test.py")
    assert "Made-up data: no proof" in sentence(page)
    shown = " ".join(html(page))
    assert "never a proof of the scorecard" in shown
    for verdict in ("rise with the tier", "The scorecard&#x27;s AUC is", "had promised"):
        assert verdict not in shown
    tiers = page.dataframe[0].value
    known = marts.execute(
        "select risk_tier, invoices_count from rpt_backtest_tiers where quarter = 'all' order by tier_order"
    ).fetchall()
    assert list(zip(tiers["risk_tier"], tiers["invoices_count"], strict=True)) == known


def test_the_back_test_of_real_invoices_gives_its_verdict(
    sample_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same marts, no longer said to be made up."""
    shutil.copytree(sample_home / "published", tmp_path / "published")
    pointer = json.loads((tmp_path / "published" / "current.json").read_text(encoding="utf-8"))
    with duckdb.connect(str(tmp_path / "published" / pointer["file"])) as connection:
        connection.execute("update marts.rpt_passport set is_made_up = false")
    page = _go(open_app(tmp_path, monkeypatch), "back_test.py")
    head = sentence(page)
    assert "no proof" not in head
    assert "with the tier" in head or "No quarter" in head
    assert "AUC is" in head or "cannot be measured" in head


def test_files_of_the_back_test_say_that_made_up_data_is_no_proof(
    sample_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, export.About] = {}

    def instead(rows: object, columns: object, name: str, facts: export.About, *, key: str) -> None:
        asked[key] = facts

    monkeypatch.setattr(export, "buttons", instead)
    app = open_app(sample_home, monkeypatch)
    asked.clear()
    _go(app, "back_test.py")
    assert set(asked) == {"back-test-tiers", "back-test-scorers", "back-test-calibration"}
    for facts in asked.values():
        assert any(name == "Proof" and "no proof" in words for name, words in facts.what)
        assert ("Made-up data", "True") in facts.passport


def test_tiers_show_the_moves_the_policy_and_the_overrides_of_the_marts(
    app: AppTest, marts: duckdb.DuckDBPyConnection
) -> None:
    page = _go(app, "tiers.py")
    for weeks in (13, 4):
        if weeks == 4:
            choose(page, "step-choice", "4")
        worse, better = one(
            marts,
            """
            select
                coalesce(sum(customers_count) filter (where movement = 'worse'), 0),
                coalesce(sum(customers_count) filter (where movement = 'better'), 0)
            from rpt_tier_migrations
            where step_weeks = $weeks
                and week_ending_on = (select max(week_ending_on) from rpt_tier_migrations where step_weeks = $weeks)
            """,
            {"weeks": weeks},
        )
        assert any(f"{FMT.count(worse, 'customer')} fell, {FMT.number(better)} rose" in found for found in html(page))
        assert f"in {weeks} weeks" in sentence(page)
    (policy,) = (found for found in html(page) if "Longest terms" in found)
    for label, days in marts.execute(
        "select tier_label, review_days from rpt_risk_tiers "
        "where week_ending_on = (select max(week_ending_on) from rpt_risk_tiers)"
    ).fetchall():
        assert label in policy
        assert FMT.count(days, "day") in policy
    (overrides,) = one(marts, "select count(*) from rpt_tier_overrides")
    assert len(page.dataframe[0].value) == overrides > 0


def test_the_customer_page_tells_sub_scores_overrides_and_what_is_missing(
    app: AppTest, marts: duckdb.DuckDBPyConnection
) -> None:
    customer_id, reason, behaviour = one(
        marts,
        """
        select overrides.customer_id, overrides.reason, risk.behaviour_score
        from rpt_tier_overrides as overrides
        inner join fct_customer_risk_weekly as risk on overrides.override_id = risk.override_id
        where risk.as_of_on = (select as_of_on from rpt_passport)
        """,
    )
    app.query_params["customer"] = customer_id
    page = _go(app, "customer.py")
    assert any(reason in found and "Set by hand to" in found for found in html(page))
    factors = next(found for found in html(page) if "Solvency: can they pay" in found)
    assert f"<th>{behaviour} of 100</th>" in factors
    for explanation, is_missing in marts.execute(
        "select explanation, is_missing from fct_risk_factors where customer_id = $customer", {"customer": customer_id}
    ).fetchall():
        assert escape(explanation) in factors
        if is_missing:
            assert explanation in ("Not provided", "Nothing to measure yet")
