{#
  The risk factors of each customer and week as values; null where a customer gives nothing to measure. Rounded
  to what a person would read, so that equal readings score equal.
#}
with

weeks as (

    select * from {{ ref('fct_customer_weekly') }}
    where entity_id = '*'

),

customers as (

    select * from {{ ref('dim_customers') }}

),

final as (

    select
        weeks.week_ending_on,
        weeks.as_of_on,
        weeks.customer_id,
        weeks.exposure_amount,
        weeks.overdue_amount,
        weeks.own_risk_amount,
        weeks.late_payment_rate_by_value,
        weeks.days_beyond_terms_13w is null and weeks.days_beyond_terms is not null as is_payment_stale,
        cast(round(weeks.days_beyond_terms, 1) as decimal(12, 3)) as days_beyond_terms,
        cast(round(weeks.days_beyond_terms_13w - weeks.days_beyond_terms, 1) as decimal(12, 3))
            as days_beyond_terms_trend,
        cast(round(weeks.late_payment_rate_by_value, 3) as decimal(12, 3)) as late_payment_rate,
        cast(
            round({{ ratio('weeks.overdue_amount', '(weeks.not_due_amount + weeks.overdue_amount)') }}, 3)
            as decimal(12, 3)
        ) as overdue_rate,
        cast(
            case
                when weeks.overdue_amount > 0 then round(weeks.average_overdue_age_days, 0)
                when weeks.not_due_amount > 0 then 0
            end as decimal(12, 3)
        ) as overdue_age_days,
        cast(
            round({{ ratio('weeks.disputed_amount', '(weeks.not_due_amount + weeks.overdue_amount)') }}, 3)
            as decimal(12, 3)
        ) as disputed_rate,
        cast(
            floor(
                {{ days_between(
                    'least(coalesce(customers.first_invoiced_on, weeks.as_of_on), weeks.as_of_on)', 'weeks.as_of_on'
                ) }} / 30.4375
            ) as decimal(12, 3)
        ) as tenure_months,
        -- A week knows nothing of what came later: until proceedings open there is no solvency source.
        cast(case when customers.insolvency_on <= weeks.as_of_on then 1 end as decimal(12, 3)) as insolvency
    from weeks
    inner join customers
        on weeks.customer_id = customers.customer_id

)

select * from final
