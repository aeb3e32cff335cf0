"""Whether the figures can be trusted: passport, loads, rejects, drifts, exceptions, tie-out, tests."""

from __future__ import annotations

from dashboards.lib.db import Row, Warehouse
from dashboards.lib.view import View

_PASSPORT = "select * from marts.rpt_passport"

_LOADS = """
    select
        load_id,
        loaded_at,
        source,
        table_name,
        file,
        as_of_on,
        status,
        rows_read,
        rows_new,
        rows_changed,
        rows_unchanged,
        rows_vanished,
        rows_rejected,
        rejected_amount
    from marts.rpt_loads
    order by loaded_at desc, load_id desc, table_name
    limit 500
"""

_REJECTS_SUMMARY = """
    select
        source,
        table_name,
        reason,
        column_name,
        row_currency,
        count(*) as rows_count,
        sum(row_amount) as amount,
        count(*) - count(row_amount) as unknown_count,
        max(load_id) as load_id
    from marts.rpt_rejects
    where reject_state = 'open' and finding_number = 1
    group by source, table_name, reason, column_name, row_currency
    order by rows_count desc, source, table_name, reason, column_name, row_currency
"""

_REJECTS_STATES = """
    select
        count(*) filter (where reject_state = 'open') as open_count,
        count(*) filter (where reject_state = 'dismissed') as dismissed_count
    from marts.rpt_rejects
    where finding_number = 1
"""

_REJECTS = """
    select
        source,
        table_name,
        reason,
        column_name,
        value,
        file,
        line,
        raw_line,
        row_amount,
        row_currency,
        mended_in_load_id,
        decided_by_person,
        decided_at,
        decision_reason,
        load_id
    from marts.rpt_rejects
    where coalesce(reject_state, 'questioned') = $state
        and ($source is null or (source = $source and table_name = $table_name and reason = $reason))
    order by load_id desc, file, line, finding_number
    limit 2000
"""

_DRIFTS = """
    select
        loaded_at,
        load_id,
        source,
        table_name,
        file,
        column_name,
        drift,
        drift_words,
        drift_outcome
    from marts.rpt_load_drifts
    where is_load_in_effect
    order by load_id desc, drift_outcome, table_name, column_name
    limit 500
"""

_EXCEPTIONS_SUMMARY = """
    select
        exception_kind,
        table_name,
        count(*) as rows_count,
        sum(abs(amount)) as amount,
        any_value(explanation) as explanation
    from marts.rpt_exceptions
    group by exception_kind, table_name
    order by rows_count desc, exception_kind
"""

_EXCEPTIONS = """
    select
        exception_kind,
        table_name,
        key,
        amount,
        explanation
    from marts.rpt_exceptions
    where $kind is null or exception_kind = $kind
    order by abs(amount) desc nulls last, key
    limit 2000
"""

_TIE_OUT = """
    select
        balance_on,
        entity_id,
        account,
        currency,
        amount_basis,
        receivable_amount,
        buckets_amount,
        open_amount,
        gl_amount,
        gl_source,
        gl_amount - receivable_amount as difference_amount,
        explained_amount,
        unexplained_amount,
        tie_out_status
    from marts.rpt_tie_out
    where gl_amount is not null
        and ($entity = '*' or entity_id = $entity)
        and balance_on <= $day
    order by balance_on desc, entity_id, account, currency, amount_basis
    limit 500
"""

_TIE_OUT_STATE = """
    with accounts as (
        select
            entity_id,
            account,
            max(balance_on) filter (where gl_amount is not null) as tied_on,
            max_by(tie_out_status, balance_on) filter (where gl_amount is not null) as tie_out_status,
            max_by(gl_source, balance_on) filter (where gl_amount is not null) as gl_source
        from marts.rpt_tie_out
        where ($entity = '*' or entity_id = $entity)
            and balance_on <= $day
        group by all
    )
    select
        count(*) as accounts_count,
        count(*) filter (where tied_on is null) as untied_count,
        count(*) filter (where tie_out_status = 'unexplained') as unexplained_count,
        count(*) filter (where gl_source = 'given') as given_count,
        max(tied_on) as tied_on
    from accounts
"""

_RECONCILIATION = """
    select
        count(*) as rows_count,
        count(*) filter (where buckets_amount <> open_amount or open_amount <> receivable_amount) as broken_count
    from marts.rpt_tie_out
"""

_HAS_TESTS = """
    select count(*) > 0 as has_tests
    from information_schema.tables
    where table_schema = 'marts' and table_name = 'rpt_tests'
"""

_TESTS = """
    select
        status,
        test_name,
        model_name,
        failures,
        message
    from marts.rpt_tests
    order by status = 'pass', status, test_name
"""

_TESTS_SUMMARY = """
    select
        count(*) as tests_count,
        count(*) filter (where status = 'pass') as passed_count,
        count(*) filter (where status = 'warn') as warned_count,
        count(*) filter (where status not in ('pass', 'warn')) as failed_count
    from marts.rpt_tests
"""


def passport(warehouse: Warehouse) -> Row | None:
    """What this publication is made of; None where the build wrote none."""
    return warehouse.row(_PASSPORT)


def loads(warehouse: Warehouse) -> list[Row]:
    """The newest 500 loaded files."""
    return warehouse.rows(_LOADS)


def rejects_summary(warehouse: Warehouse) -> list[Row]:
    """Open rejected rows by source, table, reason and currency; each row of a file counts once, by its first reason."""
    return warehouse.rows(_REJECTS_SUMMARY)


def rejects_states(warehouse: Warehouse) -> Row:
    """How many rejected rows are open, and how many a person dismissed."""
    return warehouse.row(_REJECTS_STATES) or {}


def rejects(warehouse: Warehouse, state: str, group: Row | None = None) -> list[Row]:
    """The newest 2,000 findings on rows of a state (`questioned`: warnings), of all or of one group of the summary."""
    wanted = {name: None if group is None else group[name] for name in ("source", "table_name", "reason")}
    return warehouse.rows(_REJECTS, {"state": state, **wanted})


def drifts(warehouse: Warehouse) -> list[Row]:
    """The newest 500 changes of columns of loads that count."""
    return warehouse.rows(_DRIFTS)


def exceptions_summary(warehouse: Warehouse) -> list[Row]:
    """Rows left out or assumed, by kind; amounts without their sign."""
    return warehouse.rows(_EXCEPTIONS_SUMMARY)


def exceptions(warehouse: Warehouse, kind: str | None = None) -> list[Row]:
    """Rows left out or assumed, the largest first, at most 2,000."""
    return warehouse.rows(_EXCEPTIONS, {"kind": kind})


def tie_out(warehouse: Warehouse, view: View) -> list[Row]:
    """Days that give a ledger balance, newest first; difference = ledger − receivables."""
    return warehouse.rows(_TIE_OUT, {"entity": view.entity_id, "day": view.week.as_of_on})


def tie_out_state(warehouse: Warehouse, view: View) -> Row:
    """How many accounts there are, how many have no balance, how many an unexplained difference."""
    return warehouse.row(_TIE_OUT_STATE, {"entity": view.entity_id, "day": view.week.as_of_on}) or {}


def reconciliation(warehouse: Warehouse) -> Row:
    """How many rows were reconciled (buckets = open = balance) and how many do not add up."""
    return warehouse.row(_RECONCILIATION) or {}


def _has_tests(warehouse: Warehouse) -> bool:
    """A build run without its tests leaves no table of results."""
    return bool((warehouse.row(_HAS_TESTS) or {}).get("has_tests"))


def tests(warehouse: Warehouse) -> list[Row]:
    """The build's tests, those that did not pass first; none where the build ran none."""
    return warehouse.rows(_TESTS) if _has_tests(warehouse) else []


def tests_summary(warehouse: Warehouse) -> Row:
    """How many tests ran, passed, warned, failed; empty where the build ran none."""
    return (warehouse.row(_TESTS_SUMMARY) or {}) if _has_tests(warehouse) else {}
