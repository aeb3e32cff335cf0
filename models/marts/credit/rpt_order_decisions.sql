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

-- What acceptance lets a new customer owe: nothing before it is approved or after a freeze, else the step it has reached.
accepted as (

    select
        customer_id,
        acceptance,
        stage,
        stepped_limit_amount
    from {{ ref('rpt_onboarding') }}

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
        customers.customer_name,
        customers.sales_owner,
        customers.collector,
        exposures.risk_tier,
        exposures.limit_state,
        exposures.limit_amount,
        -- What the limit is used for without the orders, then with this one and those before it.
        exposures.exposure_amount - orders.all_queued_amount + orders.queued_amount as exposure_with_order_amount,
        exposures.reporting_used_amount - orders.all_queued_amount + orders.queued_amount - exposures.limit_amount
            as over_amount,
        case
            when accepted.stage = 'watched'
                then exposures.exposure_amount - orders.all_queued_amount + orders.queued_amount
                    - accepted.stepped_limit_amount
        end as over_step_amount,
        case when accepted.stage = 'frozen' then 1 else 0 end as is_frozen,
        case when exposures.limit_state = 'expired' then 1 else 0 end as limit_expired,
        case when exposures.limit_state = 'none' then 1 else 0 end as no_limit,
        case when orders.reporting_amount is null then 1 else 0 end as unknown_amount,
        case when customers.insolvency_on <= as_of.as_of_on then 1 else 0 end as insolvency,
        case when accepted.acceptance = 'waiting' then 1 else 0 end as not_accepted,
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
    cross join as_of
    left join exposures
        on orders.customer_id = exposures.customer_id
    left join oldest
        on orders.customer_id = oldest.customer_id
    left join accepted
        on orders.customer_id = accepted.customer_id

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
