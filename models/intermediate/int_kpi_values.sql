{#
  The figures of `fct_kpis`, one below the other, as exact decimals: amounts as they are, ratios to eight places.
  The list is that of the contract; the first branch only gives the columns their names and types.
#}
with

kpis as (

    select * from {{ ref('fct_kpis') }}

),

final as (

    select
        period_kind,
        period_ending_on,
        as_of_on,
        entity_id,
        scope,
        reporting_currency,
        cast(null as varchar) as measure,
        cast(null as decimal(28, 8)) as measured_value
    from kpis
    where false
    {% for measure in kpi_measures() %}
        union all
        select
            period_kind,
            period_ending_on,
            as_of_on,
            entity_id,
            scope,
            reporting_currency,
            '{{ measure }}' as measure,
            cast({{ measure }} as decimal(28, 8)) as measured_value
        from kpis
    {% endfor %}

)

select * from final
