with

source as (

    select * from {{ source('raw', 'credit_covers') }}

),

known as (

    select
        cover_id,
        customer_id,
        policy_id,
        insurer,
        cover_kind,
        status,
        limit_amount,
        currency,
        cover_rate,
        includes_tax,
        decided_on,
        valid_from,
        valid_to,
        max_terms_days,
        max_extension_days,
        notify_days,
        notify_basis
    from source
    where
        {{ is_known() }}

)

select * from known
