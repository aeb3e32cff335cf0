with

drifts as (

    select * from {{ source('raw', 'load_drifts') }}
    {% if var('known_at') not in ('', none) %}
        where load_id <= {{ var('known_at') | int }}
    {% endif %}

),

loads as (

    select
        load_id,
        source,
        table_name,
        slice,
        as_of_on,
        loaded_at,
        file,
        case when {{ is_in_effect() }} then 1 else 0 end as in_effect,
        row_number() over (partition by load_id, source, table_name, slice order by file asc) as file_number
    from {{ source('raw', 'loads') }}

),

final as (

    select
        drifts.load_id,
        drifts.source,
        drifts.table_name,
        drifts.slice,
        loads.file,
        loads.as_of_on,
        loads.loaded_at,
        drifts.column_name,
        drifts.drift,
        drifts.words as drift_words,
        case when drifts.is_required then 'accepted' else 'reported' end as drift_outcome,
        loads.in_effect = 1 as is_load_in_effect
    from drifts
    inner join loads
        on drifts.load_id = loads.load_id
            and drifts.source = loads.source
            and drifts.table_name = loads.table_name
            and drifts.slice = loads.slice
            and loads.file_number = 1

)

select * from final
{{ sorted_by('load_id', 'table_name', 'column_name') }}
