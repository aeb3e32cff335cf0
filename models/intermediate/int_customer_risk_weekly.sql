{#
  What was known of a customer beside its amounts, on the day of each of its week rows. Spans count from the first week
  row that sees them to the first that does not; a row for each change is laid among the customer's weeks and run up with
  them, so that a week in which the customer had no row loses nothing. Only customers of whom anything was ever known.
#}
with

as_of as (

    select * from {{ ref('int_build') }}

),

spans as (

    select * from {{ ref('int_customer_risk_spans') }}

),

known_customers as (

    select customer_id from spans
    union
    select customer_id from {{ ref('int_customer_oldest_overdue') }}

),

weeks as (

    select
        weeks.customer_id,
        weeks.week_ending_on,
        weeks.as_of_on
    from {{ ref('fct_customer_weekly') }} as weeks
    inner join known_customers
        on weeks.customer_id = known_customers.customer_id
    where weeks.entity_id = '*'

),

-- What fell overdue out of order is few: each for the weeks in which it was overdue.
late_entries as (

    select
        weeks.customer_id,
        weeks.week_ending_on,
        min(case when not entries.is_undisputed then entries.due_on end) as oldest_due_on,
        min(case when entries.is_undisputed then entries.due_on end) as oldest_undisputed_due_on
    from {{ ref('int_customer_oldest_overdue') }} as entries
    inner join weeks
        on
            entries.customer_id = weeks.customer_id
            and entries.starts_on <= weeks.as_of_on
            and entries.ends_on > weeks.as_of_on
    where entries.is_late_entry
    group by
        weeks.customer_id,
        weeks.week_ending_on

),

changes as (

    {% for slice in customer_slices('spans.customer_id') %}
        select
            customer_id,
            {% for figure in customer_risk_figures() %}
                sum(case when figure = '{{ figure }}' then value else 0 end) as {{ figure }},
            {% endfor %}
            week_ending_on
        from (
            {{ week_ends('spans', ['customer_id', 'figure'], ['value'], slice) }}
        ) as ends
        group by
            customer_id,
            week_ending_on
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

entries as (

    select
        {% for figure in customer_risk_figures() %}
            cast(0 as decimal(38, 3)) as {{ figure }},
        {% endfor %}
        customer_id,
        week_ending_on,
        true as is_week
    from weeks
    union all
    select
        {% for figure in customer_risk_figures() %}
            {{ figure }},
        {% endfor %}
        customer_id,
        week_ending_on,
        false as is_week
    from changes

),

run_up as (

    select
        {% for figure in customer_risk_figures() %}
            sum({{ figure }}) over (
                partition by customer_id order by week_ending_on range between unbounded preceding and current row
            ) as {{ figure }},
        {% endfor %}
        customer_id,
        week_ending_on,
        is_week
    from entries

),

final as (

    select
        {% for figure in customer_risk_figures() if not figure.endswith('due_day') and not figure.endswith('amount') %}
            cast(run_up.{{ figure }} as decimal(12, 3)) as {{ figure }},
        {% endfor %}
        {{ money('run_up.dated_disputed_amount') }} as dated_disputed_amount,
        -- The due day as a number of days after 2000-01-01; of a due day in order and one out of order, the older.
        {% for reading in ['oldest', 'oldest_undisputed'] %}
            least(
                nullif(cast(run_up.{{ reading }}_due_day as integer), 0),
                {{ days_between("date '2000-01-01'", 'late_entries.' ~ reading ~ '_due_on') }}
            ) as {{ reading }}_due_day,
        {% endfor %}
        run_up.customer_id,
        run_up.week_ending_on
    from run_up
    left join late_entries
        on
            run_up.customer_id = late_entries.customer_id
            and run_up.week_ending_on = late_entries.week_ending_on
    where run_up.is_week

)

select * from final
