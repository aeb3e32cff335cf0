{#
  The items of the ledger as of the build's day: one row a document, or an instalment of one, with its amount in
  document and base currency. Nothing posted after the as-of day exists here.
#}
with

documents as (

    select * from {{ ref('int_receivable_documents') }}
    where is_posted

),

rates as (

    select * from {{ ref('int_fx_rates') }}

),

instalments as (

    select * from {{ ref('int_instalments') }}
    where is_valid

),

bounced_payments as (

    -- In a `fifo` entity a bounce is a debit of its own, as late as the payment it returns.
    select
        bounces.entity_id,
        bounces.document_id,
        payments.received_on as original_received_on,
        row_number() over (
            partition by bounces.entity_id, bounces.document_id
            order by
                payments.posted_on,
                (case payments.item_kind when 'payment' then 1 else 2 end),
                payments.document_id
        ) as payment_rank
    from documents as bounces
    inner join {{ ref('int_entities') }} as entities
        on
            bounces.entity_id = entities.entity_id
            and entities.allocation_policy = 'fifo'
    inner join documents as payments
        on
            bounces.entity_id = payments.entity_id
            and bounces.original_payment_id = payments.document_number
            and payments.is_cash
            -- A payment that comes later cannot change what the bounce was due when it came.
            and bounces.posted_on >= payments.posted_on
    where bounces.item_kind = 'bounce'

),

converted as (

    select
        documents.*,
        bounced_payments.original_received_on,
        case
            when documents.currency = documents.base_currency then documents.amount
            when documents.given_base_amount is not null then documents.given_base_amount
            else {{ convert_money('documents.amount', 'rates.numerator', 'rates.denominator') }}
        end as base_amount
    from documents
    left join rates
        on
            documents.currency = rates.from_currency
            and documents.base_currency = rates.to_currency
            and documents.posted_on = rates.rate_on
    left join bounced_payments
        on
            documents.entity_id = bounced_payments.entity_id
            and documents.document_id = bounced_payments.document_id
            and bounced_payments.payment_rank = 1

),

shares as (

    select
        converted.*,
        instalments.instalment_no,
        instalments.due_on as instalment_due_on,
        instalments.amount as instalment_amount,
        instalments.is_last,
        case
            when instalments.amount is null then converted.base_amount
            else {{ share_money('converted.base_amount', 'instalments.amount', 'converted.amount') }}
        end as share_base_amount
    from converted
    left join instalments
        on
            converted.entity_id = instalments.entity_id
            and converted.document_id = instalments.document_id

),

rounded as (

    select
        *,
        -- Each share is rounded, the last takes the rest, so that the parts add up to the document.
        case
            when is_last
                then base_amount - (
                        sum(share_base_amount) over (partition by entity_id, document_id) - share_base_amount
                    )
            else share_base_amount
        end as item_base_amount
    from shares
    where instalment_no is not null
    union all
    select
        *,
        share_base_amount as item_base_amount
    from shares
    where instalment_no is null

),

final as (

    select
        entity_id,
        document_id,
        document_number,
        coalesce(instalment_no, 1) as instalment_no,
        instalment_no is not null as has_schedule,
        item_kind,
        customer_id,
        account,
        invoiced_on,
        posted_on,
        received_on,
        coalesce(instalment_due_on, original_received_on, due_on) as due_on,
        is_due_on_derived and instalment_due_on is null as is_due_on_derived,
        is_due_on_assumed and instalment_due_on is null as is_due_on_assumed,
        currency,
        {{ money('coalesce(instalment_amount, amount)') }} as amount,
        base_currency,
        {{ money('item_base_amount') }} as base_amount,
        amount as document_amount,
        base_amount as document_base_amount,
        is_flagged_disputed,
        original_payment_id,
        is_cash
    from rounded

)

select * from final
