{{ config(materialized='view') }}
{#
  What is known of a customer beside its amounts, as spans of days in which it counts: the bureau's score, signals,
  earlier defaults, the state of its parent, promises that fell due, bounces, orders, and its oldest overdue due day (as
  a number). Running sums over a customer's weeks give every figure.
#}
with

as_of as (

    select
        int_build.as_of_on,
        {{ add_days('int_build.as_of_on', 1) }} as after_on,
        int_policy.order_pattern_multiple
    from {{ ref('int_build') }} as int_build
    cross join {{ ref('int_policy') }} as int_policy

),

customers as (

    select * from {{ ref('dim_customers') }}

),

bounces as (

    select * from {{ ref('int_receivable_items') }}
    where item_kind = 'bounce'

),

signals as (

    select * from {{ ref('int_customer_signal_spans') }}

),

defaults as (

    select * from {{ ref('int_defaults') }}

),

registered as (

    select
        customer_id,
        coalesce(registration_id, 'customer ' || customer_id) as registration_key
    from customers

),

defaults_by_registration as (

    select
        registered.registration_key,
        min(defaults.default_on) as default_on
    from defaults
    inner join registered
        on defaults.customer_id = registered.customer_id
    group by registered.registration_key

),

parents as (

    select
        customer_id,
        parent_customer_id as upper_customer_id
    from customers
    where parent_customer_id <> customer_id
    union
    select
        customer_id,
        group_customer_id as upper_customer_id
    from customers
    where group_customer_id <> customer_id

),

defaults_of_parents as (

    select
        parents.customer_id,
        defaults.is_insolvency,
        min(defaults.default_on) as default_on
    from parents
    inner join defaults
        on parents.upper_customer_id = defaults.customer_id
    group by
        parents.customer_id,
        defaults.is_insolvency

),

orders as (

    select * from {{ ref('int_orders') }}

),

lapsed as (

    select * from {{ ref('int_insured_items') }}
    where
        not_eligible_reason is null
        and cover_lapses_on is not null

),

dated_disputes as (

    select distinct
        entity_id,
        document_id
    from {{ ref('int_disputed_spans') }}

),

spans as (

    select
        customer_id,
        'bureau_known' as figure,
        starts_on,
        ends_on,
        1 as value
    from signals
    where signal = 'bureau_score'
    union all
    select
        customer_id,
        signal as figure,
        starts_on,
        ends_on,
        case when signal_kind = 'flag' then 1 else value end as value
    from signals
    union all
    select
        registered.customer_id,
        'prior_default' as figure,
        defaults_by_registration.default_on as starts_on,
        as_of.after_on as ends_on,
        1 as value
    from registered
    inner join defaults_by_registration
        on registered.registration_key = defaults_by_registration.registration_key
    cross join as_of
    union all
    select
        defaults_of_parents.customer_id,
        case when defaults_of_parents.is_insolvency then 'parent_insolvent' else 'parent_written_off' end as figure,
        defaults_of_parents.default_on as starts_on,
        as_of.after_on as ends_on,
        1 as value
    from defaults_of_parents
    cross join as_of
    union all
    select
        customer_id,
        'promises_due' as figure,
        decided_on as starts_on,
        {{ add_days('decided_on', 364) }} as ends_on,
        1 as value
    from {{ ref('int_promise_outcomes') }}
    where decided_on is not null
    union all
    select
        customer_id,
        'broken_promises' as figure,
        decided_on as starts_on,
        {{ add_days('decided_on', 364) }} as ends_on,
        1 as value
    from {{ ref('int_promise_outcomes') }}
    where outcome = 'broken'
    union all
    select
        customer_id,
        'bounces' as figure,
        posted_on as starts_on,
        {{ add_days('posted_on', 364) }} as ends_on,
        1 as value
    from bounces
    union all
    select
        customer_id,
        'orders_measured' as figure,
        ordered_on as starts_on,
        {{ add_days('ordered_on', 364) }} as ends_on,
        1 as value
    from orders
    where usual_order_multiple is not null
    union all
    select
        orders.customer_id,
        'orders_out_of_pattern' as figure,
        orders.ordered_on as starts_on,
        {{ add_days('orders.ordered_on', 28) }} as ends_on,
        1 as value
    from orders
    cross join as_of
    where orders.usual_order_multiple >= as_of.order_pattern_multiple
    union all
    select
        customer_id,
        case when is_undisputed then 'oldest_undisputed_due_day' else 'oldest_due_day' end as figure,
        starts_on,
        ends_on,
        {{ days_between("date '2000-01-01'", 'due_on') }} as value
    from {{ ref('int_customer_oldest_overdue') }}
    where not is_late_entry
    union all
    -- The flag of an invoice has no day: only disputes that have one are known in a past week.
    select
        intervals.customer_id,
        'dated_disputed_amount' as figure,
        intervals.valid_from_on as starts_on,
        coalesce(intervals.valid_to_on, as_of.after_on) as ends_on,
        intervals.reporting_disputed_amount as value
    from {{ ref('fct_item_intervals') }} as intervals
    inner join dated_disputes
        on
            intervals.entity_id = dated_disputes.entity_id
            and intervals.document_id = dated_disputes.document_id
    cross join as_of
    where intervals.disputed_amount <> 0
    union all
    -- What the watch list asks for: incidents of the last four weeks, and what insurance lost of late.
    select
        customer_id,
        'recent_bounces' as figure,
        posted_on as starts_on,
        {{ add_days('posted_on', 28) }} as ends_on,
        1 as value
    from bounces
    union all
    select
        customer_id,
        'recent_broken_promises' as figure,
        decided_on as starts_on,
        {{ add_days('decided_on', 28) }} as ends_on,
        1 as value
    from {{ ref('int_promise_outcomes') }}
    where outcome = 'broken'
    union all
    select
        customer_id,
        'recent_signals' as figure,
        starts_on,
        {{ add_days('starts_on', 28) }} as ends_on,
        1 as value
    from signals
    where signal_kind = 'flag'
    union all
    select
        customer_id,
        'recent_cover_cuts' as figure,
        starts_on,
        {{ add_days('starts_on', 91) }} as ends_on,
        1 as value
    from {{ ref('int_cover_spans') }}
    -- A decision that takes back what the one before it gave.
    where limit_amount < earlier_limit_amount
    union all
    select
        lapsed.customer_id,
        'missed_notifications' as figure,
        greatest(intervals.valid_from_on, lapsed.cover_lapses_on) as starts_on,
        coalesce(intervals.valid_to_on, as_of.after_on) as ends_on,
        1 as value
    from lapsed
    inner join {{ ref('fct_item_intervals') }} as intervals
        on
            lapsed.entity_id = intervals.entity_id
            and lapsed.document_id = intervals.document_id
            and lapsed.instalment_no = intervals.instalment_no
    cross join as_of
    where intervals.open_amount > 0

),

final as (

    -- Only what begins by the as-of day and lasts at least a day; what still counts ends a day after it.
    select
        spans.customer_id,
        spans.figure,
        spans.starts_on,
        least(spans.ends_on, as_of.after_on) as ends_on,
        cast(spans.value as decimal(18, 3)) as value
    from spans
    cross join as_of
    where
        spans.starts_on <= as_of.as_of_on
        and spans.starts_on < spans.ends_on

)

select * from final
