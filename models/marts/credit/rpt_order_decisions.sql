{#
  The orders to decide on as of the build's day: not delivered, not billed, within the horizon. Those of a customer queue by
  delivery day, then by order day: each is measured with those before it, against the limit in the limit's own currency as
  `int_limit_headroom` counts it. The first rule of `order_rules` that holds decides; an order that none holds back is
  released.
#}
with

as_of as (

    select as_of_on from {{ ref('int_build') }}

),

exposures as (

    select * from {{ ref('rpt_credit_exposures') }}

),

-- What is disputed is no reason to hold an order back.
oldest as (

    select
        inputs.customer_id,
        inputs.oldest_undisputed_days_past_due
    from {{ ref('int_customer_risk_inputs') }} as inputs
    inner join as_of
        on inputs.as_of_on = as_of.as_of_on

),

rates as (

    select rates.*
    from {{ ref('int_credit_rates') }} as rates
    inner join as_of
        on rates.rate_on = as_of.as_of_on

),

-- What acceptance lets a new customer owe: nothing before it is approved or after a freeze, else the step it reached.
accepted as (

    select
        customer_id,
        acceptance,
        stage in ('watched', 'prospect') as is_on_steps,
        -- Who was never billed is no less frozen by what is known of it.
        stage = 'frozen' or (stage = 'prospect' and incident is not null) as is_frozen,
        stepped_limit_amount
    from {{ ref('rpt_onboarding') }}

),

open_orders as (

    select
        orders.*,
        case
            when orders.reporting_amount is null then null
            when exposures.limit_currency = orders.reporting_currency then orders.reporting_amount
            when exposures.limit_currency = orders.currency then orders.amount
            else {{ convert_money('orders.reporting_amount', 'to_limit.numerator', 'to_limit.denominator') }}
        end as limit_side_amount
    from {{ ref('int_orders_valued') }} as orders
    cross join as_of
    left join exposures
        on orders.customer_id = exposures.customer_id
    left join rates as to_limit
        on
            orders.reporting_currency = to_limit.from_currency
            and exposures.limit_currency = to_limit.to_currency
    where
        orders.counts_from_on <= as_of.as_of_on
        and (orders.ordered_to_on is null or orders.ordered_to_on > as_of.as_of_on)

),

queued as (

    select
        -- Behind an order that nobody can value nobody knows what is used.
        sum(case when limit_side_amount is null then 1 else 0 end) over (
            partition by customer_id
            order by coalesce(delivered_on, date '9999-12-31'), ordered_on, entity_id, order_id
            rows between unbounded preceding and current row
        ) as unvalued_count,
        {% for side in ['reporting', 'limit_side'] %}
            sum({{ side }}_amount) over (
                partition by customer_id
                order by coalesce(delivered_on, date '9999-12-31'), ordered_on, entity_id, order_id
                rows between unbounded preceding and current row
            ) as {{ side }}_queued_amount,
            sum({{ side }}_amount) over (partition by customer_id) as {{ side }}_all_queued_amount,
        {% endfor %}
        *
    from open_orders

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
        exposures.exposure_amount - orders.reporting_all_queued_amount + orders.reporting_queued_amount
            as exposure_with_order_amount,
        case
            when orders.reporting_amount is not null
                then
                    {{ convert_money(
                        '(exposures.used_amount - orders.limit_side_all_queued_amount + orders.limit_side_queued_amount'
                        ~ ' - exposures.granted_amount)',
                        'to_main.numerator',
                        'to_main.denominator'
                    ) }}
        end as over_amount,
        case
            when accepted.is_on_steps
                then exposures.exposure_amount - orders.reporting_all_queued_amount + orders.reporting_queued_amount
                    - accepted.stepped_limit_amount
        end as over_step_amount,
        case when accepted.is_frozen then 1 else 0 end as is_frozen,
        case when exposures.limit_state = 'expired' then 1 else 0 end as limit_expired,
        case when exposures.limit_state = 'none' then 1 else 0 end as no_limit,
        case when customers.insolvency_on <= as_of.as_of_on then 1 else 0 end as insolvency,
        case when accepted.acceptance = 'waiting' then 1 else 0 end as not_accepted,
        case when accepted.acceptance = 'no_file' and accepted.is_on_steps then 1 else 0 end as no_file,
        oldest.oldest_undisputed_days_past_due,
        exposures.credit_action,
        greatest(
            coalesce(orders.reporting_deposit_amount, 0) - coalesce(orders.reporting_deposit_received_amount, 0), 0
        ) as missing_deposit_amount,
        case when orders.has_signed_document = false then 1 else 0 end as unsigned
    from queued as orders
    inner join {{ ref('dim_customers') }} as customers
        on
            orders.customer_id = customers.customer_id
            and customers.customer_kind <> 'intragroup'
    cross join as_of
    left join exposures
        on orders.customer_id = exposures.customer_id
    left join rates as to_main
        on
            exposures.limit_currency = to_main.from_currency
            and orders.reporting_currency = to_main.to_currency
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
