{#
  The balances of each week and month row in reporting currency, by entity and in total (`*`), with the disputed
  part of each: what `clean` takes off. Days with a change times rows: small, whatever the number of invoices.
#}
with

period_rows as (

    select * from {{ ref('int_period_rows') }}

),

changes as (

    select * from {{ ref('int_reporting_balance_changes') }}

),

unapplied as (

    select aging_bucket as unapplied_bucket
    from {{ ref('aging_buckets') }}
    where from_days is null and to_days is null

),

by_day as (

    select
        changes.entity_id,
        changes.reporting_currency,
        changes.changed_on,
        sum(changes.open_amount) as receivable_amount,
        sum(
            case when unapplied.unapplied_bucket is null and not changes.is_overdue then changes.open_amount else 0 end
        ) as not_due_amount,
        sum(case when changes.is_overdue then changes.open_amount else 0 end) as overdue_amount,
        sum(case when changes.is_over_90 then changes.open_amount else 0 end) as over_90_amount,
        sum(case when unapplied.unapplied_bucket is not null then changes.open_amount else 0 end) as unapplied_amount,
        sum(changes.disputed_amount) as disputed_amount,
        sum(case when changes.is_overdue then changes.disputed_amount else 0 end) as disputed_overdue_amount,
        sum(case when changes.is_over_90 then changes.disputed_amount else 0 end) as disputed_over_90_amount
    from changes
    left join unapplied
        on changes.aging_bucket = unapplied.unapplied_bucket
    group by
        changes.entity_id,
        changes.reporting_currency,
        changes.changed_on

),

by_day_and_total as (

    select * from by_day
    union all
    select
        '*' as entity_id,
        reporting_currency,
        changed_on,
        sum(receivable_amount) as receivable_amount,
        sum(not_due_amount) as not_due_amount,
        sum(overdue_amount) as overdue_amount,
        sum(over_90_amount) as over_90_amount,
        sum(unapplied_amount) as unapplied_amount,
        sum(disputed_amount) as disputed_amount,
        sum(disputed_overdue_amount) as disputed_overdue_amount,
        sum(disputed_over_90_amount) as disputed_over_90_amount
    from by_day
    group by
        reporting_currency,
        changed_on

),

-- Every entity has a row for every period from its first posting on, whether anything is open at its end or not.
first_postings as (

    select
        items.entity_id,
        min(items.posted_on) as first_posted_on
    from {{ ref('int_receivable_items') }} as items
    inner join {{ ref('dim_customers') }} as customers
        on
            items.customer_id = customers.customer_id
            and customers.customer_kind <> 'intragroup'
    group by items.entity_id

),

entities as (

    select * from first_postings
    union all
    select
        '*' as entity_id,
        min(first_posted_on) as first_posted_on
    from first_postings
    having min(first_posted_on) is not null

),

entity_rows as (

    select
        period_rows.period_kind,
        period_rows.period_ending_on,
        period_rows.as_of_on,
        period_rows.effectiveness_from_on,
        entities.entity_id,
        reporting.reporting_currency
    from entities
    inner join period_rows
        on entities.first_posted_on <= period_rows.as_of_on
    cross join {{ ref('int_reporting_currencies') }} as reporting

),

final as (

    select
        entity_rows.period_kind,
        entity_rows.period_ending_on,
        entity_rows.entity_id,
        entity_rows.reporting_currency,
        {% for measure in [
            'receivable_amount', 'not_due_amount', 'overdue_amount', 'over_90_amount', 'unapplied_amount',
            'disputed_amount', 'disputed_overdue_amount', 'disputed_over_90_amount',
        ] %}
            {{ money('coalesce(sum(by_day_and_total.' ~ measure ~ '), 0)') }} as {{ measure }},
        {% endfor %}
        {{ money(
            'sum(case when by_day_and_total.changed_on < entity_rows.effectiveness_from_on'
            ~ ' then by_day_and_total.receivable_amount else 0 end)'
        ) }} as opening_receivable_amount
    from entity_rows
    left join by_day_and_total
        on
            entity_rows.entity_id = by_day_and_total.entity_id
            and entity_rows.reporting_currency = by_day_and_total.reporting_currency
            and entity_rows.as_of_on >= by_day_and_total.changed_on
    group by
        entity_rows.period_kind,
        entity_rows.period_ending_on,
        entity_rows.entity_id,
        entity_rows.reporting_currency

)

select * from final
