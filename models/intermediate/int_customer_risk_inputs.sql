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

states as (

    select * from {{ ref('int_customer_risk_weekly') }}

),

given as (

    select max(case when table_name = 'disputes' then 1 else 0 end) as has_disputes
    from {{ ref('int_given_tables') }}

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
        cast(round(weeks.payment_volatility_days, 1) as decimal(12, 3)) as payment_volatility_days,
        cast(
            round({{ ratio('weeks.overdue_amount', '(weeks.not_due_amount + weeks.overdue_amount)') }}, 3)
            as decimal(12, 3)
        ) as overdue_rate,
        cast(
            case
                when weeks.overdue_amount > 0
                    then {{ days_between("date '2000-01-01'", 'weeks.as_of_on') }} - states.oldest_due_day
                when weeks.not_due_amount > 0 then 0
            end as decimal(12, 3)
        ) as oldest_days_past_due,
        -- Who disputes nothing has one oldest due day; who does has a second, of what it does not dispute.
        case
            when weeks.overdue_amount > weeks.disputed_overdue_amount
                then {{ days_between("date '2000-01-01'", 'weeks.as_of_on') }}
                    - coalesce(states.oldest_undisputed_due_day, states.oldest_due_day)
        end as oldest_undisputed_days_past_due,
        cast(
            case
                when given.has_disputes = 1
                    then round(
                            {{ ratio(
                                'coalesce(states.dated_disputed_amount, 0)',
                                '(weeks.not_due_amount + weeks.overdue_amount)'
                            ) }},
                            3
                        )
            end as decimal(12, 3)
        ) as disputed_rate,
        -- Who was never billed is no customer of so many months: nothing is known of it yet.
        cast(
            case
                when customers.first_invoiced_on <= weeks.as_of_on
                    then floor({{ days_between('customers.first_invoiced_on', 'weeks.as_of_on') }} / 30.4375)
            end as decimal(12, 3)
        ) as tenure_months,
        case when states.promises_due > 0 then states.broken_promises end as broken_promises,
        case
            when states.bounces > 0 then states.bounces
            when weeks.paid_amount > 0 then cast(0 as decimal(12, 3))
        end as bounces,
        case when states.orders_measured > 0 then states.orders_out_of_pattern end as orders_out_of_pattern,
        case when states.bureau_known > 0 then states.bureau_score end as bureau_score,
        {% for flag in risk_flags() %}
            nullif(states.{{ flag }}, 0) as {{ flag }},
        {% endfor %}
        case
            when states.prior_default > 0 then cast(1 as decimal(12, 3))
            when customers.registration_id is not null then cast(0 as decimal(12, 3))
        end as prior_default,
        cast(
            case
                when states.parent_insolvent > 0 then 2
                when states.parent_written_off > 0 then 1
                when customers.parent_customer_id is not null then 0
            end as decimal(12, 3)
        ) as parent_state,
        -- A week knows nothing of what came later: until proceedings open there is no solvency source.
        cast(case when customers.insolvency_on <= weeks.as_of_on then 1 end as decimal(12, 3)) as insolvency
    from weeks
    inner join customers
        on weeks.customer_id = customers.customer_id
    left join states
        on
            weeks.customer_id = states.customer_id
            and weeks.week_ending_on = states.week_ending_on
    cross join given

)

select * from final
