{{ config(materialized='view') }}
{#
  What is open of each delivery that a cover binds, as spans of days in which it is insurable: without what is disputed,
  without tax where tax is not covered, and until a missed notification ends it. In the main reporting currency.
#}
with

as_of as (

    select
        as_of_on,
        {{ add_days('as_of_on', 1) }} as after_on
    from {{ ref('int_build') }}

),

items as (

    select * from {{ ref('int_insured_items') }}
    where not_eligible_reason is null

),

counted_customers as (

    select customer_id from {{ ref('dim_customers') }}
    where customer_kind <> 'intragroup'

),

spans as (

    select
        intervals.entity_id,
        intervals.customer_id,
        intervals.document_id,
        intervals.instalment_no,
        items.cover_starts_on,
        intervals.valid_from_on as starts_on,
        least(
            coalesce(intervals.valid_to_on, as_of.after_on), coalesce(items.cover_lapses_on, as_of.after_on)
        ) as ends_on,
        {{ share_money(
            '(intervals.reporting_open_amount - intervals.reporting_disputed_amount)',
            'items.document_insurable_amount',
            'items.document_amount'
        ) }} as amount
    from {{ ref('fct_item_intervals') }} as intervals
    inner join items
        on
            intervals.entity_id = items.entity_id
            and intervals.document_id = items.document_id
            and intervals.instalment_no = items.instalment_no
    inner join counted_customers
        on intervals.customer_id = counted_customers.customer_id
    cross join as_of
    where intervals.open_amount > 0

),

final as (

    select spans.*
    from spans
    cross join as_of
    where
        spans.starts_on < spans.ends_on
        and spans.starts_on <= as_of.as_of_on
        and spans.amount > 0

)

select * from final
