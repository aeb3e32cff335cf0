with

source as (

    select * from {{ source('raw', 'entities') }}

),

known as (

    select
        entity_id,
        entity_name,
        base_currency,
        country_code,
        allocation_policy,
        is_made_up,
        _line is null as is_derived
    from source
    where
        {{ is_known() }}

)

select * from known
