{#
  The order a mart's rows are stored in, so that a look-up by the first column reads few of them.

      {{ sorted_by('customer_id', 'valid_from_on') }}
#}
{% macro sorted_by() %}{{ return(adapter.dispatch('sorted_by')(varargs)) }}{% endmacro %}
{% macro default__sorted_by(columns) %}order by {{ columns | join(', ') }}{% endmacro %}
