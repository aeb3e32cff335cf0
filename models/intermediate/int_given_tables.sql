{#
  The canonical tables that were loaded at all: what was not given is not provided, which is other than nothing to
  measure.
#}
with

loads as (

    select * from {{ source('raw', 'loads') }}
    {% if var('known_at') not in ('', none) %}
        where load_id <= {{ var('known_at') | int }}
    {% endif %}

),

final as (

    select distinct table_name
    from loads
    where {{ is_in_effect() }}

)

select * from final
