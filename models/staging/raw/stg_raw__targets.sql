with

source as (

    select * from {{ source('raw', 'targets') }}

),

known as (

    select
        entity_id,
        measure,
        period_on,
        amount
    from source
    where
        {{ is_known() }}

)

select * from known
