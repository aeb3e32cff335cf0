{#
  How long the cash received in each row's window took, and how late it was, as sums of cash times days: what a
  row knows are the allocations in effect on its day.
#}
{%- set measures = [
    'paid_amount', 'paid_late_amount', 'paid_amount_days_to_pay', 'paid_amount_days_beyond_terms',
    'paid_amount_days_late',
] -%}
with

as_of as (

    select * from {{ ref('int_build') }}

),

period_rows as (

    select * from {{ ref('int_period_rows') }}

),

kinds as (

    select distinct period_kind from period_rows

),

reporting as (

    select * from {{ ref('int_reporting_currencies') }}

),

cash as (

    select
        cash.*,
        cells.cell_id
    from {{ ref('int_cash_allocations') }} as cash
    inner join {{ ref('int_kpi_cells') }} as cells
        on
            cash.customer_id = cells.customer_id
            and cash.currency = cells.currency

),

valued as (

    select
        cash.*,
        reporting.reporting_currency,
        {{ share_of_through('cash.base_amount', 'cash') }} as paid_amount
    from cash
    inner join reporting
        on cash.base_currency = reporting.reporting_currency
    union all
    select
        cash.*,
        converted.reporting_currency,
        {{ share_of_through('converted.reporting_amount', 'cash') }} as paid_amount
    from cash
    inner join {{ ref('int_reporting_items') }} as converted
        on
            cash.entity_id = converted.entity_id
            and cash.credit_document_id = converted.document_id

),

spans as (

    select
        kinds.period_kind,
        valued.entity_id,
        valued.cell_id,
        valued.reporting_currency,
        valued.paid_amount,
        valued.days_to_pay,
        valued.days_beyond_terms,
        valued.valid_from_on,
        least(
            coalesce(valued.valid_to_on, date '9999-12-31'),
            {{ window_leaves('kinds.period_kind', 'valued.received_on') }}
        ) as valid_to_on
    from valued
    cross join kinds

),

moves as (

    select
        spans.*,
        {{ period_ending('spans.period_kind', 'spans.valid_from_on') }} as period_ending_on,
        1 as sign
    from spans
    inner join as_of
        on spans.valid_from_on <= as_of.as_of_on
    where spans.valid_from_on < spans.valid_to_on
    union all
    select
        spans.*,
        {{ period_ending('spans.period_kind', 'spans.valid_to_on') }} as period_ending_on,
        -1 as sign
    from spans
    inner join as_of
        on spans.valid_to_on <= as_of.as_of_on
    where spans.valid_from_on < spans.valid_to_on

),

by_cell as (

    select
        period_kind,
        period_ending_on,
        entity_id,
        cell_id,
        reporting_currency,
        sum(sign * paid_amount) as paid_amount,
        sum(case when days_beyond_terms > 0 then sign * paid_amount else 0 end) as paid_late_amount,
        sum(sign * paid_amount * days_to_pay) as paid_amount_days_to_pay,
        sum(sign * paid_amount * days_beyond_terms) as paid_amount_days_beyond_terms,
        sum(sign * paid_amount * greatest(days_beyond_terms, 0)) as paid_amount_days_late
    from moves
    group by
        period_kind,
        period_ending_on,
        entity_id,
        cell_id,
        reporting_currency

),

changes as (

    {{ spread_over_cuts('by_cell', ['period_kind', 'period_ending_on', 'reporting_currency'], measures) }}

),

running as (

    {{ run_up('changes', ['entity_id', 'cut_id', 'reporting_currency'], measures) }}

),

final as (

    select
        period_kind,
        period_ending_on,
        entity_id,
        cut_id,
        reporting_currency,
        {{ money('paid_amount') }} as paid_amount,
        {{ money('paid_late_amount') }} as paid_late_amount,
        cast(paid_amount_days_to_pay as decimal(28, 2)) as paid_amount_days_to_pay,
        cast(paid_amount_days_beyond_terms as decimal(28, 2)) as paid_amount_days_beyond_terms,
        cast(paid_amount_days_late as decimal(28, 2)) as paid_amount_days_late
    from running

)

select * from final
