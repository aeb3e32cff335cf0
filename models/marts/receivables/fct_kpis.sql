with

kpis as (

    select * from {{ ref('int_kpis') }}

),

final as (

    select
        {{ kpi_columns() | join(',\n        ') }}
    from kpis
    where dimension = '*'

)

select * from final
{{ sorted_by('reporting_currency', 'scope', 'entity_id', 'period_kind', 'period_ending_on') }}
