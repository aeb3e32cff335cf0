{#
  What payments of bank statements refer to: each structured reference, with the one document it names and the amount where
  one is given for it. A creditor reference (ISO 11649) names also what its check digits stand before. What comes as an
  allocation and names no document is kept, so that nobody takes it for what the source says.
#}
with

payments as (

    select * from {{ ref('stg_raw__payments') }}
    where customer_id = 'UNIDENTIFIED'

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

given as (

    select
        entity_id,
        payment_type,
        payment_id,
        reference,
        cast(null as decimal(18, 2)) as amount,
        cast(null as varchar) as allocation_id
    from payments
    where reference is not null
    union all
    select
        payments.entity_id,
        payments.payment_type,
        payments.payment_id,
        allocations.debit_id as reference,
        allocations.amount,
        allocations.allocation_id
    from {{ ref('stg_raw__allocations') }} as allocations
    inner join payments
        on
            allocations.entity_id = payments.entity_id
            and allocations.credit_id = payments.payment_id
            and allocations.credit_kind = payments.payment_type

),

keyed as (

    select
        *,
        {{ reference_key('reference') }} as reference_key
    from given

),

final as (

    select
        keyed.entity_id,
        keyed.payment_type,
        keyed.payment_id,
        keyed.allocation_id,
        keyed.amount,
        coalesce(named.document_id, unchecked.document_id) as document_id,
        case when named.document_id is not null then named.customer_id else unchecked.customer_id end as customer_id
    from keyed
    left join by_reference as named
        on
            keyed.entity_id = named.entity_id
            and keyed.reference_key = named.reference_key
    left join by_reference as unchecked
        on
            keyed.entity_id = unchecked.entity_id
            and keyed.reference_key like 'RF__%'
            and substring(keyed.reference_key, 5) = unchecked.reference_key
    where
        keyed.allocation_id is not null
        or named.document_id is not null
        or unchecked.document_id is not null

)

select * from final
