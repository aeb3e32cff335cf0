{#
  The counts and amounts of matured items in each row's window, and of those not settled in time, by entity and
  in total, for each cut and both scopes. Each span of knowledge counts up in the first row it is in and down in the first it
  is not: rows are running sums. `clean` leaves out an item for as long as a part of it is disputed.
#}
{%- set measures = [
    'matured_items_count', 'late_items_count', 'matured_amount', 'late_amount', 'seriously_matured_amount',
    'seriously_late_amount',
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

segments as (

    select
        segments.*,
        cells.cell_id
    from {{ ref('int_maturity_segments') }} as segments
    inner join {{ ref('int_kpi_cells') }} as cells
        on
            segments.customer_id = cells.customer_id
            and segments.currency = cells.currency

),

disputed as (

    select
        entity_id,
        document_id,
        instalment_no,
        valid_from_on,
        valid_to_on
    from {{ ref('fct_item_intervals') }}
    where disputed_amount > 0

),

scoped as (

    select
        segments.*,
        'all' as scope,
        1 as direction
    from segments
    union all
    select
        segments.*,
        'clean' as scope,
        1 as direction
    from segments
    union all
    select
        segments.maturity_kind,
        segments.entity_id,
        segments.document_id,
        segments.instalment_no,
        segments.customer_id,
        segments.currency,
        segments.base_currency,
        segments.lapses_on,
        greatest(segments.valid_from_on, disputed.valid_from_on) as valid_from_on,
        least(
            coalesce(segments.valid_to_on, date '9999-12-31'), coalesce(disputed.valid_to_on, date '9999-12-31')
        ) as valid_to_on,
        segments.amount,
        segments.base_amount,
        segments.is_late,
        segments.late_amount,
        segments.cell_id,
        'clean' as scope,
        -1 as direction
    from segments
    inner join disputed
        on
            segments.entity_id = disputed.entity_id
            and segments.document_id = disputed.document_id
            and segments.instalment_no = disputed.instalment_no
            and (disputed.valid_to_on is null or segments.valid_from_on < disputed.valid_to_on)
            and (segments.valid_to_on is null or segments.valid_to_on > disputed.valid_from_on)

),

valued as (

    select
        scoped.*,
        reporting.reporting_currency,
        scoped.base_amount as reporting_amount
    from scoped
    inner join reporting
        on scoped.base_currency = reporting.reporting_currency
    union all
    select
        scoped.*,
        converted.reporting_currency,
        converted.reporting_amount
    from scoped
    inner join {{ ref('int_reporting_items') }} as converted
        on
            scoped.entity_id = converted.entity_id
            and scoped.document_id = converted.document_id
            and scoped.instalment_no = converted.instalment_no

),

spans as (

    select
        kinds.period_kind,
        valued.maturity_kind,
        valued.entity_id,
        valued.cell_id,
        valued.reporting_currency,
        valued.scope,
        valued.direction,
        valued.is_late,
        valued.valid_from_on,
        least(
            coalesce(valued.valid_to_on, date '9999-12-31'),
            {{ window_leaves('kinds.period_kind', 'valued.lapses_on') }}
        ) as valid_to_on,
        valued.reporting_amount as amount,
        {{ share_money('valued.reporting_amount', 'valued.late_amount', 'valued.amount') }} as late_amount
    from valued
    cross join kinds

),

moves as (

    select
        spans.*,
        {{ period_ending('spans.period_kind', 'spans.valid_from_on') }} as period_ending_on,
        spans.direction as sign
    from spans
    where spans.valid_from_on < spans.valid_to_on
    union all
    select
        spans.*,
        {{ period_ending('spans.period_kind', 'spans.valid_to_on') }} as period_ending_on,
        -spans.direction as sign
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
        scope,
        sum(case when maturity_kind = 'late' then sign else 0 end) as matured_items_count,
        sum(case when maturity_kind = 'late' and is_late then sign else 0 end) as late_items_count,
        sum(case when maturity_kind = 'late' then sign * amount else 0 end) as matured_amount,
        sum(case when maturity_kind = 'late' then sign * late_amount else 0 end) as late_amount,
        sum(case when maturity_kind = 'serious' then sign * amount else 0 end) as seriously_matured_amount,
        sum(case when maturity_kind = 'serious' then sign * late_amount else 0 end) as seriously_late_amount
    from moves
    group by
        period_kind,
        period_ending_on,
        entity_id,
        cell_id,
        reporting_currency,
        scope

),

changes as (

    {{ spread_over_cuts('by_cell', ['period_kind', 'period_ending_on', 'reporting_currency', 'scope'], measures) }}

),

running as (

    {{ run_up('changes', ['entity_id', 'cut_id', 'reporting_currency', 'scope'], measures) }}

),

final as (

    select
        period_kind,
        period_ending_on,
        entity_id,
        cut_id,
        reporting_currency,
        scope,
        cast(matured_items_count as bigint) as matured_items_count,
        cast(late_items_count as bigint) as late_items_count,
        {{ money('matured_amount') }} as matured_amount,
        {{ money('late_amount') }} as late_amount,
        {{ money('seriously_matured_amount') }} as seriously_matured_amount,
        {{ money('seriously_late_amount') }} as seriously_late_amount
    from running

)

select * from final
