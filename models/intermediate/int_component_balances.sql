{#
  The parts that DSO is made of at each week and month row, by the documents' currency, in that currency and in
  each reporting currency, by entity and in total (`*`). Each day's change counts from the first row that knows it;
  sales leave with their window.
#}
{%- set components = [
    'not_due_amount', 'overdue_amount', 'disputed_overdue_amount', 'unapplied_amount', 'sales_amount',
] -%}
{%- set measures = [] -%}
{%- for component in components -%}
    {%- do measures.extend([component, 'reporting_' ~ component]) -%}
{%- endfor -%}
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

running as (

    {{ run_up('counted_by_period', ['entity_id', 'currency', 'reporting_currency'], measures) }}

),

final as (

    select
        period_kind,
        period_ending_on,
        entity_id,
        reporting_currency,
        {{ as_money(measures) }},
        currency
    from running

)

select * from final
