with

source as (

    select * from {{ source('raw', 'ledger_lines') }}

),

known as (

    select
        line_id,
        entity_id,
        account,
        account_holds,
        customer_id,
        customer_name,
        journal,
        journal_name,
        entry_ref,
        posted_on,
        invoiced_on,
        due_on,
        document_ref,
        document_type,
        label,
        debit,
        credit,
        currency,
        base_debit,
        base_credit,
        matching_code,
        matched_on,
        chart_of_accounts,
        default_payment_terms,
        is_brought_forward,
        _slice as slice
    from source
    where
        {{ is_known() }}

)

select * from known
