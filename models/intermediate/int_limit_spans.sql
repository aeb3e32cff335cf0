{#
  What each customer may owe, as spans of days on which it stays the same: the newest of the company's own limits that is
  valid, and the temporary ones on top. In the limits' own currencies: those of one currency are added up, any others are
  kept apart by `currency`.
#}
with

limits as (

    select limits.*
    from {{ ref('stg_raw__credit_limits') }} as limits
    cross join {{ ref('int_build') }} as as_of
    where
        limits.valid_from <= as_of.as_of_on
        and (limits.valid_to is null or limits.valid_to >= limits.valid_from)

),

spans as (

    {{ days_of_change('limits', ['customer_id']) }}

),

valid as (

    select
        spans.customer_id,
        spans.starts_on,
        spans.ends_on,
        limits.limit_id,
        limits.limit_kind,
        limits.currency,
        limits.amount,
        limits.valid_from,
        limits.valid_to,
        limits.approved_by,
        limits.reviewed_on,
        row_number() over (
            partition by spans.customer_id, spans.starts_on, limits.limit_kind
            order by limits.valid_from desc, limits.limit_id desc
        ) as newest_rank
    from spans
    inner join limits
        on
            spans.customer_id = limits.customer_id
            and spans.starts_on >= limits.valid_from
            and (limits.valid_to is null or spans.starts_on <= limits.valid_to)

),

final as (

    select
        customer_id,
        starts_on,
        ends_on,
        currency,
        {{ money("sum(case when limit_kind = 'own' then amount else 0 end)") }} as own_amount,
        {{ money("sum(case when limit_kind = 'temporary' then amount else 0 end)") }} as temporary_amount,
        max(case when limit_kind = 'own' then limit_id end) as own_limit_id,
        max(case when limit_kind = 'own' then valid_from end) as own_valid_from_on,
        max(case when limit_kind = 'own' then valid_to end) as own_valid_to_on,
        max(case when limit_kind = 'own' then approved_by end) as approved_by,
        max(case when limit_kind = 'own' then reviewed_on end) as reviewed_on,
        min(case when limit_kind = 'temporary' then valid_to end) as temporary_valid_to_on
    from valid
    where limit_kind = 'temporary' or newest_rank = 1
    group by
        customer_id,
        starts_on,
        ends_on,
        currency

)

select * from final
