{#
  How long the cash received in each row's window took, and how late it was, as sums of cash times days: what a
  row knows are the allocations in effect on its day.
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

cash as (

    select * from {{ ref('int_cash_allocations') }}

),

valued as (

    select
        cash.*,
        reporting.reporting_currency,
        {{ share_money('cash.base_amount', 'cash.credit_amount', 'cash.amount') }} as paid_amount
    from cash
    inner join reporting
        on cash.base_currency = reporting.reporting_currency
    union all
    select
        cash.*,
        converted.reporting_currency,
        {{ share_money('converted.reporting_amount', 'cash.credit_amount', 'cash.amount') }} as paid_amount
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

changes as (

    select
        spans.*,
        {{ period_ending('spans.period_kind', 'spans.valid_from_on') }} as period_ending_on,
        1 as sign
    from spans
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

changes_by_row as (

    select
        period_kind,
        period_ending_on,
        entity_id,
        reporting_currency,
        sum(sign * paid_amount) as paid_amount,
        sum(sign * paid_amount * days_to_pay) as paid_amount_days_to_pay,
        sum(sign * paid_amount * days_beyond_terms) as paid_amount_days_beyond_terms,
        sum(sign * paid_amount * greatest(days_beyond_terms, 0)) as paid_amount_days_late,
        sum(case when days_beyond_terms > 0 then sign * paid_amount else 0 end) as paid_late_amount
    from changes
    group by
        period_kind,
        period_ending_on,
        entity_id,
        reporting_currency

),

with_total as (

    select * from changes_by_row
    union all
    select
        period_kind,
        period_ending_on,
        '*' as entity_id,
        reporting_currency,
        sum(paid_amount) as paid_amount,
        sum(paid_amount_days_to_pay) as paid_amount_days_to_pay,
        sum(paid_amount_days_beyond_terms) as paid_amount_days_beyond_terms,
        sum(paid_amount_days_late) as paid_amount_days_late,
        sum(paid_late_amount) as paid_late_amount
    from changes_by_row
    group by
        period_kind,
        period_ending_on,
        reporting_currency

),

final as (

    select
        period_rows.period_kind,
        period_rows.period_ending_on,
        with_total.entity_id,
        with_total.reporting_currency,
        {{ money('sum(with_total.paid_amount)') }} as paid_amount,
        cast(sum(with_total.paid_amount_days_to_pay) as decimal(28, 2)) as paid_amount_days_to_pay,
        cast(sum(with_total.paid_amount_days_beyond_terms) as decimal(28, 2)) as paid_amount_days_beyond_terms,
        cast(sum(with_total.paid_amount_days_late) as decimal(28, 2)) as paid_amount_days_late,
        {{ money('sum(with_total.paid_late_amount)') }} as paid_late_amount
    from period_rows
    inner join with_total
        on
            period_rows.period_kind = with_total.period_kind
            and period_rows.period_ending_on >= with_total.period_ending_on
    group by
        period_rows.period_kind,
        period_rows.period_ending_on,
        with_total.entity_id,
        with_total.reporting_currency

)

select * from final
