{#
  What falls due when, as agreed and as the customers are used to pay. Every open debit of a counted customer is in
  one slot of each basis, so that the slots add up to not due + overdue of the day.
#}
with

as_of as (

    select
        as_of_on,
        {{ week_ending('as_of_on') }} as first_week_ending_on,
        {{ add_days(week_ending('as_of_on'), '91') }} as last_week_ending_on
    from {{ ref('int_build') }}

),

weeks as (

    -- The rest of the day's own week, and the 13 weeks after it.
    {{ day_series('as_of', 'first_week_ending_on', 'last_week_ending_on', 7) }}

),

slots as (

    select
        0 as due_order,
        'overdue' as due_kind,
        cast(null as date) as week_ending_on
    union all
    select
        cast(row_number() over (order by day) as integer) as due_order,
        'week' as due_kind,
        day as week_ending_on
    from weeks
    union all
    select
        15 as due_order,
        'later' as due_kind,
        cast(null as date) as week_ending_on

),

bases as (

    select 'agreed' as calendar_basis
    union all
    select 'shifted' as calendar_basis

),

habits as (

    -- The newest week's row of each customer in each entity: whoever owes something has one.
    select
        weekly.entity_id,
        weekly.customer_id,
        cast(round(weekly.days_beyond_terms) as integer) as usual_delay_days
    from {{ ref('fct_customer_weekly') }} as weekly
    inner join as_of
        on weekly.as_of_on = as_of.as_of_on
    where weekly.days_beyond_terms is not null

),

reporting as (

    select * from {{ ref('int_reporting_currencies') }}

),

open_debits as (

    select items.*
    from {{ ref('fct_receivable_items') }} as items
    inner join {{ ref('dim_customers') }} as customers
        on
            items.customer_id = customers.customer_id
            and customers.customer_kind <> 'intragroup'
    where items.is_open and items.open_amount > 0

),

base_disputed as (

    select
        entity_id,
        document_id,
        instalment_no,
        base_disputed_amount
    from {{ ref('fct_item_intervals') }}
    where valid_to_on is null and disputed_amount > 0

),

in_reporting_currency as (

    select
        open_debits.entity_id,
        open_debits.customer_id,
        open_debits.due_on,
        reporting.reporting_currency,
        open_debits.base_open_amount as due_amount,
        coalesce(base_disputed.base_disputed_amount, 0) as disputed_amount
    from open_debits
    inner join reporting
        on open_debits.base_currency = reporting.reporting_currency
    left join base_disputed
        on
            open_debits.entity_id = base_disputed.entity_id
            and open_debits.document_id = base_disputed.document_id
            and open_debits.instalment_no = base_disputed.instalment_no
    union all
    select
        open_debits.entity_id,
        open_debits.customer_id,
        open_debits.due_on,
        intervals.reporting_currency,
        intervals.open_amount as due_amount,
        intervals.disputed_amount
    from open_debits
    inner join {{ ref('int_reporting_intervals') }} as intervals
        on
            open_debits.entity_id = intervals.entity_id
            and open_debits.document_id = intervals.document_id
            and open_debits.instalment_no = intervals.instalment_no
    where intervals.valid_to_on is null

),

expected as (

    select
        in_reporting_currency.*,
        bases.calendar_basis,
        in_reporting_currency.due_on < as_of.as_of_on as is_overdue,
        -- Nobody pays yesterday: what the habit puts in the past comes tomorrow at the soonest.
        case
            when bases.calendar_basis = 'agreed' then in_reporting_currency.due_on
            else
                greatest(
                    {{ add_days('in_reporting_currency.due_on', 'coalesce(habits.usual_delay_days, 0)') }},
                    {{ add_days('as_of.as_of_on', '1') }}
                )
        end as falls_due_on
    from in_reporting_currency
    cross join bases
    cross join as_of
    left join habits
        on
            in_reporting_currency.entity_id = habits.entity_id
            and in_reporting_currency.customer_id = habits.customer_id

),

placed as (

    select
        expected.*,
        case
            when expected.falls_due_on < as_of.as_of_on then 'overdue'
            when expected.falls_due_on > as_of.last_week_ending_on then 'later'
            else 'week'
        end as due_kind,
        case
            when expected.falls_due_on >= as_of.as_of_on and expected.falls_due_on <= as_of.last_week_ending_on
                then {{ week_ending('expected.falls_due_on') }}
        end as week_ending_on
    from expected
    cross join as_of

),

by_slot as (

    select
        placed.entity_id,
        placed.reporting_currency,
        placed.calendar_basis,
        slots.due_order,
        sum(placed.due_amount) as due_amount,
        sum(case when placed.is_overdue then placed.due_amount else 0 end) as already_overdue_amount,
        sum(placed.disputed_amount) as disputed_amount,
        count(*) as items_count
    from placed
    inner join slots
        on
            placed.due_kind = slots.due_kind
            and coalesce(placed.week_ending_on, date '9999-12-31')
            = coalesce(slots.week_ending_on, date '9999-12-31')
    group by
        placed.entity_id,
        placed.reporting_currency,
        placed.calendar_basis,
        slots.due_order

),

entities as (

    select
        entity_id,
        entity_id as counted_entity_id
    from {{ ref('int_entities') }}
    union all
    select
        '*' as entity_id,
        entity_id as counted_entity_id
    from {{ ref('int_entities') }}

),

final as (

    select
        as_of.as_of_on,
        entities.entity_id,
        reporting.reporting_currency,
        bases.calendar_basis,
        slots.due_order,
        slots.due_kind,
        slots.week_ending_on,
        {{ money('coalesce(sum(by_slot.due_amount), 0)') }} as due_amount,
        {{ money('coalesce(sum(by_slot.already_overdue_amount), 0)') }} as already_overdue_amount,
        {{ money('coalesce(sum(by_slot.disputed_amount), 0)') }} as disputed_amount,
        cast(coalesce(sum(by_slot.items_count), 0) as bigint) as items_count
    from entities
    cross join as_of
    cross join reporting
    cross join bases
    cross join slots
    left join by_slot
        on
            entities.counted_entity_id = by_slot.entity_id
            and reporting.reporting_currency = by_slot.reporting_currency
            and bases.calendar_basis = by_slot.calendar_basis
            and slots.due_order = by_slot.due_order
    group by
        as_of.as_of_on,
        entities.entity_id,
        reporting.reporting_currency,
        bases.calendar_basis,
        slots.due_order,
        slots.due_kind,
        slots.week_ending_on

)

select * from final
{{ sorted_by('entity_id', 'reporting_currency', 'calendar_basis', 'due_order') }}
