with

converted as (

    select * from {{ ref('int_reporting_items') }}

),

items as (

    select * from {{ ref('int_receivable_items') }}

),

final as (

    select
        converted.entity_id,
        converted.document_id,
        converted.instalment_no,
        items.customer_id,
        converted.reporting_currency,
        converted.is_main,
        converted.reporting_amount
    from converted
    inner join items
        on
            converted.entity_id = items.entity_id
            and converted.document_id = items.document_id
            and converted.instalment_no = items.instalment_no

)

select * from final
{{ sorted_by('reporting_currency', 'customer_id') }}
