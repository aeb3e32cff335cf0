"""What two builds of the same books say of the days up to one day, mart by mart.

The history of a build, cut at a past day, must be what a build of that day says: later documents, allocations and
disputes may end what was open, never rewrite it.
"""

from __future__ import annotations

from datetime import date

from tests.models.books import Books

UP_TO = {
    # Every span that had begun, still open where it ends later.
    "fct_item_intervals": """
        select * replace (case when valid_to_on <= $day then valid_to_on end as valid_to_on)
        from marts.fct_item_intervals where valid_from_on <= $day
    """,
    # An allocation that ends in parts later is one row before: the parts count together.
    "fct_allocations": """
        select
            entity_id, credit_document_id, debit_document_id, instalment_no, customer_id, effective_on, applied_on,
            received_on, case when reversed_on <= $day then reversed_on end as reversed_on, allocation_source,
            sum(credit_amount) as credit_amount, sum(debit_amount) as debit_amount
        from marts.fct_allocations where effective_on <= $day group by all
    """,
    "fct_receivable_events": """
        select
            entity_id, document_id, instalment_no, customer_id, account, event_on, event_kind, currency,
            sum(amount) as amount, sum(base_amount) as base_amount
        from marts.fct_receivable_events where event_on <= $day group by all
    """,
    # A month's cohort is known 90 days after its end.
    "fct_kpis": """
        select * replace (
            case when period_ending_on + 90 <= $day then cohort_billed_amount end as cohort_billed_amount,
            case when period_ending_on + 90 <= $day then at_risk_amount end as at_risk_amount,
            case when period_ending_on + 90 <= $day then at_risk_rate end as at_risk_rate
        )
        from marts.fct_kpis where period_ending_on <= $day
    """,
    "fct_aging_weekly": "select * from marts.fct_aging_weekly where week_ending_on <= $day",
    "fct_aging_kpis": "select * from marts.fct_aging_kpis where period_ending_on <= $day",
    "fct_customer_weekly": "select * from marts.fct_customer_weekly where week_ending_on <= $day",
    "fct_customer_risk_weekly": "select * from marts.fct_customer_risk_weekly where week_ending_on <= $day",
    # What a tier was worth is known a year after the week.
    "rpt_risk_tiers": """
        select * replace (case when week_ending_on + 364 <= $day then later_late_rate end as later_late_rate)
        from marts.rpt_risk_tiers where week_ending_on <= $day
    """,
    "fct_watch_list_weekly": "select * from marts.fct_watch_list_weekly where week_ending_on <= $day",
    # Accounts that nothing was posted to yet have rows of zeros in the later build.
    "rpt_tie_out": """
        select * from marts.rpt_tie_out
        where balance_on <= $day and (isodow(balance_on) = 7 or gl_amount is not null)
            and (receivable_amount <> 0 or open_amount <> 0 or buckets_amount <> 0 or gl_amount is not null)
    """,
}


def differences(mart: str, later: Books, earlier: Books, day: date) -> dict[str, list[object]]:
    """The rows of ``mart`` up to ``day`` that only one of the two builds has: how many, and the first five of each.

    Empty where both say the same.
    """
    of_later = UP_TO[mart]
    of_own = of_later.replace("marts.", f"{later.attach(earlier)}.marts.")
    compared = later.rows(f"select count(*) from ({of_own})", {"day": day})
    assert compared != [(0,)], f"{mart} has no row up to {day}: nothing would be compared"
    only = {
        "only in the later build": f"({of_later}) except all ({of_own})",
        "only in its own": f"({of_own}) except all ({of_later})",
    }
    found: dict[str, list[object]] = {}
    for where, query in only.items():
        if rows := later.rows(query, {"day": day}):
            found[where] = [len(rows), *sorted(rows, key=str)[:5]]
    return found
