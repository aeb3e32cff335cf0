{#
  The numbers of `fct_kpis` that publications keep: every column of its contract that is an amount, a count or a
  ratio. Read from the contract, so that a figure added there is kept from its first publication on.

      kpi_measures()   -> ['receivable_amount', …, 'over_90_rate']
#}
{% macro kpi_measures() %}
    {%- set measures = [] -%}
    {%- if execute -%}
        {%- for column in graph.nodes['model.encours.fct_kpis'].columns.values() -%}
            {%- if column.data_type.split('(')[0] in ('decimal', 'double', 'bigint') -%}
                {%- do measures.append(column.name) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{- return(measures) -}}
{% endmacro %}
