with

source as (

    select * from {{ source('raw', 'onboarding') }}

),

known as (

    select
        customer_id,
        requested_on,
        approved_on,
        approved_by,
        acceptance_level,
        approved_limit_amount,
        deposit_rate,
        references_count,
        files_complete
    from source
    where
        {{ is_known() }}

)

select * from known
