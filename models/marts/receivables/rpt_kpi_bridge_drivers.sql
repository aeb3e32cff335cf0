{%- set dso_effects = ['terms', 'lateness', 'disputes', 'unapplied', 'sales', 'fx'] -%}
with

main_currency as (

    select reporting_currency
    from {{ ref('int_reporting_currencies') }}
    where is_main

),

bridges as (

    select bridges.*
    from {{ ref('rpt_kpi_bridge') }} as bridges
    inner join main_currency
        on bridges.reporting_currency = main_currency.reporting_currency

),

customers as (

    {% for effect in dso_effects %}
        select
            period_kind,
            period_ending_on,
            entity_id,
            'dso' as measure,
            '{{ effect }}' as effect,
            customer_id,
            cast(null as varchar) as document_entity_id,
            cast(null as varchar) as document_id,
            cast({{ effect }} as decimal(28, 12)) as value
        from {{ ref('int_kpi_bridge_contributions') }}
        where {{ effect }} <> 0
        {% if not loop.last %}
            union all
        {% endif %}
    {% endfor %}

),

recent_rows as (

    select
        period_kind,
        period_ending_on
    from (
        select
            period_kind,
            period_ending_on,
            row_number() over (partition by period_kind order by period_ending_on desc) as recency
        from {{ ref('int_period_rows') }}
    ) as ranked_rows
    where recency <= case when period_kind = 'week' then 53 else 25 end

),

changes as (

    select changes.*
    from {{ ref('int_overdue_changes') }} as changes
    inner join main_currency
        on changes.reporting_currency = main_currency.reporting_currency

),

kinds as (

    select distinct period_kind from recent_rows

),

by_document as (

    select
        recent_rows.period_kind,
        recent_rows.period_ending_on,
        changes.entity_id,
        changes.effect,
        changes.customer_id,
        changes.document_id,
        sum(changes.amount) as amount
    from changes
    cross join kinds
    inner join recent_rows
        on
            kinds.period_kind = recent_rows.period_kind
            and recent_rows.period_ending_on = {{ period_ending('kinds.period_kind', 'changes.changed_on') }}
    group by
        recent_rows.period_kind,
        recent_rows.period_ending_on,
        changes.entity_id,
        changes.effect,
        changes.customer_id,
        changes.document_id
    having sum(changes.amount) <> 0

),

documents as (

    select
        period_kind,
        period_ending_on,
        entity_id,
        'overdue' as measure,
        effect,
        customer_id,
        entity_id as document_entity_id,
        document_id,
        cast(amount as decimal(28, 12)) as value
    from by_document
    union all
    select
        period_kind,
        period_ending_on,
        '*' as entity_id,
        'overdue' as measure,
        effect,
        customer_id,
        entity_id as document_entity_id,
        document_id,
        cast(amount as decimal(28, 12)) as value
    from by_document

),

contributions as (

    select * from customers
    union all
    select * from documents

),

ranked as (

    select
        *,
        row_number() over (
            partition by period_kind, period_ending_on, entity_id, measure, effect
            order by abs(value) desc, document_entity_id asc, customer_id asc, document_id asc
        ) as driver_rank
    from contributions

),

final as (

    select
        bridges.period_kind,
        bridges.period_ending_on,
        bridges.compared_on,
        bridges.entity_id,
        bridges.reporting_currency,
        bridges.measure,
        bridges.effect_order,
        bridges.effect,
        cast(ranked.driver_rank as integer) as driver_rank,
        ranked.customer_id,
        ranked.document_entity_id,
        ranked.document_id,
        ranked.value,
        bridges.value as effect_value
    from ranked
    inner join bridges
        on
            ranked.period_kind = bridges.period_kind
            and ranked.period_ending_on = bridges.period_ending_on
            and ranked.entity_id = bridges.entity_id
            and ranked.measure = bridges.measure
            and ranked.effect = bridges.effect
    where ranked.driver_rank <= 10

)

select * from final
{{ sorted_by('entity_id', 'period_kind', 'period_ending_on', 'measure', 'effect_order', 'driver_rank') }}
