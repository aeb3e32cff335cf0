{%- set factors = [
    'days_beyond_terms', 'days_beyond_terms_trend', 'late_payment_rate', 'overdue_rate', 'overdue_age_days',
    'disputed_rate', 'tenure_months', 'insolvency',
] -%}
with

as_of as (

    select * from {{ ref('int_build') }}

),

inputs as (

    select inputs.*
    from {{ ref('int_customer_risk_inputs') }} as inputs
    inner join as_of
        on inputs.as_of_on = as_of.as_of_on

),

points as (

    select * from {{ ref('int_risk_points') }}

),

factors as (

    select * from {{ ref('risk_factors') }}

),

long_form as (

    {% for factor in factors %}
        select
            customer_id,
            '{{ factor }}' as factor,
            {{ factor }} as value,
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
        factors.factor_label,
        factors.unit,
        long_form.value,
        points.points,
        coalesce(points.most_points, 0) as most_points,
        case
            when long_form.value is null then 'Nothing to measure yet'
            when factors.unit = 'flag' and long_form.value = 0 then 'None known on this day'
            when factors.unit = 'percent'
                then replace(
                        factors.explanation, '{value}', cast(cast(100 * long_form.value as decimal(12, 1)) as varchar)
                    )
            when factors.unit = 'months'
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
        long_form.is_payment_stale
        and long_form.factor in ('days_beyond_terms', 'late_payment_rate') as is_stale
    from long_form
    inner join factors
        on long_form.factor = factors.factor
    left join points
        on
            long_form.factor = points.factor
            and long_form.value = points.value

)

select * from final
{{ sorted_by('customer_id', 'factor_order') }}
