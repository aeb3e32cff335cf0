with

bridges as (

    select * from {{ ref('int_kpi_bridges') }}

),

final as (

    select
        comparison,
        period_kind,
        period_ending_on,
        as_of_on,
        is_complete,
        compared_on,
        entity_id,
        reporting_currency,
        measure,
        effect_order,
        effect,
        opening_value,
        closing_value,
        value
    from bridges
    where comparison <> 'previous'

)

select * from final
{{ sorted_by(
    'reporting_currency', 'entity_id', 'comparison', 'period_kind', 'period_ending_on', 'measure', 'effect_order'
) }}
