{#
  The cuts each cell is in: the total (cut 0) and one member of each dimension.
#}
with

cells as (

    select distinct
        cell_id,
        {{ kpi_dimensions() | join(',\n        ') }}
    from {{ ref('int_kpi_cells') }}

),

members as (

    select
        cell_id,
        '*' as dimension,
        '*' as member
    from cells
    {% for dimension in kpi_dimensions() %}
        union all
        select
            cell_id,
            '{{ dimension }}' as dimension,
            {{ dimension }} as member
        from cells
    {% endfor %}

),

final as (

    select
        cell_id,
        dimension,
        member,
        -- In byte order `*` comes before any letter.
        dense_rank() over (order by (case when dimension = '*' then 0 else 1 end), dimension, member) - 1 as cut_id
    from members

)

select * from final
