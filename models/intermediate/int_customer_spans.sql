{{ config(materialized='view') }}
{#
  Every amount that a customer's week is made of, as a span of days in which it counts: what is open by state,
  what was billed and collected in the window, what matured and was paid within 52 (13) weeks. In the main
  reporting currency. `weighted_amount` is what an average needs beside the amount.
  A view: millions of spans are read once, by customer ranges, and stored by week only.
#}
with

as_of as (

    select
        as_of_on,
        {{ add_days('as_of_on', 1) }} as after_on
    from {{ ref('int_build') }}

),

main_currency as (

    select reporting_currency from {{ ref('int_reporting_currencies') }}
    where is_main

),

counted_customers as (

    select customer_id from {{ ref('dim_customers') }}
    where customer_kind <> 'intragroup'

),

converted as (

    select * from {{ ref('int_reporting_items') }}
    where is_main

),

intervals as (

    select
        intervals.entity_id,
        intervals.customer_id,
        intervals.due_on,
        intervals.valid_from_on,
        coalesce(intervals.valid_to_on, as_of.after_on) as valid_to_on,
        intervals.reporting_open_amount as open_amount,
        intervals.reporting_disputed_amount as disputed_amount,
        intervals.open_amount > 0 as is_debit,
        intervals.item_kind = 'deposit' as is_deposit,
        -- The due day as a number, so that the average age of what is overdue is a sum like any other.
        {{ days_between("date '2000-01-01'", 'intervals.due_on') }} as due_day_number
    from {{ ref('fct_item_intervals') }} as intervals
    inner join counted_customers
        on intervals.customer_id = counted_customers.customer_id
    cross join as_of

),

flows as (

    select
        items.entity_id,
        items.customer_id,
        items.posted_on,
        items.is_cash,
        sum({{ in_main_currency('items') }}) as amount
    from {{ ref('int_receivable_items') }} as items
    inner join counted_customers
        on items.customer_id = counted_customers.customer_id
    cross join main_currency
    left join converted
        on
            items.entity_id = converted.entity_id
            and items.document_id = converted.document_id
            and items.instalment_no = converted.instalment_no
    where items.item_kind in ('invoice', 'debit_note', 'credit_note', 'payment', 'deposit')
    group by
        items.entity_id,
        items.customer_id,
        items.posted_on,
        items.is_cash

),

segments as (

    select
        segments.maturity_kind,
        segments.entity_id,
        segments.customer_id,
        segments.valid_from_on,
        segments.amount,
        segments.late_amount,
        least(
            coalesce(segments.valid_to_on, as_of.after_on), {{ add_days('segments.lapses_on', 364) }}
        ) as valid_to_on,
        {{ in_main_currency('segments') }} as reporting_amount
    from {{ ref('int_maturity_segments') }} as segments
    cross join as_of
    cross join main_currency
    left join converted
        on
            segments.entity_id = converted.entity_id
            and segments.document_id = converted.document_id
            and segments.instalment_no = converted.instalment_no

),

financed as (

    -- A bill is a receivable until it matures. Cash that a financing brought without one can come back until the due
    -- day.
    select
        entity_id,
        payment_type || ':' || payment_id as document_id
    from {{ ref('stg_raw__payments') }}
    where
        financing in ('discounted', 'factored')
        and matures_on is null

),

cash as (

    select
        cash.entity_id,
        cash.customer_id,
        cash.valid_from_on,
        cash.received_on,
        cash.days_beyond_terms,
        {{ add_days('cash.received_on', '1 - cash.days_beyond_terms') }} as after_due_on,
        financed.document_id is not null as is_financed,
        coalesce(cash.valid_to_on, as_of.after_on) as valid_to_on,
        {{ share_of_through(in_main_currency('cash'), 'cash') }} as paid_amount
    from {{ ref('int_cash_allocations') }} as cash
    cross join as_of
    cross join main_currency
    left join converted
        on
            cash.entity_id = converted.entity_id
            and cash.credit_document_id = converted.document_id
    left join financed
        on
            cash.entity_id = financed.entity_id
            and cash.credit_document_id = financed.document_id

),

orders as (

    select
        orders.entity_id,
        orders.customer_id,
        orders.counts_from_on,
        orders.ordered_on,
        orders.delivered_on,
        coalesce(orders.ordered_to_on, as_of.after_on) as ordered_to_on,
        coalesce(orders.billed_on, as_of.after_on) as billed_on,
        orders.reporting_amount,
        orders.reporting_deposit_received_amount
    from {{ ref('int_orders_valued') }} as orders
    inner join counted_customers
        on orders.customer_id = counted_customers.customer_id
    cross join as_of
    where orders.reporting_amount is not null

),

spans as (

    {% for span in [
        ('not_due', 'intervals', 'is_debit', 'valid_from_on',
         'least(valid_to_on, ' ~ add_days('due_on', 1) ~ ')', 'open_amount', '0'),
        ('overdue', 'intervals', 'is_debit', 'greatest(valid_from_on, ' ~ add_days('due_on', 1) ~ ')',
         'valid_to_on', 'open_amount', 'open_amount * due_day_number'),
        ('over_90', 'intervals', 'is_debit', 'greatest(valid_from_on, ' ~ add_days('due_on', 91) ~ ')',
         'valid_to_on', 'open_amount', '0'),
        ('unapplied', 'intervals', 'not is_debit', 'valid_from_on', 'valid_to_on', 'open_amount', '0'),
        ('disputed', 'intervals', 'disputed_amount <> 0', 'valid_from_on', 'valid_to_on', 'disputed_amount', '0'),
        ('disputed_overdue', 'intervals', 'is_debit and disputed_amount <> 0',
         'greatest(valid_from_on, ' ~ add_days('due_on', 1) ~ ')', 'valid_to_on', 'disputed_amount', '0'),
        ('sales', 'flows', 'not is_cash', 'posted_on', add_days('posted_on', 91), 'amount', '0'),
        ('collected', 'flows', 'is_cash', 'posted_on', add_days('posted_on', 91), '-amount', '0'),
        ('matured', 'segments', "maturity_kind = 'late'", 'valid_from_on', 'valid_to_on', 'reporting_amount',
         share_money('reporting_amount', 'late_amount', 'amount')),
        ('seriously_matured', 'segments', "maturity_kind = 'serious'", 'valid_from_on', 'valid_to_on', 'reporting_amount',
         share_money('reporting_amount', 'late_amount', 'amount')),
        ('paid', 'cash', 'true', 'valid_from_on', 'least(valid_to_on, ' ~ add_days('received_on', 364) ~ ')',
         'paid_amount', 'paid_amount * days_beyond_terms'),
        ('paid_spread', 'cash', 'true', 'valid_from_on', 'least(valid_to_on, ' ~ add_days('received_on', 364) ~ ')',
         'paid_amount', 'paid_amount * days_beyond_terms * days_beyond_terms'),
        ('paid_13w', 'cash', 'true', 'valid_from_on', 'least(valid_to_on, ' ~ add_days('received_on', 91) ~ ')',
         'paid_amount', 'paid_amount * days_beyond_terms'),
        ('financed', 'cash', 'is_financed', 'valid_from_on', 'least(valid_to_on, after_due_on)', 'paid_amount', '0'),
        ('open_deposits', 'intervals', 'is_deposit', 'valid_from_on', 'valid_to_on', '-open_amount', '0'),
        ('ordered', 'orders', 'true', 'counts_from_on', 'ordered_to_on', 'reporting_amount', '0'),
        ('delivered', 'orders', 'delivered_on is not null', 'greatest(ordered_on, delivered_on)', 'billed_on',
         'reporting_amount', '0'),
        ('order_deposits', 'orders', 'reporting_deposit_received_amount <> 0', 'ordered_on', 'billed_on',
         'reporting_deposit_received_amount', '0'),
    ] %}
        select
            entity_id,
            customer_id,
            '{{ span[0] }}' as figure,
            {{ span[3] }} as starts_on,
            {{ span[4] }} as ends_on,
            cast({{ span[5] }} as decimal(18, 2)) as amount,
            cast({{ span[6] }} as decimal(28, 2)) as weighted_amount
        from {{ span[1] }}
        where {{ span[2] }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

final as (

    -- Only what begins by the as-of day and lasts at least a day.
    select spans.*
    from spans
    cross join as_of
    where
        spans.starts_on <= as_of.as_of_on
        and spans.starts_on < spans.ends_on

)

select * from final
