with

buckets as (

    select * from {{ ref('aging_buckets') }}

),

final as (

    select
        bucket_order,
        aging_bucket,
        bucket_label,
        from_days,
        to_days,
        from_days is null and to_days is null as is_unapplied
    from buckets

)

select * from final
