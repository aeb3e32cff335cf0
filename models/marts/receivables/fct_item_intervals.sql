with

items as (

    select * from {{ ref('int_receivable_items') }}

),

disputed_spans as (

    select * from {{ ref('int_disputed_spans') }}

),

disputed_documents as (

    select distinct
        entity_id,
        document_id
    from disputed_spans

),

main_currency as (

    select * from {{ ref('int_reporting_currencies') }}
    where is_main

),

converted as (

    select * from {{ ref('int_reporting_items') }}
    where is_main

),

spans as (

    select
        spans.entity_id,
        spans.document_id,
        spans.instalment_no,
        spans.valid_from_on,
        spans.valid_to_on,
        spans.open_amount,
        cast(null as decimal(18, 2)) as disputed_amount
    from {{ ref('int_open_spans') }} as spans
    left join disputed_documents
        on
            spans.entity_id = disputed_documents.entity_id
            and spans.document_id = disputed_documents.document_id
    where disputed_documents.document_id is null
    union all
    select
        entity_id,
        document_id,
        instalment_no,
        valid_from_on,
        valid_to_on,
        open_amount,
        disputed_amount
    from disputed_spans

),

valued as (

    select
        items.entity_id,
        items.document_id,
        items.document_number,
        items.instalment_no,
        items.item_kind,
        items.customer_id,
        items.account,
        items.currency,
        items.base_currency,
        items.invoiced_on,
        items.posted_on,
        items.due_on,
        spans.valid_from_on,
        spans.valid_to_on,
        items.amount,
        items.base_amount,
        spans.open_amount,
        -- The flag counts where no dispute row speaks.
        coalesce(
            spans.disputed_amount,
            case when items.is_flagged_disputed then greatest(spans.open_amount, 0) end,
            0
        ) as disputed_amount,
        main_currency.reporting_currency,
        {{ in_main_currency('items') }} as reporting_amount
    from spans
    inner join items
        on
            spans.entity_id = items.entity_id
            and spans.document_id = items.document_id
            and spans.instalment_no = items.instalment_no
    cross join main_currency
    left join converted
        on
            items.entity_id = converted.entity_id
            and items.document_id = converted.document_id
            and items.instalment_no = converted.instalment_no

),

final as (

    select
        entity_id,
        document_id,
        document_number,
        instalment_no,
        item_kind,
        customer_id,
        account,
        currency,
        base_currency,
        invoiced_on,
        posted_on,
        due_on,
        valid_from_on,
        valid_to_on,
        amount,
        base_amount,
        open_amount,
        {{ share_money('base_amount', 'open_amount', 'amount') }} as base_open_amount,
        {{ money('disputed_amount') }} as disputed_amount,
        {{ share_money('base_amount', 'disputed_amount', 'amount') }} as base_disputed_amount,
        reporting_currency,
        reporting_amount,
        {{ share_money('reporting_amount', 'open_amount', 'amount') }} as reporting_open_amount,
        {{ share_money('reporting_amount', 'disputed_amount', 'amount') }} as reporting_disputed_amount
    from valued

)

select * from final
{{ sorted_by('customer_id', 'valid_from_on') }}
