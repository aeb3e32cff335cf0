{#
  The open spans of documents with dispute rows, cut wherever a dispute opens or closes, with the disputed part:
  several disputes add up, go to the oldest due instalment first, and never exceed what is open.
#}
with

as_of as (

    select * from {{ ref('int_build') }}

),

documents as (

    select * from {{ ref('int_receivable_documents') }}
    where item_kind in ('invoice', 'debit_note', 'opening', 'adjustment') and amount > 0

),

named_documents as (

    select
        disputes.entity_id,
        documents.document_id,
        disputes.dispute_id,
        disputes.opened_on,
        disputes.closed_on,
        -- No amount given: all of it.
        coalesce(disputes.amount, documents.amount) as amount,
        row_number() over (
            partition by disputes.entity_id, disputes.dispute_id
            order by (
                case documents.item_kind
                    when 'invoice' then 1 when 'debit_note' then 2 when 'opening' then 3 else 4
                end
            )
        ) as kind_rank
    from {{ ref('stg_raw__disputes') }} as disputes
    inner join documents
        on
            disputes.entity_id = documents.entity_id
            and disputes.invoice_id = documents.document_number

),

dispute_rows as (

    -- Where several documents share the number, the invoice is meant, also while it is still to be posted.
    select * from named_documents
    where kind_rank = 1

),

disputes as (

    select
        dispute_rows.entity_id,
        dispute_rows.document_id,
        dispute_rows.dispute_id,
        dispute_rows.opened_on,
        case when dispute_rows.closed_on <= as_of.as_of_on then dispute_rows.closed_on end as closed_on,
        dispute_rows.amount
    from dispute_rows
    cross join as_of
    where
        dispute_rows.opened_on <= as_of.as_of_on
        and (dispute_rows.closed_on is null or dispute_rows.closed_on > dispute_rows.opened_on)

),

disputed_documents as (

    -- Also those whose disputes never opened or are still to come: where there is a row, the flag is silent.
    select distinct
        entity_id,
        document_id
    from dispute_rows

),

spans as (

    select
        spans.*,
        items.due_on
    from {{ ref('int_open_spans') }} as spans
    inner join {{ ref('int_receivable_items') }} as items
        on
            spans.entity_id = items.entity_id
            and spans.document_id = items.document_id
            and spans.instalment_no = items.instalment_no
    inner join disputed_documents
        on
            spans.entity_id = disputed_documents.entity_id
            and spans.document_id = disputed_documents.document_id

),

cuts as (

    select
        entity_id,
        document_id,
        opened_on as cut_on
    from disputes
    union
    select
        entity_id,
        document_id,
        closed_on as cut_on
    from disputes
    where closed_on is not null
    union
    select
        entity_id,
        document_id,
        valid_from_on as cut_on
    from spans
    union
    select
        entity_id,
        document_id,
        valid_to_on as cut_on
    from spans
    where valid_to_on is not null

),

stretches as (

    select
        entity_id,
        document_id,
        cut_on as valid_from_on,
        lead(cut_on) over (partition by entity_id, document_id order by cut_on) as valid_to_on
    from cuts

),

disputed_stretches as (

    select
        stretches.entity_id,
        stretches.document_id,
        stretches.valid_from_on,
        stretches.valid_to_on,
        coalesce(sum(disputes.amount), 0) as disputed_amount
    from stretches
    left join disputes
        on
            stretches.entity_id = disputes.entity_id
            and stretches.document_id = disputes.document_id
            and stretches.valid_from_on >= disputes.opened_on
            and (disputes.closed_on is null or stretches.valid_from_on < disputes.closed_on)
    group by
        stretches.entity_id,
        stretches.document_id,
        stretches.valid_from_on,
        stretches.valid_to_on

),

spread as (

    select
        spans.entity_id,
        spans.document_id,
        spans.instalment_no,
        stretches.valid_from_on,
        stretches.valid_to_on,
        spans.open_amount,
        stretches.disputed_amount,
        sum(greatest(spans.open_amount, 0)) over (
            partition by spans.entity_id, spans.document_id, stretches.valid_from_on
            order by spans.due_on, spans.instalment_no
            rows between unbounded preceding and current row
        ) as open_through
    from disputed_stretches as stretches
    inner join spans
        on
            stretches.entity_id = spans.entity_id
            and stretches.document_id = spans.document_id
            and stretches.valid_from_on >= spans.valid_from_on
            and (spans.valid_to_on is null or stretches.valid_from_on < spans.valid_to_on)

),

final as (

    select
        entity_id,
        document_id,
        instalment_no,
        valid_from_on,
        valid_to_on,
        open_amount,
        {{ money("greatest(least(disputed_amount, open_through) - (open_through - greatest(open_amount, 0)), 0)") }}
            as disputed_amount
    from spread

)

select * from final
