{#
  Whom the acceptance procedure speaks of, as known on the as-of day: who asked for credit, and who bought for the first
  time of late without asking. The rules of its level are those of the policy; without a level, the stricter ones.
#}
with

as_of as (

    select * from {{ ref('int_build') }}

),

policy as (

    select * from {{ ref('int_policy') }}

),

rules as (

    select * from {{ ref('onboarding_rules') }}

),

strictest as (

    select max(acceptance_level) as acceptance_level from rules

),

asked as (

    select onboarding.*
    from {{ ref('stg_raw__onboarding') }} as onboarding
    cross join as_of
    where onboarding.requested_on <= as_of.as_of_on

),

given as (

    select coalesce(max(case when table_name = 'onboarding' then 1 end), 0) = 1 as is_onboarding_given
    from {{ ref('int_given_tables') }}

),

history as (

    select min(posted_on) as first_posted_on
    from {{ ref('int_receivable_documents') }}
    where is_posted

),

customers as (

    select
        *,
        coalesce(created_on, first_invoiced_on) as known_from_on
    from {{ ref('dim_customers') }}
    where customer_kind <> 'intragroup'

),

intragroup as (

    select customer_id from {{ ref('dim_customers') }}
    where customer_kind = 'intragroup'

),

-- Where the books begin, everybody buys for the first time: without the day of the account nobody is new there.
newcomers as (

    select
        customers.customer_id,
        customers.known_from_on
    from customers
    cross join as_of
    cross join policy
    cross join history
    where
        customers.first_invoiced_on <= as_of.as_of_on
        and customers.known_from_on > {{ add_days('as_of.as_of_on', '-policy.new_customer_days') }}
        and (
            customers.created_on is not null
            or customers.first_invoiced_on > {{ add_days('history.first_posted_on', 'policy.first_history_days') }}
        )

),

members as (

    select
        coalesce(asked.customer_id, newcomers.customer_id) as customer_id,
        asked.customer_id is not null as has_file,
        coalesce(asked.requested_on, newcomers.known_from_on) as known_from_on,
        asked.requested_on,
        asked.approved_on <= as_of.as_of_on as is_approved,
        asked.approved_on,
        asked.approved_by,
        asked.acceptance_level,
        asked.approved_limit_amount,
        asked.deposit_rate,
        asked.references_count,
        asked.files_complete
    from asked
    full outer join newcomers
        on asked.customer_id = newcomers.customer_id
    cross join as_of

),

final as (

    select
        members.customer_id,
        coalesce(customers.customer_name, members.customer_id) as customer_name,
        customers.registration_id,
        customers.insolvency_on,
        customers.first_invoiced_on,
        {{ add_days('customers.first_invoiced_on', 'policy.new_customer_days') }} as watched_to_on,
        given.is_onboarding_given,
        members.has_file,
        members.known_from_on,
        members.requested_on,
        coalesce(members.is_approved, false) as is_approved,
        case when members.is_approved then members.approved_on end as approved_on,
        case when members.is_approved then members.approved_by end as approved_by,
        members.acceptance_level,
        case when members.is_approved then members.approved_limit_amount end as approved_limit_amount,
        members.deposit_rate,
        members.references_count,
        members.files_complete,
        rules.acceptance_level as rule_level,
        rules.level_label,
        rules.references_asked,
        rules.bureau_asked = 1 as is_bureau_asked,
        rules.watched_due_days,
        rules.start_rate,
        rules.step_up_rate,
        rules.step_down_rate,
        rules.freeze_after_days
    from members
    cross join given
    cross join policy
    cross join strictest
    left join customers
        on members.customer_id = customers.customer_id
    left join rules
        on coalesce(members.acceptance_level, strictest.acceptance_level) = rules.acceptance_level
    left join intragroup
        on members.customer_id = intragroup.customer_id
    where intragroup.customer_id is null

)

select * from final
