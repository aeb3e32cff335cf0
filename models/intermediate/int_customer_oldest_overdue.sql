{#
  Which due day is the oldest that a customer has not paid, as spans of days: exact on any day, and linear. In the
  order of their due days, an item becomes the oldest on the day after the last of those before it was paid. That
  needs each to fall overdue in that order; what falls overdue late (posted after its due day, open again after a bounce)
  is laid beside it as it is (`is_late_entry`), and the older of both speaks. For customers with a dispute all of it is told
  once more for what is not disputed in full (`is_undisputed`).
#}
with

as_of as (

    select
        as_of_on,
        {{ add_days('as_of_on', 1) }} as after_on
    from {{ ref('int_build') }}

),

counted_customers as (

    select customer_id from {{ ref('dim_customers') }}
    where customer_kind <> 'intragroup'

),

disputing_customers as (

    select distinct customer_id from {{ ref('fct_item_intervals') }}
    where disputed_amount <> 0

),

readings as (

    select
        customer_id,
        false as is_undisputed
    from counted_customers
    union all
    select
        customer_id,
        true as is_undisputed
    from disputing_customers

),

overdue as (

    select
        readings.is_undisputed,
        intervals.customer_id,
        intervals.entity_id,
        intervals.document_id,
        intervals.instalment_no,
        intervals.due_on,
        greatest(intervals.valid_from_on, {{ add_days('intervals.due_on', 1) }}) as starts_on,
        coalesce(intervals.valid_to_on, as_of.after_on) as ends_on
    from {{ ref('fct_item_intervals') }} as intervals
    inner join counted_customers
        on intervals.customer_id = counted_customers.customer_id
    inner join readings
        on counted_customers.customer_id = readings.customer_id
    cross join as_of
    where
        intervals.open_amount > case when readings.is_undisputed then intervals.disputed_amount else 0 end
        and intervals.due_on < as_of.as_of_on
        and coalesce(intervals.valid_to_on, as_of.after_on) > {{ add_days('intervals.due_on', 1) }}

),

-- A part payment goes on with the span before it.
marked as (

    select
        *,
        case
            when
                lag(ends_on) over (
                    partition by is_undisputed, entity_id, document_id, instalment_no order by starts_on
                ) = starts_on
                then 0
            else 1
        end as is_new_run
    from overdue

),

numbered as (

    select
        *,
        sum(is_new_run) over (
            partition by is_undisputed, entity_id, document_id, instalment_no order by starts_on
            rows between unbounded preceding and current row
        ) as run_no
    from marked

),

runs as (

    select
        is_undisputed,
        customer_id,
        entity_id,
        document_id,
        instalment_no,
        due_on,
        min(starts_on) as starts_on,
        max(ends_on) as ends_on
    from numbered
    group by
        is_undisputed,
        customer_id,
        entity_id,
        document_id,
        instalment_no,
        due_on,
        run_no

),

by_due_day as (

    select
        is_undisputed,
        customer_id,
        due_on,
        max(ends_on) as ends_on
    from runs
    where starts_on = {{ add_days('due_on', 1) }}
    group by
        is_undisputed,
        customer_id,
        due_on

),

in_order as (

    select
        is_undisputed,
        customer_id,
        due_on,
        ends_on,
        max(ends_on) over (
            partition by is_undisputed, customer_id order by due_on rows between unbounded preceding and 1 preceding
        ) as all_paid_on
    from by_due_day

),

final as (

    select
        is_undisputed,
        customer_id,
        due_on,
        greatest({{ add_days('due_on', 1) }}, coalesce(all_paid_on, {{ add_days('due_on', 1) }})) as starts_on,
        ends_on,
        false as is_late_entry
    from in_order
    where ends_on > coalesce(all_paid_on, due_on)
    union all
    select
        is_undisputed,
        customer_id,
        due_on,
        starts_on,
        ends_on,
        true as is_late_entry
    from runs
    where starts_on <> {{ add_days('due_on', 1) }}

)

select * from final
