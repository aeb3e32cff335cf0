{#
  The orders to decide on as of the build's day: not delivered, not billed, within the horizon. Those of a customer queue by
  delivery day, then by order day: each is measured with those before it. The first rule of `order_rules` that holds
  decides; an order that none holds back is released.
#}
with

as_of as (

    select as_of_on from {{ ref('int_build') }}

),

exposures as (

    select * from {{ ref('rpt_credit_exposures') }}

),

oldest as (

    select inputs.*
    from {{ ref('int_customer_risk_inputs') }} as inputs
    inner join as_of
        on inputs.as_of_on = as_of.as_of_on

),

asked as (

    select
        onboarding.customer_id,
        max(case when onboarding.approved_on is null or onboarding.approved_on > as_of.as_of_on then 1 else 0 end)
            as is_waiting
    from {{ ref('stg_raw__onboarding') }} as onboarding
    cross join as_of
    where onboarding.requested_on <= as_of.as_of_on
    group by onboarding.customer_id

),

rates as (

    select rates.*
    from {{ ref('int_credit_rates') }} as rates
    inner join as_of
        on rates.rate_on = as_of.as_of_on

),

open_orders as (

    select
        orders.*,
        sum(orders.reporting_amount) over (
            partition by orders.customer_id
            order by
                coalesce(orders.delivered_on, date '9999-12-31'),
                orders.ordered_on,
                orders.entity_id,
                orders.order_id
            rows between unbounded preceding and current row
        ) as queued_amount,
        sum(orders.reporting_amount) over (partition by orders.customer_id) as all_queued_amount
    from {{ ref('int_orders_valued') }} as orders
    cross join as_of
    where
        orders.counts_from_on <= as_of.as_of_on
        and (orders.ordered_to_on is null or orders.ordered_to_on > as_of.as_of_on)

),

measured as (

    select
        orders.*,
        exposures.customer_name,
        exposures.sales_owner,
        exposures.collector,
        exposures.risk_tier,
        exposures.limit_state,
        exposures.limit_amount,
        -- What the limit is used for without the orders, then with this one and those before it.
        exposures.exposure_amount - orders.all_queued_amount + orders.queued_amount as exposure_with_order_amount,
        exposures.exposure_amount - orders.all_queued_amount + orders.queued_amount
        - coalesce(
            exposures.limit_amount,
            {{ convert_money('exposures.granted_amount', 'rates.numerator', 'rates.denominator') }}
        ) as over_amount,
        case when exposures.is_insolvent then 1 else 0 end as insolvency,
        coalesce(asked.is_waiting, 0) as not_accepted,
        oldest.oldest_days_past_due,
        exposures.credit_action,
        greatest(
            coalesce(orders.reporting_deposit_amount, 0) - coalesce(orders.reporting_deposit_received_amount, 0), 0
        ) as missing_deposit_amount,
        case when orders.has_signed_document = false then 1 else 0 end as unsigned
    from open_orders as orders
    inner join {{ ref('dim_customers') }} as customers
        on
            orders.customer_id = customers.customer_id
            and customers.customer_kind <> 'intragroup'
    left join exposures
        on orders.customer_id = exposures.customer_id
    left join rates
        on
            exposures.limit_currency = rates.from_currency
            and orders.reporting_currency = rates.to_currency
    left join oldest
        on orders.customer_id = oldest.customer_id
    left join asked
        on orders.customer_id = asked.customer_id

),

measures as (

    {% for measure, column in order_measures().items() %}
        select
            entity_id,
            order_id,
            '{{ measure }}' as measure,
            cast({{ column }} as decimal(18, 2)) as value
        from measured
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

hits as (

    select
        measures.entity_id,
        measures.order_id,
        rules.rule_code,
        rules.rule_order,
        rules.decision,
        replace(
            rules.reason,
            '{value}',
            case
                when measures.measure like '%amount' then cast(measures.value as varchar)
                when measures.measure like '%multiple' then cast(cast(measures.value as decimal(18, 1)) as varchar)
                else cast(cast(measures.value as integer) as varchar)
            end
        ) as reason,
        row_number() over (partition by measures.entity_id, measures.order_id order by rules.rule_order) as rule_rank
    from measures
    inner join {{ ref('order_rules') }} as rules
        on
            measures.measure = rules.measure
            and measures.value >= rules.from_value

),

reasons as (

    select
        entity_id,
        order_id,
        {{ joined_in_order('reason', ' · ', 'rule_order') }} as reasons,
        max(case when rule_rank = 1 then rule_code end) as rule_code,
        max(case when rule_rank = 1 then decision end) as decision,
        max(case when rule_rank = 1 then reason end) as decided_by
    from hits
    group by
        entity_id,
        order_id

),

final as (

    select
        measured.entity_id,
        measured.order_id,
        measured.customer_id,
        measured.customer_name,
        measured.sales_owner,
        measured.collector,
        measured.risk_tier,
        measured.ordered_on,
        measured.delivered_on,
        measured.currency,
        {{ money('measured.amount') }} as amount,
        measured.reporting_currency,
        {{ money('measured.reporting_amount') }} as reporting_amount,
        {{ money('measured.exposure_with_order_amount') }} as exposure_with_order_amount,
        measured.limit_amount,
        -- Without a limit nothing is known to be beyond it: unknown is not zero.
        {{ money('case when measured.over_amount is not null then greatest(measured.over_amount, 0) end') }}
            as excess_amount,
        coalesce(measured.limit_state, 'none') as limit_state,
        {{ money('measured.missing_deposit_amount') }} as missing_deposit_amount,
        measured.has_signed_document,
        measured.usual_order_multiple,
        coalesce(reasons.decision, 'release') as decision,
        coalesce(reasons.rule_code, 'none') as rule_code,
        coalesce(reasons.decided_by, 'No rule holds it back') as decided_by,
        coalesce(reasons.reasons, 'No rule holds it back') as reasons
    from measured
    left join reasons
        on
            measured.entity_id = reasons.entity_id
            and measured.order_id = reasons.order_id

)

select * from final
{{ sorted_by('customer_id', 'delivered_on', 'order_id') }}
