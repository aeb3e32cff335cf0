with

weeks as (

    select * from {{ ref('int_period_rows') }}
    where period_kind = 'week'

),

changes as (

    select
        entity_id,
        segment,
        currency,
        base_currency,
        bucket_order,
        aging_bucket,
        {{ week_ending('changed_on') }} as week_ending_on,
        sum(open_amount) as open_amount,
        sum(base_open_amount) as base_open_amount,
        sum(disputed_amount) as disputed_amount,
        sum(items_count) as items_count
    from {{ ref('int_balance_changes') }}
    group by
        entity_id,
        segment,
        currency,
        base_currency,
        bucket_order,
        aging_bucket,
        {{ week_ending('changed_on') }}

),

running as (

    select
        weeks.period_ending_on as week_ending_on,
        weeks.as_of_on,
        weeks.is_complete,
        changes.entity_id,
        changes.segment,
        changes.currency,
        changes.base_currency,
        changes.bucket_order,
        changes.aging_bucket,
        sum(changes.open_amount) as open_amount,
        sum(changes.base_open_amount) as base_open_amount,
        sum(changes.disputed_amount) as disputed_amount,
        sum(changes.items_count) as items_count
    from weeks
    inner join changes
        on weeks.period_ending_on >= changes.week_ending_on
    group by
        weeks.period_ending_on,
        weeks.as_of_on,
        weeks.is_complete,
        changes.entity_id,
        changes.segment,
        changes.currency,
        changes.base_currency,
        changes.bucket_order,
        changes.aging_bucket

),

final as (

    select
        week_ending_on,
        as_of_on,
        is_complete as is_complete_week,
        entity_id,
        segment,
        currency,
        base_currency,
        bucket_order,
        aging_bucket,
        {{ money('open_amount') }} as open_amount,
        {{ money('base_open_amount') }} as base_open_amount,
        {{ money('disputed_amount') }} as disputed_amount,
        cast(items_count as bigint) as items_count
    from running
    where items_count <> 0

)

select * from final
{{ sorted_by('week_ending_on', 'entity_id', 'bucket_order') }}
