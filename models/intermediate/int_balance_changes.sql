{#
  How open amounts move between buckets, day by day: what enters a bucket counts up, what leaves it counts down,
  so that the balance of any day is a running sum. An interval gives two rows a bucket it passes through, never
  one a week.
#}
with

as_of as (

    select * from {{ ref('int_build') }}

),

intervals as (

    select
        intervals.*,
        intervals.open_amount > 0 as is_debit,
        customers.segment,
        customers.customer_kind <> 'intragroup' as is_counted
    from {{ ref('fct_item_intervals') }} as intervals
    inner join {{ ref('dim_customers') }} as customers
        on intervals.customer_id = customers.customer_id

),

slabs as (

    select * from {{ ref('int_aging_slabs') }}

),

unapplied_bucket as (

    select
        max(case when from_days is null and to_days is null then bucket_order end) as bucket_order,
        max(case when from_days is null and to_days is null then aging_bucket end) as aging_bucket
    from {{ ref('aging_buckets') }}

),

stays as (

    {{ stays_in_slabs([
        'entity_id', 'account', 'segment', 'is_counted', 'currency', 'base_currency',
        'open_amount', 'base_open_amount', 'disputed_amount', 'base_disputed_amount',
    ]) }}

),

changes as (

    {{ changes_of_stays() }}

),

final as (

    select
        entity_id,
        account,
        segment,
        is_counted,
        currency,
        base_currency,
        bucket_order,
        aging_bucket,
        is_overdue,
        is_over_90,
        changed_on,
        {{ money('sum(direction * open_amount)') }} as open_amount,
        {{ money('sum(direction * base_open_amount)') }} as base_open_amount,
        {{ money('sum(direction * disputed_amount)') }} as disputed_amount,
        {{ money('sum(direction * base_disputed_amount)') }} as base_disputed_amount,
        cast(sum(direction) as bigint) as items_count
    from changes
    group by
        entity_id,
        account,
        segment,
        is_counted,
        currency,
        base_currency,
        bucket_order,
        aging_bucket,
        is_overdue,
        is_over_90,
        changed_on

)

select * from final
