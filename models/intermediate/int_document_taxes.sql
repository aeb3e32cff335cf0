{#
  What of each document is tax, signed as the document is, whatever sign the source gives it. The ledger's amounts
  hold it; only figures without tax ask for it.
#}
with

documents as (

    select * from {{ ref('stg_raw__invoices') }}

),

final as (

    select
        entity_id,
        document_type || ':' || invoice_id as document_id,
        amount as document_amount,
        case when amount < 0 then -abs(tax_amount) else abs(tax_amount) end as tax_amount,
        case when amount < 0 then amount + abs(tax_amount) else amount - abs(tax_amount) end as net_amount
    from documents

)

select * from final
