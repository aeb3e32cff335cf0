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

flagged as (

    select max(case when is_flagged_disputed then 1 else 0 end) as has_flags
    from {{ ref('int_receivable_items') }}

),

final as (

    select table_name from loads
    union
    -- The flag of an invoice speaks of disputes as well.
    select 'disputes' as table_name from flagged
    where has_flags = 1

)

select * from final
