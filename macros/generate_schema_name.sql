{#
  Schemas are named as the contract says (`marts`, not `main_marts`): people read the published file by name.
#}
{% macro generate_schema_name(custom_schema_name, node) %}
    {{- (custom_schema_name or target.schema) | trim -}}
{% endmacro %}
