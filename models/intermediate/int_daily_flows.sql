{#
  What was billed, collected and written off, by posting day, in each reporting currency, by entity and in total, for
  each cut.
#}
with

reporting as (

    select * from {{ ref('int_reporting_currencies') }}

),

items as (

    select
        items.*,
        cells.cell_id,
        case
            when items.is_cash then 'collected'
            when items.item_kind = 'write_off' then 'written_off'
            else 'sales'
        end as flow
    from {{ ref('int_receivable_items') }} as items
    inner join {{ ref('int_kpi_cells') }} as cells
        on
            items.customer_id = cells.customer_id
            and items.currency = cells.currency
    where items.item_kind in ('invoice', 'debit_note', 'credit_note', 'payment', 'deposit', 'write_off')

),

converted as (

    select * from {{ ref('int_reporting_items') }}

),

flows as (

    select
        items.entity_id,
        reporting.reporting_currency,
        items.cell_id,
        items.posted_on as flow_on,
        items.flow,
        sum(items.base_amount) as amount
    from items
    inner join reporting
        on items.base_currency = reporting.reporting_currency
    group by
        items.entity_id,
        reporting.reporting_currency,
        items.cell_id,
        items.posted_on,
        items.flow
    union all
    select
        items.entity_id,
        converted.reporting_currency,
        items.cell_id,
        items.posted_on as flow_on,
        items.flow,
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
        items.cell_id,
        items.posted_on,
        items.flow

),

by_cell as (

    select
        entity_id,
        cell_id,
        reporting_currency,
        flow_on,
        sum(case when flow = 'sales' then amount else 0 end) as sales_amount,
        sum(case when flow = 'collected' then -amount else 0 end) as collected_amount,
        sum(case when flow = 'written_off' then -amount else 0 end) as written_off_amount,
        sum(case when flow = 'sales' then 1 else 0 end) as sales_count
    from flows
    group by
        entity_id,
        cell_id,
        reporting_currency,
        flow_on

),

by_cut as (

    {{ spread_over_cuts(
        'by_cell',
        ['reporting_currency', 'flow_on'],
        ['sales_amount', 'collected_amount', 'written_off_amount', 'sales_count']
    ) }}

),

final as (

    select
        entity_id,
        cut_id,
        reporting_currency,
        flow_on,
        {{ money('sales_amount') }} as sales_amount,
        {{ money('collected_amount') }} as collected_amount,
        {{ money('written_off_amount') }} as written_off_amount,
        sales_count > 0 as has_sales
    from by_cut

)

select * from final
