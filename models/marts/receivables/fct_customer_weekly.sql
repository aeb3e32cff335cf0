with

changes_by_entity as (

    select * from {{ ref('int_customer_week_changes') }}

),

changes as (

    select * from changes_by_entity
    union all
    select
        '*' as entity_id,
        customer_id,
        {% for measure in customer_week_measures() %}
            sum({{ measure.name }}) as {{ measure.name }},
        {% endfor %}
        week_ending_on
    from changes_by_entity
    group by
        customer_id,
        week_ending_on

),

first_weeks as (

    select
        entity_id,
        customer_id,
        min(week_ending_on) as first_week_on
    from changes
    group by
        entity_id,
        customer_id

),

main_currency as (

    select reporting_currency from {{ ref('int_reporting_currencies') }}
    where is_main

),

weeks as (

    select * from {{ ref('int_period_rows') }}
    where period_kind = 'week'

),

given as (

    select
        max(case when table_name = 'orders' then 1 else 0 end) as has_orders,
        max(case when table_name = 'credit_covers' then 1 else 0 end) as has_covers
    from {{ ref('int_given_tables') }}

),

covers as (

    select
        week_ending_on,
        entity_id,
        customer_id,
        eligible_amount,
        insured_amount
    from {{ ref('int_cover_weekly') }}
    union all
    select
        week_ending_on,
        '*' as entity_id,
        customer_id,
        sum(eligible_amount) as eligible_amount,
        sum(insured_amount) as insured_amount
    from {{ ref('int_cover_weekly') }}
    group by
        week_ending_on,
        customer_id

),

final as (

    {% for slice in customer_slices('first_weeks.customer_id') %}
        select
            week_ending_on,
            as_of_on,
            is_complete as is_complete_week,
            entity_id,
            customer_id,
            reporting_currency,
            {{ money('not_due_amount + overdue_amount + unapplied_amount') }} as receivable_amount,
            {{ money('not_due_amount') }} as not_due_amount,
            {{ money('overdue_amount') }} as overdue_amount,
            {{ money('over_90_amount') }} as over_90_amount,
            {{ money('disputed_amount') }} as disputed_amount,
            {{ money('disputed_overdue_amount') }} as disputed_overdue_amount,
            {{ money('unapplied_amount') }} as unapplied_amount,
            {{ money('sales_amount') }} as sales_amount,
            {{ money('collected_amount') }} as collected_amount,
            {{ money('matured_amount') }} as matured_amount,
            {{ money('late_amount') }} as late_amount,
            {{ ratio('late_amount', 'matured_amount') }} as late_payment_rate_by_value,
            {{ money('seriously_matured_amount') }} as seriously_matured_amount,
            {{ money('seriously_late_amount') }} as seriously_late_amount,
            {{ money('paid_amount') }} as paid_amount,
            {{ ratio('paid_amount_days_beyond_terms', 'paid_amount') }} as days_beyond_terms,
            {{ ratio('paid_13w_amount_days_beyond_terms', 'paid_13w_amount') }} as days_beyond_terms_13w,
            {{ standard_deviation('paid_amount', 'paid_amount_days_beyond_terms', 'paid_amount_days_squared') }}
                as payment_volatility_days,
            -- Each overdue amount times its days past due: the day's number less the due day's.
            {{ ratio(
                '(' ~ days_between("date '2000-01-01'", 'as_of_on') ~ ' * overdue_amount - overdue_amount_due_days)',
                'overdue_amount'
            ) }} as average_overdue_age_days,
            {{ money('financed_amount') }} as financed_amount,
            -- What was not provided is not zero.
            {{ money('case when has_orders = 1 then ordered_amount end') }} as ordered_amount,
            {{ money('case when has_orders = 1 then delivered_not_billed_amount end') }}
                as delivered_not_billed_amount,
            {{ money('case when has_orders = 1 then deposits_received_amount end') }}
                as deposits_received_amount,
            {{ money('exposure_amount') }} as exposure_amount,
            {{ money('case when has_covers = 1 then coalesce(eligible_amount, 0) end') }} as eligible_amount,
            {{ money('case when has_covers = 1 then coalesce(insured_amount, 0) end') }} as insured_amount,
            {{ money('greatest(exposure_amount - coalesce(insured_amount, 0), 0)') }} as own_risk_amount
        from (
            select
                running.*,
                covers.eligible_amount,
                covers.insured_amount,
                given.has_orders,
                given.has_covers,
                running.not_due_amount + running.overdue_amount + running.unapplied_amount
                + running.financed_amount + running.ordered_amount + running.delivered_not_billed_amount
                - running.deposits_received_amount as exposure_amount
            from (
                select
                    *,
                    -- A deposit that the orders tell of and that is booked already is told twice and counts once.
                    greatest(order_deposits_amount - greatest(open_deposits_amount, 0), 0) as deposits_received_amount
                from (
                    select
                        weeks.period_ending_on as week_ending_on,
                        weeks.as_of_on,
                        weeks.is_complete,
                        first_weeks.entity_id,
                        first_weeks.customer_id,
                        {% for measure in customer_week_measures() %}
                            sum(coalesce(changes.{{ measure.name }}, 0)) over (
                                partition by first_weeks.entity_id, first_weeks.customer_id
                                order by weeks.period_ending_on
                                rows between unbounded preceding and current row
                            ) as {{ measure.name }},
                        {% endfor %}
                        main_currency.reporting_currency
                    from first_weeks
                    cross join main_currency
                    inner join weeks
                        on first_weeks.first_week_on <= weeks.period_ending_on
                    left join changes
                        on
                            first_weeks.customer_id = changes.customer_id
                            and first_weeks.entity_id = changes.entity_id
                            and weeks.period_ending_on = changes.week_ending_on
                    where {{ slice }}
                ) as run_up
            ) as running
            cross join given
            left join covers
                on
                    running.week_ending_on = covers.week_ending_on
                    and running.entity_id = covers.entity_id
                    and running.customer_id = covers.customer_id
        ) as valued
        where
            -- A week in which a customer owes nothing, bought nothing and paid nothing has no row.
            not_due_amount <> 0
            or overdue_amount <> 0
            or unapplied_amount <> 0
            or sales_amount <> 0
            or collected_amount <> 0
            or matured_amount <> 0
            or paid_amount <> 0
            or ordered_amount <> 0
            or delivered_not_billed_amount <> 0
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select * from final
{{ sorted_by('customer_id', 'entity_id', 'week_ending_on') }}
