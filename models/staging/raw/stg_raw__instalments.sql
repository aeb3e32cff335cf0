with

source as (

    select * from {{ source('raw', 'instalments') }}

),

known as (

    select
        entity_id,
        invoice_id,
        instalment_no,
        due_on,
        amount
    from source
    where
        {{ is_known() }}

)

select * from known
