{#
  The lines of the books that speak of customers, signed: positive = the customer owes more. What a line is, its type says;
  else what its account holds (as given, else `seeds/ledger_accounts.csv`, the longest prefix that fits) and what the other
  lines of its entry were booked against: sales make invoices and credit notes, money payments and refunds, a loss a
  write-off. Where the file has none of those other lines, the journal says so (`seeds/ledger_journals.csv`). Lines of nothing
  in their own currency and something in the books' (exchange differences) are kept: balances of the books hold them.
#}
with

lines as (

    select * from {{ ref('stg_raw__ledger_lines') }}

),

accounts as (

    -- Each account once: a plan has hundreds, the books millions of lines.
    select distinct
        account,
        coalesce(chart_of_accounts, 'pcg') as chart_of_accounts
    from lines

),

{{ holdings_of('accounts') }},

holding as (

    select
        lines.*,
        coalesce(lines.account_holds, prefixes.holds) as holds
    from lines
    left join prefixes
        on
            lines.account = prefixes.account
            and coalesce(lines.chart_of_accounts, 'pcg') = prefixes.chart_of_accounts
            and prefixes.longest_rank = 1

),

entries as (

    select
        entity_id,
        slice,
        journal,
        entry_ref,
        max(case when holds = 'sales' then 1 else 0 end) as has_sales,
        max(case when holds = 'cash' then 1 else 0 end) as has_cash,
        max(case when holds = 'loss' then 1 else 0 end) as has_loss,
        max(case when holds in ('receivable', 'deposit') or account is null then 0 else 1 end) as has_others
    from holding
    where entry_ref is not null
    group by
        entity_id,
        slice,
        journal,
        entry_ref

),

journals as (

    -- What journals hold, by their code or their name.
    select
        journals.journal,
        journals.journal_name,
        max(case when patterns.holds = 'opening' then 1 else 0 end) as is_opening,
        max(case when patterns.holds = 'sales' then 1 else 0 end) as is_sales,
        max(case when patterns.holds = 'cash' then 1 else 0 end) as is_cash
    from (
        select distinct
            journal,
            journal_name
        from lines
    ) as journals
    inner join {{ ref('ledger_journals') }} as patterns
        on
            (patterns.journal_part = 'code' and lower(journals.journal) like patterns.journal_pattern)
            or (patterns.journal_part = 'name' and lower(journals.journal_name) like patterns.journal_pattern)
    group by
        journals.journal,
        journals.journal_name

),

-- Balances brought forward begin a year as opening entries do, wherever the lines came from: with a day of its own.
brought_forward as (

    select distinct
        entity_id,
        posted_on as opened_on
    from lines
    where is_brought_forward

),

bringing_entities as (

    select distinct entity_id from brought_forward

),

opened as (

    select
        moved.entity_id,
        moved.posted_on,
        max(brought_forward.opened_on) as opened_on
    from (
        select distinct
            lines.entity_id,
            lines.posted_on
        from lines
        inner join bringing_entities
            on lines.entity_id = bringing_entities.entity_id
    ) as moved
    left join brought_forward
        on
            moved.entity_id = brought_forward.entity_id
            and moved.posted_on >= brought_forward.opened_on
    group by
        moved.entity_id,
        moved.posted_on

),

of_customers as (

    -- Where no account is given, a line with a customer is a customer's.
    select
        *,
        debit - credit as amount
    from holding
    where
        (debit <> credit or base_debit <> base_credit)
        and (holds in ('receivable', 'deposit') or (account is null and customer_id is not null))

),

final as (

    select
        lines.entity_id,
        lines.line_id,
        lines.slice,
        case
            when opened.entity_id is null then lines.slice
            else 'from ' || cast(coalesce(opened.opened_on, date '0001-01-01') as varchar)
        end as opened_slice,
        -- As for documents that name none: one control account.
        coalesce(lines.account, 'AR') as account,
        coalesce(lines.customer_id, lines.account) as customer_id,
        lines.customer_name,
        lines.posted_on,
        lines.invoiced_on,
        lines.due_on,
        lines.default_payment_terms,
        coalesce(lines.document_ref, lines.line_id) as document_number,
        lines.currency,
        lines.amount,
        lines.base_debit - lines.base_credit as base_amount,
        lines.matching_code,
        lines.matched_on,
        coalesce(journals.is_opening = 1 or lines.is_brought_forward, false) as is_opening_line,
        coalesce(lines.is_brought_forward, false) as is_brought_forward,
        coalesce(
            lines.document_type,
            case
                when journals.is_opening = 1 or lines.is_brought_forward then 'opening'
                when lines.holds = 'deposit' and lines.amount < 0 then 'deposit'
                when lines.holds = 'deposit' then 'adjustment'
                when entries.has_sales = 1 and lines.amount > 0 then 'invoice'
                when entries.has_sales = 1 then 'credit_note'
                when entries.has_cash = 1 and lines.amount < 0 then 'payment'
                when entries.has_cash = 1 then 'refund'
                when entries.has_loss = 1 and lines.amount < 0 then 'write_off'
                when entries.has_others = 1 then 'adjustment'
                when journals.is_sales = 1 and lines.amount > 0 then 'invoice'
                when journals.is_sales = 1 then 'credit_note'
                when journals.is_cash = 1 and lines.amount < 0 then 'payment'
                when journals.is_cash = 1 then 'refund'
                else 'adjustment'
            end
        ) as item_kind
    from of_customers as lines
    left join entries
        on
            lines.entity_id = entries.entity_id
            and lines.slice = entries.slice
            and lines.journal is not distinct from entries.journal
            and lines.entry_ref = entries.entry_ref
    left join journals
        on
            lines.journal is not distinct from journals.journal
            and lines.journal_name is not distinct from journals.journal_name
    left join opened
        on
            lines.entity_id = opened.entity_id
            and lines.posted_on = opened.posted_on

)

select * from final
