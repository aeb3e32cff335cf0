with

items as (

    select * from {{ ref('int_receivable_items') }}

),

allocations as (

    select * from {{ ref('int_allocations') }}

),

base_changes as (

    select * from {{ ref('int_base_changes') }}

),

postings as (

    select
        'posting:' || entity_id || ':' || document_id || ':' || cast(instalment_no as varchar) as event_id,
        entity_id,
        document_id,
        instalment_no,
        customer_id,
        account,
        posted_on as event_on,
        case item_kind
            when 'invoice' then 'billed'
            when 'debit_note' then 'billed'
            when 'credit_note' then 'credited'
            when 'payment' then 'collected'
            when 'deposit' then 'collected'
            when 'refund' then 'refunded'
            when 'bounce' then 'bounced'
            when 'write_off' then 'written_off'
            when 'adjustment' then 'adjusted'
            else 'opening'
        end as event_kind,
        currency,
        amount,
        base_currency,
        base_amount
    from items

),

-- Each allocation moves an amount between two items on the day it takes effect, and back on the day it ends.
moves as (

    select
        *,
        effective_on as event_on,
        1 as direction,
        false as is_reversal
    from allocations
    union all
    select
        *,
        reversed_on as event_on,
        -1 as direction,
        true as is_reversal
    from allocations
    where reversed_on is not null

),

valued_moves as (

    select
        moves.*,
        case
            when moves.credit_currency <> moves.debit_currency then 'exchange'
            when moves.credit_account <> moves.debit_account or moves.credit_customer_id <> moves.customer_id
                then 'transfer'
            else 'applied'
        end as event_kind,
        entities.base_currency,
        coalesce(credit_changes.base_amount, moves.direction * moves.credit_amount) as credit_base_amount,
        coalesce(debit_changes.base_amount, -moves.direction * moves.debit_amount) as debit_base_amount
    from moves
    inner join {{ ref('int_entities') }} as entities
        on moves.entity_id = entities.entity_id
    left join base_changes as credit_changes
        on
            moves.entity_id = credit_changes.entity_id
            and moves.allocation_id = credit_changes.allocation_id
            and moves.is_reversal = credit_changes.is_reversal
            and credit_changes.side = 'credit'
    left join base_changes as debit_changes
        on
            moves.entity_id = debit_changes.entity_id
            and moves.allocation_id = debit_changes.allocation_id
            and moves.is_reversal = debit_changes.is_reversal
            and debit_changes.side = 'debit'

),

credit_sides as (

    select
        case when is_reversal then 'ended:' else 'applied:' end || entity_id || ':' || allocation_id || ':credit'
            as event_id,
        entity_id,
        credit_document_id as document_id,
        1 as instalment_no,
        credit_customer_id as customer_id,
        credit_account as account,
        event_on,
        event_kind,
        credit_currency as currency,
        direction * credit_amount as amount,
        base_currency,
        credit_base_amount as base_amount
    from valued_moves

),

debit_sides as (

    -- In base the pair adds up to zero; what the debit is relieved of beyond that is the realised difference.
    select
        case when is_reversal then 'ended:' else 'applied:' end || entity_id || ':' || allocation_id || ':debit'
            as event_id,
        entity_id,
        debit_document_id as document_id,
        instalment_no,
        customer_id,
        debit_account as account,
        event_on,
        event_kind,
        debit_currency as currency,
        -direction * debit_amount as amount,
        base_currency,
        -credit_base_amount as base_amount
    from valued_moves

),

realised_differences as (

    select
        case when is_reversal then 'ended:' else 'applied:' end || entity_id || ':' || allocation_id || ':realised_fx'
            as event_id,
        entity_id,
        debit_document_id as document_id,
        instalment_no,
        customer_id,
        debit_account as account,
        event_on,
        'realised_fx' as event_kind,
        debit_currency as currency,
        cast(0 as decimal(18, 2)) as amount,
        base_currency,
        credit_base_amount + debit_base_amount as base_amount
    from valued_moves
    where credit_base_amount + debit_base_amount <> 0

),

together as (

    select * from postings
    union all
    select * from credit_sides
    union all
    select * from debit_sides
    union all
    select * from realised_differences

),

final as (

    select
        event_id,
        entity_id,
        document_id,
        cast(instalment_no as integer) as instalment_no,
        customer_id,
        account,
        event_on,
        event_kind,
        currency,
        {{ money('amount') }} as amount,
        base_currency,
        {{ money('base_amount') }} as base_amount
    from together

)

select * from final
{{ sorted_by('customer_id', 'event_on') }}
