with

period_rows as (

    select * from {{ ref('int_period_rows') }}

),

kinds as (

    select distinct period_kind from period_rows

),

changes as (

    select
        entity_id,
        segment,
        reporting_currency,
        bucket_order,
        aging_bucket,
        changed_on,
        sum(open_amount) as open_amount,
        sum(disputed_amount) as disputed_amount,
        sum(items_count) as items_count
    from {{ ref('int_reporting_balance_changes') }}
    group by
        entity_id,
        segment,
        reporting_currency,
        bucket_order,
        aging_bucket,
        changed_on

),

with_segments as (

    select * from changes
    union all
    select
        entity_id,
        '*' as segment,
        reporting_currency,
        bucket_order,
        aging_bucket,
        changed_on,
        sum(open_amount) as open_amount,
        sum(disputed_amount) as disputed_amount,
        sum(items_count) as items_count
    from changes
    group by
        entity_id,
        reporting_currency,
        bucket_order,
        aging_bucket,
        changed_on

),

with_totals as (

    select * from with_segments
    union all
    select
        '*' as entity_id,
        segment,
        reporting_currency,
        bucket_order,
        aging_bucket,
        changed_on,
        sum(open_amount) as open_amount,
        sum(disputed_amount) as disputed_amount,
        sum(items_count) as items_count
    from with_segments
    group by
        segment,
        reporting_currency,
        bucket_order,
        aging_bucket,
        changed_on

),

by_period as (

    select
        kinds.period_kind,
        with_totals.entity_id,
        with_totals.segment,
        with_totals.reporting_currency,
        with_totals.bucket_order,
        with_totals.aging_bucket,
        {{ period_ending('kinds.period_kind', 'with_totals.changed_on') }} as period_ending_on,
        sum(with_totals.open_amount) as open_amount,
        sum(with_totals.disputed_amount) as disputed_amount,
        sum(with_totals.items_count) as items_count
    from with_totals
    cross join kinds
    group by
        kinds.period_kind,
        with_totals.entity_id,
        with_totals.segment,
        with_totals.reporting_currency,
        with_totals.bucket_order,
        with_totals.aging_bucket,
        {{ period_ending('kinds.period_kind', 'with_totals.changed_on') }}

),

running as (

    select
        period_rows.period_kind,
        period_rows.period_ending_on,
        period_rows.as_of_on,
        period_rows.is_complete,
        by_period.entity_id,
        by_period.segment,
        by_period.reporting_currency,
        by_period.bucket_order,
        by_period.aging_bucket,
        sum(by_period.open_amount) as open_amount,
        sum(by_period.disputed_amount) as disputed_amount,
        sum(by_period.items_count) as items_count
    from period_rows
    inner join by_period
        on
            period_rows.period_kind = by_period.period_kind
            and period_rows.period_ending_on >= by_period.period_ending_on
    group by
        period_rows.period_kind,
        period_rows.period_ending_on,
        period_rows.as_of_on,
        period_rows.is_complete,
        by_period.entity_id,
        by_period.segment,
        by_period.reporting_currency,
        by_period.bucket_order,
        by_period.aging_bucket

),

final as (

    select
        period_kind,
        period_ending_on,
        as_of_on,
        is_complete,
        entity_id,
        segment,
        reporting_currency,
        bucket_order,
        aging_bucket,
        {{ money('open_amount') }} as open_amount,
        {{ money('disputed_amount') }} as disputed_amount,
        cast(items_count as bigint) as items_count
    from running
    where items_count <> 0

)

select * from final
{{ sorted_by('reporting_currency', 'entity_id', 'segment', 'period_kind', 'period_ending_on') }}
