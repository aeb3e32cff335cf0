with

as_of as (

    select * from {{ ref('int_build') }}

),

open_items as (

    select * from {{ ref('fct_receivable_items') }}
    where is_open

),

slabs as (

    select * from {{ ref('int_aging_slabs') }}

),

unapplied_bucket as (

    select
        bucket_order,
        aging_bucket
    from {{ ref('aging_buckets') }}
    where from_days is null and to_days is null

),

bases as (

    select 'due' as aging_basis
    union all
    select 'invoice' as aging_basis

),

aged as (

    select
        open_items.*,
        bases.aging_basis,
        {{ days_between(
            "(case when bases.aging_basis = 'due' then open_items.due_on else open_items.invoiced_on end)",
            'as_of.as_of_on'
        ) }} as age_days
    from open_items
    cross join bases
    cross join as_of

),

bucketed as (

    select
        aged.entity_id,
        aged.customer_id,
        aged.currency,
        aged.aging_basis,
        case when aged.open_amount < 0 then unapplied_bucket.bucket_order else slabs.bucket_order end as bucket_order,
        case when aged.open_amount < 0 then unapplied_bucket.aging_bucket else slabs.aging_bucket end as aging_bucket,
        aged.base_currency,
        aged.open_amount,
        aged.base_open_amount
    from aged
    cross join unapplied_bucket
    inner join slabs
        on
            aged.age_days >= slabs.slab_from_days
            and aged.age_days <= slabs.slab_to_days

),

final as (

    select
        entity_id,
        customer_id,
        currency,
        aging_basis,
        bucket_order,
        aging_bucket,
        base_currency,
        {{ money('sum(open_amount)') }} as open_amount,
        {{ money('sum(base_open_amount)') }} as base_open_amount,
        cast(count(*) as bigint) as items_count
    from bucketed
    group by
        entity_id,
        customer_id,
        currency,
        aging_basis,
        bucket_order,
        aging_bucket,
        base_currency

)

select * from final
{{ sorted_by('customer_id', 'aging_basis', 'bucket_order') }}
