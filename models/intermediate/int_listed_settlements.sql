{#
  What was settled of the documents of lists of open items, part by part: each part from the list's day on which it was gone
  to the one on which it was open again, if any. What is open again is what was settled last.
#}
with

documents as (

    select * from {{ ref('int_listed_documents') }}
    where amount <> 0

),

levels as (

    -- How much of each document was settled on each list's day, without its sign.
    select
        documents.entity_id,
        documents.document_type,
        documents.invoice_id,
        documents.amount,
        balances.listed_on,
        (documents.amount - balances.open_amount) * sign(documents.amount) as settled_amount
    from documents
    inner join {{ ref('stg_raw__open_item_balances') }} as balances
        on
            documents.entity_id = balances.entity_id
            and documents.document_type = balances.document_type
            and documents.invoice_id = balances.invoice_id

),

distinct_levels as (

    select distinct
        entity_id,
        document_type,
        invoice_id,
        settled_amount as upper_amount
    from levels
    where settled_amount > 0

),

steps as (

    -- Between two neighbouring levels all is settled and opened again together.
    select
        *,
        coalesce(
            lag(upper_amount) over (
                partition by entity_id, document_type, invoice_id
                order by upper_amount
            ),
            0
        ) as lower_amount
    from distinct_levels

),

states as (

    select
        steps.entity_id,
        steps.document_type,
        steps.invoice_id,
        steps.lower_amount,
        steps.upper_amount,
        levels.amount,
        levels.listed_on,
        levels.settled_amount >= steps.upper_amount as is_settled,
        coalesce(
            lag(levels.settled_amount) over (
                partition by steps.entity_id, steps.document_type, steps.invoice_id, steps.upper_amount
                order by levels.listed_on
            ),
            0
        ) >= steps.upper_amount as was_settled,
        lag(levels.listed_on) over (
            partition by steps.entity_id, steps.document_type, steps.invoice_id, steps.upper_amount
            order by levels.listed_on
        ) as list_before_on,
        min(case when levels.settled_amount < steps.upper_amount then levels.listed_on end) over (
            partition by steps.entity_id, steps.document_type, steps.invoice_id, steps.upper_amount
            order by levels.listed_on
            rows between 1 following and unbounded following
        ) as open_again_on
    from steps
    inner join levels
        on
            steps.entity_id = levels.entity_id
            and steps.document_type = levels.document_type
            and steps.invoice_id = levels.invoice_id

),

final as (

    select
        entity_id,
        document_type,
        invoice_id,
        listed_on as settled_on,
        open_again_on,
        min(list_before_on) as list_before_on,
        {{ money('sum(upper_amount - lower_amount) * sign(amount)') }} as amount
    from states
    where is_settled and not was_settled
    group by
        entity_id,
        document_type,
        invoice_id,
        amount,
        listed_on,
        open_again_on

)

select * from final
