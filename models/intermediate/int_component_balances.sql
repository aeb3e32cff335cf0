{#
  The parts that DSO is made of at each week and month row, by the documents' currency, in that currency and in
  each reporting currency, by entity and in total (`*`). Each day's change counts from the first row that knows it;
  sales leave with their window.
#}
{%- set components = [
    'not_due_amount', 'overdue_amount', 'disputed_overdue_amount', 'unapplied_amount', 'sales_amount',
] -%}
with

as_of as (

    select * from {{ ref('int_build') }}

),

period_rows as (

    select * from {{ ref('int_period_rows') }}

),

by_entity as (

    select
        entity_id,
        currency,
        reporting_currency,
        {% for component in components %}
            sum({{ component }}) as {{ component }},
            sum(reporting_{{ component }}) as reporting_{{ component }},
        {% endfor %}
        changed_on
    from {{ ref('int_component_changes') }}
    group by
        entity_id,
        currency,
        reporting_currency,
        changed_on

),

by_entity_and_total as (

    select * from by_entity
    union all
    select
        '*' as entity_id,
        currency,
        reporting_currency,
        {% for component in components %}
            sum({{ component }}) as {{ component }},
            sum(reporting_{{ component }}) as reporting_{{ component }},
        {% endfor %}
        changed_on
    from by_entity
    group by
        currency,
        reporting_currency,
        changed_on

),

kinds as (

    select distinct period_kind
    from period_rows

),

{{ counted_by_period('by_entity_and_total', ['entity_id', 'currency', 'reporting_currency'], components) }},

first_changes as (

    select
        period_kind,
        entity_id,
        currency,
        reporting_currency,
        min(period_ending_on) as first_ending_on
    from counted_by_period
    group by
        period_kind,
        entity_id,
        currency,
        reporting_currency

),

final as (

    select
        first_changes.period_kind,
        period_rows.period_ending_on,
        first_changes.entity_id,
        first_changes.reporting_currency,
        {% for component in components %}
            {% for side in ['', 'reporting_'] %}
                {{ money(
                    'sum(coalesce(counted_by_period.' ~ side ~ component ~ ', 0)) over running_rows'
                ) }} as {{ side }}{{ component }},
            {% endfor %}
        {% endfor %}
        first_changes.currency
    from first_changes
    inner join period_rows
        on
            first_changes.period_kind = period_rows.period_kind
            and first_changes.first_ending_on <= period_rows.period_ending_on
    left join counted_by_period
        on
            first_changes.period_kind = counted_by_period.period_kind
            and first_changes.entity_id = counted_by_period.entity_id
            and first_changes.currency = counted_by_period.currency
            and first_changes.reporting_currency = counted_by_period.reporting_currency
            and period_rows.period_ending_on = counted_by_period.period_ending_on
    window
        running_rows as (
            partition by
                first_changes.period_kind,
                first_changes.entity_id,
                first_changes.currency,
                first_changes.reporting_currency
            order by period_rows.period_ending_on
            rows between unbounded preceding and current row
        )

)

select * from final
