{%- set factors = risk_factors() | map(attribute='name') | list -%}
with

as_of as (

    select * from {{ ref('int_build') }}

),

inputs as (

    select
        inputs.*,
        policy_weeks.policy_version
    from {{ ref('int_customer_risk_inputs') }} as inputs
    inner join as_of
        on inputs.as_of_on = as_of.as_of_on
    inner join {{ ref('int_policy_weeks') }} as policy_weeks
        on inputs.week_ending_on = policy_weeks.week_ending_on

),

points as (

    select * from {{ ref('int_risk_points') }}

),

factors as (

    select * from {{ ref('risk_factors') }}

),

caps as (

    select * from {{ ref('risk_caps') }}

),

-- What was never loaded is not provided; a factor may come from more than one table.
provided as (

    select distinct factors.factor
    from factors
    left join {{ ref('int_given_tables') }} as given
        on ' ' || factors.source_table || ' ' like '% ' || given.table_name || ' %'
    where
        factors.source_table is null
        or given.table_name is not null

),

stale_signals as (

    select
        spans.customer_id,
        spans.signal
    from {{ ref('int_customer_signal_spans') }} as spans
    cross join as_of
    where
        spans.starts_on <= as_of.as_of_on
        and spans.ends_on > as_of.as_of_on
        and spans.stale_from_on <= as_of.as_of_on

),

long_form as (

    {% for factor in factors %}
        select
            customer_id,
            '{{ factor }}' as factor,
            {{ factor }} as value,
            policy_version,
            is_payment_stale
        from inputs
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

final as (

    select
        long_form.customer_id,
        long_form.factor,
        factors.factor_order,
        factors.factor_group,
        factors.cap_group,
        caps.cap_points,
        factors.factor_label,
        factors.unit,
        long_form.value,
        points.points,
        coalesce(points.most_points, 0) as most_points,
        case
            when long_form.value is null and provided.factor is null then 'Not provided'
            when long_form.value is null then 'Nothing to measure yet'
            when factors.unit in ('flag', 'state') and long_form.value = 0 then 'None known on this day'
            when factors.unit = 'state' and long_form.value = 1
                then replace(factors.explanation, '{value}', 'a debt was written off')
            when factors.unit = 'state'
                then replace(factors.explanation, '{value}', 'insolvency proceedings are open')
            when factors.unit = 'percent'
                then replace(
                        factors.explanation, '{value}', cast(cast(100 * long_form.value as decimal(12, 1)) as varchar)
                    )
            when
                factors.unit in ('months', 'count', 'score')
                or (factors.unit = 'days' and long_form.value >= 0 and long_form.value = floor(long_form.value))
                then replace(factors.explanation, '{value}', cast(cast(long_form.value as integer) as varchar))
            when long_form.value < 0
                then replace(
                        factors.explanation_below_zero,
                        '{value}',
                        cast(cast(-long_form.value as decimal(12, 1)) as varchar)
                    )
            else replace(factors.explanation, '{value}', cast(cast(long_form.value as decimal(12, 1)) as varchar))
        end as explanation,
        long_form.value is null as is_missing,
        (
            long_form.is_payment_stale
            and long_form.factor in ('days_beyond_terms', 'late_payment_rate', 'payment_volatility_days')
        )
        or stale_signals.signal is not null as is_stale
    from long_form
    inner join factors
        on long_form.factor = factors.factor
    inner join caps
        on
            long_form.policy_version = caps.policy_version
            and factors.cap_group = caps.cap_group
    left join provided
        on long_form.factor = provided.factor
    left join stale_signals
        on
            long_form.customer_id = stale_signals.customer_id
            and long_form.factor = stale_signals.signal
    left join points
        on
            long_form.policy_version = points.policy_version
            and long_form.factor = points.factor
            and long_form.value = points.value

)

select * from final
{{ sorted_by('customer_id', 'factor_order') }}
