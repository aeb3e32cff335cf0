{#
  The counts and amounts of matured items in each row's window, and of those not settled in time, by entity and
  in total, for both scopes. Each span of knowledge counts up in the first row it is in and down in the first it
  is not: rows are running sums. `clean` leaves out an item for as long as a part of it is disputed.
#}
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

    select * from {{ ref('int_maturity_segments') }}

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

changes as (

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

changes_by_row as (

    select
        period_kind,
        period_ending_on,
        entity_id,
        reporting_currency,
        scope,
        sum(case when maturity_kind = 'late' then sign else 0 end) as matured_items_count,
        sum(case when maturity_kind = 'late' and is_late then sign else 0 end) as late_items_count,
        sum(case when maturity_kind = 'late' then sign * amount else 0 end) as matured_amount,
        sum(case when maturity_kind = 'late' then sign * late_amount else 0 end) as late_amount,
        sum(case when maturity_kind = 'serious' then sign * amount else 0 end) as seriously_matured_amount,
        sum(case when maturity_kind = 'serious' then sign * late_amount else 0 end) as seriously_late_amount
    from changes
    group by
        period_kind,
        period_ending_on,
        entity_id,
        reporting_currency,
        scope

),

with_total as (

    select * from changes_by_row
    union all
    select
        period_kind,
        period_ending_on,
        '*' as entity_id,
        reporting_currency,
        scope,
        sum(matured_items_count) as matured_items_count,
        sum(late_items_count) as late_items_count,
        sum(matured_amount) as matured_amount,
        sum(late_amount) as late_amount,
        sum(seriously_matured_amount) as seriously_matured_amount,
        sum(seriously_late_amount) as seriously_late_amount
    from changes_by_row
    group by
        period_kind,
        period_ending_on,
        reporting_currency,
        scope

),

final as (

    select
        period_rows.period_kind,
        period_rows.period_ending_on,
        with_total.entity_id,
        with_total.reporting_currency,
        with_total.scope,
        cast(sum(with_total.matured_items_count) as bigint) as matured_items_count,
        cast(sum(with_total.late_items_count) as bigint) as late_items_count,
        {{ money('sum(with_total.matured_amount)') }} as matured_amount,
        {{ money('sum(with_total.late_amount)') }} as late_amount,
        {{ money('sum(with_total.seriously_matured_amount)') }} as seriously_matured_amount,
        {{ money('sum(with_total.seriously_late_amount)') }} as seriously_late_amount
    from period_rows
    inner join with_total
        on
            period_rows.period_kind = with_total.period_kind
            and period_rows.period_ending_on >= with_total.period_ending_on
    group by
        period_rows.period_kind,
        period_rows.period_ending_on,
        with_total.entity_id,
        with_total.reporting_currency,
        with_total.scope

)

select * from final
