{#
  The schedules that hold: their parts add up to their invoice. One row a part, oldest due first (`part_no`).
  A schedule that does not add up, or has a part below zero, is left out whole and listed in the exceptions; a part of
  nothing asks for nothing and is no part.
#}
with

given_parts as (

    select
        *,
        max(abs(amount)) over (partition by entity_id, invoice_id) as largest_amount
    from {{ ref('stg_raw__instalments') }}

),

instalments as (

    -- A schedule of nothing but nothings stays, to be listed.
    select * from given_parts
    where amount <> 0 or largest_amount = 0

),

documents as (

    select * from {{ ref('int_receivable_documents') }}
    where item_kind in ('invoice', 'debit_note', 'opening') and amount > 0

),

matched as (

    select
        instalments.entity_id,
        instalments.invoice_id,
        documents.document_id,
        documents.amount as document_amount,
        instalments.instalment_no,
        instalments.due_on,
        instalments.amount,
        dense_rank() over (
            partition by instalments.entity_id, instalments.invoice_id
            order by (case documents.item_kind when 'invoice' then 1 when 'debit_note' then 2 else 3 end)
        ) as kind_rank
    from instalments
    left join documents
        on
            instalments.entity_id = documents.entity_id
            and instalments.invoice_id = documents.document_number

),

totals as (

    select
        *,
        sum(amount) over (partition by entity_id, invoice_id) as schedule_amount,
        min(amount) over (partition by entity_id, invoice_id) as smallest_amount,
        row_number() over (partition by entity_id, invoice_id order by due_on, instalment_no) as part_no,
        count(*) over (partition by entity_id, invoice_id) as parts_count,
        sum(amount) over (
            partition by entity_id, invoice_id
            order by due_on, instalment_no
            rows between unbounded preceding and current row
        ) as amount_through
    from matched
    where kind_rank = 1

),

final as (

    select
        entity_id,
        invoice_id,
        document_id,
        document_amount,
        instalment_no,
        part_no,
        part_no = parts_count as is_last,
        due_on,
        amount,
        amount_through,
        coalesce(schedule_amount = document_amount and smallest_amount > 0, false) as is_valid
    from totals

)

select * from final
