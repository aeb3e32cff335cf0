{#
  This build has the number 0 until `encours publish` gives it one.
#}
with

publications as (

    select * from {{ ref('int_publications') }}

),

build as (

    select * from {{ ref('int_build') }}

),

main_currency as (

    select * from {{ ref('int_reporting_currencies') }}
    where is_main

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
        is_shown
    from publications
    union all
    select
        0 as publication_number,
        cast(null as timestamp) as published_at,
        '{{ env_var("ENCOURS_BUILD_ID", "unnamed") }}' as build_id,
        '{{ env_var("ENCOURS_CODE_VERSION", "unknown") }}' as code_version,
        '{{ env_var("ENCOURS_POLICY_HASH", "unknown") }}' as policy_hash,
        build.as_of_on,
        build.known_at_load_id,
        cast(null as integer) as newest_load_id,
        false as is_past,
        main_currency.reporting_currency,
        cast(null as integer) as compared_with_number,
        'not published' as comparison,
        true as is_shown
    from build
    left join main_currency
        on true

)

select * from final
{{ sorted_by('publication_number') }}
