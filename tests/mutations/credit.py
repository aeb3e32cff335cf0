"""Wrong rules of credit: small changes of the SQL, each of which a unit test of its own model must notice."""

from __future__ import annotations

from tests.mutations.catalogue import Mutant

_INTERMEDIATE = "models/intermediate/"
_CREDIT = "models/marts/credit/"

_CHANGES: dict[str, tuple[tuple[str, str], ...]] = {
    f"{_CREDIT}fct_customer_risk_weekly.sql": (
        (
            "weighted.risk_score >= boundaries.from_score_{{ tier }} then 1",
            "weighted.risk_score > boundaries.from_score_{{ tier }} then 1",
        ),
        (
            "weighted.risk_score < boundaries.until_score_{{ tier }} then 0",
            "weighted.risk_score <= boundaries.until_score_{{ tier }} then 0",
        ),
        ("and overrides.to_on >= weeks.as_of_on", "and overrides.to_on > weeks.as_of_on"),
        (
            "case when tiered.is_insolvent then names.risk_tier else coalesce",
            "case when false then names.risk_tier else coalesce",
        ),
        ("then least(solvency_points, 100) end", "then solvency_points end"),
    ),
    f"{_INTERMEDIATE}int_customer_risk_spans.sql": (
        ("where parent_customer_id <> customer_id", "where true"),
        ("orders.usual_order_multiple >= as_of.order_pattern_multiple", "orders.usual_order_multiple > 100"),
        ("limit_amount < earlier_limit_amount", "limit_amount <= earlier_limit_amount"),
        (
            "greatest(intervals.valid_from_on, lapsed.cover_lapses_on) as starts_on",
            "intervals.valid_from_on as starts_on",
        ),
    ),
    f"{_INTERMEDIATE}int_customer_signal_spans.sql": (
        ("coalesce(signals.value, 1) else", "coalesce(signals.value, 0) else"),
        ("where newest.signal_kind = 'score' or newest.value <> 0", "where true"),
    ),
    f"{_INTERMEDIATE}int_customer_oldest_overdue.sql": (
        ("intervals.open_amount > case when", "intervals.open_amount >= case when"),
        ("where ends_on > coalesce(all_paid_on, due_on)", "where true"),
        ("max(ends_on) as ends_on\n    from numbered", "min(ends_on) as ends_on\n    from numbered"),
    ),
    f"{_INTERMEDIATE}int_customer_risk_inputs.sql": (
        ("when weeks.overdue_amount > weeks.disputed_overdue_amount", "when weeks.overdue_amount > 0"),
        ("when customers.insolvency_on <= weeks.as_of_on then 1", "when customers.insolvency_on is not null then 1"),
    ),
    f"{_INTERMEDIATE}int_promise_outcomes.sql": (
        ("when paid_amount >= promised_amount or is_settled", "when paid_amount > promised_amount or is_settled"),
        ("when last_on < as_of_on then 'broken'", "when last_on <= as_of_on then 'broken'"),
        ("greatest({{ day }}, received_on) as paid_on", "{{ day }} as paid_on"),
    ),
    f"{_INTERMEDIATE}int_tier_loss_rates.sql": (
        ("rows between unbounded preceding and current row", "rows between current row and current row"),
        (
            "{{ add_days('week_ending_on', 364) }} as later_week_on",
            "{{ add_days('week_ending_on', 357) }} as later_week_on",
        ),
        (
            "min(measured_rate) over (partition by week_ending_on)",
            "max(measured_rate) over (partition by week_ending_on)",
        ),
    ),
    f"{_INTERMEDIATE}int_watch_states.sql": (
        (
            "case when limits.limit_amount = 0 and weeks.receivable_amount > 0 then 1 end",
            "case when limits.limit_amount = 0 then 1 end",
        ),
        ("when count(*) = count(rates.numerator)", "when true"),
        ("risk.tier_order - earlier.tier_order as tier_fall", "earlier.tier_order - risk.tier_order as tier_fall"),
        ("{{ add_days('weeks.week_ending_on', -28) }}", "{{ add_days('weeks.week_ending_on', -21) }}"),
    ),
    f"{_CREDIT}fct_watch_list_weekly.sql": (
        (
            "and measures.value >= cast(rules.from_value as double)",
            "and measures.value > cast(rules.from_value as double)",
        ),
        ("and measures.exposure_amount >= rules.min_exposure_amount", ""),
        ("measures.measure order by rules.from_value desc", "measures.measure order by rules.from_value asc"),
        ("and also.value >= cast(rules.and_from_value as double)", ""),
        ("case when reason_rank <= 3 then reason end", "case when reason_rank <= 2 then reason end"),
        ("and notes.next_on > weeks.as_of_on", "and notes.next_on >= weeks.as_of_on"),
        ("and ranked.from_value <= earlier.from_value", ""),
        (
            "incidents.incident_week_on >= reviews.reviewed_week_on",
            "incidents.incident_week_on > reviews.reviewed_week_on",
        ),
        ("partition by week_ending_on, list_section", "partition by week_ending_on, change = 'left'"),
    ),
    f"{_CREDIT}rpt_watch_list.sql": (
        (
            "ranked.collector_rank <= coalesce(own.accounts_a_week, anyone.accounts_a_week), false",
            "ranked.collector_rank < coalesce(own.accounts_a_week, anyone.accounts_a_week), false",
        ),
        ("where notification_state = 'to_notify'", "where true"),
        (
            "'coalesce(exposures.limit_reviewed_on, ranked.created_on, ranked.first_invoiced_on)'",
            "'coalesce(ranked.created_on, ranked.first_invoiced_on)'",
        ),
    ),
    f"{_CREDIT}rpt_alerts.sql": (
        ("alerts.alert_on > {{", "alerts.alert_on >= {{"),
        ("and alerts.alert_on <= {{", "and alerts.alert_on < {{"),
        ("alerts.value >= rules.from_value", "alerts.value > rules.from_value"),
        ("covers.limit_amount < covers.earlier_limit_amount", "covers.limit_amount <> covers.earlier_limit_amount"),
    ),
    f"{_INTERMEDIATE}int_limit_spans.sql": (
        ("where limit_kind = 'temporary' or newest_rank = 1", "where newest_rank = 1"),
        ("spans.starts_on <= limits.valid_to)", "spans.starts_on < limits.valid_to)"),
    ),
    f"{_INTERMEDIATE}int_limit_headroom.sql": (
        ("when policy.insurance_uplift_rate = 0 or covers.customer_id is null", "when covers.customer_id is not null"),
        (
            "coalesce(weeks.exposure_amount, 0) - coalesce(same_currency.reporting_amount, 0)",
            "coalesce(weeks.exposure_amount, 0)",
        ),
    ),
    f"{_INTERMEDIATE}int_account_contacts.sql": (
        ("promises.outcome = 'broken'\n", "promises.outcome = 'never'\n"),
        ("intervals.open_amount > intervals.disputed_amount", "intervals.open_amount > 0"),
    ),
    f"{_INTERMEDIATE}int_cover_spans.sql": (
        ("covers.status in ('active', 'reduced') and", "covers.status in ('active') and"),
        ("lag(ends_on) over (partition by customer_id order by starts_on) = starts_on", "true"),
    ),
    f"{_INTERMEDIATE}int_insured_items.sql": (
        ("and items.delivered_on >= covers.starts_on", "and items.delivered_on > covers.starts_on"),
        ("items.delivered_on < covers.ends_on", "items.delivered_on <= covers.ends_on"),
        (
            "{{ days_between('invoiced_on', 'original_due_on') }} > longest_covered_days",
            "{{ days_between('invoiced_on', 'original_due_on') }} >= longest_covered_days",
        ),
        (
            "when notified_on is null or notified_on > notify_by_on",
            "when notified_on is null or notified_on >= notify_by_on",
        ),
    ),
    f"{_CREDIT}rpt_insured_items.sql": (
        (
            "when bound.notify_by_on < as_of.as_of_on then 'missed'",
            "when bound.notify_by_on <= as_of.as_of_on then 'missed'",
        ),
        ("bound.notified_on <= bound.notify_by_on then 'notified'", "true then 'notified'"),
    ),
    f"{_CREDIT}rpt_credit_exposures.sql": (
        (
            "greatest(recommended.used_amount - recommended.granted_amount, 0)",
            "greatest(recommended.granted_amount - recommended.used_amount, 0)",
        ),
        ("least(recommended.terms_days, recommended.max_terms_days)", "recommended.terms_days"),
        (
            "cast(round(greatest(coalesce(weeks.days_beyond_terms, 0), 0), 0) as integer)",
            "cast(round(coalesce(weeks.days_beyond_terms, 0), 0) as integer)",
        ),
        ("and limits.valid_from <= limits.valid_to", ""),
    ),
    f"{_CREDIT}rpt_order_decisions.sql": (
        ("and measures.value >= rules.from_value", "and measures.value > rules.from_value"),
        ("order by rules.rule_order) as rule_rank", "order by rules.rule_order desc) as rule_rank"),
        ("case when limit_side_amount is null then 1 else 0 end", "0"),
        ("stage in ('watched', 'prospect') as is_on_steps", "stage in ('watched') as is_on_steps"),
        ("stage = 'frozen' or (stage = 'prospect' and incident is not null)", "stage = 'frozen'"),
        ("when exposures.limit_currency = orders.currency then orders.amount", ""),
        ("orders.ordered_to_on > as_of.as_of_on", "orders.ordered_to_on >= as_of.as_of_on"),
    ),
    f"{_CREDIT}rpt_unbilled_deliveries.sql": (
        ("orders.delivered_on <= as_of.as_of_on", "orders.delivered_on < as_of.as_of_on"),
        ("orders.billed_on > as_of.as_of_on", "orders.billed_on >= as_of.as_of_on"),
    ),
    f"{_INTERMEDIATE}int_orders.sql": (
        ("range between 365 preceding and 1 preceding", "range between 365 preceding and current row"),
        ("when usual_orders_count >= 3 and amount > 0", "when usual_orders_count > 3 and amount > 0"),
    ),
    f"{_INTERMEDIATE}int_new_customer_incidents.sql": (
        ("and signals.ends_on > customers.known_from_on", ""),
        ("happened.incident_on >= customers.known_from_on", "true"),
        ("due_days.late_days > customers.freeze_after_days", "due_days.late_days >= customers.freeze_after_days"),
    ),
    f"{_INTERMEDIATE}int_new_customer_steps.sql": (
        ("where kept_in_row_count >= watched_due_days", "where kept_in_row_count > watched_due_days"),
        ("max(streaks.free_rate - 1) over (", "max(streaks.free_rate - 2) over ("),
    ),
    f"{_CREDIT}rpt_onboarding.sql": (
        ("and weeks.exposure_amount > exposures.frozen_exposure_amount", ""),
        ("approved_limit_amount <= approver_up_to_amount", "approved_limit_amount < approver_up_to_amount"),
        ("coalesce(approved_on <= first_ordered_on, false)", "coalesce(approved_on < first_ordered_on, false)"),
    ),
    f"{_CREDIT}rpt_first_payment_cohorts.sql": (
        ("levels.first_late_days > policy.grace_days then 1", "levels.first_late_days >= policy.grace_days then 1"),
        ("where stage <> 'prospect'", ""),
    ),
    f"{_CREDIT}rpt_tier_migrations.sql": (
        (
            "when to_tiers.tier_order > from_tiers.tier_order then 'worse'",
            "when to_tiers.tier_order >= from_tiers.tier_order then 'worse'",
        ),
    ),
    f"{_CREDIT}rpt_tier_overrides.sql": (
        ("when states.to_on >= states.as_of_on then 'running'", "when states.to_on > states.as_of_on then 'running'"),
        ("and overrides.until_on >= items.lapses_on", ""),
    ),
    f"{_CREDIT}rpt_concentration.sql": (("where exposure_amount > 0", "where true"),),
    f"{_CREDIT}rpt_backtest_tiers.sql": (
        (">= policy.backtest_least_invoices as has_enough", "> policy.backtest_least_invoices as has_enough"),
    ),
    f"{_INTERMEDIATE}int_backtest_outcomes.sql": (
        ("weeks.period_ending_on > quarters.scored_on", "weeks.period_ending_on >= quarters.scored_on"),
    ),
}

CREDIT_MUTANTS = tuple(Mutant(file, old, new) for file, changes in _CHANGES.items() for old, new in changes)
