{#
  The points of each value that a factor took: the band [from, below) that holds it. One row a
  value, so that millions of customer weeks find theirs by equality.
#}
{%- set factors = risk_factors() | map(attribute='name') | list -%}
with

inputs as (

    select * from {{ ref('int_customer_risk_inputs') }}

),

newest_policy as (

    select max(policy_version) as policy_version from {{ ref('risk_scorecard') }}

),

bands as (

    select bands.*
    from {{ ref('risk_scorecard') }} as bands
    inner join newest_policy
        on bands.policy_version = newest_policy.policy_version

),

taken_values as (

    {% for factor in factors %}
        select distinct
            '{{ factor }}' as factor,
            {{ factor }} as value
        from inputs
        where {{ factor }} is not null
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

reached as (

    select
        taken_values.factor,
        taken_values.value,
        bands.points
    from taken_values
    inner join bands
        on
            taken_values.factor = bands.factor
            and taken_values.value >= bands.from_value
            and (bands.below_value is null or taken_values.value < bands.below_value)

),

most as (

    select
        factor,
        max(points) as most_points
    from bands
    group by factor

),

final as (

    select
        reached.factor,
        reached.value,
        reached.points,
        most.most_points
    from reached
    inner join most
        on reached.factor = most.factor

)

select * from final
