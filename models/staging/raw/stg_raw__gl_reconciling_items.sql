with

source as (

    select * from {{ source('raw', 'gl_reconciling_items') }}

),

known as (

    select
        item_id,
        entity_id,
        account,
        currency,
        from_on,
        to_on,
        amount,
        explanation,
        approved_by
    from source
    where
        {{ is_known() }}

)

select * from known
