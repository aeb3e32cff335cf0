with

source as (

    select * from {{ source('raw', 'promises') }}

),

known as (

    select
        promise_id,
        customer_id,
        promised_on,
        due_on,
        amount,
        invoice_id
    from source
    where
        {{ is_known() }}

)

select * from known
