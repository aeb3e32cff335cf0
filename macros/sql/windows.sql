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
  Cuts heavy work by customer into slices that fit in memory: the conditions under which a customer belongs to
  each slice, for the `union all` branches of one query. One branch groups a fraction of the rows, so the peak of
  memory is a fraction too.

      {% for slice in customer_slices('customer_id') %} select … where {{ slice }} … union all … {% endfor %}
#}
{% macro customer_slices(column) %}{{ return(adapter.dispatch('customer_slices')(column)) }}{% endmacro %}
{% macro default__customer_slices(column) %}
    {%- set slices = var('customer_slices') | int -%}
    {%- set conditions = [] -%}
    {%- for slice in range(slices) -%}
        {%- do conditions.append('hash(' ~ column ~ ') % ' ~ slices ~ ' = ' ~ slice) -%}
    {%- endfor -%}
    {{ return(conditions) }}
{% endmacro %}

{#
  The texts of a group in one, in an order.

      {{ joined_in_order('reason', ' · ', 'rule_order') }}     -> 'In tier E · Oldest overdue 94 days'
#}
{% macro joined_in_order(text, separator, order_by) %}
    {{- return(adapter.dispatch('joined_in_order')(text, separator, order_by)) -}}
{% endmacro %}
{% macro default__joined_in_order(text, separator, order_by) -%}
string_agg({{ text }}, '{{ separator }}' order by {{ order_by }})
{%- endmacro %}
