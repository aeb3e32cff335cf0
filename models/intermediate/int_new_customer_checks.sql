{#
  What other tables say of each new customer's file by the as-of day: the first order and delivery, deposits, the newest
  bureau score. A table that was not given says nothing.
#}
with

as_of as (

    select * from {{ ref('int_build') }}

),

customers as (

    select customer_id from {{ ref('int_new_customers') }}

),

given as (

    select
        coalesce(max(case when table_name = 'orders' then 1 end), 0) = 1 as is_orders_given,
        coalesce(max(case when table_name = 'credit_signals' then 1 end), 0) = 1 as is_signals_given
    from {{ ref('int_given_tables') }}

),

ordered as (

    select
        orders.customer_id,
        min(orders.ordered_on) as first_ordered_on,
        min(case when orders.delivered_on <= as_of.as_of_on then orders.delivered_on end) as first_delivered_on,
        count(case when orders.deposit_amount > 0 then 1 end) as deposits_asked_count,
        count(
            case
                when orders.deposit_amount > 0 and orders.deposit_received_amount >= orders.deposit_amount then 1
            end
        ) as deposits_received_count
    from {{ ref('stg_raw__orders') }} as orders
    cross join as_of
    where orders.ordered_on <= as_of.as_of_on
    group by orders.customer_id

),

scored as (

    select
        signals.customer_id,
        signals.value as bureau_score,
        signals.observed_on as bureau_observed_on,
        row_number() over (
            partition by signals.customer_id order by signals.observed_on desc, signals.signal_id desc
        ) as newest_rank
    from {{ ref('stg_raw__credit_signals') }} as signals
    cross join as_of
    where
        signals.signal = 'bureau_score'
        and signals.value is not null
        and signals.observed_on <= as_of.as_of_on

),

final as (

    select
        customers.customer_id,
        given.is_signals_given,
        ordered.first_ordered_on,
        ordered.first_delivered_on,
        case when given.is_orders_given then coalesce(ordered.deposits_asked_count, 0) end as deposits_asked_count,
        case when given.is_orders_given then coalesce(ordered.deposits_received_count, 0) end
            as deposits_received_count,
        scored.bureau_score,
        scored.bureau_observed_on
    from customers
    cross join given
    left join ordered
        on customers.customer_id = ordered.customer_id
    left join scored
        on
            customers.customer_id = scored.customer_id
            and scored.newest_rank = 1

)

select * from final
