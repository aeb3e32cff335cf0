{#
  What `clean` takes off the window's sales and the opening balance of each row: the part disputed on the row's
  day, by the month its document was posted in. Only disputed intervals come here, each for the rows it covers.
#}
with

period_rows as (

    select * from {{ ref('int_period_rows') }}

),

reporting as (

    select * from {{ ref('int_reporting_currencies') }}

),

intervals as (

    select
        intervals.entity_id,
        intervals.document_id,
        intervals.instalment_no,
        cells.cell_id,
        intervals.item_kind,
        intervals.posted_on,
        intervals.valid_from_on,
        intervals.valid_to_on,
        reporting.reporting_currency,
        intervals.base_open_amount as open_amount,
        intervals.base_disputed_amount as disputed_amount
    from {{ ref('fct_item_intervals') }} as intervals
    inner join {{ ref('int_kpi_cells') }} as cells
        on
            intervals.customer_id = cells.customer_id
            and intervals.currency = cells.currency
    inner join reporting
        on intervals.base_currency = reporting.reporting_currency
    union all
    select
        intervals.entity_id,
        intervals.document_id,
        intervals.instalment_no,
        cells.cell_id,
        intervals.item_kind,
        intervals.posted_on,
        intervals.valid_from_on,
        intervals.valid_to_on,
        intervals.reporting_currency,
        intervals.open_amount,
        intervals.disputed_amount
    from {{ ref('int_reporting_intervals') }} as intervals
    inner join {{ ref('int_kpi_cells') }} as cells
        on
            intervals.customer_id = cells.customer_id
            and intervals.currency = cells.currency

),

disputed as (

    select * from intervals
    where disputed_amount <> 0

),

disputed_rows as (

    select
        period_rows.period_kind,
        period_rows.period_ending_on,
        period_rows.as_of_on,
        period_rows.effectiveness_from_on,
        period_rows.window_12m_from_on,
        disputed.*
    from disputed
    inner join period_rows
        on
            disputed.valid_from_on <= period_rows.as_of_on
            and (disputed.valid_to_on is null or disputed.valid_to_on > period_rows.as_of_on)

),

with_opening as (

    -- Of the disputed part, what was already open when the row's period, and its twelve months, began.
    select
        disputed_rows.period_kind,
        disputed_rows.period_ending_on,
        disputed_rows.entity_id,
        disputed_rows.cell_id,
        disputed_rows.reporting_currency,
        disputed_rows.item_kind,
        disputed_rows.posted_on,
        disputed_rows.disputed_amount,
        least(disputed_rows.disputed_amount, greatest(coalesce(openings.open_amount, 0), 0))
            as opening_disputed_amount,
        least(disputed_rows.disputed_amount, greatest(coalesce(openings_12m.open_amount, 0), 0))
            as opening_12m_disputed_amount
    from disputed_rows
    {% for openings, from_on in [
        ('openings', 'effectiveness_from_on'), ('openings_12m', 'window_12m_from_on')
    ] %}
        left join intervals as {{ openings }}
            on
                disputed_rows.entity_id = {{ openings }}.entity_id
                and disputed_rows.document_id = {{ openings }}.document_id
                and disputed_rows.instalment_no = {{ openings }}.instalment_no
                and disputed_rows.reporting_currency = {{ openings }}.reporting_currency
                and disputed_rows.{{ from_on }} > {{ openings }}.valid_from_on
                and ({{ openings }}.valid_to_on is null or disputed_rows.{{ from_on }} <= {{ openings }}.valid_to_on)
    {% endfor %}

),

by_cell as (

    select
        period_kind,
        period_ending_on,
        entity_id,
        cell_id,
        reporting_currency,
        posted_on,
        sum(case when item_kind in ('invoice', 'debit_note') then disputed_amount else 0 end) as disputed_sales_amount,
        sum(opening_disputed_amount) as opening_disputed_amount,
        sum(opening_12m_disputed_amount) as opening_12m_disputed_amount
    from with_opening
    group by
        period_kind,
        period_ending_on,
        entity_id,
        cell_id,
        reporting_currency,
        posted_on

),

final as (

    {{ spread_over_cuts(
        'by_cell',
        ['period_kind', 'period_ending_on', 'reporting_currency', 'posted_on'],
        ['disputed_sales_amount', 'opening_disputed_amount', 'opening_12m_disputed_amount']
    ) }}

)

select * from final
