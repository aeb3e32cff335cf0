{#
  The last value that is not null, in an order: the two engines spell `ignore nulls` differently.

      {{ last_known('state', 'customer_id', 'week_ending_on') }}
#}
{% macro last_known(expression, partition_by, order_by) %}
    {{- return(adapter.dispatch('last_known')(expression, partition_by, order_by)) -}}
{% endmacro %}
{% macro default__last_known(expression, partition_by, order_by) %}
last_value({{ expression }} ignore nulls) over (
    partition by {{ partition_by }} order by {{ order_by }}
    rows between unbounded preceding and current row
)
{%- endmacro %}

{#
  The next value that is not null, this row's own included.

      {{ next_known('debit_document_id', 'entity_id, customer_id, currency', 'point') }}
#}
{% macro next_known(expression, partition_by, order_by) %}
    {{- return(adapter.dispatch('next_known')(expression, partition_by, order_by)) -}}
{% endmacro %}
{% macro default__next_known(expression, partition_by, order_by) %}
first_value({{ expression }} ignore nulls) over (
    partition by {{ partition_by }} order by {{ order_by }}
    rows between current row and unbounded following
)
{%- endmacro %}

{#
  Cuts heavy work by customer into slices that fit in memory: `union all` branches of one query, each the
  slice of customers whose hash leaves that rest. One branch reads and groups a fraction of the rows, so the
  peak of memory is a fraction too. `query` is a macro that takes the condition of its slice.

      {% call(slice) customer_ranges('customer_id') %} select … from … where {{ slice }} {% endcall %}
#}
{% macro customer_ranges(column) %}
    {{- return(adapter.dispatch('customer_ranges')(column, caller)) -}}
{% endmacro %}
{% macro default__customer_ranges(column, caller) %}
    {%- set slices = var('customer_slices') | int -%}
    {%- for slice in range(slices) %}
        {{ caller('hash(' ~ column ~ ') % ' ~ slices ~ ' = ' ~ slice if slices > 1 else 'true') }}
        {%- if not loop.last %}
        union all
        {%- endif %}
    {%- endfor %}
{% endmacro %}
