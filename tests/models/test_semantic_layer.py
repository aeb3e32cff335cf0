"""Metrics asked for by `mf query` are what the marts say: amounts to the cent, ratios to the ninth digit."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sysconfig
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

KPI = "{{{{ Dimension('kpi_row__{}') }}}} = '{}'"
WEEKS_IN_EUR = " and ".join(
    KPI.format(*pair) for pair in (("period_kind", "week"), ("scope", "all"), ("reporting_currency", "EUR"))
)
IN_EUR = " and ".join(KPI.format(*pair) for pair in (("scope", "all"), ("reporting_currency", "EUR")))
MONTHS = KPI.format("period_kind", "month")

SUMS = (
    *("receivable_amount", "not_due_amount", "overdue_amount", "over_90_amount", "unapplied_amount"),
    *("disputed_amount", "disputed_overdue_amount", "opening_receivable_amount", "sales_amount", "sales_12m_amount"),
    *("effectiveness_sales_amount", "collected_amount", "matured_items_count", "late_items_count", "matured_amount"),
    *("late_amount", "seriously_matured_amount", "seriously_late_amount", "paid_amount", "paid_late_amount"),
    *("paid_amount_days_to_pay", "paid_amount_days_beyond_terms", "paid_amount_days_late", "overdue_amount_days"),
    *("unapplied_cash_amount", "unapplied_cash_amount_days", "opening_12m_receivable_amount", "written_off_amount"),
    *("cohort_billed_amount", "at_risk_amount", "period_collected_amount", "collected_target_amount"),
)
RATIOS = (
    *("dso_days", "dso_12m_days", "best_possible_dso_days", "average_days_delinquent", "unapplied_days"),
    *("collection_effectiveness_rate", "late_payment_rate_by_count", "late_payment_rate_by_value"),
    *("seriously_late_rate_by_value", "weighted_days_to_pay", "days_beyond_terms", "days_beyond_terms_floored"),
    *("days_beyond_terms_late_only", "current_rate", "over_90_rate", "average_overdue_age_days", "write_off_rate"),
    *("average_unapplied_cash_age_days", "at_risk_rate", "collected_target_rate", "receivable_turnover_12m_ratio"),
)
KPI_COLUMNS = (*SUMS, *RATIOS)

Rows = list[tuple[object, ...]]
Ask = Callable[[Sequence[str], Sequence[str], str], Rows]


@dataclass(frozen=True)
class Project:
    """A folder that `mf` takes for the project, on a copy of the sample's build."""

    folder: Path
    build: Path

    def sql(self, query: str) -> Rows:
        """What the marts say."""
        with duckdb.connect(str(self.build), read_only=True) as connection:
            return connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def project(sample_home: Path, project_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """What MetricFlow reads: the semantic manifest that the build left, and profiles that lead to a copy of it."""
    folder = tmp_path_factory.mktemp("semantic")
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copyfile(project_root / name, folder / name)
    shutil.copytree(project_root / "macros", folder / "macros")
    (folder / "target").mkdir()
    shutil.copyfile(sample_home / "target" / "semantic_manifest.json", folder / "target" / "semantic_manifest.json")
    build = folder / "encours.duckdb"
    shutil.copyfile(sample_home / "build" / "encours.duckdb", build)
    return Project(folder, build)


@pytest.fixture(scope="module")
def ask(project: Project) -> Ask:
    """``ask(metrics, group_by, where)``: the rows of `mf query`, the groups first, all as text."""

    def run(metrics: Sequence[str], group_by: Sequence[str], where: str) -> Rows:
        answer = project.folder / "answer.csv"
        answer.unlink(missing_ok=True)
        done = subprocess.run(
            [
                *(str(Path(sysconfig.get_path("scripts")) / "mf"), "query", "--quiet", "--csv", str(answer)),
                *("--metrics", ",".join(metrics)),
                *(("--group-by", ",".join(group_by)) if group_by else ()),
                *(("--where", where) if where else ()),
            ],
            cwd=project.folder,
            env={**os.environ, "ENCOURS_BUILD_FILE": str(project.build), "DO_NOT_TRACK": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        with answer.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        return [tuple(row[name] for name in (*group_by, *metrics)) for row in rows]

    return run


def _assert_same(asked: Rows, known: Rows, metrics: Sequence[str]) -> None:
    """Row by row, found by their groups: counts and amounts exactly, ratios to the ninth digit, null where null."""
    groups = len(known[0]) - len(metrics)
    by_group = {tuple(str(value) for value in row[:groups]): row[groups:] for row in known}
    assert len(by_group) == len(known)
    seen = {tuple(str(value).removesuffix(" 00:00:00") for value in row[:groups]): row[groups:] for row in asked}
    assert seen.keys() == by_group.keys()
    for group, values in seen.items():
        for metric, said, expected in zip(metrics, values, by_group[group], strict=True):
            where = f"{metric} of {group}: {said} asked, {expected} in the mart"
            if expected is None:
                assert said == "", where
            elif isinstance(expected, float):
                assert float(str(said)) == pytest.approx(expected, rel=1e-9, abs=1e-9), where
            else:
                # `mf` writes 4362866.6 for 4362866.60.
                assert Decimal(str(said)) == Decimal(str(expected)), where


def test_every_kpi_by_week_and_entity_is_the_marts(ask: Ask, project: Project) -> None:
    asked = ask(KPI_COLUMNS, ("metric_time__week", "entity"), WEEKS_IN_EUR)
    known = project.sql(f"""
        select cast(date_trunc('week', period_ending_on) as date), entity_id, {", ".join(KPI_COLUMNS)}
        from marts.fct_kpis
        where period_kind = 'week' and scope = 'all' and reporting_currency = 'EUR' and entity_id <> '*'
    """)
    assert len(known) > 400
    _assert_same(asked, known, KPI_COLUMNS)


OF_MONTHS = (
    *("cohort_billed_amount", "at_risk_amount", "at_risk_rate", "period_collected_amount", "collected_target_amount"),
    *("collected_target_rate", "written_off_amount", "write_off_rate", "receivable_turnover_12m_ratio"),
    "average_overdue_age_days",
)


@pytest.mark.parametrize("by_entity", [True, False], ids=["by entity", "in all"])
def test_cohorts_and_targets_by_month_are_the_marts(by_entity: bool, ask: Ask, project: Project) -> None:
    """They belong to months: null where the month's 90 days are not over, or nothing was planned."""
    groups = ("metric_time__month", *(("entity",) if by_entity else ()))
    asked = ask(OF_MONTHS, groups, f"{MONTHS} and {IN_EUR}")
    known = project.sql(f"""
        select cast(date_trunc('month', period_ending_on) as date), {"entity_id, " if by_entity else ""}
            {", ".join(OF_MONTHS)}
        from marts.fct_kpis
        where period_kind = 'month' and scope = 'all' and reporting_currency = 'EUR'
            and entity_id {"<>" if by_entity else "="} '*'
    """)
    assert len(known) >= 36
    for metric in ("at_risk_rate", "collected_target_rate"):
        values = [row[len(groups) + OF_MONTHS.index(metric)] for row in known]
        assert any(value is not None for value in values)
        assert any(value is None for value in values), metric
    _assert_same(asked, known, OF_MONTHS)


def test_the_cost_of_overdue_is_of_one_entity(ask: Ask, project: Project) -> None:
    """It is rounded once: the cents of several do not add up to those of all."""
    metrics = ("cost_of_overdue_amount",)
    asked = ask(metrics, ("metric_time__week", "entity"), WEEKS_IN_EUR)
    known = project.sql("""
        select cast(date_trunc('week', period_ending_on) as date), entity_id, cost_of_overdue_amount
        from marts.fct_kpis
        where period_kind = 'week' and scope = 'all' and reporting_currency = 'EUR' and entity_id <> '*'
    """)
    assert len(known) > 400
    _assert_same(asked, known, metrics)
    assert ask(metrics, (), WEEKS_IN_EUR) == [("",)]


def test_every_figure_of_the_marts_is_a_metric_or_is_no_sum(project: Project) -> None:
    """Amounts, counts and ratios of `fct_kpis`: all but countback, which is no ratio of sums."""
    columns = {
        name
        for name, data_type in project.sql("select column_name, column_type from (describe marts.fct_kpis)")
        if str(data_type).startswith(("DECIMAL", "DOUBLE", "BIGINT"))
    }
    assert columns - {*KPI_COLUMNS, "cost_of_overdue_amount"} == {"dso_countback_days"}


def test_without_an_entity_the_newest_months_are_the_totals(ask: Ask, project: Project) -> None:
    """Also of scopes and reporting currencies side by side: a balance is not added up over months."""
    groups = ("kpi_row__scope", "kpi_row__reporting_currency")
    asked = ask(KPI_COLUMNS, groups, MONTHS)
    known = project.sql(f"""
        select scope, reporting_currency, {", ".join(KPI_COLUMNS)}
        from marts.fct_kpis
        where period_kind = 'month' and entity_id = '*'
            and period_ending_on = (select max(period_ending_on) from marts.fct_kpis where period_kind = 'month')
    """)
    assert len(known) == 6
    _assert_same(asked, known, KPI_COLUMNS)


def test_what_does_not_add_up_is_not_added_up(ask: Ask) -> None:
    """Currencies, or what is disputed and what is not: no figure rather than a wrong one."""
    metrics = ("receivable_amount", "late_items_count", "dso_days", "late_payment_rate_by_value", "current_rate")
    assert ask(metrics, (), MONTHS) == [("",) * len(metrics)]


FLOWS = ("billed", "credited", "received", "refunded", "bounced", "written_off", "balance_change")
KINDS = ("= 'billed'", "= 'credited'", "= 'collected'", "= 'refunded'", "= 'bounced'", "= 'written_off'")
MOVES = (
    "in ('billed', 'credited', 'collected', 'refunded', 'bounced', 'written_off', 'adjusted', 'opening', 'exchange', "
    "'transfer')"
)


def test_flows_by_month_and_currency_are_the_events(ask: Ask, project: Project) -> None:
    metrics = [f"{flow}_document_amount" for flow in FLOWS]
    asked = ask(metrics, ("metric_time__month", "entity__base_currency", "event__currency"), "")
    sums = ", ".join(
        f"{'-' if flow in ('credited', 'received', 'written_off') else ''}sum(amount) filter (event_kind {kinds})"
        for flow, kinds in zip(FLOWS, (*KINDS, MOVES), strict=True)
    )
    known = project.sql(f"""
        select cast(date_trunc('month', event_on) as date) as month, dim_entities.base_currency, currency, {sums}
        from marts.fct_receivable_events inner join marts.dim_entities using (entity_id)
        group by month, dim_entities.base_currency, currency
        having count(*) filter (event_kind {MOVES}) > 0
    """)
    assert len(known) > 100
    _assert_same(asked, known, metrics)


def test_open_items_by_slab_are_the_items(ask: Ask, project: Project) -> None:
    metrics = ("open_document_amount", "overdue_document_amount", "disputed_document_amount", "open_items_count")
    asked = ask(metrics, ("receivable_item__currency", "receivable_item__aging_bucket", "customer__segment"), "")
    known = project.sql("""
        select currency, coalesce(aging_bucket, ''), segment, sum(open_amount),
            sum(case when is_overdue then open_amount else 0 end), sum(disputed_amount),
            cast(sum(case when is_open then 1 else 0 end) as bigint)
        from marts.fct_receivable_items inner join marts.dim_customers using (customer_id)
        group by currency, aging_bucket, segment
    """)
    assert len(known) > 30
    _assert_same(asked, known, metrics)
