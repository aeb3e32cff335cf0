{#
  The stated allocations that stand, in parts that each end on one day or not at all. Plain credits (nothing
  taken back, nothing bounced, never beyond their amount) stand as they are; the others run in order.
#}
with recursive

as_of as (

    select * from {{ ref('int_build') }}

),

requests as (

    select
        requests.allocation_id,
        requests.entity_id,
        requests.credit_document_id,
        requests.debit_document_id,
        requests.instalment_no,
        requests.debit_amount,
        requests.credit_amount,
        requests.credit_total,
        requests.effective_on,
        requests.applied_on,
        case when requests.reversed_on <= as_of.as_of_on then requests.reversed_on end as reversed_on,
        requests.allocation_source
    from {{ ref('int_allocation_requests') }} as requests
    cross join as_of
    where
        requests.left_out_because is null
        and requests.effective_on <= as_of.as_of_on
        and (requests.reversed_on is null or requests.reversed_on > requests.effective_on)

),

items as (

    select distinct
        entity_id,
        document_id,
        document_number,
        item_kind,
        customer_id,
        posted_on,
        currency,
        document_amount,
        original_payment_id,
        is_cash
    from {{ ref('int_receivable_items') }}
    where is_cash or item_kind = 'bounce'

),

returned_payments as (

    -- One document for each bounce. A number may be that of a deposit slip, which many payments share: the customer's
    -- own come first, then what is of just that amount, then what was posted first, a payment before a deposit. Money
    -- given back in another currency returns no amount of it: nothing says how much.
    select
        bounces.entity_id,
        bounces.document_id,
        bounces.document_amount as amount,
        payments.document_id as credit_document_id,
        abs(payments.document_amount) as credit_total,
        greatest(bounces.posted_on, payments.posted_on) as effective_on,
        row_number() over (
            partition by bounces.entity_id, bounces.document_id
            order by
                (case when payments.customer_id = bounces.customer_id then 0 else 1 end),
                (case when abs(payments.document_amount) = bounces.document_amount then 0 else 1 end),
                payments.posted_on,
                (case payments.item_kind when 'payment' then 1 else 2 end),
                payments.document_id
        ) as payment_rank
    from items as bounces
    inner join {{ ref('int_entities') }} as entities
        on
            bounces.entity_id = entities.entity_id
            and entities.allocation_policy = 'stated'
    inner join items as payments
        on
            bounces.entity_id = payments.entity_id
            and bounces.original_payment_id = payments.document_number
            and bounces.currency = payments.currency
            and payments.is_cash
    where bounces.item_kind = 'bounce'

),

bounces as (

    select * from returned_payments
    where payment_rank = 1

),

credits as (

    select
        entity_id,
        credit_document_id,
        max(credit_total) as credit_total,
        sum(credit_amount) > max(credit_total) or min(credit_amount) < 0 as is_ordered
    from requests
    group by
        entity_id,
        credit_document_id

),

ordered_credits as (

    select
        entity_id,
        credit_document_id,
        credit_total
    from credits
    where is_ordered
    union
    select
        entity_id,
        credit_document_id,
        credit_total
    from bounces

),

unordered_requests as (

    select requests.*
    from requests
    left join ordered_credits
        on
            requests.entity_id = ordered_credits.entity_id
            and requests.credit_document_id = ordered_credits.credit_document_id
    where ordered_credits.credit_document_id is null

),

ordered_requests as (

    select requests.*
    from requests
    inner join ordered_credits
        on
            requests.entity_id = ordered_credits.entity_id
            and requests.credit_document_id = ordered_credits.credit_document_id

),

all_events as (

    -- On one day what is taken back goes first, so that a source which also gives the day takes it back once; then
    -- what ends, then what is set, then what bounces.
    select
        entity_id,
        credit_document_id,
        reversed_on as event_on,
        2 as event_order,
        'end' as event_kind,
        allocation_id,
        debit_document_id,
        credit_amount,
        debit_amount
    from ordered_requests
    where reversed_on is not null and debit_amount > 0
    union all
    select
        entity_id,
        credit_document_id,
        effective_on as event_on,
        case when debit_amount > 0 then 3 else 1 end as event_order,
        case when debit_amount > 0 then 'allocate' else 'reverse' end as event_kind,
        allocation_id,
        debit_document_id,
        abs(credit_amount) as credit_amount,
        abs(debit_amount) as debit_amount
    from ordered_requests
    union all
    select
        entity_id,
        credit_document_id,
        effective_on as event_on,
        4 as event_order,
        'bounce' as event_kind,
        document_id as allocation_id,
        document_id as debit_document_id,
        amount as credit_amount,
        amount as debit_amount
    from bounces

),

events as (

    select
        *,
        row_number() over (
            partition by entity_id, credit_document_id order by event_on, event_order, allocation_id, event_kind
        ) as step,
        coalesce(
            sum(debit_amount) over (
                partition by entity_id, credit_document_id, debit_document_id, event_on, event_kind
                order by allocation_id desc
                rows between unbounded preceding and 1 preceding
            ),
            0
        ) as later_debit_amount
    from all_events

),

{{ run_credits_in_order('ordered_credits', 'events') }},

final as (

    select
        allocation_id,
        entity_id,
        credit_document_id,
        debit_document_id,
        instalment_no,
        credit_amount,
        debit_amount,
        effective_on,
        applied_on,
        reversed_on as ended_on,
        allocation_source,
        'taken' as outcome
    from unordered_requests
    union all
    select
        outcomes.allocation_id,
        outcomes.entity_id,
        outcomes.credit_document_id,
        outcomes.debit_document_id,
        requests.instalment_no,
        outcomes.credit_amount,
        outcomes.debit_amount,
        requests.effective_on,
        requests.applied_on,
        outcomes.ended_on,
        requests.allocation_source,
        outcomes.outcome
    from outcomes
    inner join ordered_requests as requests
        on
            outcomes.entity_id = requests.entity_id
            and outcomes.allocation_id = requests.allocation_id
    where outcomes.outcome <> 'bounced'
    union all
    select
        'bounce:' || outcomes.allocation_id as allocation_id,
        outcomes.entity_id,
        outcomes.credit_document_id,
        outcomes.debit_document_id,
        cast(null as integer) as instalment_no,
        outcomes.credit_amount,
        outcomes.debit_amount,
        bounces.effective_on,
        bounces.effective_on as applied_on,
        cast(null as date) as ended_on,
        'stated' as allocation_source,
        'taken' as outcome
    from outcomes
    inner join bounces
        on
            outcomes.entity_id = bounces.entity_id
            and outcomes.allocation_id = bounces.document_id
    where outcomes.outcome = 'bounced'

)

select * from final
