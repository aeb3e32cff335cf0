{#
  What the lettering of the books says was set against what: of the lines of one customer, account and code in one file, credits
  and debits are paired in the order of their days, from the day they were lettered (else the group's last credit line)
  on. Groups of one code that do not balance by themselves are one over the years where they were lettered on one day and cancel
  together, or lie in two years that follow each other and cancel; else what does not balance stays open: codes are used again. A line that carries an earlier year's document forward stands for that document; what is carried
  forward whole was not settled before, whatever letters its line had: they are those of its newest year.
#}
with

carried_whole as (

    select
        entity_id,
        carried_document_id,
        amount,
        max(opened_slice) as newest_slice
    from {{ ref('int_ledger_openings') }}
    where carried_document_id is not null
    group by
        entity_id,
        carried_document_id,
        amount

),

lettered as (

    select
        lines.entity_id,
        lines.slice,
        lines.opened_slice,
        lines.account,
        lines.customer_id,
        lines.currency,
        lines.matching_code,
        lines.matched_on,
        lines.posted_on,
        lines.line_id,
        lines.document_number,
        lines.amount,
        coalesce(openings.carried_document_id, lines.item_kind || ':' || lines.line_id) as document_id,
        abs(coalesce(openings.carried_amount, lines.amount)) as document_total,
        case when lines.amount > 0 then 1 else 0 end as is_debit,
        abs(lines.amount) as size
    from {{ ref('int_ledger_lines') }} as lines
    left join {{ ref('int_ledger_openings') }} as openings
        on
            lines.entity_id = openings.entity_id
            and lines.line_id = openings.line_id
    where
        lines.matching_code is not null
        and lines.amount <> 0
        -- An opening that names no one document stands for none that could be settled.
        and (openings.line_id is null or openings.carried_document_id is not null)

),

lines as (

    select lettered.*
    from lettered
    left join carried_whole
        on
            lettered.entity_id = carried_whole.entity_id
            and lettered.document_id = carried_whole.carried_document_id
            and lettered.amount = carried_whole.amount
            and lettered.opened_slice < carried_whole.newest_slice
    where carried_whole.carried_document_id is null

),

slices as (

    select
        entity_id,
        slice,
        lag(slice) over (partition by entity_id order by slice) as previous_slice
    from (
        select distinct
            entity_id,
            slice
        from {{ ref('int_ledger_lines') }}
    ) as distinct_slices

),

balances as (

    select
        entity_id,
        slice,
        account,
        customer_id,
        currency,
        matching_code,
        -- The one day that all its lines were lettered on.
        case when count(matched_on) = count(*) and min(matched_on) = max(matched_on) then min(matched_on) end
            as lettered_on,
        sum(amount) as balance
    from lines
    group by
        entity_id,
        slice,
        account,
        customer_id,
        currency,
        matching_code
    having sum(amount) <> 0

),

lettered_together as (

    select
        entity_id,
        account,
        customer_id,
        currency,
        matching_code,
        lettered_on,
        min(slice) as group_slice
    from balances
    where lettered_on is not null
    group by
        entity_id,
        account,
        customer_id,
        currency,
        matching_code,
        lettered_on
    having sum(balance) = 0

),

beside as (

    select
        balances.*,
        together.group_slice
    from balances
    left join lettered_together as together
        on
            balances.matching_code = together.matching_code
            and balances.lettered_on = together.lettered_on
            and {{ same_customer_account('balances', 'together') }}

),

continued as (

    select
        entity_id,
        slice,
        account,
        customer_id,
        currency,
        matching_code,
        group_slice
    from beside
    where group_slice is not null
    union all
    select
        later.entity_id,
        later.slice,
        later.account,
        later.customer_id,
        later.currency,
        later.matching_code,
        earlier.slice as group_slice
    from beside as later
    inner join slices
        on
            later.entity_id = slices.entity_id
            and later.slice = slices.slice
    inner join beside as earlier
        on
            slices.previous_slice = earlier.slice
            and {{ same_customer_account('later', 'earlier') }}
            and later.matching_code = earlier.matching_code
            and later.balance = -earlier.balance
    where
        later.group_slice is null
        and earlier.group_slice is null

),

grouped as (

    select
        lines.*,
        coalesce(continued.group_slice, lines.slice) as group_slice
    from lines
    left join continued
        on
            lines.slice = continued.slice
            and {{ same_customer_account('lines', 'continued') }}
            and lines.matching_code = continued.matching_code

),

ranges as (

    select
        *,
        sum(size) over (
            partition by entity_id, group_slice, account, customer_id, currency, matching_code, is_debit
            order by posted_on, line_id
            rows between unbounded preceding and current row
        ) as size_through,
        max(case when is_debit = 0 then posted_on end) over (
            partition by entity_id, group_slice, account, customer_id, currency, matching_code
        ) as last_credit_on,
        max(matched_on) over (
            partition by entity_id, group_slice, account, customer_id, currency, matching_code
        ) as group_matched_on
    from grouped

),

pairs as (

    select
        debits.entity_id,
        debits.line_id as debit_line_id,
        credits.line_id as credit_line_id,
        debits.document_id as debit_document_id,
        credits.document_id as credit_document_id,
        debits.document_number as debit_id,
        credits.document_number as credit_id,
        credits.document_total as credit_total,
        least(debits.size_through, credits.size_through)
        - greatest(debits.size_through - debits.size, credits.size_through - credits.size) as amount,
        greatest(debits.posted_on, credits.posted_on) as both_posted_on,
        coalesce(debits.group_matched_on, debits.last_credit_on) as matched_on
    from ranges as debits
    inner join ranges as credits
        on
            debits.group_slice = credits.group_slice
            and {{ same_customer_account('debits', 'credits') }}
            and debits.matching_code = credits.matching_code
            and debits.size_through - debits.size < credits.size_through
            and credits.size_through - credits.size < debits.size_through
    where
        debits.is_debit = 1
        and credits.is_debit = 0

),

final as (

    select
        'lettered:' || entity_id || ':' || credit_line_id || ':' || debit_line_id as allocation_id,
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
