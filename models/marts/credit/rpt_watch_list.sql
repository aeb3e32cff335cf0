{#
  The watch list of the build's day with what is needed to act: the newest week of `fct_watch_list_weekly`, who left since
  the week before too. Credit is a matter of the customer: an entity's row says what of it that entity is owed.
#}
with

as_of as (

    select as_of_on from {{ ref('int_build') }}

),

listed as (

    select listed.*
    from {{ ref('fct_watch_list_weekly') }} as listed
    inner join as_of
        on listed.as_of_on = as_of.as_of_on

),

customers as (

    select * from {{ ref('dim_customers') }}

),

balances as (

    select
        weeks.customer_id,
        weeks.entity_id,
        weeks.exposure_amount,
        weeks.insured_amount,
        weeks.own_risk_amount,
        weeks.overdue_amount
    from {{ ref('fct_customer_weekly') }} as weeks
    inner join as_of
        on weeks.as_of_on = as_of.as_of_on

),

-- Where a customer has nothing any more, it left every entity it had a week ago.
places as (

    select distinct
        weeks.customer_id,
        weeks.entity_id
    from {{ ref('fct_customer_weekly') }} as weeks
    inner join listed
        on
            weeks.customer_id = listed.customer_id
            and weeks.week_ending_on >= {{ add_days('listed.week_ending_on', -7) }}

),

oldest_by_entity as (

    select
        intervals.customer_id,
        intervals.entity_id,
        min(intervals.due_on) as due_on
    from {{ ref('fct_item_intervals') }} as intervals
    cross join as_of
    where
        intervals.open_amount > 0
        and intervals.due_on < as_of.as_of_on
        and intervals.valid_from_on <= as_of.as_of_on
        and (intervals.valid_to_on is null or intervals.valid_to_on > as_of.as_of_on)
    group by
        intervals.customer_id,
        intervals.entity_id

),

oldest as (

    select * from oldest_by_entity
    union all
    select
        customer_id,
        '*' as entity_id,
        min(due_on) as due_on
    from oldest_by_entity
    group by customer_id

),

receipts as (

    select
        customer_id,
        max(received_on) as last_paid_on
    from {{ ref('int_receivable_items') }}
    where is_cash
    group by customer_id

),

notifications as (

    select
        customer_id,
        min(notify_by_on) as notify_by_on
    from {{ ref('rpt_insured_items') }}
    where notification_state = 'to_notify'
    group by customer_id

),

exposures as (

    select * from {{ ref('rpt_credit_exposures') }}

),

contacts as (

    select * from {{ ref('int_account_contacts') }}

),

placed as (

    select
        listed.*,
        customers.customer_name,
        customers.segment,
        customers.sales_owner,
        customers.collector,
        customers.created_on,
        customers.first_invoiced_on
    from listed
    inner join customers
        on listed.customer_id = customers.customer_id

),

ranked as (

    select
        *,
        case
            when list_section = 'watch'
                then row_number() over (partition by collector, list_section order by list_rank)
        end as collector_rank
    from placed

),

final as (

    select
        ranked.customer_id,
        ranked.customer_name,
        places.entity_id,
        ranked.segment,
        ranked.sales_owner,
        ranked.collector,
        ranked.list_section,
        ranked.list_rank,
        cast(ranked.collector_rank as integer) as collector_rank,
        cast(coalesce(own.accounts_a_week, anyone.accounts_a_week) as integer) as accounts_a_week,
        coalesce(ranked.collector_rank <= coalesce(own.accounts_a_week, anyone.accounts_a_week), false)
            as is_within_capacity,
        ranked.risk_tier,
        ranked.previous_risk_tier,
        ranked.risk_score,
        ranked.entered_on,
        {{ money('coalesce(balances.exposure_amount, 0)') }} as exposure_amount,
        exposures.limit_amount,
        exposures.utilisation_rate,
        case when exposures.cover_state <> 'not provided' then balances.insured_amount end as covered_amount,
        {{ money('coalesce(balances.own_risk_amount, 0)') }} as own_risk_amount,
        {{ money('coalesce(balances.overdue_amount, 0)') }} as overdue_amount,
        {{ days_between('oldest.due_on', 'as_of.as_of_on') }} as oldest_days_past_due,
        ranked.tier_seriously_late_rate,
        ranked.is_rate_measured,
        ranked.expected_loss_amount,
        receipts.last_paid_on,
        contacts.last_action_on,
        contacts.last_action,
        contacts.last_action_outcome,
        contacts.promise_due_on,
        contacts.promise_amount,
        contacts.promise_outcome,
        ranked.reasons,
        ranked.reason_codes,
        case when ranked.change = 'left' then 'None: no rule applies any more' else rules.recommended_action end
            as recommended_action,
        contacts.next_stage,
        contacts.next_stage_on,
        contacts.account_status,
        contacts.last_note_on,
        contacts.last_note,
        contacts.reviewed_until_on,
        ranked.reviewed_by,
        ranked.new_reasons_count,
        notifications.notify_by_on,
        -- Its tier's interval after the last review; who was never reviewed, after the account was opened.
        {{ add_days(
            'coalesce(exposures.limit_reviewed_on, ranked.created_on, ranked.first_invoiced_on)',
            'coalesce(tiers.review_days, 365)'
        ) }} as review_due_on,
        ranked.change
    from ranked
    inner join places
        on ranked.customer_id = places.customer_id
    cross join as_of
    left join balances
        on
            ranked.customer_id = balances.customer_id
            and places.entity_id = balances.entity_id
    left join oldest
        on
            ranked.customer_id = oldest.customer_id
            and places.entity_id = oldest.entity_id
    left join receipts
        on ranked.customer_id = receipts.customer_id
    left join notifications
        on ranked.customer_id = notifications.customer_id
    left join exposures
        on ranked.customer_id = exposures.customer_id
    left join contacts
        on ranked.customer_id = contacts.customer_id
    left join {{ ref('watch_rules') }} as rules
        on ranked.first_rule_order = rules.rule_order
    left join {{ ref('risk_tiers') }} as tiers
        on ranked.risk_tier = tiers.risk_tier
    left join {{ ref('team_capacity') }} as own
        on ranked.collector = own.collector
    left join {{ ref('team_capacity') }} as anyone
        on anyone.collector = '*'

)

select * from final
{{ sorted_by('entity_id', 'own_risk_amount desc', 'customer_id') }}
