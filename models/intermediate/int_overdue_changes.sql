{#
  Why what is overdue moves, item by item and day by day, in each reporting currency: the item becomes overdue the
  day after its due day (or is posted later, overdue at once) with all that is then open; from then on each allocation
  takes off the credit's value at its own rate, and the difference to what the item is relieved of is FX. What ends
  comes back with the same effect. Added up over the days between any two days, the effects are the change of the
  overdue balance, to the cent, whatever days lie between.
#}
with

as_of as (

    select * from {{ ref('int_build') }}

),

reporting as (

    select * from {{ ref('int_reporting_currencies') }}

),

items as (

    select * from {{ ref('int_receivable_items') }}

),

converted as (

    select * from {{ ref('int_reporting_items') }}

),

allocations as (

    select * from {{ ref('int_allocations') }}

),

overdue_items as (

    select
        items.entity_id,
        items.document_id,
        items.instalment_no,
        items.customer_id,
        items.amount,
        greatest({{ add_days('items.due_on', 1) }}, items.posted_on) as overdue_from_on
    from items
    inner join {{ ref('dim_customers') }} as customers
        on
            items.customer_id = customers.customer_id
            and customers.customer_kind <> 'intragroup'
    cross join as_of
    where
        items.amount > 0
        and items.due_on < as_of.as_of_on

),

moves as (

    select
        entity_id,
        allocation_id,
        credit_document_id,
        debit_document_id,
        instalment_no,
        credit_kind,
        effective_on as changed_on,
        false as is_reversal,
        credit_amount,
        -debit_amount as debit_change_amount
    from allocations
    union all
    select
        entity_id,
        allocation_id,
        credit_document_id,
        debit_document_id,
        instalment_no,
        credit_kind,
        reversed_on as changed_on,
        true as is_reversal,
        -credit_amount as credit_amount,
        debit_amount as debit_change_amount
    from allocations
    where reversed_on is not null

),

debit_moves as (

    select
        overdue_items.customer_id,
        overdue_items.overdue_from_on,
        moves.*,
        overdue_items.amount + sum(moves.debit_change_amount) over (
            partition by moves.entity_id, moves.debit_document_id, moves.instalment_no
            order by moves.changed_on, (case when moves.is_reversal then 0 else 1 end), moves.allocation_id
            rows between unbounded preceding and current row
        ) as open_after_amount
    from moves
    inner join overdue_items
        on
            moves.entity_id = overdue_items.entity_id
            and moves.debit_document_id = overdue_items.document_id
            and moves.instalment_no = overdue_items.instalment_no

),

settlements as (

    -- What is paid beyond an item's amount is unapplied, not overdue.
    select
        *,
        greatest(open_after_amount, 0) as overdue_after_amount,
        greatest(open_after_amount - debit_change_amount, 0) as overdue_before_amount
    from debit_moves
    where changed_on >= overdue_from_on

),

settling_credits as (

    select distinct
        entity_id,
        credit_document_id
    from settlements

),

credit_moves as (

    select
        moves.entity_id,
        moves.allocation_id,
        moves.is_reversal,
        moves.credit_amount as credit_change_amount,
        credits.amount,
        credits.amount + sum(moves.credit_amount) over (
            partition by moves.entity_id, moves.credit_document_id
            order by moves.changed_on, (case when moves.is_reversal then 0 else 1 end), moves.allocation_id
            rows between unbounded preceding and current row
        ) as open_after_amount
    from moves
    inner join settling_credits
        on
            moves.entity_id = settling_credits.entity_id
            and moves.credit_document_id = settling_credits.credit_document_id
    inner join items as credits
        on
            moves.entity_id = credits.entity_id
            and moves.credit_document_id = credits.document_id

),

settled_before as (

    select
        entity_id,
        debit_document_id,
        instalment_no,
        sum(debit_change_amount) as debit_change_amount
    from debit_moves
    where changed_on < overdue_from_on
    group by
        entity_id,
        debit_document_id,
        instalment_no

),

newly_overdue as (

    select
        overdue_items.*,
        greatest(overdue_items.amount + coalesce(settled_before.debit_change_amount, 0), 0) as overdue_amount
    from overdue_items
    left join settled_before
        on
            overdue_items.entity_id = settled_before.entity_id
            and overdue_items.document_id = settled_before.debit_document_id
            and overdue_items.instalment_no = settled_before.instalment_no
    where overdue_items.amount + coalesce(settled_before.debit_change_amount, 0) > 0

),

amounts as (

    select
        items.entity_id,
        items.document_id,
        items.instalment_no,
        reporting.reporting_currency,
        items.amount,
        items.base_amount as reporting_amount
    from items
    inner join reporting
        on items.base_currency = reporting.reporting_currency
    union all
    select
        items.entity_id,
        items.document_id,
        items.instalment_no,
        converted.reporting_currency,
        items.amount,
        converted.reporting_amount
    from items
    inner join converted
        on
            items.entity_id = converted.entity_id
            and items.document_id = converted.document_id
            and items.instalment_no = converted.instalment_no

),

valued_settlements as (

    select
        settlements.*,
        debits.reporting_currency,
        credit_moves.credit_change_amount,
        {{ share_money('debits.reporting_amount', 'settlements.overdue_after_amount', 'debits.amount') }}
        - {{ share_money('debits.reporting_amount', 'settlements.overdue_before_amount', 'debits.amount') }}
            as change_amount,
        {{ share_money('credits.reporting_amount', 'credit_moves.open_after_amount', 'credits.amount') }}
        - {{ share_money(
            'credits.reporting_amount',
            '(credit_moves.open_after_amount - credit_moves.credit_change_amount)',
            'credits.amount'
        ) }} as credit_value_amount
    from settlements
    inner join credit_moves
        on
            settlements.entity_id = credit_moves.entity_id
            and settlements.allocation_id = credit_moves.allocation_id
            and settlements.is_reversal = credit_moves.is_reversal
    inner join amounts as debits
        on
            settlements.entity_id = debits.entity_id
            and settlements.debit_document_id = debits.document_id
            and settlements.instalment_no = debits.instalment_no
    inner join amounts as credits
        on
            settlements.entity_id = credits.entity_id
            and settlements.credit_document_id = credits.document_id
            and debits.reporting_currency = credits.reporting_currency

),

explained as (

    select
        *,
        -{{ share_money(
            'credit_value_amount', '(overdue_after_amount - overdue_before_amount)', 'debit_change_amount'
        ) }} as settled_amount
    from valued_settlements

),

together as (

    select
        newly_overdue.entity_id,
        newly_overdue.customer_id,
        newly_overdue.document_id,
        amounts.reporting_currency,
        newly_overdue.overdue_from_on as changed_on,
        'newly_overdue' as effect,
        {{ share_money('amounts.reporting_amount', 'newly_overdue.overdue_amount', 'amounts.amount') }} as amount
    from newly_overdue
    inner join amounts
        on
            newly_overdue.entity_id = amounts.entity_id
            and newly_overdue.document_id = amounts.document_id
            and newly_overdue.instalment_no = amounts.instalment_no
    union all
    select
        entity_id,
        customer_id,
        debit_document_id as document_id,
        reporting_currency,
        changed_on,
        case
            when credit_kind in ('payment', 'deposit') then 'collected'
            when credit_kind = 'credit_note' then 'credited'
            when credit_kind = 'write_off' then 'written_off'
            else 'adjusted'
        end as effect,
        settled_amount as amount
    from explained
    union all
    select
        entity_id,
        customer_id,
        debit_document_id as document_id,
        reporting_currency,
        changed_on,
        'fx' as effect,
        change_amount - settled_amount as amount
    from explained
    where change_amount <> settled_amount

),

final as (

    select
        entity_id,
        customer_id,
        document_id,
        reporting_currency,
        changed_on,
        effect,
        {{ money('sum(amount)') }} as amount
    from together
    group by
        entity_id,
        customer_id,
        document_id,
        reporting_currency,
        changed_on,
        effect

)

select * from final
