with

source as (

    select * from {{ source('raw', 'payments') }}

),

known as (

    select
        payment_id,
        customer_id,
        received_on,
        amount,
        entity_id,
        posted_on,
        account,
        currency,
        base_amount,
        payment_type,
        original_payment_id,
        method,
        matures_on,
        financing,
        reference,
        remittance_text,
        payer_name,
        payer_account,
        end_to_end_id
    from source
    where
        {{ is_known() }}
        and status = 'posted'

)

select * from known
