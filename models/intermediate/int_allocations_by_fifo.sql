{#
  Oldest first, in entities whose source says nothing of what was matched: per entity, customer and currency
  the debits lie end to end, the credits lie end to end, and every stretch between two break points belongs to
  one debit and one credit. Ordered by posting day, so that a new document never rewrites the past.
#}
with

items as (

    select items.*
    from {{ ref('int_receivable_items') }} as items
    inner join {{ ref('int_entities') }} as entities
        on
            items.entity_id = entities.entity_id
            and entities.allocation_policy = 'fifo'
    where items.amount <> 0

),

debits as (

    select
        entity_id,
        customer_id,
        currency,
        document_id,
        instalment_no,
        sum(amount) over (
            partition by entity_id, customer_id, currency
            order by posted_on, due_on, document_id, instalment_no
            rows between unbounded preceding and current row
        ) as point
    from items
    where amount > 0

),

credits as (

    select
        entity_id,
        customer_id,
        currency,
        document_id,
        sum(-amount) over (
            partition by entity_id, customer_id, currency
            order by posted_on, document_id
            rows between unbounded preceding and current row
        ) as point
    from items
    where amount < 0

),

break_points as (

    select
        entity_id,
        customer_id,
        currency,
        point,
        document_id as debit_document_id,
        instalment_no,
        cast(null as varchar) as credit_document_id
    from debits
    union all
    select
        entity_id,
        customer_id,
        currency,
        point,
        cast(null as varchar) as debit_document_id,
        cast(null as integer) as instalment_no,
        document_id as credit_document_id
    from credits

),

points as (

    select
        entity_id,
        customer_id,
        currency,
        point,
        max(debit_document_id) as debit_document_id,
        max(instalment_no) as instalment_no,
        max(credit_document_id) as credit_document_id
    from break_points
    group by
        entity_id,
        customer_id,
        currency,
        point

),

stretches as (

    select
        entity_id,
        point - coalesce(lag(point) over (partition by entity_id, customer_id, currency order by point), 0) as amount,
        {{ next_known('debit_document_id', 'entity_id, customer_id, currency', 'point') }} as debit_document_id,
        {{ next_known('instalment_no', 'entity_id, customer_id, currency', 'point') }} as instalment_no,
        {{ next_known('credit_document_id', 'entity_id, customer_id, currency', 'point') }} as credit_document_id
    from points

),

final as (

    select
        'fifo:' || credit_document_id || ':' || debit_document_id || ':' || cast(instalment_no as varchar)
            as allocation_id,
        entity_id,
        credit_document_id,
        debit_document_id,
        instalment_no,
        {{ money('amount') }} as amount
    from stretches
    where debit_document_id is not null and credit_document_id is not null

)

select * from final
