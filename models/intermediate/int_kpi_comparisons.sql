{#
  Which rows of `fct_kpis` stand beside which: the row before, and the same four weeks and one year ago, with the
  parts of DSO of both. Where an entity's figures are not in its own currency, the later row stands here at constant
  rates too: each document currency's closing amount at the rate its opening amount was kept at.
#}
{%- set components = [
    'not_due_amount', 'overdue_amount', 'disputed_overdue_amount', 'unapplied_amount', 'sales_amount',
] -%}
with

kpis as (

    select
        kpis.*,
        lag(kpis.period_ending_on) over (
            partition by kpis.period_kind, kpis.entity_id, kpis.reporting_currency
            order by kpis.period_ending_on
        ) as previous_ending_on,
        kpis.entity_id = '*' or entities.base_currency <> kpis.reporting_currency as has_fx
    from {{ ref('fct_kpis') }} as kpis
    left join {{ ref('int_entities') }} as entities
        on kpis.entity_id = entities.entity_id
    where kpis.scope = 'all'

),

balances as (

    select * from {{ ref('int_component_balances') }}

),

pairs as (

    select
        'previous' as comparison,
        period_kind,
        period_ending_on,
        previous_ending_on as compared_on,
        entity_id,
        reporting_currency,
        has_fx
    from kpis
    where previous_ending_on is not null
    union all
    select
        'four_weeks' as comparison,
        period_kind,
        period_ending_on,
        {{ add_days('period_ending_on', -28) }} as compared_on,
        entity_id,
        reporting_currency,
        has_fx
    from kpis
    where period_kind = 'week'
    union all
    select
        'year' as comparison,
        period_kind,
        period_ending_on,
        case
            when period_kind = 'week' then {{ add_days('period_ending_on', -364) }}
            else {{ month_end(add_months('period_ending_on', -12)) }}
        end as compared_on,
        entity_id,
        reporting_currency,
        has_fx
    from kpis

),

at_constant_rates as (

    select
        pairs.comparison,
        pairs.period_kind,
        pairs.period_ending_on,
        pairs.entity_id,
        {% for component in components %}
            sum({{ at_constant_rate(
                'closing.' ~ component,
                'closing.reporting_' ~ component,
                'opening.' ~ component,
                'opening.reporting_' ~ component
            ) }}) as {{ component }},
        {% endfor %}
        pairs.reporting_currency
    from pairs
    inner join balances as closing
        on
            pairs.period_kind = closing.period_kind
            and pairs.period_ending_on = closing.period_ending_on
            and pairs.entity_id = closing.entity_id
            and pairs.reporting_currency = closing.reporting_currency
    left join balances as opening
        on
            closing.period_kind = opening.period_kind
            and pairs.compared_on = opening.period_ending_on
            and closing.entity_id = opening.entity_id
            and closing.reporting_currency = opening.reporting_currency
            and closing.currency = opening.currency
    where pairs.has_fx
    group by
        pairs.comparison,
        pairs.period_kind,
        pairs.period_ending_on,
        pairs.entity_id,
        pairs.reporting_currency

),

compared as (

    select
        pairs.comparison,
        pairs.period_kind,
        pairs.period_ending_on,
        pairs.compared_on,
        opening.as_of_on as compared_as_of_on,
        closing.as_of_on,
        closing.is_complete,
        pairs.entity_id,
        pairs.reporting_currency,
        pairs.has_fx,
        opening.dso_days as opening_dso_days,
        closing.dso_days as closing_dso_days,
        opening.window_days as opening_window_days,
        closing.window_days as closing_window_days,
        -- Without a positive balance and sales at constant rates there is no such figure: the reported row stands.
        {% for component in components %}
            opening.{{ component }} as opening_{{ component }},
            closing.{{ component }} as closing_{{ component }},
            constant.{{ component }} as converted_{{ component }},
        {% endfor %}
        coalesce(
            constant.sales_amount > 0
            and constant.not_due_amount + constant.overdue_amount + constant.unapplied_amount >= 0,
            false
        ) as is_at_constant_rates
    from pairs
    inner join kpis as closing
        on
            pairs.period_kind = closing.period_kind
            and pairs.period_ending_on = closing.period_ending_on
            and pairs.entity_id = closing.entity_id
            and pairs.reporting_currency = closing.reporting_currency
    inner join kpis as opening
        on
            pairs.period_kind = opening.period_kind
            and pairs.compared_on = opening.period_ending_on
            and pairs.entity_id = opening.entity_id
            and pairs.reporting_currency = opening.reporting_currency
    left join at_constant_rates as constant
        on
            pairs.comparison = constant.comparison
            and pairs.period_kind = constant.period_kind
            and pairs.period_ending_on = constant.period_ending_on
            and pairs.entity_id = constant.entity_id
            and pairs.reporting_currency = constant.reporting_currency

),

final as (

    select
        comparison,
        period_kind,
        period_ending_on,
        compared_on,
        compared_as_of_on,
        as_of_on,
        is_complete,
        entity_id,
        reporting_currency,
        has_fx,
        is_at_constant_rates,
        opening_dso_days,
        closing_dso_days,
        opening_window_days,
        {% for component in components %}
            opening_{{ component }},
            closing_{{ component }},
            {{ money(
                'case when is_at_constant_rates then converted_' ~ component ~ ' else closing_' ~ component ~ ' end'
            ) }} as constant_{{ component }},
        {% endfor %}
        closing_window_days
    from compared

)

select * from final
