{#
  Payments with who paid. A bank statement does not know the customer (`UNIDENTIFIED`): it is the one customer of the
  invoices that its structured references name, else the one customer with the payer's account, else the one with its name.
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

named as (

    select
        entity_id,
        payment_type,
        payment_id,
        min(customer_id) as customer_id,
        case when min(document_id) = max(document_id) then min(document_id) end as document_id
    from {{ ref('int_bank_references') }}
    group by
        entity_id,
        payment_type,
        payment_id
    having min(customer_id) = max(customer_id)

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
        coalesce(named.customer_id, by_account.customer_id, by_name.customer_id, payments.customer_id)
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
        payments.end_to_end_id,
        payments.is_from_bank,
        named.document_id as reference_document_id
    from payments
    left join named
        on
            payments.is_from_bank
            and payments.entity_id = named.entity_id
            and payments.payment_type = named.payment_type
            and payments.payment_id = named.payment_id
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
