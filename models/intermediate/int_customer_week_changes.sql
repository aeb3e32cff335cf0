{#
  What changes in a customer's week: each amount counts up in the first week row that sees its span and down in
  the first that does not. Running sums over a customer's weeks give every figure of `fct_customer_weekly`;
  nothing is multiplied out into weeks here. Cut into ranges of customers, so that the grouping fits in memory.
#}
with

as_of as (

    select * from {{ ref('int_build') }}

),

spans as (

    select * from {{ ref('int_customer_spans') }}

),

final as (

    {% for slice in customer_slices('spans.customer_id') %}
        select
            entity_id,
            customer_id,
            {% for measure in customer_week_measures() %}
                sum(case when figure = '{{ measure.figure }}' then {{ measure.amount }} else 0 end)
                    as {{ measure.name }},
            {% endfor %}
            week_ending_on
        from (
            {{ week_ends('spans', ['entity_id', 'customer_id', 'figure'], ['amount', 'weighted_amount'], slice) }}
        ) as changes
        group by
            entity_id,
            customer_id,
            week_ending_on
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select * from final
