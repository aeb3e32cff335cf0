{#
  Every allocation in effect at some day up to the as-of day, whatever said so: one row a credit item, a debit
  item, and a span of days from `effective_on` to `reversed_on`.
#}
with

accepted as (

    select * from {{ ref('int_allocations_accepted') }}
    where outcome <> 'left_out'

),

on_schedules as (

    select * from {{ ref('int_allocations_on_schedules') }}

),

by_fifo as (

    select * from {{ ref('int_allocations_by_fifo') }}

),

items as (

    select * from {{ ref('int_receivable_items') }}

),

scheduled_documents as (

    select distinct
        entity_id,
        document_id
    from items
    where has_schedule

),

whole as (

    select
        accepted.allocation_id,
        accepted.entity_id,
        accepted.credit_document_id,
        accepted.debit_document_id,
        1 as instalment_no,
        accepted.credit_amount,
        accepted.debit_amount,
        accepted.effective_on,
        accepted.applied_on,
        accepted.ended_on,
        accepted.allocation_source
    from accepted
    left join scheduled_documents
        on
            accepted.entity_id = scheduled_documents.entity_id
            and accepted.debit_document_id = scheduled_documents.document_id
    where scheduled_documents.document_id is null

),

described as (

    select distinct
        accepted.allocation_id,
        accepted.entity_id,
        accepted.debit_document_id,
        accepted.credit_document_id,
        accepted.effective_on,
        accepted.applied_on,
        accepted.allocation_source
    from accepted
    inner join scheduled_documents
        on
            accepted.entity_id = scheduled_documents.entity_id
            and accepted.debit_document_id = scheduled_documents.document_id

),

in_parts as (

    select
        on_schedules.allocation_id,
        on_schedules.entity_id,
        described.credit_document_id,
        described.debit_document_id,
        on_schedules.instalment_no,
        on_schedules.credit_amount,
        on_schedules.debit_amount,
        described.effective_on,
        described.applied_on,
        on_schedules.ended_on,
        described.allocation_source
    from on_schedules
    inner join described
        on
            on_schedules.entity_id = described.entity_id
            and on_schedules.document_id = described.debit_document_id
            and on_schedules.allocation_id = described.allocation_id

),

stated as (

    select * from whole
    union all
    select * from in_parts

),

numbered as (

    -- An allocation that is split or ends in parts is several rows: each keeps the id, the later ones numbered.
    select
        *,
        row_number() over (
            partition by entity_id, allocation_id, debit_document_id
            order by instalment_no, (case when ended_on is null then 0 else 1 end), ended_on, debit_amount
        ) as part_no,
        -- With all parts that last longer: what is in effect on a day is then the first of these sums that is, whole.
        sum(credit_amount) over (
            partition by entity_id, allocation_id, debit_document_id, instalment_no
            order by (case when ended_on is null then 0 else 1 end) asc, ended_on desc, debit_amount asc
            rows between unbounded preceding and current row
        ) as credit_through_amount
    from stated

),

together as (

    select
        case
            when part_no = 1 then allocation_id
            else allocation_id || '#' || cast(part_no as varchar)
        end as allocation_id,
        entity_id,
        credit_document_id,
        debit_document_id,
        instalment_no,
        credit_amount,
        credit_through_amount,
        debit_amount,
        effective_on,
        applied_on,
        ended_on as reversed_on,
        allocation_source
    from numbered
    union all
    select
        allocation_id,
        entity_id,
        credit_document_id,
        debit_document_id,
        instalment_no,
        amount as credit_amount,
        amount as credit_through_amount,
        amount as debit_amount,
        cast(null as date) as effective_on,
        cast(null as date) as applied_on,
        cast(null as date) as reversed_on,
        'fifo' as allocation_source
    from by_fifo

),

final as (

    select
        together.allocation_id,
        together.entity_id,
        together.credit_document_id,
        together.debit_document_id,
        together.instalment_no,
        debits.customer_id,
        credits.customer_id as credit_customer_id,
        credits.currency as credit_currency,
        debits.currency as debit_currency,
        credits.account as credit_account,
        debits.account as debit_account,
        together.credit_amount,
        together.credit_through_amount,
        together.debit_amount,
        coalesce(together.effective_on, greatest(credits.posted_on, debits.posted_on)) as effective_on,
        coalesce(together.applied_on, greatest(credits.posted_on, debits.posted_on)) as applied_on,
        together.reversed_on,
        credits.received_on,
        credits.is_cash,
        credits.item_kind as credit_kind,
        debits.item_kind as debit_kind,
        debits.invoiced_on,
        debits.due_on,
        together.allocation_source
    from together
    inner join items as credits
        on
            together.entity_id = credits.entity_id
            and together.credit_document_id = credits.document_id
    inner join items as debits
        on
            together.entity_id = debits.entity_id
            and together.debit_document_id = debits.document_id
            and together.instalment_no = debits.instalment_no

)

select * from final
