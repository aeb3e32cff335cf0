with

source as (

    select * from {{ source('raw', 'orders') }}

),

known as (

    select
        order_id,
        entity_id,
        customer_id,
        ordered_on,
        amount,
        currency,
        delivered_on,
        billed_on,
        deposit_amount,
        deposit_received_amount,
        has_signed_document
    from source
    where
        {{ is_known() }}

)

select * from known
