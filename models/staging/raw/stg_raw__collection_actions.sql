with

source as (

    select * from {{ source('raw', 'collection_actions') }}

),

known as (

    select
        action_id,
        customer_id,
        invoice_id,
        done_on,
        channel,
        stage,
        outcome
    from source
    where
        {{ is_known() }}

)

select * from known
