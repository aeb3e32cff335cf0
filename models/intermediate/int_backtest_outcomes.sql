{#
  What came of the invoices that a customer was billed in a week: as it is known now, and as it was known at the next
  quarter's week, which is all that a quarter after it may have learnt from. The one pass of the back-test over
  documents.
#}
with

as_of as (

    select * from {{ ref('int_build') }}

),

main_currency as (

    select reporting_currency from {{ ref('int_reporting_currencies') }}
    where is_main

),

quarters as (

    select * from {{ ref('int_backtest_quarters') }}

),

weeks as (

    select
        weeks.period_ending_on as week_ending_on,
        quarters.next_scored_on
    from {{ ref('int_period_rows') }} as weeks
    left join quarters
        on
            weeks.period_ending_on > quarters.scored_on
            and weeks.period_ending_on <= quarters.next_scored_on
    where weeks.period_kind = 'week'

),

items as (

    select
        items.entity_id,
        items.document_id,
        items.instalment_no,
        items.customer_id,
        weeks.week_ending_on,
        weeks.next_scored_on
    from {{ ref('int_receivable_items') }} as items
    inner join {{ ref('dim_customers') }} as customers
        on
            items.customer_id = customers.customer_id
            and customers.customer_kind <> 'intragroup'
    inner join weeks
        on {{ week_ending('items.posted_on') }} = weeks.week_ending_on
    cross join as_of
    where
        items.item_kind in ('invoice', 'debit_note')
        and items.amount > 0
        and items.posted_on <= as_of.as_of_on

),

segments as (

    select
        segments.*,
        segments.valid_from_on <= as_of.as_of_on and coalesce(segments.valid_to_on > as_of.as_of_on, true)
            as is_known_now
    from {{ ref('int_maturity_segments') }} as segments
    cross join as_of

),

converted as (

    select * from {{ ref('int_reporting_items') }}
    where is_main

),

judged as (

    select
        items.customer_id,
        items.week_ending_on,
        segments.maturity_kind,
        segments.is_known_now,
        segments.is_late,
        coalesce(
            segments.valid_from_on <= items.next_scored_on
            and coalesce(segments.valid_to_on > items.next_scored_on, true),
            false
        ) as is_known_next,
        segments.amount,
        segments.late_amount,
        {{ in_main_currency('segments') }} as reporting_amount
    from items
    inner join segments
        on
            items.entity_id = segments.entity_id
            and items.document_id = segments.document_id
            and items.instalment_no = segments.instalment_no
    cross join main_currency
    left join converted
        on
            items.entity_id = converted.entity_id
            and items.document_id = converted.document_id
            and items.instalment_no = converted.instalment_no

),

counts as (

    select
        customer_id,
        week_ending_on,
        1 as posted_count,
        {% for column in [
            'matured_count', 'late_count', 'matured_amount', 'late_amount', 'seriously_matured_count',
            'seriously_late_count', 'learnt_count', 'learnt_late_count',
        ] %}
            0 as {{ column }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from items
    union all
    select
        customer_id,
        week_ending_on,
        0 as posted_count,
        case when maturity_kind = 'late' and is_known_now then 1 else 0 end as matured_count,
        case when maturity_kind = 'late' and is_known_now and is_late then 1 else 0 end as late_count,
        case when maturity_kind = 'late' and is_known_now then reporting_amount else 0 end as matured_amount,
        case
            when maturity_kind = 'late' and is_known_now
                then {{ share_money('reporting_amount', 'late_amount', 'amount') }}
            else 0
        end as late_amount,
        case when maturity_kind = 'serious' and is_known_now then 1 else 0 end as seriously_matured_count,
        case when maturity_kind = 'serious' and is_known_now and is_late then 1 else 0 end as seriously_late_count,
        case when maturity_kind = 'late' and is_known_next then 1 else 0 end as learnt_count,
        case when maturity_kind = 'late' and is_known_next and is_late then 1 else 0 end as learnt_late_count
    from judged

),

final as (

    select
        customer_id,
        week_ending_on,
        cast(sum(posted_count) as bigint) as posted_count,
        cast(sum(matured_count) as bigint) as matured_count,
        cast(sum(late_count) as bigint) as late_count,
        {{ money('sum(matured_amount)') }} as matured_amount,
        {{ money('sum(late_amount)') }} as late_amount,
        cast(sum(seriously_matured_count) as bigint) as seriously_matured_count,
        cast(sum(seriously_late_count) as bigint) as seriously_late_count,
        cast(sum(learnt_count) as bigint) as learnt_count,
        cast(sum(learnt_late_count) as bigint) as learnt_late_count
    from counts
    group by
        customer_id,
        week_ending_on

)

select * from final
