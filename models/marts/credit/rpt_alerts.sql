{#
  What somebody must be told on the build's day, and whom: by `alert_rules`, a row an alert and recipient. The amount is what
  the rule's value is held against; a worse tier is held against the tiers it fell.
#}
with

as_of as (

    select as_of_on from {{ ref('int_build') }}

),

rules as (

    select * from {{ ref('alert_rules') }}

),

customers as (

    select * from {{ ref('dim_customers') }}
    where customer_kind <> 'intragroup'

),

risk as (

    select
        risk.*,
        tiers.tier_order,
        tiers.credit_action
    from {{ ref('fct_customer_risk_weekly') }} as risk
    inner join {{ ref('risk_tiers') }} as tiers
        on risk.risk_tier = tiers.risk_tier

),

moves as (

    select
        now.customer_id,
        now.risk_tier,
        before.risk_tier as earlier_risk_tier,
        now.tier_order - before.tier_order as tier_fall,
        now.exposure_amount,
        now.exposure_amount - before.exposure_amount as exposure_rise_amount,
        now.credit_action = 'stop' and before.credit_action = 'stop' as is_stopped
    from risk as now
    inner join as_of
        on now.as_of_on = as_of.as_of_on
    inner join risk as before
        on
            now.customer_id = before.customer_id
            and {{ add_days('now.week_ending_on', -7) }} = before.week_ending_on

),

main_currency as (

    select reporting_currency from {{ ref('int_reporting_currencies') }}
    where is_main

),

cover_cuts as (

    select
        covers.customer_id,
        covers.starts_on,
        covers.currency,
        covers.limit_amount,
        covers.earlier_limit_amount,
        {{ convert_money(
            '(covers.earlier_limit_amount - covers.limit_amount)', 'rates.numerator', 'rates.denominator'
        ) }} as amount
    from {{ ref('int_cover_spans') }} as covers
    cross join as_of
    cross join main_currency
    left join {{ ref('int_credit_rates') }} as rates
        on
            covers.currency = rates.from_currency
            and main_currency.reporting_currency = rates.to_currency
            and as_of.as_of_on = rates.rate_on
    where covers.limit_amount < covers.earlier_limit_amount

),

due_items as (

    select
        intervals.customer_id,
        intervals.entity_id || ':' || intervals.document_id || ':' || cast(intervals.instalment_no as varchar)
            as item_key,
        intervals.document_number,
        intervals.due_on,
        intervals.reporting_open_amount
    from {{ ref('fct_item_intervals') }} as intervals
    cross join as_of
    where
        intervals.open_amount > 0
        and intervals.due_on >= as_of.as_of_on
        and intervals.valid_from_on <= as_of.as_of_on
        and (intervals.valid_to_on is null or intervals.valid_to_on > as_of.as_of_on)

),

alerts as (

    select
        'tier_worsened' as alert_kind,
        moves.customer_id,
        cast(null as varchar) as item_key,
        cast(null as varchar) as document_number,
        as_of.as_of_on as alert_on,
        cast(moves.tier_fall as decimal(18, 2)) as value,
        moves.exposure_amount as amount,
        'Tier ' || moves.earlier_risk_tier || ' a week ago, ' || moves.risk_tier || ' now' as detail
    from moves
    cross join as_of
    where moves.tier_fall > 0
    union all
    select
        'exposure_after_freeze' as alert_kind,
        moves.customer_id,
        cast(null as varchar) as item_key,
        cast(null as varchar) as document_number,
        as_of.as_of_on as alert_on,
        moves.exposure_rise_amount as value,
        moves.exposure_rise_amount as amount,
        'Exposure rose by ' || cast(moves.exposure_rise_amount as varchar) || ' to '
        || cast(moves.exposure_amount as varchar) || ' in a week' as detail
    from moves
    cross join as_of
    where
        moves.is_stopped
        and moves.exposure_rise_amount > 0
    union all
    -- A new customer that an incident froze: whatever it owes beyond what it owed then.
    select
        'exposure_after_freeze' as alert_kind,
        onboarding.customer_id,
        cast(null as varchar) as item_key,
        cast(null as varchar) as document_number,
        as_of.as_of_on as alert_on,
        onboarding.breach_amount as value,
        onboarding.breach_amount as amount,
        'Frozen since ' || cast(onboarding.frozen_on as varchar) || ', exposure rose by '
        || cast(onboarding.breach_amount as varchar) || ' since' as detail
    from {{ ref('rpt_onboarding') }} as onboarding
    cross join as_of
    left join moves
        on
            onboarding.customer_id = moves.customer_id
            and moves.is_stopped
            and moves.exposure_rise_amount > 0
    where
        onboarding.stage = 'frozen'
        and onboarding.breach_amount > 0
        and moves.customer_id is null
    union all
    select
        'cover_cut' as alert_kind,
        customer_id,
        customer_id || ':' || cast(starts_on as varchar) as item_key,
        cast(null as varchar) as document_number,
        starts_on as alert_on,
        amount as value,
        amount,
        'From ' || cast(earlier_limit_amount as varchar) || ' to ' || cast(limit_amount as varchar) || ' '
        || currency || ' on ' || cast(starts_on as varchar) as detail
    from cover_cuts
    union all
    select
        'notification_due' as alert_kind,
        items.customer_id,
        items.entity_id || ':' || items.document_id || ':' || cast(items.instalment_no as varchar) as item_key,
        items.document_number,
        items.notify_by_on as alert_on,
        items.reporting_open_amount as value,
        items.reporting_open_amount as amount,
        'Invoice ' || items.document_number || ' by ' || cast(items.notify_by_on as varchar) || ': '
        || cast(items.days_to_notify as varchar) || ' days left' as detail
    from {{ ref('rpt_insured_items') }} as items
    where items.notification_state = 'to_notify' and items.eligible_amount > 0
    union all
    select
        'large_invoice_due' as alert_kind,
        due_items.customer_id,
        due_items.item_key,
        due_items.document_number,
        due_items.due_on as alert_on,
        due_items.reporting_open_amount as value,
        due_items.reporting_open_amount as amount,
        'Invoice ' || due_items.document_number || ' on ' || cast(due_items.due_on as varchar) as detail
    from due_items

),

final as (

    select
        alerts.alert_kind || ':' || coalesce(alerts.item_key, alerts.customer_id) || ':' || rules.recipient_role
            as alert_id,
        alerts.alert_kind,
        rules.alert_order,
        rules.alert_label,
        alerts.customer_id,
        customers.customer_name,
        alerts.document_number,
        rules.recipient_role,
        case rules.recipient_role
            when 'sales_owner' then coalesce(customers.sales_owner, 'Sales')
            when 'collector' then coalesce(customers.collector, 'Collections')
            else 'Management'
        end as recipient,
        alerts.alert_on,
        {{ money('alerts.amount') }} as amount,
        alerts.detail
    from alerts
    inner join rules
        on
            alerts.alert_kind = rules.alert_kind
            -- What nobody can value for want of a rate is told rather than kept.
            and (alerts.value is null or alerts.value >= rules.from_value)
    inner join customers
        on alerts.customer_id = customers.customer_id
    cross join as_of
    -- Of what happened, the days just past; of what is to come, the days ahead.
    where
        alerts.alert_on > {{ add_days('as_of.as_of_on', '-rules.within_days') }}
        and alerts.alert_on <= {{ add_days('as_of.as_of_on', 'rules.within_days') }}

)

select * from final
{{ sorted_by('alert_order', 'customer_id', 'document_number', 'recipient_role') }}
