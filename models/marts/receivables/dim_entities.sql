with

entities as (

    select * from {{ ref('int_entities') }}

),

final as (

    select
        entity_id,
        entity_name,
        base_currency,
        country_code,
        allocation_policy,
        is_derived
    from entities

)

select * from final
