{#
  What was billed and what was collected, by posting day, in each reporting currency, by entity and in total.
#}
with

reporting as (

    select * from {{ ref('int_reporting_currencies') }}

),

items as (

    select items.*
    from {{ ref('int_receivable_items') }} as items
    inner join {{ ref('dim_customers') }} as customers
        on
            items.customer_id = customers.customer_id
            and customers.customer_kind <> 'intragroup'
    where items.item_kind in ('invoice', 'debit_note', 'credit_note', 'payment', 'deposit')

),

converted as (

    select * from {{ ref('int_reporting_items') }}

),

flows as (

    select
        items.entity_id,
        reporting.reporting_currency,
        items.posted_on as flow_on,
        items.is_cash,
        sum(items.base_amount) as amount
    from items
    inner join reporting
        on items.base_currency = reporting.reporting_currency
    group by
        items.entity_id,
        reporting.reporting_currency,
        items.posted_on,
        items.is_cash
    union all
    select
        items.entity_id,
        converted.reporting_currency,
        items.posted_on as flow_on,
        items.is_cash,
        sum(converted.reporting_amount) as amount
    from items
    inner join converted
        on
            items.entity_id = converted.entity_id
            and items.document_id = converted.document_id
            and items.instalment_no = converted.instalment_no
    group by
        items.entity_id,
        converted.reporting_currency,
        items.posted_on,
        items.is_cash

),

by_entity as (

    select
        entity_id,
        reporting_currency,
        flow_on,
        {{ money('sum(case when is_cash then 0 else amount end)') }} as sales_amount,
        {{ money('sum(case when is_cash then -amount else 0 end)') }} as collected_amount,
        max(case when is_cash then 0 else 1 end) = 1 as has_sales
    from flows
    group by
        entity_id,
        reporting_currency,
        flow_on

),

final as (

    select
        entity_id,
        reporting_currency,
        flow_on,
        sales_amount,
        collected_amount,
        has_sales
    from by_entity
    union all
    select
        '*' as entity_id,
        reporting_currency,
        flow_on,
        {{ money('sum(sales_amount)') }} as sales_amount,
        {{ money('sum(collected_amount)') }} as collected_amount,
        max(case when has_sales then 1 else 0 end) = 1 as has_sales
    from by_entity
    group by
        reporting_currency,
        flow_on

)

select * from final
