{#
  The limit of each customer on the as-of day, in its own currency, and what of it is used. What is owed or ordered in the
  limit's currency counts as it is, never converted there and back; the rest at the rate of the as-of day.
#}
with

as_of as (

    select as_of_on from {{ ref('int_build') }}

),

policy as (

    select * from {{ ref('int_policy') }}

),

main_currency as (

    select reporting_currency from {{ ref('int_reporting_currencies') }}
    where is_main

),

rates as (

    select rates.*
    from {{ ref('int_credit_rates') }} as rates
    inner join as_of
        on rates.rate_on = as_of.as_of_on

),

limits as (

    select
        spans.*,
        -- The own limit's currency is the customer's; without an own limit that of the temporary one.
        first_value(spans.currency) over (
            partition by spans.customer_id
            order by (case when spans.own_limit_id is null then 2 else 1 end), spans.currency
            rows between unbounded preceding and unbounded following
        ) as limit_currency
    from {{ ref('int_limit_spans') }} as spans
    inner join as_of
        on
            spans.starts_on <= as_of.as_of_on
            and (spans.ends_on is null or spans.ends_on > as_of.as_of_on)

),

covers as (

    select covers.*
    from {{ ref('int_cover_spans') }} as covers
    inner join as_of
        on
            covers.starts_on <= as_of.as_of_on
            and (covers.ends_on is null or covers.ends_on > as_of.as_of_on)
    where covers.is_covering

),

granted as (

    select
        limits.customer_id,
        limits.limit_currency,
        max(limits.own_limit_id) as own_limit_id,
        max(limits.own_valid_from_on) as own_valid_from_on,
        max(limits.own_valid_to_on) as own_valid_to_on,
        max(limits.approved_by) as approved_by,
        max(limits.reviewed_on) as reviewed_on,
        min(limits.temporary_valid_to_on) as temporary_valid_to_on,
        sum(limits.own_amount) as own_limit_amount,
        -- Unknown where a part has no rate.
        case
            when count(*) = sum(case when limits.temporary_amount = 0 or rates.numerator is not null then 1 else 0 end)
                then
                    sum(
                        case
                            when limits.temporary_amount = 0 then 0
                            else {{ convert_money('limits.temporary_amount', 'rates.numerator', 'rates.denominator') }}
                        end
                    )
        end as temporary_limit_amount
    from limits
    left join rates
        on
            limits.currency = rates.from_currency
            and limits.limit_currency = rates.to_currency
    group by
        limits.customer_id,
        limits.limit_currency

),

uplifted as (

    select
        granted.*,
        case
            when policy.insurance_uplift_rate = 0 or covers.customer_id is null then cast(0 as decimal(18, 2))
            else {{ convert_money(
                convert_money(
                    'covers.limit_amount', scaled_rate('policy.insurance_uplift_rate'), scaled_rate('1')
                ),
                'rates.numerator',
                'rates.denominator'
            ) }}
        end as uplift_limit_amount
    from granted
    cross join policy
    left join covers
        on granted.customer_id = covers.customer_id
    left join rates
        on
            covers.currency = rates.from_currency
            and granted.limit_currency = rates.to_currency

),

weeks as (

    select weeks.*
    from {{ ref('fct_customer_weekly') }} as weeks
    inner join as_of
        on weeks.as_of_on = as_of.as_of_on
    where weeks.entity_id = '*'

),

same_currency as (

    select
        customer_id,
        currency,
        sum(amount) as amount,
        sum(reporting_amount) as reporting_amount
    from (
        select
            intervals.customer_id,
            intervals.currency,
            intervals.open_amount as amount,
            intervals.reporting_open_amount as reporting_amount
        from {{ ref('fct_item_intervals') }} as intervals
        cross join as_of
        where
            intervals.valid_from_on <= as_of.as_of_on
            and (intervals.valid_to_on is null or intervals.valid_to_on > as_of.as_of_on)
        union all
        select
            orders.customer_id,
            orders.currency,
            orders.amount,
            orders.reporting_amount
        from {{ ref('int_orders_valued') }} as orders
        cross join as_of
        where
            orders.reporting_amount is not null
            and orders.counts_from_on <= as_of.as_of_on
            and (orders.billed_on is null or orders.billed_on > as_of.as_of_on)
    ) as together
    group by
        customer_id,
        currency

),

used as (

    select
        uplifted.*,
        coalesce(weeks.exposure_amount, 0) as exposure_amount,
        case
            when uplifted.limit_currency = main_currency.reporting_currency then coalesce(weeks.exposure_amount, 0)
            else coalesce(same_currency.amount, 0) + {{ convert_money(
                '(coalesce(weeks.exposure_amount, 0) - coalesce(same_currency.reporting_amount, 0))',
                'to_limit.numerator',
                'to_limit.denominator'
            ) }}
        end as used_amount,
        uplifted.own_limit_amount + uplifted.temporary_limit_amount + uplifted.uplift_limit_amount
            as granted_amount,
        to_main.numerator,
        to_main.denominator
    from uplifted
    cross join main_currency
    left join weeks
        on uplifted.customer_id = weeks.customer_id
    left join same_currency
        on
            uplifted.customer_id = same_currency.customer_id
            and uplifted.limit_currency = same_currency.currency
    left join rates as to_limit
        on
            main_currency.reporting_currency = to_limit.from_currency
            and uplifted.limit_currency = to_limit.to_currency
    left join rates as to_main
        on
            uplifted.limit_currency = to_main.from_currency
            and main_currency.reporting_currency = to_main.to_currency

),

final as (

    select
        customer_id,
        limit_currency,
        {{ money('own_limit_amount') }} as own_limit_amount,
        {{ money('temporary_limit_amount') }} as temporary_limit_amount,
        {{ money('uplift_limit_amount') }} as uplift_limit_amount,
        {{ money('granted_amount') }} as granted_amount,
        {{ money('used_amount') }} as used_amount,
        case when used_amount <= 0 then 0 else {{ ratio('used_amount', 'granted_amount') }} end as utilisation_rate,
        {{ convert_money('granted_amount', 'numerator', 'denominator') }} as limit_amount,
        {{ convert_money('used_amount', 'numerator', 'denominator') }} as reporting_used_amount,
        {{ convert_money(
            '(case when used_amount is not null and granted_amount is not null'
            ~ ' then greatest(used_amount - granted_amount, 0) end)',
            'numerator',
            'denominator'
        ) }} as reporting_excess_amount,
        own_limit_id,
        own_valid_from_on,
        own_valid_to_on,
        temporary_valid_to_on,
        approved_by,
        reviewed_on
    from used

)

select * from final
