{# The dimensions of `fct_kpis_by_dimension`: columns of `int_kpi_cells`. #}
{% macro kpi_dimensions() %}
    {{ return(['segment', 'sales_owner', 'collector', 'country_code', 'group_customer_id', 'currency']) }}
{% endmacro %}
