with

kpis as (

    select * from {{ ref('int_kpis') }}

),

final as (

    select
        dimension,
        member,
        {{ kpi_columns() | join(',\n        ') }}
    from kpis
    where dimension <> '*'

)

select * from final
{{ sorted_by('reporting_currency', 'scope', 'dimension', 'member', 'entity_id', 'period_kind', 'period_ending_on') }}
