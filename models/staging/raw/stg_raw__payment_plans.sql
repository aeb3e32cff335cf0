with

source as (

    select * from {{ source('raw', 'payment_plans') }}

),

known as (

    select
        plan_id,
        instalment_no,
        customer_id,
        due_on,
        amount,
        agreed_on
    from source
    where
        {{ is_known() }}

)

select * from known
