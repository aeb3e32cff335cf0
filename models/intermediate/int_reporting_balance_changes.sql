{#
  The same moves in each reporting currency, without intragroup customers: base amounts where the books are kept
  in that currency, converted documents elsewhere.
#}
with

as_of as (

    select * from {{ ref('int_build') }}

),

base_changes as (

    select * from {{ ref('int_balance_changes') }}
    where is_counted

),

reporting as (

    select * from {{ ref('int_reporting_currencies') }}

),

intervals as (

    select
        intervals.*,
        customers.segment
    from {{ ref('int_reporting_intervals') }} as intervals
    inner join {{ ref('dim_customers') }} as customers
        on
            intervals.customer_id = customers.customer_id
            and customers.customer_kind <> 'intragroup'

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

    {{ stays_in_slabs(['entity_id', 'segment', 'reporting_currency', 'open_amount', 'disputed_amount']) }}

),

changes as (

    {{ changes_of_stays() }}

),

together as (

    select
        base_changes.entity_id,
        base_changes.segment,
        reporting.reporting_currency,
        base_changes.bucket_order,
        base_changes.aging_bucket,
        base_changes.is_overdue,
        base_changes.is_over_90,
        base_changes.changed_on,
        base_changes.base_open_amount as open_amount,
        base_changes.base_disputed_amount as disputed_amount,
        base_changes.items_count
    from base_changes
    inner join reporting
        on base_changes.base_currency = reporting.reporting_currency
    union all
    select
        entity_id,
        segment,
        reporting_currency,
        bucket_order,
        aging_bucket,
        is_overdue,
        is_over_90,
        changed_on,
        direction * open_amount as open_amount,
        direction * disputed_amount as disputed_amount,
        direction as items_count
    from changes

),

final as (

    select
        entity_id,
        segment,
        reporting_currency,
        bucket_order,
        aging_bucket,
        is_overdue,
        is_over_90,
        changed_on,
        {{ money('sum(open_amount)') }} as open_amount,
        {{ money('sum(disputed_amount)') }} as disputed_amount,
        cast(sum(items_count) as bigint) as items_count
    from together
    group by
        entity_id,
        segment,
        reporting_currency,
        bucket_order,
        aging_bucket,
        is_overdue,
        is_over_90,
        changed_on

)

select * from final
