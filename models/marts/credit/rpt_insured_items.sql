{#
  What is open of deliveries to customers with a cover, as of the build's day: whether the cover binds it, by when the
  insurer must be notified, and what no cover binds and why.
#}
with

as_of as (

    select as_of_on from {{ ref('int_build') }}

),

bound as (

    select * from {{ ref('int_insured_items') }}

),

eligible as (

    select
        spans.entity_id,
        spans.document_id,
        spans.instalment_no,
        sum(spans.amount) as eligible_amount
    from {{ ref('int_insured_spans') }} as spans
    cross join as_of
    where
        spans.starts_on <= as_of.as_of_on
        and spans.ends_on > as_of.as_of_on
    group by
        spans.entity_id,
        spans.document_id,
        spans.instalment_no

),

intervals as (

    select intervals.*
    from {{ ref('fct_item_intervals') }} as intervals
    inner join as_of
        on
            intervals.valid_from_on <= as_of.as_of_on
            and (intervals.valid_to_on is null or intervals.valid_to_on > as_of.as_of_on)
    where intervals.open_amount > 0

),

customers as (

    select * from {{ ref('dim_customers') }}
    where customer_kind <> 'intragroup'

),

final as (

    select
        bound.entity_id,
        bound.document_id,
        bound.document_number,
        bound.instalment_no,
        bound.customer_id,
        customers.customer_name,
        customers.collector,
        bound.invoiced_on,
        bound.delivered_on,
        bound.due_on,
        {{ days_between('bound.due_on', 'as_of.as_of_on') }} as days_past_due,
        intervals.reporting_currency,
        {{ money('intervals.reporting_open_amount') }} as reporting_open_amount,
        {{ money('intervals.reporting_disputed_amount') }} as reporting_disputed_amount,
        {{ money('coalesce(eligible.eligible_amount, 0)') }} as eligible_amount,
        bound.cover_id,
        bound.cover_status,
        case
            when bound.not_eligible_reason is not null then bound.not_eligible_reason
            when bound.cover_lapses_on <= as_of.as_of_on then 'notified_late'
            when intervals.open_amount <= intervals.disputed_amount then 'disputed'
        end as not_eligible_reason,
        bound.notify_by_on,
        bound.notified_on,
        case
            when bound.not_eligible_reason is not null or bound.notify_by_on is null then 'none'
            when bound.notified_on is not null and bound.notified_on <= bound.notify_by_on then 'notified'
            when bound.notify_by_on < as_of.as_of_on then 'missed'
            when bound.due_on < as_of.as_of_on then 'to_notify'
            else 'not_due'
        end as notification_state,
        case
            when
                bound.not_eligible_reason is null and bound.notified_on is null
                and bound.due_on < as_of.as_of_on and bound.notify_by_on >= as_of.as_of_on
                then {{ days_between('as_of.as_of_on', 'bound.notify_by_on') }}
        end as days_to_notify
    from bound
    inner join customers
        on bound.customer_id = customers.customer_id
    cross join as_of
    inner join intervals
        on
            bound.entity_id = intervals.entity_id
            and bound.document_id = intervals.document_id
            and bound.instalment_no = intervals.instalment_no
    left join eligible
        on
            bound.entity_id = eligible.entity_id
            and bound.document_id = eligible.document_id
            and bound.instalment_no = eligible.instalment_no

)

select * from final
{{ sorted_by('customer_id', 'due_on', 'document_id') }}
