with

source as (

    select * from {{ source('raw', 'disputes') }}

),

known as (

    select
        dispute_id,
        invoice_id,
        entity_id,
        opened_on,
        closed_on,
        amount,
        reason,
        outcome
    from source
    where
        {{ is_known() }}

)

select * from known
