{#
  What: in each dimension the members of `fct_kpis_by_dimension` add up to `fct_kpis`, for every amount and count.
  Why it happens: a customer or currency in no member, or in two.
  Window: all rows. A row is a period, scope and dimension whose members do not add up.
#}
{%- set measures = [
    'receivable_amount', 'not_due_amount', 'overdue_amount', 'over_90_amount', 'disputed_amount', 'unapplied_amount',
    'unapplied_cash_amount', 'overdue_amount_days', 'opening_receivable_amount', 'opening_12m_receivable_amount',
    'sales_amount', 'sales_12m_amount', 'effectiveness_sales_amount', 'collected_amount', 'period_collected_amount',
    'written_off_amount', 'cohort_billed_amount', 'at_risk_amount', 'matured_items_count', 'late_items_count',
    'matured_amount', 'late_amount', 'seriously_matured_amount', 'seriously_late_amount', 'paid_amount',
    'paid_late_amount', 'paid_amount_days_to_pay', 'paid_amount_days_beyond_terms', 'paid_amount_days_late',
] -%}
with

members as (

    select
        dimension,
        period_kind,
        period_ending_on,
        entity_id,
        scope,
        reporting_currency,
        {{ summed(measures) }}
    from {{ ref('fct_kpis_by_dimension') }}
    group by
        dimension,
        period_kind,
        period_ending_on,
        entity_id,
        scope,
        reporting_currency

),

dimensions as (

    select distinct dimension from members

)

select
    dimensions.dimension,
    kpis.period_kind,
    kpis.period_ending_on,
    kpis.entity_id,
    kpis.scope,
    kpis.reporting_currency
from {{ ref('fct_kpis') }} as kpis
cross join dimensions
left join members
    on
        dimensions.dimension = members.dimension
        and kpis.period_kind = members.period_kind
        and kpis.period_ending_on = members.period_ending_on
        and kpis.entity_id = members.entity_id
        and kpis.scope = members.scope
        and kpis.reporting_currency = members.reporting_currency
where
    {% for measure in measures %}
        kpis.{{ measure }} is distinct from members.{{ measure }}
        or
    {% endfor %}
    members.dimension is null
