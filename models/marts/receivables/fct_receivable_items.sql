with

as_of as (

    select * from {{ ref('int_build') }}

),

items as (

    select * from {{ ref('int_receivable_items') }}

),

main_currency as (

    select * from {{ ref('int_reporting_currencies') }}
    where is_main

),

converted as (

    select * from {{ ref('int_reporting_items') }}
    where is_main

),

spans as (

    select
        entity_id,
        document_id,
        instalment_no,
        max(valid_to_on) as last_valid_to_on,
        max(case when valid_to_on is null then 1 else 0 end) as is_open,
        sum(case when valid_to_on is null then open_amount else 0 end) as open_amount,
        sum(case when valid_to_on is null then base_open_amount else 0 end) as base_open_amount,
        sum(case when valid_to_on is null then disputed_amount else 0 end) as disputed_amount
    from {{ ref('fct_item_intervals') }}
    group by
        entity_id,
        document_id,
        instalment_no

),

settlements as (

    -- The last receipt that settles an item, among what is in effect; credits speak by their posting day.
    select
        entity_id,
        debit_document_id as document_id,
        instalment_no,
        max(case when is_cash then received_on end) as last_cash_on,
        max(received_on) as last_credit_on
    from {{ ref('int_allocations') }}
    where reversed_on is null
    group by
        entity_id,
        debit_document_id,
        instalment_no

),

ages as (

    select distinct {{ days_between('items.due_on', 'as_of.as_of_on') }} as days_past_due
    from items
    cross join as_of

),

-- Each age finds its slab once; millions of items then find theirs by equality.
bucket_of_age as (

    select
        ages.days_past_due,
        slabs.aging_bucket
    from ages
    inner join {{ ref('int_aging_slabs') }} as slabs
        on
            ages.days_past_due >= slabs.slab_from_days
            and ages.days_past_due <= slabs.slab_to_days

),

unapplied_bucket as (

    select aging_bucket
    from {{ ref('aging_buckets') }}
    where from_days is null and to_days is null

),

states as (

    select
        items.*,
        {{ money('coalesce(spans.open_amount, 0)') }} as open_amount,
        {{ money('coalesce(spans.base_open_amount, 0)') }} as base_open_amount,
        {{ money('coalesce(spans.disputed_amount, 0)') }} as disputed_amount,
        coalesce(spans.is_open, 0) = 1 as is_open,
        {{ days_between('items.due_on', 'as_of.as_of_on') }} as days_past_due,
        case
            when coalesce(spans.is_open, 0) = 0 then coalesce(spans.last_valid_to_on, items.posted_on)
        end as settled_on,
        case when coalesce(spans.is_open, 0) = 0 then settlements.last_cash_on end as last_cash_on,
        case when coalesce(spans.is_open, 0) = 0 then settlements.last_credit_on end as last_credit_on
    from items
    cross join as_of
    left join spans
        on
            items.entity_id = spans.entity_id
            and items.document_id = spans.document_id
            and items.instalment_no = spans.instalment_no
    left join settlements
        on
            items.entity_id = settlements.entity_id
            and items.document_id = settlements.document_id
            and items.instalment_no = settlements.instalment_no

),

final as (

    select
        states.entity_id,
        states.document_id,
        states.document_number,
        states.instalment_no,
        states.item_kind,
        states.customer_id,
        states.account,
        states.invoiced_on,
        states.posted_on,
        states.due_on,
        states.is_due_on_derived,
        states.currency,
        states.amount,
        states.open_amount,
        states.base_currency,
        states.base_amount,
        states.base_open_amount,
        main_currency.reporting_currency,
        {{ in_main_currency('states') }} as reporting_amount,
        states.days_past_due,
        case
            when states.open_amount < 0 then unapplied_bucket.aging_bucket
            when states.open_amount > 0 then bucket_of_age.aging_bucket
        end as aging_bucket,
        states.is_open,
        states.open_amount > 0 and states.days_past_due > 0 as is_overdue,
        states.disputed_amount > 0 as is_disputed,
        states.disputed_amount,
        states.settled_on,
        {{ days_between('states.invoiced_on', 'states.last_cash_on') }} as days_to_pay,
        {{ days_between('states.due_on', 'states.last_credit_on') }} as days_late
    from states
    cross join unapplied_bucket
    cross join main_currency
    left join converted
        on
            states.entity_id = converted.entity_id
            and states.document_id = converted.document_id
            and states.instalment_no = converted.instalment_no
    left join bucket_of_age
        on states.days_past_due = bucket_of_age.days_past_due

)

select * from final
{{ sorted_by('customer_id', 'posted_on') }}
