{#
  What: what all customers contribute to an effect of a DSO bridge adds up to the effect, to a billionth of a day;
  where fewer than ten documents or customers move an effect, those that are shown are all of it; those shown are
  ranked without a gap, heaviest first; no effect that moved is without its drivers.
  Why it happens: a customer without a row of an effect's either side; an effect that is not linear in its parts.
  Window: the last 53 weeks and 25 months, main reporting currency. A row is an effect that does not add up.
#}
with

bridges as (

    select bridges.*
    from {{ ref('rpt_kpi_bridge') }} as bridges
    inner join {{ ref('int_reporting_currencies') }} as currencies
        on
            bridges.reporting_currency = currencies.reporting_currency
            and currencies.is_main

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

contributions as (

    {% for effect in ['terms', 'lateness', 'disputes', 'unapplied', 'sales', 'fx'] %}
        select
            period_kind,
            period_ending_on,
            entity_id,
            'dso' as measure,
            '{{ effect }}' as effect,
            sum({{ effect }}) as value
        from {{ ref('int_kpi_bridge_contributions') }}
        group by
            period_kind,
            period_ending_on,
            entity_id
        {% if not loop.last %}
            union all
        {% endif %}
    {% endfor %}

),

drivers as (

    select
        period_kind,
        period_ending_on,
        entity_id,
        measure,
        effect,
        max(effect_value) as effect_value,
        sum(value) as shown_value,
        max(driver_rank) as last_rank,
        count(*) as drivers_count
    from {{ ref('rpt_kpi_bridge_drivers') }}
    group by
        period_kind,
        period_ending_on,
        entity_id,
        measure,
        effect

),

in_order as (

    select
        *,
        lag(value) over (
            partition by period_kind, period_ending_on, entity_id, measure, effect order by driver_rank
        ) as heavier_value
    from {{ ref('rpt_kpi_bridge_drivers') }}

)

select
    bridges.period_kind,
    bridges.period_ending_on,
    bridges.entity_id,
    bridges.measure,
    bridges.effect,
    bridges.value,
    contributions.value as contributed_value
from bridges
inner join recent_rows
    on
        bridges.period_kind = recent_rows.period_kind
        and bridges.period_ending_on = recent_rows.period_ending_on
left join contributions
    on
        bridges.period_kind = contributions.period_kind
        and bridges.period_ending_on = contributions.period_ending_on
        and bridges.entity_id = contributions.entity_id
        and bridges.measure = contributions.measure
        and bridges.effect = contributions.effect
left join drivers
    on
        bridges.period_kind = drivers.period_kind
        and bridges.period_ending_on = drivers.period_ending_on
        and bridges.entity_id = drivers.entity_id
        and bridges.measure = drivers.measure
        and bridges.effect = drivers.effect
where
    (bridges.measure = 'dso' and abs(bridges.value - coalesce(contributions.value, 0)) > 0.000000001)
    or coalesce(drivers.effect_value, bridges.value) <> bridges.value
    or drivers.last_rank <> drivers.drivers_count
    or (drivers.drivers_count is null and abs(bridges.value) > 0.000000001)
    -- Where all are shown, they are the effect.
    or (
        drivers.drivers_count < 10
        and abs(bridges.value - drivers.shown_value) > 0.000000001
    )
union all
select
    period_kind,
    period_ending_on,
    entity_id,
    measure,
    effect,
    value,
    heavier_value as contributed_value
from in_order
where abs(value) > abs(heavier_value)
