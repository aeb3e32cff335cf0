"""The page on methodology is what the project says today, and says so of every figure."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from methodology.errors import MethodologyError
from methodology.page import PAGE, check, make, reckoned, worked
from methodology.plan import Plan, read_plan
from methodology.warehouse import Warehouse, make_warehouse


@pytest.fixture(scope="module")
def plan() -> Plan:
    """What the page tells."""
    return read_plan()


@pytest.fixture(scope="module")
def warehouse(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """The examples, loaded and built as when the page is made."""
    return make_warehouse(plan, tmp_path_factory.mktemp("methodology"))


def test_the_page_is_what_its_examples_come_to_today(plan: Plan, warehouse: Warehouse) -> None:
    """`make docs` writes it anew."""
    assert PAGE.read_text(encoding="utf-8") == make(plan, warehouse)


def test_every_column_of_the_kpis_is_told(warehouse: Warehouse) -> None:
    page = PAGE.read_text(encoding="utf-8")
    keys = read_plan().keys
    assert [
        column for column in warehouse.columns("fct_kpis") if column not in keys and f"`{column}`" not in page
    ] == []


def test_the_examples_come_to_the_published_numbers() -> None:
    """Those of the definitions: an example whose documents were mistyped would explain something else."""
    results = dict(re.findall(r"`(\w+)`: .*?= \*\*([−\d.,]+)\*\*", PAGE.read_text(encoding="utf-8"), re.DOTALL))
    published = {
        "dso_days": "52.3967",
        "best_possible_dso_days": "29.6694",
        "average_days_delinquent": "22.7273",
        "unapplied_days": "−2.4793",
        "dso_countback_days": "50.0028",
        "collection_effectiveness_rate": "0.5635",
        "current_rate": "0.5662",
        "at_risk_rate": "0.0400",
        "receivable_turnover_12m_ratio": "18.5224",
        "weighted_days_to_pay": "9.5455",
        "days_beyond_terms": "3.3333",
        "days_beyond_terms_floored": "4.6667",
        "days_beyond_terms_late_only": "7.7778",
        "late_payment_rate_by_count": "0.4000",
        "late_payment_rate_by_value": "0.6000",
    }
    assert {column: results[column] for column in published} == published


def test_a_figure_that_is_not_told_is_named(plan: Plan, warehouse: Warehouse) -> None:
    """A new column of the mart cannot be forgotten here."""
    less = plan.model_copy(update={"sections": tuple(part for part in plan.sections if part.title != "Days to pay")})
    with pytest.raises(MethodologyError, match="`days_beyond_terms` is not told") as refused:
        check(less, warehouse)
    assert "`paid_amount` is not told" in str(refused.value)


def test_a_formula_that_does_not_give_the_figure_is_refused(plan: Plan, warehouse: Warehouse) -> None:
    figure = next(section for section in plan.sections if "dso_days" in section.figures).figures["dso_days"]
    wrong = figure.model_copy(update={"worked": "overdue_amount × window_days ÷ sales_amount"})
    with pytest.raises(MethodologyError, match="the mart says 52"):
        worked("dso_days", wrong, plan, warehouse)


def test_what_is_no_column_of_the_kpis_is_told_too(plan: Plan) -> None:
    """Bridges, roll-forward, calendar, statutory tables, revaluation, restatements and the auditor's samples."""
    told = {name for section in plan.sections for name in (*section.reckonings, *section.listings)}
    assert told == {
        *("kpi_bridge_dso", "kpi_bridge_overdue", "roll_forward", "due_calendar", "statutory_delays"),
        *("revaluation", "restated", "confirmation_sample", "cut_off"),
    }


def test_a_reckoning_that_does_not_come_out_is_refused(plan: Plan, warehouse: Warehouse) -> None:
    reckoning = next(section for section in plan.sections if "restated" in section.reckonings).reckonings["restated"]
    assert reckoned(reckoning, warehouse) == "1,000.00 + −400.00 = **600.00**"
    with pytest.raises(MethodologyError, match=r"`restated_amount` of RESTATED: .* = 1400.0, the mart says 600.0"):
        reckoned(reckoning.model_copy(update={"worked": "reported_amount − documents_amount"}), warehouse)
    with pytest.raises(MethodologyError, match="the query gives 0 rows"):
        reckoned(reckoning.model_copy(update={"query": f"select * from ({reckoning.query}) where false"}), warehouse)


def test_a_figure_without_a_formula_is_named(plan: Plan, warehouse: Warehouse) -> None:
    docs = {name: block for name, block in warehouse.manifest["docs"].items() if not name.endswith("formula_dso_days")}
    bare = Warehouse(warehouse.build, {**warehouse.manifest, "docs": docs})
    with pytest.raises(MethodologyError, match="`dso_days` has no docs block `formula_dso_days`"):
        check(plan, bare)
    docs = {name: block for name, block in warehouse.manifest["docs"].items() if not name.endswith("formula_cut_off")}
    bare = Warehouse(warehouse.build, {**warehouse.manifest, "docs": docs})
    with pytest.raises(MethodologyError, match="`cut_off` has no docs block `formula_cut_off`"):
        check(plan, bare)


def test_an_example_that_loses_a_row_is_refused(plan: Plan, tmp_path: Path) -> None:
    example = plan.examples["PAID"]
    torn = example.model_copy(
        update={"invoices": ({"invoice_id": "I1", "posted_on": "2024-13-01", "amount": "10.00"},)}
    )
    with pytest.raises(MethodologyError, match=r"are refused:\n  invoices\.csv, line 2"):
        make_warehouse(plan.model_copy(update={"examples": {"TORN": torn}}), tmp_path / "home")
