{#
  Payments with who paid. A bank statement does not know the customer (`UNIDENTIFIED`): it is the customer of the one
  invoice that the structured reference names, else the one customer with the payer's account, else the one with its name.
  What none of them tells stays with `UNIDENTIFIED`, so that no cash is lost.
#}
with

payments as (

    select
        *,
        customer_id = 'UNIDENTIFIED' as is_from_bank
    from {{ ref('stg_raw__payments') }}

),

customers as (

    select * from {{ ref('stg_raw__customers') }}

),

documents as (

    select
        entity_id,
        customer_id,
        document_type || ':' || invoice_id as document_id,
        {{ reference_key('invoice_id') }} as reference_key
    from {{ ref('stg_raw__invoices') }}
    where
        amount > 0
        and document_type in ('invoice', 'debit_note', 'opening')
    union
    select
        entity_id,
        customer_id,
        document_type || ':' || invoice_id as document_id,
        {{ reference_key('reference') }} as reference_key
    from {{ ref('stg_raw__invoices') }}
    where
        amount > 0
        and document_type in ('invoice', 'debit_note', 'opening')
        and reference is not null
    union
    select
        entity_id,
        customer_id,
        item_kind || ':' || line_id as document_id,
        {{ reference_key('document_number') }} as reference_key
    from {{ ref('int_ledger_items') }}
    where
        amount > 0
        and item_kind in ('invoice', 'debit_note', 'opening')

),

by_reference as (

    select
        entity_id,
        reference_key,
        min(customer_id) as customer_id,
        min(document_id) as document_id
    from documents
    where reference_key <> ''
    group by
        entity_id,
        reference_key
    having count(*) = 1

),

payers as (

    select
        'account' as known_by,
        {{ reference_key('bank_account') }} as payer_key,
        customer_id
    from customers
    union all
    select
        'name' as known_by,
        {{ reference_key('customer_name') }} as payer_key,
        customer_id
    from customers

),

by_payer as (

    select
        known_by,
        payer_key,
        min(customer_id) as customer_id
    from payers
    where payer_key <> ''
    group by
        known_by,
        payer_key
    having count(*) = 1

),

final as (

    select
        payments.payment_id,
        -- Nothing is joined to a payment whose customer is known.
        coalesce(by_reference.customer_id, by_account.customer_id, by_name.customer_id, payments.customer_id)
            as customer_id,
        payments.received_on,
        payments.amount,
        payments.entity_id,
        payments.posted_on,
        payments.account,
        payments.currency,
        payments.base_amount,
        payments.payment_type,
        payments.original_payment_id,
        payments.matures_on,
        payments.financing,
        payments.is_from_bank,
        by_reference.document_id as reference_document_id
    from payments
    left join by_reference
        on
            payments.is_from_bank
            and payments.entity_id = by_reference.entity_id
            and {{ reference_key('payments.reference') }} = by_reference.reference_key
    left join by_payer as by_account
        on
            payments.is_from_bank
            and by_account.known_by = 'account'
            and {{ reference_key('payments.payer_account') }} = by_account.payer_key
    left join by_payer as by_name
        on
            payments.is_from_bank
            and by_name.known_by = 'name'
            and {{ reference_key('payments.payer_name') }} = by_name.payer_key

)

select * from final
