"""Wrong rules: small changes of the SQL, each of which some test must notice."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """A change of one file: the exact text, which stands in it once, and what stands in its place."""

    file: str
    old: str
    new: str

    @property
    def name(self) -> str:
        """Its file and both texts, on one line."""
        return f"{self.file.rpartition('/')[2]}: {' '.join(self.old.split())} -> {' '.join(self.new.split())}"


_INTERMEDIATE = "models/intermediate/"
_RECEIVABLES = "models/marts/receivables/"

_CHANGES: dict[str, tuple[tuple[str, str], ...]] = {
    f"{_INTERMEDIATE}int_receivable_documents.sql": (
        ("documents.posted_on <= as_of.as_of_on as is_posted", "documents.posted_on < as_of.as_of_on as is_posted"),
        ("coalesce(due_on, terms_due_on, document_on) as due_on", "coalesce(due_on, document_on) as due_on"),
        (
            "coalesce(invoices.payment_terms, customers.payment_terms) as terms_code",
            "coalesce(customers.payment_terms, invoices.payment_terms) as terms_code",
        ),
        (
            "case when payment_type in ('refund', 'bounce') then amount else -amount end as amount",
            "case when payment_type in ('bounce') then amount else -amount end as amount",
        ),
        (
            "coalesce(payments.matures_on, payments.posted_on, payments.received_on)",
            "coalesce(payments.posted_on, payments.received_on)",
        ),
        ("payment_type in ('payment', 'deposit') as is_cash", "payment_type in ('payment') as is_cash"),
        ("cash_on as received_on,", "counted_on as received_on,"),
    ),
    "models/staging/raw/stg_raw__invoices.sql": (("and status = 'posted'", "and status <> 'void'"),),
    "models/staging/raw/stg_raw__payments.sql": (("and status = 'posted'", "and status <> 'draft'"),),
    f"{_INTERMEDIATE}int_entities.sql": (("allocations.entity_id is not null\n", "allocations.entity_id is null\n"),),
    f"{_INTERMEDIATE}int_instalments.sql": (
        ("schedule_amount = document_amount and", "schedule_amount >= document_amount and"),
        ("part_no = parts_count as is_last", "part_no = 1 as is_last"),
        ("where amount <> 0 or largest_amount = 0", ""),
        (
            "partition by entity_id, invoice_id order by due_on, instalment_no) as part_no",
            "partition by entity_id, invoice_id order by instalment_no) as part_no",
        ),
    ),
    f"{_INTERMEDIATE}int_receivable_items.sql": (
        ("and bounces.posted_on >= payments.posted_on", "and bounces.posted_on > payments.posted_on"),
        ("coalesce(instalment_due_on, original_received_on, due_on)", "coalesce(instalment_due_on, due_on)"),
        ("when documents.given_base_amount is not null then documents.given_base_amount", ""),
        ("and documents.posted_on = rates.rate_on", "and documents.invoiced_on = rates.rate_on"),
    ),
    "macros/ledger/rates_of.sql": (
        ("policy.fx_carry_days + 1", "policy.fx_carry_days"),
        ("and needed.rate_on >= valid_quotes.rate_on", "and needed.rate_on > valid_quotes.rate_on"),
        ("order by preference, numerator, denominator", "order by preference desc, numerator, denominator"),
        (
            "first_leg.denominator * second_leg.denominator as denominator",
            "first_leg.denominator * second_leg.numerator as denominator",
        ),
    ),
    f"{_INTERMEDIATE}int_allocation_requests.sql": (
        (
            "greatest(both_posted_on, coalesce(applied_on, both_posted_on)) as effective_on",
            "coalesce(applied_on, both_posted_on) as effective_on",
        ),
        ("when credits.currency = debits.currency then resolved.amount", "when true then resolved.amount"),
        ("greatest(credits.posted_on, debits.posted_on) as both_posted_on", "debits.posted_on as both_posted_on"),
        ("when resolved.allocation_policy = 'fifo' then", "when resolved.allocation_policy = 'none' then"),
    ),
    f"{_INTERMEDIATE}int_allocations_accepted.sql": (
        ("and requests.effective_on <= as_of.as_of_on", "and requests.effective_on < as_of.as_of_on"),
        ("or requests.reversed_on > requests.effective_on)", "or requests.reversed_on >= requests.effective_on)"),
        (
            "case when requests.reversed_on <= as_of.as_of_on then",
            "case when requests.reversed_on < as_of.as_of_on then",
        ),
        ("greatest(bounces.posted_on, payments.posted_on) as effective_on", "bounces.posted_on as effective_on"),
        ("and bounces.currency = payments.currency", ""),
        ("sum(credit_amount) > max(credit_total)", "sum(credit_amount) >= 2 * max(credit_total)"),
        (
            "case when debit_amount > 0 then 3 else 1 end as event_order",
            "case when debit_amount > 0 then 1 else 3 end as event_order",
        ),
        ("4 as event_order", "0 as event_order"),
        (
            "order by event_on, event_order, allocation_id, event_kind",
            "order by event_on, allocation_id, event_order, event_kind",
        ),
        ("and debit_amount > 0\n", "and debit_amount > 20\n"),
    ),
    "macros/sql/run_credits_in_order.sql": (
        ("net_credit <= free_amount as is_taken", "net_credit < free_amount as is_taken"),
        ("waiting_debit - later_debit_amount, 0", "waiting_debit, 0"),
        ("when event_kind = 'bounce' then cleared_credit", "when event_kind = 'bounce' then 0"),
        ("when event_kind = 'bounce' and cleared_credit > 0", "when event_kind = 'bounce' and cleared_credit > 10"),
    ),
    f"{_INTERMEDIATE}int_allocations_by_fifo.sql": (
        (
            "order by posted_on, due_on, document_id, instalment_no",
            "order by due_on, posted_on, document_id, instalment_no",
        ),
        ("order by posted_on, document_id\n", "order by document_id\n"),
        ("and entities.allocation_policy = 'fifo'", "and entities.allocation_policy <> 'none'"),
        ("where amount > 0", "where amount > 5"),
    ),
    f"{_INTERMEDIATE}int_disputed_spans.sql": (
        ("or dispute_rows.closed_on > dispute_rows.opened_on)", "or dispute_rows.closed_on >= dispute_rows.opened_on)"),
        ("dispute_rows.opened_on <= as_of.as_of_on", "dispute_rows.opened_on < as_of.as_of_on"),
        ("or stretches.valid_from_on < disputes.closed_on)", "or stretches.valid_from_on <= disputes.closed_on)"),
        (
            "coalesce(sum(disputes.amount), 0) as disputed_amount",
            "coalesce(max(disputes.amount), 0) as disputed_amount",
        ),
        ("order by spans.due_on, spans.instalment_no", "order by spans.due_on desc, spans.instalment_no"),
        ("coalesce(disputes.amount, documents.amount) as amount", "coalesce(disputes.amount, 0) as amount"),
        ("case when dispute_rows.closed_on <= as_of.as_of_on", "case when dispute_rows.closed_on < as_of.as_of_on"),
        ("where kind_rank = 1", ""),
    ),
    f"{_INTERMEDIATE}int_cash_allocations.sql": (
        ("greatest(allocations.effective_on, allocations.received_on)", "greatest(allocations.effective_on)"),
    ),
    f"{_INTERMEDIATE}int_period_payments.sql": (
        ("greatest(days_beyond_terms, 0)", "greatest(days_beyond_terms, 1)"),
        ("case when days_beyond_terms > 0 then", "case when days_beyond_terms >= 0 then"),
        ("on spans.valid_to_on <= as_of.as_of_on", "on spans.valid_to_on < as_of.as_of_on"),
    ),
    f"{_INTERMEDIATE}int_period_balances.sql": (
        (
            "greatest(intervals.valid_from_on, {{ add_days('intervals.due_on', days) }}) as starts_on",
            "{{ add_days('intervals.due_on', days) }} as starts_on",
        ),
        ("on seen.seen_on <= as_of.as_of_on", "on seen.seen_on < as_of.as_of_on"),
        (
            "and {{ add_days('intervals.due_on', days) }}",
            "and {{ add_days('intervals.due_on', days + 7) }}",
        ),
        ("-1 as sign", "0 as sign"),
        (
            "{{ window_leaves('kinds.period_kind', 'by_day.moved_on', days, months) }}",
            "{{ window_leaves('kinds.period_kind', 'by_day.moved_on', days - 7, months) }}",
        ),
        (
            "{{ 'by_day.receivable_amount' if opening == 'opening_12m_receivable_amount' else '0' }}",
            "by_day.receivable_amount",
        ),
        ("item_kind in ('payment', 'deposit') as is_unapplied_cash", "item_kind in ('payment') as is_unapplied_cash"),
    ),
    f"{_INTERMEDIATE}int_period_at_risk.sql": (
        ("items.item_kind in ('invoice', 'debit_note')", "items.item_kind in ('invoice')"),
        (
            "valid_to_on > {{ add_days(month_end('posted_on'), 90) }}",
            "valid_to_on >= {{ add_days(month_end('posted_on'), 90) }}",
        ),
    ),
    f"{_INTERMEDIATE}int_period_disputed.sql": (
        (
            "or disputed.valid_to_on > period_rows.as_of_on)",
            "or disputed.valid_to_on >= period_rows.as_of_on)",
        ),
        ("greatest(coalesce(openings.open_amount, 0), 0)", "coalesce(openings.open_amount, 999999)"),
        ("case when item_kind in ('invoice', 'debit_note') then", "case when item_kind in ('invoice') then"),
    ),
    f"{_INTERMEDIATE}int_period_countback.sql": (
        (
            "greatest(coalesce(sales_by_month.sales_amount, 0), 0) as taken_amount",
            "coalesce(sales_by_month.sales_amount, 0) as taken_amount",
        ),
        ("and period_rows.as_of_on >= history.first_on", ""),
        (
            "order by month_on desc\n            rows between unbounded preceding and current row\n"
            "        ) as days_through",
            "order by month_on asc\n            rows between unbounded preceding and current row\n"
            "        ) as days_through",
        ),
        ("when max(receivable_amount) < 0 then null", ""),
    ),
    f"{_INTERMEDIATE}int_period_rows.sql": (
        ("{{ add_days('as_of_on', -90) }}", "{{ add_days('as_of_on', -91) }}"),
        ("{{ add_days('as_of_on', -363) }}", "{{ add_days('as_of_on', -364) }}"),
        ("{{ add_days('as_of_on', -27) }}", "{{ add_days('as_of_on', -28) }}"),
        (
            "{{ add_months(month_start('period_ending_on'), -2) }}",
            "{{ add_months(month_start('period_ending_on'), -3) }}",
        ),
        ("period_ends.period_ending_on <= as_of.as_of_on as", "period_ends.period_ending_on < as_of.as_of_on as"),
        ("{{ days_between('window_from_on', 'as_of_on') }} + 1", "{{ days_between('window_from_on', 'as_of_on') }}"),
    ),
    f"{_INTERMEDIATE}int_period_lateness.sql": (
        ("where disputed_amount > 0", "where disputed_amount > 10"),
        (
            "when maturity_kind = 'serious' then sign * late_amount",
            "when maturity_kind = 'late' then sign * late_amount",
        ),
        (
            "sum(case when maturity_kind = 'late' and is_late then sign",
            "sum(case when maturity_kind = 'late' then sign",
        ),
    ),
    f"{_INTERMEDIATE}int_kpis.sql": (
        (
            "balances.overdue_amount - scopes.is_clean * balances.disputed_overdue_amount",
            "balances.overdue_amount + scopes.is_clean * balances.disputed_overdue_amount",
        ),
        ("coalesce(flows.sales_amount, 0) - scopes.is_clean", "coalesce(flows.sales_amount, 0) - 0 * scopes.is_clean"),
    ),
    f"{_RECEIVABLES}fct_receivable_items.sql": (
        ("states.days_past_due > 0 as is_overdue", "states.days_past_due >= 0 as is_overdue"),
        ("ages.days_past_due >= slabs.slab_from_days", "ages.days_past_due > slabs.slab_from_days"),
        ("case when is_cash then received_on end", "received_on"),
    ),
    "macros/ledger/periods.sql": (
        ("{{ add_days(day, days) }}", "{{ add_days(day, days - 1) }}"),
        ("{{ add_months(month_start(day), months) }}", "{{ add_months(month_start(day), months - 1) }}"),
    ),
    f"{_RECEIVABLES}fct_receivable_events.sql": (
        ("where credit_base_amount + debit_base_amount <> 0", "where false"),
        ("-direction * debit_amount as amount", "direction * debit_amount as amount"),
    ),
    "macros/ledger/due_day.sql": (
        (
            "{{ add_days(month_end(day), terms ~ '.days') }}",
            "{{ month_end(add_days(day, terms ~ '.days')) }}",
        ),
    ),
    "macros/ledger/stays_in_slabs.sql": (
        ("slabs.slab_to_days + 1", "slabs.slab_to_days + 2"),
        ("on stays.leaves_on <= as_of.as_of_on", "on stays.leaves_on < as_of.as_of_on"),
    ),
    "macros/sql/money.sql": (
        ("+ {{ denominator }}) // (2 * {{ denominator }})", "- 1 + {{ denominator }}) // (2 * {{ denominator }})"),
        ("when {{ denominator }} > 0", "when {{ denominator }} <> 0"),
    ),
}

MUTANTS: tuple[Mutant, ...] = tuple(
    Mutant(file, old, new) for file, changes in _CHANGES.items() for old, new in changes
)
