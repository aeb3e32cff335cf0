{#
  What insurance would pay of each customer's week. Deliveries of each decision are insured within its limit; what was
  delivered before, under an earlier decision, uses the limit up first. The limit is per customer, so its entities share
  what is insured in proportion, the running shares rounded: they add up to the customer's amount.
#}
with

as_of as (

    select * from {{ ref('int_build') }}

),

main_currency as (

    select reporting_currency from {{ ref('int_reporting_currencies') }}
    where is_main

),

weeks as (

    select
        period_ending_on,
        as_of_on
    from {{ ref('int_period_rows') }}
    where period_kind = 'week'

),

spans as (

    select * from {{ ref('int_insured_spans') }}

),

changes as (

    select
        entity_id,
        customer_id,
        cover_starts_on,
        week_ending_on,
        sum(amount) as amount
    from (
        {{ week_ends('spans', ['entity_id', 'customer_id', 'cover_starts_on'], ['amount']) }}
    ) as both_ends
    group by
        entity_id,
        customer_id,
        cover_starts_on,
        week_ending_on

),

-- Only while anything of a decision is open.
lives as (

    select
        entity_id,
        customer_id,
        cover_starts_on,
        min(week_ending_on) as first_week_on,
        case when sum(amount) = 0 then max(week_ending_on) else date '9999-12-31' end as last_week_on
    from changes
    group by
        entity_id,
        customer_id,
        cover_starts_on

),

-- The weeks in which anything of a decision is open, in any entity.
open_weeks as (

    select
        customer_id,
        cover_starts_on,
        min(first_week_on) as first_week_on,
        max(last_week_on) as last_week_on
    from lives
    group by
        customer_id,
        cover_starts_on

),

limits as (

    select
        covers.customer_id,
        covers.starts_on as cover_starts_on,
        covers.cover_rate,
        coalesce(covers.top_up_rate, 0) as top_up_rate,
        weeks.period_ending_on as week_ending_on,
        -- Without a rate nothing can be counted on.
        case
            when covers.currency = main_currency.reporting_currency then covers.limit_amount
            else {{ convert_money('covers.limit_amount', 'limit_rates.numerator', 'limit_rates.denominator') }}
        end as limit_amount,
        case
            when covers.top_up_currency = main_currency.reporting_currency then covers.top_up_amount
            else coalesce(
                    {{ convert_money('covers.top_up_amount', 'top_up_rates.numerator', 'top_up_rates.denominator') }}, 0
                )
        end as top_up_amount
    from {{ ref('int_cover_spans') }} as covers
    cross join main_currency
    inner join open_weeks
        on
            covers.customer_id = open_weeks.customer_id
            and covers.starts_on = open_weeks.cover_starts_on
    inner join weeks
        on
            open_weeks.first_week_on <= weeks.period_ending_on
            and open_weeks.last_week_on >= weeks.period_ending_on
    left join {{ ref('int_credit_rates') }} as limit_rates
        on
            covers.currency = limit_rates.from_currency
            and main_currency.reporting_currency = limit_rates.to_currency
            and weeks.as_of_on = limit_rates.rate_on
    left join {{ ref('int_credit_rates') }} as top_up_rates
        on
            covers.top_up_currency = top_up_rates.from_currency
            and main_currency.reporting_currency = top_up_rates.to_currency
            and weeks.as_of_on = top_up_rates.rate_on
    where covers.is_covering

),

final as (

    {% for slice in customer_slices('lives.customer_id') %}
        select
            week_ending_on,
            entity_id,
            customer_id,
            {{ money('sum(eligible_amount)') }} as eligible_amount,
            {{ money(
                'sum('
                ~ share_money('insured_amount', 'through_amount', 'cover_amount') ~ ' - '
                ~ share_money('insured_amount', '(through_amount - eligible_amount)', 'cover_amount') ~ ')'
            ) }} as insured_amount
        from (
            select
                *,
                {{ convert_money('main_amount', scaled_rate('cover_rate'), scaled_rate('1')) }}
                + {{ convert_money(
                    'least(cover_amount - main_amount, room_amount - main_room_amount)',
                    scaled_rate('top_up_rate'),
                    scaled_rate('1')
                ) }} as insured_amount
            from (
                select
                    *,
                    least(cover_amount, main_room_amount) as main_amount
                from (
                    select
                        open.week_ending_on,
                        open.entity_id,
                        open.customer_id,
                        open.eligible_amount,
                        open.through_amount,
                        open.cover_amount,
                        coalesce(limits.cover_rate, 0) as cover_rate,
                        coalesce(limits.top_up_rate, 0) as top_up_rate,
                        {{ money(
                            'greatest(coalesce(limits.limit_amount, 0) - (open.through_cover_amount - open.cover_amount), 0)'
                        ) }} as main_room_amount,
                        {{ money(
                            'greatest(coalesce(limits.limit_amount + limits.top_up_amount, 0)'
                            ~ ' - (open.through_cover_amount - open.cover_amount), 0)'
                        ) }} as room_amount
                    from (
                        select
                            *,
                            {{ money(
                                'sum(eligible_amount) over (partition by customer_id, week_ending_on, cover_starts_on)'
                            ) }} as cover_amount,
                            {{ money(
                                'sum(eligible_amount) over (partition by customer_id, week_ending_on, cover_starts_on'
                                ~ ' order by entity_id rows between unbounded preceding and current row)'
                            ) }} as through_amount,
                            {{ money(
                                'sum(eligible_amount) over (partition by customer_id, week_ending_on'
                                ~ ' order by cover_starts_on range between unbounded preceding and current row)'
                            ) }} as through_cover_amount
                        from (
                            select
                                weeks.period_ending_on as week_ending_on,
                                lives.entity_id,
                                lives.customer_id,
                                lives.cover_starts_on,
                                {{ money(
                                    'sum(coalesce(changes.amount, 0)) over ('
                                    ~ 'partition by lives.entity_id, lives.customer_id, lives.cover_starts_on'
                                    ~ ' order by weeks.period_ending_on rows between unbounded preceding and current row)'
                                ) }} as eligible_amount
                            from lives
                            inner join weeks
                                on
                                    lives.first_week_on <= weeks.period_ending_on
                                    and lives.last_week_on >= weeks.period_ending_on
                            left join changes
                                on
                                    lives.entity_id = changes.entity_id
                                    and lives.customer_id = changes.customer_id
                                    and lives.cover_starts_on = changes.cover_starts_on
                                    and weeks.period_ending_on = changes.week_ending_on
                            where {{ slice }}
                        ) as run_up
                        where eligible_amount > 0
                    ) as open
                    left join limits
                        on
                            open.customer_id = limits.customer_id
                            and open.cover_starts_on = limits.cover_starts_on
                            and open.week_ending_on = limits.week_ending_on
                ) as rooms
            ) as within
        ) as insured
        group by
            week_ending_on,
            entity_id,
            customer_id
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select * from final
