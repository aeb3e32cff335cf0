{#
  The points of each value that a factor took, by the version of the policy that scores the week: the band [from, below)
  that holds it. One row a version and value, so that millions of customer weeks find theirs by equality.
#}
{%- set factors = risk_factors() | map(attribute='name') | list -%}
with

inputs as (

    select * from {{ ref('int_customer_risk_inputs') }}

),

weeks as (

    select * from {{ ref('int_policy_weeks') }}

),

bands as (

    select * from {{ ref('risk_scorecard') }}

),

taken_values as (

    {% for factor in factors %}
        select distinct
            weeks.policy_version,
            '{{ factor }}' as factor,
            inputs.{{ factor }} as value
        from inputs
        inner join weeks
            on inputs.week_ending_on = weeks.week_ending_on
        where inputs.{{ factor }} is not null
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

reached as (

    select
        taken_values.policy_version,
        taken_values.factor,
        taken_values.value,
        bands.points
    from taken_values
    inner join bands
        on
            taken_values.policy_version = bands.policy_version
            and taken_values.factor = bands.factor
            and taken_values.value >= bands.from_value
            and (bands.below_value is null or taken_values.value < bands.below_value)

),

most as (

    select
        policy_version,
        factor,
        max(points) as most_points
    from bands
    group by
        policy_version,
        factor

),

final as (

    select
        reached.policy_version,
        reached.factor,
        reached.value,
        reached.points,
        most.most_points
    from reached
    inner join most
        on
            reached.policy_version = most.policy_version
            and reached.factor = most.factor

)

select * from final
