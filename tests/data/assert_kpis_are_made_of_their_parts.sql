{#
  What: AR = not due + overdue + unapplied to the cent; DSO = best possible + delinquent + unapplied; what is over
  90 days is overdue; what is late matured.
  Why it happens: a scope or bucket that reaches one part and not another.
  Window: all rows. A row is a figure that is not the sum of its parts.
#}
select
    period_kind,
    period_ending_on,
    entity_id,
    scope,
    reporting_currency,
    receivable_amount,
    dso_days
from {{ ref('fct_kpis') }}
where
    receivable_amount <> not_due_amount + overdue_amount + unapplied_amount
    or abs(dso_days - best_possible_dso_days - average_days_delinquent - unapplied_days) > 0.000001
    or over_90_amount > overdue_amount
    or late_items_count > matured_items_count
    or late_amount > matured_amount
    or seriously_late_amount > seriously_matured_amount
    or late_items_count < 0
