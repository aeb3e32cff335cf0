with

source as (

    select * from {{ source('raw', 'tier_overrides') }}

),

known as (

    select
        override_id,
        customer_id,
        risk_tier,
        from_on,
        to_on,
        reason,
        approved_by
    from source
    where
        {{ is_known() }}

)

select * from known
