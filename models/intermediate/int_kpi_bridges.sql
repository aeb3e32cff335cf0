{#
  The bridges of DSO and of what is overdue between the rows that are compared: what each effect is worth. Effects
  that are not possible (FX of an entity in its own currency) have no row.
#}
{%- set overdue_effects = [
    'newly_overdue', 'collected', 'credited', 'written_off', 'adjusted', 're_dated', 'fx',
] -%}
{%- set dso_effects = ['terms', 'lateness', 'disputes', 'unapplied', 'sales', 'fx'] -%}
with

compared as (

    select
        *,
        opening_not_due_amount + opening_overdue_amount + opening_unapplied_amount as opening_receivable_amount,
        constant_not_due_amount + constant_overdue_amount + constant_unapplied_amount as constant_receivable_amount
    from {{ ref('int_kpi_comparisons') }}

),

weighed as (

    -- Days ÷ sales of the earlier row, and of the later one at constant rates.
    select
        *,
        cast(opening_window_days as double) / cast(opening_sales_amount as double) as opening_days_per_sale,
        cast(closing_window_days as double) / cast(constant_sales_amount as double) as constant_days_per_sale
    from compared
    where opening_dso_days is not null and closing_dso_days is not null

),

dso as (

    select
        *,
        cast(constant_not_due_amount - opening_not_due_amount as double)
        * (opening_days_per_sale + constant_days_per_sale) / 2 as terms,
        cast(
            (constant_overdue_amount - constant_disputed_overdue_amount)
            - (opening_overdue_amount - opening_disputed_overdue_amount) as double
        ) * (opening_days_per_sale + constant_days_per_sale) / 2 as lateness,
        cast(constant_disputed_overdue_amount - opening_disputed_overdue_amount as double)
        * (opening_days_per_sale + constant_days_per_sale) / 2 as disputes,
        cast(constant_unapplied_amount - opening_unapplied_amount as double)
        * (opening_days_per_sale + constant_days_per_sale) / 2 as unapplied,
        cast(opening_receivable_amount + constant_receivable_amount as double) / 2
        * (constant_days_per_sale - opening_days_per_sale) as sales,
        closing_dso_days - cast(constant_receivable_amount as double) * constant_days_per_sale as fx
    from weighed

),

changes as (

    select
        entity_id,
        reporting_currency,
        changed_on,
        effect,
        sum(amount) as amount
    from {{ ref('int_overdue_changes') }}
    group by
        entity_id,
        reporting_currency,
        changed_on,
        effect

),

changes_and_totals as (

    select * from changes
    union all
    select
        '*' as entity_id,
        reporting_currency,
        changed_on,
        effect,
        sum(amount) as amount
    from changes
    group by
        reporting_currency,
        changed_on,
        effect

),

kinds as (

    select distinct period_kind
    from {{ ref('int_period_rows') }}

),

changes_by_period as (

    select
        kinds.period_kind,
        {{ period_ending('kinds.period_kind', 'changes.changed_on') }} as period_ending_on,
        changes.entity_id,
        {% for effect in overdue_effects %}
            sum(case when changes.effect = '{{ effect }}' then changes.amount else 0 end) as {{ effect }},
        {% endfor %}
        changes.reporting_currency
    from changes_and_totals as changes
    cross join kinds
    group by
        kinds.period_kind,
        {{ period_ending('kinds.period_kind', 'changes.changed_on') }},
        changes.entity_id,
        changes.reporting_currency

),

-- What each effect was worth from the first row on: two rows' difference is the effect between them.
changes_until as (

    select
        kpis.period_kind,
        kpis.period_ending_on,
        kpis.entity_id,
        {% for effect in overdue_effects %}
            sum(coalesce(changes_by_period.{{ effect }}, 0)) over running_rows as {{ effect }},
        {% endfor %}
        kpis.reporting_currency
    from {{ ref('fct_kpis') }} as kpis
    left join changes_by_period
        on
            kpis.period_kind = changes_by_period.period_kind
            and kpis.period_ending_on = changes_by_period.period_ending_on
            and kpis.entity_id = changes_by_period.entity_id
            and kpis.reporting_currency = changes_by_period.reporting_currency
    where kpis.scope = 'all'
    window
        running_rows as (
            partition by kpis.period_kind, kpis.entity_id, kpis.reporting_currency
            order by kpis.period_ending_on
            rows between unbounded preceding and current row
        )

),

overdue as (

    select
        {% for effect in overdue_effects %}
            closing.{{ effect }} - opening.{{ effect }} as {{ effect }},
        {% endfor %}
        compared.*
    from compared
    inner join changes_until as closing
        on
            compared.period_kind = closing.period_kind
            and compared.period_ending_on = closing.period_ending_on
            and compared.entity_id = closing.entity_id
            and compared.reporting_currency = closing.reporting_currency
    inner join changes_until as opening
        on
            compared.period_kind = opening.period_kind
            and compared.compared_on = opening.period_ending_on
            and compared.entity_id = opening.entity_id
            and compared.reporting_currency = opening.reporting_currency

),

effects as (

    {% for effect in dso_effects %}
        select
            'dso' as measure,
            {{ loop.index }} as effect_order,
            '{{ effect }}' as effect
        union all
    {% endfor %}
    {% for effect in overdue_effects %}
        select
            'overdue' as measure,
            {{ loop.index }} as effect_order,
            '{{ effect }}' as effect
        {% if not loop.last %}
            union all
        {% endif %}
    {% endfor %}

),

final as (

    select
        dso.comparison,
        dso.period_kind,
        dso.period_ending_on,
        dso.as_of_on,
        dso.is_complete,
        dso.compared_on,
        dso.entity_id,
        dso.reporting_currency,
        effects.measure,
        effects.effect_order,
        effects.effect,
        cast(dso.opening_dso_days as decimal(28, 12)) as opening_value,
        cast(dso.closing_dso_days as decimal(28, 12)) as closing_value,
        cast(
            case effects.effect
                {% for effect in dso_effects %}
                    when '{{ effect }}' then dso.{{ effect }}
                {% endfor %}
            end as decimal(28, 12)
        ) as value
    from dso
    inner join effects
        on
            effects.measure = 'dso'
            and (dso.has_fx or effects.effect <> 'fx')
    union all
    select
        overdue.comparison,
        overdue.period_kind,
        overdue.period_ending_on,
        overdue.as_of_on,
        overdue.is_complete,
        overdue.compared_on,
        overdue.entity_id,
        overdue.reporting_currency,
        effects.measure,
        effects.effect_order,
        effects.effect,
        cast(overdue.opening_overdue_amount as decimal(28, 12)) as opening_value,
        cast(overdue.closing_overdue_amount as decimal(28, 12)) as closing_value,
        cast(
            case effects.effect
                {% for effect in overdue_effects %}
                    when '{{ effect }}' then overdue.{{ effect }}
                {% endfor %}
            end as decimal(28, 12)
        ) as value
    from overdue
    inner join effects
        on effects.measure = 'overdue'

)

select * from final
