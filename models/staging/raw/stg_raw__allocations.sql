with

source as (

    select * from {{ source('raw', 'allocations') }}

),

known as (

    select
        allocation_id,
        credit_id,
        debit_id,
        amount,
        credit_amount,
        entity_id,
        credit_kind,
        debit_kind,
        instalment_no,
        applied_on,
        reversed_on
    from source
    where
        {{ is_known() }}

)

select * from known
