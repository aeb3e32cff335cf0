with

source as (

    select * from {{ source('raw', 'gl_balances') }}

),

known as (

    select
        entity_id,
        account,
        currency,
        balance_on,
        amount,
        chart_of_accounts
    from source
    where
        {{ is_known() }}

)

select * from known
