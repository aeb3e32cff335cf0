with

allocations as (

    select * from {{ ref('int_allocations') }}

),

final as (

    select
        allocation_id,
        entity_id,
        credit_document_id,
        debit_document_id,
        instalment_no,
        customer_id,
        credit_kind,
        debit_kind,
        effective_on,
        applied_on,
        received_on,
        reversed_on,
        credit_currency,
        {{ money('credit_amount') }} as credit_amount,
        debit_currency,
        {{ money('debit_amount') }} as debit_amount,
        allocation_source
    from allocations

)

select * from final
{{ sorted_by('customer_id', 'effective_on') }}
