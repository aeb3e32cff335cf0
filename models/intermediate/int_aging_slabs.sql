{#
  The slabs of the policy, cut once more at 0 and at 90 days past due, so that overdue and over-90 figures do not
  hang on how the slabs are drawn.
#}
with

buckets as (

    select * from {{ ref('aging_buckets') }}

),

aged as (

    select
        *,
        coalesce(from_days, -100000) as first_days,
        coalesce(to_days, 100000) as last_days
    from buckets
    where from_days is not null or to_days is not null

),

bounds as (

    select first_days as slab_from_days from aged
    union
    select -100000 as slab_from_days
    union
    select 1 as slab_from_days
    union
    select 91 as slab_from_days

),

cut as (

    select
        slab_from_days,
        lead(slab_from_days, 1, 100001) over (order by slab_from_days) - 1 as slab_to_days
    from bounds

),

final as (

    select
        cut.slab_from_days,
        cut.slab_to_days,
        aged.bucket_order,
        aged.aging_bucket,
        cut.slab_from_days >= 1 as is_overdue,
        cut.slab_from_days >= 91 as is_over_90
    from cut
    inner join aged
        on
            cut.slab_from_days >= aged.first_days
            and cut.slab_from_days <= aged.last_days

)

select * from final
