with

source as (

    select * from {{ source('raw', 'invoices') }}

),

known as (

    select
        invoice_id,
        customer_id,
        posted_on,
        amount,
        entity_id,
        account,
        document_type,
        invoiced_on,
        sent_on,
        due_on,
        original_due_on,
        payment_terms,
        currency,
        tax_amount,
        base_amount,
        original_invoice_id,
        reference,
        is_disputed,
        delivered_on,
        has_delivery_proof,
        settled_on,
        paid_amount,
        open_amount,
        -- A row that an unload put back speaks of the day of the load that said so.
        coalesce(_stated_in, _loaded_in) as loaded_in
    from source
    where
        {{ is_known() }}
        and status = 'posted'

)

select * from known
