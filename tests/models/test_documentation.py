"""Everything a person meets is described: models, columns, marts, pages, and the columns the contract promises."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

PROMISED_COLUMNS: dict[str, str] = {
    "dim_customers": "customer_id, customer_name, parent_customer_id, group_customer_id, customer_kind, country_code, "
    "segment, sales_owner, collector, first_invoiced_on",
    "dim_days": "day_on, week_ending_on, month_ending_on",
    "fct_receivable_items": "entity_id, document_id, document_number, instalment_no, item_kind, customer_id, account, "
    "invoiced_on, posted_on, due_on, is_due_on_derived, currency, amount, open_amount, base_currency, base_amount, "
    "base_open_amount, days_past_due, aging_bucket, is_open, is_overdue, is_disputed, disputed_amount, settled_on, "
    "days_to_pay, days_late",
    "fct_item_intervals": "entity_id, document_id, instalment_no, item_kind, customer_id, currency, invoiced_on, "
    "due_on, valid_from_on, valid_to_on, open_amount, base_open_amount, disputed_amount",
    "fct_allocations": "allocation_id, entity_id, credit_document_id, debit_document_id, instalment_no, customer_id, "
    "effective_on, applied_on, received_on, reversed_on, credit_amount, debit_amount, allocation_source, "
    "days_to_pay, days_beyond_terms",
    "fct_item_maturities": "entity_id, document_id, instalment_no, customer_id, maturity_kind, lapses_on, "
    "valid_from_on, valid_to_on, amount, base_amount, is_late, late_amount",
    "fct_reporting_items": "entity_id, document_id, instalment_no, customer_id, reporting_currency, reporting_amount",
    "fct_receivable_events": "event_id, entity_id, document_id, instalment_no, customer_id, event_on, event_kind, "
    "currency, amount, base_amount",
    "fct_aging_weekly": "week_ending_on, as_of_on, is_complete_week, entity_id, segment, currency, bucket_order, "
    "aging_bucket, open_amount, base_open_amount, disputed_amount, items_count",
    "rpt_aging": "entity_id, customer_id, currency, aging_basis, bucket_order, aging_bucket, open_amount, "
    "base_open_amount",
    "rpt_due_calendar": "as_of_on, entity_id, reporting_currency, calendar_basis, due_order, due_kind, week_ending_on, "
    "due_amount, already_overdue_amount, disputed_amount, items_count",
    "fct_customer_weekly": "week_ending_on, entity_id, customer_id, receivable_amount, not_due_amount, "
    "overdue_amount, over_90_amount, disputed_amount, unapplied_amount, sales_amount, collected_amount, "
    "late_payment_rate_by_value, days_beyond_terms, exposure_amount, own_risk_amount",
    "fct_kpis": "period_kind, period_ending_on, as_of_on, is_complete, entity_id, scope, reporting_currency, "
    "receivable_amount, not_due_amount, overdue_amount, over_90_amount, disputed_amount, unapplied_amount, "
    "sales_amount, collected_amount, dso_days, dso_12m_days, dso_countback_days, best_possible_dso_days, "
    "average_days_delinquent, unapplied_days, collection_effectiveness_rate, late_payment_rate_by_count, "
    "late_payment_rate_by_value, seriously_late_rate_by_value, weighted_days_to_pay, days_beyond_terms, current_rate, "
    "over_90_rate",
    "fct_kpis_by_dimension": "dimension, member, period_kind, period_ending_on, as_of_on, is_complete, entity_id, "
    "scope, reporting_currency, receivable_amount, dso_days, late_payment_rate_by_value",
    "rpt_tie_out": "balance_on, entity_id, account, currency, amount_basis, buckets_amount, open_amount, "
    "receivable_amount, unapplied_amount, gl_amount, gl_source, explained_amount, unexplained_amount",
    "rpt_kpi_bridge": "period_kind, period_ending_on, as_of_on, is_complete, compared_on, entity_id, "
    "reporting_currency, measure, effect_order, effect, opening_value, closing_value, value",
    "rpt_kpi_bridge_comparisons": "comparison, period_kind, period_ending_on, as_of_on, is_complete, compared_on, "
    "entity_id, reporting_currency, measure, effect_order, effect, opening_value, closing_value, value",
    "rpt_kpi_bridge_drivers": "period_kind, period_ending_on, compared_on, entity_id, reporting_currency, measure, "
    "effect_order, effect, driver_rank, customer_id, document_entity_id, document_id, value, effect_value",
    "rpt_roll_forward": "month_ending_on, as_of_on, is_complete, entity_id, currency, amount_basis, opening_amount, "
    "billed_amount, credited_amount, collected_amount, refunded_amount, bounced_amount, written_off_amount, "
    "adjusted_amount, fx_amount, closing_amount",
    "rpt_statutory_delays": "entity_id, year_ending_on, statutory_table, tax_basis, column_order, delay_column, "
    "base_currency, invoices_count, invoices_amount, issued_count, reference_amount, reference_rate",
    "rpt_revaluation": "as_of_on, entity_id, currency, base_currency, open_amount, base_open_amount, rate, "
    "revalued_base_amount, difference",
    "rpt_exceptions": "exception_kind, table_name, key, amount, explanation",
    "fct_customer_risk_weekly": "week_ending_on, customer_id, behaviour_score, solvency_score, risk_score, risk_tier, "
    "scored_tier, override_id, weeks_in_tier, is_behaviour_only, policy_version",
    "fct_account_events": "account_event_id, customer_id, event_kind, event_on, event_at, title, text, by_whom, "
    "amount, due_on, next_on",
    "rpt_onboarding": "customer_id, stage, acceptance, acceptance_level, requested_on, approved_on, approved_by, "
    "approved_limit_amount, is_file_complete, has_enough_references, has_bureau_score, is_approved_before_first_order, "
    "is_within_approver_limit, is_deposit_received, first_due_on, first_due_state, first_late_days, graduated_on, "
    "stepped_limit_amount, incident, frozen_on, exposure_amount, frozen_exposure_amount, breach_amount, missing",
    "rpt_first_payment_cohorts": "first_invoiced_month_on, acceptance_level, customers_count, decided_count, "
    "paid_in_time_count, late_count, defaulted_count, first_payment_late_rate, first_payment_default_rate",
    "rpt_backtest_tiers": "quarter, scored_on, risk_tier, customers_count, invoices_count, late_count, late_rate, "
    "seriously_late_count, seriously_late_rate, has_enough, rises, is_made_up",
    "rpt_backtest_scores": "horizon_weeks, quarter, scored_on, scorer, invoices_count, late_count, auc, auc_low, "
    "auc_high, scorecard_auc, is_made_up",
    "rpt_backtest_calibration": "quarter, scored_on, score_from, score_to, earlier_invoices_count, expected_late_rate, "
    "invoices_count, late_count, late_rate, is_made_up",
    "fct_risk_factors": "customer_id, factor, factor_group, cap_group, cap_points, value, points, explanation, "
    "is_missing, is_stale",
    "rpt_risk_tiers": "week_ending_on, risk_tier, review_days, max_terms_days, deposit_rate, dunning_pace, "
    "credit_action, customers_count, exposure_amount, overdue_amount, own_risk_amount, tier_seriously_late_rate, "
    "is_rate_measured, later_late_rate",
    "rpt_tier_migrations": "week_ending_on, compared_week_on, step_weeks, from_tier, to_tier, movement, "
    "customers_count, from_exposure_amount, exposure_amount",
    "rpt_tier_overrides": "override_id, customer_id, risk_tier, from_on, to_on, reason, approved_by, "
    "scored_tier_at_start, scored_tier_at_end, late_rate, outcome, days_left",
    "fct_watch_list_weekly": "week_ending_on, customer_id, change, entered_on, reasons, reason_codes, risk_tier, "
    "risk_score, exposure_amount, own_risk_amount, expected_loss_amount, list_rank, is_insolvent",
    "rpt_unbilled_deliveries": "entity_id, order_id, customer_id, delivered_on, days_unbilled, reporting_amount",
    "rpt_credit_exposures": "customer_id, group_customer_id, risk_tier, receivable_amount, financed_amount, "
    "delivered_not_billed_amount, ordered_amount, deposits_asked_amount, deposits_received_amount, exposure_amount, "
    "limit_currency, granted_amount, used_amount, utilisation_rate, excess_amount, headroom_amount, limit_valid_to_on, "
    "limit_approved_by, limit_review_due_on, insurer_limit_amount, eligible_amount, insured_amount, own_risk_amount, "
    "recommended_limit_amount, recommended_terms_days, recommended_formula, limit_state, cover_state",
    "rpt_order_decisions": "entity_id, order_id, customer_id, amount, exposure_with_order_amount, limit_amount, "
    "excess_amount, missing_deposit_amount, has_signed_document, decision, rule_code, decided_by, reasons",
    "rpt_insured_items": "entity_id, document_id, instalment_no, customer_id, eligible_amount, not_eligible_reason, "
    "notify_by_on, notified_on, notification_state, days_to_notify",
    "rpt_concentration": "concentration_kind, exposure_amount, top_3_rate, top_10_rate, herfindahl_index, "
    "effective_number",
    "rpt_group_exposures": "group_customer_id, members_count, exposure_amount, limit_amount, own_risk_amount",
    "rpt_alerts": "alert_kind, customer_id, document_number, recipient_role, recipient, alert_on, amount, detail",
    "rpt_watch_list": "customer_id, customer_name, entity_id, sales_owner, collector, risk_tier, previous_risk_tier, "
    "risk_score, exposure_amount, limit_amount, covered_amount, own_risk_amount, overdue_amount, "
    "oldest_days_past_due, last_paid_on, reasons, recommended_action, review_due_on, change",
    "rpt_reported_kpis": "publication_number, published_at, build_id, period_kind, period_ending_on, as_of_on, "
    "entity_id, scope, reporting_currency, measure, reported_value, restated, difference",
    "rpt_restatements": "publication_number, compared_with_number, restatement_basis, entity_id, document_id, "
    "instalment_no, customer_id, valid_from_on, valid_to_on, reason, before_amount, after_amount, difference_amount, "
    "reporting_difference_amount, overdue_difference_amount",
    "rpt_publications": "publication_number, published_at, build_id, code_version, policy_hash, as_of_on, "
    "known_at_load_id, is_past, compared_with_number, comparison",
    "rpt_loads": "load_id, source, table_name, slice, file, sha256, rows_read, rows_new, rows_changed, "
    "rows_unchanged, rows_vanished, rows_rejected, rejected_amount, as_of_on, loaded_at, status",
    "rpt_passport": "build_id, code_version, policy_hash, as_of_on, known_at_load_id, loads, unexplained_gl_amount, "
    "rejected_amount, is_made_up, tests_passed_count",
}
"""The public contract: names that people's queries depend on."""


@pytest.fixture(scope="module")
def manifest(sample_home: Path) -> dict[str, Any]:
    """What dbt knows of the project, from the build of the sample."""
    return dict(json.loads((sample_home / "target" / "manifest.json").read_text(encoding="utf-8")))


def _open(path: Path) -> duckdb.DuckDBPyConnection:
    # Attached, not connected to: a page tried in the same process may hold the file open with settings of its own.
    connection = duckdb.connect()
    connection.execute(f"attach '{path}' as tried (read_only)")
    return connection


def _models(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    return [node for node in manifest["nodes"].values() if node["resource_type"] in ("model", "seed")]


def test_every_model_and_column_is_described(manifest: dict[str, Any], sample_home: Path) -> None:
    """Of the built tables too: a column without a word in the YAML is found by its name in the file."""
    build = _open(sample_home / "build" / "encours.duckdb")
    built: dict[tuple[str, str], set[str]] = {}
    for schema, table, column in build.execute(
        "select schema_name, table_name, column_name from duckdb_columns() where database_name = 'tried'"
    ).fetchall():
        built.setdefault((schema, table), set()).add(column)
    build.close()
    bare = []
    for node in _models(manifest):
        if not node["description"].strip():
            bare.append(node["name"])
        described = {name for name, column in node["columns"].items() if column["description"].strip()}
        bare += [f"{node['name']}.{name}" for name in built[node["schema"], node["name"]] - described]
    assert bare == []


def test_every_description_of_a_model_ends_with_its_grain(manifest: dict[str, Any]) -> None:
    """The last sentence says what a row is."""
    without = [
        node["name"]
        for node in _models(manifest)
        if node["resource_type"] == "model" and "Grain: one row" not in node["description"].rsplit(". ", 1)[-1]
    ]
    assert without == []


def test_every_mart_has_an_enforced_contract(manifest: dict[str, Any]) -> None:
    """A public column cannot change its type unseen."""
    open_marts = [
        node["name"] for node in _models(manifest) if node["schema"] == "marts" and not node["contract"]["enforced"]
    ]
    assert open_marts == []


@pytest.mark.parametrize("mart", sorted(PROMISED_COLUMNS))
def test_marts_keep_their_promised_columns(mart: str, manifest: dict[str, Any]) -> None:
    """Names are fixed: add freely, rename never."""
    columns = set(manifest["nodes"][f"model.encours.{mart}"]["columns"])
    assert set(PROMISED_COLUMNS[mart].split(", ")) <= columns


def test_column_comments_are_in_the_published_file(sample_home: Path) -> None:
    """A reader with a DuckDB client sees the words beside the columns."""
    pointer = json.loads((sample_home / "published" / "current.json").read_text(encoding="utf-8"))
    published = _open(sample_home / "published" / pointer["file"])
    bare = published.execute("""
        select table_name, column_name from duckdb_columns()
        where database_name = 'tried' and schema_name = 'marts' and comment is null and table_name <> 'rpt_tests'
    """).fetchall()
    published.close()
    assert bare == []


def test_the_readme_says_what_each_mart_answers(manifest: dict[str, Any], project_root: Path) -> None:
    """And the changelog names it."""
    readme = (project_root / "README.md").read_text(encoding="utf-8")
    changelog = (project_root / "CHANGELOG.md").read_text(encoding="utf-8")
    marts = {node["name"] for node in _models(manifest) if node["schema"] == "marts"} | {"rpt_tests"}
    assert {mart for mart in marts if f"`{mart}`" not in readme} == set()
    assert {mart for mart in marts if mart not in changelog} == set()


def test_every_page_is_an_exposure_and_in_the_readme(manifest: dict[str, Any], project_root: Path) -> None:
    """A failed test can name the pages it touches."""
    pages = {path.stem for path in (project_root / "dashboards" / "app_pages").glob("*.py")} - {"__init__"}
    exposures = {node["name"]: node["label"] for node in manifest["exposures"].values()}
    readme = (project_root / "README.md").read_text(encoding="utf-8")
    assert set(exposures) == pages
    assert {label for label in exposures.values() if f"| {label} |" not in readme} == set()
