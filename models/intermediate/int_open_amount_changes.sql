{#
  What allocations change on an item's open amount, one row an item and day: a debit goes down, a credit comes
  up towards zero; what is taken back goes the other way.
#}
with

allocations as (

    select * from {{ ref('int_allocations') }}

),

changes as (

    select
        entity_id,
        debit_document_id as document_id,
        instalment_no,
        effective_on as changed_on,
        -debit_amount as amount
    from allocations
    union all
    select
        entity_id,
        credit_document_id as document_id,
        1 as instalment_no,
        effective_on as changed_on,
        credit_amount as amount
    from allocations
    union all
    select
        entity_id,
        debit_document_id as document_id,
        instalment_no,
        reversed_on as changed_on,
        debit_amount as amount
    from allocations
    where reversed_on is not null
    union all
    select
        entity_id,
        credit_document_id as document_id,
        1 as instalment_no,
        reversed_on as changed_on,
        -credit_amount as amount
    from allocations
    where reversed_on is not null

),

final as (

    select
        entity_id,
        document_id,
        instalment_no,
        changed_on,
        {{ money('sum(amount)') }} as amount
    from changes
    group by
        entity_id,
        document_id,
        instalment_no,
        changed_on

)

select * from final
