with

as_of as (

    select * from {{ ref('int_build') }}

),

-- The list is drawn twice: on the as-of day and a week before it, to say who came in and who left.
views as (

    select
        'now' as view_kind,
        as_of_on as view_on
    from as_of
    union all
    select
        'before' as view_kind,
        {{ add_days('as_of_on', -7) }} as view_on
    from as_of

),

customers as (

    select * from {{ ref('dim_customers') }}
    where customer_kind <> 'intragroup'

),

intervals as (

    select
        intervals.*,
        views.view_kind,
        views.view_on
    from {{ ref('fct_item_intervals') }} as intervals
    inner join views
        on
            intervals.valid_from_on <= views.view_on
            and (intervals.valid_to_on is null or intervals.valid_to_on > views.view_on)

),

balances_by_entity as (

    select
        intervals.view_kind,
        intervals.view_on,
        intervals.customer_id,
        intervals.entity_id,
        sum(intervals.reporting_open_amount) as exposure_amount,
        sum(
            case
                when intervals.open_amount > 0 and intervals.due_on < intervals.view_on
                    then intervals.reporting_open_amount
                else 0
            end
        ) as overdue_amount,
        max(
            case
                when intervals.open_amount > 0 and intervals.due_on < intervals.view_on
                    then {{ days_between('intervals.due_on', 'intervals.view_on') }}
            end
        ) as oldest_days_past_due
    from intervals
    inner join customers
        on intervals.customer_id = customers.customer_id
    group by
        intervals.view_kind,
        intervals.view_on,
        intervals.customer_id,
        intervals.entity_id

),

balances as (

    select * from balances_by_entity
    union all
    select
        view_kind,
        view_on,
        customer_id,
        '*' as entity_id,
        sum(exposure_amount) as exposure_amount,
        sum(overdue_amount) as overdue_amount,
        max(oldest_days_past_due) as oldest_days_past_due
    from balances_by_entity
    group by
        view_kind,
        view_on,
        customer_id

),

items as (

    select * from {{ ref('int_receivable_items') }}

),

receipts as (

    select
        views.view_kind,
        items.customer_id,
        max(items.received_on) as last_paid_on
    from items
    inner join views
        on items.posted_on <= views.view_on
    where items.is_cash
    group by
        views.view_kind,
        items.customer_id

),

bounces as (

    select
        views.view_kind,
        items.customer_id,
        sum(items.amount) as bounced_amount
    from items
    inner join views
        on
            items.posted_on <= views.view_on
            and items.posted_on > {{ add_days('views.view_on', -28) }}
    where items.item_kind = 'bounce'
    group by
        views.view_kind,
        items.customer_id

),

risk as (

    select
        views.view_kind,
        risk.*,
        tiers.tier_order,
        row_number() over (
            partition by views.view_kind, risk.customer_id order by risk.week_ending_on desc
        ) as newest_rank
    from {{ ref('fct_customer_risk_weekly') }} as risk
    inner join views
        on
            risk.as_of_on <= views.view_on
            and risk.as_of_on > {{ add_days('views.view_on', -7) }}
    inner join {{ ref('risk_tiers') }} as tiers
        on risk.risk_tier = tiers.risk_tier

),

earlier_risk as (

    select
        views.view_kind,
        risk.customer_id,
        risk.risk_tier,
        tiers.tier_order,
        row_number() over (
            partition by views.view_kind, risk.customer_id order by risk.week_ending_on desc
        ) as newest_rank
    from {{ ref('fct_customer_risk_weekly') }} as risk
    inner join views
        on
            risk.as_of_on <= {{ add_days('views.view_on', -28) }}
            and risk.as_of_on > {{ add_days('views.view_on', -35) }}
    inner join {{ ref('risk_tiers') }} as tiers
        on risk.risk_tier = tiers.risk_tier

),

customer_weeks as (

    select
        views.view_kind,
        weeks.customer_id,
        weeks.entity_id,
        weeks.days_beyond_terms_13w - weeks.days_beyond_terms as days_beyond_terms_rise,
        row_number() over (
            partition by views.view_kind, weeks.customer_id, weeks.entity_id order by weeks.as_of_on desc
        ) as newest_rank
    from {{ ref('fct_customer_weekly') }} as weeks
    inner join views
        on
            weeks.as_of_on <= views.view_on
            and weeks.as_of_on > {{ add_days('views.view_on', -7) }}

),

states as (

    select
        balances.view_kind,
        balances.customer_id,
        balances.entity_id,
        balances.exposure_amount,
        balances.overdue_amount,
        balances.oldest_days_past_due,
        receipts.last_paid_on,
        risk.risk_tier,
        risk.tier_order,
        risk.risk_score,
        earlier_risk.risk_tier as previous_risk_tier,
        -- What the rules of the policy can speak of.
        case when customers.insolvency_on <= balances.view_on then 1 else 0 end as insolvency,
        case when receipts.last_paid_on is null then balances.oldest_days_past_due end as first_payment_overdue_days,
        bounces.bounced_amount,
        risk.tier_order - earlier_risk.tier_order as risk_tier_fall,
        customer_weeks.days_beyond_terms_rise
    from balances
    inner join customers
        on balances.customer_id = customers.customer_id
    left join receipts
        on
            balances.view_kind = receipts.view_kind
            and balances.customer_id = receipts.customer_id
    left join bounces
        on
            balances.view_kind = bounces.view_kind
            and balances.customer_id = bounces.customer_id
    left join risk
        on
            balances.view_kind = risk.view_kind
            and balances.customer_id = risk.customer_id
            and risk.newest_rank = 1
    left join earlier_risk
        on
            balances.view_kind = earlier_risk.view_kind
            and balances.customer_id = earlier_risk.customer_id
            and earlier_risk.newest_rank = 1
    left join customer_weeks
        on
            balances.view_kind = customer_weeks.view_kind
            and balances.customer_id = customer_weeks.customer_id
            and balances.entity_id = customer_weeks.entity_id
            and customer_weeks.newest_rank = 1

),

measures as (

    {% for measure, column in {
        'insolvency': 'insolvency',
        'first_payment_overdue_days': 'first_payment_overdue_days',
        'bounced_amount': 'bounced_amount',
        'risk_tier_order': 'tier_order',
        'risk_tier_fall': 'risk_tier_fall',
        'oldest_days_past_due': 'oldest_days_past_due',
        'days_beyond_terms_rise': 'days_beyond_terms_rise',
        'overdue_amount': 'overdue_amount',
    }.items() %}
        select
            view_kind,
            customer_id,
            entity_id,
            exposure_amount,
            '{{ measure }}' as measure,
            cast({{ column }} as double) as value
        from states
        where {{ column }} is not null
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

hits as (

    select
        measures.view_kind,
        measures.customer_id,
        measures.entity_id,
        rules.reason_code,
        rules.rule_order,
        rules.recommended_action,
        replace(rules.reason, '{value}', cast(cast(round(measures.value, 0) as integer) as varchar)) as reason,
        -- Of two rules that measure the same thing, the stricter one speaks.
        row_number() over (
            partition by measures.view_kind, measures.customer_id, measures.entity_id, measures.measure
            order by rules.from_value desc
        ) as strictness_rank
    from measures
    inner join {{ ref('watch_rules') }} as rules
        on
            measures.measure = rules.measure
            and measures.value >= rules.from_value
            and measures.exposure_amount >= rules.min_exposure_amount
    where measures.exposure_amount > 0

),

listed as (

    select
        view_kind,
        customer_id,
        entity_id,
        {{ joined_in_order('reason', ' · ', 'rule_order') }} as reasons,
        {{ joined_in_order('reason_code', ',', 'rule_order') }} as reason_codes,
        min(rule_order) as first_rule_order
    from hits
    where strictness_rank = 1
    group by
        view_kind,
        customer_id,
        entity_id

),

listed_now as (

    select * from listed
    where view_kind = 'now'

),

listed_before as (

    select * from listed
    where view_kind = 'before'

),

pairs as (

    select
        coalesce(listed_now.customer_id, listed_before.customer_id) as customer_id,
        coalesce(listed_now.entity_id, listed_before.entity_id) as entity_id,
        coalesce(listed_now.reasons, listed_before.reasons) as reasons,
        coalesce(listed_now.reason_codes, listed_before.reason_codes) as reason_codes,
        coalesce(listed_now.first_rule_order, listed_before.first_rule_order) as first_rule_order,
        case
            when listed_before.customer_id is null then 'entered'
            when listed_now.customer_id is null then 'left'
            else 'stays'
        end as change
    from listed_now
    full outer join listed_before
        on
            listed_now.customer_id = listed_before.customer_id
            and listed_now.entity_id = listed_before.entity_id

),

final as (

    select
        pairs.customer_id,
        customers.customer_name,
        pairs.entity_id,
        customers.segment,
        customers.sales_owner,
        customers.collector,
        states.risk_tier,
        states.previous_risk_tier,
        states.risk_score,
        {{ money('coalesce(states.exposure_amount, 0)') }} as exposure_amount,
        cast(null as decimal(18, 2)) as limit_amount,
        cast(null as decimal(18, 2)) as covered_amount,
        {{ money('greatest(coalesce(states.exposure_amount, 0), 0)') }} as own_risk_amount,
        {{ money('coalesce(states.overdue_amount, 0)') }} as overdue_amount,
        states.oldest_days_past_due,
        states.last_paid_on,
        pairs.reasons,
        pairs.reason_codes,
        case when pairs.change = 'left' then 'None: no rule applies any more' else rules.recommended_action end
            as recommended_action,
        {{ add_days('as_of.as_of_on', 'coalesce(tiers.review_days, 365)') }} as review_due_on,
        pairs.change
    from pairs
    cross join as_of
    inner join customers
        on pairs.customer_id = customers.customer_id
    left join states
        on
            pairs.customer_id = states.customer_id
            and pairs.entity_id = states.entity_id
            and states.view_kind = 'now'
    left join {{ ref('watch_rules') }} as rules
        on pairs.first_rule_order = rules.rule_order
    left join {{ ref('risk_tiers') }} as tiers
        on states.risk_tier = tiers.risk_tier

)

select * from final
{{ sorted_by('entity_id', 'own_risk_amount desc', 'customer_id') }}
