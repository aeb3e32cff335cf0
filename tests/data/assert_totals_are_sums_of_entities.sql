{#
  What: the rows of `*` are the sums of their entities, for every amount and count.
  Why it happens: an entity left out of a total, or counted twice.
  Window: all rows. A row is a period whose total differs.
#}
{%- set measures = [
    'receivable_amount', 'not_due_amount', 'overdue_amount', 'over_90_amount', 'disputed_amount',
    'unapplied_amount', 'sales_amount', 'sales_12m_amount', 'collected_amount', 'matured_items_count',
    'late_items_count', 'matured_amount', 'late_amount', 'paid_amount', 'opening_receivable_amount',
    'opening_12m_receivable_amount', 'overdue_amount_days', 'unapplied_cash_amount', 'unapplied_cash_amount_days',
    'written_off_amount', 'period_collected_amount',
] -%}
select
    period_kind,
    period_ending_on,
    scope,
    reporting_currency
from {{ ref('fct_kpis') }}
group by
    period_kind,
    period_ending_on,
    scope,
    reporting_currency
having
    {% for measure in measures %}
        sum(case when entity_id = '*' then {{ measure }} else -{{ measure }} end) <> 0
        or
    {% endfor %}
    max(case when entity_id = '*' then 1 else 0 end) = 0
