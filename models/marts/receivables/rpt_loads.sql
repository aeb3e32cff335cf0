with

loads as (

    select * from {{ source('raw', 'loads') }}
    {% if var('known_at') not in ('', none) %}
        where load_id <= {{ var('known_at') | int }}
    {% endif %}

),

final as (

    select
        load_id,
        source,
        table_name,
        slice,
        file,
        sha256,
        bytes,
        kind,
        rows_read,
        rows_new,
        rows_changed,
        rows_unchanged,
        rows_vanished,
        rows_rejected,
        {{ money('control_amount') }} as control_amount,
        {{ money('coalesce(rejected_amount, 0)') }} as rejected_amount,
        as_of_on,
        loaded_at,
        case when {{ is_in_effect() }} or kind = 'unload' then status else 'unloaded' end as status
    from loads

)

select * from final
{{ sorted_by('load_id', 'table_name', 'slice', 'file') }}
