{#
  The open intervals of counted customers in the reporting currencies that are not their entity's base currency
  (there the base amounts serve). Parts of a document are shares of its one converted amount.
#}
with

intervals as (

    select * from {{ ref('fct_item_intervals') }}

),

converted as (

    select * from {{ ref('int_reporting_items') }}

),

final as (

    select
        intervals.entity_id,
        intervals.document_id,
        intervals.instalment_no,
        intervals.item_kind,
        intervals.customer_id,
        intervals.currency,
        intervals.posted_on,
        intervals.due_on,
        intervals.valid_from_on,
        intervals.valid_to_on,
        converted.reporting_currency,
        intervals.open_amount > 0 as is_debit,
        {{ share_money('converted.reporting_amount', 'intervals.open_amount', 'intervals.amount') }} as open_amount,
        {{ share_money('converted.reporting_amount', 'intervals.disputed_amount', 'intervals.amount') }}
            as disputed_amount
    from intervals
    inner join converted
        on
            intervals.entity_id = converted.entity_id
            and intervals.document_id = converted.document_id
            and intervals.instalment_no = converted.instalment_no

)

select * from final
