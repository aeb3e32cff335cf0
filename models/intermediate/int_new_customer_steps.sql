{#
  The limit of each new customer, stepping up with every due day kept and down with every one missed, until it graduates:
  on the day as many due days in a row were kept as its level asks for, no incident between them, or until it is no longer
  new. Without recursion: the
  steps are a running sum, and what went above the whole limit at any step so far is taken off again.
#}
with

customers as (

    select * from {{ ref('int_new_customers') }}

),

events as (

    select
        due_days.customer_id,
        {{ add_days('due_days.due_on', '1') }} as event_on,
        case when due_days.due_state = 'kept' then 3 else 2 end as event_order,
        case when due_days.due_state = 'kept' then 1 else 0 end as is_kept,
        case when due_days.due_state = 'kept' then 0 else 1 end as is_missed,
        case when due_days.due_state = 'kept' then 0 else 1 end as is_reset
    from {{ ref('int_new_customer_due_days') }} as due_days
    inner join customers
        on due_days.customer_id = customers.customer_id
    where
        due_days.due_state in ('kept', 'late', 'unpaid')
        and due_days.due_on <= customers.watched_to_on
    union all
    select
        customer_id,
        incident_on as event_on,
        1 as event_order,
        0 as is_kept,
        0 as is_missed,
        1 as is_reset
    from {{ ref('int_new_customer_incidents') }}

),

numbered as (

    select
        *,
        row_number() over (partition by customer_id order by event_on, event_order, is_kept) as event_no
    from events

),

rows_of_luck as (

    select
        *,
        sum(is_reset) over (
            partition by customer_id order by event_no
            rows between unbounded preceding and current row
        ) as resets_count
    from numbered

),

streaks as (

    select
        rows_of_luck.*,
        sum(rows_of_luck.is_kept) over (
            partition by rows_of_luck.customer_id, rows_of_luck.resets_count order by rows_of_luck.event_no
            rows between unbounded preceding and current row
        ) as kept_in_row_count,
        customers.watched_due_days,
        customers.start_rate
        + sum(rows_of_luck.is_kept * customers.step_up_rate - rows_of_luck.is_missed * customers.step_down_rate) over (
            partition by rows_of_luck.customer_id order by rows_of_luck.event_no
            rows between unbounded preceding and current row
        ) as free_rate
    from rows_of_luck
    inner join customers
        on rows_of_luck.customer_id = customers.customer_id

),

graduations as (

    select
        customer_id,
        min(event_no) as graduation_no
    from streaks
    where kept_in_row_count >= watched_due_days
    group by customer_id

),

final as (

    select
        streaks.customer_id,
        cast(streaks.event_no as integer) as event_no,
        streaks.event_on,
        streaks.is_kept = 1 as is_kept,
        streaks.is_missed = 1 as is_missed,
        cast(streaks.kept_in_row_count as integer) as kept_in_row_count,
        coalesce(streaks.event_no = graduations.graduation_no, false) as is_graduation,
        cast(
            greatest(
                streaks.free_rate - greatest(
                    0,
                    max(streaks.free_rate - 1) over (
                        partition by streaks.customer_id order by streaks.event_no
                        rows between unbounded preceding and current row
                    )
                ),
                0
            ) as decimal(9, 6)
        ) as limit_rate
    from streaks
    left join graduations
        on streaks.customer_id = graduations.customer_id
    -- Watching ends with the graduation.
    where graduations.graduation_no is null or streaks.event_no <= graduations.graduation_no

)

select * from final
