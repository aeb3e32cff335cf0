with

rejects as (

    select * from {{ source('raw', 'rejects') }}
    {% if var('known_at') not in ('', none) %}
        where load_id <= {{ var('known_at') | int }}
    {% endif %}

),

final as (

    select
        load_id,
        source,
        table_name,
        file,
        line,
        column_name,
        value,
        reason,
        severity,
        raw_line
    from rejects

)

select * from final
{{ sorted_by('load_id', 'file', 'line') }}
