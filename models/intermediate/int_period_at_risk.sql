{#
  Each month's billing and what of it is still open 90 days after the month's end, by entity and in total, for each
  cut: a cohort, known once those 90 days have passed. `disputed` is the part in dispute on that day.
#}
{%- set measures = [
    'cohort_billed_amount', 'at_risk_amount', 'cohort_disputed_amount',
] -%}
with

as_of as (

    select * from {{ ref('int_build') }}

),

reporting as (

    select * from {{ ref('int_reporting_currencies') }}

),

billed as (

    select
        items.entity_id,
        items.document_id,
        items.instalment_no,
        cells.cell_id,
        items.base_currency,
        items.base_amount,
        {{ month_end('items.posted_on') }} as period_ending_on
    from {{ ref('int_receivable_items') }} as items
    inner join {{ ref('int_kpi_cells') }} as cells
        on
            items.customer_id = cells.customer_id
            and items.currency = cells.currency
    cross join as_of
    where
        items.item_kind in ('invoice', 'debit_note')
        and {{ add_days(month_end('items.posted_on'), 90) }} <= as_of.as_of_on

),

still_open as (

    select
        entity_id,
        document_id,
        instalment_no,
        base_currency,
        cast(null as varchar) as reporting_currency,
        base_open_amount as open_amount,
        base_disputed_amount as disputed_amount,
        posted_on,
        valid_from_on,
        valid_to_on
    from {{ ref('fct_item_intervals') }}
    where open_amount > 0
    union all
    select
        entity_id,
        document_id,
        instalment_no,
        cast(null as varchar) as base_currency,
        reporting_currency,
        open_amount,
        disputed_amount,
        posted_on,
        valid_from_on,
        valid_to_on
    from {{ ref('int_reporting_intervals') }}
    where is_debit

),

open_on_the_day as (

    select *
    from still_open
    where
        valid_from_on <= {{ add_days(month_end('posted_on'), 90) }}
        and (valid_to_on is null or valid_to_on > {{ add_days(month_end('posted_on'), 90) }})

),

amounts as (

    select
        billed.entity_id,
        billed.cell_id,
        billed.period_ending_on,
        reporting.reporting_currency,
        billed.base_amount as cohort_billed_amount,
        coalesce(open_items.open_amount, 0) as at_risk_amount,
        coalesce(open_items.disputed_amount, 0) as cohort_disputed_amount
    from billed
    inner join reporting
        on billed.base_currency = reporting.reporting_currency
    left join open_on_the_day as open_items
        on
            billed.entity_id = open_items.entity_id
            and billed.document_id = open_items.document_id
            and billed.instalment_no = open_items.instalment_no
            and billed.base_currency = open_items.base_currency
    union all
    select
        billed.entity_id,
        billed.cell_id,
        billed.period_ending_on,
        converted.reporting_currency,
        converted.reporting_amount as cohort_billed_amount,
        coalesce(open_items.open_amount, 0) as at_risk_amount,
        coalesce(open_items.disputed_amount, 0) as cohort_disputed_amount
    from billed
    inner join {{ ref('int_reporting_items') }} as converted
        on
            billed.entity_id = converted.entity_id
            and billed.document_id = converted.document_id
            and billed.instalment_no = converted.instalment_no
    left join open_on_the_day as open_items
        on
            billed.entity_id = open_items.entity_id
            and billed.document_id = open_items.document_id
            and billed.instalment_no = open_items.instalment_no
            and converted.reporting_currency = open_items.reporting_currency

),

by_cell as (

    select
        entity_id,
        cell_id,
        period_ending_on,
        reporting_currency,
        {{ summed(measures) }}
    from amounts
    group by
        entity_id,
        cell_id,
        period_ending_on,
        reporting_currency

),

by_cut as (

    {{ spread_over_cuts('by_cell', ['period_ending_on', 'reporting_currency'], measures) }}

),

final as (

    select
        period_ending_on,
        entity_id,
        cut_id,
        reporting_currency,
        {{ as_money(measures) }}
    from by_cut

)

select * from final
