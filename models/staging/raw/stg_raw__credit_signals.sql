with

source as (

    select * from {{ source('raw', 'credit_signals') }}

),

known as (

    select
        signal_id,
        customer_id,
        observed_on,
        signal,
        value,
        source
    from source
    where
        {{ is_known() }}

)

select * from known
