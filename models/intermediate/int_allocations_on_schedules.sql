{#
  Accepted allocations on invoices that are due in parts, split by part. Nearly all invoices are filled once
  and in order: one cumulative sum against another. Those on which something ended or was named run in order.
#}
with recursive

accepted as (

    select * from {{ ref('int_allocations_accepted') }}
    where outcome <> 'left_out'

),

schedules as (

    select * from {{ ref('int_instalments') }}
    where is_valid

),

documents as (

    select
        entity_id,
        document_id,
        count(*) as parts_count,
        {{ amounts_in_order('amount', 'part_no') }} as part_amounts,
        {{ amounts_in_order('part_no', 'instalment_no') }} as parts_by_number
    from schedules
    group by
        entity_id,
        document_id

),

parts as (

    -- What ends on one day, or never, of one allocation is one part here.
    select
        accepted.entity_id,
        accepted.debit_document_id as document_id,
        accepted.allocation_id,
        accepted.effective_on,
        accepted.ended_on,
        max(schedules.part_no) as part_no,
        sum(accepted.debit_amount) as debit_amount,
        sum(accepted.credit_amount) as credit_amount
    from accepted
    inner join documents
        on
            accepted.entity_id = documents.entity_id
            and accepted.debit_document_id = documents.document_id
    left join schedules
        on
            accepted.entity_id = schedules.entity_id
            and accepted.debit_document_id = schedules.document_id
            and accepted.instalment_no = schedules.instalment_no
    group by
        accepted.entity_id,
        accepted.debit_document_id,
        accepted.allocation_id,
        accepted.effective_on,
        accepted.ended_on

),

endings as (

    select
        accepted.entity_id,
        accepted.debit_document_id as document_id,
        accepted.allocation_id,
        accepted.effective_on,
        accepted.ended_on,
        accepted.outcome = 'returned' as is_returned,
        sum(accepted.debit_amount) as amount
    from accepted
    inner join documents
        on
            accepted.entity_id = documents.entity_id
            and accepted.debit_document_id = documents.document_id
    where accepted.ended_on is not null
    group by
        accepted.entity_id,
        accepted.debit_document_id,
        accepted.allocation_id,
        accepted.effective_on,
        accepted.ended_on,
        accepted.outcome = 'returned'

),

allocated as (

    select
        entity_id,
        document_id,
        allocation_id,
        effective_on,
        max(part_no) as part_no,
        sum(debit_amount) as amount,
        max(ended_on) as ended_on
    from parts
    group by
        entity_id,
        document_id,
        allocation_id,
        effective_on

),

ordered_documents as (

    select
        allocated.entity_id,
        allocated.document_id
    from allocated
    where allocated.ended_on is not null or allocated.part_no is not null
    group by
        allocated.entity_id,
        allocated.document_id

),

plain_fills as (

    select
        allocated.*,
        sum(allocated.amount) over (
            partition by allocated.entity_id, allocated.document_id
            order by allocated.effective_on, allocated.allocation_id
            rows between unbounded preceding and current row
        ) as amount_through
    from allocated
    left join ordered_documents
        on
            allocated.entity_id = ordered_documents.entity_id
            and allocated.document_id = ordered_documents.document_id
    where ordered_documents.document_id is null

),

plain_pieces as (

    select
        fills.entity_id,
        fills.document_id,
        fills.allocation_id,
        schedules.part_no,
        case
            when schedules.is_last then fills.amount_through
            else least(fills.amount_through, schedules.amount_through)
        end
        - greatest(fills.amount_through - fills.amount, schedules.amount_through - schedules.amount) as amount,
        cast(null as date) as ended_on
    from plain_fills as fills
    inner join schedules
        on
            fills.entity_id = schedules.entity_id
            and fills.document_id = schedules.document_id
            and fills.amount_through > schedules.amount_through - schedules.amount
            and (schedules.is_last or fills.amount_through - fills.amount < schedules.amount_through)

),

all_events as (

    select
        allocated.entity_id,
        allocated.document_id,
        allocated.effective_on as event_on,
        2 as event_order,
        'allocate' as event_kind,
        allocated.allocation_id,
        allocated.part_no,
        allocated.amount
    from allocated
    inner join ordered_documents
        on
            allocated.entity_id = ordered_documents.entity_id
            and allocated.document_id = ordered_documents.document_id
    union all
    select
        endings.entity_id,
        endings.document_id,
        endings.ended_on as event_on,
        -- Endings go first on a day, then allocations, then bounces; what ends on the day it began ends after it.
        case when endings.is_returned or endings.ended_on = endings.effective_on then 3 else 1 end as event_order,
        'end' as event_kind,
        endings.allocation_id,
        cast(null as bigint) as part_no,
        endings.amount
    from endings
    inner join ordered_documents
        on
            endings.entity_id = ordered_documents.entity_id
            and endings.document_id = ordered_documents.document_id

),

schedule_events as (

    select
        *,
        row_number() over (
            partition by entity_id, document_id order by event_on, event_order, allocation_id
        ) as step
    from all_events

),

ordered_schedules as (

    select documents.*
    from documents
    inner join ordered_documents
        on
            documents.entity_id = ordered_documents.entity_id
            and documents.document_id = ordered_documents.document_id

),

{{ run_schedules_in_order('ordered_schedules', 'schedule_events') }},

all_pieces as (

    select
        entity_id,
        document_id,
        allocation_id,
        part_no,
        amount,
        ended_on
    from plain_pieces
    where amount > 0
    union all
    select
        entity_id,
        document_id,
        allocation_id,
        part_no,
        amount,
        ended_on
    from pieces

),

measured as (

    select
        all_pieces.entity_id,
        all_pieces.document_id,
        all_pieces.allocation_id,
        all_pieces.part_no,
        all_pieces.ended_on,
        all_pieces.amount,
        parts.debit_amount,
        parts.credit_amount,
        sum(all_pieces.amount) over (
            partition by
                all_pieces.entity_id, all_pieces.document_id, all_pieces.allocation_id, all_pieces.ended_on
            order by all_pieces.part_no, all_pieces.amount
            rows between unbounded preceding and current row
        ) as amount_through
    from all_pieces
    inner join parts
        on
            all_pieces.entity_id = parts.entity_id
            and all_pieces.document_id = parts.document_id
            and all_pieces.allocation_id = parts.allocation_id
            and all_pieces.ended_on is not distinct from parts.ended_on

),

final as (

    -- The credit's side goes along by running shares, so that the pieces add up to it.
    select
        measured.entity_id,
        measured.document_id,
        measured.allocation_id,
        schedules.instalment_no,
        measured.ended_on,
        {{ money('measured.amount') }} as debit_amount,
        {{ share_money('measured.credit_amount', 'measured.amount_through', 'measured.debit_amount') }}
        - {{ share_money(
            'measured.credit_amount', '(measured.amount_through - measured.amount)', 'measured.debit_amount'
        ) }} as credit_amount
    from measured
    inner join schedules
        on
            measured.entity_id = schedules.entity_id
            and measured.document_id = schedules.document_id
            and measured.part_no = schedules.part_no

)

select * from final
