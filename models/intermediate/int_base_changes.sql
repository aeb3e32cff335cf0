{#
  What each side of an allocation changes in base currency. In the base currency itself that is the amount; in
  any other, the change in the item's base open amount, in order, so that the last one takes the rounding rest.
#}
with

allocations as (

    select * from {{ ref('int_allocations') }}

),

items as (

    select * from {{ ref('int_receivable_items') }}
    where currency <> base_currency

),

foreign_changes as (

    select
        items.entity_id,
        items.document_id,
        items.instalment_no,
        items.amount,
        items.base_amount,
        allocations.allocation_id,
        'debit' as side,
        false as is_reversal,
        allocations.effective_on as changed_on,
        -allocations.debit_amount as changed_amount
    from allocations
    inner join items
        on
            allocations.entity_id = items.entity_id
            and allocations.debit_document_id = items.document_id
            and allocations.instalment_no = items.instalment_no
    union all
    select
        items.entity_id,
        items.document_id,
        items.instalment_no,
        items.amount,
        items.base_amount,
        allocations.allocation_id,
        'debit' as side,
        true as is_reversal,
        allocations.reversed_on as changed_on,
        allocations.debit_amount as changed_amount
    from allocations
    inner join items
        on
            allocations.entity_id = items.entity_id
            and allocations.debit_document_id = items.document_id
            and allocations.instalment_no = items.instalment_no
    where allocations.reversed_on is not null
    union all
    select
        items.entity_id,
        items.document_id,
        items.instalment_no,
        items.amount,
        items.base_amount,
        allocations.allocation_id,
        'credit' as side,
        false as is_reversal,
        allocations.effective_on as changed_on,
        allocations.credit_amount as changed_amount
    from allocations
    inner join items
        on
            allocations.entity_id = items.entity_id
            and allocations.credit_document_id = items.document_id
    union all
    select
        items.entity_id,
        items.document_id,
        items.instalment_no,
        items.amount,
        items.base_amount,
        allocations.allocation_id,
        'credit' as side,
        true as is_reversal,
        allocations.reversed_on as changed_on,
        -allocations.credit_amount as changed_amount
    from allocations
    inner join items
        on
            allocations.entity_id = items.entity_id
            and allocations.credit_document_id = items.document_id
    where allocations.reversed_on is not null

),

running as (

    select
        *,
        amount + sum(changed_amount) over (
            partition by entity_id, document_id, instalment_no
            order by changed_on, (case when is_reversal then 0 else 1 end), allocation_id
            rows between unbounded preceding and current row
        ) as open_after_amount
    from foreign_changes

),

final as (

    select
        entity_id,
        allocation_id,
        side,
        is_reversal,
        {{ share_money('base_amount', 'open_after_amount', 'amount') }}
        - {{ share_money('base_amount', '(open_after_amount - changed_amount)', 'amount') }} as base_amount
    from running

)

select * from final
