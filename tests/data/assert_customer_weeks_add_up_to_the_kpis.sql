{#
  What: the customers' weeks add up to the weekly figures of their entity, in the main reporting currency.
  Why it happens: a range of customers left out; a window that is a day off in one of the two.
  Window: all weeks. A row is a week and entity whose customers do not add up.
#}
{%- set measures = [
    'receivable_amount', 'not_due_amount', 'overdue_amount', 'over_90_amount', 'disputed_amount',
    'disputed_overdue_amount', 'unapplied_amount', 'sales_amount', 'collected_amount',
] -%}
with

customer_weeks as (

    select
        week_ending_on,
        entity_id,
        {% for measure in measures %}
            sum({{ measure }}) as {{ measure }},
        {% endfor %}
        reporting_currency
    from {{ ref('fct_customer_weekly') }}
    group by
        week_ending_on,
        entity_id,
        reporting_currency

),

kpis as (

    select kpis.*
    from {{ ref('fct_kpis') }} as kpis
    inner join {{ ref('int_reporting_currencies') }} as currencies
        on
            kpis.reporting_currency = currencies.reporting_currency
            and currencies.is_main
    where
        kpis.period_kind = 'week'
        and kpis.scope = 'all'

)

select
    kpis.period_ending_on,
    kpis.entity_id,
    kpis.receivable_amount,
    customer_weeks.receivable_amount as customers_receivable_amount
from kpis
left join customer_weeks
    on
        kpis.period_ending_on = customer_weeks.week_ending_on
        and kpis.entity_id = customer_weeks.entity_id
where
    {% for measure in measures %}
        kpis.{{ measure }} <> coalesce(customer_weeks.{{ measure }}, 0)
        or
    {% endfor %}
    (customer_weeks.entity_id is null and kpis.receivable_amount <> 0)
