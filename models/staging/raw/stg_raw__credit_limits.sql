with

source as (

    select * from {{ source('raw', 'credit_limits') }}

),

known as (

    select
        limit_id,
        customer_id,
        limit_kind,
        amount,
        currency,
        valid_from,
        valid_to,
        approved_by,
        reviewed_on
    from source
    where
        {{ is_known() }}

)

select * from known
