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
        {{ money('credit_through_amount') }} as credit_through_amount,
        debit_currency,
        {{ money('debit_amount') }} as debit_amount,
        allocation_source,
        -- What days to pay and days beyond terms are made of: cash set against what was billed.
        case
            when is_cash and debit_kind in ('invoice', 'debit_note', 'opening')
                then {{ days_between('invoiced_on', 'received_on') }}
        end as days_to_pay,
        case
            when is_cash and debit_kind in ('invoice', 'debit_note', 'opening')
                then {{ days_between('due_on', 'received_on') }}
        end as days_beyond_terms
    from allocations

)

select * from final
{{ sorted_by('customer_id', 'effective_on') }}
