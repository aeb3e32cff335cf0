with

source as (

    select * from {{ source('raw', 'fx_rates') }}

),

known as (

    select
        rate_on,
        from_currency,
        to_currency,
        rate
    from source
    where
        {{ is_known() }}

)

select * from known
