with

source as (

    select * from {{ source('raw', 'account_notes') }}

),

known as (

    select
        note_id,
        customer_id,
        written_at,
        author,
        text,
        status,
        next_on,
        promised_amount,
        promised_due_on
    from source
    where
        {{ is_known() }}

)

select * from known
