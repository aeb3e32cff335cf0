{#
  What came of each tier's invoices in the 13 weeks after it was given. A quarter, and all of them together.
#}
with

made_up as (

    -- Invented customers prove nothing: each row says so.
    select coalesce(max(case when is_made_up then 1 else 0 end), 0) = 1 as is_made_up
    from {{ ref('int_entities') }}

),

customers as (

    select * from {{ ref('int_backtest_customers') }}
    where horizon_weeks = 13

),

tiers as (

    select
        risk_tier,
        tier_order,
        tier_label
    from {{ ref('risk_tiers') }}
    union all
    select
        'unscored' as risk_tier,
        max(tier_order) + 1 as tier_order,
        'Not scored' as tier_label
    from {{ ref('risk_tiers') }}

),

rows as (

    select
        *,
        quarter as shown_quarter,
        scored_on as shown_scored_on
    from customers
    union all
    select
        *,
        'all' as shown_quarter,
        cast(null as date) as shown_scored_on
    from customers

),

quarters as (

    select distinct
        shown_quarter,
        shown_scored_on
    from rows

),

by_tier as (

    select
        shown_quarter,
        risk_tier,
        sum(case when posted_count > 0 then 1 else 0 end) as customers_count,
        sum(matured_count) as invoices_count,
        sum(posted_count - matured_count) as waiting_count,
        sum(late_count) as late_count,
        sum(matured_amount) as matured_amount,
        sum(late_amount) as late_amount,
        sum(seriously_matured_count) as seriously_matured_count,
        sum(seriously_late_count) as seriously_late_count
    from rows
    group by
        shown_quarter,
        risk_tier

),

measured as (

    select
        quarters.shown_quarter,
        quarters.shown_scored_on,
        tiers.risk_tier,
        tiers.tier_order,
        tiers.tier_label,
        coalesce(by_tier.customers_count, 0) as customers_count,
        coalesce(by_tier.invoices_count, 0) as invoices_count,
        coalesce(by_tier.waiting_count, 0) as waiting_count,
        coalesce(by_tier.late_count, 0) as late_count,
        coalesce(by_tier.matured_amount, 0) as matured_amount,
        coalesce(by_tier.late_amount, 0) as late_amount,
        coalesce(by_tier.seriously_matured_count, 0) as seriously_matured_count,
        coalesce(by_tier.seriously_late_count, 0) as seriously_late_count,
        {{ ratio('by_tier.late_count', 'by_tier.invoices_count') }} as late_rate,
        coalesce(by_tier.invoices_count, 0) >= policy.backtest_least_invoices as has_enough
    from quarters
    cross join tiers
    cross join {{ ref('int_policy') }} as policy
    left join by_tier
        on
            quarters.shown_quarter = by_tier.shown_quarter
            and tiers.risk_tier = by_tier.risk_tier

),

compared as (

    -- The tier before it that has enough to be compared with; who was not scored is in no order.
    select
        *,
        case
            when has_enough and risk_tier <> 'unscored'
                then
                    lag(late_rate) over (
                        partition by
                            shown_quarter,
                            case when has_enough and risk_tier <> 'unscored' then 1 else 0 end
                        order by tier_order
                    )
        end as late_rate_before
    from measured

),

final as (

    select
        compared.shown_quarter as quarter,
        compared.shown_scored_on as scored_on,
        compared.risk_tier,
        compared.tier_order,
        compared.tier_label,
        cast(compared.customers_count as bigint) as customers_count,
        cast(compared.invoices_count as bigint) as invoices_count,
        cast(compared.waiting_count as bigint) as waiting_count,
        cast(compared.late_count as bigint) as late_count,
        compared.late_rate,
        {{ money('compared.matured_amount') }} as matured_amount,
        {{ money('compared.late_amount') }} as late_amount,
        {{ ratio('compared.late_amount', 'compared.matured_amount') }} as late_rate_by_value,
        cast(compared.seriously_matured_count as bigint) as seriously_matured_count,
        cast(compared.seriously_late_count as bigint) as seriously_late_count,
        {{ ratio('compared.seriously_late_count', 'compared.seriously_matured_count') }} as seriously_late_rate,
        compared.has_enough,
        compared.late_rate >= compared.late_rate_before as rises,
        made_up.is_made_up
    from compared
    cross join made_up

)

select * from final
{{ sorted_by('quarter', 'tier_order') }}
