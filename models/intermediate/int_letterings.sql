{#
  What the lettering of the books says was set against what: of the lines of one customer, account and code in one file, credits
  and debits are paired in the order of their days, from the day they were lettered (else the group's last credit line)
  on. What does not balance stays open: its other side lies in another year's file.
#}
with

lines as (

    select
        *,
        case when amount > 0 then 1 else 0 end as is_debit,
        abs(amount) as size
    from {{ ref('int_ledger_lines') }}
    where matching_code is not null

),

ranges as (

    select
        *,
        sum(size) over (
            partition by entity_id, slice, account, customer_id, currency, matching_code, is_debit
            order by posted_on, line_id
            rows between unbounded preceding and current row
        ) as size_through,
        max(case when is_debit = 0 then posted_on end) over (
            partition by entity_id, slice, account, customer_id, currency, matching_code
        ) as last_credit_on,
        max(matched_on) over (
            partition by entity_id, slice, account, customer_id, currency, matching_code
        ) as group_matched_on
    from lines

),

pairs as (

    select
        debits.entity_id,
        debits.item_kind || ':' || debits.line_id as debit_document_id,
        credits.item_kind || ':' || credits.line_id as credit_document_id,
        debits.document_number as debit_id,
        credits.document_number as credit_id,
        credits.size as credit_total,
        least(debits.size_through, credits.size_through)
        - greatest(debits.size_through - debits.size, credits.size_through - credits.size) as amount,
        greatest(debits.posted_on, credits.posted_on) as both_posted_on,
        coalesce(debits.group_matched_on, debits.last_credit_on) as matched_on
    from ranges as debits
    inner join ranges as credits
        on
            debits.entity_id = credits.entity_id
            and debits.slice = credits.slice
            and debits.account is not distinct from credits.account
            and debits.customer_id = credits.customer_id
            and debits.currency is not distinct from credits.currency
            and debits.matching_code = credits.matching_code
            and debits.size_through - debits.size < credits.size_through
            and credits.size_through - credits.size < debits.size_through
    where
        debits.is_debit = 1
        and credits.is_debit = 0

),

final as (

    select
        'lettered:' || entity_id || ':' || credit_document_id || ':' || debit_document_id as allocation_id,
        entity_id,
        credit_id,
        debit_id,
        credit_document_id,
        debit_document_id,
        {{ money('amount') }} as amount,
        credit_total,
        greatest(both_posted_on, matched_on) as effective_on
    from pairs

)

select * from final
