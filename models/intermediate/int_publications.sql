{#
  The publications made until what is known here was loaded. Each says all its figures in the mart while it is
  one of the newest; of older ones the last of each month does. The kept history has them all.
#}
with

publications as (

    select * from {{ source('raw', 'publications') }}
    {% if var('known_at') not in ('', none) %}
        where newest_load_id <= {{ var('known_at') | int }}
    {% endif %}

),

ranked as (

    select
        *,
        row_number() over (order by publication_number desc) as newest_rank,
        row_number() over (
            partition by is_past, {{ month_start('as_of_on') }}
            order by as_of_on desc, publication_number desc
        ) as rank_in_month
    from publications

),

final as (

    select
        publication_number,
        published_at,
        build_id,
        code_version,
        policy_hash,
        as_of_on,
        known_at_load_id,
        newest_load_id,
        is_past,
        reporting_currency,
        compared_with_number,
        comparison,
        newest_rank <= {{ var('shown_publications') | int }} or (rank_in_month = 1 and not is_past) as is_shown
    from ranked

)

select * from final
