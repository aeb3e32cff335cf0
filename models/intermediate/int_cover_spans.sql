{#
  What insurance says of deliveries, as spans of delivery days on which it stays the same: the newest decision made for the
  customer by name, else the policy's discretionary one, and the top-ups on top. A decision that refuses or cancels covers
  none of its days' deliveries and does not fall back to the discretionary one.
#}
with

covers as (

    select covers.*
    from {{ ref('stg_raw__credit_covers') }} as covers
    cross join {{ ref('int_build') }} as as_of
    where
        covers.valid_from <= as_of.as_of_on
        and (covers.valid_to is null or covers.valid_to >= covers.valid_from)

),

spans as (

    {{ days_of_change('covers', ['customer_id']) }}

),

valid as (

    select
        spans.starts_on,
        spans.ends_on,
        covers.*,
        case when covers.cover_kind = 'top_up' then 'top_up' else 'main' end as layer,
        covers.status in ('active', 'reduced') and covers.limit_amount > 0 as is_covering,
        row_number() over (
            partition by
                spans.customer_id,
                spans.starts_on,
                (case when covers.cover_kind = 'top_up' then 'top_up' else 'main' end)
            order by
                (case when covers.cover_kind = 'discretionary' then 2 else 1 end),
                covers.valid_from desc,
                covers.cover_id desc
        ) as layer_rank
    from spans
    inner join covers
        on
            spans.customer_id = covers.customer_id
            and spans.starts_on >= covers.valid_from
            and (covers.valid_to is null or spans.starts_on <= covers.valid_to)

),

decided as (

    select
        valid.customer_id,
        valid.starts_on,
        valid.ends_on,
        valid.cover_id,
        valid.policy_id,
        valid.insurer,
        valid.cover_kind,
        valid.status,
        valid.is_covering,
        valid.currency,
        {{ money('case when valid.is_covering then valid.limit_amount else 0 end') }} as limit_amount,
        valid.cover_rate,
        {{ money('case when valid.is_covering and top_ups.is_covering then top_ups.limit_amount else 0 end') }}
            as top_up_amount,
        top_ups.currency as top_up_currency,
        top_ups.cover_rate as top_up_rate,
        valid.includes_tax,
        valid.valid_to as cover_valid_to_on,
        valid.max_terms_days as longest_covered_days,
        valid.max_extension_days,
        valid.notify_days,
        valid.notify_basis
    from valid
    left join valid as top_ups
        on
            valid.customer_id = top_ups.customer_id
            and valid.starts_on = top_ups.starts_on
            and top_ups.layer = 'top_up'
            and top_ups.layer_rank = 1
    where
        valid.layer = 'main'
        and valid.layer_rank = 1

),

final as (

    select
        *,
        -- What the decision before it gave, where nothing lies between the two and both are in one currency.
        case
            when
                lag(ends_on) over (partition by customer_id order by starts_on) = starts_on
                and lag(currency) over (partition by customer_id order by starts_on) = currency
                then lag(limit_amount) over (partition by customer_id order by starts_on)
        end as earlier_limit_amount
    from decided

)

select * from final
