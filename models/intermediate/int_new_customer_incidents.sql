{#
  What freezes a new customer: the incidents named in the policy, each on the day it was known, from the day the customer
  asked for credit (or came) to the as-of day.
#}
with

as_of as (

    select * from {{ ref('int_build') }}

),

customers as (

    select * from {{ ref('int_new_customers') }}

),

policy as (

    select * from {{ ref('onboarding_incidents') }}

),

defaults as (

    select
        all_customers.registration_id,
        all_customers.customer_id,
        defaults.default_on
    from {{ ref('int_defaults') }} as defaults
    inner join {{ ref('dim_customers') }} as all_customers
        on defaults.customer_id = all_customers.customer_id
    where all_customers.registration_id is not null

),

happened as (

    select
        customer_id,
        'insolvency' as incident,
        insolvency_on as incident_on,
        cast(null as varchar) as about_customer_id
    from customers
    where insolvency_on is not null
    union all
    select
        customers.customer_id,
        'prior_default' as incident,
        greatest(defaults.default_on, customers.known_from_on) as incident_on,
        defaults.customer_id as about_customer_id
    from customers
    inner join defaults
        on
            customers.registration_id = defaults.registration_id
            and customers.customer_id <> defaults.customer_id
    union all
    select
        documents.customer_id,
        'bounce' as incident,
        documents.posted_on as incident_on,
        cast(null as varchar) as about_customer_id
    from {{ ref('int_receivable_documents') }} as documents
    inner join customers
        on documents.customer_id = customers.customer_id
    where documents.item_kind = 'bounce' and documents.is_posted
    union all
    select
        due_days.customer_id,
        'due_day_missed' as incident,
        {{ add_days('due_days.due_on', 'customers.freeze_after_days + 1') }} as incident_on,
        cast(null as varchar) as about_customer_id
    from {{ ref('int_new_customer_due_days') }} as due_days
    inner join customers
        on due_days.customer_id = customers.customer_id
    where due_days.late_days > customers.freeze_after_days
    union all
    select
        signals.customer_id,
        signals.signal as incident,
        greatest(signals.starts_on, customers.known_from_on) as incident_on,
        cast(null as varchar) as about_customer_id
    from {{ ref('int_customer_signal_spans') }} as signals
    inner join customers
        on signals.customer_id = customers.customer_id
    -- A flag that still stood when the customer asked is known of it from then on, like an earlier default.
    where
        signals.signal_kind = 'flag'
        and signals.ends_on > customers.known_from_on

),

final as (

    select
        happened.customer_id,
        happened.incident,
        happened.incident_on,
        policy.incident_order,
        policy.incident_label,
        min(happened.about_customer_id) as about_customer_id
    from happened
    inner join policy
        on happened.incident = policy.incident
    inner join customers
        on happened.customer_id = customers.customer_id
    cross join as_of
    where
        happened.incident_on >= customers.known_from_on
        and happened.incident_on <= as_of.as_of_on
        and (customers.watched_to_on is null or happened.incident_on <= customers.watched_to_on)
    group by
        happened.customer_id,
        happened.incident,
        happened.incident_on,
        policy.incident_order,
        policy.incident_label

)

select * from final
