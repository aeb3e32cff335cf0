{#
  What is known of each matured item's lateness, as spans of days: the part still open after its due day (with
  bank days: `late`; with the days of grace: `serious`), given the allocations in effect by then. Money received
  in time but applied later makes an item late until the day it is applied, no longer.
#}
with

as_of as (

    select * from {{ ref('int_build') }}

),

policy as (

    select * from {{ ref('int_policy') }}

),

measures as (

    select
        'late' as maturity_kind,
        bank_days as extra_days
    from policy
    union all
    select
        'serious' as maturity_kind,
        grace_days as extra_days
    from policy

),

items as (

    select
        items.*,
        measures.maturity_kind,
        {{ add_days('items.due_on', 'measures.extra_days') }} as lapses_on,
        greatest(items.posted_on, {{ add_days('items.due_on', 'measures.extra_days + 1') }}) as known_from_on,
        greatest(policy.late_tolerance_amount, policy.late_tolerance_rate * items.amount) as tolerance_amount
    from {{ ref('int_receivable_items') }} as items
    inner join {{ ref('dim_customers') }} as customers
        on
            items.customer_id = customers.customer_id
            and customers.customer_kind <> 'intragroup'
    cross join measures
    cross join policy
    where
        items.item_kind in ('invoice', 'debit_note', 'opening')
        and items.amount > 0

),

matured as (

    select items.*
    from items
    cross join as_of
    where items.known_from_on <= as_of.as_of_on

),

allocations as (

    select * from {{ ref('int_allocations') }}

),

in_time as (

    select
        matured.maturity_kind,
        matured.entity_id,
        matured.document_id,
        matured.instalment_no,
        matured.known_from_on,
        allocations.debit_amount,
        greatest(allocations.effective_on, matured.known_from_on) as starts_on,
        case
            when allocations.reversed_on is not null then greatest(allocations.reversed_on, matured.known_from_on)
        end as ends_on
    from allocations
    inner join matured
        on
            allocations.entity_id = matured.entity_id
            and allocations.debit_document_id = matured.document_id
            and allocations.instalment_no = matured.instalment_no
            and allocations.received_on <= matured.lapses_on

),

changes as (

    select
        maturity_kind,
        entity_id,
        document_id,
        instalment_no,
        starts_on as changed_on,
        -debit_amount as amount
    from in_time
    union all
    select
        maturity_kind,
        entity_id,
        document_id,
        instalment_no,
        ends_on as changed_on,
        debit_amount as amount
    from in_time
    where ends_on is not null

),

changes_by_day as (

    select
        maturity_kind,
        entity_id,
        document_id,
        instalment_no,
        changed_on,
        sum(amount) as amount
    from changes
    group by
        maturity_kind,
        entity_id,
        document_id,
        instalment_no,
        changed_on

),

changes_by_item as (

    select
        maturity_kind,
        entity_id,
        document_id,
        instalment_no,
        count(*) as changes_count,
        min(changed_on) as first_changed_on,
        sum(amount) as total_amount
    from changes_by_day
    group by
        maturity_kind,
        entity_id,
        document_id,
        instalment_no

),

states as (

    select
        matured.*,
        changes_by_item.changes_count,
        changes_by_item.first_changed_on,
        changes_by_item.total_amount
    from matured
    left join changes_by_item
        on
            matured.maturity_kind = changes_by_item.maturity_kind
            and matured.entity_id = changes_by_item.entity_id
            and matured.document_id = changes_by_item.document_id
            and matured.instalment_no = changes_by_item.instalment_no

),

-- Nearly every item is known once, on the day it matures; only the others need their changes in order.
at_once as (

    select
        states.*,
        states.known_from_on as valid_from_on,
        cast(null as date) as valid_to_on,
        states.amount + coalesce(states.total_amount, 0) as late_open_amount
    from states
    where states.changes_count is null or (states.changes_count = 1 and states.first_changed_on = states.known_from_on)

),

before_changes as (

    select
        states.*,
        states.known_from_on as valid_from_on,
        states.first_changed_on as valid_to_on,
        states.amount as late_open_amount
    from states
    where states.first_changed_on > states.known_from_on

),

after_changes as (

    select
        states.*,
        changes_by_day.changed_on as valid_from_on,
        lead(changes_by_day.changed_on) over (
            partition by states.maturity_kind, states.entity_id, states.document_id, states.instalment_no
            order by changes_by_day.changed_on
        ) as valid_to_on,
        states.amount + sum(changes_by_day.amount) over (
            partition by states.maturity_kind, states.entity_id, states.document_id, states.instalment_no
            order by changes_by_day.changed_on
            rows between unbounded preceding and current row
        ) as late_open_amount
    from states
    inner join changes_by_day
        on
            states.maturity_kind = changes_by_day.maturity_kind
            and states.entity_id = changes_by_day.entity_id
            and states.document_id = changes_by_day.document_id
            and states.instalment_no = changes_by_day.instalment_no
    where states.changes_count > 1 or states.first_changed_on > states.known_from_on

),

segments as (

    select * from at_once
    union all
    select * from before_changes
    union all
    select * from after_changes

),

final as (

    select
        maturity_kind,
        entity_id,
        document_id,
        instalment_no,
        customer_id,
        currency,
        base_currency,
        lapses_on,
        valid_from_on,
        valid_to_on,
        amount,
        base_amount,
        late_open_amount > tolerance_amount as is_late,
        {{ money('case when late_open_amount > tolerance_amount then late_open_amount else 0 end') }} as late_amount
    from segments

)

select * from final
