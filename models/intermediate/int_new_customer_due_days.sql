{#
  The due days of new customers that have passed or are to come, each with what became of it. What falls due on one day is
  one due day: it is kept when nothing of it was late, by the tolerance of the late rates. What is disputed and open
  decides nothing.
#}
with

customers as (

    select
        customer_id,
        known_from_on
    from {{ ref('int_new_customers') }}

),

maturities as (

    select
        maturities.entity_id,
        maturities.document_id,
        maturities.instalment_no,
        maturities.is_late
    from {{ ref('fct_item_maturities') }} as maturities
    inner join customers
        on maturities.customer_id = customers.customer_id
    where maturities.maturity_kind = 'late' and maturities.valid_to_on is null

),

items as (

    select
        items.customer_id,
        items.due_on,
        items.is_open,
        items.is_disputed and items.is_open as is_in_dispute,
        maturities.document_id is not null as is_matured,
        coalesce(maturities.is_late, false) as is_late,
        case when items.is_open then items.days_past_due else items.days_late end as late_days
    from {{ ref('fct_receivable_items') }} as items
    inner join customers
        on items.customer_id = customers.customer_id
    left join maturities
        on
            items.entity_id = maturities.entity_id
            and items.document_id = maturities.document_id
            and items.instalment_no = maturities.instalment_no
    where
        items.item_kind in ('invoice', 'debit_note')
        and items.amount > 0

),

days as (

    select
        customer_id,
        due_on,
        max(case when is_matured then 1 else 0 end) as is_matured,
        max(case when is_late and not is_in_dispute then 1 else 0 end) as is_late,
        max(case when is_late and not is_in_dispute and is_open then 1 else 0 end) as is_unpaid,
        max(case when is_late and is_in_dispute then 1 else 0 end) as is_in_dispute,
        max(case when is_late and not is_in_dispute then late_days end) as late_days
    from items
    group by
        customer_id,
        due_on

),

final as (

    select
        customer_id,
        due_on,
        cast(row_number() over (partition by customer_id order by due_on) as integer) as due_day_no,
        case
            when is_matured = 0 then 'to_come'
            when is_unpaid = 1 then 'unpaid'
            when is_late = 1 then 'late'
            when is_in_dispute = 1 then 'disputed'
            else 'kept'
        end as due_state,
        case when is_late = 1 then cast(late_days as integer) when is_matured = 1 and is_in_dispute = 0 then 0 end
            as late_days
    from days

)

select * from final
