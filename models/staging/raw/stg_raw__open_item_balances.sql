with

source as (

    select * from {{ source('raw', 'open_item_balances') }}

),

known as (

    select
        entity_id,
        document_type,
        invoice_id,
        listed_on,
        open_amount,
        _source as source_name,
        _slice as slice
    from source
    where
        {{ is_known() }}

)

select * from known
